"""What the database promises of itself, asked of its catalog: it is the boundary."""

from __future__ import annotations

import re

from architecture.conftest import Ask

# Rows of no organization: the organizations themselves, users, and what sign-in needs.
GLOBAL = {"organizations", "users", "sign_ins", "sign_in_challenges", "tokens", "secrets"}

# An old row waits here as it was, and the organization that it names may be none; only a take-over writes.
OF_NO_ORGANIZATION_FOR_SURE = {"quarantine_pkey", "quarantine_table_name_row_id_key"}

# References of tenant tables that name no organization, since users belong to none.
TO_USERS = {
    "audit_log_user_id_fkey",
    "bookings_booked_by_fkey",
    "bookings_changed_by_fkey",
    "cards_on_file_added_by_fkey",
    "cards_on_file_removed_by_fkey",
    "collections_taken_back_by_fkey",
    "collections_taken_by_fkey",
    "credit_refunds_made_by_fkey",
    "drawer_movements_made_by_fkey",
    "drawers_counted_by_fkey",
    "drawers_opened_by_fkey",
    "entitlement_holds_held_by_fkey",
    "entitlement_ledger_made_by_fkey",
    "handovers_accepted_by_fkey",
    "handovers_made_by_fkey",
    "instructors_user_id_fkey",
    "memberships_cancelled_by_fkey",
    "memberships_sold_by_fkey",
    "notes_written_by_fkey",
    "packages_cancelled_by_fkey",
    "packages_sold_by_fkey",
    "payments_taken_by_fkey",
    "refusals_user_id_fkey",
    "tasks_done_by_fkey",
    "user_organizations_user_id_fkey",
}

# Whoever adds one says why here and in its file: it acts with rights that its caller has not.
DEFINER_FOR_STAFF = {
    # identity
    "app.desk_id()",
    "app.installation()",
    "app.my_organizations()",
    "app.organization_id()",
    "app.rank()",
    "app.user_id()",
    "app.version()",
    # sign-in
    "app.change_password(bytea,bytea)",
    "app.login(uuid,bytea,bytea,uuid)",
    "app.login_challenge(text)",
    "app.pin_challenge()",
    "app.pin_login(bytea,bytea)",
    "app.profile()",
    "app.set_pin(bytea,bytea)",
    "app.sign_out()",
    "app.sleep()",
    # find, who a new person may be already, whether anything pays, and locking rows
    "app.duplicates(text,text,text)",
    "app.find(text,uuid)",
    "app.is_covered(uuid,uuid,uuid)",
    "app.lock_buyer(uuid,uuid)",
    "app.lock_for_booking(uuid,uuid,uuid)",
    "app.lock_sale(uuid,uuid)",
    # who of the caller's organization waits, or is booked, on a day on which what pays does not
    "app.not_covered()",
    "app.outside_payer()",
    # the name of a colleague of the caller's
    "app.colleague(uuid)",
    # payments, which staff do not write: of what is owed, and of credit that a manager gives back
    "app.collect(uuid,text,uuid,text)",
    "app.refund_credit(uuid,text,uuid,integer,text)",
    "app.take_back_collection(uuid)",
    # counting what the caller was refused
    "app.note_refusal(text,text,text)",
}
DEFINER_FOR_TRIGGERS = {
    "app.add_search_documents()",
    "app.audit()",
    "app.audit_added()",
    "app.count_seats()",
    "app.hand_over()",
    "app.keep_credit()",
    "app.keep_credits()",
    "app.keep_habits()",
    "app.keep_payer()",
    "app.keep_payments()",
    "app.keep_sale()",
    "app.keep_sale_cancelled()",
    "app.keep_search_document()",
    "app.never_below_nothing()",
    "app.promote()",
}
DEFINER_FOR_THESE = {
    "app.forget_sign_ins()",
    "app.move_seats(uuid,uuid,integer,integer)",
    "app.password_token()",
    "app.pins_that_fitted(tokens)",
    "app.stands(bytea)",
    "app.user_to_challenge(text,bytea)",
}
DEFINER = DEFINER_FOR_STAFF | DEFINER_FOR_TRIGGERS | DEFINER_FOR_THESE

