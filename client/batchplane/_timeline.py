"""How long a job was in each status, from its history. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A status that a job entered."""

    #: One of AWS Batch's seven.
    status: str
    #: Which attempt it belongs to, from 1.
    attempt: int
    #: When the status was entered, in UTC.
    at: datetime


def time_in_status(history: Sequence[Transition], *, until: datetime | None) -> dict[str, timedelta]:
    """Time in each status, in the order they were first entered; all attempts together.

    The last status counts to `until`: now, for a job in progress; None for one that has finished, or is lost, whose
    last status takes no time. Batch's times have a grain of a second, so a span that seems to run backwards is zero.
    """
    spent: dict[str, timedelta] = {}
    ends = [transition.at for transition in history[1:]] + ([] if until is None else [until])
    for transition, end in zip(history, ends, strict=False):
        span = max(end - transition.at, timedelta())
        spent[transition.status] = spent.get(transition.status, timedelta()) + span
    return spent
