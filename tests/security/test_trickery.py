"""Objects of one's own that are named like ours: neither invoker nor definer functions ever meet them."""

from __future__ import annotations

import uuid

from gym import Gym
from security.psql import Psql, as_staff, attempt, signed

SHADOWS = """
create temp table tokens as select decode('00', 'hex') as token_hash, %(me)s::uuid as user_id,
  null::uuid as installation, false as change_only, null::timestamptz as revoked_at,
  'infinity'::timestamptz as expires_at,
  null::xid8 as made_in, now() as made_at;
create temp table user_organizations as select %(union)s::uuid as organization_id, %(me)s::uuid as user_id,
  'owner'::text as role, true as is_active;
create temp table organizations (like public.organizations);
create temp table class_sessions (like public.class_sessions);
create temp table bookings (like public.bookings);
create temp table programs (like public.programs);
create temp table leads (like public.leads);
create function pg_temp.now() returns timestamptz language sql as $$ select '2000-01-01'::timestamptz $$;
create function pg_temp.clock_timestamp() returns timestamptz language sql
  as $$ select '2000-01-01'::timestamptz $$;
create function pg_temp.statement_timestamp() returns timestamptz language sql
  as $$ select '2000-01-01'::timestamptz $$;
create function pg_temp.current_setting(text) returns text language sql as $$ select 'read committed' $$;
create function pg_temp.current_setting(text, boolean) returns text language sql as $$ select 'x' $$;
create function pg_temp.sha256(bytea) returns bytea language sql as $$ select decode('00', 'hex') $$;
create function pg_temp.lower(text) returns text language sql as $$ select 'x' $$;
create function pg_temp.btrim(text) returns text language sql as $$ select 'x' $$;
create function pg_temp.coalesce_(text) returns text language sql as $$ select 'x' $$;
create function pg_temp.num_nonnulls(variadic "any") returns int language internal as 'pg_num_nonnulls';
create function pg_temp.yes(uuid, uuid) returns boolean language sql as $$ select true $$;
create operator pg_temp.= (function = pg_temp.yes, leftarg = uuid, rightarg = uuid);
create function pg_temp.yes(bytea, bytea) returns boolean language sql as $$ select true $$;
create operator pg_temp.= (function = pg_temp.yes, leftarg = bytea, rightarg = bytea);
create function pg_temp.yes(timestamptz, timestamptz) returns boolean language sql as $$ select true $$;
create operator pg_temp.> (function = pg_temp.yes, leftarg = timestamptz, rightarg = timestamptz);
create domain pg_temp.uuid as text;
"""


def lay(psql: Psql, gym: Gym, who: str) -> list[str]:
    """Make every shadow that can be made, and put them before PostgreSQL's own."""
    refused = []
    psql.execute("set role frontdesk_staff")  # may read what the tables look like
    for part in SHADOWS.split(";\n"):
        if not part.strip():
            continue
        filled = part.replace("%(me)s", f"'{gym.users[who]}'").replace(
            "%(union)s", f"'{gym.organizations['union']}'"
        )
        if attempt(psql, filled).state is not None:
            refused.append(filled)
    psql.execute("reset role")
    return refused


