"""The next right thing for who stands at the desk: checked in, confirmed, cancelled, several together."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from gym import Gym

from db.records import Answer, BookingRequest, ClassSession
from db.repositories import bookings, sessions, staff

Superuser = psycopg.Connection[Any]
STATE = "booking_status, payment_status, paid_by"
HOURS = "starts_at = starts_at + %s::interval, ends_at = ends_at + %s::interval"


def request(gym: Gym, session: str, key: str, **more: Any) -> BookingRequest:
    kind, person = ("lead", gym.leads[key]) if key in gym.leads else ("client", gym.clients[key])
    asked = {"pay": "later", "arrive": True} | more
    return BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person, **asked)  # type: ignore[arg-type]


def serve(gym: Gym, session: str, key: str, who: str = "ana", **more: Any) -> Answer:
    return bookings.book(gym.signed_in(who), request(gym, session, key, **more))


def row(
    superuser: Superuser, answer: Answer, columns: str = "booking_status, payment_status, paid_by"
) -> Any:
    found = superuser.execute(
        f"select {columns} from bookings where id = %s", (answer.booking_id,)
    ).fetchone()
    return found[0] if found and len(found) == 1 else found


def seats(superuser: Superuser, gym: Gym, session: str) -> Any:
    return superuser.execute(
        "select booked_count, capacity + extra_seats from class_sessions where id = %s",
        (gym.sessions[session],),
    ).fetchone()


def money(superuser: Superuser) -> list[int]:
    return [
        amount
        for (amount,) in superuser.execute("select amount from payments order by taken_at, amount desc")
    ]


def move(superuser: Superuser, gym: Gym, session: str, by: str) -> None:
    superuser.execute(f"update class_sessions set {HOURS} where id = %s", (by, by, gym.sessions[session]))


def age(superuser: Superuser, answer: Answer, minutes: int) -> None:
    superuser.execute(
        "update bookings set recorded_at = recorded_at - make_interval(mins => %s) where id = %s",
        (minutes, answer.booking_id),
    )


def test_whoever_stands_here_is_here(gym: Gym, superuser: Superuser) -> None:
    answer = serve(gym, "spin", "olsen", pay="card")
    assert (answer.outcome, answer.booking_status, answer.seat, answer.before) == (
        "booked",
        "attended",
        1,
        None,
    )
    assert answer.arrived_at is not None
    assert row(superuser, answer) == ("attended", "paid", "card")
    assert money(superuser) == [1200]


def test_due_first(gym: Gym, superuser: Superuser) -> None:
    assert serve(gym, "spin", "olsen", pay=None).outcome == "due"
    assert seats(superuser, gym, "spin") == (0, 3)


def test_not_yet_open(gym: Gym, superuser: Superuser) -> None:
    answer = serve(gym, "tomorrow", "olsen")
    assert (answer.outcome, answer.booking_status, answer.arrived_at) == ("booked", "confirmed", None)
    assert serve(gym, "tomorrow", "olsen").outcome == "exists"
    assert row(superuser, answer)[0] == "confirmed"


def test_booked_then_checked_in(gym: Gym, superuser: Superuser) -> None:
    booked = serve(gym, "spin", "olsen", pay="cash", arrive=False)
    assert booked.booking_status == "confirmed"
    answer = serve(gym, "spin", "olsen", pay=None)
    assert (answer.outcome, answer.booking_id, answer.before) == (
        "checked_in",
        booked.booking_id,
        "confirmed",
    )
    again = serve(gym, "spin", "olsen")
    assert (again.outcome, again.booking_status, again.arrived_at) == (
        "exists",
        "attended",
        answer.arrived_at,
    )
    assert seats(superuser, gym, "spin") == (1, 3)
    assert money(superuser) == [1200]
    undone = bookings.take_back(gym.signed_in(), booked.booking_id or uuid.uuid4(), answer.before)
    assert (undone.outcome, undone.booking_status, undone.arrived_at) == ("taken_back", "confirmed", None)
    assert row(superuser, booked) == ("confirmed", "paid", "cash")


def test_absent_after_all_here(gym: Gym, superuser: Superuser) -> None:
    booked = serve(gym, "earlier", "olsen", arrive=False)
    superuser.execute("update bookings set booking_status = 'no_show' where id = %s", (booked.booking_id,))
    answer = serve(gym, "earlier", "olsen")
    assert (answer.outcome, answer.booking_status, answer.before) == ("checked_in", "attended", "no_show")


def test_a_converted_lead_is_checked_in_as_the_client(gym: Gym) -> None:
    booked = serve(gym, "spin", "converted", arrive=False)
    lead = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "lead", gym.leads["converted"], arrive=True)
    answer = bookings.book(gym.signed_in(), lead)
    assert (answer.outcome, answer.kind, answer.booking_id) == ("checked_in", "client", booked.booking_id)


def test_a_blocked_person_is_not_let_in(gym: Gym, superuser: Superuser) -> None:
    booked = serve(gym, "spin", "olsen", arrive=False)
    superuser.execute(
        "update leads set blocked_at = now(), blocked_reason = 'x' where id = %s", (gym.leads["olsen"],)
    )
    assert serve(gym, "spin", "olsen").rule == "booking_blocked_person"
    assert serve(gym, "spin", "olsen", override_reason="it is fine").rule == "booking_override_rank"
    assert serve(gym, "spin", "olsen", "mia").rule == "booking_blocked_person"
    assert serve(gym, "spin", "olsen", "mia", override_reason="paid up").outcome == "checked_in"
    assert row(superuser, booked, "override_reason") == "paid up"


@pytest.mark.parametrize("pay", ["card", None])
def test_a_place_in_line_is_confirmed_in_its_turn(gym: Gym, superuser: Superuser, pay: Any) -> None:
    superuser.execute("update organizations set promote_until_minutes = 1440")
    first, second = (serve(gym, "full", key, pay=None, waitlist=True) for key in ("olsen", "zoe"))
    assert (first.place, second.place) == (1, 2)
    for key in ("olsen", "zoe"):
        waits = serve(gym, "full", key, pay="card")
        assert (waits.outcome, waits.booking_status) == ("exists", "waitlisted")
    superuser.execute("update class_sessions set capacity = 2 where id = %s", (gym.sessions["full"],))
    assert serve(gym, "full", "zoe", pay="card").rule == "booking_held_for_waitlist"
    answer = serve(gym, "full", "olsen", pay=pay)
    if pay is None:
        assert (answer.outcome, row(superuser, first)[0]) == ("due", "waitlisted")
        return
    assert (answer.outcome, answer.booking_status, answer.before) == ("confirmed", "attended", "waitlisted")
    assert row(superuser, first) == ("attended", "paid", "card")
    assert (seats(superuser, gym, "full"), money(superuser)) == ((2, 2), [1500])
    undone = bookings.take_back(gym.signed_in(), first.booking_id or uuid.uuid4(), "waitlisted")
    assert (undone.outcome, undone.place) == ("taken_back", 1)
    assert row(superuser, first) == ("waitlisted", "pending", None)
    assert (seats(superuser, gym, "full"), money(superuser)) == ((1, 2), [1500, -1500])
    assert serve(gym, "full", "olsen", pay="cash").outcome == "confirmed"
    assert money(superuser) == [1500, -1500, 1500]


def test_cancelled_in_time_and_late(gym: Gym, superuser: Superuser) -> None:
    in_time, late, grace, waived = (
        serve(gym, session, key, "ana", pay="card", arrive=False)
        for session, key in (("tomorrow", "olsen"), ("spin", "zoe"), ("spin", "olsen"), ("spin", "okafor"))
    )
    move(superuser, gym, "tomorrow", "1 hour")
    for answer in (in_time, late, waived):
        age(superuser, answer, 16)
    reason = {waived.booking_id: "ill"}
    for answer in (in_time, late, grace, waived):
        who = "mia" if answer is waived else "ana"
        assert answer.booking_id is not None
        for _ in range(2):
            done = bookings.cancel(gym.signed_in(who), answer.booking_id, reason.get(answer.booking_id))
            assert done.outcome == "cancelled"
    statuses = [row(superuser, answer)[0] for answer in (in_time, late, grace, waived)]
    assert statuses == ["cancelled", "late_cancelled", "cancelled", "cancelled"]
    # What was paid stays paid: the person has it to their credit.
    assert money(superuser) == [1200] * 4
    assert seats(superuser, gym, "spin") == (0, 3)


def test_only_a_manager_waives(gym: Gym, superuser: Superuser) -> None:
    booked = serve(gym, "spin", "olsen", arrive=False)
    age(superuser, booked, 60)
    assert booked.booking_id is not None
    refused = bookings.cancel(gym.signed_in(), booked.booking_id, "because")
    assert (refused.outcome, refused.rule) == ("refused", "booking_override_rank")
    assert bookings.cancel(gym.signed_in("mia"), booked.booking_id, " ").booking_status == "late_cancelled"


def test_who_was_here_is_not_cancelled(gym: Gym, superuser: Superuser) -> None:
    here, over = serve(gym, "spin", "olsen"), serve(gym, "earlier", "zoe", arrive=False)
    assert here.booking_id is not None and over.booking_id is not None
    assert bookings.cancel(gym.signed_in(), here.booking_id).rule == "booking_cancel_here"
    assert bookings.cancel(gym.signed_in(), over.booking_id).rule == "booking_cancel_over"


def test_a_late_one_is_revived_and_costs_nothing_again(gym: Gym, superuser: Superuser) -> None:
    booked = serve(gym, "spin", "olsen", pay="card", arrive=False)
    age(superuser, booked, 60)
    assert booked.booking_id is not None
    cancelled = bookings.cancel(gym.signed_in(), booked.booking_id)
    assert cancelled.booking_status == "late_cancelled"
    answer = serve(gym, "spin", "olsen", pay=None)
    assert (answer.outcome, answer.booking_id, answer.booking_status) == (
        "booked",
        booked.booking_id,
        "attended",
    )
    assert answer.before == "late_cancelled"
    assert (money(superuser), seats(superuser, gym, "spin")) == ([1200], (1, 3))
    assert bookings.take_back(gym.signed_in(), booked.booking_id, answer.before).outcome == "taken_back"
    assert row(superuser, booked) == ("late_cancelled", "paid", "card")
    assert (money(superuser), seats(superuser, gym, "spin")) == ([1200], (0, 3))


def test_a_cancelling_says_who_gets_the_seat_and_is_taken_back(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update organizations set promote_until_minutes = 0")
    booked = serve(gym, "yoga", "olsen", arrive=False)
    serve(gym, "yoga", "zoe", arrive=False)
    assert booked.booking_id is not None
    alone = bookings.cancel(gym.signed_in(), booked.booking_id, dry=True)
    assert (alone.outcome, alone.promotes) == ("cancelled", None)
    waits = serve(gym, "yoga", "okafor", arrive=False, waitlist=True)
    assert waits.booking_status == "waitlisted"
    preview = bookings.cancel(gym.signed_in(), booked.booking_id, dry=True)
    assert (preview.promotes, row(superuser, booked)[0]) == ("Sam Okafor", "confirmed")
    done = bookings.cancel(gym.signed_in(), booked.booking_id)
    assert (done.promotes, done.before, row(superuser, waits)[0]) == ("Sam Okafor", "confirmed", "confirmed")
    refused = bookings.take_back(gym.signed_in(), booked.booking_id, done.before)
    assert (refused.outcome, refused.rule) == ("refused", "class_sessions_seats")
    assert waits.booking_id is not None
    assert bookings.cancel(gym.signed_in(), waits.booking_id).outcome == "cancelled"
    assert bookings.take_back(gym.signed_in(), booked.booking_id, done.before).outcome == "taken_back"
    assert row(superuser, booked, "booking_status, cancelled_at, cancel_reason") == ("confirmed", None, None)
    assert seats(superuser, gym, "yoga") == (2, 2)


def test_what_another_desk_did_stays(gym: Gym, superuser: Superuser) -> None:
    staff.open_desk(gym.signed_in(), "Front door")
    booked = serve(gym, "spin", "olsen", arrive=False)
    serve(gym, "spin", "olsen")
    superuser.execute(
        "update tokens set installation = %s where user_id = any (%s)",
        (uuid.UUID(int=1), [gym.users["kim"], gym.users["mia"]]),
    )
    assert booked.booking_id is not None
    refused = bookings.take_back(gym.signed_in("kim"), booked.booking_id, "confirmed")
    assert (refused.outcome, refused.rule) == ("refused", "booking_undo_elsewhere")
    assert bookings.take_back(gym.signed_in("mia"), booked.booking_id, "confirmed").outcome == "taken_back"


def test_several_together(gym: Gym, superuser: Superuser) -> None:
    them = [request(gym, "spin", key, pay="cash") for key in ("olsen", "zoe")]
    dry = bookings.book_together(gym.signed_in(), them, dry=True)
    assert [answer.outcome for answer in dry] == ["booked"] * 2
    assert sorted(answer.seat or 0 for answer in dry) == [1, 2]
    assert seats(superuser, gym, "spin") == (0, 3)
    for outcome in ("booked", "exists"):
        answers = bookings.book_together(gym.signed_in(), them)
        assert {answer.outcome for answer in answers} == {outcome}
        assert {answer.booking_id for answer in answers} == {one.id for one in them}
    assert (seats(superuser, gym, "spin"), money(superuser)) == ((2, 3), [1200, 1200])


@pytest.mark.parametrize(
    ("keys", "more", "rule"),
    [
        (("olsen", "zoe", "okafor", "ortiz"), {}, "class_sessions_seats"),
        (("olsen", "blocked"), {}, "booking_blocked_person"),
        (("olsen", "zoe"), {"pay": "comp"}, "booking_comp_reason"),
        (("olsen", "zoe"), {"pay": None}, "due"),
    ],
)
def test_all_or_none(
    gym: Gym, superuser: Superuser, keys: tuple[str, ...], more: dict[str, Any], rule: str
) -> None:
    them = [request(gym, "spin", key, **more) for key in keys]
    answers = bookings.book_together(gym.signed_in(), them)
    assert len(answers) == len(keys)
    assert rule in {answer.rule for answer in answers}
    assert (seats(superuser, gym, "spin"), money(superuser)) == ((0, 3), [])
    assert superuser.execute("select count(*) from bookings").fetchone() == (1,)


def test_the_day_counts_who_is_here(gym: Gym) -> None:
    serve(gym, "spin", "olsen", pay="card")
    serve(gym, "spin", "zoe", arrive=False)

    def of(key: str) -> ClassSession:
        return next(each for each in sessions.on(gym.signed_in()) if each.id == gym.sessions[key])

    spin = of("spin")
    assert (spin.here, spin.to_come, spin.due, spin.booked_count, spin.check_in_open) == (1, 1, 1, 2, True)
    assert not of("cancelled").check_in_open
