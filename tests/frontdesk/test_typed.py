"""What is typed, read as a name and a time."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.widgets.typed import Typed, as_name, read


@pytest.mark.parametrize(
    ("text", "name", "at"),
    [
        ("sam 18:30", "sam", time(18, 30)),
        ("  sam o   18:30 ", "sam o", time(18, 30)),
        ("sam 18.30", "sam", time(18, 30)),
        ("sam 9:05", "sam", time(9, 5)),
        ("李 07:00", "李", time(7, 0)),
        ("18:30", "", time(18, 30)),
        # Begun, so that the list stands still until it is a time.
        ("sam 1", "sam", None),
        ("sam 18", "sam", None),
        ("sam 18:", "sam", None),
        ("sam 18:3", "sam", None),
        ("18:3", "", None),
        # No times.
        ("sam 18:60", "sam 18:60", None),
        ("sam 24:00", "sam 24:00", None),
        ("sam 18:300", "sam 18:300", None),
        ("sam 183", "sam 183", None),
        ("sam 6pm", "sam 6pm", None),
        ("sam18:30", "sam18:30", None),
        ("18", "18", None),
        ("06.12", "06.12", None),
        ("06.12.34", "06.12.34", None),
        ("07700 90", "07700 90", None),
        ("020 79", "020 79", None),
        ("", "", None),
    ],
)
def test_a_time_behind_the_name(text: str, name: str, at: time | None) -> None:
    assert read(text) == Typed(name, at)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read(text: str) -> None:
    typed = read(text)
    assert typed.name == typed.name.strip()
    assert text.strip().startswith(typed.name)
    assert read(typed.name + " 18:30").time in {time(18, 30), None}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sam o", "Sam O"),
        ("zoë müller-o'brien", "Zoë Müller-o'brien"),
        ("McDonald", "McDonald"),
        ("07700 900412", "07700 900412"),
        ("sam@post.example", "sam@post.example"),
        ("李小龍", "李小龍"),
    ],
)
def test_a_new_name_as_it_is_written(text: str, name: str) -> None:
    assert as_name(text) == name
