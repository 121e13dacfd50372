"""The frozen records that repositories return; a screen sees these and never a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NotRequired, TypedDict
from uuid import UUID

Kind = Literal["lead", "client"]
Rank = Literal["owner", "manager", "staff", "viewer"]
Pay = Literal["card", "cash", "later", "comp", "credit"]
OfferKind = Literal["membership", "package"]
PaidBy = Literal["card", "cash", "later", "comp", "membership", "package", "credit"]
CollectedBy = Literal["card", "cash", "credit"]
Method = Literal["card", "cash", "direct_debit", "transfer", "other"]
Brand = Literal["visa", "mastercard", "amex", "maestro", "other"]
Outcome = Literal[
    "booked",
    "checked_in",
    "confirmed",
    "waitlisted",
    "exists",
    "full",
    "due",
    "refused",
    "cancelled",
    "taken_back",
]
BookingStatus = Literal["confirmed", "waitlisted", "attended", "no_show", "cancelled", "late_cancelled"]
PaymentStatus = Literal["pending", "paid", "comp", "refunded", "void"]
HandedOver = Literal["to_tell", "seat_held", "owes", "no_waiver"]
NeedKind = Literal[HandedOver, "not_covered", "on_hold", "ended", "starts_later"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Who is signed in, as the database knows it from the token; `pin` says whether they have one."""

    user_id: UUID
    name: str
    email: str
    installation: UUID
    expires_at: datetime
    must_change: bool
    pin: bool


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization the signed-in user works in; `timezone` is IANA, `currency` ISO 4217.

    A desk that nobody has touched for `idle_minutes` locks itself.
    """

    id: UUID
    name: str
    timezone: str
    currency: str
    rank: Rank
    idle_minutes: int


@dataclass(frozen=True, slots=True)
class Person:
    """A lead or a client in a list, with what staff must see at a glance.

    `owes` is in minor units of the organization's currency; `alerts` are notes, the most pressing first;
    `family` and `namesakes` count others; `regular` comes at the chosen class's weekday and hour; `scanned`
    says that the text is this person's barcode. `booked_*` is the live booking of the organization's today,
    if any, the chosen class's before others.
    """

    kind: Kind
    id: UUID
    name: str
    birth_date: date | None
    phone_end: str
    email: str
    blocked: bool
    waiver: bool
    owes: int
    alerts: list[str]
    family: int
    namesakes: int
    regular: bool
    scanned: bool
    last_visit: date | None
    booked_id: UUID | None
    booked_session_id: UUID | None
    booked_starts_at: datetime | None
    booked_status: BookingStatus | None
    arrived_at: datetime | None

    @property
    def first_visit(self) -> bool:
        """Whether they were never here before."""
        return self.last_visit is None


@dataclass(frozen=True, slots=True)
class NewLead:
    """Somebody to be added; `id` is made by the desk, so that asking again adds nobody twice."""

    id: UUID
    name: str
    phone: str = ""
    email: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """Who was added, or had been under the same id."""

    kind: Kind
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Somebody whom a new person may be already, and why."""

    kind: Kind
    id: UUID
    name: str
    birth_date: date | None
    phone_end: str
    email: str
    reason: Literal["same phone", "same e-mail", "similar name"]


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """Another one of a person's family; a guardian may sign for its minors."""

    kind: Kind
    id: UUID
    name: str
    birth_date: date | None
    is_guardian: bool
    waiver: bool
    blocked: bool


@dataclass(frozen=True, slots=True)
class ClassSession:
    """A class session of one day; `starts_on` is its local date, times are instants, price in minor units.

    Of those who hold a seat `here` have arrived, `to_come` have not, and `due` owe for it; `bookable` is one
    with a seat that has not begun long ago, `check_in_open` one that people may be checked in to now.
    """

    id: UUID
    starts_on: date
    program: str
    open_gym: bool
    room: str
    instructors: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    extra_seats: int
    booked_count: int
    waiting: int
    here: int
    to_come: int
    due: int
    status: Literal["scheduled", "cancelled"]
    price: int
    bookable: bool
    check_in_open: bool

    @property
    def seats(self) -> int:
        """How many seats there are, the extra ones included."""
        return self.capacity + self.extra_seats

    @property
    def full(self) -> bool:
        """Whether no seat is left."""
        return self.booked_count >= self.seats


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """What the desk asks for; `id` is made by the desk, so that asking again never books twice.

    `pay` is how it is paid where no membership and no package covers it, None asks what is due;
    `entitlement_id` chooses the one that pays, and with `drop_in` none of them does. `waitlist` takes a place
    in line when no seat is left; with `arrive` the person stands at the desk: they are checked in too where
    that is open, and a booking that exists is.
    """

    id: UUID
    session_id: UUID
    kind: Kind
    person_id: UUID
    pay: Pay | None = None
    comp_reason: str | None = None
    override_reason: str | None = None
    waitlist: bool = False
    arrive: bool = False
    entitlement_id: UUID | None = None
    drop_in: bool = False


