"""Taking back and booking at once: the seats add up, nobody is lost, nobody jumps the line."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
from gym import Gym
from races.test_seats import live_rows, set_seats

from db import errors
from db.records import Answer, BookingRequest
from db.repositories import bookings, rosters
from db.transaction import Database, SignedIn

Superuser = psycopg.Connection[Any]


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run them together, as near as threads can; their results or their errors."""
    gate = threading.Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return action()
        except errors.DeskError as error:
            return error

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def asked(
    gym: Gym, session: str, person: uuid.UUID, *, waitlist: bool = True, pay: Any = "later"
) -> BookingRequest:
    return BookingRequest(uuid.uuid4(), gym.sessions[session], "client", person, pay=pay, waitlist=waitlist)


def made(superuser: Superuser, gym: Gym, number: int) -> list[uuid.UUID]:
    rows = superuser.execute(
        "insert into clients (organization_id, name) select %s, 'Runner ' || n from generate_series(1, %s) n"
        " returning id",
        (gym.organizations["harbour"], number),
    )
    return [row[0] for row in rows.fetchall()]


def test_promotion_under_taking_back_and_booking(
    gym: Gym, superuser: Superuser, cluster: Any, database_name: str
) -> None:
    seats, people = 5, made(superuser, gym, 40)
    session = gym.sessions["tomorrow"]
    set_seats(superuser, session, seats)
    signed_in = gym.signed_in()
    first = [bookings.book(signed_in, asked(gym, "tomorrow", who)) for who in people[:15]]
    taken = [answer.booking_id for answer in first if answer.outcome == "booked"]
    assert len(taken) == seats
    databases = [Database(cluster.conninfo("frontdesk_app", database_name)) for _ in range(4)]
    desks = [SignedIn(database, gym.token("ana"), gym.organizations["harbour"]) for database in databases]

    ids = [answer.booking_id for answer in first]

    def work(number: int) -> None:
        desk, chosen = desks[number], random.Random(number)
        for booking, who in zip(ids[number::4], people[15 + number :: 4], strict=False):
            steps = [partial(bookings.book, desk, asked(gym, "tomorrow", who))]
            if booking:
                steps.append(partial(bookings.take_back, desk, booking))
            chosen.shuffle(steps)
            for step in steps:
                step()

    results = at_once(*(partial(work, number) for number in range(4)))
    for database in databases:
        database.close()
    assert results == [None] * 4
    assert live_rows(superuser, session) == (seats, seats)
    everyone = superuser.execute(
        "select count(*) = count(distinct client_id) from bookings where class_session_id = %s and"
        " booking_status in ('confirmed', 'waitlisted')",
        (session,),
    ).fetchone()
    assert everyone == (True,)
    jumped = superuser.execute(
        "select count(*) from bookings w join bookings c on c.class_session_id = w.class_session_id"
        " where w.class_session_id = %s and w.booking_status = 'waitlisted'"
        " and c.booking_status = 'confirmed'"
        " and c.recorded_at > w.recorded_at",
        (session,),
    ).fetchone()
    assert jumped == (0,)
    promoted = superuser.execute(
        "select (select count(*) from tasks), (select count(distinct row_id) from audit_log"
        " where before ->> 'booking_status' = 'waitlisted' and after ->> 'booking_status' = 'confirmed')"
    ).fetchone()
    assert promoted is not None and promoted[0] == promoted[1] > 0


def test_one_person_from_two_desks(gym: Gym, superuser: Superuser) -> None:
    signed_in = gym.signed_in()
    for key in ("okafor", "chinese", "arabic"):
        who = gym.clients[key]
        answers = at_once(
            *(partial(bookings.book, signed_in, asked(gym, "tomorrow", who, pay="cash")) for _ in range(3))
        )
        assert sorted(answer.outcome for answer in answers) == ["booked", "exists", "exists"]
        assert len({answer.booking_id for answer in answers}) == 1
        count = "select (select count(*) from bookings where client_id = %s),"
        count += " (select count(*) from payments where client_id = %s)"
        assert superuser.execute(count, (who, who)).fetchone() == (1, 1)


