"""Whether many desks at once can sell a seat twice.

32 processes start together and try 1,000 times to book into a class session of 20 seats: half of them as
the desk does, half by a plain INSERT with the same login and token. Exactly 20 bookings may hold a seat;
everybody else must hear 'full' or 'waitlisted', or SQLSTATE 23514 of class_sessions_seats. Run it with

    python -m benchmarks.seats [--processes 32] [--attempts 1000] [--seats 20]

It fails (exit 1) when a sum is wrong.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg

from benchmarks.ground import Ground, ground, table
from db import transaction, upgrade
from db.records import BookingRequest, Kind
from db.repositories import bookings, organizations
from db.transaction import Database, SignedIn

TAKEN = {"desk": "booked", "insert": "inserted"}
REFUSED = {"desk": {"full", "waitlisted"}, "insert": {"23514 class_sessions_seats"}}

Person = tuple[Kind, UUID]
Heard = tuple[str, Counter[str], float, float]


@dataclass(frozen=True, slots=True)
class Task:
    """What one process does: `way` is desk or insert; `people` are tried one after another."""

    app: str
    token: str
    organization_id: UUID
    session_id: UUID
    way: str
    people: Sequence[Person]


def as_desk(task: Task) -> Callable[[Person, bool], str]:
    """Book as the desk does; the answer is its outcome."""
    signed_in = SignedIn(Database(task.app), task.token, task.organization_id)
    organizations.mine(signed_in)  # connects, so that none starts later than the inserts

    def attempt(person: Person, waitlist: bool) -> str:
        kind, person_id = person
        request = BookingRequest(uuid4(), task.session_id, kind, person_id, pay="later", waitlist=waitlist)
        return bookings.book(signed_in, request).outcome

    return attempt


def as_insert(task: Task) -> Callable[[Person, bool], str]:
    """Insert the bare row; the answer is 'inserted', or SQLSTATE and constraint."""
    connection = psycopg.connect(task.app, autocommit=True, prepare_threshold=None)
    signing = (task.token, str(task.organization_id), "benchmark", "10000")

    def attempt(person: Person, waitlist: bool) -> str:
        kind, person_id = person
        column = "customer_id" if kind == "lead" else "client_id"
        try:
            with connection.pipeline():
                connection.execute(transaction.BEGIN)
                connection.execute(transaction.SIGN, signing)
                connection.execute(
                    f"insert into bookings (organization_id, class_session_id, {column}, paid_by)"
                    " values (%s, %s, %s, 'later')",
                    (task.organization_id, task.session_id, person_id),
                )
                connection.execute("commit")
        except psycopg.Error as error:
            connection.rollback()
            return f"{error.sqlstate} {error.diag.constraint_name}"
        return "inserted"

    return attempt


def work(task: Task, start: Barrier, heard: Any) -> None:
    """One process: wait for the others, try everybody, and tell what was heard and from when to when."""
    attempt = {"desk": as_desk, "insert": as_insert}[task.way](task)
    answers: Counter[str] = Counter()
    start.wait()
    began = time.time()
    for number, person in enumerate(task.people):
        answers[attempt(person, number % 2 == 1)] += 1
    heard.put((task.way, answers, began, time.time()))


def race(tasks: Sequence[Task]) -> list[Heard]:
    """Run each task in a process of its own, all at once."""
    context = multiprocessing.get_context("spawn")
    start, heard = context.Barrier(len(tasks)), context.Queue()
    processes = [context.Process(target=work, args=(task, start, heard)) for task in tasks]
    for process in processes:
        process.start()
    all_heard = [heard.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    return all_heard


def prepare(on: Ground, processes: int, attempts: int, seats: int) -> list[Task]:
    """A class session of that many seats in the future, and whom each process tries to book."""
    signed_in = on.sign_in()
    organization, session = signed_in.organization_id, uuid4()
    assert organization
    with upgrade.as_owner(on.admin) as owner:
        owner.execute(
            "insert into class_sessions (organization_id, id, program_id, starts_at, ends_at, capacity)"
            " select organization_id, %s, id, now() + interval '3 hours', now() + interval '4 hours', %s"
            " from programs where organization_id = %s and name = 'Spin'",
            (session, seats, organization),
        )
        people: list[Person] = owner.execute(
            "select 'client', id from clients where organization_id = %s and blocked_at is null"
            " union all select 'lead', id from leads"
            "  where organization_id = %s and blocked_at is null and status <> 'converted' limit %s",
            (organization, organization, attempts),
        ).fetchall()
    if len(people) < attempts:
        raise SystemExit(f"There are {len(people)} people to book; give more with --people.")
    ways = ("desk", "insert")
    return [
        Task(on.app, signed_in.token, organization, session, ways[n % 2], people[n::processes])
        for n in range(processes)
    ]


def wrong_sums(on: Ground, session: UUID, seats: int, heard: Sequence[Heard]) -> list[str]:
    """What does not add up, in words; nothing when everything does."""
    with upgrade.as_owner(on.admin) as owner:
        row = owner.execute(
            "select s.booked_count, count(*) filter (where b.booking_status = 'confirmed'),"
            " count(*) filter (where b.booking_status = 'waitlisted') from class_sessions s"
            " left join bookings b on b.class_session_id = s.id where s.id = %s group by s.booked_count",
            (session,),
        ).fetchone()
    assert row
    counted, holding, waiting = row
    answers = {way: sum((one[1] for one in heard if one[0] == way), Counter()) for way in TAKEN}
    taken = sum(answers[way][word] for way, word in TAKEN.items())
    wrong = [
        f"{what} {number} of {seats} seats"
        for what, number in (
            ("the session counts", counted),
            ("bookings hold", holding),
            ("answers give", taken),
        )
        if number != seats
    ]
    if waiting != answers["desk"]["waitlisted"]:
        wrong.append(f"{waiting} wait, but {answers['desk']['waitlisted']} heard so")
    for way, word in TAKEN.items():
        others = set(answers[way]) - REFUSED[way] - {word}
        wrong += [f"by {way}, {answers[way][other]} heard {other!r}" for other in sorted(others)]
    return wrong


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 when every sum is right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--processes", type=int, default=32)
    parser.add_argument("--attempts", type=int, default=1_000)
    parser.add_argument("--seats", type=int, default=20)
    parser.add_argument("--people", type=int, default=5_000)
    asked = parser.parse_args(arguments)
    with ground(asked.people) as on:
        tasks = prepare(on, asked.processes, asked.attempts, asked.seats)
        heard = race(tasks)
        wrong = wrong_sums(on, tasks[0].session_id, asked.seats, heard)
    _show(asked.seats, heard)
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


def _show(seats: int, heard: Sequence[Heard]) -> None:
    answers = Counter[tuple[str, str]]()
    for way, words, _, _ in heard:
        answers.update({(way, word): count for word, count in words.items()})
    attempts = sum(answers.values())
    seconds = max(ended for *_, ended in heard) - min(began for _, _, began, _ in heard)
    table(
        f"{attempts:,} attempts by {len(heard)} processes for {seats} seats",
        ("by", "answer", "times"),
        [(way, word, count) for (way, word), count in sorted(answers.items())],
    )
    taken = sum(answers[way, word] for way, word in TAKEN.items())
    print(f"\n{taken} seats sold in {seconds:.2f} s, {attempts / seconds:.0f} attempts a second.")


if __name__ == "__main__":
    raise SystemExit(main())
