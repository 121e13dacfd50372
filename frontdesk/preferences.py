"""What the configuration file says about keys and colours, checked against what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from db.errors import BadInput
from frontdesk.commands import COMMANDS, NOTHING_TYPED, Command
from frontdesk.keys import SAME, TERMINALS_OWN, is_typed, key_name, read_key


def _nowhere(_theme: str) -> None:
    """Colours are not remembered."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """Keys by the ids of their commands, the colours, and what remembers other colours."""

    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str | None = None
    keep_theme: Callable[[str], None] = _nowhere


def chosen_keys(file: Path, table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The keys of the table [keys], as the registry writes them; `BadInput` names all that is wrong."""
    by_id = {each.id: each for each in COMMANDS}
    wrong: list[str] = []
    keys: dict[str, str] = {}
    for command_id, texts in table.items():
        command = by_id.get(command_id)
        if command is None:
            wrong.append(f"{command_id} is no command; 'frontdesk keys' lists them.")
        elif not command.bound:
            wrong.append(f"{command_id} keeps its keys; sentences on the screen name them.")
        else:
            read = [(text, read_key(text)) for text in texts]
            wrong += [f"{command_id}: {why}" for text, key in read if (why := _refused(command, text, key))]
            keys[command_id] = ",".join(key for _, key in read if key)
    wrong += [] if wrong else _clashes(keys)
    if wrong:
        raise BadInput(f"The keys in {file} cannot be used. {' '.join(wrong)}")
    return keys


def known_theme(file: Path, theme: str | None) -> str | None:
    """The theme of the file, or none; `BadInput` where there is no such theme."""
    from frontdesk.themes import TITLES

    if theme is not None and theme not in TITLES:
        raise BadInput(f"theme in {file} is none of {', '.join(TITLES)}. Choose one.")
    return theme


def _refused(command: Command, text: str, key: str | None) -> str | None:
    """Why a key cannot be the command's, if it cannot."""
    if key is None:
        return f"'{text}' is no key. Write one like f4, ctrl+r, alt+r or pagedown."
    if key in TERMINALS_OWN:
        return (
            f"{key_name(key)} is the terminal's own: F10 opens its menu, F11 fills the screen. Take another."
        )
    if key in SAME:
        return f"{key_name(key)} is {key_name(SAME[key])} to a terminal. Take another."
    if command.places <= NOTHING_TYPED:
        return None
    if is_typed(key):
        return f"'{text}' is typed in a name. Take a function key, or one with ctrl or alt."
    if key in _editing():
        return f"{key_name(key)} edits what is typed. Take another."
    return None


def _editing() -> set[str]:
    """What a field does with its keys is not taken away from it; Enter and copying are ours."""
    from textual.binding import Binding
    from textual.widgets import Input

    return {each.key for each in Binding.make_bindings(Input.BINDINGS)} - {"enter", "ctrl+c", "super+c"}


def _clashes(changed: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each two commands that would have one key in one place."""
    for one, other in combinations(COMMANDS, 2):
        if not one.places & other.places:
            continue
        keys = (set(changed.get(each.id, each.keys).split(",")) for each in (one, other))
        for key in sorted(set.intersection(*keys)):
            yield f"{one.id} and {other.id} are both on {key_name(key)}: change one."
