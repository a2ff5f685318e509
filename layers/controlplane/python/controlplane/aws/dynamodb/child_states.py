"""How the children of one block of an array stand: one byte each, merged by the greatest. Does no I/O.

A byte is 0 for a child that nobody has told of, 1 for one that is known by name alone, and 2 + 7 x finished attempts +
rank for one that was told in a status. So a byte names a transition, and says its order: a terminal one comes after
all others, and the first of two stays. What few children have (that Batch doesn't describe them) stands beside.

Nodes of a multi-node parallel job stand like children, in bytes of their own: 149 + 7 x finished attempts + rank. Of
theirs, a terminal one comes after the others of its attempt, for their job may be tried again.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from controlplane.batch.job_detail import MOST_ATTEMPTS
from controlplane.batch.state_change import TERMINAL_ORDER, StateChange, end_of_attempt
from controlplane.job import Status
from controlplane.records.record import Outcome

#: Children of an array that share a partition key: 10,000 lie in 10 blocks, and the item of one stays below 1 KB.
CHILDREN_A_BLOCK = 1000
#: The byte of a child that nobody has told of.
UNHEARD = 0
#: The byte of a child of which no status is known.
_NAMED = 1
_FIRST = 2
_STATUSES = tuple(Status)
_FIRST_OF_NODES = _FIRST + len(_STATUSES) * (MOST_ATTEMPTS + 1)
#: Finished attempts of a node that a byte can tell apart. Batch makes at most 10; more count as so many.
_MOST_OF_NODES = (256 - _FIRST_OF_NODES) // len(_STATUSES) - 1


def _order(state: int) -> int:
    is_node = state >= _FIRST_OF_NODES
    finished, rank = divmod(state - (_FIRST_OF_NODES if is_node else _FIRST), len(_STATUSES))
    if state < _FIRST:
        return -1
    if _STATUSES[rank].is_terminal:
        return end_of_attempt(finished) if is_node else TERMINAL_ORDER
    return 10 * finished + rank


#: The order and the status that each byte says; a child known by name alone is SUBMITTED, as its record says too.
_ORDERS = tuple(map(_order, range(256)))
_STATUS = tuple(_STATUSES[max(state - _FIRST, 0) % len(_STATUSES)] for state in range(256))


def state_of(change: StateChange) -> int:
    """The byte of a child that this change is the newest of."""
    if change.order < 0:
        return _NAMED
    rank = change.transition % 10
    first, most = (_FIRST_OF_NODES, _MOST_OF_NODES) if change.is_node else (_FIRST, MOST_ATTEMPTS)
    return first + len(_STATUSES) * min(change.finished_attempts, most) + rank


def order_of(state: int) -> int:
    """The order of the change that a byte stands for; -1 where there is none."""
    return _ORDERS[state]


def block_of(index: int) -> tuple[int, int]:
    """The number of the block that a child lies in, and its place there."""
    return divmod(index, CHILDREN_A_BLOCK)


@dataclass(frozen=True, kw_only=True)
class ChildStates:
    """How the children of one block stand, each by its place in the block. Times are epoch milliseconds."""

    states: bytes = bytes(CHILDREN_A_BLOCK)
    #: When Batch first did not describe a child that had not ended.
    missed: Mapping[int, int] = field(default_factory=dict)
    #: When it was noted that Batch has forgotten a child that had not ended.
    lost: Mapping[int, int] = field(default_factory=dict)
    #: When the block may go (epoch seconds); None while its array has not ended, or is kept for good.
    expires_at: int | None = None

    def is_known(self, place: int) -> bool:
        """Whether anything was told of a child."""
        return self.states[place] != UNHEARD

    def is_open(self, place: int) -> bool:
        """True for a child that is not known to have ended, and is not lost."""
        return not _STATUS[self.states[place]].is_terminal and place not in self.lost

    def status(self, place: int) -> Status:
        """The status of a child; SUBMITTED where none is known."""
        return _STATUS[self.states[place]]

    def summary(self) -> Mapping[Status, int]:
        """How many known children are in each status."""
        counts: Counter[Status] = Counter()
        for state, count in Counter(self.states).items():
            if state != UNHEARD:
                counts[_STATUS[state]] += count
        return counts

    def open_places(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """The places of open children from one place to before another, each with the order known: -1 for none."""
        return ((place, _ORDERS[self.states[place]]) for place in range(first, end) if self.is_open(place))


def unheard(known: ChildStates, told: Iterable[tuple[int, StateChange]]) -> list[tuple[int, StateChange]]:
    """Changes of children by their places, without those that are each child's newest already: their rows are kept."""
    return [(place, change) for place, change in told if known.states[place] != state_of(change)]