class Entitled(TypedDict):
    """A membership or a package, as it was when a booking was made.

    What was left after it (None: no limit), its last day in ISO 8601 (None: it has none), and the rule by
    which it could not pay.
    """

    kind: OfferKind
    id: str
    name: str
    left: int | None
    ends_on: str | None
    rule: NotRequired[str]


class Held(Entitled):
    """What somebody has today; while it is `held` it pays for nothing."""

    held: bool


class Offered(TypedDict):
    """A package that could be sold and used at once; price in minor units of `currency`."""

    id: str
    name: str
    price: int
    currency: str


class Decided(TypedDict):
    """What was decided about paying when a booking was made.

    `by` what it is paid and why, which might have paid too (`others`, in their order), and which could not.
    """

    why: Literal[
        "only", "unlimited", "ends_soonest", "fewest_programs", "bought_first", "chosen", "nothing_covers"
    ]
    by: Entitled | None
    others: list[Entitled]
    refused: list[Entitled]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a booking, or would become of it in a dry run.

    `rule` names the rule that refused; `seat` of `seats` are taken, by this booking too once it is made (what
    is only `due` is not); `place` is the place in line and `ahead` the names before it; price in minor units
    of `currency`; `overlaps` names another live booking of the person at the same time; `before` is the
    status that taking this back returns to (None: there was none), `promotes` whom a freed seat goes to.
    Where it is `due`, `credit` is what stands to their credit; of a cancelling, what comes to it.
    """

    outcome: Outcome
    rule: str | None
    booking_id: UUID | None
    session_id: UUID | None
    kind: Kind | None
    person_id: UUID | None
    person_name: str | None
    booking_status: BookingStatus | None
    payment_status: PaymentStatus | None
    paid_by: PaidBy | None
    price: int | None
    currency: str | None
    seat: int | None
    seats: int | None
    place: int | None
    ahead: list[str] | None
    overlaps: str | None
    recorded_at: datetime | None
    arrived_at: datetime | None
    before: BookingStatus | None
    promotes: str | None
    decided: Decided | None
    offer: Offered | None
    credit: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Something for sale; price in minor units of `currency`.

    A package has `class_count` classes, and `days_from_first_class` where its last day is not known before; a
    membership at most `period_limit` (None: any) a `period`.
    """

    kind: OfferKind
    id: UUID
    name: str
    price: int
    currency: str
    class_count: int | None
    period_limit: int | None
    period: Literal["week", "month"] | None
    is_intro: bool
    is_shared: bool
    days_from_first_class: int | None


@dataclass(frozen=True, slots=True)
class NewPackage:
    """A package to be offered: price in minor units, classes, and for how many days from the purchase.

    Or from the first class. Without `programs`, which are names, it covers every one.
    """

    id: UUID
    name: str
    price: int
    class_count: int
    valid_days: int | None = None
    from_first_class: bool = False
    programs: tuple[str, ...] = ()
    is_intro: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class NewMembership:
    """A membership to be offered: price in minor units, at most so many classes a week or month, for months.

    Periods are the calendar's, or run from the day it was bought. Without `programs`, which are names, it
    covers every one.
    """

    id: UUID
    name: str
    price: int
    period_limit: int | None = None
    period: Literal["week", "month"] | None = None
    anniversary: bool = False
    months: int | None = None
    programs: tuple[str, ...] = ()
    is_intro: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Sale:
    """What is asked to be sold; `id` is made by the desk, so that asking again never sells twice.

    Without `starts_on` it begins today, in the organization's zone.
    """

    id: UUID
    kind: OfferKind
    offer_id: UUID
    pay: Literal["card", "cash", "comp", "credit"]
    comp_reason: str | None = None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold, for a price in minor units of `currency`; the days are the first and the last."""

    id: UUID
    name: str
    price: int
    currency: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A membership or a package of somebody today: classes left of a package, or a membership's limit.

    While it is `held`, since the day `held_from`, it pays for nothing, until after the day `held_until` or
    until it is resumed.
    """

    kind: OfferKind
    id: UUID
    name: str
    credits: int | None
    period_limit: int | None
    period: Literal["week", "month"] | None
    starts_on: date
    ends_on: date | None
    cancelled: bool
    held_until: date | None
    held: bool
    held_from: date | None
    price: int
    currency: str
    paid_by: Literal["card", "cash", "comp", "credit", "other"]


