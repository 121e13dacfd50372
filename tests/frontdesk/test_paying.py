"""What pays and why, in words."""

from __future__ import annotations

import pytest

from db.records import Decided, Entitled
from frontdesk.widgets.paying import because, charged, could_not, entitled

PASS: Entitled = {
    "kind": "package",
    "id": "1",
    "name": "10-Class Pass",
    "left": 2,
    "ends_on": "2026-12-02",
}
UNLIMITED: Entitled = {
    "kind": "membership",
    "id": "2",
    "name": "Unlimited",
    "left": None,
    "ends_on": None,
}
ENDED: Entitled = {**UNLIMITED, "ends_on": "2026-11-22", "rule": "entitlement_ended"}
SPENT: Entitled = {**PASS, "left": 0, "rule": "entitlement_credits"}


def test_what_it_is_called() -> None:
    assert entitled(PASS) == "10-Class Pass, 2 left, ends Wed 2 Dec"
    assert entitled(UNLIMITED) == "Unlimited"
    assert entitled({**PASS, "name": "[b]\x1b[31m"}).startswith("[b]\N{REPLACEMENT CHARACTER}[31m, 2")


@pytest.mark.parametrize(
    ("decided", "paid", "said"),
    [
        (
            Decided(why="only", by=PASS, others=[], refused=[]),
            "",
            "It was covered by 10-Class Pass, 2 left, ends Wed 2 Dec.",
        ),
        (
            Decided(why="ends_soonest", by=PASS, others=[UNLIMITED], refused=[SPENT]),
            "",
            "It was covered by 10-Class Pass, 2 left, ends Wed 2 Dec (ends soonest), before Unlimited;"
            " 10-Class Pass has no class left.",
        ),
        (
            Decided(why="nothing_covers", by=None, others=[], refused=[ENDED]),
            "£12.00 was paid by card",
            "£12.00 was paid by card because nothing covered it: Unlimited ended Sun 22 Nov.",
        ),
        (
            Decided(why="nothing_covers", by=None, others=[], refused=[]),
            "£12.00 is owed",
            "£12.00 is owed because nothing covered it.",
        ),
        (
            Decided(why="chosen", by=None, others=[PASS], refused=[]),
            "£12.00 was paid by cash",
            "£12.00 was paid by cash, as was asked for.",
        ),
    ],
)
def test_why_was_i_charged(decided: Decided, paid: str, said: str) -> None:
    assert charged(decided, paid) == said


def test_where_there_was_no_choice_nothing_is_explained() -> None:
    assert because(Decided(why="only", by=PASS, others=[], refused=[])) == ""
    assert could_not(Decided(why="only", by=PASS, others=[], refused=[])) == ""
