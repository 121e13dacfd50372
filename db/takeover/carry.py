"""Carries what the old application wrote into the new tables: batches from a queue, each a transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql

from db.upgrade import Progress


@dataclass(frozen=True, slots=True)
class Kind:
    """What is carried by one function; `keys` finds all the keys there are, `batch` go at once."""

    name: str
    function: str
    keys: str
    batch: int = 1000


EARLY = (
    Kind("organizations", "carry_organizations", "select id from takeover.organizations"),
    Kind("users", "carry_users", "select id from takeover.users union select id from takeover.accounts"),
    Kind("staff", "carry_staff", "select id from takeover.organizations"),
    Kind("programs", "carry_programs", "select id from takeover.programs"),
    Kind("clients", "carry_clients", "select id from takeover.clients"),
    Kind("leads", "carry_leads", "select id from takeover.leads"),
    Kind("sessions", "carry_sessions", "select id from takeover.class_sessions order by start_time, id", 50),
    Kind("homeless", "carry_homeless", "select id from takeover.homeless()"),
)
"""What the tables of the first revisions hold, in the order of their dependence."""

LATE = (
    Kind("payments", "carry_payments", "select id from takeover.payments"),
    Kind("notes", "carry_notes", "select id from takeover.customer_notes"),
    Kind("wishes", "carry_wishes", "select id from takeover.waitlist"),
    Kind("plans", "carry_plans", "select id from takeover.membership_plans"),
    Kind("products", "carry_products", "select id from takeover.class_packages"),
    Kind("memberships", "carry_bought", "select id from takeover.memberships"),
    Kind("credits", "carry_bought", "select id from takeover.class_credits"),
    Kind("packages", "carry_bought", "select id from takeover.customer_class_packages"),
)
"""What tables of later revisions hold."""

TARGET: dict[bool, Literal["next", "public"]] = {True: "next", False: "public"}


MANY = 1000
"""With so many notes the tables grow too fast for the server to count them by itself."""

LATEST = 5
"""So many passes may leave no fewer notes than there were: an application that goes on is never done."""


def enqueue(connection: psycopg.Connection[Any], kinds: Sequence[Kind]) -> None:
    """Note all rows there are, once; what comes later the triggers note."""
    for kind in kinds:
        with connection.transaction():
            new = connection.execute(
                "insert into takeover.enqueued values (%s) on conflict do nothing returning kind",
                (kind.name,),
            ).fetchone()
            if new:
                connection.execute(
                    sql.SQL(
                        "insert into takeover.changes (kind, key) select {}, k::text from ({}) s(k)"
                    ).format(
                        kind.name,
                        sql.SQL(kind.keys),
                    )
                )


def waiting(connection: psycopg.Connection[Any], kinds: Sequence[Kind]) -> int:
    """How many notes were not carried yet."""
    found = connection.execute(
        "select count(*) from takeover.changes where kind = any(%s)", ([kind.name for kind in kinds],)
    ).fetchone()
    return int(found[0]) if found else 0


def drain(
    connection: psycopg.Connection[Any], kinds: Sequence[Kind], progress: Progress, phase: str = "Carrying"
) -> None:
    """Carry what is noted, pass by pass, until nothing is left or no more goes than comes."""
    left = total = waiting(connection, kinds)
    done, late = 0, 0
    batches: Counter[str] = Counter()

    def carried(kind: Kind, notes: int) -> None:
        nonlocal done
        done += notes
        batches[kind.name] += 1
        if total > MANY and batches[kind.name].bit_count() == 1:  # its tables have grown
            with connection.transaction():
                connection.execute(_PATH)
                connection.execute(ANALYZE)
        progress(phase, min(done, total), total)

    while left and late < LATEST:
        once(connection, kinds, carried)
        fewest, left = left, waiting(connection, kinds)
        late += left >= fewest
    progress(phase, total, total)


def once(
    connection: psycopg.Connection[Any],
    kinds: Sequence[Kind],
    carried: Callable[[Kind, int], None] = lambda *_: None,
) -> None:
    """Carry what stands there now: kinds of which something comes all the time keep no others waiting."""
    (until,) = connection.execute("select max(id) from takeover.changes").fetchone() or (None,)
    while until is not None and (some := batch(connection, kinds, until)):
        carried(*some)


def batch(
    connection: psycopg.Connection[Any], kinds: Sequence[Kind], until: int = 2**62
) -> tuple[Kind, int] | None:
    """Carry one batch of the first kind that has any, in a transaction; which kind, and how many notes went.

    The same row is noted often: a batch takes as many keys as it may, with all their notes.
    """
    with connection.transaction():
        connection.execute(_PATH)
        for kind in kinds:
            keys = [key for (key,) in connection.execute(PICK, (kind.name, until, kind.batch)).fetchall()]
            if keys:
                notes = connection.execute(DONE, (kind.name, keys)).rowcount
                connection.execute(
                    sql.SQL("select {}(%s::uuid[])").format(sql.Identifier("takeover", kind.function)),
                    (sorted(keys),),
                )
                return kind, notes
    return None


PICK = """
select key from takeover.changes where kind = %s and id <= %s group by key order by min(id) limit %s
"""

# By the keys themselves: notes come and go too fast for their number to be known to the planner.
DONE = "delete from takeover.changes where kind = %s and key = any(%s)"

ANALYZE = """
analyze bookings, class_sessions, leads, clients, programs, takeover.judged, takeover.seen, takeover.people,
  takeover.identities, takeover.changes
"""

# The new tables stand in `next` until they take their place. They grow from nothing meanwhile, so that no
# earlier plan is a good one.
_PATH = """
select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('search_path',
  case when to_regclass('next.bookings') is null then 'public' else 'next' end || ', takeover', true)
"""
