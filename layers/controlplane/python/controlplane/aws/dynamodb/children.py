"""The records of array jobs' children in a DynamoDB table: what the port `Records` promises of them.

Nothing is written for each child. What one delivery tells of a block's children is kept first, and only then do their
states move: a delivery that dies between loses nothing, for it is made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from controlplane.aws.dynamodb import child_states
from controlplane.aws.dynamodb.child_blocks import Block, ChildBlocks, Held, attempt
from controlplane.aws.dynamodb.child_record import child_record
from controlplane.aws.dynamodb.child_states import CHILDREN_A_BLOCK, ChildStates, block_of
from controlplane.aws.dynamodb.retention import expiry
from controlplane.aws.dynamodb.table import Table
from controlplane.batch.state_change import StateChange
from controlplane.fan_out import FanOut
from controlplane.job import Status
from controlplane.records.port import Merge
from controlplane.records.record import JobRecord, Outcome, RecordKey, strongest


@dataclass(kw_only=True)
class _Delivery:
    """What one delivery tells of the children of one block."""

    block: Block
    #: Changes by the children's places.
    told: list[tuple[int, StateChange]] = field(default_factory=list)
    #: Which of the delivery's merges each change is of.
    merges: list[int] = field(default_factory=list)


#: What is put of blocks: changes by the children's places, and the states that were read before.
_Told = Mapping[Block, tuple[ChildStates, Sequence[tuple[int, StateChange]]]]


class DynamoChildren:
    """The children's part of the port `Records`."""

    def __init__(self, table: Table, *, fan_out: FanOut) -> None:
        self._table = table
        self._blocks = ChildBlocks(table, fan_out=fan_out)
        self._fan_out = fan_out

    def merge(self, merges: Sequence[Merge]) -> Sequence[Outcome | Exception]:
        """One read of all states, some writes of what was told, and a conditional write of the states a block."""
        deliveries = _by_block(merges)
        held = self._blocks.read(deliveries)
        known = {block: each for block, each in held.items() if isinstance(each, Held)}
        unheard = {
            block: (each.states, child_states.unheard(each.states, deliveries[block].told))
            for block, each in known.items()
        }
        failed = self._blocks.put(unheard)
        failed |= {block: each for block, each in held.items() if isinstance(each, Exception)}
        kept = [(delivery, known[block]) for block, delivery in deliveries.items() if block not in failed]
        moved = zip(kept, self._fan_out(partial(attempt, self._move), kept), strict=True)
        outcomes: list[list[Outcome] | Exception] = [[] for _ in merges]
        for (delivery, _), came_of in moved:
            _note(outcomes, delivery, came_of)
        for block, error in failed.items():
            _note(outcomes, deliveries[block], error)
        return [each if isinstance(each, Exception) else strongest(each) for each in outcomes]

    def get(self, key: RecordKey) -> JobRecord | None:
        """The states of the block, and then all that was told of it: what the states know is there by then."""
        block, place = _place(key)
        states = self._seen(self._blocks.held(block))
        return self._records(block, states, [place]).get(place) if states.is_known(place) else None

    def decide(self, key: RecordKey, change: StateChange) -> None:
        """What was told is kept, and then its end stands. Nothing is kept of a child that nobody has told of."""
        block, place = _place(key)
        held = self._blocks.held(block)
        if not held.states.is_known(place):
            return
        told = {block: (held.states, [(place, change)])}
        _raise_any(self._blocks.put(told, is_answer=True))
        last = self._blocks.swap(
            block, held, lambda states: _noting(child_states.decided(states, place, change), states)
        )
        self._put_as_they_stand(told, last, is_answer=True)

    def miss(self, key: RecordKey, *, at: int) -> None:
        """A note beside the states."""
        block, place = _place(key)
        held = self._blocks.held(block)
        self._blocks.swap(block, held, lambda states: (child_states.missed(states, place, at=at), None))

    def find(self, key: RecordKey) -> None:
        """The note is taken away."""
        block, place = _place(key)
        held = self._blocks.held(block)
        self._blocks.swap(block, held, lambda states: (child_states.found(states, place), None))

    def lose(self, key: RecordKey, *, at: int) -> None:
        """A note beside the states."""
        block, place = _place(key)
        held = self._blocks.held(block)
        self._blocks.swap(block, held, lambda states: (child_states.lost(states, place, at=at), None))

    def expire(self, batch_job_id: str, *, size: int, at: int) -> None:
        """Let all children of an array go when the array itself does (epoch seconds)."""
        for block in _blocks(batch_job_id, 0, size):
            self._blocks.expire(block, at=at)

    def keep(self, batch_job_id: str, *, size: int, at: int) -> None:
        """Take it back that the children of an array go at this time (epoch seconds)."""
        for block in _blocks(batch_job_id, 0, size):
            self._blocks.keep(block, at=at)

    def delete(self, batch_job_id: str, *, size: int, at: int) -> None:
        """Delete what was told of all children of an array, at this time (epoch milliseconds)."""
        forget = partial(self._blocks.delete, at=at // 1000)
        for error in self._fan_out(partial(attempt, forget), _blocks(batch_job_id, 0, size)):
            if error is not None:
                raise error

    def children(
        self, batch_job_id: str, *, size: int, first: int, limit: int, statuses: frozenset[Status]
    ) -> Sequence[JobRecord]:
        """The states say which children are wanted; what was told is read of their blocks alone."""
        states = self._states(batch_job_id, first, size)
        wanted = islice(
            (
                (block, index - block.first)
                for block, each in states.items()
                for index in range(max(first, block.first), min(size, block.first + CHILDREN_A_BLOCK))
                if each.is_known(index - block.first) and (not statuses or each.status(index - block.first) in statuses)
            ),
            limit,
        )
        places: dict[Block, list[int]] = {}
        for block, place in wanted:
            places.setdefault(block, []).append(place)
        read = self._fan_out(lambda block: self._records(block, states[block], places[block]), list(places))
        return [record for records in read for _, record in sorted(records.items())]

    def open_children(self, batch_job_id: str, *, size: int, first: int, limit: int) -> Mapping[int, int]:
        """The states alone say it."""
        found = (
            (block.first + place, order)
            for block, states in self._states(batch_job_id, first, size).items()
            for place, order in states.open_places(
                max(first - block.first, 0), min(size - block.first, CHILDREN_A_BLOCK)
            )
        )
        return dict(islice(found, limit))

    def children_in(self, batch_job_id: str, *, size: int, status: Status) -> Sequence[int]:
        """The states alone say it."""
        return [
            block.first + place
            for block, states in self._states(batch_job_id, 0, size).items()
            for place in range(min(size - block.first, CHILDREN_A_BLOCK))
            if states.is_known(place) and states.status(place) is status
        ]

    def status_summary(self, batch_job_id: str, *, size: int) -> Mapping[Status, int]:
        """The states alone say it."""
        counts: Counter[Status] = Counter()
        for states in self._states(batch_job_id, 0, size).values():
            counts.update(states.summary())
        return counts

    def _move(self, kept: tuple[_Delivery, Held]) -> list[Outcome]:
        delivery, held = kept

        def step(states: ChildStates) -> tuple[ChildStates, tuple[ChildStates | None, list[Outcome]]]:
            moved, outcomes = child_states.merged(states, delivery.told)
            return moved, (_noting(moved, states)[1], outcomes)

        last, outcomes = self._blocks.swap(delivery.block, held, step)
        told = {delivery.block: (held.states, child_states.unheard(held.states, delivery.told))}
        self._put_as_they_stand(told, last, is_answer=False)
        return outcomes

    def _put_as_they_stand(self, told: _Told, states: ChildStates | None, *, is_answer: bool) -> None:
        """Put what was told of a block anew, where that was let go, kept or deleted in the moment in which it was put.

        Args:
            told: What was put, with the states that were read before it.
            states: Those that still stood after it, which were moved; None where nothing moved, and they are read.
            is_answer: As it was put.
        """
        ((block, (before, changes)),) = told.items()
        if not changes:
            return
        if states is None:
            states = self._blocks.held(block).states
        if states.expires_at != before.expires_at:
            _raise_any(self._blocks.put({block: (states, changes)}, is_answer=is_answer))

    def _records(self, block: Block, states: ChildStates, places: Sequence[int]) -> dict[int, JobRecord]:
        """The records of the children at some places of a block."""
        found = {}
        for place, rows in self._blocks.told(block, places=frozenset(places)).items():
            key = RecordKey(job_id=block.batch_job_id, index=block.first + place)
            record = child_record(key, rows, states, place=place)
            if record:
                found[place] = record
        return found

    def _states(self, batch_job_id: str, first: int, size: int) -> dict[Block, ChildStates]:
        """The states of the blocks from the child of this index on. Raises what keeps any from being read."""
        found = {}
        for block, held in self._blocks.read(_blocks(batch_job_id, first, size)).items():
            if isinstance(held, Exception):
                raise held
            found[block] = self._seen(held)
        return found

    def _seen(self, held: Held) -> ChildStates:
        """What is there for a reader: nothing once it has expired, though DynamoDB deletes it days later."""
        return held.states if self._table.has(expiry(held.states.expires_at)) else ChildStates()


def _noting(moved: ChildStates, states: ChildStates) -> tuple[ChildStates, ChildStates | None]:
    """A step from these states, and that these were moved; None where they were not, and nothing is written."""
    return moved, None if moved is states else states


def _raise_any(errors: Mapping[Block, Exception]) -> None:
    for error in errors.values():
        raise error


def _by_block(merges: Sequence[Merge]) -> dict[Block, _Delivery]:
    deliveries: dict[Block, _Delivery] = {}
    for position, merge in enumerate(merges):
        block, place = _place(merge.key)
        delivery = deliveries.setdefault(block, _Delivery(block=block))
        delivery.told += ((place, change) for change in merge.changes)
        delivery.merges += [position] * len(merge.changes)
    return deliveries


def _note(outcomes: list[list[Outcome] | Exception], delivery: _Delivery, came_of: list[Outcome] | Exception) -> None:
    """Note what came of each change of a delivery to a block with the merge that it is of."""
    for place, merge in enumerate(delivery.merges):
        noted = outcomes[merge]
        if isinstance(came_of, Exception):
            outcomes[merge] = came_of
        elif isinstance(noted, list):
            noted.append(came_of[place])


def _place(key: RecordKey) -> tuple[Block, int]:
    """The block of a child, and the child's place there."""
    number, place = block_of(key.index or 0)
    return Block(batch_job_id=key.job_id, number=number), place


def _blocks(batch_job_id: str, first: int, size: int) -> list[Block]:
    """The blocks of an array from the one on that the child of this index lies in."""
    numbers = range(first // CHILDREN_A_BLOCK, -(-size // CHILDREN_A_BLOCK))
    return [Block(batch_job_id=batch_job_id, number=number) for number in numbers]
