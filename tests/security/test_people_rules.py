"""What each rank may add and change of people, by a plain INSERT or UPDATE as frontdesk_staff."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from gym import Gym
from security.psql import Psql, Tried, attempt, signed, writes

PAST = datetime(2020, 1, 1, tzinfo=UTC)
CHILD = date.today() - timedelta(days=10 * 365)


def add(psql: Psql, gym: Gym, table: str = "leads", /, **values: object) -> Tried:
    row = {"organization_id": gym.organizations["harbour"], "name": "Nia New"} | values
    marks = ", ".join(["%s"] * len(row))
    returning = "id, waiver_signed_at, waiver_signed_by, blocked_at, name, email"
    return attempt(
        psql, f"insert into {table} ({', '.join(row)}) values ({marks}) returning {returning}", *row.values()
    )


def child(superuser: Psql, gym: Gym, born: date = CHILD, **guardian: object) -> uuid.UUID:
    """A child of the family of Rosamund Ortiz, who is its guardian."""
    harbour, made, family = gym.organizations["harbour"], uuid.uuid4(), uuid.uuid4()
    superuser.execute(
        "insert into leads (organization_id, id, name, birth_date) values (%s, %s, 'Nico Ortiz', %s)",
        (harbour, made, born),
    )
    superuser.execute("insert into families (organization_id, id) values (%s, %s)", (harbour, family))
    superuser.execute(
        "insert into family_members (organization_id, family_id, customer_id, client_id, is_guardian)"
        " values (%s, %s, %s, null, false), (%s, %s, null, %s, %s)",
        (harbour, family, made, harbour, family, gym.clients["ortiz"], guardian.get("is_guardian", True)),
    )
    return made


def test_staff_add_leads_with_contact_facts(app_psql: Psql, gym: Gym) -> None:
    facts: dict[str, object] = {
        "email": " nia@post.example\t",
        "phone": "07700 900777",
        "birth_date": date(1990, 1, 1),
        "barcode": "778",
        "emergency_contact": "Bo, 07700 900778",
        "source": "walk-in",
    }
    with signed(app_psql, gym):
        assert add(app_psql, gym, **facts, name="\u00a0Nia New ").rows[0][1:] == (
            *(None, None, None),
            *("Nia New", "nia@post.example"),
        )
        assert add(app_psql, gym, "clients").state == "42501"


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"blocked_reason": "hush"}, "person_rank"),
        ({"status": "qualified"}, "person_rank"),
        ({"status": "converted"}, "person_rank"),
        ({"name": " \t\u00a0"}, "person_name"),
        ({"name": "x" * 201}, "person_text_length"),
        ({"phone": "1" * 51}, "person_text_length"),
        ({"birth_date": date.today() + timedelta(days=3)}, "person_birth_date"),
        ({"birth_date": date(1788, 1, 1)}, "person_birth_date"),
        ({"waiver_signed_at": PAST}, "waiver_signed_by"),
        ({"waiver_signed_by": "Nia New", "birth_date": CHILD}, "waiver_guardian"),
    ],
)
def test_staff_add_nothing_else(app_psql: Psql, gym: Gym, values: dict[str, object], rule: str) -> None:
    with signed(app_psql, gym):
        tried = add(app_psql, gym, **values)
        assert (tried.state, tried.rule) == ("23514", rule)


@pytest.mark.parametrize("who", ["ana", "mia", "otto"])
@pytest.mark.parametrize("table", ["leads", "clients"])
def test_what_nobody_at_a_desk_writes_of_a_person(
    app_psql: Psql, superuser: Psql, gym: Gym, who: str, table: str
) -> None:
    never = ("created_at", "updated_at", "erased_at", "blocked_at", "organization_id", "id", "name", "status")
    with signed(app_psql, gym, who):
        for column in (*never, "blocked_reason"):
            change = f"update {table} set {column} = {column}"
            assert attempt(app_psql, change).state in ({"42501", "42703"}), change
        for column in ("created_at", "updated_at", "erased_at", "blocked_at"):
            assert add(app_psql, gym, table, **{column: PAST}).state == "42501", column
        for statement in writes(superuser, table):
            if statement.startswith(("delete", "truncate", "alter", "drop", "copy")):
                assert attempt(app_psql, statement).state == "42501", statement
        assert add(app_psql, gym, table, id=gym.leads["olsen" if table == "clients" else "zoe"]).state


@pytest.mark.parametrize("who", ["mia", "otto"])
def test_managers_add_people_as_another_system_had_them(app_psql: Psql, gym: Gym, who: str) -> None:
    with signed(app_psql, gym, who):
        known = {"waiver_signed_at": PAST, "waiver_signed_by": "Bo Old", "birth_date": CHILD}
        client = add(app_psql, gym, "clients", client_since=date(2019, 1, 1), **known)
        assert client.rows[0][1:3] == (PAST, "Bo Old")
        blocked = add(app_psql, gym, "leads", status="qualified", blocked_reason="owes", waiver_signed_by="x")
        _, signed_at, _, blocked_at, *_ = blocked.rows[0]
        assert datetime.now(UTC) - signed_at < timedelta(minutes=1)
        assert datetime.now(UTC) - blocked_at < timedelta(minutes=1)
        future = add(
            app_psql,
            gym,
            waiver_signed_at=datetime(2999, 1, 1, tzinfo=UTC),
            waiver_signed_by="x",
            status="lost",
        )
        assert future.rows[0][1] < datetime.now(UTC) + timedelta(seconds=5)
        assert add(app_psql, gym, status="converted").rule == "person_rank"


@pytest.mark.parametrize("who", ["ana", "mia"])
def test_one_id_and_one_barcode_are_one_persons(app_psql: Psql, superuser: Psql, gym: Gym, who: str) -> None:
    superuser.execute("update clients set barcode = '900' where id = %s", (gym.clients["okafor"],))
    document = "select * from search_documents where person_id = %s"
    before = superuser.execute(document, (gym.clients["okafor"],)).fetchall()
    with signed(app_psql, gym, who):
        assert add(app_psql, gym, id=gym.clients["okafor"]).rule == "search_documents_pkey"
        assert add(app_psql, gym, id=gym.leads["zoe"]).state == "23505"
        tried = add(app_psql, gym, barcode=" 900 ")
        assert (tried.state, tried.rule) == ("23505", "leads_barcode")
        if who == "mia":
            fill = attempt(app_psql, "update leads set barcode = '900' where id = %s", gym.leads["zoe"])
            assert fill.rule == "leads_barcode"
            assert add(app_psql, gym, "clients", id=gym.leads["zoe"]).rule == "search_documents_pkey"
        app_psql.execute("commit")
    assert superuser.execute(document, (gym.clients["okafor"],)).fetchall() == before


FACTS: list[tuple[str, object]] = [
    ("email", "new@post.example"),
    ("phone", "07700 900000"),
    ("birth_date", date(1980, 1, 1)),
    ("barcode", "12345"),
    ("emergency_contact", "Bo"),
]


@pytest.mark.parametrize("table", ["leads", "clients"])
def test_staff_change_nothing_but_the_waiver(app_psql: Psql, gym: Gym, table: str) -> None:
    person = gym.leads["zoe"] if table == "leads" else gym.clients["arabic"]
    own = ("source", "x") if table == "leads" else ("client_since", date(2020, 1, 1))
    with signed(app_psql, gym):
        for column, value in [*FACTS, own]:
            change = f"update {table} set {column} = %s where id = %s"
            assert attempt(app_psql, change, value, person).rule == "person_rank", column
        sign = f"update {table} set waiver_signed_at = %s, waiver_signed_by = %s, phone = phone where id = %s"
        sign += " returning waiver_signed_at > now() - interval '1 minute', waiver_signed_by"
        assert attempt(app_psql, sign, PAST, " Zoë ", person).rows == [(True, "Zoë")]
        for change in ("waiver_signed_by = 'Bo'", "waiver_signed_by = null", "waiver_signed_at = null"):
            again = attempt(app_psql, f"update {table} set {change} where id = %s", person)
            assert again.rule == "waiver_signed_already", change


@pytest.mark.parametrize("table", ["leads", "clients"])
def test_managers_fill_in_what_is_missing(app_psql: Psql, superuser: Psql, gym: Gym, table: str) -> None:
    person = gym.leads["hostile"] if table == "leads" else gym.clients["arabic"]
    with signed(app_psql, gym, "mia"):
        for column, value in FACTS:
            change = f"update {table} set {column} = %s where id = %s"
            assert attempt(app_psql, change, value, person).count == 1, column
            other = date(1981, 1, 1) if column == "birth_date" else "9"
            assert attempt(app_psql, change, other, person).rule == "person_facts_stay", column
            assert attempt(app_psql, change, None, person).rule == "person_facts_stay", column
        record = f"update {table} set waiver_signed_at = %s, waiver_signed_by = 'Bo' where id = %s"
        assert attempt(app_psql, record, PAST, person).count == 1
        app_psql.execute("commit")
    row = f"select waiver_signed_at, barcode, updated_at > created_at from {table} where id = %s"
    assert superuser.execute(row, (person,)).fetchone() == (PAST, "12345", True)


@pytest.mark.parametrize("who", ["ana", "mia"])
def test_a_guardian_signs_for_a_minor(app_psql: Psql, superuser: Psql, gym: Gym, who: str) -> None:
    nico = child(superuser, gym)
    sign = "update leads set waiver_signed_by = %s where id = %s"
    with signed(app_psql, gym, who):
        for name in ("Nico Ortiz", "Sam Okafor", "Rosa Ortiz", "."):
            assert attempt(app_psql, sign, name, nico).rule == "waiver_guardian", name
        assert attempt(app_psql, sign, "  rosamund  ORTÍZ ", nico).count == 1


def test_no_guardian_who_is_none(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    """Neither an adult of the family who is not its guardian, nor one who turns out to be under age."""
    sign = "update leads set waiver_signed_by = 'Rosamund Ortiz' where id = %s"
    nico = child(superuser, gym, is_guardian=False)
    with signed(app_psql, gym):
        assert attempt(app_psql, sign, nico).rule == "waiver_guardian"
    superuser.execute("update family_members set is_guardian = true where client_id is not null")
    superuser.execute("update clients set birth_date = %s where id = %s", (CHILD, gym.clients["ortiz"]))
    with signed(app_psql, gym):
        assert attempt(app_psql, sign, nico).rule == "waiver_guardian"


@pytest.mark.parametrize(("days", "rule"), [(0, None), (1, "waiver_guardian")])
def test_the_eighteenth_birthday_is_the_organizations(
    app_psql: Psql, superuser: Psql, gym: Gym, days: int, rule: str | None
) -> None:
    """Of age from the first hour of the birthday, by the gym's own calendar."""
    superuser.execute("update organizations set timezone = 'Pacific/Kiritimati'")
    there = superuser.execute(
        "select ((now() at time zone 'Pacific/Kiritimati')::date - interval '18 years')::date"
    ).fetchone()
    assert there is not None
    nico = child(superuser, gym, there[0] + timedelta(days=days))
    with signed(app_psql, gym):
        tried = attempt(app_psql, "update leads set waiver_signed_by = 'Nico Ortiz' where id = %s", nico)
        assert tried.rule == rule


