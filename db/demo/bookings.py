"""What the members' habits leave in the books: bookings with their seats, money and arrivals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from db.demo.drawing import draw_id
from db.demo.gyms import Gym
from db.demo.habits import Habits, Member
from db.demo.timetable import Session

CANCELS = 0.06
STAYS_AWAY = 0.05
LATE = timedelta(hours=24)
PROMOTES_UNTIL = timedelta(minutes=60)
COMP = ("trial class", "staff family", "birthday class", "cancelled on them last week")
AHEAD = (1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 6, 7, 9, 12)  # days that people book ahead
OVERRIDE = ("came all the way", "regular, always here", "friend of the instructor")


@dataclass(frozen=True, slots=True)
class Payment:
    """Money taken for a booking, or given back: then `reverses` is the payment it takes back."""

    id: UUID
    booking: Booking
    amount: int
    taken_at: datetime
    taken_by: UUID
    reverses: UUID | None = None


@dataclass(slots=True, eq=False)
class Booking:
    """One booking as it stands at the moment the gym is looked at."""

    id: UUID
    session: Session
    member: Member
    recorded_at: datetime
    comes_at: datetime
    booked_by: UUID
    desk_id: UUID
    price: int
    status: str = "confirmed"
    paid_by: str | None = None
    payment_status: str = "pending"
    comp_reason: str | None = None
    override_reason: str | None = None
    arrived_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancels_at: datetime | None = None
    promoted_at: datetime | None = None
    payments: list[Payment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Counter:
    """Who stands at the desks: user ids of the front desk and of its manager, and the desks' ids."""

    staff: Sequence[UUID]
    manager: UUID
    desks: Sequence[UUID]


class Seats:
    """The seats of one class session as they are taken and freed, and the line that waits for them."""

    def __init__(self, capacity: int, promotes_until: datetime) -> None:
        self._capacity = capacity
        self._promotes_until = promotes_until
        self._holding: list[Booking] = []
        self.waiting: list[Booking] = []
        self.booked: list[Booking] = []

    def offer(self, booking: Booking) -> bool:
        """Give the booking a seat, if there is one that nobody waits for."""
        self.release(booking.recorded_at)
        if len(self._holding) + len(self.waiting) >= self._capacity:
            return False
        self.hold(booking)
        return True

    def hold(self, booking: Booking) -> None:
        """The booking holds a seat from now on, an extra one if need be."""
        self._holding.append(booking)
        self.booked.append(booking)

    def wait(self, booking: Booking) -> None:
        """The booking waits in line; who waits does not cancel."""
        booking.status, booking.cancels_at = "waitlisted", None
        self.waiting.append(booking)
        self.booked.append(booking)

    def release(self, until: datetime) -> None:
        """Free the seats cancelled by then; until an hour before the start each goes to the first in line."""
        cancelled = [one for one in self._holding if one.cancels_at and one.cancels_at <= until]
        for freed in sorted(cancelled, key=lambda one: one.cancels_at or until):
            self._holding.remove(freed)
            if not self.waiting or len(self._holding) >= self._capacity:
                continue
            if freed.cancels_at and freed.cancels_at < self._promotes_until:
                first = self.waiting.pop(0)
                first.promoted_at = freed.cancels_at
                self._holding.append(first)


