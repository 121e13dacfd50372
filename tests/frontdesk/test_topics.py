"""Help has words for every thing that can be at hand, and the keys in them are those of commands."""

from __future__ import annotations

import re

from frontdesk.commands import COMMANDS, KEY_IN_SENTENCE, keyed
from frontdesk.topics import TOPICS
from frontdesk.widgets.intention import Step


def test_every_step_of_a_booking_has_its_help() -> None:
    assert {f"desk.{step.name.lower()}" for step in Step} <= set(TOPICS)


def test_every_step_of_a_deal_has_its_help() -> None:
    steps = {"stated", "asking", "asked", "reason", "sending", "unknown", "stopped"}
    assert {f"person.{step}" for step in steps} <= set(TOPICS)


def test_keys_are_named_by_their_commands() -> None:
    ids = {each.id for each in COMMANDS}
    for topic in TOPICS.values():
        for sentence in topic.sentences:
            assert {found[1] for found in KEY_IN_SENTENCE.finditer(sentence)} <= ids
            assert not re.search(r"\b(F\d+|Enter|Esc|Tab|PgUp|PgDn)\b", sentence), sentence
            assert "[" not in keyed(sentence)
