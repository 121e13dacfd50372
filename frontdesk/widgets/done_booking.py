"""What was done by booking, checking in or cancelling, in words, and what takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from db.errors import refusal
from db.records import Answer, BookingStatus, Sale
from frontdesk.widgets.done import Back, Done, Made
from frontdesk.widgets.intention import Intention
from frontdesk.widgets.sentence import Speaker
from frontdesk.widgets.text import literal, ordinal

if TYPE_CHECKING:
    from db.transaction import SignedIn

Changes = tuple[tuple[UUID, BookingStatus | None], ...]
"""Bookings, each with the status that it had before."""

# What has a seat of its own to name; a booking found by its id, when its answer was lost, has one too.
SEATED = frozenset({"booked", "confirmed", "exists"})


def booked(speaker: Speaker, intention: Intention, answers: list[Answer]) -> Made:
    """What became of it."""
    own = intention.own(answers)
    names = [own.person_name or intention.person.name, *intention.names[1:]]
    name = " and ".join(literal(each) for each in names)
    what = speaker.class_of(intention.session)
    many = len(answers) > 1
    state = state_of(own)
    is_so = f"{'are' if many else 'is'} {state}"
    so = f"{name} {is_so}, {what}"
    seat, more = ("", "") if many else (_seat(own), _more(speaker, own))
    changed = [each for each in answers if each.outcome != "exists" or each.booking_id in _own(intention)]
    changes = tuple((each.booking_id, each.before) for each in changed if each.booking_id)
    undo = partial(_take_back, changes, intention.sale, _of_the_sale(intention))
    done = Done(undo, name, what, state, so, f"{name} still {is_so}")
    return Made(f"{so}{seat}{more}.", f"{so}{more}.", done if changes else None)


def state_of(answer: Answer) -> str:
    """What somebody is now, in a word or two."""
    return {
        "attended": "in",
        "waitlisted": "waitlisted",
        "cancelled": "cancelled in time",
        "late_cancelled": "cancelled late",
    }.get(answer.booking_status or "", "booked")


def _own(intention: Intention) -> set[UUID]:
    return {each.id for each in intention.requests}


def _seat(answer: Answer) -> str:
    seated = answer.outcome in SEATED and answer.booking_status in {"attended", "confirmed"}
    return f", seat {answer.seat} of {answer.seats}" if seated else ""


def _more(speaker: Speaker, answer: Answer) -> str:
    """The place in line, who has the seat now, or how it is paid."""
    if answer.booking_status == "waitlisted":
        return f", {ordinal(answer.place)} in line" if answer.place else ""
    if answer.outcome == "cancelled":
        return f"; {literal(answer.promotes)} has the seat and must be told" if answer.promotes else ""
    return f", {speaker.paid(answer)}" if answer.price else ""


def _of_the_sale(intention: Intention) -> Back:
    """The money of what was sold with the booking."""
    sale, offer = intention.sale, intention.offer
    return Back("", offer["price"], offer["currency"], sale.pay) if sale and offer else Back()


def _take_back(changes: Changes, sale: Sale | None, paid: Back, signed_in: SignedIn) -> Sequence[Back]:
    """All of it or nothing, where something was sold with the booking."""
    from db.repositories import bookings

    backs = [
        _back(each) for each in bookings.take_back_together(signed_in, changes, sale.id if sale else None)
    ]
    return [*backs, paid] if sale and backs and not any(each.refused for each in backs) else backs


def _back(answer: Answer) -> Back:
    """Of what was undone and had taken money, the money."""
    if answer.outcome != "taken_back":
        return Back(refusal(answer.rule))
    if answer.payment_status != "void":
        return Back()
    return Back("", answer.price or 0, answer.currency or "", answer.paid_by or "")
