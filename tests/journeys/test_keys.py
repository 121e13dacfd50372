"""Keys as they were changed, help for the thing at hand, the palette, colours, copying."""

from __future__ import annotations

from base64 import b64encode

import pytest
from gym import INSTALLATION, Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

from frontdesk import themes
from frontdesk.app import Desk
from frontdesk.preferences import Preferences


def with_preferences(gym: Gym, preferences: Preferences, who: str = "ana") -> Desk:
    assert gym.database is not None
    return Desk(
        gym.database,
        installation=INSTALLATION,
        desk_name="desk 1",
        token=gym.token(who),
        demo=None,
        preferences=preferences,
    )


def test_changed_keys_stand_wherever_keys_are_named(gym: Gym) -> None:
    keys = {"desk.do": "f12", "desk.take_back": "alt+u", "desk.roster": "f5", "desk.refresh": "f2"}

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "F12 do", "Alt+u undo", "F5 roster")
        await at.press("tab")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor", "Yoga", "─ F12 ─")
        await at.press("enter")  # nothing's any more
        await at.press("f12")
        await at.sees("─ F12 again ─")
        await at.press("f12")
        await at.sees("Sam Okafor is in", "Alt+u takes it back")
        await at.press("f5")
        await at.sees("Roster:")
        await at.press("escape")
        await at.press("f1")
        await at.sees("F12", "Do what the sentence", "Alt+u")
        await at.press("escape")
        await at.press("ctrl+p")
        await at.sees("do  (F12)", "undo  (Alt+u)", "roster  (F5)")
        await at.press("escape")
        await at.press("f9", "alt+u")
        await at.sees("Taken back: Sam Okafor")

    play(with_preferences(gym, Preferences(keys)), steps)


def test_quit_can_be_moved(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("ctrl+q")
        await at.sees(OPEN)
        await at.press("f12")
        await at.until(lambda: not at.app.is_running or at.app._exit, "the end")

    play(with_preferences(gym, Preferences({"app.quit": "f12"})), steps)


def test_help_begins_with_the_thing_at_hand(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        async def help_says(*texts: str) -> None:
            await at.press("f1")
            await at.sees(*texts, "Do what the sentence")
            await at.press("escape")

        await at.sees(OPEN)
        await help_says("Help: finding somebody", "Type two letters or more")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await help_says("Help: the sentence")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await help_says("Help: the open question", "A digit says how it is paid")
        await at.press("6")
        await at.sees("type the reason")
        await at.type("why")
        await help_says("Help: what is typed")
        await at.sees("why", "type the reason")
        await at.press("f2")
        await at.sees("Roster:")
        await at.press("f1")
        await at.sees("Help: the roster", "Show what stands below.")

    play(desk(gym), steps)


def test_palette(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("ctrl+p")
        shown = await at.sees("class  (Tab)", "roster  (F2)", "help  (F1)")
        assert not {"do  (Enter)", "undo"} & {line.strip() for line in shown.splitlines()}
        await at.type("undo")
        await at.sees("No matches found")
        await at.press("ctrl+u")
        await at.type("booked in the")
        await at.sees_no("help  (F1)")
        await at.press("enter")
        await at.sees("Roster:")

    play(desk(gym, "vera"), steps)


def test_colours_show_while_choosing_and_only_enter_keeps_them(gym: Gym) -> None:
    kept: list[str] = []

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        assert at.app.theme == themes.DARK
        await at.press("ctrl+t")
        await at.sees(">dark", "high contrast", "Harbour Lane")
        await at.press("up")
        await at.sees(">high contrast")
        assert at.app.theme == themes.CONTRAST
        await at.press("escape")
        await at.sees_no("high contrast")
        assert (at.app.theme, kept) == (themes.DARK, [])
        await at.press("ctrl+p")
        await at.type("contrast")
        await at.sees("colours  (^t)")
        await at.press("enter")
        await at.sees(">dark")
        await at.pilot.click("ThemeList", offset=(3, 1))
        await at.sees(">light")
        assert at.app.theme == themes.LIGHT
        await at.press("enter")
        await at.sees_no(">light")
        assert (at.app.theme, kept) == (themes.LIGHT, [themes.LIGHT])

    play(with_preferences(gym, Preferences(keep_theme=kept.append)), steps)


def test_copying(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    async def steps(at: AtDesk) -> None:
        monkeypatch.setattr(at.app._driver, "write", sent.append)
        await at.sees(OPEN)
        await at.press("ctrl+c")
        await at.sees("Nothing to copy")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("ctrl+c")
        await at.sees("Copied: CLIENT Sam Okafor")
        assert at.app.clipboard.endswith("okafor@post.example")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("ctrl+c")
        await at.sees("Copied: BOOK AND CHECK IN Sam")
        assert "1 £12.00 card" in at.app.clipboard
        await at.press("shift+home", "ctrl+c")
        await at.sees("Copied: okafor")
        assert at.app.clipboard == "okafor"
        # OSC 52: the terminal at the other end of an ssh puts it on its own clipboard.
        assert f"\x1b]52;c;{b64encode(b'okafor').decode()}\a" in sent

    play(desk(gym), steps)


def test_what_the_mouse_selected_is_copied_once(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.pilot.mouse_down("#sentence", offset=(19, 0))
        await at.pilot.hover("#sentence", offset=(28, 0))
        await at.pilot.mouse_up("#sentence", offset=(28, 0))
        await at.press("ctrl+c")
        await at.sees("Copied: Sam Okafor")
        assert at.app.clipboard == "Sam Okafor"
        await at.press("ctrl+c")
        await at.sees("Copied: CLIENT Sam Okafor")

    play(desk(gym), steps)


def test_no_password_is_copied(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Password")
        await at.type("ana@gym.example")
        await at.press("enter")
        await at.type("hunter22")
        await at.press("shift+home", "ctrl+c")
        await at.sees("A password is not copied.")
        assert "hunter" not in at.app.clipboard

    play(desk(gym, None), steps)
