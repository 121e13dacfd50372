"""Who is set aside, without a screen."""

from __future__ import annotations

from dataclasses import replace

from made import person, session

from frontdesk.widgets.intention import Step, intend
from frontdesk.widgets.parked import Parking


def test_the_longest_waits_first_and_nobody_twice() -> None:
    sam, ana = intend(person("Sam"), session()), intend(person("Ana"), session())
    parking = Parking()
    for intention in (sam, ana, sam):
        parking.park(intention, "s", "")
    assert (parking.names, len(parking.waiting)) == ("Ana, Sam", 2)
    fetched = parking.fetch(sam.person)
    assert fetched is not None
    assert (fetched.intention, parking.names) == (sam, "Ana")
    assert parking.fetch(sam.person) is None


def test_a_question_without_its_answer_is_asked_anew() -> None:
    asking = intend(person("Sam"), session()).asking()
    parking = Parking()
    parking.park(asking, "sam", "")
    assert parking.waiting[0].intention.step is Step.STATED
    reason = replace(asking, step=Step.REASON, chosen="6")
    parking.park(reason, "sam", "why")
    assert (parking.waiting[0].intention, parking.waiting[0].reason) == (reason, "why")
