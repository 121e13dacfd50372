"""One typed error for each way the database can refuse, with a sentence for staff.

Errors are told apart by SQLSTATE first, then by the name of the constraint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg


class DeskError(Exception):
    """Something the desk can say in one sentence: what happened, and what to do now."""

    exit_code = 1

    def __init__(self, sentence: str, rule: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.rule = rule


class Refused(DeskError):
    """A rule of the database said no."""


class NotFound(DeskError):
    """The id is of nothing the signed-in user may see: unknown or another organization's, alike."""


class BadInput(DeskError):
    """What was typed cannot be meant, such as an id that is none."""

    exit_code = 2


class Fault(DeskError):
    """The database failed in a way that is nobody's refusal: a fault of this program or of the server."""


class NoDatabase(DeskError):
    """The database cannot be reached, or went away in the middle."""

    exit_code = 3


class BeingUpgraded(NoDatabase):
    """The database is not at the version of this program."""


class NotPermitted(DeskError):
    """The signed-in user may not do this, or nobody is signed in."""

    exit_code = 4


class NotSignedIn(NotPermitted):
    """There is no token, or it is not valid any more."""

    def __init__(self) -> None:
        super().__init__(SIGN_IN_AGAIN)


class SignInFailed(NotPermitted):
    """E-mail and password or the PIN did not fit, or the account is locked for a time."""


class PinSpent(SignInFailed):
    """No PIN helps any more: only the password does."""


SIGN_IN_AGAIN = "You are not signed in any more. Sign in again."
READ_ONLY = (
    "The database can only be read: it is a standby, or default_transaction_read_only is on."
    " Use the primary server or turn that off, then try again."
)
NOT_FOUND = "Not found here. Check the id, or search again."
LOST = "The database does not answer. Check that it runs and is reachable, then try again."
UPGRADING = (
    "The database is being upgraded, or not at this version. Try again, or run 'frontdesk db upgrade'."
)

