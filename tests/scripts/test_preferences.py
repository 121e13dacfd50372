"""Colours: what a desk begins with, and what is chosen there and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.errors import BadInput
from frontdesk import config
from frontdesk.preferences import Preferences
from frontdesk.scripts.desk import preferred


def read(home: Path, file: str = "") -> Preferences:
    path = home / "config.toml"
    path.write_text(file)
    return preferred(config.load({"FRONTDESK_HOME": str(home), "FRONTDESK_CONFIG": str(path)}))


def test_colours_chosen_at_the_desk_count_from_then_on(tmp_path: Path) -> None:
    assert read(tmp_path).theme is None
    first = read(tmp_path, 'theme = "desk-light"\n')
    assert first.theme == "desk-light"
    first.keep_theme("desk-contrast")
    assert read(tmp_path, 'theme = "desk-light"\n').theme == "desk-contrast"
    assert (tmp_path / "theme").stat().st_mode & 0o777 == 0o600


def test_colours_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    read(tmp_path).keep_theme("of an older version")
    assert read(tmp_path).theme is None
    assert read(tmp_path, 'theme = "desk-light"\n').theme == "desk-light"


@pytest.mark.parametrize("file", ['theme = "mauve"', '[keys]\ndesk.roster = "f5"', '[keys]\nnothing = "f5"'])
def test_what_makes_no_sense_is_said_before_the_desk_opens(tmp_path: Path, file: str) -> None:
    with pytest.raises(BadInput, match=r"config\.toml"):
        read(tmp_path, file)
