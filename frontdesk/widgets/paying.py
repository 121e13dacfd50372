"""What pays for a booking, and why, in words."""

from __future__ import annotations

from datetime import date

from db.records import Answer, Decided, Entitled
from frontdesk.clock import day_of
from frontdesk.widgets.text import literal, money

BECAUSE = {
    "unlimited": "unlimited comes first",
    "ends_soonest": "ends soonest",
    "fewest_programs": "covers the fewest classes",
    "bought_first": "bought first",
    "chosen": "your choice",
}

COULD_NOT = {
    "entitlement_cancelled": "was cancelled",
    "entitlement_starts_later": "starts later",
    "entitlement_on_hold": "is on hold",
    "entitlement_program": "does not cover it",
    "entitlement_limit": "is used up until its next period",
    "entitlement_credits": "has no class left",
}


def entitled(one: Entitled) -> str:
    """Such as '10-Class Pass, 2 left, ends Wed 2 Dec'."""
    left = "" if one["left"] is None else f", {one['left']} left"
    ends = f", ends {day_of(date.fromisoformat(one['ends_on']))}" if one["ends_on"] else ""
    return f"{literal(one['name'])}{left}{ends}"


def because(decided: Decided) -> str:
    """Why this one pays and no other, where there was a choice."""
    why = BECAUSE.get(decided["why"])
    return f" ({why})" if why else ""


def could_not(decided: Decided) -> str:
    """What they have and why it does not pay; nothing where they have nothing."""
    return "; ".join(f"{literal(one['name'])} {_reason(one)}" for one in decided["refused"])


def _reason(one: Entitled) -> str:
    rule = one.get("rule", "")
    if rule == "entitlement_ended" and one["ends_on"]:
        return f"ended {day_of(date.fromisoformat(one['ends_on']))}"
    return COULD_NOT.get(rule, "cannot pay")


def charged(decided: Decided, paid: str) -> str:
    """One sentence to read aloud: what was charged for a booking and why, as it was decided then.

    `paid` is how it was paid, for what neither a membership nor a package covered.
    """
    by, others, refused = decided["by"], decided["others"], could_not(decided)
    if by is None:
        had = f" because nothing covered it: {refused}" if refused else " because nothing covered it"
        return f"{paid}{had if decided['why'] == 'nothing_covers' else ', as was asked for'}."
    instead = f", before {' and '.join(literal(one['name']) for one in others)}" if others else ""
    could = f"; {refused}" if refused else ""
    return f"It was covered by {entitled(by)}{because(decided)}{instead}{could}."


def how_paid(answer: Answer) -> str:
    """How it was paid that neither a membership nor a package covered, as `charged` says it."""
    price = money(answer.price or 0, answer.currency or "")
    if answer.paid_by == "comp":
        return "It was given free of charge"
    if answer.paid_by == "later":
        return f"{price} is owed" if answer.payment_status == "pending" else f"{price} was owed"
    if answer.paid_by == "credit":
        return f"{price} was paid from their credit"
    return f"{price} was paid by {answer.paid_by}"
