"""Values as words for a terminal."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchplane.cli._words import duration, printable, spans


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0s"),
        (1.25, "1.2s"),
        (9.99, "10.0s"),
        (12.9, "12s"),
        (60, "1m00s"),
        (185, "3m05s"),
        (7620, "2h07m"),
        (273_600, "3d04h"),
    ],
)
def test_a_duration_has_at_most_two_units(seconds: float, words: str) -> None:
    """Short spans exactly, long ones roughly."""
    assert duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x1b", "\n", "\r", "\x7f", "\x9b", "\u200b", "\u202e", "\u2028"]
)
def test_what_commands_a_terminal_is_shown(character: str) -> None:
    """Controls of both sets, invisible ones, and those that turn the direction of writing."""
    assert printable(f"a{character}b") == f"a{ascii(character)[1:-1]}b"


def test_words_of_every_language_stay() -> None:
    """Only what commands is replaced."""
    assert printable("Größe\t数 🌈") == "Größe\t数 🌈"


@given(st.text())
def test_nothing_printable_is_a_control(text: str) -> None:
    """Whatever a job writes, no control character but the tab is left."""
    assert all(character.isprintable() or character == "\t" or not character.isascii() for character in printable(text))


def test_statuses_that_were_over_at_once_are_not_worth_a_word() -> None:
    """A table has no room for nothing."""
    spent = {"SUBMITTED": timedelta(milliseconds=3), "RUNNING": timedelta(seconds=2)}

    assert (spans(spent), spans({})) == ("RUNNING 2.0s", "-")
