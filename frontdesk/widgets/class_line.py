"""What there is to say about the chosen class session."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from db.records import ClassSession, Organization
from frontdesk.clock import time_of
from frontdesk.widgets.text import cut, literal, money


class ClassLine(Static):
    """Time, program, room and instructors; seats, waitlist and price."""

    def __init__(self, organization: Organization) -> None:
        super().__init__(markup=False)
        self._organization = organization
        self._session: ClassSession | None = None

    def show(self, session: ClassSession | None) -> None:
        """Be about that session."""
        self._session = session
        self.refresh()

    def render(self) -> Content:
        """Two lines."""
        session, width = self._session, self.size.width
        if session is None:
            return Content("")
        zone = self._organization.timezone
        times = f"{time_of(session.starts_at, zone)}-{time_of(session.ends_at, zone)}"
        where = "  ".join(filter(None, [literal(session.room), literal(session.instructors)]))
        head = f"{times} {literal(session.program)}"
        if where and cell_len(head) + 2 + cell_len(where) <= width:
            head, where = f"{head}  {where}", ""
        return Content.assemble(
            (cut(head, width), "bold"),
            "\n",
            cut(_seats(session, where), width),
            "\n",
            (cut(self._more(session), width), "$quiet"),
        )

    def _more(self, session: ClassSession) -> str:
        price = money(session.price, self._organization.currency) if session.price else "free"
        return f"drop-in {price}"


def _seats(session: ClassSession, where: str) -> str:
    free = max(0, session.seats - session.booked_count)
    seats = f"{free} of {session.seats} free" + (f", {session.waiting} waiting" if session.waiting else "")
    return f"{where}  {seats}" if where else seats
