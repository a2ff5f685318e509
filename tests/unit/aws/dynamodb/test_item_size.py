"""What items weigh: AWS's own rules, by example."""

from __future__ import annotations

from typing import Any

import pytest

from controlplane.aws.dynamodb.item_size import item_size


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "größe"}, 7),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "-1795000000000"}, 3),
        ({"N": "1795000000001"}, 8),
        ({"N": "0.0125"}, 3),
        ({"N": "1E+3"}, 2),
        ({"B": b"\x00\xff"}, 2),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": True}]}, 8),
        ({"M": {"a": {"S": "bc"}}}, 7),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "234"]}, 5),
        ({"BS": [b"a", b"bc"]}, 3),
    ],
    ids=str,
)
def test_a_value_weighs_what_its_type_says(value: dict[str, Any], size: int) -> None:
    """Beside its name, which is one byte here."""
    assert 1 + size == item_size({"n": value})


def test_an_item_weighs_its_names_and_values() -> None:
    """Names in UTF-8, too."""
    item = {"pk": {"S": "abc"}, "größe": {"BOOL": True}}

    assert len("pkabc") + len("größe".encode()) + 1 == item_size(item)


def test_what_is_no_type_is_refused() -> None:
    """With its name."""
    with pytest.raises(ValueError, match="'X'"):
        item_size({"n": {"X": 1}})