def test_one_booking_twice_at_once(gym: Gym, superuser: Superuser) -> None:
    """Also when the two ask for different classes: the id is one booking."""
    signed_in = gym.signed_in()
    for key, sessions in (("okafor", ("tomorrow", "tomorrow")), ("chinese", ("tomorrow", "spin"))):
        booking = uuid.uuid4()
        requests = [
            BookingRequest(booking, gym.sessions[session], "client", gym.clients[key], pay="card")
            for session in sessions
        ]
        answers = at_once(*(partial(bookings.book, signed_in, request) for request in requests))
        assert sorted(answer.outcome for answer in answers) == ["booked", "exists"]
        assert {answer.booking_id for answer in answers} == {booking}
        row = "select (select count(*) from bookings where id = %s),"
        row += " (select count(*) from payments where booking_id = %s)"
        assert superuser.execute(row, (booking, booking)).fetchone() == (1, 1)


def test_taking_back_twice_at_once(gym: Gym, superuser: Superuser) -> None:
    signed_in = gym.signed_in()
    booking = bookings.book(signed_in, asked(gym, "spin", gym.clients["okafor"], pay="cash")).booking_id
    assert booking is not None
    answers = at_once(*(lambda: bookings.take_back(signed_in, booking) for _ in range(3)))
    assert [answer.outcome for answer in answers] == ["taken_back"] * 3
    amounts = superuser.execute("select amount from payments order by amount").fetchall()
    assert amounts == [(-1200,), (1200,)]


def test_a_lead_converted_meanwhile(gym: Gym, superuser: Superuser, cluster: Any, database_name: str) -> None:
    """Booking waits for the conversion, and books the client."""
    lead, harbour = gym.leads["olsen"], gym.organizations["harbour"]
    request = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "lead", lead, pay="later")
    with psycopg.connect(cluster.conninfo("postgres", database_name)) as other:
        other.execute("select from leads where id = %s for update", (lead,))
        booking = threading.Thread(target=lambda: answers.append(bookings.book(gym.signed_in(), request)))
        answers: list[Answer] = []
        booking.start()
        booking.join(0.5)
        assert booking.is_alive()
        client = other.execute(
            "insert into clients (organization_id, name, converted_from_lead_id) values (%s, 'Sam Olsen', %s)"
            " returning id",
            (harbour, lead),
        ).fetchone()
        other.execute("update leads set status = 'converted' where id = %s", (lead,))
        other.commit()
    booking.join(10)
    assert client is not None
    assert (answers[0].outcome, answers[0].kind, answers[0].person_id) == ("booked", "client", client[0])


def test_somebody_blocked_meanwhile(gym: Gym, superuser: Superuser, cluster: Any, database_name: str) -> None:
    """Blocking and booking each happen before or after the other, and neither waits for ever."""
    who = gym.clients["okafor"]

    def block() -> None:
        with psycopg.connect(cluster.conninfo("postgres", database_name), autocommit=True) as other:
            other.execute("update clients set blocked_at = now(), blocked_reason = 'x' where id = %s", (who,))

    answer, blocked = at_once(lambda: bookings.book(gym.signed_in(), asked(gym, "spin", who)), block)
    assert blocked is None and answer.outcome in {"booked", "refused"}
    assert bookings.book(gym.signed_in(), asked(gym, "tomorrow", who)).rule == "booking_blocked_person"


def test_a_deadlock_is_tried_again_once(
    gym: Gym, superuser: Superuser, cluster: Any, database_name: str
) -> None:
    """psql locks a booking, then its session, the desk the other way round: one is given up, and goes on."""
    signed_in = gym.signed_in()
    booking = bookings.book(signed_in, asked(gym, "spin", gym.clients["okafor"])).booking_id
    assert booking is not None
    answers: list[Answer] = []
    with psycopg.connect(cluster.conninfo("postgres", database_name)) as other:
        other.execute("set deadlock_timeout = '1min'")
        other.execute("select from bookings where id = %s for update", (booking,))
        taking = threading.Thread(target=lambda: answers.append(bookings.take_back(signed_in, booking)))
        taking.start()
        taking.join(0.3)
        other.execute("select from class_sessions where id = %s for update", (gym.sessions["spin"],))
        other.commit()
    taking.join(20)
    assert [answer.outcome for answer in answers] == ["taken_back"]
    assert len(rosters.of(signed_in, gym.sessions["spin"])) == 0
