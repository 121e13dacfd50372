"""What stands to somebody's credit and their cards on file, as rows of the person screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, get_args
from uuid import UUID, uuid4

from db.errors import BadInput
from db.records import Brand, Card
from frontdesk.widgets.deals.deal import Deal, Said, Way
from frontdesk.widgets.deals.deal_list import Row
from frontdesk.widgets.deals.whom import Whom
from frontdesk.widgets.done import Made
from frontdesk.widgets.person_facts import card_name
from frontdesk.widgets.text import money

if TYPE_CHECKING:
    from db.transaction import SignedIn

TYPED = re.compile(r"([a-z]+) *(?:\.\.)?([0-9]{4})", re.IGNORECASE)
NO_CARD = "Of a card only its brand and last four digits are kept. Type it like visa 4242, or other 4242."


def credit(whom: Whom) -> Iterator[Row]:
    """What stands to their credit; managers pay it back."""
    if whom.credit:
        amount = whom.money(whom.credit)
        back = Way(
            "8",
            f"pay back {amount}",
            partial(_pay_back, whom, uuid4()),
            whom.name,
            f"the credit of {whom.shown} is paid back",
            f"Nothing is paid back to {whom.shown}.",
            "type why it is paid back",
            (("back", [f"{amount}, by the method it came"]),),
            leaves=True,
        )
        known: Said = (("credit", [f"{amount}; it pays for a booking, a sale or what they owe"]),)
        ways = (back,) if whom.by_manager else ()
        yield Row("credit", "credit", amount, Deal("PAY BACK", f"the credit of {whom.shown}", known, ways))


def cards(whom: Whom, on_file: Sequence[Card]) -> Iterator[Row]:
    """Their cards, and the row that adds one; no money moves by them."""
    label = "cards"
    for each in on_file:
        name = card_name(each["brand"], each["last_four"])
        remove = Way(
            "1",
            "remove",
            partial(_remove, whom, each),
            whom.name,
            f"the card {name} is removed",
            f"The card {name} is NOT removed.",
        )
        ways = (remove,) if whom.by_staff else ()
        yield Row(each["id"], label, name, Deal("REMOVE", f"the card {name} of {whom.shown}", ways=ways))
        label = ""
    if whom.by_staff:
        add = Way(
            "1",
            "add a card",
            partial(_add, whom, uuid4()),
            whom.name,
            f"the card of {whom.shown} is on file",
            f"No card of {whom.shown} is added.",
            asks="type brand and last four digits, like visa 4242",
            tried=_read,
        )
        yield Row("card", label, "add a card", Deal("ADD", f"a card of {whom.shown}", ways=(add,)))


def read_card(text: str) -> tuple[Brand, str]:
    """'visa 4242' and 'Visa ..4242' are that card; raises `BadInput` for whatever says more or less."""
    found = TYPED.fullmatch(text.strip())
    brands: tuple[Brand, ...] = get_args(Brand)
    brand = next((each for each in brands if found and each == found[1].lower()), None)
    if found is None or brand is None:
        raise BadInput(NO_CARD)
    return brand, found[2]


def _pay_back(whom: Whom, refund: UUID, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import accounts

    given = accounts.refund_credit(signed_in, refund, whom.kind, whom.id, whom.credit, typed)
    methods = " and ".join(f"{money(each.amount, each.currency)} {each.method}" for each in given)
    sentence = f"The credit of {whom.shown} is paid back. Give back {methods}."
    return Made(sentence, sentence)


def _read(typed: str, signed_in: SignedIn) -> Said:
    return (("card", [card_name(*read_card(typed))]),)


def _add(whom: Whom, card: UUID, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import accounts

    brand, last_four = read_card(typed)
    accounts.add_card(signed_in, card, whom.kind, whom.id, brand, last_four)
    sentence = f"The card {card_name(brand, last_four)} of {whom.shown} is on file."
    return Made(sentence, sentence)


def _remove(whom: Whom, card: Card, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import accounts

    accounts.remove_card(signed_in, UUID(card["id"]))
    sentence = (
        f"The card {card_name(card['brand'], card['last_four'])} of {whom.shown} is not on file any more."
    )
    return Made(sentence, sentence)
