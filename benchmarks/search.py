"""What the isolation of organizations costs a search.

Types nothing, the first letters of names, whole names, the ends of phone numbers and names with a typo, while
the next class stands selected, and takes the time of `find` as one of the staff (login, token, row-level
security) beside the same search as a superuser, whom no policy holds back, turn by turn. Run it with

    python -m benchmarks.search [--people 20000] [--organizations 3] [--typed 200] [--seed 1] [--plans]

With more organizations than the demo has, the first one is copied: `--people 1000000 --organizations 20` are
51,282 people in the one that is searched, and take minutes to fill. `--plans` shows which indexes are used
inside the function. It needs the bundled server: nobody but a superuser can leave the policies out.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.ground import Ground, ground, milliseconds, table
from benchmarks.scale import grow, people_to_fill
from benchmarks.typos import LATIN, Someone, as_typed, everybody, with_typo
from db import transaction
from db.demo.gyms import GYMS
from db.repositories import people, sessions
from db.transaction import SignedIn

Search = Callable[[str], int]

ROUNDS = 3
COLUMNS = ("typed", "searches", "staff p50", "p95", "superuser p50", "p95", "ratio p50", "p95")


def typed(random: Random, some: Sequence[Someone]) -> dict[str, list[str]]:
    """What is typed, by its kind."""
    latin = [one for one in some if one.script.startswith("Latin")]
    return {
        "nothing": [""] * len(latin),
        "2 letters": [as_typed(random, one.name)[:2] for one in latin],
        "3-5 letters": [as_typed(random, one.name)[: random.randrange(3, 6)] for one in latin],
        "two words begun": [_begun(one.name) for one in latin],
        "whole name": [as_typed(random, one.name) for one in some],
        "3 digits": [f"{random.randrange(1000):03}" for _ in latin],
        "a typo": [with_typo(random, as_typed(random, one.name), LATIN) for one in latin],
    }


@contextmanager
def unguarded(on: Ground, organization: UUID, session: UUID) -> Iterator[Search]:
    """The very function of the desk, but run with a superuser's rights and no question who is asking."""
    assert on.superuser, "only the bundled server lets a superuser in"
    with psycopg.connect(on.superuser, autocommit=True, prepare_threshold=None) as connection:
        row = connection.execute("select pg_get_functiondef('app.find(text, uuid)'::regprocedure)").fetchone()
        assert row
        definition = re.sub("security definer", "", row[0], flags=re.IGNORECASE)
        definition = definition.replace("app.find(", "pg_temp.find(", 1)
        connection.execute(definition.replace("app.signed_in_organization_id()", f"'{organization}'::uuid"))

        def search(text: str) -> int:
            with connection.pipeline():
                connection.execute(transaction.BEGIN)
                found = connection.execute("select * from pg_temp.find(%s, %s)", (text, session))
                connection.execute("commit")
            return len(found.fetchall())

        yield search


def guarded(signed_in: SignedIn, session: UUID) -> Search:
    """The desk's own find."""
    return lambda text: len(people.find(signed_in, text, session))


def compare(staff: Search, superuser: Search, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds of each search by both, who take turns and must find as many."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for text in texts:
            found = set()
            for search, times in zip((staff, superuser), seconds, strict=True):
                started = time.perf_counter()
                found.add(search(text))
                times.append(time.perf_counter() - started)
            if len(found) > 1:
                raise AssertionError(f"{text!r} finds {found} people")
    return seconds


def run(on: Ground, count: int, seed: int) -> None:
    """Print the table."""
    random, signed_in = Random(seed), on.sign_in()
    assert signed_in.organization_id
    everybody_there = everybody(on.admin)
    known = [one for one in everybody_there if one.organization_id == signed_in.organization_id]
    kinds = typed(random, random.sample(known, min(count, len(known))))
    rows, all_staff, all_superuser = [], list[float](), list[float]()
    session = next(each.id for each in sessions.on(signed_in) if not each.open_gym)
    with unguarded(on, signed_in.organization_id, session) as superuser:
        staff = guarded(signed_in, session)
        compare(staff, superuser, [text for texts in kinds.values() for text in texts[:5]])
        for kind, texts in kinds.items():
            mine, others = compare(staff, superuser, texts)
            rows.append(_row(kind, mine, others))
            all_staff += mine
            all_superuser += others
    rows.append(_row("all", all_staff, all_superuser))
    title = f"Find among {len(known):,} people of one organization, {len(everybody_there):,} in all, in ms"
    table(title, COLUMNS, rows)


def plans(on: Ground) -> None:
    """Print how the database goes about a few searches inside `app.find`."""
    assert on.superuser, "only the bundled server lets a superuser in"
    signed_in = on.sign_in()
    with psycopg.connect(on.superuser, autocommit=True) as connection:
        connection.execute("load 'auto_explain'")
        connection.execute("set auto_explain.log_min_duration = 0")
        connection.execute("set auto_explain.log_analyze = on")
        connection.execute("set auto_explain.log_nested_statements = on")
        connection.execute("set client_min_messages = log")
        connection.add_notice_handler(lambda notice: _show_plan(notice.message_primary or ""))
        for text in ("an", "kowal", "ana garcia", "412", "kowalzki", "anna kowalzka"):
            print(f"\n{text!r}")
            with connection.transaction():
                connection.execute(
                    transaction.SIGN, (signed_in.token, str(signed_in.organization_id), "benchmark", "10000")
                )
                connection.execute("select * from app.find(%s)", (text,))


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--organizations", type=int, default=len(GYMS))
    parser.add_argument("--typed", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plans", action="store_true")
    asked = parser.parse_args(arguments)
    with ground(people_to_fill(asked.people, asked.organizations)) as on:
        grow(on, asked.organizations)
        run(on, asked.typed, asked.seed)
        if asked.plans:
            plans(on)
    return 0


def _begun(name: str) -> str:
    words = name.lower().split()
    return f"{words[0][:3]} {words[-1][:2]}"


def _row(kind: str, staff: Sequence[float], superuser: Sequence[float]) -> tuple[object, ...]:
    mine, others = milliseconds(staff), milliseconds(superuser)
    ratios = [f"{float(a) / float(b):.2f}" for a, b in zip(mine, others, strict=True)]
    return kind, len(staff), *mine, *others, *ratios


def _show_plan(message: str) -> None:
    """The scans of search documents, and how long the whole took."""
    lines: list[Any] = message.splitlines()
    if "search_documents" in message and "Query Text" in message:
        print(f"  {lines[0].split(' plan:')[0]}")
        for line in lines:
            if re.search("Index Scan on search|Seq Scan on search|Index Cond: .*(document|name)", line):
                print(f"    {line.strip()[:150]}")


if __name__ == "__main__":
    raise SystemExit(main())
