"""What the desk is about to do for a person besides booking, from a row to what is sent; knows no widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from frontdesk.commands import keyed
from frontdesk.widgets.done import Made
from frontdesk.widgets.intention import Step
from frontdesk.widgets.sentence import Choice, Line
from frontdesk.widgets.text import cut

if TYPE_CHECKING:
    from db.transaction import SignedIn

Said = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One answer to the question, by its digit.

    `asks` is what has to be typed for it, `means` what that is. `tried` is what the database says would come
    of it, with nothing committed, and `do` does it for whoever has the `name`; both are given what was typed.
    It is asked for until there is an answer, since asking again does nothing twice. `is_so` is what is so
    then, `is_not` what is not where it was refused. What `leaves` is left to the desk, which goes on.
    """

    digit: str
    words: str
    do: Callable[[str, SignedIn], Made]
    name: str
    is_so: str
    is_not: str
    asks: str = ""
    means: Said = ()
    tried: Callable[[str, SignedIn], Said] | None = None
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Deal:
    """One thing of a person, or for them, and the ways there are with it.

    `known` is what can be said at once, `terms` what the database said when it was `tried`, `label` what
    the ways are called. `stop` is why it goes no further.
    """

    verb: str
    what: str
    known: Said = ()
    ways: tuple[Way, ...] = ()
    label: str = "do"
    tried: Callable[[SignedIn], Said] | None = None
    step: Step = Step.STATED
    terms: Said = ()
    chosen: Way | None = None
    typed: str = ""
    stop: str = ""

    @property
    def busy(self) -> bool:
        """Whether more was done with it than to stand on its row."""
        return self.step is not Step.STATED

    @property
    def ready(self) -> bool:
        """Whether it is said how, so that Enter does it."""
        return self.step is Step.ASKED and self.chosen is not None

    @property
    def trial(self) -> Callable[[SignedIn], Said] | None:
        """What the database is asked while this is `ASKING`."""
        if self.chosen is None:
            return self.tried
        way, typed = self.chosen, self.typed
        if way.tried is None:
            return None
        tried = way.tried
        return lambda signed_in: tried(typed, signed_in)

    def opened(self) -> Deal:
        """Enter on its row: the question, or what comes before it; where there is one way, it is chosen."""
        step = Step.ASKING if self.tried else Step.ASKED
        opened = replace(self, step=step, chosen=None, typed="", terms=(), stop="")
        return opened if self.tried or len(self.ways) > 1 else opened.choosing(self.ways[0].digit)

    def choosing(self, digit: str) -> Deal:
        """That digit was pressed: something is typed first, or tried, or else Enter does it."""
        way = next(each for each in self.ways if each.digit == digit)
        step = Step.REASON if way.asks else Step.ASKING if way.tried else Step.ASKED
        return replace(self, chosen=way, step=step, typed="", stop="")

    def took(self, typed: str) -> Deal:
        """What is asked for was typed."""
        tried = self.chosen is not None and self.chosen.tried
        return replace(self, typed=typed, stop="", step=Step.ASKING if tried else Step.ASKED)

    def told(self, terms: Said) -> Deal:
        """The database said what would come of it."""
        return replace(self, step=Step.ASKED, terms=terms, stop="")

    def refused(self, sentence: str) -> Deal:
        """It goes no further, for that reason; what was typed can be typed again."""
        typing = self.chosen is not None and self.chosen.asks
        return replace(self, stop=sentence, step=Step.REASON if typing else Step.STOPPED)

    def sent(self) -> Deal:
        """It is on its way."""
        return replace(self, step=Step.SENDING)

    def unknown(self) -> Deal:
        """The connection was lost before the answer came."""
        return replace(self, step=Step.UNKNOWN)

    @property
    def on_its_way(self) -> bool:
        """Whether it was sent and its answer is not known."""
        return self.step in {Step.SENDING, Step.UNKNOWN}

    def back(self) -> Deal | None:
        """One step back; None when there is none left."""
        if not self.busy:
            return None
        stated = replace(self, step=Step.STATED, chosen=None, typed="", terms=(), stop="")
        if self.chosen is None or len(self.ways) == 1:
            return stated
        # What was tried before a way was chosen still stands.
        terms = () if self.chosen.tried else self.terms
        return replace(stated, step=Step.ASKED, terms=terms)

    def asks(self, digit: str) -> bool:
        """Whether that digit answers the question, or the one that is being asked."""
        asked = self.step in {Step.ASKED, Step.ASKING} or (self.step is Step.STOPPED and self.chosen)
        return bool(asked) and any(each.digit == digit for each in self.ways)

    # How it is said.

    @property
    def title(self) -> str:
        """What to press."""
        if self.step is Step.ASKED:
            return keyed("[person.do] again" if self.chosen else "a digit, then [person.do]")
        if self.step is Step.REASON and self.chosen:
            return keyed(f"{self.chosen.asks}, then [person.do]")
        return {
            Step.STATED: keyed("[person.do]" if self.ways else "nothing to do"),
            Step.STOPPED: keyed("[person.do] tries again"),
            Step.SENDING: "on its way",
            Step.UNKNOWN: "OUTCOME UNKNOWN: asking",
        }.get(self.step, "asking")

    @property
    def bad(self) -> bool:
        """Whether it goes no further, or its outcome is unknown."""
        return bool(self.stop) or self.step is Step.UNKNOWN

    def headline(self, cells: int) -> tuple[str, str]:
        """The verb and its object."""
        return self.verb, cut(self.what, max(cells - cell_len(self.verb) - 2, 8))

    def lines(self) -> Iterator[Line]:
        """What stands under the headline, the most needed first."""
        if self.step is Step.UNKNOWN:
            yield "why", ["the connection was lost before the answer came"]
            yield "now", ["asked again: nothing is done twice"]
        elif self.stop:
            yield "why", [self.stop]
        yield from self.terms or self.known
        if self.chosen and self.step is not Step.ASKING:
            yield from self.chosen.means
        if self.step in {Step.ASKED, Step.STOPPED} and self.ways:
            yield self.label, [Choice(each.digit, each.words, each is self.chosen) for each in self.ways]
        other = "" if self.busy else "[person.up]/[person.down] other row   "
        back = "goes to the desk, which asks on" if self.on_its_way else "back"
        yield "or", [keyed(f"{other}[person.back] {back}")]
