"""How long the old application waits while its gym is taken over, given back and taken over again.

A gym from before the fix with as many bookings as asked for is made on a server of its own. Then the old
application works on several connections, in the old shape only, with a report beside it that holds ACCESS
SHARE on the old tables again and again; meanwhile `frontdesk db adopt`, `downgrade` and `adopt` run. It
retries nothing. Run it with

    python -m benchmarks.takeover [--bookings 200000] [--connections 4]

It fails (exit 1) when a statement of the old application fails or waits longer than 500 ms, when a write of
it is not in the new tables in the end, or when the rows do not add up.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from uuid import UUID

import psycopg

from benchmarks.ground import Ground, own_server, table
from benchmarks.old_application import Statement, Written, at_work
from benchmarks.old_gym import old_gym
from db import takeover, upgrade

LONGEST_S = 0.5
ALONE_S = 5.0
SHOWN = 8

PHASES = ("alone", "taken over", "given back", "taken over again")


@dataclass(slots=True)
class Course:
    """When what began: the phases, and what the program said inside them."""

    phases: list[float] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Note what the program does now."""
        if not self.marks or self.marks[-1][1] != line:
            self.marks.append((time.monotonic(), line))
            print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr)

    def progress(self, phase: str, done: int, total: int) -> None:
        """The same for long work."""
        self.say(phase)

    def begin(self) -> None:
        """The next phase, or the end of the last."""
        self.phases.append(time.monotonic())

    def during(self, moment: float) -> str:
        """What the program did then."""
        place = bisect_right([began for began, _ in self.marks], moment)
        return self.marks[place - 1][1] if place else PHASES[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the old application met and wrote, and what each take-over said."""

    course: Course
    statements: list[Statement]
    written: Written
    reports: list[takeover.Report]


def run(on: Ground, bookings: int, connections: int, alone: float = ALONE_S) -> list[str]:
    """Make the gym, go all the way and show what it cost; what is wrong with that, in words."""
    print(f"Making an old gym of {bookings:,} bookings.", file=sys.stderr)
    with old_gym(on, bookings) as gym, tempfile.TemporaryDirectory() as folder:
        outcome = _go(gym, connections, Path(folder), alone)
        return [*show(bookings, connections, outcome), *lost(gym, outcome)]


def _go(gym: Ground, connections: int, folder: Path, alone: float) -> Outcome:
    course = Course()
    reports: list[takeover.Report] = []

    def adopt() -> None:
        into = folder / f"passwords-{len(reports)}.csv"
        reports.append(takeover.adopt(gym.admin, into, say=course.say, progress=course.progress))

    with at_work(gym.app, connections) as done:
        steps: tuple[Callable[[], object], ...] = (
            lambda: time.sleep(alone),
            adopt,
            lambda: upgrade.downgrade(gym.admin, say=course.say, progress=course.progress),
            adopt,
        )
        for step in steps:
            course.begin()
            step()
        course.begin()
        statements, written = done()
    # What came after the cutover is carried by one more run.
    adopt()
    return Outcome(course, statements, written, reports)


def show(bookings: int, connections: int, outcome: Outcome) -> list[str]:
    """The waits, phase by phase; what is wrong with them, in words."""
    course, statements = outcome.course, sorted(outcome.statements, key=lambda each: each.began)
    rows, wrong = [], []
    for phase, began, ended in zip(PHASES, course.phases, course.phases[1:], strict=False):
        some = [each for each in statements if began <= each.began < ended]
        failures = [each for each in some if each.failed]
        waits = [each.seconds for each in some]
        longest = max(waits, default=0.0)
        rows.append(
            (
                *(phase, f"{ended - began:.1f}", f"{len(some):,}", len(failures)),
                *(_percentile(waits), f"{longest * 1000:.0f}"),
            )
        )
        wrong += [f"{phase}: {each.what}: {each.failed}" for each in failures[:SHOWN]]
        if longest > LONGEST_S:
            wrong.append(f"{phase}: a statement waited {longest * 1000:.0f} ms")
    table(
        f"The old application on {connections} connections and a report, {bookings:,} bookings",
        ("phase", "seconds", "statements", "failed", "p99 ms", "longest ms"),
        rows,
    )
    longest_first = sorted(statements, key=lambda each: each.seconds, reverse=True)[:SHOWN]
    table(
        "The longest waits",
        ("statement", "ms", "while"),
        [(each.what, f"{each.seconds * 1000:.0f}", course.during(each.began)) for each in longest_first],
    )
    return wrong


def _percentile(waits: Sequence[float]) -> str:
    return f"{quantiles(waits, n=100, method='inclusive')[98] * 1000:.1f}" if len(waits) > 1 else "-"


KEPT = """
select case when b.id is not null and b.booking_status = w.status then 'kept'
            when b.id is not null then 'kept with another status'
            when m.id is not null then 'merged' else 'missing' end as became, count(*)
  from written w
  left join public.bookings b on b.id = w.id
  left join takeover.judged j on j.table_name = 'bookings' and j.id = w.id and j.verdict = 'merged'
  left join public.bookings m on m.id = j.into_id
 group by 1 order by 1
"""
CHANGED = "select count(*) from written w join public.leads l on l.id = w.id and l.phone = w.phone"
MISCOUNTED = """
select count(*) from public.class_sessions s
 where s.booked_count > s.capacity + s.extra_seats
    or s.booked_count <> (select count(*) from public.bookings b where b.class_session_id = s.id
         and b.booking_status in ('confirmed', 'attended', 'no_show'))
"""


def lost(gym: Ground, outcome: Outcome) -> list[str]:
    """Show what became of the old application's writes; what is missing, in words."""
    written = outcome.written
    with psycopg.connect(gym.admin) as connection:
        connection.execute("create temporary table written (id uuid primary key, status text)")
        _copy(connection, "status", written.bookings)
        became: dict[str, int] = dict(connection.execute(KEPT).fetchall())
        connection.execute("drop table written")
        connection.execute("create temporary table written (id uuid primary key, phone text)")
        _copy(connection, "phone", written.phones)
        (changed,) = connection.execute(CHANGED).fetchone() or (0,)
        (miscounted,) = connection.execute(MISCOUNTED).fetchone() or (0,)
    leads, kept, merged = len(written.phones), became.get("kept", 0), became.get("merged", 0)
    table(
        "What it wrote, in the new tables",
        ("what", "written", "kept", "merged", "missing"),
        [
            ("bookings", len(written.bookings), kept, merged, sum(became.values()) - kept - merged),
            ("leads", leads, changed, 0, leads - changed),
        ],
    )
    wrong = [f"{n} bookings: {what}" for what, n in became.items() if what not in {"kept", "merged"}]
    if leads != changed:
        wrong.append(f"{leads - changed} leads without what was written last")
    if miscounted:
        wrong.append(f"{miscounted} sessions miscounted")
    if outcome.reports[-1].waiting:
        wrong.append(f"{outcome.reports[-1].waiting} changes still wait")
    return wrong + [
        f"{row.table} does not add up: {row}"
        for report in outcome.reports
        for row in report.tables
        if not row.adds_up
    ]


def _copy(connection: psycopg.Connection[tuple[object, ...]], column: str, rows: Mapping[UUID, str]) -> None:
    with connection.cursor().copy(f"copy written (id, {column}) from stdin".encode()) as copy:
        for row in rows.items():
            copy.write_row(row)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 when nothing waited long, failed or was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--bookings", type=int, default=200_000)
    parser.add_argument("--connections", type=int, default=4)
    asked = parser.parse_args(arguments)
    with own_server() as on:
        wrong = run(on, asked.bookings, asked.connections)
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
