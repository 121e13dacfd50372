"""The desk: find a person, see the day's classes, and do what the sentence says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time
from typing import ClassVar
from uuid import UUID

from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import Provider
from textual.containers import Horizontal
from textual.content import Content

from db.records import ClassSession, Need, Organization, Person, Profile, Rank
from frontdesk.app import LOOK_S, RETRY_S, Outage
from frontdesk.commands import Place, bindings_of, key_of, keyed, may
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.booking_pane import BookingPane
from frontdesk.widgets.day_pane import DayPane
from frontdesk.widgets.done_booking import booked
from frontdesk.widgets.done_line import DoneLine
from frontdesk.widgets.errands import Errands
from frontdesk.widgets.find_pane import FindPane
from frontdesk.widgets.intention import Intention
from frontdesk.widgets.key_bar import KeyBar
from frontdesk.widgets.lower_row import ClassRoster, LowerRow
from frontdesk.widgets.needs_list import NeedsList
from frontdesk.widgets.parked import Parking
from frontdesk.widgets.person_pane import PersonPane
from frontdesk.widgets.sentence import Speaker
from frontdesk.widgets.telling import telling
from frontdesk.widgets.text import MARK, literal, several
from frontdesk.widgets.top_line import TopLine

REFRESH_S = 10.0
NOBODY_CHOSEN = "Choose somebody above, and this says what [desk.do] does."


def _who_waits() -> type[Provider]:
    """The palette's part for who waits for staff, imported when it is opened."""
    from frontdesk.palette import WhoWaits

    return WhoWaits


