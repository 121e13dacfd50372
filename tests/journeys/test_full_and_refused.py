"""What does not go straight: a full class, a booking that exists, a block, a taking back."""

from __future__ import annotations

import psycopg
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

Superuser = psycopg.Connection[tuple[object, ...]]


def bookings(superuser: Superuser, who: object, columns: str) -> list[tuple[object, ...]]:
    return superuser.execute(
        f"select {columns} from bookings where %s in (customer_id, client_id) order by recorded_at", (who,)
    ).fetchall()


def test_waitlist(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab", "tab")
        await at.type("okafor")
        await at.sees("WAITLIST  Sam Okafor", "Boxing", "1 of 1 seats are taken")
        await at.press("enter")
        await at.sees("Enter again", "1st in line, nobody is before them")
        assert "over capacity" not in at.text
        await at.press("enter")
        await at.sees("Sam Okafor is waitlisted, ", "FULL+1")
        await at.press("tab", "tab")
        await at.type("olsen")
        await at.sees("WAITLIST  Sam Olsen")
        await at.press("enter")
        await at.sees("2nd in line, after Sam Okafor")

    play(desk(gym), steps)
    assert bookings(superuser, gym.clients["okafor"], "booking_status") == [("waitlisted",)]
    assert bookings(superuser, gym.leads["olsen"], "booking_status") == []


def test_over_capacity_by_a_manager(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab", "tab")
        await at.type("okafor")
        await at.sees("WAITLIST  Sam Okafor")
        await at.press("enter")
        await at.sees("7 book over capacity, with a reason")
        await at.press("7", "enter")
        await at.sees("type the reason, then Enter", "BOOK OVER CAPACITY")
        await at.type("guest")
        await at.press("enter")
        await at.sees("a digit, then Enter", "BOOK OVER CAPACITY  Sam Okafor", "£15.00 cash")
        await at.press("2", "enter")
        await at.sees("Sam Okafor is in", "over by 1")

    play(desk(gym, "mia"), steps)
    assert bookings(superuser, gym.clients["okafor"], "over_capacity, override_reason, paid_by") == [
        (True, "guest", "cash")
    ]


def test_repeat_shows_the_booking_that_exists(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("pagedown")
        await at.sees("not today")
        for word in ("BOOK  Sam Olsen", "BOOKED already  Sam Olsen"):
            await at.type("olsen")
            await at.sees(word)
            await at.press("enter")
            if word.startswith("BOOK "):
                await at.sees("a digit, then Enter")
                assert "not here yet" not in at.text
                await at.press("5", "enter")
                await at.sees("Sam Olsen is booked", "owes £12.00")
        await at.sees("made today ", "owes £12.00", "Esc back")
        await at.press("enter", "enter")
        await at.press("escape", "escape")
        await at.sees("type a name")

    play(desk(gym), steps)
    assert len(bookings(superuser, gym.leads["olsen"], "id")) == 1


def test_booked_at_another_desk_meanwhile(gym: Gym, superuser: Superuser) -> None:
    """The last seat goes between the question and the answer: nobody lands on a waitlist unasked."""
    from db.records import BookingRequest
    from db.repositories import bookings as repository

    async def steps(at: AtDesk) -> None:
        from uuid import uuid4

        await at.sees(OPEN)
        await at.press("tab")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor", "Yoga")
        await at.press("enter")
        await at.sees("Enter again")
        for kind, who in (("lead", gym.leads["olsen"]), ("client", gym.clients["ortiz"])):
            request = BookingRequest(uuid4(), gym.sessions["yoga"], kind, who)  # type: ignore[arg-type]
            assert repository.book(gym.signed_in("mia"), request).outcome == "booked"
        await at.press("enter")
        await at.sees("WAITLIST  Sam Okafor", "1st in line", "Enter again")
        assert bookings(superuser, gym.clients["okafor"], "id") == []
        await at.press("enter")
        await at.sees("Sam Okafor is waitlisted")

    play(desk(gym), steps)


def test_blocked(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("bo blocked")
        await at.sees("BLOCKED  Bo Blocked")
        await at.press("enter")
        await at.sees("REFUSED  Bo Blocked", "Ask a manager", "Tab other class   Esc back")
        await at.press("7")  # a digit without a question is typed
        await at.sees("bo blocked7")

    play(desk(gym), steps)
    assert bookings(superuser, gym.leads["blocked"], "id") == []


def test_blocked_by_a_manager(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab")
        await at.type("bo blocked")
        await at.sees("BLOCKED  Bo Blocked")
        await at.press("enter")
        await at.sees("7 book all the same, with a reason")
        await at.press("7")
        await at.type("paid")
        await at.press("enter")
        await at.sees("Enter again", "BOOK AND CHECK IN  Bo Blocked")
        await at.press("enter")
        await at.sees("Bo Blocked is in")

    play(desk(gym, "mia"), steps)
    assert bookings(superuser, gym.leads["blocked"], "override_reason") == [("paid",)]


def test_take_back(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("f9")
        await at.sees("Nothing to take back")
        for name, pay in (("olsen", "2"), ("okafor", "1")):
            await at.type(name)
            await at.sees("BOOK AND CHECK IN  Sam")
            await at.press("enter")
            await at.sees("a digit, then Enter")  # an Enter ahead of the question would book nothing
            await at.press(pay, "enter")
            await at.sees(f"Sam {name.title()} is in", "type a name")
        await at.press("f9")
        await at.sees("Taken back: Sam Okafor", "Give back £12.00 card.", "1/3")
        await at.press("f9")
        await at.sees("Before that: Sam Olsen", "F9 again takes it back")
        assert bookings(superuser, gym.leads["olsen"], "booking_status") == [("attended",)]
        await at.press("ctrl+z")
        await at.sees("Taken back: Sam Olsen", "Give back £12.00 cash.", "0/3")

    play(desk(gym), steps)
    columns = "booking_status, payment_status"
    assert bookings(superuser, gym.leads["olsen"], columns) == [("cancelled", "void")]
    assert bookings(superuser, gym.clients["okafor"], columns) == [("cancelled", "void")]
    money = superuser.execute("select method, sum(amount) from payments group by method order by method")
    assert money.fetchall() == [("card", 0), ("cash", 0)]


def test_too_late_to_take_back(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter", "enter")
        await at.sees("Sam Okafor is in")
        superuser.execute("set session_replication_role = replica")
        superuser.execute("update bookings set recorded_at = recorded_at - interval '11 minutes'")
        await at.press("f9")
        await at.sees("Sam Okafor still is in. It is too late to take this back.")

    play(desk(gym), steps)
    assert bookings(superuser, gym.clients["okafor"], "booking_status") == [("attended",)]


def test_viewer_may_look(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        assert "Enter do  Tab" not in at.text
        assert "F9" not in at.text
        await at.type("okafor")
        await at.sees("Sam Okafor")
        await at.press("enter", "enter")
        await at.sees("A viewer may look, but not book.")

    play(desk(gym, "vera"), steps)
    assert bookings(superuser, gym.clients["okafor"], "id") == []


def test_roster(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab", "tab", "f2")
        await at.sees(
            "Roster: ",
            "Boxing",
            ">[ ] CLIENT  Rosamund Ortiz",
            "OWES £15.00",
            "1 of 1 seats: 0 here, 1 to come",
        )
        await at.press("escape")
        await at.sees("type a name")
        await at.press("f1")
        await at.sees("then the keys of the desk", "Take back what was done last.")
        await at.press("escape")
        await at.sees("type a name")

    play(desk(gym), steps)


def test_palette(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab", "tab", "ctrl+p")
        await at.sees("Search for commands")
        await at.type("roster")
        await at.sees("roster  (F2)")
        await at.pilot.pause(0.3)
        await at.press("down", "enter")
        await at.sees("Roster: ", ">[ ] CLIENT  Rosamund Ortiz")

    play(desk(gym), steps)
