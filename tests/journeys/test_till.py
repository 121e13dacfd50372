"""The drawer of a desk by keys alone, from its float to its count, ending with the rows in the table."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

from db.records import BookingRequest
from db.repositories import bookings, staff, till

Superuser = psycopg.Connection[tuple[object, ...]]


async def till_of(at: AtDesk, *texts: str) -> None:
    await at.sees(OPEN)
    await at.press("ctrl+r")
    await at.sees(*texts)


async def filled(at: AtDesk, *fields: str) -> None:
    """Type into one field after the other, from the one that has the focus on."""
    for text in fields:
        await at.type(text)
        await at.press("enter")


def test_a_drawer_from_its_float_to_its_count(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await till_of(at, "No drawer is open at this desk", "Float: what is in the drawer now")
        await filled(at, "x100")
        await at.sees("float", "£100.00", "expected", "Paid in, or out with a minus", "by Ana Ruiz")
        asked = BookingRequest(
            uuid.uuid4(), gym.sessions["spin"], "client", gym.clients["okafor"], pay="cash"
        )
        bookings.book(gym.signed_in(), asked)
        await filled(at, "-3.50", "milk")
        await at.sees("paid out     -£3.50", "cash taken   £12.00", "expected    £108.50")
        await at.sees("In and out", "-£3.50  milk", "£12.00  Sam Okafor, ", " Spin")
        await filled(at, "5", "")
        await at.sees("Money that is paid in or out needs a reason. Type why.")
        await filled(at, "change")
        await at.sees("paid in       £5.00", "expected    £113.50")
        await at.press("tab", "tab")
        await filled(at, "2", "", "1")
        await at.rests()
        await at.sees("COUNT £110.00: £3.50 short")
        for _ in range(9):
            await at.press("enter")
        await at.press("enter")
        await at.sees("The count is over or short. Count again, or note why.")
        await filled(at, "gone")
        await at.sees("Counted £110.00: £3.50 short", "No drawer is open at this desk")
        await at.press("escape")
        await at.sees(OPEN)

    play(desk(gym), steps)
    drawer = superuser.execute(
        "select float_amount, expected_amount, counted_amount, note, counted_by from drawers"
    ).fetchall()
    assert drawer == [(10_000, 11_350, 11_000, "gone", gym.users["ana"])]
    moved = "select amount, reason from drawer_movements order by made_at"
    assert superuser.execute(moved).fetchall() == [(-350, "milk"), (500, "change")]
    pieces = "select denomination, pieces from drawer_counts where pieces > 0 order by 1"
    assert superuser.execute(pieces).fetchall() == [(1_000, 1), (5_000, 2)]
    assert superuser.execute("select amount, drawer_id is not null from payments").fetchall() == [
        (1_200, True)
    ]


def test_nothing_is_said_of_a_drawer_before_it_is_known(gym: Gym, superuser: Superuser) -> None:
    staff.open_desk(gym.signed_in(), "desk 1")
    till.open_drawer(gym.signed_in(), uuid.uuid4(), 500)
    superuser.execute("begin")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        superuser.execute("lock table drawers")
        await at.press("ctrl+r")
        shown = await at.sees("Till of desk 1", "Asking the database.")
        assert "No drawer" not in shown and "Float" not in shown and "COUNT" not in shown
        superuser.execute("rollback")
        await at.sees("float", "£5.00", "Paid in, or out with a minus")

    play(desk(gym), steps)


def test_what_is_no_amount(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await till_of(at, "Float")
        for text in ("", "-1", "1.234", "1..2"):
            await at.press("ctrl+u")
            await filled(at, text)
            await at.sees("That is no amount. Type what is in the drawer, like 100 or 85.50.")
        await at.press("ctrl+u")
        await filled(at, "0")
        await at.sees("expected    £0.00")
        for text in ("", "0", "-", "1.005"):
            await at.press("ctrl+u")
            await filled(at, text, "why")
            await at.sees("That is no amount. Type it like 12.50")

    play(desk(gym), steps)
    assert superuser.execute("select count(*) from drawers").fetchone() == (1,)
    assert superuser.execute("select count(*) from drawer_movements").fetchone() == (0,)


def test_it_stands_in_a_small_window(gym: Gym) -> None:
    """Every coin, the note and what the count comes to."""

    async def steps(at: AtDesk) -> None:
        await till_of(at, "Float")
        await filled(at, "100")
        shown = await at.sees("COUNT £0.00: £100.00 short")
        for text in ("£50.00", "£0.01", "Note, where it is over or short", "Esc back"):
            assert text in shown, text

    play(desk(gym), steps, size=(80, 24))


def test_a_viewer_looks_on(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await till_of(at, "No drawer is open at this desk")
        await filled(at, "100")
        await at.press("escape")
        await at.sees(OPEN)

    play(desk(gym, "vera"), steps)
    assert superuser.execute("select count(*) from drawers").fetchone() == (0,)


@pytest.mark.parametrize("keys", [("f1",), ("tab", "f1")])
def test_help(gym: Gym, keys: tuple[str, ...]) -> None:
    async def steps(at: AtDesk) -> None:
        await till_of(at, "Float")
        await filled(at, "1")
        await at.sees("expected")
        await at.press(*keys)
        await at.sees("the drawer" if keys == ("f1",) else "why it is paid")

    play(desk(gym), steps)


def test_another_desk_or_hand_counted_it_meanwhile(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await till_of(at, "Float")
        await filled(at, "5")
        await at.sees("expected")
        drawer = till.drawer(gym.signed_in())
        assert drawer is not None
        till.count(gym.signed_in("mia"), drawer.id, {500: 1})
        await filled(at, "1", "late")
        await at.sees("No drawer is open at this desk. Open one first.")
        await at.press("f5")
        await at.sees("Float: what is in the drawer now")

    play(desk(gym), steps)