ON_BOOKINGS = {
    "a_booking_change_rules",
    "a_booking_rules",
    "a_count_seats",
    "a_keep_credits",
    "b_keep_payer",
    "b_promote",
    "c_keep_payments",
    "d_keep_habits",
    "e_keep_credit",
    "e_keep_credit_back",
    "e_keep_credit_changed",
    "organization_stays",
    "z_audit",
}
AUDITED = {
    "organizations",
    "user_organizations",
    "leads",
    "clients",
    "programs",
    "class_sessions",
    "bookings",
    "payments",
    "tasks",
    "families",
    "family_members",
    "notes",
    "external_ids",
    "membership_plans",
    "package_products",
    "covered_programs",
    "memberships",
    "packages",
    "entitlement_holds",
    "entitlement_ledger",
    "drawers",
    "drawer_movements",
    "drawer_counts",
    "handovers",
    "handover_needs",
    "collections",
    "credit_refunds",
    "cards_on_file",
}

# Whose new rows are audited statement by statement; of the others each row by itself.
AUDITED_TOGETHER = {"leads", "clients", "families", "family_members", "notes", "external_ids"}

PERSON = {
    *("organization_id", "id", "name", "email", "phone", "birth_date", "barcode", "emergency_contact"),
    *("waiver_signed_at", "waiver_signed_by", "blocked_reason"),
}
# Never a name, and never a block; most of the rest is the managers', which triggers say.
PERSON_CHANGES = PERSON - {"organization_id", "id", "name", "blocked_reason"}

SALE = {"organization_id", "id", "customer_id", "client_id", "starts_on", "paid_by", "comp_reason"}
OFFER = {"organization_id", "id", "name", "price", "every_program", "is_intro", "is_shared"}
OFFER_CHANGES = {"name", "price", "is_intro", "is_shared", "is_active"}

TABLES = """
select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text,
       exists (
         select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id') as tenant
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'
"""


def test_every_table_is_of_an_organization_or_known_not_to_be(ask: Ask) -> None:
    tables = ask(f"select relname, tenant from ({TABLES}) t")
    assert {name for name, tenant in tables if not tenant} == GLOBAL
    assert len(tables) > len(GLOBAL)


def test_every_table_is_under_forced_row_level_security(ask: Ask) -> None:
    unguarded = f"select relname from ({TABLES}) t where not (relrowsecurity and relforcerowsecurity)"
    assert ask(unguarded) == []
    assert ask(f"select relname from ({TABLES}) t where relowner <> 'frontdesk_owner'") == []


def test_every_policy_names_its_role_and_checks_every_write(ask: Ask) -> None:
    policies = ask(
        "select tablename || '.' || policyname, cmd, roles::text[], with_check is not null, permissive"
        " from pg_policies where schemaname = 'public'"
    )
    assert policies
    ours = {"frontdesk_staff", "frontdesk_definer", "frontdesk_public"}
    for name, command, roles, has_check, _ in policies:
        assert len(roles) == 1 and set(roles) <= ours, f"{name} is for {roles}"
        assert command == "SELECT" or command == "DELETE" or has_check, f"{name} checks no write"


def test_no_policy_of_a_desk_is_simply_true(ask: Ask) -> None:
    """The definer's are: its functions look for themselves."""
    loose = ask(
        "select tablename, policyname from pg_policies where schemaname = 'public'"
        " and not roles @> '{frontdesk_definer}' and 'true' in (qual, with_check)"
    )
    assert loose == []


def test_every_policy_says_the_organization(ask: Ask) -> None:
    policies = ask(
        "select tablename, policyname, unnest(array[qual, with_check]) as said from pg_policies"
        " where schemaname = 'public' and not roles @> '{frontdesk_definer}'"
    )
    for table, name, said in policies:
        column = "id" if table == "organizations" else "organization_id"
        assert said is None or f"({column} = ( SELECT app." in said, f"{table}.{name}: {said}"


