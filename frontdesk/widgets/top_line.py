"""The first line: where, when, who, what comes next, and whether the database answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from db.records import ClassSession, Organization
from frontdesk.app import Outage
from frontdesk.clock import day_of, local, time_of
from frontdesk.widgets.text import cut, literal

GAP = 2


class TopLine(Static):
    """Drops the next class, then shortens names, where there is no room."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(markup=False)
        self._now = now
        self._organization: Organization | None = None
        self._who = ""
        self._outage: Outage | None = None
        self._sessions: Sequence[ClassSession] = ()
        self._drawn = ""

    def on_mount(self) -> None:
        """Keep the time."""
        self.set_interval(1, self._tick)

    def serve(self, organization: Organization, user: str, desk: str) -> None:
        """Name the organization, the user and the desk."""
        self._organization = organization
        self._who = f"{literal(user)} at {literal(desk)}"
        self.refresh()

    def show_sessions(self, sessions: Sequence[ClassSession]) -> None:
        """Today's sessions, of which the next is named."""
        self._sessions = sessions
        self.refresh()

    def show_outage(self, outage: Outage | None) -> None:
        """Say whether the database answers."""
        self._outage = outage
        self.set_class(outage is not None, "lost")
        self.refresh()

    def render(self) -> Content:
        """The line as it fits now."""
        self._drawn = self._words()
        return Content(self._drawn)

    def _tick(self) -> None:
        if self._words() != self._drawn:
            self.refresh()

    def _words(self) -> str:
        if self._organization is None:
            return ""
        zone, width = self._organization.timezone, self.size.width
        now = local(self._now(), zone)
        when = f"{day_of(now.date())} {now:%H:%M} {now:%Z}"
        outage = self._outage
        state = f"{outage.what} since {time_of(outage.since, zone)}" if outage else "live"
        name = literal(self._organization.name)
        left = [name, when, self._who, self._next(zone)]
        if _length(left, state) > width:
            left = left[:3]
        if _length(left, state) > width:
            names = width - cell_len(when + state) - 4 * GAP
            left = [cut(name, max(names // 2, names - cell_len(self._who))), when, cut(self._who, names // 2)]
        line = (" " * GAP).join(filter(None, left))
        return line + " " * max(1, width - cell_len(line + state)) + state

    def _next(self, zone: str) -> str:
        now = self._now()
        coming = [each for each in self._sessions if each.starts_at > now and each.status == "scheduled"]
        if not coming:
            return ""
        first = min(coming, key=lambda each: each.starts_at)
        minutes = -int((now - first.starts_at).total_seconds() // 60)
        wait = f"{minutes} min" if minutes < 100 else f"{minutes // 60} h"
        return f"{time_of(first.starts_at, zone)} in {wait}"


def _length(left: Sequence[str], state: str) -> int:
    return sum(cell_len(each) + GAP for each in left if each) + cell_len(state)
