"""How many letters of a name are typed until the person is at the top of the list.

Goes through the demo's last week once more, booking by booking, knowing only what was known just before each
(`benchmarks.replay`), and types the name of whom it was for letter by letter until that person is the first
row. Run it with

    python -m benchmarks.letters [--bookings 600 | --all] [--seed 1] [--people 5000]

The headline is the way that docs/staff.md advises: two letters of the first name, then letters of the last
one ('sa', 'sa o', 'sa ok'), with the class that is booked selected, since Enter books into it; a
space is no letter. It fails (exit 1) when these are more than 2 letters in the median, or more than 4 for
more than one in ten. Beside it: the other ways, the same while the next class stands selected whatever is
booked, and a plain alphabetical list of the same matches. It needs the bundled server, whose superuser copies
the database.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median
from uuid import UUID

from benchmarks.ground import Ground, ground, table
from benchmarks.replay import Booked, Replay, replay
from benchmarks.typos import as_typed
from db import demo
from db.repositories import people, sessions
from frontdesk.widgets.session_list import next_bookable

MEDIAN, NINE_IN_TEN = 2, 4
NEVER = 99  # not even by the whole name: somebody else of that name stands above
GROUPS = ("regulars", "others", "newcomers", "all")
SAY = (
    "regulars   came at that weekday and hour twice or more in eight weeks, and lately",
    "newcomers  never came before",
    "others     everybody else",
)
COLUMNS = (
    "whose booking",
    "bookings",
    "median",
    "9 in 10",
    "2 or fewer",
    "4 or fewer",
    "A-Z median",
    "9 in 10",
)

# Whether the person of a booking is a regular of its class, and whether they ever came.
KNOWN = """
    select case when d.last_visit_on is null then 'newcomers'
                when d.last_visit_on > app.around_since(o.timezone)
                  and cardinality(array_positions(d.usual, app.slot_of(o.id, %s))) >= 2 then 'regulars'
                else 'others' end
      from search_documents d join organizations o on o.id = d.organization_id
     where d.organization_id = %s and d.person_id = %s"""

ALPHABETICAL = (
    "select m.person_id from app.matching(%s, app.words(%s)) m order by m.name, m.person_id limit 1"
)


def from_the_first_name(name: str) -> Iterator[str]:
    """The name from its start."""
    return (name[:end] for end in range(1, len(name) + 1) if name[end - 1] != " ")


def from_the_last_name(name: str) -> Iterator[str]:
    """The last name, then the rest."""
    *before, last = name.split()
    yield from from_the_first_name(last)
    yield from (f"{last} {text}" for text in from_the_first_name(" ".join(before)))


def of_both_names(name: str) -> Iterator[str]:
    """Two letters of the first name, then the last name, then what is left of the first."""
    first, *others = name.split()
    if not others:
        yield from from_the_first_name(first)
        return
    yield from from_the_first_name(first[:2])
    yield from (f"{first[:2]} {text}" for text in from_the_first_name(others[-1]))
    yield from (f"{first[:end]} {others[-1]}" for end in range(3, len(first) + 1))
    yield name


WAYS: dict[str, Callable[[str], Iterator[str]]] = {
    "two letters of the first name, then the last": of_both_names,
    "the name from its start": from_the_first_name,
    "the last name": from_the_last_name,
}
HEADLINE = next(iter(WAYS))
NEXT_CLASS = f"{HEADLINE}, the next class selected"


@dataclass(frozen=True, slots=True)
class Typed:
    """How many letters one booking took, by the way of typing: in the desk's list, in an alphabetical one."""

    group: str
    find: dict[str, int]
    alphabetical: dict[str, int]