def test_the_erased_and_the_converted_stay(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    superuser.execute("update leads set erased_at = now() where id = %s", (gym.leads["zoe"],))
    sign = "update leads set waiver_signed_by = 'x' where id = %s"
    with signed(app_psql, gym, "mia"):
        assert attempt(app_psql, sign, gym.leads["zoe"]).rule == "person_erased"
        assert attempt(app_psql, sign, gym.leads["converted"]).rule == "person_converted_lead"


def join(psql: Psql, gym: Gym, family: uuid.UUID, **values: object) -> Tried:
    row = {"organization_id": gym.organizations["harbour"], "family_id": family} | values
    marks = ", ".join(["%s"] * len(row))
    return attempt(psql, f"insert into family_members ({', '.join(row)}) values ({marks})", *row.values())


@pytest.mark.parametrize("who", ["ana", "mia"])
def test_families(app_psql: Psql, superuser: Psql, gym: Gym, who: str) -> None:
    harbour, family = gym.organizations["harbour"], uuid.uuid4()
    superuser.execute("update leads set birth_date = %s where id = %s", (CHILD, gym.leads["olsen"]))
    with signed(app_psql, gym, who):
        made = attempt(
            app_psql, "insert into families (organization_id, id) values (%s, %s)", harbour, family
        )
        assert made.count == 1
        olsen, okafor = gym.leads["olsen"], gym.clients["okafor"]
        assert (
            join(app_psql, gym, family, customer_id=olsen, is_guardian=True).rule == "family_guardian_minor"
        )
        assert join(app_psql, gym, family, customer_id=olsen).count == 1
        assert join(app_psql, gym, family, customer_id=olsen).rule == "family_members_lead"
        assert join(app_psql, gym, family, client_id=okafor, is_guardian=True).count == 1
        grown = attempt(
            app_psql, "update family_members set is_guardian = true where customer_id = %s", olsen
        )
        assert grown.rule == "family_guardian_minor"
        both = join(app_psql, gym, family, customer_id=gym.leads["zoe"], client_id=gym.clients["chinese"])
        assert both.rule == "check_customer_or_client_family_member"
        assert join(app_psql, gym, family, customer_id=gym.leads["converted"]).rule == "person_converted_lead"
        for theirs in (gym.leads["other"], uuid.uuid4()):
            assert join(app_psql, gym, family, customer_id=theirs).state == "23503"
        assert join(app_psql, gym, uuid.uuid4(), customer_id=gym.leads["zoe"]).state == "23503"
        assert attempt(app_psql, "update family_members set family_id = family_id").state == "42501"
        assert attempt(app_psql, "delete from family_members").state == "42501"
        app_psql.execute("commit")
    audited = superuser.execute(
        "select table_name, user_id from audit_log where table_name like 'famil%' order by 1"
    ).fetchall()
    assert audited == [
        *([("families", gym.users[who])] * 1),
        *([("family_members", gym.users[who])] * 2),
    ]


CALLS = (
    "select * from app.add_lead(gen_random_uuid(), 'X', null, null, null)",
    "select app.sign_waiver('lead', '{zoe}', 'Zoe')",
    "select app.join_family('lead', '{zoe}', 'client', '{okafor}', false)",
    "insert into leads (organization_id, name) values ('{harbour}', 'X')",
    "insert into clients (organization_id, name) values ('{harbour}', 'X')",
    "insert into families (organization_id) values ('{harbour}')",
    "insert into family_members (organization_id, family_id, customer_id)"
    " values ('{harbour}', gen_random_uuid(), '{zoe}')",
)
CHANGES = (
    "update leads set waiver_signed_by = 'x' returning id",
    "update clients set phone = '1' returning id",
    "update family_members set is_guardian = true returning id",
)
PEOPLE = ("leads", "clients", "families", "family_members")


def rows(superuser: Psql) -> list[object]:
    return [superuser.execute(f"select t::text from {name} t order by 1").fetchall() for name in PEOPLE]


@pytest.mark.parametrize(("who", "organization"), [("vera", "harbour"), ("ben", "harbour"), ("ana", "union")])
def test_viewers_and_others_write_nothing(
    app_psql: Psql, superuser: Psql, gym: Gym, who: str, organization: str
) -> None:
    child(superuser, gym)
    before = rows(superuser)
    ids = {"zoe": gym.leads["zoe"], "okafor": gym.clients["okafor"], "harbour": gym.organizations["harbour"]}
    with signed(app_psql, gym, who, organization):
        for statement in CALLS:
            assert attempt(app_psql, statement.format(**ids)).state in {"42501", "28000"}, statement
        for statement in CHANGES:
            assert attempt(app_psql, statement).nothing, statement
        app_psql.execute("commit")
    assert rows(superuser) == before


@pytest.mark.parametrize("who", ["ana", "mia"])
def test_nothing_of_another_organization(app_psql: Psql, superuser: Psql, gym: Gym, who: str) -> None:
    """Its people are answered like people whom nobody knows, and are no duplicates."""
    superuser.execute("update leads set phone = '07700 900999' where id = %s", (gym.leads["other"],))
    superuser.execute("update clients set barcode = '31' where id = %s", (gym.clients["other"],))
    before, unknown = rows(superuser), uuid.uuid4()
    with signed(app_psql, gym, who):
        for call in (
            "select * from app.family('lead', %s)",
            "select app.sign_waiver('lead', %s, 'Sam Other')",
            f"select app.join_family('lead', '{gym.leads['zoe']}', 'lead', %s, true)",
            f"select app.join_family('lead', %s, 'lead', '{gym.leads['zoe']}', true)",
        ):
            tried, nobodys = (attempt(app_psql, call, one) for one in (gym.leads["other"], unknown))
            assert replace(tried, context="") == replace(nobodys, context=""), call
            assert tried.state == "23503", call
        same = "select * from app.duplicates('Sam Other', '07700 900999', '')"
        assert [row[2] for row in attempt(app_psql, same).rows] == []
        theirs = add(app_psql, gym, organization_id=gym.organizations["union"])
        assert theirs.state == "42501"
        change = "update leads set waiver_signed_by = 'x' where id = %s returning id"
        assert attempt(app_psql, change, gym.leads["other"]).nothing
        # What is taken elsewhere is free here, and says nothing.
        assert add(app_psql, gym, barcode="31", id=gym.clients["other"]).state is None
    assert rows(superuser) == before


NOTE = "insert into notes (organization_id, customer_id, text, written_by) values (%s, %s, 'x', %s)"
KNOWN = (
    "insert into external_ids (organization_id, source, external_id, customer_id) values (%s, 'x', '7', %s)"
)


def test_what_an_import_writes_is_the_managers(app_psql: Psql, gym: Gym) -> None:
    """In their own name, and for nobody's people but their organization's."""
    harbour, zoe = gym.organizations["harbour"], gym.leads["zoe"]
    for who in ("ana", "vera", "ben"):
        with signed(app_psql, gym, who):
            assert attempt(app_psql, NOTE, harbour, zoe, gym.users[who]).state == "42501"
            assert attempt(app_psql, KNOWN, harbour, zoe).state == "42501"
            for call in ("match_people('[]', 'x')", "import_people('[]', 'x')"):
                assert attempt(app_psql, f"select * from app.{call}").state == "42501", call
    with signed(app_psql, gym, "mia"):
        assert attempt(app_psql, NOTE, harbour, zoe, gym.users["otto"]).state == "42501"
        assert attempt(app_psql, NOTE, harbour, zoe, gym.users["mia"]).count == 1
        assert attempt(app_psql, NOTE, harbour, gym.leads["other"], gym.users["mia"]).state == "23503"
        assert attempt(app_psql, KNOWN, gym.organizations["union"], gym.leads["other"]).state == "42501"
        people = f"""[{{"line": 1, "kind": "lead", "person_id": "{gym.leads["other"]}", "known": true,
          "phone": "1", "external_ids": ["1"], "notes": [{{"text": "x"}}]}}]"""
        assert attempt(app_psql, "select * from app.import_people(%s, 'x')", people).state == "23503"


@pytest.mark.parametrize("setting", ["app.organization", "app.token"])
def test_the_audit_answers_for_every_added_row(app_psql: Psql, gym: Gym, setting: str) -> None:
    """RETURNING runs after the rules and before the audit, which speaks for all the rows of a statement."""
    insert = "insert into leads (organization_id, name) select %s, 'N' from generate_series(1, 2)"
    with signed(app_psql, gym, "kim"):
        flipped = attempt(
            app_psql, f"{insert} returning set_config('{setting}', '', true)", gym.organizations["harbour"]
        )
        assert flipped.state == "42501"
        assert attempt(app_psql, insert, gym.organizations["harbour"]).count == 2


@pytest.mark.parametrize("flip", ["union", ""])
def test_a_rank_is_not_borrowed_in_mid_statement(
    app_psql: Psql, superuser: Psql, gym: Gym, flip: str
) -> None:
    """Someone who is staff here and owner elsewhere blocks nobody here."""
    superuser.execute(
        "update user_organizations set role = 'owner' where user_id = %s and organization_id = %s",
        (gym.users["kim"], gym.organizations["union"]),
    )
    elsewhere = str(gym.organizations["union"]) if flip else ""
    statement = """
        insert into leads (organization_id, name, blocked_reason)
        select %s, case when n = 2 and set_config('app.organization', %s, true) is null then 0 else n end, r
          from (values (1, null), (2, 'I am an owner')) v (n, r)"""
    before = rows(superuser)
    with signed(app_psql, gym, "kim"):
        assert attempt(app_psql, statement, gym.organizations["harbour"], elsewhere).state is not None
        change = "update leads set phone = case when set_config('app.organization', %s, true) is null then ''"
        change += " else '1' end where phone is null"
        assert attempt(app_psql, change, elsewhere).nothing
        app_psql.execute("commit")
    assert rows(superuser) == before