class Books:
    """The bookings of one gym, class session by class session in the order of their start."""

    def __init__(self, random: Random, gym: Gym, habits: Habits, counter: Counter, now: datetime) -> None:
        self._random = random
        self._gym = gym
        self._habits = habits
        self._counter = counter
        self._now = now
        self._busy: dict[Member, datetime] = {}
        self._came: set[Member] = set()

    def of(self, session: Session) -> Iterator[Booking]:
        """The bookings of the session that are made by now.

        Everything is drawn whatever the hour, so that a later look at the same day finds the same people.
        """
        random, start = self._random, _start(session)
        seats = Seats(session.slot.capacity, start - PROMOTES_UNTIL)
        for booking in sorted((self._draw(session, one) for one in self._free(session)), key=_made):
            booking.cancels_at = self._draw_cancelling(booking)
            squeezes_in = session.slot.early and random.random() < 0.06
            if seats.offer(booking):
                continue
            if squeezes_in and not seats.waiting:
                self._squeeze_in(booking)
                seats.hold(booking)
            elif booking.recorded_at < start - PROMOTES_UNTIL:
                seats.wait(booking)
            # Whoever finds a full class at the last moment goes home again.
        seats.release(start)
        for booking in sorted(seats.booked, key=_made):
            self._settle(booking)
            if booking.recorded_at <= self._now:
                yield booking

    def _free(self, session: Session) -> Iterator[Member]:
        """Who comes and is not in another class then; each once."""
        starts_at = session.starts_at
        for member in dict.fromkeys(self._habits.coming(session)):
            if session.slot.open_gym:
                yield member
            elif member not in self._busy or self._busy[member] <= starts_at:
                self._busy[member] = session.ends_at
                yield member

    def _draw(self, session: Session, member: Member) -> Booking:
        random = self._random
        comes_at, recorded_at = self._draw_times(session, member)
        return Booking(
            id=draw_id(random),
            session=session,
            member=member,
            recorded_at=recorded_at,
            comes_at=comes_at,
            booked_by=random.choice(self._counter.staff),
            desk_id=random.choice(self._counter.desks),
            price=self._gym.prices[session.slot.program],
        )

    def _draw_times(self, session: Session, member: Member) -> tuple[datetime, datetime]:
        """When they come, and when they were booked: days ahead, earlier that day, or at the desk."""
        random, start = self._random, _start(session)
        if session.slot.open_gym:
            local = session.starts_at + timedelta(minutes=random.triangular(5 * 60, 22 * 60, 15 * 60))
            return local.astimezone(UTC), local.astimezone(UTC)
        at_the_desk = start - timedelta(seconds=random.randrange(90, 1500))
        early = 0.9 if session.slot.early else 0.6 if member.books_early else 0.1
        if random.random() < early:
            day = session.starts_at - timedelta(days=random.choice(AHEAD))
            booked = day.replace(
                hour=random.randrange(7, 21), minute=random.randrange(60), second=random.randrange(60)
            )
            return at_the_desk, max(booked, member.person.created_at + timedelta(minutes=5)).astimezone(UTC)
        if random.random() < 0.3:
            return at_the_desk, start - timedelta(minutes=random.randrange(30, 150))
        return at_the_desk, at_the_desk

    def _draw_cancelling(self, booking: Booking) -> datetime | None:
        """When it is cancelled, if it is; nobody who stands at the desk does."""
        random, wait = self._random, booking.comes_at - booking.recorded_at
        share, cancels = random.uniform(0.05, 0.95), random.random() < CANCELS
        return booking.recorded_at + wait * share if cancels and wait > timedelta(hours=1) else None

    def _squeeze_in(self, booking: Booking) -> None:
        booking.override_reason = self._random.choice(OVERRIDE)
        booking.booked_by = self._counter.manager

    def _settle(self, booking: Booking) -> None:
        """What has become of the booking by now, and of its money."""
        random, now, ends_at = self._random, self._now, booking.session.ends_at.astimezone(UTC)
        self._draw_pay(booking)
        cancelled_at = booking.cancels_at
        if booking.promoted_at and booking.promoted_at <= now:
            booking.status = "confirmed"
        stays_away = booking.comes_at != booking.recorded_at and random.random() < STAYS_AWAY
        if cancelled_at and cancelled_at <= now:
            self._cancel(booking, cancelled_at)
        elif booking.status == "waitlisted":
            # The line closes at the end, and costs nothing.
            if ends_at <= now:
                self._cancel(booking, ends_at)
        elif stays_away:
            handed_in = booking.session.handed_in_at
            if (handed_in and handed_in <= now) or ends_at + LATE <= now:
                booking.status = "no_show"
        elif booking.comes_at <= now:
            booking.status, booking.arrived_at = "attended", booking.comes_at

    def _draw_pay(self, booking: Booking) -> None:
        random, member = self._random, booking.member
        first = member not in self._came
        self._came.add(member)
        treat, reason, habit = random.random(), random.choice(COMP[1:]), random.random()
        promoted = booking.promoted_at is not None and booking.promoted_at <= self._now
        if booking.status == "waitlisted" and not promoted:
            return
        if booking.price == 0:
            booking.payment_status = "paid"
        elif promoted:
            booking.paid_by = "later"
        elif treat < (0.6 if first and member.trial else 0.01):
            booking.paid_by, booking.payment_status = "comp", "comp"
            booking.comp_reason = COMP[0] if member.trial else reason
        else:
            booking.paid_by = member.pays if habit < 0.9 else "card"
            # Who pays later mostly pays with the next card or note.
            if booking.paid_by == "later" and treat < 0.7:
                booking.paid_by = "card"
            booking.payment_status = "pending" if booking.paid_by == "later" else "paid"
        if booking.paid_by in ("card", "cash"):
            self._take(booking, booking.price, booking.recorded_at)

    def _take(self, booking: Booking, amount: int, at: datetime, reverses: UUID | None = None) -> None:
        booking.payments.append(
            Payment(draw_id(self._random), booking, amount, at, booking.booked_by, reverses)
        )

    def _cancel(self, booking: Booking, at: datetime) -> None:
        """In time the money goes back; late it stays."""
        start = _start(booking.session)
        booking.cancelled_at = at
        if booking.status == "confirmed" and at > start - LATE:
            booking.status = "late_cancelled"
            return
        booking.status, booking.payment_status = "cancelled", "void"
        for payment in tuple(booking.payments):
            self._take(booking, -payment.amount, at, payment.id)


def _start(session: Session) -> datetime:
    return session.starts_at.astimezone(UTC)


def _made(booking: Booking) -> tuple[datetime, UUID]:
    return booking.recorded_at, booking.id