def test_policies_ask_their_helpers_once_a_statement(ask: Ask) -> None:
    """A helper that is called for each row made a search 100 times slower."""
    for name, said in ask(
        "select tablename || '.' || policyname, concat_ws(' ', qual, with_check) from pg_policies"
        " where schemaname = 'public'"
    ):
        calls, wrapped = re.findall(r"\bapp\.\w+\(", said), re.findall(r"\( SELECT app\.\w+\(\)", said)
        assert len(calls) == len(wrapped), f"{name}: {said}"


def test_keys_of_tenant_tables_contain_the_organization(ask: Ask) -> None:
    without = ask(
        f"""
        select i.indexrelid::regclass::text from pg_index i join ({TABLES}) t on t.oid = i.indrelid
         where t.tenant and i.indisunique and not exists (
           select from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey)
              and a.attname = 'organization_id')
        """
    )
    assert {name for (name,) in without} == OF_NO_ORGANIZATION_FOR_SURE


def test_references_stay_inside_the_organization(ask: Ask) -> None:
    references = ask(
        f"""
        select k.conname, k.confrelid::regclass::text,
               array(select a.attname::text from pg_attribute a
                      where a.attrelid = k.conrelid and a.attnum = any (k.conkey)),
               array(select a.attname::text from pg_attribute a
                      where a.attrelid = k.confrelid and a.attnum = any (k.confkey))
          from pg_constraint k join ({TABLES}) t on t.oid = k.conrelid
         where k.contype = 'f' and t.tenant
        """
    )
    assert {name for name, table, _, _ in references if table == "users"} == TO_USERS
    for name, table, ours, theirs in references:
        if table == "organizations":
            assert (ours, theirs) == (["organization_id"], ["id"]), name
        elif table != "users":
            assert "organization_id" in ours and "organization_id" in theirs, name


def test_an_organization_never_changes(ask: Ask) -> None:
    guarded = ask("select tgrelid::regclass::text from pg_trigger where tgname = 'organization_stays'")
    assert {table for (table,) in guarded} == {
        table for (table,) in ask(f"select relname from ({TABLES}) t where tenant")
    }


def test_nothing_cascades(ask: Ask) -> None:
    assert (
        ask(
            "select conname from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace"
            " and (confdeltype <> 'a' or confupdtype <> 'a')"
        )
        == []
    )


def test_every_constraint_is_validated_and_every_index_valid(ask: Ask) -> None:
    assert ask("select conname from pg_constraint where not convalidated") == []
    assert ask("select indexrelid::regclass from pg_index where not indisvalid") == []


def test_triggers_are_present(ask: Ask) -> None:
    triggers = ask(
        "select tgrelid::regclass::text, tgname::text, tgenabled from pg_trigger where not tgisinternal"
    )
    assert {name for table, name, _ in triggers if table == "bookings"} == ON_BOOKINGS
    assert {name for table, name, _ in triggers if table == "tasks"} == {
        *("a_task_rules", "organization_stays", "z_audit")
    }
    assert {table for table, name, _ in triggers if name == "z_audit"} == AUDITED
    assert {table for table, name, _ in triggers if name == "z_audit_added"} == AUDITED_TOGETHER
    assert {table for table, name, _ in triggers if name == "append_only"} >= {
        *("audit_log", "payments", "entitlement_ledger", "drawers", "drawer_movements", "drawer_counts"),
        *("handovers", "handover_needs", "collections", "credit_refunds"),
    }
    assert {enabled for _, _, enabled in triggers} == {"O"}


def test_the_definer_functions_are_these(ask: Ask) -> None:
    functions = ask(
        "select p.oid::regprocedure::text, p.proowner::regrole::text, array_to_string(p.proconfig, ';'),"
        " p.pronamespace::regnamespace::text from pg_proc p where p.prosecdef"
    )
    assert {name for name, *_ in functions} == DEFINER
    for name, owner, settings, schema in functions:
        assert (owner, schema) == ("frontdesk_definer", "app"), name
        assert re.match(r"search_path=pg_catalog, (ext, )?pg_temp(;|$)", settings or ""), name