def test_shadows(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    refused = lay(app_psql, gym, "ana")
    assert not any(" table " in statement for statement in refused)
    unknown = uuid.uuid4()
    for path in ("pg_temp, app, public, pg_catalog", "pg_temp, pg_catalog, app"):
        app_psql.execute(f"set search_path = {path}")
        with as_staff(app_psql, "", str(gym.organizations["union"])):
            assert (
                app_psql.execute("select app.user_id(), app.organization_id(), app.rank()").fetchone()
                == (None,) * 3
            )
            for table in ("bookings", "clients", "leads", "user_organizations"):
                assert attempt(app_psql, f"select * from public.{table}").nothing
        with signed(app_psql, gym, "ana", "union"):
            assert app_psql.execute("select app.rank(), app.organization_id()").fetchone() == (None, None)
        with signed(app_psql, gym, "ana"):
            assert app_psql.execute("select app.rank(), app.is_manager()").fetchone() == ("staff", False)
            assert len(app_psql.execute("select * from app.find('sam')").fetchall()) == 3
            book = "select outcome, rule from app.book(%s, %s, 'lead', %s, 'card', null, %s, false)"
            for session, reason, rule in (
                ("full", None, "class_sessions_seats"),
                ("full", "me", "booking_override_rank"),
                ("over", None, "booking_session_over"),
                ("cancelled", None, "booking_session_not_scheduled"),
            ):
                tried = attempt(
                    app_psql, book, uuid.uuid4(), gym.sessions[session], gym.leads["olsen"], reason
                )
                assert [row[1] for row in tried.rows] == [rule]
            assert (
                attempt(app_psql, book, unknown, gym.sessions["other"], gym.leads["olsen"], None).state
                == "23503"
            )


def test_a_challenge_under_shadows(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    lay(app_psql, gym, "ana")
    app_psql.execute("set search_path = pg_temp, pg_catalog")
    app_psql.execute("set role frontdesk_staff")
    challenge = app_psql.execute(
        "select challenge_id from app.login_challenge('otto@gym.example')"
    ).fetchone()
    assert challenge is not None
    app_psql.execute(
        "select app.login(%s, 'x', public.sha256('forged'), %s)".replace("public.", "pg_catalog."),
        (challenge[0], unknown_installation()),
    )
    app_psql.execute("reset role")
    with as_staff(app_psql, "forged", str(gym.organizations["harbour"])):
        assert app_psql.execute("select app.user_id()").fetchone() == (None,)
    failures = superuser.execute("select failures from sign_ins").fetchall()
    assert failures == [(1,)]


def unknown_installation() -> uuid.UUID:
    return uuid.UUID(int=7)


def test_ones_own_functions_views_and_triggers_give_nothing(app_psql: Psql, gym: Gym) -> None:
    app_psql.execute("set role frontdesk_staff")
    app_psql.execute("create temp view seen as select * from public.clients")
    app_psql.execute(
        "create function pg_temp.seen() returns setof public.clients language sql security definer"
        " as 'select * from public.clients'"
    )
    app_psql.execute("grant select on seen to public")
    app_psql.execute("reset role")
    for statement in ("select * from seen", "select * from pg_temp.seen()"):
        assert attempt(app_psql, statement).nothing
    with signed(app_psql, gym, "ben", "union"):
        for statement in (
            "select distinct organization_id from seen",
            "select distinct organization_id from pg_temp.seen()",
        ):
            assert attempt(app_psql, statement).rows == [(gym.organizations["union"],)]
        app_psql.execute("create temp table bait (like public.bookings)")
        for function in (
            "audit",
            "count_seats",
            "promote",
            "keep_payments",
            "keep_search_document",
            "booking_rules",
        ):
            trap = f"create trigger t before insert on bait for each row execute function app.{function}()"
            assert attempt(app_psql, trap).state == "42501", function


def test_internal_functions_are_closed(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    """Definer functions that staff may call are few and known."""
    open_to_staff = superuser.execute(
        "select p.proname from pg_proc p where p.pronamespace = 'app'::regnamespace and p.prosecdef"
        " and has_function_privilege('frontdesk_staff', p.oid, 'execute') order by 1"
    ).fetchall()
    assert {row[0] for row in open_to_staff} == {
        "change_password",
        "colleague",
        "collect",
        "desk_id",
        "duplicates",
        "find",
        "installation",
        "is_covered",
        "lock_buyer",
        "lock_for_booking",
        "lock_sale",
        "not_covered",
        "outside_payer",
        "note_refusal",
        "login",
        "login_challenge",
        "my_organizations",
        "organization_id",
        "pin_challenge",
        "pin_login",
        "profile",
        "rank",
        "refund_credit",
        "set_pin",
        "sign_out",
        "sleep",
        "take_back_collection",
        "user_id",
        "version",
    }
    with signed(app_psql, gym):
        union, session = gym.organizations["union"], gym.sessions["other"]
        for call in (
            f"app.move_seats('{union}', '{session}', 1, 0)",
            f"app.matching('{union}', 'sam')",
            f"app.resembling('{union}', 'sam', 50)",
            f"app.expected('{union}', '{session}', '')",
            f"app.found('{union}', '{session}', 'sam')",
            f"app.scanned('{union}', '0')",
            f"app.booked('{union}', '{session}')",
            f"app.people_at_a_glance('{union}', '{session}', '{{}}', false)",
            f"app.habits('{union}', '{session}')",
            f"app.keep_habits_of('{union}', '{session}')",
            "app.forget_sign_ins()",
            "app.user_to_challenge('ana@gym.example', 'x')",
        ):
            assert attempt(app_psql, f"select * from {call}").state == "42501", call


def test_the_plain_login_may_use_the_servers_odds_and_ends_only_for_itself(
    app_psql: Psql, superuser: Psql
) -> None:
    """Large objects, advisory locks and its own settings: a nuisance, and no way to a row."""
    app_psql.execute("select lo_from_bytea(0, 'x')")
    app_psql.execute("alter role frontdesk_app set statement_timeout = '1min'")
    app_psql.execute("alter role frontdesk_app reset all")
    assert attempt(app_psql, "alter role frontdesk_app set app.token = 'x'").state in {"42501", None}
    app_psql.execute("alter role frontdesk_app reset all")
    assert superuser.execute(
        "select count(*) from pg_proc where prolang = 0 and proname = 'dblink'"
    ).fetchone() == (0,)
