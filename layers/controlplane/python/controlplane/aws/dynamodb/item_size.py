"""What a DynamoDB item weighs, in bytes, as reads and writes of it are counted. Does no I/O.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What a list or a map takes beside its elements, and each of those beside what it holds.
_NESTING = 3
_ELEMENT = 1


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """The names and the values of all attributes, in the wire's own form: {"S": …}, {"N": …}, …."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    """Of one value: text in UTF-8, bytes as they are, numbers by their digits."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_size(content)
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "L":
            return _NESTING + sum(_ELEMENT + _value_size(each) for each in content)
        case "M":
            return _NESTING + _ELEMENT * len(content) + item_size(content)
        case "SS" | "NS" | "BS":
            return sum(_value_size({kind[0]: each}) for each in content)
    raise ValueError(f"an attribute's type must be one of DynamoDB's ten; it is {kind!r}")


def _number_size(number: str) -> int:
    """A byte, and another for every two significant digits; zeros at either end are none."""
    digits = number.lower().partition("e")[0].lstrip("+-").replace(".", "").strip("0")
    return 1 + (len(digits) + 1) // 2
