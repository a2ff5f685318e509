"""Reading a request's body: JSON in UTF-8, of a bounded length, of boundedly many values, and boundedly deep.

Whatever else is wrong with a body is told value by value: so the values are counted before any of them is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import msgspec

from controlplane.errors import SubmissionInvalid, Violation


@dataclass(frozen=True, kw_only=True)
class BodyBounds:
    """How large a body may be."""

    #: Its length.
    characters: int
    #: Members of objects and items of lists, in all.
    values: int


#: Room for all that a submission may hold, and for a thousand announced files with the longest of names.
BODY_BOUNDS = BodyBounds(characters=2 * 1024 * 1024, values=15_000)
#: Room for a hundred submissions of Batch's own bound, and less than a function is sent.
#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
BULK_BOUNDS = BodyBounds(characters=4 * 1024 * 1024, values=100_000)
#: Most objects and lists within each other: no route takes half as many, and what is deeper can't be shown.
MOST_DEPTH = 32
#: A JSON string, also one that does not end: each place of a text is looked at once.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[][{}]")
_STEPS: Mapping[str, int] = {"[": 1, "{": 1, "]": -1, "}": -1}


def decode(body: str, bounds: BodyBounds = BODY_BOUNDS) -> Any:
    """The document that a body is. Raises SubmissionInvalid."""
    _require(len(body), bounds.characters, "at most {} characters long")
    marks = _STRING.sub("", body)
    _require(sum(map(marks.count, ",[{")), bounds.values, "at most {} values")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise not_json(str(error)) from error
    depth = max(accumulate(_STEPS[mark] for mark in _BRACKET.findall(marks)), default=0)
    _require(depth, MOST_DEPTH, "at most {} objects and lists within each other")
    return document


def not_json(words: str) -> SubmissionInvalid:
    """The error for a body that is no JSON in UTF-8, and what is wrong with it."""
    return SubmissionInvalid((Violation(field="body", bound="JSON in UTF-8", value=words),))


def _require(value: int, most: int, bound: str) -> None:
    if value > most:
        raise SubmissionInvalid((Violation(field="body", bound=bound.format(most), value=value),))