REFUSALS = {
    "class_sessions_seats": "No seat is left. Waitlist them, or choose another class.",
    "booking_held_for_waitlist": "The free seat is held for the waitlist. Ask a manager, or waitlist them.",
    "booking_waitlist_only_when_full": "A seat is free, so there is no waitlist. Book it instead.",
    "booking_converted_lead": "This lead is a client now. Book the client.",
    "booking_erased_person": "This person was erased. Add them anew.",
    "booking_blocked_person": "This person is blocked. Ask a manager, who can book with a reason.",
    "booking_session_not_scheduled": "This class was cancelled. Choose another class.",
    "booking_session_over": "This class ended too long ago to book. Ask a manager, or choose another class.",
    "booking_comp_reason": "A free booking needs a reason. Type why.",
    "booking_override_rank": "Only a manager can do this. Ask a manager.",
    "booking_status_on_insert": "A booking starts confirmed, waitlisted or here. Book it first.",
    "booking_check_in_closed": "Check-in opens on the day of the class. Book them, and check them in then.",
    "booking_cancel_over": "This class is over, so there is nothing to cancel. Look at the roster.",
    "booking_cancel_here": "They are here, and who came is not cancelled. Take the check-in back first.",
    "booking_transition": "This booking cannot be changed that way any more. Look at the booking.",
    "booking_undo_over": "It is too late to take this back. Ask a manager, or cancel the booking.",
    "booking_undo_elsewhere": "Another desk booked this. Take it back there, or ask a manager.",
    "check_customer_or_client_booking": "A booking is for one person, a lead or a client. Choose one.",
    "bookings_one_live_lead": "They are booked in this class already.",
    "bookings_one_live_client": "They are booked in this class already.",
    "entitlement_not_theirs": "This is not theirs, nor shared in their family. Choose another way to pay.",
    "entitlement_cancelled": "It was cancelled. Choose another way to pay.",
    "entitlement_starts_later": "It starts after this class. Choose another way to pay.",
    "entitlement_ended": "It ends before this class. Choose another way to pay.",
    "entitlement_on_hold": "It is on hold on the day of this class. Resume it, or choose another way to pay.",
    "entitlement_program": "It does not cover this class. Choose another way to pay.",
    "entitlement_limit": "Its classes of this week or month are used up. Choose another way to pay.",
    "entitlement_credits": "No class is left of it. Choose another way to pay.",
    "offer_program": "No program has that name here. Look at the classes, and type its name.",
    "sale_not_offered": "This is not sold any more. Choose something else.",
    "sale_intro_once": "They had an offer for newcomers already. Sell something else.",
    "sale_start": "It can begin up to a month ago or within a year. Choose another day.",
    "sale_paid_by": "A sale is paid by card, cash or credit, or given by a manager. Say how.",
    "sale_cancelled_already": "It was cancelled already. Look at the person.",
    "sale_cancel_reason": "Cancelling it needs a reason. Type why.",
    "sale_used": "Classes are booked with it. Cancel or take back those first, or ask a manager.",
    "account_credit": "Their credit does not cover that. Choose another way to pay.",
    "credit_spent": "What was paid for it was spent or given back since. Book them anew.",
    "collection_method": "What is owed is paid by card, cash or credit. Say how.",
    "collection_nothing": "They owe nothing. Look at the person.",
    "refund_amount": "Credit that is given back is more than nothing. Type how much.",
    "refund_reason": "Giving credit back needs a reason. Type why.",
    "cards_on_file_brand_check": "A card is Visa, Mastercard, Amex, Maestro or another. Choose one.",
    "cards_on_file_last_four_check": "Of a card only its last four digits are kept. Type those four.",
    "hold_first_day": "A hold begins today or later. Choose another day.",
    "hold_over": "This hold is over, or would end before it did. Look at the person.",
    "hold_overlaps": "It is on hold in these days already. Resume it first, or choose other days.",
    "person_name": "A person needs a name. Type it.",
    "person_text_length": "That is too long for a name, an e-mail or a number. Type less.",
    "person_birth_date": "Nobody alive was born on that day. Type the birth date again.",
    "search_documents_pkey": "This id is somebody else's already. Add them again.",
    "person_rank": "Only a manager can do this. Ask a manager.",
    "person_facts_stay": "What is known of a person stays. Fill in only what is missing.",
    "person_erased": "This person was erased. Add them anew.",
    "person_converted_lead": "This lead is a client now. Choose the client.",
    "leads_barcode": "This barcode is somebody else's. Scan another.",
    "clients_barcode": "This barcode is somebody else's. Scan another.",
    "waiver_signed_by": "A waiver needs a name. Type who signs it.",
    "waiver_signed_already": "This waiver is signed already. Look at the person.",
    "waiver_guardian": "They are under 18. Type the name of a guardian of their family, who signs for them.",
    "family_oneself": "Nobody is their own family. Choose somebody else.",
    "family_two": "They are of two families already. Choose somebody without a family.",
    "family_guardian_minor": "A guardian is of age. Choose an adult.",
    "family_members_lead": "They are in a family already. Look at the person.",
    "family_members_client": "They are in a family already. Look at the person.",
    "drawers_one_open": "A drawer is open at this desk already. Count it first.",
    "drawer_no_desk": "This is no desk yet. Open the desk here once, then open its drawer.",
    "drawer_none_open": "No drawer is open at this desk. Open one first.",
    "drawer_elsewhere": "That is another desk's drawer. Do it there, or ask a manager.",
    "drawer_counted": "This drawer was counted, and stays as it is. Open the next one.",
    "drawer_note": "The count is over or short. Count again, or note why.",
    "drawer_reason": "Money that is paid in or out needs a reason. Type why.",
    "drawers_float_amount_check": "A float is nothing or more. Type how much is in the drawer.",
    "drawer_movements_amount_check": "Nothing cannot be paid in or out. Type how much.",
    "drawer_counts_denomination_check": "A coin or a note is worth something. Count again.",
    "drawer_counts_pieces_check": "Fewer than none cannot be counted. Count again.",
    "import_running": "Another import is running. Try again when it has ended.",
    "organization_stays": "Nothing ever moves to another organization. Add it anew there.",
}


def refusal(rule: str | None) -> str:
    """The sentence for the rule of that name, which is the name of a constraint."""
    return REFUSALS.get(rule or "", "The database refused this. Nothing was changed.")


def translate(error: psycopg.Error) -> DeskError:
    """The desk's error for a driver's one; it carries no value of the failed statement."""
    state, rule = error.sqlstate or "", error.diag.constraint_name
    if state == "28000":
        return NotSignedIn()
    if state == "42501":
        return NotPermitted("You may not do this. Sign in again, or ask a manager.")
    if state in {"23503", "P0002"}:
        return NotFound(NOT_FOUND, rule)
    if state[:2] == "23":
        return Refused(refusal(rule), rule)
    # 22023 is what a role gets that was never made.
    if state in {"22023", "3F000", "42883", "42P01", "42704", "42703"}:
        return BeingUpgraded(UPGRADING)
    if state[:2] == "22":
        return BadInput("That cannot be read. Check what was typed.")
    if state == "25006":
        return Refused(READ_ONLY)
    if state == "57014":
        return NoDatabase("The database took too long. Try again.")
    if not state or state[:2] in {"08", "53", "57"}:
        return NoDatabase(LOST)
    return Fault(f"The database met a fault (SQLSTATE {state}); nothing was changed. Tell whoever runs it.")
