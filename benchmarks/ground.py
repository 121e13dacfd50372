"""What every benchmark stands on: a server of its own with a demo gym in it, and a table for its figures.

With DATABASE_URL and FRONTDESK_ADMIN_URL a benchmark runs on that server instead, whose database must be
empty or hold the demo gym; it leaves its rows there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from db import demo, embedded, upgrade
from db.repositories import organizations, staff
from db.transaction import Database, SignedIn

LOGINS = ("frontdesk_app", "frontdesk_widget")


@dataclass(frozen=True, slots=True)
class Ground:
    """A filled database: libpq strings of the desk's login, of its owner, and of a superuser, if any."""

    app: str
    admin: str
    superuser: str | None

    def sign_in(self, who: tuple[str, str] = demo.STAFF) -> SignedIn:
        """One of the demo's staff, in the first of their organizations."""
        signed_in = staff.sign_in(Database(self.app), *who, uuid4())
        return signed_in.at(organizations.mine(signed_in)[0].id)


@contextmanager
def ground(people: int = demo.PEOPLE) -> Iterator[Ground]:
    """A database with a demo gym of that many people."""
    app, admin = os.environ.get("DATABASE_URL"), os.environ.get("FRONTDESK_ADMIN_URL")
    if app and admin:
        yield _fill(Ground(app, admin, None), people)
        return
    with own_server() as own:
        yield _fill(own, people)


@contextmanager
def own_server() -> Iterator[Ground]:
    """An upgraded database without any row, on a server of its own that is gone afterwards."""
    # A short path: that of a socket may have some hundred letters at most.
    home = Path(tempfile.mkdtemp(prefix="fd-"))
    os.environ.setdefault("FRONTDESK_SERVER_GRACE", "2")
    cluster = embedded.start(home)
    try:
        own = Ground(
            cluster.conninfo("frontdesk_app"),
            cluster.conninfo("frontdesk_admin"),
            cluster.conninfo("postgres"),
        )
        upgrade.upgrade(own.admin, {login: cluster.secret(login) for login in LOGINS})
        yield own
    finally:
        cluster.leave()
        embedded.remove(home)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a small table, its first column to the left and figures to the right."""
    texts = [[*map(str, columns)], *([*map(str, row)] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    print(f"\n{title}")
    for row in texts:
        first, *others = (text.rjust(width) for text, width in zip(row, widths, strict=True))
        print("  " + "  ".join([first.strip().ljust(widths[0]), *others]))


def milliseconds(seconds: Sequence[float]) -> tuple[str, str]:
    """The p50 and p95 of some durations, in milliseconds."""
    twentieths = quantiles(seconds, n=20, method="inclusive")
    return f"{twentieths[9] * 1000:.2f}", f"{twentieths[18] * 1000:.2f}"


def _fill(given: Ground, people: int) -> Ground:
    upgrade.upgrade(given.admin)
    if not demo.is_filled(given.admin):
        print(f"Filling a demo gym of {people:,} people.", file=sys.stderr)
        demo.fill(given.admin, lambda done, total: None, people=people)
    return given