class DeskScreen(PlaceScreen):
    """One organization's desk; find keeps the focus, whatever happens around it."""

    CSS_PATH = "desk.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("desk")]
    AUTO_FOCUS = "#find"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_who_waits}
    place: ClassVar[Place] = "desk"

    finding = getters.query_one(FindPane)
    day = getters.query_one(DayPane)
    booking = getters.query_one(BookingPane)
    done = getters.query_one(DoneLine)
    person = getters.query_one(PersonPane)
    lower = getters.query_one(LowerRow)
    errands = getters.query_one(Errands)

    def __init__(self, profile: Profile, organization: Organization) -> None:
        super().__init__()
        self.profile = profile
        self.organization = organization
        self._enter_waits: str | None = None
        self._sought: tuple[str, UUID] | None = None
        self._code: str | None = None
        self.parking = Parking()

    @property
    def rank(self) -> Rank:
        """The user's rank in the organization."""
        return self.organization.rank

    @property
    def topic(self) -> str:
        """What help is about: how far the booking at hand has come, or finding somebody."""
        return f"desk.{self.booking.intention.step.name.lower()}" if self.booking.intention else "desk.find"

    @property
    def words(self) -> str:
        """What there is to copy: an open question, or else the person under the cursor."""
        return self.booking.words if self.booking.busy else self.finding.people.words

    @property
    def unanswered(self) -> bool:
        """Whether something is on its way."""
        return bool(self._unanswered or self.errands.waiting)

    @property
    def forgotten(self) -> Iterator[str]:
        """What nobody would know any more if the app were left now."""
        waiting = self._unanswered
        if waiting:
            yield f"Not known yet whether {several([each.person.name for each in waiting])} is booked."
        for errand in self.errands.waiting:
            yield f"Not known yet whether {errand.is_so}."
        if self.parking.waiting:
            yield f"Parked and not booked: {self.parking.names}."

    @property
    def _unanswered(self) -> list[Intention]:
        """The bookings on their way."""
        shown = self.booking.intention
        return [*self.booking.aside.values(), *([shown] if shown and shown.on_its_way else [])]

    def compose(self) -> ComposeResult:
        """Find and people beside the day's classes, the sentence below; more panes where there is room."""
        organization = self.organization
        yield TopLine(self.app.clock.now)
        with Horizontal(id="panes"):
            yield FindPane(organization, self._asked, self.action_choose, self._typed, self._chosen)
            yield DayPane(organization, self._occupied)
            yield PersonPane(organization)
        yield LowerRow(organization)
        yield BookingPane(organization.id, self._sent)
        yield DoneLine(organization.id)
        yield Errands(organization.id)
        yield self.key_bar()

    def on_mount(self) -> None:
        """Keep what is shown fresh, and ask again while the database does not answer."""
        self.set_interval(REFRESH_S, self._refresh_quietly)
        self.set_interval(LOOK_S, self._refresh_when_cut_off)
        self._retry = self.set_interval(RETRY_S, self.action_refresh_now, pause=True)
        self.watch(self.app, "outage", self._outage_changed, init=False)
        self.booking.free(keyed(NOBODY_CHOSEN))
        if self.app.demo:
            self.done.say(literal(self.app.demo), style="$quiet")

    def serve(self, profile: Profile, organization: Organization) -> None:
        """Stand here for that user; what was typed stays."""
        self.profile, self.organization = profile, organization
        self.query_one(TopLine).serve(organization, profile.name, self.app.desk_name)
        self.query_one(TopLine).show_outage(self.app.outage)
        self.query_one(KeyBar).serve(organization.rank)
        self.action_refresh_now()

    # What keys do.

    def action_do(self) -> None:
        """Do what the sentence says, once the list answers the text that stands there."""
        code = self.app.scanner.take()
        if not may(self.rank, "staff"):
            self.done.fail("A viewer may look, but not book. Ask an owner for another rank.")
        elif code:
            self._scanned(code)
        elif self.finding.offered:
            self._fetch(self.finding.offered)
        elif self.finding.adding and not self.booking.busy:
            self.finding.add()
        elif self._at_hand:
            # Whoever is being booked stays under the cursor, whatever the list's next answer brings.
            self.finding.people.pin(0)
            self.booking.enter()
        else:
            self._enter_waits = self.finding.text
            self.booking.free(keyed("[desk.do] waits for the list."))

    def action_choose(self, digit: str) -> None:
        """Answer the question in the sentence."""
        self.booking.choose(digit)

    def action_other_class(self, by: int) -> None:
        """Choose another class; the focus stays."""
        if self.day.other_class(by):
            self._class_chosen()

    def action_other_person(self, by: int) -> None:
        """Choose another person; answers that come later leave the cursor there."""
        self.finding.people.pin(by)
        self._enter_waits = None
        self._offer()

    def action_other_day(self, by: int) -> None:
        """Show another day."""
        self.day.other_day(by)

    def action_park(self) -> None:
        """Set aside whoever is at hand; with nobody at hand, fetch back who was."""
        now = self.booking.intention
        if not may(self.rank, "staff"):
            return
        if self.finding.offered:
            self._fetch(self.finding.offered)
        elif now and not now.on_its_way and (self.booking.busy or self.finding.settled):
            self.parking.park(now, self.finding.text, self.booking.reason)
            self._show_parked()
            self._let_go()
        elif self.finding.text or not self.parking.waiting:
            self.done.say("Nobody is chosen whom to set aside, and nobody is parked.", style="")
        elif len(self.parking.waiting) == 1:
            self._fetch(self.parking.people[0])
        else:
            self.day.next_in_line()
            self.finding.offer(self.parking.people, "Parked")
            self._offer()

    async def action_roster(self) -> None:
        """Show who is booked in the chosen class."""
        from frontdesk.screens.roster import RosterScreen

        if self.day.current:
            await self.app.push_screen(RosterScreen(self.organization, self.day.current))

    async def action_person(self) -> None:
        """Show everything about whoever is at hand, and sell to them."""
        await self._show_person(collecting=False)

    async def action_collect(self) -> None:
        """Ask how whoever is at hand pays what they owe."""
        if may(self.rank, "staff"):
            await self._show_person(collecting=True)

    async def action_till(self) -> None:
        """Show this desk's drawer of cash."""
        from frontdesk.screens.till import TillScreen

        await self.app.push_screen(TillScreen(self.organization))

    def action_refresh_now(self) -> None:
        """Ask again for what is shown."""
        self.day.load_sessions()
        self.finding.load_people()

    def action_take_back(self) -> None:
        """Take the last booking back."""
        if may(self.rank, "staff"):
            self.done.take_back()

    def action_family(self) -> None:
        """Take the next one of the family along."""
        if may(self.rank, "staff") and self._at_hand:
            self.booking.join()

    def action_other_payer(self) -> None:
        """Let another membership or package pay, or the drop-in."""
        if may(self.rank, "staff") and self._at_hand:
            self.booking.pay_by_next()

    def action_cancel(self) -> None:
        """Ask what cancelling the chosen person's booking would mean."""
        shown = self.booking.intention
        person = self.finding.current or (shown.person if shown else None)
        session = self.day.session(person.booked_session_id) if person else None
        if not may(self.rank, "staff") or not self._at_hand or (shown and shown.on_its_way):
            return
        if person and session:
            self.finding.people.pin(0)
            self.booking.cancel(person, session)
        elif person:
            self.done.say(f"{literal(person.name)} has no booking here to cancel.", style="")

    def action_back(self) -> None:
        """One step back: the question, the typed text, the day and class."""
        self._enter_waits = None
        if self.booking.busy and self.booking.back():
            return
        if self.finding.text or self.finding.offered or self.booking.intention:
            self._let_go()
        else:
            self.day.back_to_next()

    # What happens in the panes.

    def on_find_pane_settled(self) -> None:
        """The list answers the text: say what Enter does, and do it if Enter was pressed already."""
        if not self.finding.settled:
            return  # word of an older text's list, which letters or a scanner have overtaken
        if self._sought and self._sought[0] == self.finding.text:
            self.finding.people.pin_on(self._sought[1])
        self._sought = None
        self._offer()
        if self._enter_waits is not None and self._enter_waits == self.finding.text:
            if self._code is None:
                self.action_do()
            else:
                self._act_on_scan()
        self._enter_waits = self._code = None

    def on_find_pane_add(self, message: FindPane.Add) -> None:
        """Nobody of that name is to be found: they are new here."""
        if self.day.current:
            self.booking.add(message.text, self.day.current)

    def on_people_list_chosen(self) -> None:
        """A click on a person."""
        self._offer()

    def on_needs_list_chosen(self, message: NeedsList.Chosen) -> None:
        """A click on somebody who waits for staff."""
        self.seek(message.need.name, message.need.person_id)

    def on_needs_list_told(self, message: NeedsList.Told) -> None:
        """A click on 'told'."""
        self.tell(message.need)

    def tell(self, need: Need) -> None:
        """Keep that somebody was told of their seat."""
        if need.task_id and may(self.rank, "staff"):
            self.errands.send(telling(need.task_id, literal(need.name), self.lower.needs.about(need)))

    def on_class_roster_chosen(self, message: ClassRoster.Chosen) -> None:
        """A click on somebody of the class."""
        self.seek(message.line.name, message.line.person_id)

    def seek(self, name: str, person_id: UUID) -> None:
        """Put somebody known into find, with the cursor on them."""
        text = " ".join(literal(name).replace(MARK, " ").split())
        self._sought = (text, person_id)
        self.finding.find.value = text
        self.finding.find.cursor_position = len(text)

    def on_session_list_chosen(self) -> None:
        """A click on a class."""
        self.day.chosen_by_hand()
        self._class_chosen()

    def on_day_pane_shown(self, message: DayPane.Shown) -> None:
        """Classes with today's numbers: say the sentence anew."""
        if message.today:
            self.query_one(TopLine).show_sessions(message.sessions)
        self.finding.people.today = self.day.today
        self._speak()
        self._class_chosen()
        self.person.load_soon()
        self.lower.load_soon()

    def on_booking_pane_did(self, message: BookingPane.Did) -> None:
        """Say so; the next in line most likely wants the next class."""
        self.done.did(booked(self._speak(), message.intention, message.answers))
        self.lower.last.keep(self.done.done)
        if not self.finding.text and self.day.day is None:
            self.day.by_hand = False
        self.action_refresh_now()

    def on_booking_pane_not_done(self, message: BookingPane.NotDone) -> None:
        """Say so loudly: whoever it is about has turned to go."""
        intention = message.intention
        what = self._speak().class_of(intention.session)
        is_not = "is NOT cancelled" if intention.act == "cancel" else "is NOT booked"
        if intention.booked_here and intention.act == "serve":
            is_not = "is NOT checked in"
        sentence = f"{literal(intention.person.name)} {is_not}, {what}. {message.why}"
        self._fail(sentence)

    def on_booking_pane_said(self, message: BookingPane.Said) -> None:
        """Pass it on."""
        if message.bad:
            self.done.fail(message.sentence)
        else:
            self.done.say(message.sentence, style="")

    def on_booking_pane_aside_changed(self) -> None:
        """Keep naming what has no answer yet."""
        self._name_unanswered()

    def on_errands_changed(self) -> None:
        """Keep naming what has no answer yet."""
        self._name_unanswered()

    def on_errands_did(self, message: Errands.Did) -> None:
        """Say so; what pays may be something else now."""
        self.done.did(message.made)
        self.lower.last.keep(self.done.done)
        self._bought()

    def on_errands_not_done(self, message: Errands.NotDone) -> None:
        """Say so loudly: whoever it is about has turned to go."""
        self._fail(message.sentence)

    def on_booking_pane_reason_closed(self) -> None:
        """A letter returns to find."""
        self.finding.find.focus()

    def on_done_line_taken_back(self) -> None:
        """It is none of what was done last any more."""
        self.lower.last.keep(self.done.done)

    def on_done_line_undone(self) -> None:
        """A seat is free."""
        self.action_refresh_now()

    async def _show_person(self, *, collecting: bool) -> None:
        from frontdesk.screens.person import PersonScreen

        shown = self.booking.intention
        person = self.finding.current or (shown.person if shown and self.booking.busy else None)
        if person is None or (shown and shown.lead):
            self.done.say("Nobody is chosen. Choose somebody who is known here.", style="")
            return
        screen = PersonScreen(self.organization, person, self.errands.send, collecting=collecting)

        def returned(_: None) -> None:
            if screen.changed:
                self._bought()

        await self.app.push_screen(screen, returned)

    def _fail(self, sentence: str) -> None:
        self.done.fail(sentence)
        self.notify(sentence, severity="error", timeout=10, markup=False)

    def _name_unanswered(self) -> None:
        names = [each.person.name for each in self.booking.aside.values()]
        self.done.set_aside([*names, *(each.name for each in self.errands.waiting)])

    def _bought(self) -> None:
        """What somebody has is something else now: an open question is asked anew."""
        self.booking.renew()
        self.action_refresh_now()

    @property
    def _at_hand(self) -> bool:
        """Whether the sentence is about whom the list shows for the text that stands there now."""
        return self.booking.busy or self.finding.settled

    def _occupied(self) -> bool:
        return bool(self.finding.text) or self.finding.people.pinned or self.booking.busy

    def _typed(self, text: str, at: time | None) -> None:
        """Other letters: an open question is about somebody else now."""
        # Enter may have been pressed, and a scanner be done, before word of the letters comes here.
        if self._enter_waits != text:
            self._enter_waits = self._code = None
        if len(text) <= 1:
            self.day.next_in_line()
        self.day.at(at)
        if self.booking.busy or not text:
            self.booking.free(keyed(NOBODY_CHOSEN))

    def _sent(self) -> None:
        self._next_in_line()

    def _next_in_line(self) -> None:
        """Nobody is at hand: the class from before counts, and whom it expects shows."""
        self.day.next_in_line()
        self.finding.empty()

    def _scanned(self, code: str) -> None:
        """Look for whom a scanned card belongs to, whatever its digits have answered or were typed into."""
        if self.finding.text != code:
            self.booking.free(keyed(NOBODY_CHOSEN))
            self.finding.find.value = code
        self._enter_waits = self._code = code
        if self.finding.settled:
            self.on_find_pane_settled()

    def _act_on_scan(self) -> None:
        """Do what the sentence says of the card's owner, and of nobody whose number merely looks like it."""
        person = self.finding.current
        if person and person.scanned:
            self.finding.people.pin(0)
            self.booking.enter()
        else:
            self.done.fail(f"Nobody has the barcode {literal(self.finding.text)}. Type the name instead.")
            self._let_go()

    def _fetch(self, person: Person) -> None:
        """Have somebody who was parked at hand again, as they were left."""
        parked = self.parking.fetch(person)
        self._show_parked()
        if parked:
            self.booking.free()
            self.day.take(parked.intention.session)
            self.finding.restore(parked.text, parked.intention.person)
            self.booking.restore(parked.intention, parked.reason)

    def _show_parked(self) -> None:
        """Name who is parked as long as somebody is."""
        names = self.parking.names
        fetches = keyed("[desk.park] fetches")
        self.booking.entitle(subtitle=Content(f"parked: {names}  {fetches}" if names else ""))

    def _let_go(self) -> None:
        """Nobody is at hand any more."""
        self._next_in_line()
        self.booking.free(keyed(NOBODY_CHOSEN))

    def _chosen(self) -> ClassSession | None:
        return self.day.chosen

    def _class_chosen(self) -> None:
        self.finding.class_chosen()
        self._offer()

    def _asked(self, digit: str) -> bool:
        return self.booking.asks(digit)

    def _offer(self) -> None:
        """Let the sentence be about the person and the class under the cursors."""
        shown = self.booking.intention
        if shown and shown.on_its_way:
            return
        person = self.finding.current or (shown.person if shown and self.booking.busy else None)
        if self.finding.offered:
            person = None
        if self.finding.settled and not self.booking.busy:
            self.day.follow(person.booked_session_id if person else None)
        session = self.day.current
        self.person.about(person)
        self.lower.about(session)
        if person and session and (self.booking.busy or not self.day.nothing_at):
            self.booking.offer(person, session)
        elif not self.booking.busy:
            self.booking.free(self._hint())

    def _hint(self) -> str:
        """What can be done while the sentence is about nobody."""
        parked = self.parking.of(self.finding.offered) if self.finding.offered else None
        if parked:
            what = self._speak().class_of(parked.intention.session)
            return f"{key_of('desk.do')} fetches {literal(parked.intention.person.name)} back, {what}."
        if self.day.nothing_at:
            begins = f"{self.day.nothing_at:%H:%M}"
            return keyed(f"No class begins at {begins}. [desk.next_class] chooses another one.")
        if self.finding.adding:
            return f'{key_of("desk.do")} adds "{literal(self.finding.adding)}" as a new lead.'
        return keyed(NOBODY_CHOSEN)

    def _speak(self) -> Speaker:
        """The words for this user and day."""
        speaker = Speaker(self.organization, self.day.today, may(self.rank, "manager"))
        if speaker != self.booking.speaker:
            self.booking.speaker = speaker
            self.booking.redraw()
        return speaker

    def _refresh_quietly(self) -> None:
        if self.is_current and self.app.outage is None:
            self.action_refresh_now()

    def _refresh_when_cut_off(self) -> None:
        """Whoever types nothing is told as well that the database went away."""
        if self.app.database.hung_up():
            self._refresh_quietly()

    def _outage_changed(self, outage: Outage | None) -> None:
        self.query_one(TopLine).show_outage(outage)
        if outage is None:
            self._retry.pause()
            self.action_refresh_now()
        else:
            self._retry.resume()