def test_the_other_functions_are_the_owners_and_look_nowhere_else(ask: Ask) -> None:
    for name, owner, settings in ask(
        "select p.oid::regprocedure::text, p.proowner::regrole::text, array_to_string(p.proconfig, ';')"
        " from pg_proc p where p.pronamespace = 'app'::regnamespace and not p.prosecdef"
    ):
        assert owner == "frontdesk_owner", name
        assert re.match(r"search_path=pg_catalog, (ext, )?pg_temp(;|$)", settings or ""), name


def test_who_may_call_what(ask: Ask) -> None:
    """Nothing for PUBLIC; to staff those definer functions only that take their caller's word for nothing."""
    functions = ask(
        "select p.oid::regprocedure::text, p.prosecdef,"
        " exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
        "   where a.grantee = 0),"
        " has_function_privilege('frontdesk_staff', p.oid, 'execute'),"
        " has_function_privilege('frontdesk_public', p.oid, 'execute'),"
        " has_function_privilege('frontdesk_app', p.oid, 'execute'),"
        " has_function_privilege('frontdesk_widget', p.oid, 'execute')"
        " from pg_proc p where p.pronamespace = 'app'::regnamespace"
    )
    assert {name for name, definer, _, staff, *_ in functions if definer and staff} == DEFINER_FOR_STAFF
    assert {name for name, _, everybody, *_ in functions if everybody} == set()
    assert {name for name, *_, public, _, _ in functions if public} == set()
    assert {name for name, *_, app, widget in functions if app or widget} == set()


def test_schemas_are_closed(ask: Ask) -> None:
    roles = ("frontdesk_app", "frontdesk_widget", "frontdesk_public", "frontdesk_staff", "frontdesk_definer")
    for role in roles:
        may_make = ask(
            "select nspname from pg_namespace where has_schema_privilege(%s, oid, 'create')"
            " and nspname !~ '^pg_(toast_)?temp'",
            role,
        )
        assert may_make == [], role
    assert ask(
        "select r.rolname from pg_roles r where r.rolname like 'frontdesk%%'"
        " and has_schema_privilege(r.oid, 'ext', 'usage') and r.rolname <> all(%s) order by 1",
        ["frontdesk_admin", "frontdesk_backup"],
    ) == [("frontdesk_definer",), ("frontdesk_owner",)]


def test_logins_may_become_one_role_and_own_nothing(ask: Ask) -> None:
    logins = {"frontdesk_app": "frontdesk_staff", "frontdesk_widget": "frontdesk_public"}
    for login, role in logins.items():
        assert ask(
            "select rolcanlogin, rolinherit, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls,"
            " rolreplication from pg_roles where rolname = %s",
            login,
        ) == [(True, False, False, False, False, False, False)]
        assert ask(
            "select roleid::regrole::text, admin_option from pg_auth_members where member = %s::regrole",
            login,
        ) == [(role, False)]
        assert ask("select count(*) from pg_shdepend where refobjid = %s::regrole", login) == [(0,)]
    members = ask(
        "select roleid::regrole::text, member::regrole::text from pg_auth_members"
        " where member in (select oid from pg_roles where rolname like 'frontdesk%%' and not rolcanlogin)"
    )
    assert members == []


def test_the_other_roles_cannot_log_in_and_see_past_nothing(ask: Ask) -> None:
    roles = ["frontdesk_owner", "frontdesk_definer", "frontdesk_staff", "frontdesk_public"]
    assert ask(
        "select rolname from pg_roles where rolname = any(%s) and not"
        " (rolcanlogin or rolbypassrls or rolsuper or rolcreaterole or rolcreatedb or rolreplication)"
        " order by rolname",
        roles,
    ) == [(role,) for role in sorted(roles)]


def test_no_login_has_a_grant_on_a_table(ask: Ask) -> None:
    rights = ", ".join(f"'{right}'" for right in ("select", "insert", "update", "delete", "truncate"))
    for role in ("frontdesk_app", "frontdesk_widget", "frontdesk_public", "public"):
        assert (
            ask(
                f"select c.relname, r from pg_class c, unnest(array[{rights}]) r"
                " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')"
                " and has_table_privilege(%s, c.oid, r)",
                role,
            )
            == []
        )
    assert (
        ask(
            "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid,"
            " aclexplode(a.attacl) x where c.relnamespace = 'public'::regnamespace"
            " and x.grantee::regrole::text not in ('frontdesk_staff', 'frontdesk_definer', 'frontdesk_owner')"
        )
        == []
    )