@dataclass(frozen=True, slots=True)
class BookingInHold:
    """A booking to come on a day on which what pays for it is held, or would be."""

    booking_id: UUID
    name: str
    starts_at: datetime
    program: str


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One booking on the roster of a class session, first the seats, then the waitlist in order."""

    booking_id: UUID
    kind: Kind
    person_id: UUID
    name: str
    booking_status: BookingStatus
    payment_status: PaymentStatus
    paid_by: PaidBy | None
    price: int
    currency: str
    arrived_at: datetime | None
    recorded_at: datetime
    place: int | None


class Owed(TypedDict):
    """A booking that is owed: its class starts at that ISO 8601 instant; price in minor units."""

    id: str
    starts_at: str
    program: str
    price: int


class Card(TypedDict):
    """A card on file, told from others by the last four digits of its number; nothing more is kept."""

    id: str
    brand: Brand
    last_four: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What somebody owed, paid at once: so many bookings, an amount in minor units of `currency`."""

    id: UUID
    method: CollectedBy
    amount: int
    currency: str
    bookings: int
    taken_back: bool


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Credit given back by one method, in minor units of `currency`."""

    method: Method
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What whoever serves a person may want to know of them.

    `since` is when they became a client, or a lead; `lead_since` when a client was first a lead. `owes` is in
    minor units of the organization's currency; `pays` how their last bookings were paid, the latest first;
    `guardians` and `family` name the others of their family; `alerts` are by priority, `notes` the latest
    first; `has` is what may pay for them. `coming_at`, `coming` and `coming_status` are the start, program
    and status of their next bookings. `credit` is in minor units; `owed` are the bookings of what they owe,
    the oldest first; `cards` are those on file, the latest first.
    """

    kind: Kind
    id: UUID
    name: str
    birth_date: date | None
    phone: str
    email: str
    since: date
    lead_since: date | None
    visits: int
    visits_this_month: int
    last_visit: date | None
    waiver_signed_at: datetime | None
    waiver_signed_by: str | None
    blocked_reason: str | None
    owes: int
    pays: list[PaidBy]
    guardians: list[str]
    family: list[str]
    alerts: list[str]
    notes: list[str]
    coming_at: list[datetime]
    coming: list[str]
    coming_status: list[BookingStatus]
    has: list[Held]
    credit: int
    owed: list[Owed]
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class PersonFile:
    """Everything about a person: what is known of them, what they have bought, and what could be sold."""

    details: PersonDetails
    has: list[Entitlement]
    offers: list[Offer]


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for staff today, about a person and a class session.

    Of a booking outside the days of what pays for it `need` is why: `on_hold`, `ended` or `starts_later`.
    `task_id` is what was to be done, where it can be marked as done; `seats` how many are held for the
    waitlist whose first the person is; `owes` is in minor units of the organization's currency.
    """

    need: NeedKind
    task_id: UUID | None
    kind: Kind
    person_id: UUID
    name: str
    phone: str
    session_id: UUID
    starts_at: datetime
    program: str
    seats: int | None
    owes: int | None


@dataclass(frozen=True, slots=True)
class Drawer:
    """A desk's drawer of cash, from its float to its count; amounts in minor units of `currency`.

    `refunds` and `paid_out` are nothing or less; `expected` is what is in it by the rows, and stays as it was
    at the count. `counted*` are None until then.
    """

    id: UUID
    desk_id: UUID
    desk: str
    currency: str
    opened_at: datetime
    opened_by: str | None
    float_amount: int
    takings: int
    refunds: int
    paid_in: int
    paid_out: int
    expected: int
    counted_at: datetime | None
    counted_by: str | None
    counted: int | None
    note: str

    @property
    def over(self) -> int | None:
        """How much more was counted than expected, less than nothing when it is short."""
        return None if self.counted is None else self.counted - self.expected


@dataclass(frozen=True, slots=True)
class Taken:
    """What one desk took and gave back by one method on a day, in minor units of `currency`.

    `refunds` is nothing or less, `total` both together; of cash, `outside` went into no drawer. `desk` is
    empty for what no desk took.
    """

    desk_id: UUID | None
    desk: str
    method: Method
    currency: str
    payments: int
    takings: int
    refunds: int
    total: int
    outside: int


@dataclass(frozen=True, slots=True)
class DrawerMove:
    """What went into a drawer, or out of it with less than nothing: `by` is who took it.

    Of a `booking`, a `sale` and a refund of `credit` it says whose it is, in `name`, and what for: `about` is
    the program, which starts at `starts_at`, or the offer. What was `paid` in or out has a reason there.
    """

    drawer_id: UUID
    moved_at: datetime
    by: str | None
    kind: Literal["booking", "sale", "credit", "paid"]
    name: str
    about: str
    starts_at: datetime | None
    amount: int


@dataclass(frozen=True, slots=True)
class TillDay:
    """A day of the organization's and its bounds."""

    day: date
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Till:
    """A day by desk and method, the drawers that were open on it, and what went into them and out."""

    day: date
    taken: list[Taken]
    drawers: list[Drawer]
    moves: list[DrawerMove]


@dataclass(frozen=True, slots=True)
class HandoverHead:
    """Who handed the desk over when, and what their drawer came to."""

    id: UUID
    made_at: datetime
    made_by: str | None
    drawer_id: UUID
    currency: str
    expected: int
    counted: int
    note: str


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """What waited for somebody when the desk was handed over; see `Need`."""

    need: HandedOver
    kind: Kind
    person_id: UUID
    name: str
    phone: str
    session_id: UUID
    starts_at: datetime
    program: str
    seats: int | None
    owes: int | None


@dataclass(frozen=True, slots=True)
class Handover:
    """What whoever comes next to a desk takes over."""

    head: HandoverHead
    lines: list[HandoverLine]
