"""The desk's login itself: it may nothing but become frontdesk_staff."""

from __future__ import annotations

import psycopg
from security.psql import Psql, as_staff, attempt, columns, tables, writes

REFUSED = {"42501", "42601", "42703", "42809"}


def test_no_table_can_be_touched(app_psql: Psql, superuser: Psql) -> None:
    for table in tables(superuser):
        for statement in (
            f"select * from {table}",
            f"copy {table} to stdout",
            f"explain select * from {table}",
        ):
            assert attempt(app_psql, statement).state == "42501", statement
        for statement in writes(superuser, table):
            tried = attempt(app_psql, statement)
            assert tried.state in REFUSED, (statement, tried)
        for column in columns(superuser, table):
            assert attempt(app_psql, f"select count({column}) from {table}").state == "42501", column


def test_no_function_can_be_called(app_psql: Psql, superuser: Psql) -> None:
    public = superuser.execute(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname in ('app', 'public') and has_function_privilege('frontdesk_app', p.oid, 'execute')"
    ).fetchall()
    assert public == []
    assert attempt(app_psql, "select app.version()").state == "42501"


def test_it_owns_nothing_and_may_little(superuser: Psql) -> None:
    attributes = "rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin"
    for login in ("frontdesk_app", "frontdesk_widget"):
        found = superuser.execute(
            f"select {attributes} from pg_roles where rolname = %s", (login,)
        ).fetchone()
        assert found == (False, False, False, False, False, False, True)
    for role in ("frontdesk_staff", "frontdesk_public", "frontdesk_owner", "frontdesk_definer"):
        found = superuser.execute(
            "select rolsuper, rolcreaterole, rolbypassrls, rolcanlogin from pg_roles where rolname = %s",
            (role,),
        ).fetchone()
        assert found == (False, False, False, False)
    becomes = superuser.execute(
        "select m.rolname, g.rolname from pg_auth_members a join pg_roles m on m.oid = a.member"
        " join pg_roles g on g.oid = a.roleid"
        " where m.rolname ~ '^frontdesk_(app|widget|staff|public)$' order by 1, 2"
    ).fetchall()
    assert becomes == [("frontdesk_app", "frontdesk_staff"), ("frontdesk_widget", "frontdesk_public")]
    owned = superuser.execute(
        "select count(*) from pg_shdepend d join pg_roles r on r.oid = d.refobjid"
        " where d.deptype = 'o' and r.rolname ~ '^frontdesk_(app|widget|staff|public)$'"
    ).fetchone()
    assert owned == (0,)


OUT_OF_REACH = [
    "set role frontdesk_owner",
    "set role frontdesk_definer",
    "set role frontdesk_public",
    "set role frontdesk_admin",
    "set role postgres",
    "set session authorization frontdesk_owner",
    "set session authorization frontdesk_staff",
    "grant frontdesk_owner to frontdesk_app",
    "grant frontdesk_staff to frontdesk_widget",
    "alter role frontdesk_app bypassrls",
    "alter role frontdesk_app inherit",
    "alter role frontdesk_widget set role = 'frontdesk_staff'",
    "alter database postgres set row_security = off",
    "set log_statement = 'all'",
    "create role intruder",
    "create schema intruder",
    "create table public.intruder (a int)",
    "create function public.intruder() returns int language sql as 'select 1'",
    "create function app.intruder() returns int language sql as 'select 1'",
    "create extension dblink",
    "create extension postgres_fdw",
    "create publication intruder for all tables",
    "select dblink('', 'select 1')",
    "select pg_read_file('postgresql.conf')",
    "select pg_ls_dir('.')",
    "select pg_stat_file('postgresql.conf')",
    "select lo_import('/etc/passwd')",
    "copy (select 1) to program 'cat'",
    "copy pg_class to '/tmp/intruder'",
    "select * from pg_authid",
    "select * from pg_shadow",
    "select * from pg_statistic",
    "select * from pg_hba_file_rules",
    "select pg_promote()",
    "select pg_create_physical_replication_slot('intruder')",
    "reassign owned by frontdesk_owner to frontdesk_app",
    "drop owned by frontdesk_owner",
    "drop owned by frontdesk_definer",
]


def test_the_server_is_out_of_reach(app_psql: Psql) -> None:
    for role in ("frontdesk_app", "frontdesk_staff"):
        app_psql.execute(f"set role {role}")
        for statement in OUT_OF_REACH:
            state = attempt(app_psql, statement).state
            # Not permitted; no such function; no such extension; not enabled.
            assert state in {"42501", "42883", "58P01", "0A000", "55000", "22023"}, (role, statement, state)


def test_nothing_is_prepared_for_later(app_psql: Psql) -> None:
    """A token is of no use where it was made, and no transaction can be set aside and joined."""
    app_psql.execute("begin")
    app_psql.execute("create temp table t (a int)")
    assert attempt_in_the_open(app_psql, "prepare transaction 'intruder'") in {"55000", "0A000"}
    assert attempt_in_the_open(app_psql, "alter system set log_statement = 'all'") == "42501"


def attempt_in_the_open(psql: Psql, statement: str) -> str | None:
    try:
        psql.execute(statement)
    except psycopg.Error as error:
        psql.execute("rollback")
        return error.sqlstate
    return None


def test_reset_role_gives_nothing_back(app_psql: Psql) -> None:
    with as_staff(app_psql):
        for statement in ("reset role", "set local role none", "reset session authorization", "discard all"):
            attempt(app_psql, statement)
            assert attempt(app_psql, "select * from bookings").nothing
    app_psql.execute("set role frontdesk_staff")
    app_psql.execute("discard all")
    assert app_psql.execute("select current_user, session_user").fetchone() == (
        "frontdesk_app",
        "frontdesk_app",
    )
    assert attempt(app_psql, "select * from bookings").state == "42501"


def test_the_widget_reads_nothing(cluster: object, superuser: Psql, database_name: str) -> None:
    conninfo = cluster.conninfo("frontdesk_widget", database_name)  # type: ignore[attr-defined]
    with psycopg.connect(conninfo, autocommit=True) as widget:
        for role in ("frontdesk_widget", "frontdesk_public"):
            widget.execute(f"set role {role}")
            for table in tables(superuser):
                assert attempt(widget, f"select * from {table}").state == "42501", table
            assert attempt(widget, "select app.version()").state == "42501"
        assert attempt(widget, "set role frontdesk_staff").state == "42501"


def test_a_role_that_drops_its_own_policies_sees_nothing(app_psql: Psql, superuser: Psql) -> None:
    """PostgreSQL lets whoever acts as a role drop what names it: a denial of service, never a look."""
    before = superuser.execute("select count(*) from pg_policies").fetchone()
    app_psql.execute("set role frontdesk_staff")
    assert superuser.execute("select digest is not null from app.version()").fetchone() == (True,)
    app_psql.execute("drop owned by frontdesk_staff")
    after = superuser.execute("select count(*) from pg_policies").fetchone()
    assert after != before
    assert attempt(app_psql, "select * from bookings").nothing
    # The desk says 'not at this version', and the next upgrade installs the policies again.
    assert superuser.execute("select digest from app.version()").fetchone() == (None,)
