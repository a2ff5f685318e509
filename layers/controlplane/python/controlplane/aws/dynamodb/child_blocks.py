"""Blocks of an array's children in a DynamoDB table: one item says how all of a block stand, others what was told.

The states are written on the version that was read; what was told is written once and never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from controlplane.aws.dynamodb.child_rows import Told, segments, unpacked
from controlplane.aws.dynamodb.child_states import CHILDREN_A_BLOCK, ChildStates, decode, encode
from controlplane.aws.dynamodb.record_item import Item
from controlplane.aws.dynamodb.retention import expiry
from controlplane.aws.dynamodb.table import GET_LIMIT, PUT_LIMIT, Table
from controlplane.batch.state_change import StateChange
from controlplane.errors import NotYet
from controlplane.fan_out import FanOut, in_groups

#: How often one delivery tries to write the states that others write too.
_TRIES = 16
_STATES = "STATES"
_ROWS = "ROWS#"
_Chunk = Sequence[tuple["Block", Item]]
Result = TypeVar("Result")
#: What becomes of states, and what is to be known of it.
Step = Callable[[ChildStates], tuple[ChildStates, Result]]


@dataclass(frozen=True, kw_only=True, order=True)
class Block:
    """Which thousand of an array's children."""

    batch_job_id: str
    number: int

    @property
    def partition(self) -> str:
        """The partition key."""
        return f"{self.batch_job_id}#{self.number:02d}"

    @property
    def first(self) -> int:
        """The index of the child at place 0."""
        return self.number * CHILDREN_A_BLOCK


@dataclass(frozen=True, kw_only=True)
class Held:
    """States as they were read."""

    states: ChildStates = ChildStates()  # noqa: RUF009 - it never changes
    #: Counted up at each write; 0 where nothing is stored.
    version: int = 0


