"""What is known of a person, in rows that fit: what matters at the counter stands first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import wrap

from rich.cells import chop_cells

from db.records import Brand, Organization, PersonDetails
from frontdesk.clock import birthday_near, day_of, day_seen_from, local, time_of
from frontdesk.widgets.paying import entitled
from frontdesk.widgets.text import literal, money

LABEL = 9
NEAR = timedelta(days=7)
LAST_PAID = 3
UNUSUAL = {"waitlisted": "waitlist", "attended": "here"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One row: a label, what it says, and the component class that styles both."""

    label: str
    text: str
    style: str = ""


def facts_of(person: PersonDetails, organization: Organization, today: date) -> Iterator[Fact]:
    """Everything there is to say."""
    yield from _who(person)
    yield from _warnings(person, organization)
    yield from _birthday(person, today)
    yield from _account(person, organization)
    yield from _has(person)
    yield from _visits(person, today)
    yield from _coming(person, organization, today)
    yield from _family(person)
    yield from _waiver(person, organization)
    for note in person.notes:
        yield Fact("note", literal(note))


def folded(facts: Iterable[Fact], width: int) -> list[Fact]:
    """The facts in rows of that many cells: what is longer goes on under its beginning."""
    rows = []
    room = max(width - LABEL, 8)
    for fact in facts:
        # Wide characters count as two cells, and may stand in a row without a space.
        first, *more = [part for line in wrap(fact.text, room) for part in chop_cells(line, room)] or [""]
        rows += [Fact(fact.label, first, fact.style), *(Fact("", line, fact.style) for line in more)]
    return rows


def _who(person: PersonDetails) -> Iterator[Fact]:
    yield Fact(person.kind, literal(person.name), "lines--strong")
    if person.birth_date:
        yield Fact("born", f"{person.birth_date.day} {person.birth_date:%b %Y}")
    if person.phone:
        yield Fact("phone", literal(person.phone))
    if person.email:
        yield Fact("e-mail", literal(person.email))


def _warnings(person: PersonDetails, organization: Organization) -> Iterator[Fact]:
    if person.blocked_reason:
        yield Fact("BLOCKED", literal(person.blocked_reason), "lines--bad")
    for alert in person.alerts:
        yield Fact("!", literal(alert), "lines--warn")
    if person.owes:
        yield Fact("OWES", money(person.owes, organization.currency), "lines--warn")
    if not person.waiver_signed_at:
        yield Fact("waiver", "NO WAIVER", "lines--warn")


def _birthday(person: PersonDetails, today: date) -> Iterator[Fact]:
    birthday = near(person.birth_date, today)
    if birthday and person.birth_date:
        age = birthday.year - person.birth_date.year
        when = "today" if birthday == today else day_of(birthday)
        yield Fact("birthday", f"* {when}, {age}", "lines--good")


def card_name(brand: Brand, last_four: str) -> str:
    """A card as it is shown, such as 'Visa ..4242'."""
    return f"{brand.title()} ..{last_four}"


def near(born: date | None, today: date) -> date | None:
    """The birthday that is at most a week away or gone."""
    return birthday_near(born, today, gone=NEAR, ahead=NEAR)


def _account(person: PersonDetails, organization: Organization) -> Iterator[Fact]:
    if person.credit:
        yield Fact("credit", money(person.credit, organization.currency))
    for card in person.cards:
        yield Fact("card", card_name(card["brand"], card["last_four"]))


def _has(person: PersonDetails) -> Iterator[Fact]:
    label = "has"
    for one in person.has:
        yield Fact(label, entitled(one) + (" (on hold)" if one["held"] else ""))
        label = ""


def _visits(person: PersonDetails, today: date) -> Iterator[Fact]:
    lead = f", lead since {_month(person.lead_since)}" if person.lead_since else ""
    yield Fact("since", _month(person.since) + lead)
    if person.last_visit:
        yield Fact("visits", f"{person.visits}, {person.visits_this_month} this month")
        yield Fact("last", day_seen_from(person.last_visit, today))
    else:
        yield Fact("visits", "none yet")
    if person.pays:
        yield Fact("pays", ", ".join(person.pays[:LAST_PAID]))


def _coming(person: PersonDetails, organization: Organization, today: date) -> Iterator[Fact]:
    label = "coming"
    for starts_at, program, status in zip(person.coming_at, person.coming, person.coming_status, strict=True):
        start = local(starts_at, organization.timezone)
        day = "" if start.date() == today else f"{day_of(start.date())} "
        state = f" ({UNUSUAL[status]})" if status in UNUSUAL else ""
        yield Fact(label, f"{day}{time_of(starts_at, organization.timezone)} {literal(program)}{state}")
        label = ""
    if not person.coming:
        yield Fact(label, "nothing booked", "lines--quiet")


def _family(person: PersonDetails) -> Iterator[Fact]:
    yield from _names("guardian", person.guardians)
    yield from _names("family", person.family)


def _names(label: str, names: Sequence[str]) -> Iterator[Fact]:
    if names:
        yield Fact(label, ", ".join(literal(name) for name in names))


def _waiver(person: PersonDetails, organization: Organization) -> Iterator[Fact]:
    if person.waiver_signed_at:
        day = local(person.waiver_signed_at, organization.timezone).date()
        other = person.waiver_signed_by if person.waiver_signed_by != person.name else None
        by = f" by {literal(other)}" if other else ""
        yield Fact("waiver", f"signed {day.day} {day:%b %Y}{by}")


def _month(day: date) -> str:
    return f"{day:%b %Y}"
