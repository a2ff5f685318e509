"""What is told of one job as one UpdateItem, and what its refusal tells. Does no I/O.

This is `record.merge` said as conditions: one write takes the newest change and the transitions of all, if it is newer
than what is known; the item that a refusal returns (ALL_OLD, which costs no read) tells what else they are. Nothing is
read first. There are few kinds of updates, so each kind's expressions are made once: the values alone differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from controlplane.aws.dynamodb.record_item import (
    Item,
    decided,
    from_item,
    history_name,
    identity,
    open_shard,
    record_key,
    stays_open,
    to_item,
)
from controlplane.aws.dynamodb.retention import Retention
from controlplane.aws.dynamodb.tombstone import is_deleted, outcome_of_deleted
from controlplane.aws.dynamodb.update import Update
from controlplane.batch.state_change import StateChange
from controlplane.records.closing import is_same_end, needs_closing
from controlplane.records.port import Merge
from controlplane.records.record import Outcome, decide, first_seen, latest_birth, outcome, strongest

#: What the newest change decides; everything else is set once, and stays.
_CHANGING = frozenset({"order", "changedAt", "status", "detail", "open", "expiresAt"})
#: What news of a job takes away, unless it says it anew.
_GONE = ("lost", "missedAt", "open", "expiresAt")
#: What an event must have in common with a record of ours.
_CLAIMED = ("jobQueue", "jobDefinition")
_LATEST_BIRTH, _SEEN = ":latestBirth", ":seen"
#: Kinds of updates whose expressions are remembered.
_KINDS = 1024
_order = attrgetter("order")


def newest_of(merge: Merge) -> StateChange:
    """The change that decides what the record is, if it is newer than what is known."""
    return merge.changes[0] if len(merge.changes) == 1 else max(merge.changes, key=_order)


def newest_update(merge: Merge, *, retention: Retention, seen: int | None = None) -> dict[str, Any]:
    """UpdateItem's arguments, but for the table: it is refused unless the newest change is newer than what is known.

    It is refused, too, where the record expires at another time than was seen (epoch seconds): it is of a lost job, and
    what belongs to that expires, too, and must be kept.
    """
    newest = newest_of(merge)
    item = decided(merge.key, newest) | _transitions(merge)
    if retention.is_on and not stays_open(merge.key, newest):
        item.update(retention.expiry(newest.at))
    if not merge.ours:
        item.update(identity(first_seen(merge.key, newest.detail)))
    return _request(merge, item, late=False, seen=seen)


def late_update(merge: Merge, old: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same for what an item has not taken yet, of history and of Batch's id; None where it has taken all."""
    item = {name: at for name, at in _transitions(merge).items() if name not in old}
    is_settled = "batchJobId" in old or not merge.changes[0].detail.job_id
    return None if is_settled and not item else _request(merge, item, late=True)


def decision(item: Mapping[str, Any], change: StateChange, *, retention: Retention) -> Update:
    """Batch's own answer about a job, from the item that was read: refused if a newer change has come since."""
    known = from_item(item)
    new = decide(known, change)
    values = to_item(new)
    if needs_closing(new) and is_same_end(known, new):
        values |= {name: item[name] for name in ("open", "expiresAt") if name in item}
    elif new.is_open or needs_closing(new):
        values["open"] = {"S": open_shard(known.key.job_id)}
    else:
        values |= retention.expiry(new.changed_at)
    update = Update().set({name: value for name, value in values.items() if name not in ("pk", "sk")})
    update.remove(name for name in _GONE if name not in values)
    return update.require(f"{update.name('order')} = {update.value({'N': str(known.order)})}")


def outcome_of(merge: Merge, old: Mapping[str, Any] | None) -> Outcome:
    """What came of a merge: the item that refused it, empty where there was none; None where it was taken."""
    if old is None:
        return _outcome_among(merge)
    if is_deleted(old):
        return outcome_of_deleted(merge, old)
    record = from_item(old) if old else None
    return strongest([outcome(record, change, ours=merge.ours) for change in merge.changes])


def _outcome_among(merge: Merge) -> Outcome:
    """MERGED, unless the job is told to have ended in two ways at once."""
    ends = {change.detail.status for change in merge.changes if change.detail.status.is_terminal}
    return Outcome.CONFLICT if len(ends) > 1 else Outcome.MERGED


def _transitions(merge: Merge) -> Item:
    """An attribute for each transition: the first that told of it dates it."""
    return {
        history_name(change.transition): {"N": str(change.at)}
        for change in reversed(merge.changes)
        if change.unknown_status is None
    }


def _request(merge: Merge, item: Item, *, late: bool, seen: int | None = None) -> dict[str, Any]:
    detail = merge.changes[0].detail
    if merge.ours:
        item["jobQueue"] = {"S": detail.job_queue}
        item["jobDefinition"] = {"S": detail.job_definition}
    if detail.job_id:
        item["batchJobId"] = {"S": detail.job_id}
    kind = _kind(tuple(item), merge.ours, late, seen is not None)
    values: dict[str, Any] = dict(zip(kind.placeholders, item.values(), strict=True))
    if merge.ours:
        values[_LATEST_BIRTH] = {"N": str(latest_birth(detail.created_at))}
    if seen is not None:
        values[_SEEN] = {"N": str(seen)}
    return {"Key": record_key(merge.key), "ExpressionAttributeValues": values, **kind.expressions}


class _Kind(NamedTuple):
    """What all updates of the same attributes, under the same conditions, share."""

    placeholders: tuple[str, ...]
    #: UpdateExpression, ConditionExpression, ExpressionAttributeNames.
    expressions: Mapping[str, Any]


@lru_cache(maxsize=_KINDS)
def _kind(names: tuple[str, ...], ours: bool, late: bool, expires: bool) -> _Kind:  # noqa: FBT001 - named ones cost more
    """The kind of update with these attributes; every value's placeholder is its attribute's name."""
    as_seen = f"#expiresAt = {_SEEN}" if expires else "attribute_not_exists(#expiresAt)"
    is_newer = ["(attribute_not_exists(#order) OR #order < :order)", as_seen]
    conditions = ["attribute_exists(#pk)"] if late else is_newer
    if ours:
        conditions += [f"#{name} = :{name}" for name in _CLAIMED]
        conditions.append(f"#createdAt <= {_LATEST_BIRTH}")
        same = " OR #batchJobId = :batchJobId" if "batchJobId" in names else ""
        conditions.append(f"(attribute_not_exists(#batchJobId){same})")
    update = f"SET {', '.join(_set(name) for name in names if not (ours and name in _CLAIMED))}"
    gone = () if late else tuple(name for name in _GONE if name not in names)
    if gone:
        update += f" REMOVE {', '.join(f'#{name}' for name in gone)}"
    spoken_of = {*names, *gone, "pk" if late else "order", *(("batchJobId", "createdAt") if ours else ())}
    expressions = {
        "UpdateExpression": update,
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#{name}": name for name in sorted(spoken_of)},
    }
    return _Kind(tuple(f":{name}" for name in names), expressions)


def _set(name: str) -> str:
    return f"#{name} = :{name}" if name in _CHANGING else f"#{name} = if_not_exists(#{name}, :{name})"
