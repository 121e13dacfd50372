"""Whom find shows, in what order, and what is said of each at a glance."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from gym import Gym

from db.records import Answer, BookingRequest, Person
from db.repositories import bookings, people

Superuser = psycopg.Connection[Any]
Came = Callable[..., None]

# As if it had been checked in then: the rules of today let nobody in to a class of last month.
CAME = """
with past as (
  insert into class_sessions (organization_id, program_id, starts_at, ends_at, capacity)
  select organization_id, program_id, starts_at - make_interval(days => %(days)s),
         ends_at - make_interval(days => %(days)s), 30
    from class_sessions where id = %(session)s
  returning organization_id, id
)
insert into bookings (organization_id, class_session_id, customer_id, client_id, booking_status, price,
                      currency, payment_status)
select organization_id, id, %(lead)s, %(client)s, 'attended', 0, 'GBP', 'paid' from past
"""


def add(superuser: Superuser, gym: Gym, name: str, table: str = "clients", **more: Any) -> uuid.UUID:
    """Somebody new in Harbour Lane, known in the gym by their name."""
    values = {"organization_id": gym.organizations["harbour"], "name": name} | more
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    row = superuser.execute(
        f"insert into {table} ({columns}) values ({marks}) returning id", tuple(values.values())
    ).fetchone()
    assert row is not None
    identity: uuid.UUID = row[0]
    (gym.clients if table == "clients" else gym.leads)[name] = identity
    return identity


def who(gym: Gym, key: str) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    return gym.leads.get(key), gym.clients.get(key)


@pytest.fixture
def gym(gym: Gym) -> Gym:
    """The gym with lists of its own, to which a test adds."""
    return replace(gym, leads=dict(gym.leads), clients=dict(gym.clients))


@pytest.fixture
def came(superuser: Superuser, gym: Gym) -> Came:
    """Somebody came to the class so many weeks ago, on its weekday and hour."""

    def visit(key: str, session: str, *weeks: int, days: int = 0) -> None:
        lead, client = who(gym, key)
        superuser.execute("set session_replication_role = replica")
        for week in weeks:
            asked = {
                "days": 7 * week + days,
                "session": gym.sessions[session],
                "lead": lead,
                "client": client,
            }
            superuser.execute(CAME, asked)
        superuser.execute("set session_replication_role = origin")
        kept = "select app.keep_habits_of(%s, %s)"
        superuser.execute(kept, (gym.organizations["harbour"], client or lead))

    return visit


def book(gym: Gym, session: str, key: str, **more: Any) -> Answer:
    kind, person = ("client", gym.clients[key]) if key in gym.clients else ("lead", gym.leads[key])
    asked = {"pay": "later"} | more
    request = BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person, **asked)  # type: ignore[arg-type]
    return bookings.book(gym.signed_in(), request)


def found(gym: Gym, text: str, session: str | None = "spin", organization: str = "harbour") -> list[Person]:
    chosen = gym.sessions[session] if session else None
    return people.find(
        gym.signed_in("ana" if organization == "harbour" else "ben", organization), text, chosen
    )


def names(gym: Gym, text: str, session: str | None = "spin") -> list[str]:
    return [one.name for one in found(gym, text, session)]


def one(gym: Gym, text: str, session: str | None = "spin") -> Person:
    (person,) = found(gym, text, session)
    return person


def habits(superuser: Superuser, person: uuid.UUID) -> Any:
    return superuser.execute(
        "select d.last_visit_on = (now() at time zone o.timezone)::date, d.usual from search_documents d"
        " join organizations o on o.id = d.organization_id where d.person_id = %s",
        (person,),
    ).fetchone()


def test_a_check_in_is_a_visit_and_its_undoing_is_none(gym: Gym, superuser: Superuser) -> None:
    answer = book(gym, "yoga", "okafor", arrive=True)
    row = superuser.execute(
        "select app.weekly_slot(s.starts_at at time zone o.timezone) from class_sessions s"
        " join organizations o on o.id = s.organization_id where s.id = %s",
        (gym.sessions["yoga"],),
    ).fetchone()
    assert row is not None and 48 <= row[0] < 8 * 48
    assert habits(superuser, gym.clients["okafor"]) == (True, [row[0]])
    assert answer.booking_id
    bookings.take_back(gym.signed_in(), answer.booking_id, answer.before)
    assert habits(superuser, gym.clients["okafor"]) == (None, [])


def test_who_came_twice_at_that_weekday_and_hour_is_a_regular(gym: Gym, came: Came) -> None:
    came("okafor", "spin", 1, 2)
    came("olsen", "spin", 1)
    came("ortiz", "spin", 9, 10)
    assert [one(gym, text).regular for text in ("okafor", "olsen", "ortiz")] == [True, False, False]
    assert not one(gym, "okafor", "tomorrow").regular
    assert not one(gym, "okafor", None).regular


def test_visits_of_long_ago_make_no_regular(gym: Gym, came: Came) -> None:
    came("okafor", "spin", 1, 9)
    assert not one(gym, "okafor").regular
    came("okafor", "spin", 8)
    assert one(gym, "okafor").regular


def test_nothing_typed_shows_who_is_to_come_then_the_regulars(
    gym: Gym, superuser: Superuser, came: Came
) -> None:
    for name in ("Zed Abel", "Abe Zorn", "Cara Late", "Dee Early", "Ria Often", "Rob Gone", "Bo Not"):
        add(superuser, gym, name)
    superuser.execute("update clients set blocked_at = now(), blocked_reason = 'x' where name = 'Bo Not'")
    for name in ("Ria Often", "okafor", "Bo Not", "Abe Zorn"):
        came(name, "spin", 2, 3)
    came("okafor", "spin", 1)
    came("Rob Gone", "spin", 9, 10)
    for name in ("Zed Abel", "Abe Zorn"):
        book(gym, "spin", name)
    book(gym, "spin", "ortiz", arrive=True)
    for name in ("Dee Early", "Cara Late"):
        assert book(gym, "spin", name, waitlist=True).outcome == "waitlisted"
    expected = ["Abe Zorn", "Zed Abel", "Dee Early", "Cara Late", "Sam Okafor", "Ria Often"]
    assert names(gym, "") == expected
    shown = {person.name: person for person in found(gym, " ")}
    assert list(shown) == expected
    assert [shown[name].regular for name in expected] == [True, False, False, False, True, True]
    assert shown["Dee Early"].booked_status == "waitlisted"
    assert names(gym, "", None) == []
    assert names(gym, "", "other") == []


def test_who_cancelled_is_not_expected(gym: Gym, came: Came) -> None:
    came("okafor", "spin", 1, 2)
    answer = book(gym, "spin", "okafor")
    assert names(gym, "") == ["Sam Okafor"]
    assert answer.booking_id
    bookings.cancel(gym.signed_in(), answer.booking_id)
    assert names(gym, "") == []


def test_so_many_are_expected(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update class_sessions set capacity = 200 where id = %s", (gym.sessions["spin"],))
    superuser.execute(
        "insert into clients (organization_id, name)"
        " select %s, 'Runner ' || n from generate_series(1, 170) n",
        (gym.organizations["harbour"],),
    )
    superuser.execute("set session_replication_role = replica")
    superuser.execute(
        "update search_documents set last_visit_on = current_date,"
        " usual = array_fill(app.slot_of(%s, %s), '{2}') where name like 'runner%%'",
        (gym.organizations["harbour"], gym.sessions["spin"]),
    )
    assert len(found(gym, "")) == 50
    superuser.execute(
        "insert into bookings (organization_id, class_session_id, client_id, price, currency)"
        " select organization_id, %s, id, 0, 'GBP' from clients where name like 'Runner%%' limit 120",
        (gym.sessions["spin"],),
    )
    to_come = found(gym, "")
    assert len(to_come) == 100
    assert {person.booked_status for person in to_come} == {"confirmed"}


def test_one_letter_shows_those_of_the_expected_whose_name_begins_so(
    gym: Gym, superuser: Superuser, came: Came
) -> None:
    add(superuser, gym, "Oona Reg")
    came("okafor", "spin", 1, 2)
    came("Oona Reg", "spin", 3, 4)
    book(gym, "spin", "olsen")
    assert names(gym, "o") == ["Sam Olsen", "Sam Okafor", "Oona Reg", "Rosamund Ortiz"]
    assert names(gym, "s") == ["Sam Olsen", "Sam Okafor"]
    assert names(gym, "o", None) == []


def test_of_names_that_fit_alike_the_likelier_person_is_first(
    gym: Gym, superuser: Superuser, came: Came
) -> None:
    for name in ("Sam Aaron", "Sam Never", "Sam Soon", "Sam Lately", "Sam Often", "Sam Once", "Sam Here"):
        add(superuser, gym, name)
    came("Sam Lately", "spin", 1, days=1)
    came("Sam Here", "spin", 1, 2)
    came("Sam Often", "spin", 3, 4)
    came("Sam Once", "spin", 1)
    came("okafor", "spin", 1, 2, 3)
    book(gym, "yoga", "Sam Soon")
    book(gym, "spin", "Sam Aaron")
    book(gym, "spin", "Sam Here", arrive=True)
    assert names(gym, "sam") == [
        "Sam Aaron",  # to come to the class
        "Sam Soon",  # to come to another within the hour
        "Sam Okafor",  # came at this weekday and hour three times, then twice, then once
        "Sam Often",
        "Sam Once",
        "Sam Here",  # is in, so came today
        "Sam Lately",
        "Sam Never",
        "Sam Olsen",
        "Rosamund Ortiz",  # booked too, but it is only inside her name
    ]
    assert names(gym, "sam", "tomorrow")[:3] == ["Sam Aaron", "Sam Soon", "Sam Here"]


def test_a_class_that_is_hours_away_is_not_why_somebody_stands_here(
    gym: Gym, superuser: Superuser, came: Came
) -> None:
    superuser.execute("update class_sessions set capacity = 2 where id = %s", (gym.sessions["full"],))
    add(superuser, gym, "Sam Tonight")
    book(gym, "full", "Sam Tonight")
    came("okafor", "spin", 1, 2)
    came("olsen", "yoga", 1)
    assert names(gym, "sam")[:3] == ["Sam Okafor", "Sam Tonight", "Sam Olsen"]


def test_the_whole_name_is_first_and_what_stands_inside_is_last(
    gym: Gym, superuser: Superuser, came: Came
) -> None:
    add(superuser, gym, "Sam Olsen Booked")
    add(superuser, gym, "Li Osa", email="olsen.sam@post.example")
    add(superuser, gym, "Rasam Olsenova")
    for name in ("Sam Olsen Booked", "Li Osa", "Rasam Olsenova"):
        book(gym, "spin", name)
    assert names(gym, "sam olsen") == ["Sam Olsen", "Sam Olsen Booked", "Li Osa", "Rasam Olsenova"]


def test_all_that_match_are_ranked_and_not_the_first_of_the_alphabet(
    gym: Gym, superuser: Superuser, came: Came
) -> None:
    superuser.execute(
        "insert into clients (organization_id, name) select %s, 'Ann Ab' || n from generate_series(1, 120) n",
        (gym.organizations["harbour"],),
    )
    add(superuser, gym, "Ann Zwick")
    came("Ann Zwick", "spin", 1)
    shown = names(gym, "an")
    assert (len(shown), shown[0]) == (50, "Ann Zwick")


def test_likelier_people_are_first_among_equal_typos_too(gym: Gym, superuser: Superuser, came: Came) -> None:
    for name in ("Kowalska", "Kowalski"):
        add(superuser, gym, name)
    came("Kowalski", "spin", 1)
    assert names(gym, "kowalsky") == ["Kowalski", "Kowalska"]


def test_two_letters_swapped_show_nobody_twice(gym: Gym, superuser: Superuser) -> None:
    add(superuser, gym, "Uma Uq")
    assert names(gym, "qu") == ["Uma Uq"]


def test_a_barcode_shows_its_owner_alone(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update clients set barcode = '0412' where id = %s", (gym.clients["okafor"],))
    superuser.execute("update leads set barcode = 'o' where id = %s", (gym.leads["zoe"],))
    scanned = one(gym, "0412", None)
    assert (scanned.name, scanned.scanned) == ("Sam Okafor", True)
    assert one(gym, " 0412 ").scanned
    assert one(gym, "o").name == "Zoë Müller-O'Brien"
    assert [(each.name, each.scanned) for each in found(gym, "412")] == [
        ("Sam Okafor", False),
        ("Sam Olsen", False),
    ]
    superuser.execute("update clients set erased_at = now() where id = %s", (gym.clients["okafor"],))
    assert [each.name for each in found(gym, "0412")] == ["Sam Olsen"]


def test_a_phone_number_may_be_typed_with_spaces(gym: Gym) -> None:
    for text in ("+44 7700 900412", "07700 900 412", "7700-900-412", "(07700) 900412"):
        assert names(gym, text) == ["Sam Olsen"], text


def test_what_is_to_be_said_of_a_person(gym: Gym, superuser: Superuser, came: Came) -> None:
    harbour, okafor, olsen = gym.organizations["harbour"], gym.clients["okafor"], gym.leads["olsen"]
    superuser.execute("update clients set waiver_signed_at = null, waiver_signed_by = null")
    plain = one(gym, "okafor")
    assert (plain.waiver, plain.owes, plain.alerts, plain.family, plain.namesakes) == (False, 0, [], 0, 0)
    assert (plain.first_visit, plain.blocked, plain.booked_id) == (True, False, None)
    superuser.execute(
        "update clients set waiver_signed_at = now(), waiver_signed_by = 'Sam' where id = %s", (okafor,)
    )
    for text, priority in (("later", 3), ("knee injury", 1), ("likes tea", None)):
        superuser.execute(
            "insert into notes (organization_id, text, alert_priority, client_id) values (%s, %s, %s, %s)",
            (harbour, text, priority, okafor),
        )
    family = superuser.execute(
        "insert into families (organization_id) values (%s) returning id", (harbour,)
    ).fetchone()
    assert family is not None
    for lead, client in ((None, okafor), (olsen, None)):
        superuser.execute(
            "insert into family_members (organization_id, family_id, customer_id, client_id)"
            " values (%s, %s, %s, %s)",
            (harbour, family[0], lead, client),
        )
    add(superuser, gym, "SAM ÓKAFOR", "leads")
    came("okafor", "spin", 1)
    booked = book(gym, "spin", "okafor")
    shown = found(gym, "okafor")[0]
    assert (shown.id, shown.waiver, shown.owes, shown.alerts) == (
        okafor,
        True,
        1200,
        ["knee injury", "later"],
    )
    assert (shown.family, shown.namesakes, shown.first_visit) == (1, 1, False)
    assert (shown.booked_id, shown.booked_session_id, shown.booked_status) == (
        booked.booking_id,
        gym.sessions["spin"],
        "confirmed",
    )
    assert one(gym, "ortiz").owes == 1500
    assert one(gym, "blocked").blocked


def test_the_chosen_session_is_one_of_ones_own(gym: Gym, came: Came) -> None:
    came("okafor", "spin", 1, 2)
    book(gym, "spin", "olsen")
    assert found(gym, "", "spin", "union") == found(gym, "o", "spin", "union") == []
    assert [one.name for one in found(gym, "sam", "spin", "union")] == ["Sam Other", "Samantha Union"]


def test_a_viewer_may_look(gym: Gym) -> None:
    book(gym, "spin", "olsen")
    assert [each.name for each in people.find(gym.signed_in("vera"), "", gym.sessions["spin"])] == [
        "Sam Olsen"
    ]


def test_who_can_be_found_again_is_still_known(gym: Gym, superuser: Superuser, came: Came) -> None:
    came("okafor", "spin", 1, 2)
    for erased in ("now()", "null"):
        superuser.execute(f"update clients set erased_at = {erased} where id = %s", (gym.clients["okafor"],))
    assert one(gym, "okafor").regular
