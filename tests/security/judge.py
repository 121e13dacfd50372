"""What is open in a database: the faults of the first fix, looked for in the catalog."""

from __future__ import annotations

from typing import Any

import psycopg

TENANTS = """
    select c.oid, c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname = 'public' and c.relname not like '%alembic%'"""

FINDINGS = {
    "a policy for everybody": """
        select polrelid::regclass || '.' || polname from pg_policy where polroles = '{0}'""",
    "a write that anything passes": """
        select polrelid::regclass || '.' || polname from pg_policy p
         where pg_get_expr(coalesce(polwithcheck, polqual), polrelid) = 'true'
           and polcmd in ('a', 'w', '*')
           and not exists (select from unnest(polroles) r join pg_roles o on o.oid = r
                            where not o.rolcanlogin and r <> 0 and o.rolname like '%definer'
                              and not exists (
                                select from pg_auth_members m join pg_roles l on l.oid = m.member
                                 where m.roleid = r and not l.rolcreaterole))""",
    "a write without a check of what is written": """
        select polrelid::regclass || '.' || polname from pg_policy p
         where polcmd in ('a', 'w', '*') and polwithcheck is null""",
    "a membership that its user can write": """
        select polrelid::regclass || '.' || polname from pg_policy p
         where polrelid::regclass::text ~ 'organization_members|user_organizations' and polcmd <> 'r'
           and pg_get_expr(coalesce(polwithcheck, polqual), polrelid) ~ 'user_id = '""",
    "row-level security off": f"""
        select t.name from ({TENANTS}) t join pg_class c on c.oid = t.oid where not c.relrowsecurity""",
    "row-level security not forced on the owner": f"""
        select t.name from ({TENANTS}) t join pg_class c on c.oid = t.oid where not c.relforcerowsecurity""",
    "a definer function without a search_path": """
        select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in ('public', 'app', 'auth') and p.prosecdef
           and not exists (select from unnest(p.proconfig) s where s like 'search_path=%')""",
    "a definer function that everybody may call": """
        select p.oid::regprocedure::text
          from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
               aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         where n.nspname in ('public', 'app', 'auth') and p.prosecdef and a.grantee = 0""",
    "a definer function of a superuser or past row-level security": """
        select p.oid::regprocedure::text from pg_proc p join pg_roles r on r.oid = p.proowner
         where p.prosecdef and (r.rolsuper or r.rolbypassrls) and p.pronamespace = 'app'::regnamespace""",
    "a booking that goes with its person or session": """
        select conrelid::regclass || '.' || conname from pg_constraint
         where contype = 'f' and conrelid::regclass::text = 'bookings'
           and (confdeltype <> 'a' or confupdtype <> 'a')""",
    "a reference across organizations": """
        select k.conrelid::regclass || '.' || k.conname
          from pg_constraint k
          join pg_attribute a on a.attrelid = k.conrelid and a.attname = 'organization_id'
          join pg_attribute f on f.attrelid = k.confrelid and f.attname = 'organization_id'
         where k.contype = 'f' and not (a.attnum = any (k.conkey) and f.attnum = any (k.confkey))""",
    "a table that everybody may touch": f"""
        select t.name || ': ' || a.privilege_type from ({TENANTS}) t join pg_class c on c.oid = t.oid,
               aclexplode(c.relacl) a where a.grantee = 0""",
}


def judge(psql: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Each fault that was found, and where; nothing for a database in order."""
    found = {
        fault: sorted(row[0] for row in psql.execute(query).fetchall()) for fault, query in FINDINGS.items()
    }
    return {fault: places for fault, places in found.items() if places}