def test_staff_write_only_these_columns(ask: Ask) -> None:
    """No whole table, no DELETE, and nothing that the database stamps by itself."""
    assert (
        ask(
            "select c.relname, r from pg_class c,"
            " unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) r"
            " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
            " and has_table_privilege('frontdesk_staff', c.oid, r)"
        )
        == []
    )
    columns = ask(
        "select table_name || ' ' || lower(privilege_type), array_agg(column_name::text)"
        " from information_schema.column_privileges"
        " where grantee = 'frontdesk_staff' and privilege_type <> 'SELECT' group by 1"
    )
    assert {name: set(names) for name, names in columns} == {
        "desks insert": {"organization_id", "id", "name"},
        "desks update": {"name"},
        "bookings insert": {
            *("organization_id", "id", "class_session_id", "customer_id", "client_id", "booking_status"),
            *("paid_by", "comp_reason", "override_reason", "happened_at", "membership_id", "package_id"),
        },
        "bookings update": {
            *("booking_status", "payment_status", "paid_by", "comp_reason", "override_reason"),
            *("cancel_reason", "membership_id", "package_id"),
        },
        "tasks update": {"done_at"},
        "drawers insert": {"organization_id", "id", "float_amount"},
        "drawers update": {"counted_at", "note"},
        "drawer_movements insert": {"organization_id", "id", "drawer_id", "amount", "reason"},
        "drawer_counts insert": {"organization_id", "drawer_id", "denomination", "pieces"},
        "drawer_counts update": {"pieces"},
        "handovers update": {"accepted_at"},
        "leads insert": PERSON | {"status", "source"},
        "leads update": PERSON_CHANGES | {"source"},
        "clients insert": PERSON | {"client_since"},
        "clients update": PERSON_CHANGES | {"client_since"},
        "families insert": {"organization_id", "id"},
        "family_members insert": {
            *("organization_id", "family_id", "customer_id", "client_id", "is_guardian"),
        },
        "family_members update": {"is_guardian"},
        "notes insert": {
            *("organization_id", "customer_id", "client_id", "text", "alert_priority", "written_by"),
        },
        "memberships insert": SALE | {"plan_id"},
        "memberships update": {"cancelled_at", "cancel_reason", "refunded", "taken_back"},
        "packages insert": SALE | {"product_id"},
        "packages update": {"cancelled_at", "cancel_reason", "refunded", "taken_back"},
        "cards_on_file insert": {"organization_id", "id", "customer_id", "client_id", "brand", "last_four"},
        "cards_on_file update": {"removed_at"},
        "entitlement_holds insert": {
            *("organization_id", "membership_id", "package_id", "first_day", "last_day", "reason"),
        },
        "entitlement_holds update": {"last_day"},
        "membership_plans insert": OFFER | {"period_limit", "period", "anchored", "term_months"},
        "membership_plans update": OFFER_CHANGES,
        "package_products insert": OFFER | {"class_count", "valid_days", "valid_from"},
        "package_products update": OFFER_CHANGES,
        "covered_programs insert": {"organization_id", "plan_id", "product_id", "program_id"},
        "external_ids insert": {
            *("organization_id", "source", "external_id", "customer_id", "client_id"),
        },
    }


def test_there_is_no_way_around_the_tables(ask: Ask) -> None:
    """A view, a materialized view, a sequence or a rule of ours would need a guard of its own."""
    assert (
        ask(
            "select c.relname from pg_class c where c.relkind in ('v', 'm', 'S', 'f')"
            " and c.relowner in ('frontdesk_owner'::regrole, 'frontdesk_definer'::regrole)"
        )
        == []
    )
    assert ask("select rulename from pg_rules where schemaname in ('public', 'app')") == []
    assert ask("select count(*) from pg_publication") == [(0,)]
