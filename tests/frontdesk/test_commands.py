"""What keys do: nothing on a bare letter, nothing twice, nothing that terminals keep."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import get_args

import pytest
from textual.app import App, ComposeResult

from frontdesk.commands import COMMANDS, Place, bindings_of, commands_of, key_of
from frontdesk.widgets.key_bar import KeyBar

PLACES = get_args(Place)


def keys(place: Place) -> list[str]:
    return [key for each in commands_of(place) for key in each.keys.split(",")]


@pytest.mark.parametrize("place", PLACES)
def test_no_key_twice(place: Place) -> None:
    assert [key for key, times in Counter(keys(place)).items() if times > 1] == []


def test_nothing_on_the_desk_is_a_bare_letter() -> None:
    bound = [key for binding in bindings_of("desk") for key in binding.key.split(",")]
    assert [key for key in bound if len(key) == 1] == []


@pytest.mark.parametrize("place", PLACES)
def test_keys_of_terminals_stay_free(place: Place) -> None:
    assert not {"f10", "f11", "ctrl+b", "ctrl+s"} & set(keys(place))


def test_every_command_says_what_it_does() -> None:
    for each in COMMANDS:
        assert each.help.endswith("."), each.id
        assert each.places, each.id
    assert len({each.id for each in COMMANDS}) == len(COMMANDS)
    assert (key_of("desk.take_back"), key_of("app.quit")) == ("F9", "^q")


async def footers(width: int) -> list[tuple[Place, str]]:
    class Only(App[None]):
        def compose(self) -> ComposeResult:
            yield from (KeyBar(place, "owner") for place in PLACES)

    app = Only()
    async with app.run_test(size=(width, 24)):
        return [(each.place, each.render().plain) for each in app.query(KeyBar)]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_footer_never_clips(width: int) -> None:
    whole = {f"{each.key_name} {each.label}" for each in COMMANDS}
    for place, shown in asyncio.run(footers(width)):
        assert 0 < len(shown) <= width
        assert set(shown.split("  ")) <= whole
        assert width < 40 or "^p more" in shown, place  # from there the mouse reaches everything else


def test_ranks() -> None:
    assert "desk.do" not in {each.id for each in commands_of("desk", "viewer")}
    assert "desk.do" in {each.id for each in commands_of("desk", "staff")}
