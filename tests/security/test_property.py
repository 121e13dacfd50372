"""Random statements with random settings: no row of another organization is ever shown or changed."""

from __future__ import annotations

import uuid

from gym import Gym
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from security.psql import Psql, as_staff, attempt, tables

PEOPLE = ["bookings", "clients", "leads", "payments", "tasks", "audit_log", "audit_personal", "desks"]
PLANS = ["class_sessions", "programs", "rooms", "instructors", "session_instructors", "user_organizations"]
TILL = ["drawers", "drawer_movements", "drawer_counts", "handovers", "handover_needs"]
ACCOUNTS = ["collections", "credit_refunds", "cards_on_file"]
TENANTS = [*PEOPLE, *PLANS, *TILL, *ACCOUNTS]
TABLES = [*TENANTS, "tokens", "users", "secrets", "sign_ins"]
CONDITIONS = (
    "true",
    "organization_id = '{union}'",
    "organization_id <> '{harbour}'",
    "set_config('app.organization', '{union}', true) is not null",
    "set_config('app.token', '{token}', true) is null or true",
    "set_config('role', 'none', true) is not null",
    "exists (select from bookings b where b.organization_id = '{union}')",
    "1 / (organization_id = '{harbour}')::int = 1",
)
VERBS = (
    "select {table}::text from {table} where {condition}",
    "select string_agg({table}::text, '') from {table} where {condition} group by organization_id",
    "select x::text from {other} o join {table} x using (organization_id)"
    " where o.organization_id = '{union}'",
    "with x as (select * from {table} where {condition}) select x::text from x",
    "with x as (update bookings set booking_status = 'cancelled' where {condition} returning *)"
    " select x::text from x",
    "update {table} set organization_id = '{harbour}' where {condition} returning organization_id::text",
    "update bookings set booking_status = 'cancelled' where {condition} returning organization_id::text",
    "delete from {table} where {condition} returning organization_id::text",
    "insert into {table} select * from {other} returning organization_id::text",
    "insert into bookings (organization_id, class_session_id, client_id)"
    " values ('{union}', '{session}', '{client}')"
    " returning organization_id::text",
    "insert into desks (organization_id, id, name) values ('{union}', gen_random_uuid(), 'x')"
    " returning id::text",
    "select f::text from app.find('sam') f",
    "select r::text from app.roster('{session}') r where {condition_free}",
    "select b::text"
    " from app.book(gen_random_uuid(), '{session}', 'client', '{client}', 'cash', 'x', 'x', true) b",
    "select t::text from app.take_back('{booking}') t",
    "select c::text from app.collect(gen_random_uuid(), 'client', '{client}', 'card') c",
    "select r::text from app.refund_credit(gen_random_uuid(), 'client', '{client}', 1, 'x') r",
    "select app.add_card(gen_random_uuid(), 'client', '{client}', 'visa', '4242')::text",
    "select s::text from app.sessions_on(null) s",
    "select d::text from app.till_drawers(null) d",
    "select d::text from app.count_drawer('{drawer}', '{{\"100\": 1}}', 'x') d",
    "update drawers set counted_at = now(), note = 'x' where {condition} returning organization_id::text",
    "insert into drawer_movements (organization_id, drawer_id, amount, reason)"
    " values ('{union}', '{drawer}', 1, 'x') returning organization_id::text",
    "table {table}",
)
STATEMENTS = st.builds(
    lambda verb, table, other, condition: (verb, table, other, condition),
    st.sampled_from(VERBS),
    st.sampled_from(TABLES),
    st.sampled_from(TABLES),
    st.sampled_from(CONDITIONS),
)
SETTINGS = st.tuples(
    st.sampled_from(["ana", "mia", "otto", "vera", "neu", ""]),
    st.sampled_from(["harbour", "union", "", "x"]),
    st.sampled_from(["read committed", "repeatable read"]),
)


def test_random_statements(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    union, booking, drawer = gym.organizations["union"], uuid.uuid4(), uuid.uuid4()
    superuser.execute(
        "with desk as (insert into desks (organization_id, id, name) values (%s, %s, 'theirs') returning id)"
        " insert into drawers (organization_id, id, desk_id, currency) select %s, %s, id, 'USD' from desk",
        (union, uuid.uuid4(), union, drawer),
    )
    superuser.execute(
        "insert into bookings (organization_id, id, class_session_id, client_id, paid_by)"
        " values (%s, %s, %s, %s, 'cash')",
        (union, booking, gym.sessions["other"], gym.clients["other"]),
    )
    words = {
        "union": union,
        "harbour": gym.organizations["harbour"],
        "session": gym.sessions["other"],
        "client": gym.clients["other"],
        "booking": booking,
        "drawer": drawer,
        "token": gym.token("mia"),
        "condition_free": "true",
    }
    theirs = {str(union), str(booking), str(drawer)} | {
        str(row[0])
        for row in superuser.execute("select id from clients where organization_id = %s", (union,)).fetchall()
    }
    keyed = [table for table in tables(superuser) if table.removeprefix("public.") in TENANTS]

    def rows() -> list[object]:
        query = "select t::text from {} t where organization_id = %s order by 1"
        return [superuser.execute(query.format(table), (union,)).fetchall() for table in keyed]

    before = rows()

    @settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(SETTINGS, st.lists(STATEMENTS, min_size=1, max_size=4))
    def attack(signing: tuple[str, str, str], statements: list[tuple[str, str, str, str]]) -> None:
        who, organization, level = signing
        token = gym.token(who) if who else ""
        with as_staff(app_psql, token, str(gym.organizations.get(organization, organization)), level):
            for verb, table, other, condition in statements:
                filled = condition.format(**words)
                tried = attempt(app_psql, verb.format(table=table, other=other, condition=filled, **words))
                shown = str(tried.rows)
                said = tried.text + tried.context
                assert not any(theirs_id in shown for theirs_id in theirs), tried
                assert "Samantha" not in shown + said and "Lifting" not in shown + said, tried
            app_psql.execute("commit")

    attack()
    assert rows() == before
