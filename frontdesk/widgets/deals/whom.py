"""Whom the person screen is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from db.records import Kind, Organization, Rank
from frontdesk.commands import may
from frontdesk.widgets.text import literal, money


@dataclass(frozen=True, slots=True)
class Whom:
    """A person of an organization on one of its days, and the rank of whoever serves them.

    `credit` is what stands to theirs, in minor units of the organization's currency.
    """

    kind: Kind
    id: UUID
    name: str
    organization: Organization
    today: date
    rank: Rank
    credit: int = 0

    @property
    def shown(self) -> str:
        """Their name, safe to show."""
        return literal(self.name)

    def money(self, amount: int) -> str:
        """An amount in the organization's currency."""
        return money(amount, self.organization.currency)

    @property
    def by_staff(self) -> bool:
        """Whether whoever serves them may do more than look."""
        return may(self.rank, "staff")

    @property
    def by_manager(self) -> bool:
        """Whether whoever serves them may give and cancel."""
        return may(self.rank, "manager")