class ChildBlocks:
    """Reads and writes blocks."""

    def __init__(self, table: Table, *, fan_out: FanOut) -> None:
        self._table = table
        self._fan_out = fan_out

    def read(self, blocks: Iterable[Block]) -> dict[Block, Held | Exception]:
        """The states of each block, or what kept them from being read: a hundred blocks a call."""
        wanted = list(blocks)
        chunks = list(in_groups(wanted, GET_LIMIT))
        answers = zip(chunks, self._fan_out(partial(attempt, self._read), chunks), strict=True)
        return {
            block: answer if isinstance(answer, Exception) else answer.get(block.partition, Held())
            for chunk, answer in answers
            for block in chunk
        }

    def held(self, block: Block) -> Held:
        """The states of one block. Raises what keeps them from being read."""
        held = self.read([block])[block]
        if isinstance(held, Exception):
            raise held
        return held

    def put(
        self,
        told: Mapping[Block, tuple[ChildStates, Sequence[tuple[int, StateChange]]]],
        *,
        is_answer: bool = False,
    ) -> dict[Block, Exception]:
        """Keep what was told of the children of some blocks; the blocks where it failed, and why."""
        items: list[tuple[Block, Item]] = []
        failed: dict[Block, Exception] = {}
        for block, (states, changes) in told.items():
            packed = attempt(lambda told: list(segments(told, is_answer=is_answer)), changes)
            if isinstance(packed, Exception):
                failed[block] = packed
            else:
                items += ((block, self._segment(block, *named, states.expires_at)) for named in packed)
        return failed | self._put_all(items)

    def swap(self, block: Block, held: Held, step: Step[Result]) -> Result:
        """Take a step from the states that stand, whoever else writes them; unchanged ones are not written.

        Raises NotYet where others were faster every time.
        """
        for _ in range(_TRIES):
            states, result = step(held.states)
            if states is held.states:
                return result
            beaten = self._write(block, held, states)
            if beaten is None:
                return result
            held = beaten
        raise NotYet(f"Block {block.partition} was written by others {_TRIES} times in a row: deliver this again.")

    def told(self, block: Block, *, places: Set[int]) -> dict[int, list[Told]]:
        """All that was told of the children at some places of a block, by place, in no order."""
        rows: dict[int, list[Told]] = {place: [] for place in places}
        for item in self._query(block):
            packed = bytes(item["rows"]["B"])
            for place, row in unpacked(packed, batch_job_id=block.batch_job_id, block=block.number, places=places):
                rows[place].append(row)
        return rows

    def expire(self, block: Block, *, at: int) -> None:
        """Let a block go at this time (epoch seconds). Its states come first: what is told from then on goes too.

        One that has expired stays so: its array has been deleted since it was to be let go.
        """

        def going(states: ChildStates) -> tuple[ChildStates, None]:
            return (_expiring(states, at) if self._table.has(expiry(states.expires_at)) else states), None

        self.swap(block, self.held(block), going)
        self._follow_states(block, at)

    def keep(self, block: Block, *, at: int) -> None:
        """Take it back that a block goes at this time (epoch seconds), as it is let go."""

        def kept(states: ChildStates) -> tuple[ChildStates, None]:
            return (_expiring(states, None) if states.expires_at == at else states), None

        self.swap(block, self.held(block), kept)
        self._follow_states(block, None)

    def _follow_states(self, block: Block, at: int | None) -> None:
        """Have what was told of a block go as its states do, whoever else lets it go or keeps it meanwhile."""
        for _ in range(_TRIES):
            items = [(block, _going(item, at)) for item in self._query(block)]
            for error in self._put_all(items).values():
                raise error
            now = self.held(block).states.expires_at
            if now == at:
                return
            at = now
        raise NotYet(f"Block {block.partition} was let go and kept {_TRIES} times in a row: try this again later.")

    def delete(self, block: Block, *, at: int) -> None:
        """Delete all that was told of a block (at this time, epoch seconds).

        Its states are emptied first, and have expired: what is told from then on is not there either, and goes.
        """
        self.swap(block, self.held(block), lambda states: (_emptied(states, at), None))
        for chunk in in_groups(list(self._query(block)), PUT_LIMIT):
            self._table.delete_all(chunk)

    def _read(self, blocks: Sequence[Block]) -> dict[str, Held]:
        items = self._table.read({"pk": {"S": block.partition}, "sk": {"S": _STATES}} for block in blocks)
        return {item["pk"]["S"]: _held(item) for item in items}

    def _write(self, block: Block, held: Held, states: ChildStates) -> Held | None:
        """Write states where those that were read still stand: None; otherwise what stands now."""
        item: Item = {
            "pk": {"S": block.partition},
            "sk": {"S": _STATES},
            "version": {"N": str(held.version + 1)},
            "states": {"B": encode(states)},
        }
        item |= expiry(states.expires_at)
        if held.version:
            version = {":version": {"N": str(held.version)}}
            there = self._table.put(item, condition="version = :version", values=version)
        else:
            there = self._table.put(item)
        return None if there is None else _held(there)

    def _segment(self, block: Block, name: str, packed: bytes, expires_at: int | None) -> Item:
        key: Item = {"pk": {"S": block.partition}, "sk": {"S": _ROWS + name}}
        return key | {"rows": {"B": packed}} | expiry(expires_at)

    def _put_all(self, items: Sequence[tuple[Block, Item]]) -> dict[Block, Exception]:
        failed = self._put_each(list(in_groups(items, PUT_LIMIT)))
        # One item that DynamoDB does not take refuses its whole call: each by itself shows which it is.
        alone = [[each] for chunk, error in failed if _is_refusal(error) for each in chunk]
        failed = [*(each for each in failed if not _is_refusal(each[1])), *self._put_each(alone)]
        return {block: error for chunk, error in failed for block, _ in chunk}

    def _put_each(self, chunks: Sequence[_Chunk]) -> list[tuple[_Chunk, Exception]]:
        """Write chunks, a call each; those that failed, and why."""
        errors = self._fan_out(partial(attempt, self._put_chunk), chunks)
        return [(chunk, error) for chunk, error in zip(chunks, errors, strict=True) if error]

    def _put_chunk(self, items: _Chunk) -> None:
        self._table.put_all([item for _, item in items])

    def _query(self, block: Block) -> Iterator[Item]:
        return self._table.walk(
            {
                "KeyConditionExpression": "pk = :pk AND begins_with(sk, :rows)",
                "ExpressionAttributeValues": {":pk": {"S": block.partition}, ":rows": {"S": _ROWS}},
                "ConsistentRead": True,
            }
        )


def attempt(action: Callable[[Any], Result], argument: Any) -> Result | Exception:
    """What an action gives, or the error that it raises: what fails for one must not stop the others."""
    try:
        return action(argument)
    except Exception as error:
        return error


def _is_refusal(error: Exception) -> bool:
    """Whether DynamoDB has refused what a call asks for, and would again."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == "ValidationException"


def _going(item: Item, at: int | None) -> Item:
    return {name: value for name, value in item.items() if name != "expiresAt"} | expiry(at)


def _expiring(states: ChildStates, at: int | None) -> ChildStates:
    return states if states.expires_at == at else replace(states, expires_at=at)


def _emptied(states: ChildStates, at: int) -> ChildStates:
    empty = ChildStates(expires_at=at)
    return states if states == empty else empty


def _held(item: Mapping[str, Mapping[str, Any]]) -> Held:
    if not item:  # it has been deleted since it was read
        return Held()
    expires_at = int(item["expiresAt"]["N"]) if "expiresAt" in item else None
    states = decode(bytes(item["states"]["B"]), expires_at=expires_at)
    return Held(states=states, version=int(item["version"]["N"]))
