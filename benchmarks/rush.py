"""How many keys a rush takes: 40 arrivals played from a script at the real app in a real terminal.

The script types at `frontdesk` on a pty of 80x24, and between the keys waits for what the sentence says, as
whoever stands there does: people who are booked, regulars, known people for the next class, free, with
money due, with a package that pays or one that they buy, others for another class, new people, families, a
full class, a wrong pick taken back, one who cancels, one who is parked, and scanned cards. Run it with

    python -m benchmarks.rush [--size 120x40] [--capture FOLDER]

For each arrival it prints the letters typed and the keys beside them, and reads in the database what was
written. It fails (exit 1) when an arrival takes more keys than it may, or other rows are written than it
should. `--capture` writes some of the screens into rush-80x24.txt of that folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.ground import Ground, own_server, table
from benchmarks.rush_gym import (
    CLASSES_OF_A_PASS,
    EMAIL,
    FIRST,
    FULL,
    LATER,
    PASS,
    PASSWORD,
    PRICE_OF_A_PASS,
    PRICED,
    Evening,
    booked,
    make,
    this_evening,
)
from benchmarks.terminal import Terminal

Step = tuple[str, str]
"""What is done next (type, press, scan), waited for (see) or kept (capture), and what."""

Captures = list[tuple[str, str]]
"""Screens, each with what it shows."""

NEW = "+ add"
WRITTEN = {
    "bookings": "select b.id, coalesce(c.name, l.name) || ', ' || p.name || ': ' || b.booking_status || ', '"
    " || b.payment_status || coalesce(' ' || b.paid_by, '') from bookings b"
    " join class_sessions s on s.id = b.class_session_id join programs p on p.id = s.program_id"
    " left join clients c on c.id = b.client_id left join leads l on l.id = b.customer_id",
    "payments": "select y.id, coalesce(c.name, l.name) || ': ' || y.amount || ' ' || y.method from payments y"
    " left join clients c on c.id = y.client_id left join leads l on l.id = y.customer_id",
    "leads": "select id, 'new: ' || name || coalesce(' ' || phone, '') from leads",
    "packages": "select k.id, coalesce(c.name, l.name) || ': ' || o.name from packages k"
    " join package_products o on o.id = k.product_id"
    " left join clients c on c.id = k.client_id left join leads l on l.id = k.customer_id",
    "entitlement_ledger": "select e.id, coalesce(c.name, l.name) || ': ' || e.kind || ' ' || e.amount"
    " from entitlement_ledger e join packages k on k.id = e.package_id"
    " left join clients c on c.id = k.client_id left join leads l on l.id = k.customer_id",
}
"""What an arrival may write, each row in words."""

LOGGED = frozenset(
    (
        *("audit_log", "audit_personal", "class_sessions", "desks", "search_documents"),
        *("sign_in_challenges", "sign_ins", "tokens"),
    )
)
"""What is written beside: by triggers from those rows, and by signing in."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who comes: how, with how many keys at most, what is played, and the rows that are to be."""

    who: str
    kind: str
    allowed: int
    steps: tuple[Step, ...]
    writes: tuple[str, ...] = ()


