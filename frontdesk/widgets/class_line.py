"""What there is to say about the chosen class session."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from db.records import ClassSession, Organization
from frontdesk.clock import time_of
from frontdesk.widgets.text import cut, literal, money


class ClassLine(Static):
    """Time, program, room, instructors; who is here and to come; the price; never over three lines."""

    def __init__(self, organization: Organization) -> None:
        super().__init__(markup=False)
        self._organization = organization
        self._session: ClassSession | None = None

    def show(self, session: ClassSession | None) -> None:
        """Be about that session."""
        if session is not self._session:
            self._session = session
            self.refresh()

    def render(self) -> Content:
        """Each part on a line of its own where there is room, what matters most whole where there is not."""
        session, width = self._session, self.size.width
        if session is None:
            return Content("")
        zone = self._organization.timezone
        head = (
            f"{time_of(session.starts_at, zone)}-{time_of(session.ends_at, zone)} {literal(session.program)}"
        )
        where = "  ".join(filter(None, [literal(session.room), literal(session.instructors)]))
        people, price = _people(session), self._price(session)
        if cell_len(head) + 2 + cell_len(where) <= width:
            lines = [f"{head}  {where}".rstrip(), people, price]
        else:
            both = f"{people}  {price}"
            lines = [head, where, both if cell_len(both) <= width else people]
        return Content.assemble(
            (cut(lines[0], width), "bold"), "\n", cut(lines[1], width), "\n", cut(lines[2], width)
        )

    def _price(self, session: ClassSession) -> str:
        return (
            f"drop-in {money(session.price, self._organization.currency)}"
            if session.price
            else "free of charge"
        )


def _people(session: ClassSession) -> str:
    """Such as 'here 9  to come 5  due 2': those who hold a seat, and how many of them owe for it."""
    due = f"  due {session.due}" if session.due else ""
    return f"here {session.here}  to come {session.to_come}{due}"
