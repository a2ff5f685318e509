"""Faults on demand: which events, hosts and calls go wrong, drawn from a seed. Decides, and does nothing.

Every draw is made for one thing by what it is (the third SubmitJob, the second attempt of the first job), not by when
it is asked for: the same seed and the same calls give the same faults, however the jobs happen to be interleaved.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from batchplane_local.batch.service_model import operations

#: Stands for every operation that isn't named.
ALL = "*"
#: The greatest time that may be given, in milliseconds: a day.
_DAY = 86_400_000
_PROBABILITIES = ("drop_events", "duplicate_events", "reorder_events", "delay_events", "lose_host")
_TIMES = ("delay_milliseconds", "lose_host_within_milliseconds", "listing_lag_milliseconds")
_BY_OPERATION = ("throttle", "fail_after_accepting", "cut_after_accepting")


class FaultsRefused(ValueError):
    """Faults that can't be had: the field, and what is wrong with it."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"{name} {words}")
        self.name = name
        self.words = words


class Fate(NamedTuple):
    """What becomes of an event on its way."""

    is_dropped: bool = False
    is_delayed: bool = False
    is_reordered: bool = False
    is_repeated: bool = False


#: What becomes of most events.
UNTOUCHED = Fate()


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What goes wrong in an embedded Batch. Without anything set, nothing does. Raises FaultsRefused."""

    #: The same seed draws the same faults.
    seed: int = 0
    #: Probabilities that an event never arrives, arrives twice, after a later one, or late.
    drop_events: float = 0.0
    duplicate_events: float = 0.0
    reorder_events: float = 0.0
    delay_events: float = 0.0
    #: How late a delayed event is, and the most that a reordered one or a repetition is.
    delay_milliseconds: int = 1000
    #: Probability that an attempt loses its host, at a moment within so many milliseconds of its start.
    lose_host: float = 0.0
    lose_host_within_milliseconds: int = 0
    #: True: no job leaves RUNNABLE. Names of queues: none of theirs does.
    hold_runnable: bool | tuple[str, ...] = False
    #: Probabilities by operation (`SubmitJob`, or `*` for all others) that a call is refused with
    #: TooManyRequestsException, that it is done and answers ServerException, or done and its connection cut.
    throttle: Mapping[str, float] = field(default_factory=dict)
    fail_after_accepting: Mapping[str, float] = field(default_factory=dict)
    cut_after_accepting: Mapping[str, float] = field(default_factory=dict)
    #: ListJobs and DescribeJobs don't know of younger jobs.
    listing_lag_milliseconds: int = 0

    def __post_init__(self) -> None:
        _check_integer(self.seed, "seed", least=-(2**63), most=2**63 - 1)
        for name in _PROBABILITIES:
            _check_probability(getattr(self, name), name)
        for name in _TIMES:
            _check_integer(getattr(self, name), name, least=0, most=_DAY)
        for name in _BY_OPERATION:
            _check_operations(getattr(self, name), name)
        _check_hold(self.hold_runnable)

    @classmethod
    def from_document(cls, document: Any) -> Faults:
        """Read a JSON object whose members are the fields in camelCase. Raises FaultsRefused, naming the member."""
        if not isinstance(document, dict):
            raise FaultsRefused("Faults", f"must be a JSON object; they are {document!r}")
        names = {_camel(each.name): each.name for each in fields(cls)}
        for member in document:
            if member not in names:
                raise FaultsRefused(member, f"is no fault; there are {', '.join(names)}")
        values: dict[str, Any] = {names[member]: _tuple(value) for member, value in document.items()}
        try:
            return cls(**values)
        except FaultsRefused as error:
            raise FaultsRefused(re.sub("^[a-z_]+", lambda name: _camel(name[0]), error.name), error.words) from error

    def strikes(self, kind: str, probability: float, *identity: object) -> bool:
        """True where a fault of this kind happens to the thing of this identity."""
        return probability > 0 and self._draw(kind, identity) < probability

    def strikes_call(self, kind: str, operation: str, number: int) -> bool:
        """True where this call of an operation, counted from 1, has a fault: `throttle`, `fail_after_accepting`, …."""
        by_operation: Mapping[str, float] = getattr(self, kind)
        return self.strikes(kind, by_operation.get(operation, by_operation.get(ALL, 0.0)), operation, number)

    def fate_of(self, *identity: object) -> Fate:
        """What becomes of the event of this identity."""
        return Fate(
            is_dropped=self.strikes("drop_events", self.drop_events, *identity),
            is_delayed=self.strikes("delay_events", self.delay_events, *identity),
            is_reordered=self.strikes("reorder_events", self.reorder_events, *identity),
            is_repeated=self.strikes("duplicate_events", self.duplicate_events, *identity),
        )

    def host_lost_after(self, *identity: object) -> int | None:
        """Milliseconds after its start at which an attempt loses its host; None where it keeps it."""
        if not self.strikes("lose_host", self.lose_host, *identity):
            return None
        return int(self._draw("lose_host_after", identity) * self.lose_host_within_milliseconds)

    def holds(self, queue: str) -> bool:
        """True where no job of this queue is started."""
        return queue in self.hold_runnable if isinstance(self.hold_runnable, tuple) else self.hold_runnable

    def _draw(self, kind: str, identity: tuple[object, ...]) -> float:
        return random.Random(f"{self.seed} {kind} {identity}").random()  # noqa: S311 - is to be foreseen


def _check_integer(value: object, name: str, *, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise FaultsRefused(name, f"must be a whole number from {least} to {most}; it is {value!r}")


def _check_probability(value: object, name: str) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise FaultsRefused(name, f"must be a probability from 0 to 1; it is {value!r}")


def _check_operations(value: object, name: str) -> None:
    if not isinstance(value, Mapping):
        raise FaultsRefused(name, f"must map names of operations to probabilities; it is {value!r}")
    known = {operation.name for operation in operations("batch")} | {ALL} if value else ()
    for operation, probability in value.items():
        if operation not in known:
            raise FaultsRefused(
                name, f"must name operations of AWS Batch, as SubmitJob, or {ALL}; it names {operation!r}"
            )
        _check_probability(probability, f"{name}[{operation!r}]")


def _check_hold(value: object) -> None:
    if not isinstance(value, bool) and not (isinstance(value, tuple) and all(isinstance(name, str) for name in value)):
        raise FaultsRefused("hold_runnable", f"must be true, false or names of job queues; it is {value!r}")


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