@dataclass(slots=True)
class Played:
    """What an arrival took, and what was written that should not have been, or was not."""

    arrival: Arrival
    letters: int = 0
    keys: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether the rows are as they should be, with no more keys than allowed."""
        return not self.wrong and self.keys <= self.arrival.allowed

    def compare(self, before: dict[object, str], after: dict[object, str]) -> None:
        """Say what is wrong in the rows that are new or changed, by their ids."""
        changed = {row for id, row in after.items() if before.get(id) != row}
        gone = {row for id, row in before.items() if id not in after}
        due = set(self.arrival.writes)
        self.wrong += [f"not written: {row}" for row in sorted(due - changed)]
        self.wrong += [f"written too: {row}" for row in sorted(changed - due)]
        self.wrong += [f"gone: {row}" for row in sorted(gone)]


# The kinds of arrivals, as they are played. Beyond the typed text, whoever is booked may take 1 key, and a
# scanned card none; a known person 2, and 3 with money due; somebody new 4 beside the phone number;
# cancelling 2. F6, F9, ctrl+n and each Tab are one more; an arrow stands for letters; what is in doubt asks
# once more.


def _shown(title: str) -> tuple[Step, ...]:
    return (("capture", title),) if title else ()


def _is_in(who: str) -> Step:
    return "see", f"{who} is in"


def _walks_up(who: str, text: str, program: str, paid: str = "paid", *, capture: str = "") -> Arrival:
    steps = (
        ("type", text),
        ("see", f"CHECK IN  {who}"),
        *_shown(capture),
        ("press", "enter"),
        _is_in(who),
    )
    return Arrival(who, "booked, walks up", 1, steps, (f"{who}, {program}: attended, {paid}",))


def _scanned(who: str, code: str, program: str, paid: str = "paid") -> Arrival:
    return Arrival(
        who,
        "booked, card scanned",
        0,
        (("scan", code), _is_in(who)),
        (f"{who}, {program}: attended, {paid}",),
    )


def _free(who: str, text: str, program: str = FIRST, kind: str = "next class, free") -> Arrival:
    steps = (
        ("type", text),
        ("see", f"BOOK AND CHECK IN  {who}"),
        ("press", "enter"),
        ("see", "Enter again"),
        ("press", "enter"),
        _is_in(who),
    )
    return Arrival(who, kind, 2, steps, (f"{who}, {program}: attended, paid",))


def _covered(who: str, text: str, left: str, *, capture: str = "") -> Arrival:
    """A package pays; the sentence says what is left of it."""
    steps = (
        ("type", text),
        ("see", f"BOOK AND CHECK IN  {who}"),
        ("press", "enter"),
        ("see", f"{PASS}, {left}"),
        *_shown(capture),
        ("press", "enter"),
        _is_in(who),
    )
    return Arrival(who, "next class, covered", 2, steps, _by_package(who))


def _buys(who: str, text: str, digit: str, *, capture: str = "") -> Arrival:
    """A package is sold and used at once."""
    method = {"3": "card", "4": "cash"}[digit]
    sold = (f"{who}: {PASS}", f"{who}: grant {CLASSES_OF_A_PASS}", f"{who}: {PRICE_OF_A_PASS} {method}")
    steps = _answering(who, text, digit, capture)
    return Arrival(who, "buys a package", 3, steps, (*sold, *_by_package(who)))


def _by_package(who: str) -> tuple[str, ...]:
    return f"{who}, {PRICED}: attended, paid package", f"{who}: debit -1"


def _owing(
    who: str, text: str, digit: str, kind: str = "next class, money due", *, capture: str = ""
) -> Arrival:
    return Arrival(who, kind, 3, _answering(who, text, digit, capture), _paid(who, PRICED, digit, 1200))


def _answering(who: str, text: str, digit: str, capture: str) -> tuple[Step, ...]:
    """Money is due, and a digit says how it is paid."""
    return (
        ("type", text),
        ("see", f"BOOK AND CHECK IN  {who}"),
        ("press", "enter"),
        ("see", "a digit, then Enter"),
        *_shown(capture),
        ("press", digit),
        ("see", "Enter again"),
        ("press", "enter"),
        _is_in(who),
    )


def _paid(who: str, program: str, digit: str, pence: int) -> tuple[str, ...]:
    """The rows of somebody who is in and pays so."""
    if digit == "5":
        return (f"{who}, {program}: attended, pending later",)
    method = {"1": "card", "2": "cash"}[digit]
    return f"{who}, {program}: attended, paid {method}", f"{who}: {pence} {method}"


def _new_free(who: str, phone: str) -> Arrival:
    steps = (
        ("type", who.lower()),
        ("see", f'{NEW} "{who}"'),
        ("press", "enter"),
        ("see", "phone, or nothing"),
        ("type", phone),
        ("press", "enter"),
        ("see", "Enter again"),
        ("press", "enter"),
        _is_in(who),
    )
    return Arrival(
        who, "new, free class", 4, steps, (f"new: {who} {phone}", f"{who}, {FIRST}: attended, paid")
    )


def _new_owing(who: str, phone: str, digit: str, *, number_first: bool = False, capture: str = "") -> Arrival:
    first, second = (phone, who) if number_first else (who.lower(), phone)
    steps = (
        ("type", first),
        ("see", f'{NEW} "{phone if number_first else who}"'),
        ("press", "enter"),
        ("see", "name, then" if number_first else "phone, or nothing"),
        ("type", second),
        ("press", "enter"),
        ("see", "a digit, then Enter"),
        *_shown(capture),
        ("press", digit),
        ("see", "Enter again"),
        ("press", "enter"),
        _is_in(who),
    )
    return Arrival(who, "new, money due", 4, steps, (f"new: {who} {phone}", *_paid(who, PRICED, digit, 1200)))


def _other_class(evening: Evening, who: str, text: str, *, tabs: int = 0) -> Arrival:
    """To the later class, by Tab or by its time."""
    choosing: tuple[Step, ...] = tuple(("press", "tab") for _ in range(tabs))
    typed = text if tabs else f"{text} {evening.time(LATER)}"
    steps = (
        ("type", typed),
        ("see", f"BOOK AND CHECK IN  {who}"),
        *choosing,
        ("see", f", to {evening.at(LATER)}"),
        ("press", "enter"),
        ("see", "Enter again"),
        ("press", "enter"),
        _is_in(who),
    )
    kind = "other class, by Tab" if tabs else "other class, time typed"
    return Arrival(who, kind, 2 + tabs, steps, (f"{who}, {LATER}: attended, paid",))


def _waitlisted(evening: Evening, who: str, text: str, *, tabs: int = 0, capture: str = "") -> Arrival:
    """To the full class, by Tab or by its time."""
    choosing: tuple[Step, ...] = tuple(("press", "tab") for _ in range(tabs))
    steps = (
        ("type", text if tabs else f"{text} {evening.time(FULL)}"),
        ("see", who),
        *choosing,
        ("see", f"WAITLIST  {who}"),
        ("press", "enter"),
        ("see", "in line"),
        *_shown(capture),
        ("press", "enter"),
        ("see", f"{who} is waitlisted"),
    )
    kind = "full class, by Tab" if tabs else "full class, time typed"
    return Arrival(who, kind, 2 + tabs, steps, (f"{who}, {FULL}: waitlisted, pending",))


def _family(who: str, child: str, text: str, digit: str = "", *, capture: str = "") -> Arrival:
    paying: tuple[Step, ...] = (
        (("see", "a digit, then Enter"), ("press", digit), ("see", "Enter again"))
        if digit
        else (("see", "Enter again"),)
    )
    steps = (
        ("type", text),
        ("see", f"BOOK AND CHECK IN  {who}"),
        ("press", "f6"),
        ("see", f"{who} and {child}"),
        *_shown(capture),
        ("press", "enter"),
        *paying,
        ("press", "enter"),
        ("see", f"{who} and {child} are in"),
    )
    writes = (
        [row for each in (who, child) for row in _paid(each, PRICED, digit, 1200)]
        if digit
        else [f"{each}, {FIRST}: attended, paid" for each in (who, child)]
    )
    kind = "family, money due" if digit else "family, free"
    return Arrival(f"{who} + child", kind, 4 if digit else 3, steps, tuple(writes))


def _wrong_pick(wrong: str, right: str, text: str, more: str) -> Arrival:
    """The first of two of that first name is booked, taken back, and the other one booked."""
    first, second = _free(wrong, text), _free(right, text + more)
    steps = (*first.steps, ("press", "f9"), ("see", f"Taken back: {wrong}"), *second.steps)
    writes = (f"{wrong}, {FIRST}: cancelled, void", *second.writes)
    return Arrival(right, "wrong pick, taken back", first.allowed + 1 + second.allowed, steps, writes)


def _expected(who: str) -> Arrival:
    """The first of those whom the class expects: an arrow in place of letters."""
    steps = (("press", "down"), ("see", f"CHECK IN  {who}"), ("press", "enter"), _is_in(who))
    return Arrival(who, "booked, by an arrow", 2, steps, (f"{who}, {FIRST}: attended, paid",))


def _no_waiver(who: str, text: str) -> Arrival:
    steps = (
        ("type", text),
        ("see", f"CHECK IN  {who}"),
        ("press", "enter"),
        ("see", "Enter again"),
        ("press", "enter"),
        _is_in(who),
    )
    return Arrival(who, "booked, asked once more", 2, steps, (f"{who}, {FIRST}: attended, paid",))


def _cancels(who: str, text: str) -> Arrival:
    steps = (
        ("type", text),
        ("see", f"CHECK IN  {who}"),
        ("press", "f8"),
        ("see", f"CANCEL  {who}"),
        ("see", "Enter again"),
        ("press", "enter"),
        ("see", f"{who} is cancelled"),
    )
    return Arrival(who, "cancels", 2, steps, (f"{who}, {PRICED}: cancelled, pending later",))


def _blocked(who: str, text: str) -> Arrival:
    """Only a manager may book them, so that nothing is done."""
    steps = (("type", text), ("see", f"BLOCKED  {who}"), ("press", "escape"), ("see", "type a name"))
    return Arrival(who, "blocked, sent to a manager", 1, steps)


def _parked(who: str, text: str) -> Arrival:
    """Looks for a card: all but the last Enter is done, and set aside."""
    owing = _owing(who, text, "1")
    steps = (*owing.steps[:-2], ("press", "ctrl+n"), ("see", f"parked: {who}"))
    return Arrival(who, "parked", 3, steps)


def _fetched(who: str) -> Arrival:
    steps = (("press", "ctrl+n"), ("see", ">1 £12.00 card"), ("press", "enter"), _is_in(who))
    return Arrival(who, "fetched back", 2, steps, _paid(who, PRICED, "1", 1200))


def rush(evening: Evening) -> list[Arrival]:
    """Who comes, in their order: the first class has a seat for each of the first half, and then is full."""
    return [
        _walks_up("Ida Frost", "ida", FIRST, capture="Ida Frost is booked and walks up: one Enter."),
        _free("Tom Keller", "tom", kind="regular, free"),
        _scanned("Nadia Haddad", "5901234123457", FIRST),
        _expected("Abel Moor"),
        _free("Grace Hill", "grace hi"),
        _walks_up("Omar Vance", "va", FIRST),
        _wrong_pick("Sam Hart", "Sam Zeller", "sam", " z"),
        _new_free("Nova Quist", "07700 900777"),
        _family(
            "Rosa Marin", "Leo Marin", "rosa m", capture="Rosa Marin brings her son: F6 takes him along."
        ),
        _no_waiver("Ugo Nwosu", "ugo"),
        _free("Ruth Ziegler", "ruth", kind="regular, free"),
        _scanned("Jonas Wolff", "B-20877", FIRST),
        _walks_up("Hugo Brandt", "hugo", LATER),
        _walks_up("Lena Voss", "lena", FIRST),
        _free("Dora Vega", "dora v"),
        _other_class(evening, "Alma Heine", "alma h"),
        _free("Ivo Hale", "ivo", kind="regular, free"),
        _walks_up("Mira Zhou", "mira", FIRST),
        _walks_up("Carla Unger", "carla", PRICED, "paid card"),
        _owing(
            "Petra Hoff",
            "petra",
            "1",
            "regular, money due",
            capture="Petra Hoff: money is due, a digit says how.",
        ),
        _buys("Marta Vidal", "marta v", "4", capture="Marta Vidal buys a pass and comes with it."),
        _waitlisted(
            evening, "Bruno Zapf", "bruno z", capture="Bruno Zapf typed with the time of a full class."
        ),
        _walks_up("Felix Vogt", "felix", PRICED, "paid cash"),
        _parked("Paula Grant", "paula g"),
        _walks_up("Olga Zimmer", "olga", PRICED, "paid card"),
        _fetched("Paula Grant"),
        _new_owing(
            "Lior Quast", "07700 900888", "1", capture="Lior Quast is new: name, phone, and how they pay."
        ),
        _scanned("Nils Hahn", "4006381333931", PRICED, "paid card"),
        _covered("Karl Zorn", "karl", "2 left", capture="Karl Zorn has a pass: Enter, Enter."),
        _other_class(evening, "Wanda Hirsch", "wanda h", tabs=2),
        _family("Ines Varga", "Max Varga", "ines v", "1"),
        _walks_up("Yara Haas", "yara", PRICED, "pending later"),
        _blocked("Rex Vane", "rex"),
        _cancels("Yann Petit", "yann"),
        _owing("Bela Zsolt", "bela z", "5"),
        _waitlisted(evening, "Clara Holm", "clara h", tabs=1),
        _new_owing("Quim Xavier", "+44 7700 900999", "2", number_first=True),
        _other_class(evening, "Theo Zander", "theo z"),
        _owing("Edda Huber", "edda", "2", "regular, money due"),
        _other_class(evening, "Kurt Hesse", "kurt h", tabs=2),
        _walks_up("Zora Blum", "zora", PRICED, "paid card"),
    ]


def first_seats(arrivals: Sequence[Arrival]) -> int:
    """How many seats the first class has, so that these fill it."""
    are_in = f", {FIRST}: attended"
    come = {row.partition(are_in)[0] for each in arrivals for row in each.writes if are_in in row}
    return len(come | set(booked(FIRST)))


class Play:
    """The script at work, at a terminal and with an eye on the database that the app does not know of."""

    def __init__(
        self, terminal: Terminal, superuser: psycopg.Connection[Any], captures: Captures | None
    ) -> None:
        self._terminal = terminal
        self._superuser = superuser
        self._captures = captures

    def sign_in(self) -> None:
        """Open the desk."""
        self._terminal.wait_for("Password")
        self._terminal.type(EMAIL)
        self._terminal.press("enter")
        self._terminal.type(PASSWORD)
        self._terminal.press("enter")
        self._terminal.wait_for("A PIN for Mia Chen")
        self._terminal.press("escape")
        self._terminal.wait_for("Expected, ")

    def all(self, arrivals: Sequence[Arrival]) -> list[Played]:
        """Everybody, one after the other."""
        self._capture("Nobody is typed: whom the next class expects.")
        played = [self.one(each) for each in arrivals]
        self._capture("The end.")
        return played

    def one(self, arrival: Arrival) -> Played:
        """One arrival, and what it wrote."""
        played, before = Played(arrival), self._rows()
        for do, what in arrival.steps:
            self._step(played, do, what)
        played.compare(before, self._rows())
        return played

    def _step(self, played: Played, do: str, what: str) -> None:
        if do == "see":
            self._terminal.wait_for(what)
        elif do == "capture":
            self._capture(what)
        elif do == "scan":
            self._terminal.type(what + "\r")
        elif do == "type":
            played.letters += len(what)
            self._terminal.type(what)
        else:
            played.keys += 1
            self._terminal.type(what) if what.isdigit() else self._terminal.press(what)

    def _capture(self, title: str) -> None:
        if self._captures is not None:
            self._captures.append((title, self._terminal.wait_until_still()))

    def _rows(self) -> dict[object, str]:
        """The rows of what an arrival may write in words, and how many there are of everything else."""
        rows: dict[object, str] = {}
        for query in WRITTEN.values():
            rows.update(dict(self._superuser.execute(query).fetchall()))
        tables = self._superuser.execute(
            "select tablename from pg_tables where schemaname = 'public'"
        ).fetchall()
        for (name,) in tables:
            if name not in LOGGED and name not in WRITTEN:
                count = sql.SQL("select count(*) from {}").format(sql.Identifier(name))
                rows[name] = f"{(self._superuser.execute(count).fetchone() or (0,))[0]} {name}"
        return rows


def play(
    on: Ground, arrivals: Sequence[Arrival], size: tuple[int, int], captures: Captures | None = None
) -> list[Played]:
    """Play the arrivals in the gym that stands there, and leave the app by its key."""
    with (
        tempfile.TemporaryDirectory() as home,
        psycopg.connect(on.superuser or "", autocommit=True) as superuser,
    ):
        environment = {
            "DATABASE_URL": on.app,
            "FRONTDESK_HOME": home,
            "FRONTDESK_CONFIG": str(Path(home) / "none.toml"),
        }
        command = [str(Path(sys.executable).with_name("frontdesk"))]
        with Terminal(command, environment, *size) as terminal:
            playing = Play(terminal, superuser, captures)
            playing.sign_in()
            played = playing.all(arrivals)
            terminal.press("ctrl+q")
            terminal.wait_for_end()
    return played


def wrong_seats(superuser: str) -> list[str]:
    """The classes whose count is not what their bookings hold."""
    with psycopg.connect(superuser) as connection:
        found = connection.execute(
            "select p.name, s.booked_count, count(b.id)"
            "  filter (where b.booking_status in ('confirmed', 'attended'))"
            " from class_sessions s join programs p on p.id = s.program_id"
            " left join bookings b on b.class_session_id = s.id where s.starts_at > now() - interval '1 day'"
            " group by s.id, p.name, s.booked_count"
        ).fetchall()
    return [
        f"{name} counts {counted}, {held} hold a seat" for name, counted, held in found if counted != held
    ]


def main(arguments: list[str] | None = None) -> int:
    """Play the rush; 0 when every row is right and nobody took more keys than they may."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--size", default="80x24", help="columns x rows of the terminal")
    parser.add_argument("--capture", type=Path, help="the folder to write some screens into")
    asked = parser.parse_args(arguments)
    columns, rows = map(int, asked.size.split("x"))
    evening = this_evening()
    arrivals = rush(evening)
    captures: Captures | None = [] if asked.capture else None
    with own_server() as on:
        make(on.admin, evening, first_seats(arrivals))
        played = play(on, arrivals, (columns, rows), captures)
        wrong = wrong_seats(on.superuser or "")
    if captures:
        _write(asked.capture / f"rush-{asked.size}.txt", asked.size, captures)
    return show(asked.size, played, wrong)