@dataclass(frozen=True, slots=True)
class Look:
    """Who is at the top of the lists at the moment of one booking; each text is looked for once."""

    on: Replay
    booked: Booked
    _tops: dict[tuple[str, UUID | None], UUID | None] = field(default_factory=dict)

    def find(self, text: str, session_id: UUID | None) -> UUID | None:
        """The first row of the desk's find while that class is selected."""
        if (text, session_id) not in self._tops:
            found = people.find(self.on.staff(self.booked.organization_id), text, session_id)
            self._tops[text, session_id] = found[0].id if found else None
        return self._tops[text, session_id]

    def alphabetical(self, text: str) -> UUID | None:
        """The first row of the same matches by name, which takes two letters."""
        top: UUID | None = None
        if len(text) > 1:
            top = self.on.one(ALPHABETICAL, self.booked.organization_id, text)
        return top

    def next_class(self) -> UUID | None:
        """The class that the desk selects by itself."""
        today = sessions.on(self.on.staff(self.booked.organization_id))
        return today[next_bookable(today, self.booked.recorded_at)].id if today else None

    def group(self) -> str:
        """Which of GROUPS the person is of."""
        asked = (self.booked.session_id, self.booked.organization_id, self.booked.person_id)
        return str(self.on.one(KNOWN, *asked))

    def letters(self, texts: Iterator[str], top: Callable[[str], UUID | None]) -> int:
        """How many letters are typed until the person is at the top."""
        for text in texts:
            if top(text) == self.booked.person_id:
                return len(text.replace(" ", ""))
        return NEVER


def typed(look: Look, name: str) -> Typed:
    """Type the name in every way."""
    booked, next_class = look.booked.session_id, look.next_class()
    find = {
        way: look.letters(texts(name), lambda text: look.find(text, booked)) for way, texts in WAYS.items()
    }
    find[NEXT_CLASS] = look.letters(WAYS[HEADLINE](name), lambda text: look.find(text, next_class))
    plain = {way: look.letters(texts(name), look.alphabetical) for way, texts in WAYS.items()}
    return Typed(look.group(), find, {**plain, NEXT_CLASS: plain[HEADLINE]})


def run(on: Ground, count: int | None, seed: int) -> list[Typed]:
    """Replay the week for a sample of its bookings, or for all of them."""
    random = Random(seed)
    with replay(on) as week:
        some = week.bookings
        if count is not None and count < len(some):
            some = sorted(random.sample(some, count), key=some.index)
        outcomes = []
        for booked in some:
            week.go_to(booked.recorded_at)
            outcomes.append(typed(Look(week, booked), as_typed(random, booked.name)))
        print(
            f"{len(some):,} of the {len(week.bookings):,} bookings of the demo's last week", *SAY, sep="\n  "
        )
    return outcomes


def show(outcomes: Sequence[Typed]) -> None:
    """Print a table for each way."""
    for way in (HEADLINE, NEXT_CLASS, *list(WAYS)[1:]):
        rows = []
        for group in GROUPS:
            some = [each for each in outcomes if group in (each.group, "all")]
            if some:
                ours, plain = [each.find[way] for each in some], [each.alphabetical[way] for each in some]
                few = [f"{sum(n <= most for n in ours) / len(ours):.0%}" for most in (MEDIAN, NINE_IN_TEN)]
                rows.append((group, len(some), *summed_up(ours), *few, *summed_up(plain)))
        table(f"Letters typed: {way}", COLUMNS, rows)


def summed_up(letters: Sequence[int]) -> tuple[str, str]:
    """The median, and what is enough for nine in ten."""
    half, most = median(letters), sorted(letters)[-(-len(letters) * 9 // 10) - 1]
    return f"{half:g}", "never" if most >= NEVER else str(most)


def met(outcomes: Sequence[Typed]) -> bool:
    """Whether the headline meets its target."""
    letters = [each.find[HEADLINE] for each in outcomes]
    few = sum(n <= NINE_IN_TEN for n in letters)
    return median(letters) <= MEDIAN and few * 10 >= len(letters) * 9


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--bookings", type=int, default=600)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=demo.PEOPLE)
    asked = parser.parse_args(arguments)
    with ground(asked.people) as on:
        outcomes = run(on, None if asked.all else asked.bookings, asked.seed)
    show(outcomes)
    return 0 if met(outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
