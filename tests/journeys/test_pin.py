"""A PIN, the lock, and switching the user: the desk stands as it was, and the database says who did what."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import psycopg
import pytest
from gym import PASSWORD, SALT, Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

from db.repositories import staff
from frontdesk.app import Desk
from frontdesk.clock import Clock
from frontdesk.screens.pin import refusal

Superuser = psycopg.Connection[tuple[object, ...]]

PIN = "2580"
QUICK = 2**10
"""A thousandth of the work of a guess: these journeys are about screens."""


@pytest.fixture(autouse=True)
def _pins(superuser: Superuser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mia has one; Ana has none."""
    monkeypatch.setitem(staff.SCRYPT, "n", QUICK)
    proofs = [staff.stretch(secret, SALT) for secret in (PASSWORD, PIN)]
    superuser.execute("update users set stored_key = sha256(%s)", proofs[:1])
    superuser.execute(
        "update users set pin_salt = %s, pin_key = sha256(%s) where email ~ '^mia@'", (SALT, proofs[1])
    )
    superuser.execute("update tokens set expires_at = now() + interval '12 hours', made_at = now()")


async def sign_in(at: AtDesk, email: str, password: str = PASSWORD) -> None:
    await at.sees("E-mail", "Password")
    await at.press("ctrl+u")
    await at.type(email)
    await at.press("enter")
    await at.paste(password)
    await at.press("enter")


async def unlock(at: AtDesk, pin: str = PIN) -> None:
    await at.type(pin)
    await at.press("enter")


async def mia_joins(at: AtDesk, gym: Gym) -> None:
    """Ana's desk is open; Mia signs in by password over it, and both are here."""
    await at.sees(OPEN)
    await at.press("f7")
    await at.sees("Locked", "Ana Ruiz")
    await at.press("f4")
    await sign_in(at, gym.email("mia"))
    await at.sees("Mia Chen at desk 1", OPEN)


def asleep(superuser: Superuser, who: str) -> list[tuple[object, ...]]:
    """Whether each token of theirs sleeps, the password's first, those of PINs after."""
    return superuser.execute(
        "select asleep, password_token is null from tokens t join users u on u.id = t.user_id"
        " where u.email = %s and t.made_in <> '3' order by t.made_at",
        (f"{who}@gym.example",),
    ).fetchall()


