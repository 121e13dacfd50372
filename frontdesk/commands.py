"""The one registry of what a key can do: bindings, footer, help and palette come from here.

Nothing on the desk is bound to a bare letter, since letters are a name being typed. F10, F11 and what tmux
and common terminals keep for themselves stay free. The keys are those of the configuration file where it
changes them, see `use_keys`: whatever names a key asks here for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from db.records import Rank
from frontdesk.keys import key_name

if TYPE_CHECKING:
    from textual.binding import Binding

Place = Literal[
    "sign-in",
    "new-password",
    "pin",
    "lock",
    "organization",
    "desk",
    "roster",
    "person",
    "till",
    "handover",
    "help",
    "themes",
]

RANKS: tuple[Rank, ...] = ("viewer", "staff", "manager", "owner")
EVERYWHERE: frozenset[Place] = frozenset(get_args(Place))
DESK: frozenset[Place] = frozenset({"desk"})
ORGANIZATION: frozenset[Place] = frozenset({"organization"})
THEMES: frozenset[Place] = frozenset({"themes"})
FORMS: frozenset[Place] = frozenset({"sign-in", "new-password", "pin", "till"})
LOCK: frozenset[Place] = frozenset({"lock"})
PERSON: frozenset[Place] = frozenset({"person"})
SIGNED_IN: frozenset[Place] = EVERYWHERE - {"sign-in", "new-password", "pin", "lock"}
NOTHING_TYPED: frozenset[Place] = frozenset({"organization", "roster", "help", "themes"})
"""Where a letter may be a key."""

KEY_IN_SENTENCE = re.compile(r"\[([a-z_]+\.[a-z_]+)\]")


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a key can do; `rank` is the lowest that may, `footer` its place there, 0 kept longest.

    Keys are Textual's names, separated by commas. `in_order` keys act on what is typed, so the field with the
    focus takes them in the order typed. `bound` False means that a widget listens for them by itself.
    """

    id: str
    keys: str
    action: str
    label: str
    help: str
    places: frozenset[Place]
    footer: int | None = None
    rank: Rank = "viewer"
    priority: bool = False
    in_order: bool = False
    bound: bool = True

    @property
    def key_name(self) -> str:
        """The first key, as it is written on a keyboard."""
        return key_name(self.keys.split(",")[0])

    @property
    def all_keys(self) -> str:
        """Every key, as written on a keyboard."""
        return " ".join(key_name(key) for key in self.keys.split(","))


