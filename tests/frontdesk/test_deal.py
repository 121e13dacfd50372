"""A deal from its row to what is sent, without a screen."""

from __future__ import annotations

from frontdesk.widgets.deals.deal import Deal, Way
from frontdesk.widgets.done import Made
from frontdesk.widgets.intention import Step
from frontdesk.widgets.sentence import Choice


def way(digit: str, asks: str = "", tried: bool = False) -> Way:
    return Way(
        digit,
        f"way {digit}",
        lambda typed, signed_in: Made(typed, typed),
        "Sam",
        "it is so",
        "It is NOT so.",
        asks,
        tried=(lambda typed, signed_in: (("said", [typed]),)) if tried else None,
    )


def words(deal: Deal) -> list[str]:
    return [
        f"{label}: {word.words if isinstance(word, Choice) else word}"
        for label, said in deal.lines()
        for word in said
    ]


def test_one_way_is_chosen_by_itself_and_left_in_one_step() -> None:
    opened = Deal("RESUME", "it", ways=(way("3"),)).opened()
    assert opened.ready
    back = opened.back()
    assert back is not None and not back.busy
    assert back.back() is None


def test_what_is_typed_is_tried_before_it_is_ready() -> None:
    deal = Deal("CHANGE", "it", ways=(way("1"), way("2", "type a day", tried=True))).opened()
    assert (deal.step, deal.ready) == (Step.ASKED, False)
    typing = deal.choosing("2")
    assert (typing.step, typing.title) == (Step.REASON, "type a day, then Enter")
    asking = typing.took("14 Dec")
    assert asking.step is Step.ASKING and asking.trial is not None
    refused = asking.refused("That is no day.")
    assert (refused.step, words(refused)[0]) == (Step.REASON, "why: That is no day.")
    ready = asking.told((("hold", ["until 14 Dec"]),))
    assert ready.ready and words(ready)[0] == "hold: until 14 Dec"
    back = ready.back()
    assert back is not None and (back.step, back.chosen, back.terms) == (Step.ASKED, None, ())


def test_a_digit_answers_the_question_and_nothing_else() -> None:
    deal = Deal("SELL", "it", ways=(way("1"), way("2")))
    assert not deal.asks("1")
    opened = deal.opened()
    assert opened.asks("1") and opened.asks("2") and not opened.asks("3")
    assert not opened.choosing("1").sent().asks("2")


def test_what_is_not_known_is_said() -> None:
    sent = Deal("SELL", "it", ways=(way("1"), way("2"))).opened().choosing("1").sent()
    assert sent.on_its_way and not sent.bad
    assert sent.unknown().bad and "now: asked again: nothing is done twice" in words(sent.unknown())
