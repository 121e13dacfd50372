"""What the desk is about to do, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from made import NOW, person, session

from db.records import Answer, Organization, Outcome
from frontdesk.widgets.intention import Intention, Step, intend
from frontdesk.widgets.sentence import Choice, Speaker

SAM = person(birth_date=date(1988, 3, 2), phone_end="412")
TODAY = NOW.date()
SPIN = session()
HERE = Organization(uuid4(), "Harbour Lane", "Europe/London", "GBP", "manager", idle_minutes=10)
SPEAKER = Speaker(HERE, TODAY, manager=True)


def answer(outcome: Outcome, **more: Any) -> Answer:
    values: dict[str, Any] = dict.fromkeys(Answer.__slots__)
    values |= {"outcome": outcome, "price": 1200, "currency": "GBP", "seat": 14, "seats": 16, **more}
    return Answer(**values)


def judged(outcome: Outcome, **more: Any) -> Intention:
    return intend(SAM, SPIN).asking().judged([answer(outcome, **more)])


def test_one_id_all_the_way() -> None:
    first = intend(SAM, SPIN)
    last = first.asking().judged([answer("due")]).choosing("1").sent().unknown()
    assert last.request.id == first.request.id
    assert intend(SAM, SPIN).request.id != first.request.id
    assert (last.request.pay, last.request.waitlist) == ("card", False)


def test_only_who_was_told_of_the_waitlist_goes_there() -> None:
    assert intend(SAM, SPIN).asking().request.waitlist
    assert not judged("due").request.waitlist
    assert judged("waitlisted", place=4).request.waitlist


@pytest.mark.parametrize(
    ("intention", "staff", "manager"),
    [
        (intend(SAM, SPIN), "", ""),
        (judged("due"), "12560", "12560"),
        (judged("due", credit=1199), "12560", "12560"),
        (judged("due", credit=1200), "125690", "125690"),
        (judged("booked"), "0", "0"),
        (judged("waitlisted", place=1), "", "7"),
        (judged("refused", rule="booking_blocked_person"), "", "7"),
        (judged("refused", rule="booking_converted_lead"), "", ""),
        (judged("exists"), "", ""),
    ],
)
def test_digits(intention: Intention, staff: str, manager: str) -> None:
    assert (intention.digits(False), intention.digits(True)) == (staff, manager)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"paid_by": "card", "credit": 1200}, "£12.00 card stays to their credit"),
        ({"paid_by": "credit", "credit": 1200}, "£12.00 goes back to their credit"),
        (
            {"paid_by": "card", "credit": 0},
            "£12.00 card was paid in another system, so it gives no credit here",
        ),
        ({"paid_by": "later", "payment_status": "pending", "credit": 0}, "nothing is owed for it"),
    ],
)
def test_what_becomes_of_the_money_is_said_before_it_is_cancelled(facts: dict[str, Any], said: str) -> None:
    cancelled = {"booking_status": "cancelled", "payment_status": "paid", **facts}
    asked = replace(judged("cancelled", **cancelled), act="cancel")
    assert dict(SPEAKER.lines(asked))["in time"] == [said]


def test_back_undoes_one_step_at_a_time() -> None:
    chosen = judged("due").choosing("6")
    assert chosen.step is Step.REASON
    due = chosen.back()
    assert due is not None
    assert (due.step, due.chosen, due.money_due) == (Step.ASKED, None, True)
    stated = due.back()
    assert stated is not None
    assert stated.step is Step.STATED
    assert stated.back() is None


@pytest.mark.parametrize("width", [40, 56, 76, 116])
def test_the_headline_fits_and_keeps_who_and_where(width: int) -> None:
    for someone in (SAM, replace(SAM, name="Maximiliane Featherstonehaugh-Cholmondeley 李小龍李小龍")):
        verb, said = SPEAKER.headline(replace(judged("due"), person=someone), width)
        assert len(verb) + 2 + len(said) <= width
        assert said.startswith(someone.name[:5])
        assert said.endswith(("17:52 Spin", "seat 15 of 16"))


def test_every_answer_has_words() -> None:
    lines = dict(SPEAKER.lines(judged("due", overlaps="17:45 Yoga")))
    assert [each.digit for each in lines["pays"] if isinstance(each, Choice)] == ["1", "2", "5", "6"]
    assert lines["note"] == ["! has another booking at the same time: 17:45 Yoga"]
    lines = dict(SPEAKER.lines(judged("waitlisted", place=4, ahead=["Ana", "Bo", "Cy"])))
    assert lines["place"] == ["4th in line, after Ana, Bo, Cy"]
    lines = dict(SPEAKER.lines(judged("refused", rule="booking_session_not_scheduled")))
    assert lines["why"] == ["This class was cancelled. Choose another class."]
    assert SPEAKER.title(judged("due")) == "a digit, then Enter"
    assert SPEAKER.title(judged("booked")) == "Enter again"
