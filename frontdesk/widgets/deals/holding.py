"""What somebody has bought, as rows of the person screen: holding, resuming and cancelling it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from db.records import BookingInHold, Entitlement
from frontdesk.clock import day_and_year, day_of, day_seen_from, local, time_of
from frontdesk.widgets.deals.deal import Deal, Said, Way
from frontdesk.widgets.deals.deal_list import Row
from frontdesk.widgets.deals.typed_day import read_day
from frontdesk.widgets.deals.whom import Whom
from frontdesk.widgets.done import Made
from frontdesk.widgets.text import literal, money, several

if TYPE_CHECKING:
    from db.transaction import SignedIn

LATER = "it ends as much later"
WHY = "type why it is cancelled"


def bought(whom: Whom, has: Sequence[Entitlement]) -> Iterator[Row]:
    """What they have, what still pays first."""
    for number, each in enumerate(has):
        yield Row(
            f"has {each.id}",
            "" if number else "has",
            ", ".join([literal(each.name), *_state(whom, each, day_seen_from)]),
            _deal(whom, each),
            style="lines--quiet" if _over(whom, each) else "",
        )


def _over(whom: Whom, one: Entitlement) -> bool:
    return one.cancelled or (one.ends_on is not None and one.ends_on < whom.today)


def _state(whom: Whom, one: Entitlement, day: Callable[[date, date], str]) -> Iterator[str]:
    if one.cancelled:
        yield "cancelled"
        return
    if one.held:
        yield f"on hold until {day(one.held_until, whom.today)}" if one.held_until else "on hold"
    if one.kind == "package":
        yield f"{one.credits} left"
    elif one.period_limit:
        yield f"{one.period_limit} a {one.period}"
    if one.starts_on > whom.today:
        yield f"begins {day(one.starts_on, whom.today)}"
    if one.ends_on:
        yield f"{'ended' if _over(whom, one) else 'ends'} {day(one.ends_on, whom.today)}"


def _deal(whom: Whom, one: Entitlement) -> Deal:
    paid = {"card": "by card", "cash": "in cash", "comp": "a gift", "credit": "from their credit"}.get(
        one.paid_by, "not sold here"
    )
    price = "" if one.paid_by in {"comp", "other"} else f"{money(one.price, one.currency)} "
    known: Said = (
        ("is", ["; ".join(_state(whom, one, day_and_year)) or "in use"]),
        ("paid", [f"{price}{paid}, from {day_and_year(one.starts_on, whom.today)}"]),
    )
    may = whom.by_staff and not one.cancelled
    return Deal(
        "CHANGE", f"{literal(one.name)} of {whom.shown}", known, tuple(_ways(whom, one)) if may else ()
    )


def _ways(whom: Whom, one: Entitlement) -> Iterator[Way]:
    name = literal(one.name)
    way = partial(Way, name=whom.name)
    if one.held:
        resume = partial(_resume, whom, one)
        yield way("3", "resume", resume, is_so=f"{name} is resumed", is_not=f"{name} is NOT resumed.")
    elif not _over(whom, one):
        hold = partial(
            way,
            do=partial(_hold, whom, one),
            tried=partial(_try_hold, whom, one),
            is_so=f"{name} is on hold",
            is_not=f"{name} is NOT on hold.",
        )
        yield hold("1", "hold until resumed")
        yield hold("2", "hold until a day", asks="type its last day, like 14 Dec")
    if whom.by_manager:
        cancel = partial(way, is_so=f"{name} is cancelled", is_not=f"{name} is NOT cancelled.", asks=WHY)
        means: Said = (("cancels", [_written_off(one)]),)
        yield cancel("7", "cancel", partial(_cancel, whom, one, False), means=means)
        if one.price and one.paid_by not in {"comp", "other"}:
            means = (("cancels", [f"{_written_off(one)}; {_back(one)}"]),)
            price = money(one.price, one.currency)
            yield cancel("8", f"cancel, pay back {price}", partial(_cancel, whom, one, True), means=means)


def _back(one: Entitlement) -> str:
    """Where the money goes."""
    how = "to their credit" if one.paid_by == "credit" else f"to them, {one.paid_by}"
    return f"{money(one.price, one.currency)} goes back {how}"


def _written_off(one: Entitlement) -> str:
    if one.kind == "membership":
        return "it pays for nothing any more"
    left = one.credits or 0
    return f"{left} class{' is' if left == 1 else 'es are'} written off"


def _last_day(whom: Whom, typed: str) -> date | None:
    """The day that was typed; None for a hold until it is resumed."""
    return read_day(typed, whom.today) if typed else None


def _try_hold(whom: Whom, one: Entitlement, typed: str, signed_in: SignedIn) -> Said:
    from db.repositories import sales

    last = _last_day(whom, typed)
    sales.hold(signed_in, one.kind, one.id, whom.today, last, dry=True)
    said: Said = (("hold", [f"{_days(whom, last)}; {LATER}"]),)
    inside = sales.bookings_in_hold(signed_in, one.kind, one.id, whom.today, last)
    return (*said, ("booked", [_listed(whom, inside)])) if inside else said


def _days(whom: Whom, last: date | None) -> str:
    if last is None:
        return "from today until it is resumed"
    days = (last - whom.today).days + 1
    return f"today to {day_and_year(last, whom.today)}, {days} day{'' if days == 1 else 's'}"


def _listed(whom: Whom, inside: Sequence[BookingInHold]) -> str:
    """What is booked with it in these days, which the hold leaves as it is."""
    zone = whom.organization.timezone
    said = [
        f"{day_of(local(each.starts_at, zone).date())} {time_of(each.starts_at, zone)} {each.program}"
        + (f" ({each.name})" if each.name != whom.name else "")
        for each in inside
    ]
    return f"! {several(said)} stay{'s' if len(inside) == 1 else ''} booked: cancel what they miss"


def _hold(whom: Whom, one: Entitlement, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import sales

    last = _last_day(whom, typed)
    sales.hold(signed_in, one.kind, one.id, whom.today, last)
    until = day_and_year(last, whom.today) if last else "it is resumed"
    return _made(f"{literal(one.name)} of {whom.shown} is on hold until {until}.")


def _resume(whom: Whom, one: Entitlement, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import sales

    sales.resume(signed_in, one.kind, one.id)
    again = "tomorrow" if one.held_from == whom.today else "today"
    return _made(f"{literal(one.name)} of {whom.shown} is resumed: it pays again from {again} on.")


def _cancel(whom: Whom, one: Entitlement, refund: bool, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import sales

    sales.cancel(signed_in, one.kind, one.id, typed, refund=refund)
    back = f"; {_back(one)}" if refund else ""
    return _made(f"{literal(one.name)} of {whom.shown} is cancelled{back}.")


def _made(sentence: str) -> Made:
    return Made(sentence, sentence)