COMMANDS = (
    Command(
        "desk.do",
        "enter",
        "screen.do",
        "do",
        "Do what the sentence under the list says.",
        DESK,
        0,
        "staff",
        in_order=True,
    ),
    Command(
        "desk.next_class",
        "tab",
        "screen.other_class(1)",
        "class",
        "Choose the next class of the day.",
        DESK,
        2,
        in_order=True,
    ),
    Command(
        "desk.previous_class",
        "shift+tab",
        "screen.other_class(-1)",
        "class before",
        "Choose the class before.",
        DESK,
        in_order=True,
    ),
    Command(
        "desk.down",
        "down",
        "screen.other_person(1)",
        "down",
        "Choose the next person of the list.",
        DESK,
        in_order=True,
    ),
    Command(
        "desk.up", "up", "screen.other_person(-1)", "up", "Choose the person above.", DESK, in_order=True
    ),
    Command(
        "desk.day_after",
        "pagedown",
        "screen.other_day(1)",
        "day",
        "Show the classes of the day after.",
        DESK,
        5,
    ),
    Command(
        "desk.day_before",
        "pageup",
        "screen.other_day(-1)",
        "day before",
        "Show the classes of the day before.",
        DESK,
    ),
    Command(
        "desk.choose",
        "1,2,3,4,5,6,7,8,9,0",
        "",
        "answer",
        "Answer the question; without one, digits are typed.",
        DESK,
        rank="staff",
        bound=False,
    ),
    Command(
        "desk.roster", "f2", "screen.roster", "roster", "Show who is booked in the chosen class.", DESK, 3
    ),
    Command(
        "desk.person",
        "f3",
        "screen.person",
        "person",
        "See what somebody has; sell, hold or cancel.",
        DESK,
        3,
    ),
    Command(
        "person.do",
        "enter",
        "screen.do",
        "do",
        "Do what the sentence says with the row under the cursor.",
        PERSON,
        0,
        "staff",
        in_order=True,
    ),
    Command(
        "person.choose",
        "1,2,3,4,5,6,7,8,9",
        "",
        "answer",
        "Answer the question; without one, choose what is for sale by its number.",
        PERSON,
        rank="staff",
        bound=False,
    ),
    Command("person.down", "down", "screen.other_row(1)", "down", "Choose the row below.", PERSON),
    Command("person.up", "up", "screen.other_row(-1)", "up", "Choose the row above.", PERSON),
    Command(
        "person.page_down",
        "pagedown",
        "screen.scroll(5)",
        "more known",
        "Show more of what is known.",
        PERSON,
    ),
    Command(
        "person.page_up", "pageup", "screen.scroll(-5)", "back up", "Show the first of what is known.", PERSON
    ),
    Command(
        "person.back",
        "escape",
        "screen.back",
        "back",
        "Go one step back, and from the row to the desk.",
        PERSON,
        0,
        in_order=True,
    ),
    Command(
        "desk.refresh",
        "f5",
        "screen.refresh_now",
        "refresh",
        "Ask the database again for what is shown.",
        frozenset({"desk", "roster", "person", "till"}),
        7,
    ),
    Command(
        "desk.take_back",
        "f9,ctrl+z",
        "screen.take_back",
        "undo",
        "Take back what was done last.",
        DESK,
        1,
        "staff",
        priority=True,
    ),
    Command(
        "desk.collect",
        "ctrl+y",
        "screen.collect",
        "collect",
        "Take the money that somebody owes.",
        DESK,
        rank="staff",
    ),
    Command(
        "desk.till",
        "ctrl+r",
        "screen.till",
        "till",
        "Open and count this desk's drawer of cash.",
        DESK,
    ),
    Command(
        "desk.park",
        "ctrl+n",
        "screen.park",
        "park",
        "Set aside whoever has to look for a card, and fetch them back as they were.",
        DESK,
        9,
        "staff",
        in_order=True,
    ),
    Command(
        "desk.family",
        "f6",
        "screen.family",
        "family",
        "Take the next one of the family along: all are booked, or nobody.",
        DESK,
        8,
        "staff",
    ),
    Command(
        "desk.payer",
        "f4",
        "screen.other_payer",
        "payer",
        "Let another membership or package pay, or the drop-in.",
        DESK,
        6,
        "staff",
    ),
    Command(
        "desk.cancel",
        "f8",
        "screen.cancel",
        "cancel",
        "Cancel the booking of the chosen person, in time or late.",
        DESK,
        4,
        "staff",
    ),
    Command(
        "desk.back",
        "escape",
        "screen.back",
        "back",
        "Go one step back; a booking on its way is set aside.",
        DESK,
        6,
        in_order=True,
    ),
    Command(
        "form.enter",
        "enter",
        "",
        "go on",
        "Go to the next field, or send the last one.",
        FORMS,
        0,
        bound=False,
    ),
    Command("form.next", "tab", "app.focus_next", "next field", "Go to the next field.", FORMS),
    Command(
        "form.previous", "shift+tab", "app.focus_previous", "field before", "Go to the field before.", FORMS
    ),
    Command(
        "sign_in.leave",
        "escape",
        "screen.leave",
        "back",
        "Go back to who is signed in here, where the desk is locked.",
        frozenset({"sign-in"}),
    ),
    Command(
        "lock.enter",
        "enter",
        "",
        "unlock",
        "Go on with the PIN as whoever is chosen; without a PIN, the password is asked for.",
        LOCK,
        0,
        bound=False,
    ),
    Command("lock.down", "down", "screen.other(1)", "down", "Choose the one below.", LOCK),
    Command("lock.up", "up", "screen.other(-1)", "up", "Choose the one above.", LOCK),
    Command(
        "lock.password", "f4", "screen.password", "password", "Sign in with e-mail and password.", LOCK, 1
    ),
    Command("lock.sign_out", "ctrl+l", "screen.sign_out", "sign out", "Sign out whoever is chosen.", LOCK, 2),
    Command(
        "organization.pick",
        "enter",
        "screen.pick",
        "open its desk",
        "Open the desk of the chosen organization.",
        ORGANIZATION,
        0,
    ),
    Command("organization.down", "down", "screen.other(1)", "down", "Choose the one below.", ORGANIZATION),
    Command("organization.up", "up", "screen.other(-1)", "up", "Choose the one above.", ORGANIZATION),
    Command(
        "roster.down", "down", "screen.scroll(1)", "down", "Show what stands below.", frozenset({"roster"})
    ),
    Command("roster.up", "up", "screen.scroll(-1)", "up", "Show what stands above.", frozenset({"roster"})),
    Command(
        "roster.page_down",
        "pagedown",
        "screen.scroll(10)",
        "page",
        "Show the next page.",
        frozenset({"roster"}),
    ),
    Command(
        "roster.page_up",
        "pageup",
        "screen.scroll(-10)",
        "page before",
        "Show the page before.",
        frozenset({"roster"}),
    ),
    Command(
        "handover.accept",
        "enter",
        "screen.accept",
        "take over",
        "Take the desk over; it is kept who did and when.",
        frozenset({"handover"}),
        0,
        "staff",
    ),
    Command(
        "handover.down",
        "down",
        "screen.scroll(1)",
        "down",
        "Show what stands below.",
        frozenset({"handover"}),
    ),
    Command(
        "handover.up", "up", "screen.scroll(-1)", "up", "Show what stands above.", frozenset({"handover"})
    ),
    Command(
        "handover.later",
        "escape",
        "screen.leave",
        "later",
        "Go on without taking it over; it is shown again to whoever comes next.",
        frozenset({"handover"}),
        0,
    ),
    Command(
        "themes.keep",
        "enter",
        "screen.keep",
        "keep",
        "Keep the colours that show.",
        THEMES,
        0,
    ),
    Command("themes.down", "down", "screen.other(1)", "down", "Try the colours below.", THEMES),
    Command("themes.up", "up", "screen.other(-1)", "up", "Try the colours above.", THEMES),
    Command(
        "themes.leave",
        "escape",
        "screen.leave",
        "as before",
        "Go back to the colours from before.",
        THEMES,
        0,
    ),
    Command(
        "screen.leave",
        "escape",
        "screen.leave",
        "back",
        "Go back.",
        frozenset({"roster", "till", "help", "organization", "pin"}),
        0,
    ),
    Command("app.help", "f1", "app.help", "help", "Say what the keys do here.", EVERYWHERE - {"help"}, 4),
    Command(
        "app.lock",
        "f7",
        "app.lock",
        "lock",
        "Lock the desk, or let somebody else go on at it as it stands.",
        SIGNED_IN,
        8,
    ),
    Command(
        "app.sign_out",
        "ctrl+l",
        "app.sign_out",
        "sign out",
        "Sign out; the desk stands as it was left for whoever signs in.",
        SIGNED_IN | {"new-password"},
        9,
    ),
    Command("app.pin", "ctrl+g", "app.pin", "PIN", "Set, change or remove your PIN.", DESK),
    Command(
        "app.organization",
        "ctrl+o",
        "app.organization",
        "organization",
        "Work in another of your organizations.",
        DESK,
        9,
    ),
    Command(
        "app.palette",
        "ctrl+p",
        "app.command_palette",
        "more",
        "Find any command by its name, or with the mouse.",
        EVERYWHERE,
        1,
        priority=True,
    ),
    Command(
        "app.copy",
        "ctrl+c",
        "app.copy",
        "copy",
        "Copy what is selected, or else what the cursor is on.",
        EVERYWHERE - {"themes"},
    ),
    Command(
        "app.themes",
        "ctrl+t",
        "app.themes",
        "colours",
        "Choose the colours, high contrast among them.",
        EVERYWHERE - {"themes"},
    ),
    Command("app.quit", "ctrl+q", "app.quit", "quit", "Leave frontdesk.", EVERYWHERE, 10, priority=True),
)


