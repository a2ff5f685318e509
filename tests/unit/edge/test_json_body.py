"""A body is bounded before it is read: its length, its values, its depth."""

import json

import pytest

from controlplane.edge.json_body import MOST_DEPTH, BodyBounds, decode
from controlplane.errors import SubmissionInvalid

BOUNDS = BodyBounds(characters=1000, values=5)
WIDE = BodyBounds(characters=2_000_000, values=1000)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([1, 2, 3, 4]),
        json.dumps({"a": [1, 2], "b": 3}),
        json.dumps("[{,".center(900, ",")),
        json.dumps({"\\": '\\",[', '"': "{{{{{{"}),
        "[" * 5 + "]" * 5,
    ],
)
def test_a_body_within_its_bounds_is_read(body: str) -> None:
    """What stands in a string is no value, whatever it looks like."""
    assert json.loads(body) == decode(body, BOUNDS)


@pytest.mark.parametrize(
    ("body", "bound", "value"),
    [
        (json.dumps("n" * 999), "at most 1000 characters long", 1001),
        (json.dumps([1, 2, 3, 4, 5, 6]), "at most 5 values", 6),
        (json.dumps({"a": {"b": [1, 2, 3]}, "c": 1}), "at most 5 values", 6),
        ('["\\\\", ' + "1," * 5 + "1]", "at most 5 values", 7),
    ],
)
def test_a_body_beyond_them_is_refused(body: str, bound: str, value: int) -> None:
    """With the bound, and what the body is."""
    assert [("body", bound, value)] == broken(body, BOUNDS)


def test_depth_is_bounded() -> None:
    """What is as deep as is taken can be shown; nothing deeper is."""
    decode("[" * MOST_DEPTH + "]" * MOST_DEPTH)

    assert [("body", "at most 32 objects and lists within each other", MOST_DEPTH + 1)] == broken(
        "[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1)
    )


@pytest.mark.parametrize("body", ['"' + r"\"" * 500_000, "]" * 1_000_000, "[" + "]" * 1_000_000])
def test_what_is_no_json_is_said_to_be_none(body: str) -> None:
    """After one look at each character."""
    assert ["JSON in UTF-8"] == [bound for _, bound, _ in broken(body)]


def broken(body: str, bounds: BodyBounds = WIDE) -> list[tuple[str, str, object]]:
    """What is refused of a body: field, bound, value."""
    with pytest.raises(SubmissionInvalid) as refused:
        decode(body, bounds)
    return [(each.field, each.bound, each.value) for each in refused.value.violations]
