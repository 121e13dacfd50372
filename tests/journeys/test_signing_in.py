"""From nobody to a desk."""

from __future__ import annotations

import psycopg
from gym import INSTALLATION, PASSWORD, Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from textual.widgets import Input

from db.repositories import staff

Superuser = psycopg.Connection[tuple[object, ...]]


async def sign_in(at: AtDesk, email: str, password: str) -> None:
    await at.sees("E-mail", "Password")
    await at.press("ctrl+u")
    await at.type(email)
    await at.press("enter")
    await at.paste(password)
    await at.press("enter")


async def no_pin(at: AtDesk) -> None:
    await at.sees("A PIN for ", "The same again")
    await at.press("escape")


def test_wrong_then_right(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await sign_in(at, gym.email("ana"), "wrong")
        await at.sees("E-mail and password do not fit.", gym.email("ana"))
        await at.paste(PASSWORD)
        await at.press("enter")
        await no_pin(at)
        await at.sees("Harbour Lane", "Ana Ruiz at desk 1", OPEN)
        assert at.app.screen.focused is not None
        assert at.app.screen.focused.id == "find"

    play(desk(gym, None), steps)


def test_locked_after_five_failures(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await sign_in(at, gym.email("ana"), "wrong")
        for _ in range(5):
            await at.sees("Type them again")
            await at.paste("wrong again")
            await at.press("enter")
            await at.sees_no("Signing in.")
        await at.sees("Too many failed tries. Wait 5 minutes, then sign in")

    play(desk(gym, None), steps)


def test_two_organizations(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Which desk?", ">Harbour Lane", "Union Square", "staff")
        await at.press("down", "enter")
        await at.sees("Union Square", "Lifting")
        await at.type("sam")
        await at.sees("Sam Other", "Samantha Union")
        assert "Okafor" not in at.text
        await at.press("ctrl+o")
        await at.sees("Which desk?")
        await at.press("enter")
        await at.sees("Harbour Lane", "Spin", "type a name")
        await at.type("sam")
        await at.sees("Sam Okafor")
        assert "Sam Other" not in at.text
        await at.press("ctrl+o")
        await at.sees("Which desk?")
        await at.press("down", "enter")
        await at.sees("Sam Other", "drop-in $20.00")  # as it was left

    play(desk(gym, "kim"), steps)


def test_one_time_password(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await sign_in(at, gym.email("neu"), PASSWORD)
        await at.sees("choose a password of your own")
        for first, second, why in (
            ("short", "short", "Too short"),
            ("long enough one", "long enough two", "not the same"),
            (PASSWORD, PASSWORD, "That is the old password."),
        ):
            await at.paste(first)
            await at.press("enter")
            await at.paste(second)
            await at.press("enter")
            await at.sees(why)
        await at.paste("a password of my own")
        await at.press("enter")
        await at.paste("a password of my own")
        await at.press("enter")
        await no_pin(at)
        await at.sees("Harbour Lane", "Neu Mann at desk 1", OPEN)

    play(desk(gym, None), steps)
    assert gym.database is not None
    signed_in = staff.sign_in(gym.database, gym.email("neu"), "a password of my own", INSTALLATION)
    assert not staff.profile(signed_in).must_change


def test_sign_out_keeps_the_desk(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("ctrl+l")
        await at.sees("You are signed out.")
        await sign_in(at, gym.email("mia"), PASSWORD)
        await no_pin(at)
        await at.sees("Mia Chen at desk 1", "sam o", "BOOK AND CHECK IN  Sam Okafor")

    play(desk(gym), steps)


def test_ended_token_at_the_start(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("You are not signed in any more", "Password")

    app = desk(gym)
    app._token = "ended"
    play(app, steps)


def test_signing_in_again_over_the_roster(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.press("f2")
        await at.sees("Nobody is booked yet.")
        superuser.execute("update tokens set revoked_at = now()")
        await at.press("f5")
        await sign_in(at, gym.email("ana"), PASSWORD)
        await no_pin(at)
        await at.sees("Roster: ", "Nobody is booked yet.")
        await at.press("escape")
        await at.sees("sam o", OPEN)

    play(desk(gym), steps)


def test_what_is_typed_right_behind_the_email_is_the_password(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Password")
        await at.rush(*"x@y.z", "enter", *PASSWORD.replace(" ", "_"))
        await at.pilot.pause(0.2)
        assert "correct" not in at.text
        fields = {field.id: field.value for field in at.app.screen.query(Input)}
        assert fields == {"email": "x@y.z", "password": PASSWORD.replace(" ", "_")}

    play(desk(gym, None), steps)