_now: dict[str, Command] = {each.id: each for each in COMMANDS}
_in_order: dict[tuple[Place, str], Command] = {}


def use_keys(changed: Mapping[str, str]) -> None:
    """From now on these commands, by their ids, have those keys, and all others their own again."""
    for each in COMMANDS:
        _now[each.id] = replace(each, keys=changed.get(each.id, each.keys))
    _in_order.clear()
    for each in _now.values():
        if each.in_order:
            _in_order.update({(place, key): each for place in each.places for key in each.keys.split(",")})


use_keys({})


def commands_of(place: Place, rank: Rank = "owner") -> list[Command]:
    """What keys can do in a place for somebody of that rank."""
    return [each for each in _now.values() if place in each.places and may(rank, each.rank)]


def may(rank: Rank, lowest: Rank) -> bool:
    """Whether a rank is at least the lowest that may."""
    return RANKS.index(rank) >= RANKS.index(lowest)


def bindings_of(place: Place) -> list[Binding]:
    """The bindings of a place; each has its command's id, by which the app changes its keys."""
    return _bindings(each for each in COMMANDS if place in each.places and each.places != EVERYWHERE)


def bindings_everywhere() -> list[Binding]:
    """The bindings of what can be done in every place."""
    return _bindings(each for each in COMMANDS if each.places == EVERYWHERE)


def in_order(place: Place, key: str) -> Command | None:
    """The command of that key in a place, if the field with the focus is to take it."""
    return _in_order.get((place, key))


def key_of(command_id: str) -> str:
    """The key of a command as it is written on a keyboard, for sentences that name it."""
    return _now[command_id].key_name


def keyed(sentence: str) -> str:
    """A sentence of ours with the keys of the commands whose ids it names, such as '[desk.back] back'."""
    return KEY_IN_SENTENCE.sub(lambda found: key_of(found[1]), sentence)


def _bindings(commands: Iterable[Command]) -> list[Binding]:
    from textual.binding import Binding

    return [
        Binding(
            each.keys,
            each.action,
            each.label,
            show=False,
            priority=each.priority,
            id=each.id,
            tooltip=each.help,
        )
        for each in commands
        if each.bound
    ]
