"""What F1 says first, about the thing at hand; each screen names its topic, see `PlaceScreen.topic`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A title, and sentences in which the ids of commands in brackets stand for their keys."""

    title: str
    sentences: tuple[str, ...]


TOPICS = {
    "sign-in.email": Topic("your e-mail", ("Type the e-mail you sign in with, then [form.enter].",)),
    "sign-in.password": Topic(
        "your password",
        (
            "Type your password, then [form.enter]. It is not shown, and cannot be copied.",
            "After some wrong ones the sign-in is locked for a time.",
        ),
    ),
    "new-password.new": Topic(
        "your new password",
        ("Type a password of your own, then [form.enter]. Nobody else is ever shown it.",),
    ),
    "new-password.again": Topic("the same again", ("Type the new password once more, then [form.enter].",)),
    "lock.pin": Topic(
        "the PIN",
        (
            "Choose yourself with the arrows, type your PIN, then [lock.enter]. The desk is as it was left.",
            "After five wrong PINs, and without one, your password helps: [lock.password].",
        ),
    ),
    "pin.password": Topic("your password", ("Type the password you sign in with, then [form.enter].",)),
    "pin.new": Topic(
        "your PIN",
        ("Type 4 to 8 digits, then [form.enter]; not four alike or in a row, which are guessed first.",),
    ),
    "pin.again": Topic("the same again", ("Type the PIN once more, then [form.enter].",)),
    "organization": Topic("where you work", ("Choose with the arrows, then [organization.pick]; or click.",)),
    "roster": Topic(
        "the roster",
        (
            "Who is booked in the class, seats first, then the waitlist in its order.",
            "A tick is who is here, a number the place in line, OWES a drop-in that is not paid yet.",
        ),
    ),
    "person.stated": Topic(
        "the person",
        (
            "What they owe and have, and what is for sale. The sentence says what [person.do] does with it.",
            "The digit before something sells it: digit, 1 for card or 2 for cash, [person.do].",
            "[person.down] and [person.up] choose the row, [person.page_down] shows more of what is known.",
            "[person.back] goes back to the desk, which stands as it was left.",
        ),
    ),
    "person.asking": Topic("asking", ("The database is asked what would come of it. Nothing is done yet.",)),
    "person.asked": Topic(
        "the open question",
        (
            "A digit says how, then [person.do] does it. The terms stand in the sentence before.",
            "1 is card, 2 cash, 9 from their credit; 6 gives it free of charge, for managers, with a reason.",
            "What they have is held from today on, resumed, and by managers cancelled or paid back.",
            "[person.back] goes one step back. Nothing is done before [person.do].",
        ),
    ),
    "person.reason": Topic(
        "what is typed",
        (
            "A last day like 14 Dec or 2026-12-14, or why it is done; then [person.do].",
            "[person.back] goes back to the question.",
        ),
    ),
    "person.stopped": Topic(
        "why not",
        ("The sentence says why it goes no further. [person.do] tries again, [person.back] goes back.",),
    ),
    "person.unknown": Topic(
        "the outcome is unknown",
        (
            "The connection was lost before the answer came. It is asked again, and nothing is done twice.",
            "[person.back] goes to the desk, which asks on.",
        ),
    ),
    "person.sending": Topic("on its way", ("It was sent; what came of it shows here.",)),
    "till.amount": Topic(
        "the drawer",
        (
            "Where none is open, type what is in it, the float, then [form.enter].",
            "Otherwise an amount that is paid in, or out with a minus; then why.",
            "Cash for bookings and sales is added by itself. [form.next] goes on to the count.",
        ),
    ),
    "till.reason": Topic("why it is paid", ("Type why, then [form.enter] pays it in or out.",)),
    "till.pieces": Topic(
        "the count",
        (
            "Type how many there are of each coin and note; what they come to stands below.",
            "[form.enter] goes on to the next, and on the note it counts the drawer for good.",
        ),
    ),
    "till.note": Topic(
        "the note",
        (
            "Where the count is over or short, type why. [form.enter] counts the drawer for good:",
            "it is never changed any more, and whoever comes next takes over.",
        ),
    ),
    "handover": Topic(
        "taking over",
        ("What whoever was here before leaves to you. [handover.accept] takes it over.",),
    ),
    "themes": Topic("the colours", ("The colours under the cursor show at once on the desk behind.",)),
    "desk.find": Topic(
        "finding somebody",
        (
            "Type two letters or more: of first name, last name, phone or e-mail, in any order.",
            "A time behind the name chooses its class: 'sam 18:30', 'sam 9:30' or 'sam 18.30'.",
            "[desk.down] and [desk.up] choose another person, [desk.next_class] another class of the day.",
            "Before a letter is typed, whom the class expects shows; an arrow chooses among them.",
            "A scanned card acts at once. [desk.park] sets somebody aside, and fetches them back.",
        ),
    ),
    "desk.stated": Topic(
        "the sentence",
        (
            "It says what [desk.do] would do, for whom, in which class. Nothing is done yet.",
            "[desk.family] takes the family along, [desk.cancel] cancels, [desk.take_back] takes back.",
            "[desk.person] shows what they have and sells to them, [desk.collect] takes what they owe.",
            "Wrong person: [desk.down], [desk.up] or more letters. Wrong class: [desk.next_class].",
            "L is a lead, C a client. BOOKED, HERE and WAITLISTED say what they have today.",
            "Where there is no room for words: W no waiver, £ or $ owes, ! a note, N first visit,",
            "* birthday today or soon, X blocked.",
        ),
    ),
    "desk.contact": Topic(
        "somebody new",
        (
            "Type how to reach them, or nothing, then [desk.do]. They are added only with the booking.",
            "Who may be the same person already stands beside 'maybe'; [desk.back] goes back to the list.",
        ),
    ),
    "desk.asking": Topic(
        "asking", ("The database is asked what would happen. Nothing is done yet; go on typing if you like.",)
    ),
    "desk.asked": Topic(
        "the open question",
        (
            "A digit says how it is paid, then [desk.do] does it. Without digits, nothing is due.",
            "[desk.payer] lets another of their memberships or packages pay, or the drop-in.",
            "3 and 4 sell the package that stands there, by card or cash, and book with it.",
            "5 means later: they owe it. 6 is free of charge, and asks for the reason.",
            "9 pays from their credit, and stands there where that covers the price.",
            "7, for managers, does it past a rule, and asks for the reason.",
            "8 has the waiver signed, for a minor by a guardian. 0 means that they are not here yet.",
            "[desk.back] goes one step back. Nothing is done before [desk.do].",
        ),
    ),
    "desk.reason": Topic(
        "what is typed",
        (
            "Type why, or who signs, then [desk.do]. A reason stays with the booking, for managers to read.",
            "[desk.back] goes back to the question.",
        ),
    ),
    "desk.sending": Topic(
        "on its way", ("It was sent. Go on with the next in line; the answer shows here.",)
    ),
    "desk.unknown": Topic(
        "the outcome is unknown",
        (
            "The connection was lost before the answer came. It is asked again by its own id,",
            "so nothing is done twice. [desk.back] sets it aside; it is asked for all the same.",
        ),
    ),
    "desk.stopped": Topic(
        "why not",
        (
            "The sentence says why it goes no further, and what can be done instead.",
            "[desk.back] goes back, [desk.next_class] tries another class.",
        ),
    ),
}
