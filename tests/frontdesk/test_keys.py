"""Keys as the configuration file may write them, and what is said about those that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.keys import Keys

from db.errors import BadInput
from frontdesk.commands import COMMANDS, key_of, keyed, use_keys
from frontdesk.keys import key_name, read_key
from frontdesk.preferences import chosen_keys, known_theme

FILE = Path("config.toml")


@pytest.mark.parametrize(
    ("written", "key", "shown"),
    [
        ("f2", "f2", "F2"),
        (" F2 ", "f2", "F2"),
        ("PgDn", "pagedown", "PgDn"),
        ("Esc", "escape", "Esc"),
        ("^z", "ctrl+z", "^z"),
        ("Ctrl+Z", "ctrl+z", "^z"),
        ("alt+r", "alt+r", "Alt+r"),
        ("shift+ctrl+f3", "ctrl+shift+f3", "^Shift+F3"),
        ("shift+tab", "shift+tab", "Shift+Tab"),
        ("j", "j", "j"),
        ("J", "J", "J"),
        (".", ".", "."),
    ],
)
def test_written_and_shown(written: str, key: str, shown: str) -> None:
    assert (read_key(written), key_name(key)) == (key, shown)


@pytest.mark.parametrize("text", ["", "f25", "ctrl+", "+", ",", "super+c", "shift+a", "enterr", "f2,f3"])
def test_no_key(text: str) -> None:
    assert read_key(text) is None


def test_every_key_of_ours_is_one_that_can_be_written() -> None:
    known = {each.value for each in Keys}
    for each in COMMANDS:
        for key in each.keys.split(","):
            assert read_key(key) == key
            assert key in known or len(key) == 1, key


def refusal(table: dict[str, tuple[str, ...]]) -> str:
    with pytest.raises(BadInput) as refused:
        chosen_keys(FILE, table)
    assert refused.value.exit_code == 2
    assert "config.toml" in refused.value.sentence
    return refused.value.sentence


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"desk.rooster": ("f2",)}, ["desk.rooster is no command", "frontdesk keys"]),
        ({"desk.choose": ("f2",)}, ["desk.choose keeps its keys"]),
        ({"desk.roster": ("f99",)}, ["desk.roster: 'f99' is no key"]),
        ({"desk.roster": ("r",)}, ["desk.roster: 'r' is typed in a name"]),
        ({"desk.roster": ("7",)}, ["'7' is typed in a name"]),
        ({"desk.roster": ("space",)}, ["typed in a name"]),
        ({"app.help": ("?",)}, ["app.help: '?' is typed in a name"]),
        ({"desk.roster": ("f10",)}, ["F10 is the terminal's own"]),
        ({"roster.down": ("F11",)}, ["F11 is the terminal's own"]),
        ({"desk.roster": ("ctrl+i",)}, ["^i is Tab to a terminal"]),
        ({"desk.roster": ("ctrl+k",)}, ["^k edits what is typed"]),
        ({"desk.roster": ("left",)}, ["Left edits what is typed"]),
        ({"desk.roster": ("f5",)}, ["desk.roster and desk.refresh are both on F5: change one."]),
        ({"desk.roster": ("f1",)}, ["desk.roster and app.help are both on F1"]),
        ({"roster.down": ("f4",), "roster.up": ("f4",)}, ["roster.down and roster.up are both on F4"]),
        (
            {"desk.roster": ("x",), "nonsense": ("f4",), "desk.back": ("f10",)},
            ["desk.roster: 'x'", "nonsense is no command", "desk.back: F10"],
        ),
    ],
)
def test_what_is_refused_is_named(table: dict[str, tuple[str, ...]], words: list[str]) -> None:
    sentence = refusal(table)
    for each in words:
        assert each in sentence


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ({}, {}),
        ({"desk.roster": ("F5",), "desk.refresh": ("f2",)}, {"desk.roster": "f5", "desk.refresh": "f2"}),
        ({"desk.take_back": ("f12", "^z")}, {"desk.take_back": "f12,ctrl+z"}),
        ({"roster.down": ("down", "j")}, {"roster.down": "down,j"}),
        ({"roster.page_down": ("right",)}, {"roster.page_down": "right"}),
    ],
)
def test_what_is_taken(table: dict[str, tuple[str, ...]], keys: dict[str, str]) -> None:
    assert chosen_keys(FILE, table) == keys


def test_sentences_name_the_keys_of_now() -> None:
    use_keys({"desk.take_back": "f12,ctrl+z"})
    try:
        assert key_of("desk.take_back") == "F12"
        assert keyed("[desk.take_back] again, or [desk.back]") == "F12 again, or Esc"
        assert keyed("[b] is no command") == "[b] is no command"
    finally:
        use_keys({})
    assert key_of("desk.take_back") == "F9"


def test_theme() -> None:
    assert known_theme(FILE, None) is None
    assert known_theme(FILE, "desk-contrast") == "desk-contrast"
    with pytest.raises(BadInput, match=r"config\.toml is none of desk-dark, desk-light, desk-contrast\."):
        known_theme(FILE, "solarized")