def test_switching_the_user_keeps_what_was_typed_and_asked(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await mia_joins(at, gym)
        await at.press("tab")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor", "Yoga")
        await at.press("shift+tab")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("f7")
        shown = await at.sees("Locked", ">Mia Chen", "Ana Ruiz", "PIN of Mia Chen")
        assert "Okafor" not in shown and "Spin" not in shown
        await at.press("up")
        await at.sees(">Ana Ruiz", "Ana Ruiz: Enter asks for the password")
        await at.press("down")
        await at.sees("PIN of Mia Chen")
        await unlock(at)
        await at.sees("Mia Chen at desk 1", "okafor", "Sam Okafor", "a digit, then Enter")
        await at.press("5")
        await at.press("enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    booked_by = superuser.execute(
        "select u.name from bookings b join users u on u.id = b.booked_by where b.client_id = %s",
        (gym.clients["okafor"],),
    ).fetchall()
    assert booked_by == [("Mia Chen",)]
    assert asleep(superuser, "mia") == [(True, True), (False, False)]


def test_the_other_way_and_back(gym: Gym) -> None:
    """Somebody without a PIN types the password, with the e-mail already there; Esc goes back."""

    async def steps(at: AtDesk) -> None:
        await mia_joins(at, gym)
        await at.type("sam o")
        await at.press("f7")
        await at.sees(">Mia Chen")
        await at.press("up", "enter")
        await at.sees(gym.email("ana"), "Password")
        await at.press("escape")
        await at.sees("Locked", "Ana Ruiz")
        await at.press("enter")
        await at.sees("Password")
        await at.paste(PASSWORD)
        await at.press("enter")
        await at.sees("A PIN for Ana Ruiz")
        await at.press("escape")
        await at.sees("Ana Ruiz at desk 1", "sam o")

    play(desk(gym), steps)


def test_wrong_pins(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await mia_joins(at, gym)
        await at.press("f7")
        for left in ("4 tries are", "3 tries are", "2 tries are", "1 try is"):
            await at.sees("PIN of Mia Chen")
            await unlock(at, "1379")
            await at.sees(f"The PIN does not fit. Type it again: {left} left.")
        await unlock(at, "1379")
        await at.sees("The PIN was wrong too often.", "Mia Chen: Enter asks for the password")
        await at.press("enter")
        await at.sees(gym.email("mia"))
        await at.paste(PASSWORD)
        await at.press("enter")
        await at.sees("Mia Chen at desk 1", OPEN)
        await at.press("f7")
        await at.sees("PIN of Mia Chen")
        await unlock(at)
        await at.sees("Mia Chen at desk 1", OPEN)

    play(desk(gym), steps)
    assert superuser.execute("select max(pin_tries) from tokens").fetchone() == (5,)


def test_another_organization_opens_another_desk(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await mia_joins(at, gym)
        await at.type("sam o")
        await at.sees("Sam Okafor")
        await at.press("f7", "f4")
        await sign_in(at, gym.email("ben"))
        await at.sees("A PIN for Ben Stone")
        await at.press("escape")
        shown = await at.sees("Union Square", "Ben Stone at desk 1", "Lifting")
        assert "sam o" not in shown
        # The desk that waits may ask for what is none of Ben's; it is not Ben's sign-in that ends with that.
        at.app.start.desks[gym.organizations["harbour"]].action_refresh_now()
        await at.type("sam")
        await at.sees("Samantha Union", "Ben Stone at desk 1")
        await at.press("f7")
        await at.sees(">Ben Stone", "Mia Chen")
        await at.press("down")
        await at.sees("PIN of Mia Chen")
        await unlock(at)
        await at.sees("Harbour Lane", "Mia Chen at desk 1", "sam o", "Sam Okafor")

    play(desk(gym), steps)


def test_signing_out(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await mia_joins(at, gym)
        await at.press("ctrl+l")
        await at.sees("Locked", "You are signed out.", ">Ana Ruiz")
        assert "Mia" not in at.text
        await at.press("ctrl+l")
        await at.sees("E-mail", "Ana Ruiz is signed out.")
        await at.press("escape")
        await at.sees("E-mail", "Ana Ruiz is signed out.")

    play(desk(gym), steps)
    valid = superuser.execute(
        "select u.email from tokens t join users u on u.id = t.user_id"
        " where coalesce(t.revoked_at, 'infinity') > now() and u.email ~ '^(ana|mia)@' and t.made_in <> '3'"
    ).fetchall()
    assert valid == []
    assert superuser.execute(
        "select revoked_at is null from tokens where token_hash = sha256('token-of-ana')"
    ).fetchone() == (False,)


def test_choosing_a_pin(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await sign_in(at, gym.email("ana"))
        await at.sees("A PIN for Ana Ruiz", "PIN, 4 to 8 digits")
        for new, again, why in (
            ("123", "123", "A PIN has 4 to 8 digits."),
            ("4321", "4321", "Choose another PIN."),
            ("2580", "2581", "The two are not the same."),
        ):
            await at.type(new)
            await at.press("enter")
            await at.type(again)
            await at.press("enter")
            await at.sees(why)
        await at.type("x2580")  # letters are none of a PIN's
        await at.press("enter")
        await unlock(at)
        await at.sees("Your PIN is set.", OPEN)
        await at.press("f7")
        await at.sees("PIN of Ana Ruiz")
        await unlock(at)
        await at.sees("Ana Ruiz at desk 1", OPEN)

    play(desk(gym, None), steps)
    assert superuser.execute("select pin_key is not null from users where email ~ '^ana@'").fetchone() == (
        True,
    )


def test_changing_and_removing_a_pin(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.press("ctrl+g")
        await at.sees("A PIN for Mia Chen", "Your password", "none removes it")
        await at.paste("wrong")
        await at.press("enter")
        await at.type("1937")
        await at.press("enter")
        await unlock(at, "1937")
        await at.sees("do not fit.")
        await at.paste(PASSWORD)
        await at.press("enter")
        await at.type("1937")
        await at.press("enter")
        await unlock(at, "1937")
        await at.sees("Your PIN is set.", "sam o")
        await at.press("f7")
        await at.sees("PIN of Mia Chen")
        await unlock(at, "1937")
        await at.sees("Mia Chen at desk 1", "sam o")
        await at.press("ctrl+g")
        await at.sees("Your password")
        await at.paste(PASSWORD)
        await at.press("enter", "enter", "enter")
        await at.sees("Your PIN is removed.")
        await at.press("f7")
        await at.sees("Mia Chen: Enter asks for the password")

    play(desk(gym, "mia"), steps)
    assert superuser.execute("select pin_key from users where email ~ '^mia@'").fetchone() == (None,)


class MovedClock(Clock):
    """The machine's clock, put forward."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


def left_alone(gym: Gym, who: str | None = "ana") -> tuple[Desk, MovedClock]:
    app, clock = desk(gym, who), MovedClock()
    app.clock = clock
    return app, clock


def test_a_desk_left_alone_locks_itself(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update organizations set idle_minutes = 3")
    app, clock = left_alone(gym, "mia")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        clock.ahead += timedelta(minutes=2)
        await at.press("down")
        clock.ahead += timedelta(minutes=2)
        await at.pilot.pause(1.2)
        await at.sees("sam o")
        clock.ahead += timedelta(minutes=1)
        shown = await at.sees("Locked", "PIN of Mia Chen")
        assert "Okafor" not in shown and "sam o" not in shown
        await unlock(at)
        await at.sees("Mia Chen at desk 1", "sam o", "Sam Okafor")

    play(app, steps)


def test_an_app_that_ends_is_not_locked_any_more(gym: Gym) -> None:
    app = desk(gym)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)

    play(app, steps)
    assert not app.screen_stack
    asyncio.run(app.locking.tick())


def test_a_one_time_password_left_alone_is_signed_out(gym: Gym) -> None:
    app, clock = left_alone(gym, None)

    async def steps(at: AtDesk) -> None:
        await sign_in(at, gym.email("neu"))
        await at.sees("choose a password of your own")
        clock.ahead += timedelta(minutes=11)
        await at.sees("E-mail", "You are signed out.")

    play(app, steps)


def test_a_token_of_a_shell_does_not_sleep(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("f7")
        await at.sees("PIN of Mia Chen")
        await unlock(at)
        await at.sees("Mia Chen at desk 1", OPEN)

    play(desk(gym, "mia"), steps)
    assert staff.profile(gym.signed_in("mia")).name == "Mia Chen"
    assert asleep(superuser, "mia") == [(False, False)]


@pytest.mark.parametrize("pin", ["0000", "4321", "7890", "0987", "91234", "2229999", "123", "123456789"])
def test_pins_that_are_guessed_first(pin: str) -> None:
    assert refusal(pin, pin)


@pytest.mark.parametrize("pin", ["2580", "1212", "19371937", "1243"])
def test_pins_that_are_not(pin: str) -> None:
    assert refusal(pin, pin) is None
    assert refusal(pin, "9713")