def show(size: str, played: Sequence[Played], wrong: list[str]) -> int:
    """Print what each took, and what is wrong; the exit code."""
    people = {each.arrival.who for each in played}
    table(
        f"{len(people)} arrivals at a terminal of {size}",
        ("arrival", "how they come", "letters", "keys", "allowed", "rows"),
        [
            (a.who, a.kind, each.letters, each.keys, a.allowed, "wrong" if each.wrong else "right")
            for each in played
            for a in (each.arrival,)
        ],
    )
    wrong = [f"{each.arrival.who}: {line}" for each in played for line in each.wrong] + wrong
    for line in wrong:
        print(f"WRONG: {line}")
    letters, keys = (sum(getattr(each, what) for each in played) for what in ("letters", "keys"))
    more = sum(each.keys > each.arrival.allowed for each in played)
    print(
        f"\n{letters} letters and {keys} keys;"
        f" {more} took more keys than they may, {len(wrong)} rows are wrong."
    )
    return 0 if not wrong and all(each.right for each in played) else 1


def _write(file: Path, size: str, captures: Captures) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    head = f"Screens of `python -m benchmarks.rush --size {size}`, as they stood in the terminal."
    screens = (f"{title}\n\n{screen}" for title, screen in captures)
    file.write_text("\n\n".join((head, *screens)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
