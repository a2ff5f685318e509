"""Filter patterns choose messages by their words."""

from __future__ import annotations

import pytest

from batchplane_local.batch.cloudwatch.filter_pattern import matcher
from batchplane_local.batch.refused import Refused


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", "anything", True),
        ("ERROR", "an ERROR here", True),
        ("ERROR", "an error here", False),
        ("ERROR disk", "disk ERROR", True),
        ("ERROR disk", "ERROR", False),
        ('"no space"', "no space left", True),
        ('"no space"', "space, no", False),
        ("ERROR -disk", "ERROR of disk", False),
        ("ERROR -disk", "ERROR of net", True),
        ("?ERROR ?WARN", "WARN", True),
        ("?ERROR ?WARN", "INFO", False),
        ("a ?b", "a", True),
        ('"a@b.c" -"x-y"', "to a@b.c", True),
        ("größe_1", "größe_1", True),
        ('  -"a b"  ', "a b", False),
    ],
)
def test_a_pattern_chooses_by_words(pattern: str, message: str, expected: bool) -> None:
    """All, none, or any of them."""
    assert matcher(pattern)(message) is expected


@pytest.mark.parametrize("pattern", ["{ $.a = 1 }", "[a, b]", "%a.b%", '"open', 'a "b', "a@b.c", "-", "a ?", "!("])
def test_what_is_no_words_is_refused(pattern: str) -> None:
    """With the pattern."""
    with pytest.raises(Refused) as refused:
        matcher(pattern)

    assert str(refused.value).endswith(pattern)
