"""Answers that are good for a few seconds: however many people ask, each question is asked no more often than that.

In the memory of one instance of a function alone: it is a bound on what is asked of others, and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from controlplane.errors import PlaneError

#: How long an answer is good for, in milliseconds.
GOOD_FOR = 5_000
_Answer = TypeVar("_Answer")


class Recent:
    """The last answers. The questions must be few, for none is ever forgotten."""

    def __init__(self, clock: Callable[[], int]) -> None:
        """Take the clock (epoch milliseconds)."""
        self._clock = clock
        self._answers: dict[Hashable, tuple[int, Any]] = {}

    def answer(self, question: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        """The last answer to a question, asked anew where it is too old. Raises what asking raised, as long, too."""
        kept = self._answers.get(question)
        if kept is None or not 0 <= self._clock() - kept[0] < GOOD_FOR:
            kept = self._answers[question] = self._asked(ask)
        answer: _Answer | PlaneError = kept[1]
        if isinstance(answer, PlaneError):
            raise answer
        return answer

    def _asked(self, ask: Callable[[], object]) -> tuple[int, Any]:
        try:
            answer = ask()
        except PlaneError as error:
            answer = error
        return self._clock(), answer
