"""What somebody has bought, as rows of the person screen: holding, resuming and cancelling it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from db.records import Entitlement
from frontdesk.clock import day_and_year, day_seen_from
from frontdesk.widgets.deal import Deal, Said, Way
from frontdesk.widgets.deal_list import Row
from frontdesk.widgets.done import Made
from frontdesk.widgets.text import literal, money
from frontdesk.widgets.typed_day import read_day
from frontdesk.widgets.whom import Whom

if TYPE_CHECKING:
    from db.transaction import SignedIn

MOVES = "it pays for nothing meanwhile, and its last day moves on by as many days"
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
    paid = {"card": "by card", "cash": "in cash", "comp": "a gift"}.get(one.paid_by, "not sold here")
    price = "" if one.paid_by in {"comp", "other"} else f"{money(one.price, one.currency)} "
    known: Said = (
        ("is", ["; ".join(_state(whom, one, day_and_year)) or "in use"]),
        ("bought", [f"{day_and_year(one.starts_on, whom.today)}, {price}{paid}"]),
    )
    may = whom.by_staff and not one.cancelled
    return Deal(
        "CHANGE", f"{literal(one.name)} of {whom.shown}", known, tuple(_ways(whom, one)) if may else ()
    )


def _ways(whom: Whom, one: Entitlement) -> Iterator[Way]:
    name = literal(one.name)
    way = partial(Way, name=whom.name)
    if one.held:
        yield way("3", "resume", partial(_resume, whom, one), is_not=f"{name} is NOT resumed.")
    elif not _over(whom, one):
        hold = partial(way, is_not=f"{name} is NOT on hold.")
        means: Said = (("hold", [f"from today until it is resumed: {MOVES}"]),)
        do, tried = partial(_hold, whom, one), partial(_try_hold, whom, one)
        yield hold("1", "hold until resumed", do, means=means, tried=tried)
        do, tried = partial(_hold_until, whom, one), partial(_try_hold_until, whom, one)
        yield hold("2", "hold until a day", do, tried=tried, asks="type its last day, like 14 Dec")
    if whom.by_manager:
        cancel = partial(way, is_not=f"{name} is NOT cancelled.", asks=WHY)
        means = (("cancels", [_written_off(one)]),)
        yield cancel("7", "cancel", partial(_cancel, whom, one, False), means=means)
        if one.paid_by in {"card", "cash"} and one.price:
            back = f"{money(one.price, one.currency)} {one.paid_by}"
            means = (("cancels", [f"{_written_off(one)}; {back} goes back to them"]),)
            yield cancel("8", f"refund {back}", partial(_cancel, whom, one, True), means=means)


def _written_off(one: Entitlement) -> str:
    if one.kind == "membership":
        return "it pays for nothing any more"
    left = one.credits or 0
    return f"{left} class{' is' if left == 1 else 'es are'} written off"


def _try_hold(whom: Whom, one: Entitlement, typed: str, signed_in: SignedIn) -> Said:
    from db.repositories import sales

    sales.hold(signed_in, one.kind, one.id, whom.today, dry=True)
    return ()


def _hold(whom: Whom, one: Entitlement, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import sales

    sales.hold(signed_in, one.kind, one.id, whom.today)
    return _made(f"{literal(one.name)} of {whom.shown} is on hold until it is resumed.")


def _try_hold_until(whom: Whom, one: Entitlement, typed: str, signed_in: SignedIn) -> Said:
    from db.repositories import sales

    last = read_day(typed, whom.today)
    sales.hold(signed_in, one.kind, one.id, whom.today, last, dry=True)
    days = (last - whom.today).days + 1
    return (
        (
            "hold",
            [f"today to {day_and_year(last, whom.today)}, {days} day{'' if days == 1 else 's'}: {MOVES}"],
        ),
    )


def _hold_until(whom: Whom, one: Entitlement, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import sales

    last = read_day(typed, whom.today)
    sales.hold(signed_in, one.kind, one.id, whom.today, last)
    return _made(f"{literal(one.name)} of {whom.shown} is on hold until {day_and_year(last, whom.today)}.")


def _resume(whom: Whom, one: Entitlement, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import sales

    sales.resume(signed_in, one.kind, one.id)
    again = "tomorrow" if one.held_from == whom.today else "today"
    return _made(f"{literal(one.name)} of {whom.shown} is resumed: it pays again from {again} on.")


def _cancel(whom: Whom, one: Entitlement, refund: bool, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import sales

    sales.cancel(signed_in, one.kind, one.id, typed, refund=refund)
    back = f" Give back {money(one.price, one.currency)} {one.paid_by}." if refund else ""
    return _made(f"{literal(one.name)} of {whom.shown} is cancelled.{back}")


def _made(sentence: str) -> Made:
    return Made(sentence, sentence)
