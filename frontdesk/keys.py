"""Keys as they are written, in the configuration file and on a keyboard."""

from __future__ import annotations

NAMES = {
    "enter": "Enter",
    "tab": "Tab",
    "escape": "Esc",
    "space": "Space",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
} | {f"f{number}": f"F{number}" for number in range(1, 25)}
SPELLED = {name.lower(): key for key, name in NAMES.items()}

TERMINALS_OWN = frozenset({"f10", "f11"})
"""The menu of the terminal's window, and its full screen."""

SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace"}
"""What a terminal cannot tell apart."""


def key_name(key: str) -> str:
    """A key as it is written on a keyboard, such as 'F9', '^z' or 'Shift+Tab'."""
    *modifiers, base = key.split("+")
    marks = ("^" if each == "ctrl" else each.capitalize() + "+" for each in modifiers)
    return "".join(marks) + NAMES.get(base, base)


def read_key(text: str) -> str | None:
    """The key that somebody wrote, such as 'ctrl+z' for '^Z' or 'pagedown' for 'PgDn'; None if it is none."""
    plain = text.strip()
    if len(plain) == 1:
        return plain if plain.isprintable() and plain not in ",+" else None
    *modifiers, base = plain.lower().replace("^", "ctrl+").split("+")
    base = SPELLED.get(base, base)
    named = base in NAMES
    typed = len(base) == 1 and base.isascii() and base.isalnum()
    if not set(modifiers) <= {"ctrl", "alt", "shift"} or not (named or typed):
        return None
    if typed and ("shift" in modifiers or not modifiers):
        return None
    return "+".join([*(each for each in ("ctrl", "alt", "shift") if each in modifiers), base])


def is_typed(key: str) -> bool:
    """Whether the key is a letter, a digit or another character in a text."""
    return len(key) == 1 or key == "space"