def merged(known: ChildStates, told: Sequence[tuple[int, StateChange]]) -> tuple[ChildStates, list[Outcome]]:
    """The states after changes of children by their places, and what became of each change, as `record.outcome` says.

    Where nothing has moved, the states returned are the ones given.
    """
    states = bytearray(known.states)
    outcomes = []
    for place, change in told:
        before, after = states[place], state_of(change)
        if _ORDERS[after] > _ORDERS[before] or before == UNHEARD:
            states[place] = after
            outcomes.append(Outcome.MERGED)
        else:
            are_ends = _STATUS[before].is_terminal and _STATUS[after].is_terminal and _ORDERS[before] == _ORDERS[after]
            disagree = are_ends and _STATUS[before] is not _STATUS[after]
            outcomes.append(Outcome.CONFLICT if disagree else Outcome.LATE)
    moved = {place for place, _ in told if states[place] != known.states[place]}
    return (_moved(known, bytes(states), moved) if moved else known), outcomes


def decided(known: ChildStates, place: int, change: StateChange) -> ChildStates:
    """The states after Batch's own answer about a child whose ends disagreed, as `record.decide` says.

    Nothing is decided of a child that nobody has told of.
    """
    if not known.is_known(place):
        return known
    if not change.detail.status.is_terminal:
        return merged(known, [(place, change)])[0]
    states = bytearray(known.states)
    states[place] = state_of(change)
    return _moved(known, bytes(states), {place}) if states != known.states else known


def missed(known: ChildStates, place: int, *, at: int) -> ChildStates:
    """The states after Batch did not describe a child; the first time counts, and only of a child that is known."""
    if place in known.missed or not known.is_known(place) or not known.is_open(place):
        return known
    return replace(known, missed={**known.missed, place: at})


def found(known: ChildStates, place: int) -> ChildStates:
    """The states after Batch described a child that it had not described before."""
    if place not in known.missed:
        return known
    return replace(known, missed={missed: at for missed, at in known.missed.items() if missed != place})


def lost(known: ChildStates, place: int, *, at: int) -> ChildStates:
    """The states after Batch has forgotten a child, at first; one never told of is not waited for any more."""
    return replace(known, lost={**known.lost, place: at}) if known.is_open(place) else known


def encode(states: ChildStates) -> bytes:
    """The states as they are stored, without their expiry: compressed, for most children stand in one of few ways."""
    return zlib.compress(msgspec.msgpack.encode((states.states, dict(states.missed), dict(states.lost))), 9)


def decode(stored: bytes, *, expires_at: int | None) -> ChildStates:
    """The states as they were before `encode`, and their expiry."""
    states, missed_at, lost_at = _STORED.decode(zlib.decompress(stored))
    return ChildStates(states=states, missed=missed_at, lost=lost_at, expires_at=expires_at)


def _moved(known: ChildStates, states: bytes, places: set[int]) -> ChildStates:
    """News of a child takes away that Batch did not describe it."""
    return replace(
        known,
        states=states,
        missed={place: at for place, at in known.missed.items() if place not in places},
        lost={place: at for place, at in known.lost.items() if place not in places},
    )


_STORED = msgspec.msgpack.Decoder(tuple[bytes, dict[int, int], dict[int, int]])
