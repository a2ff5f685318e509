"""A job record as a DynamoDB item, and back. Does no I/O.

The hot item stays under 1 KB where it can, for every KB of it is a write unit: what was asked stands in an item of its
own, and history is one attribute a transition (`h<transition>`), so that a late event adds its own and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any
from zlib import crc32

import msgspec

from controlplane.aws.dynamodb.index_entry import created
from controlplane.batch.job_detail import Attempt
from controlplane.batch.state_change import StateChange
from controlplane.job import NOBODY, JobType, Status, whole_of
from controlplane.records.record import JobRecord, RecordKey, size_of, snapshot

#: A DynamoDB item, or part of one, in the wire's own form: {"S": …}, {"N": …}, {"BOOL": …}.
Item = dict[str, dict[str, Any]]
#: Partition keys of the index of jobs that have not ended.
OPEN_SHARDS = 8
#: Members of a record in the item, by their names there: what they are read and written as.
_TEXTS = {"batch_job_id": "batchJobId"}
_NUMBERS = {"size": "size", "claimed_at": "claimedAt", "missed_at": "missedAt"}


class _Detail(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What the newest change decides and no condition asks for: one attribute, whatever it has or lacks."""

    status_reason: str | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    exit_code: int | None = None
    reason: str | None = None
    log_stream_name: str | None = None
    attempts: tuple[Attempt, ...] = ()
    status_summary: Mapping[str, int] = {}
    is_cancelled: bool = False
    is_terminated: bool = False


def record_key(key: RecordKey) -> Item:
    """The primary key of a record that is no array's child."""
    return {"pk": {"S": key.job_id}, "sk": {"S": "RECORD"}}


def open_shard(job_id: str) -> str:
    """The partition key of a job that has not ended, in the index of those."""
    return str(crc32(job_id.encode()) % OPEN_SHARDS)


def to_item(record: JobRecord) -> Item:
    """The whole item of a record, but for its place in the index of what is open."""
    values = vars(record)
    item = record_key(record.key) | identity(record) | _changing(values) | history(record.history)
    item |= digests(record.capability_digests)
    item |= {name: {"S": values[member]} for member, name in _TEXTS.items() if values[member] is not None}
    item |= {name: {"N": str(values[member])} for member, name in _NUMBERS.items() if values[member] is not None}
    return item | ({"lost": {"N": str(record.changed_at)}} if record.lost else {})


def identity(record: JobRecord) -> Item:
    """The attributes that never change. A job of ours is listed by its submission."""
    since = created(record.created_at, record.key.job_id)
    item: Item = {
        "owner": {"S": record.owner},
        "openSince": {"S": since},
        "type": {"S": record.type.value},
        "jobName": {"S": record.job_name},
        "jobQueue": {"S": record.job_queue},
        "jobDefinition": {"S": record.job_definition},
        "createdAt": {"N": str(record.created_at)},
    }
    if not record.job_queue:
        del item["jobQueue"]  # an index has it as its key, which must not be empty
    if record.size is not None:
        item["size"] = {"N": str(record.size)}
    if record.owner == NOBODY:
        item["created"] = {"S": since}
    return item


def decided(key: RecordKey, change: StateChange) -> Item:
    """What the newest change decides. It is in the index of what is open only as long as it says so."""
    item = _changing(snapshot(change))
    if stays_open(key, change):
        item["open"] = {"S": open_shard(key.job_id)}
    return item


def stays_open(key: RecordKey, change: StateChange) -> bool:
    """Whether the sweep must look at a job after a change, as `closing.needs_closing` says of its record."""
    is_over = change.detail.status.is_terminal and size_of(change.detail) is None
    return not is_over or whole_of(key.job_id) is not None


def _changing(values: Mapping[str, Any]) -> Item:
    return {
        "order": {"N": str(values["order"])},
        "changedAt": {"N": str(values["changed_at"])},
        "status": {"S": str(values["status"])},
        "detail": {"S": _ENCODER.encode(_Detail(*_DETAIL(values))).decode()},
    }


def digests(capability_digests: tuple[str, ...]) -> Item:
    """One attribute for those of all capabilities; none where there are none."""
    return {"capabilityDigests": {"S": " ".join(capability_digests)}} if capability_digests else {}


def history(entries: Mapping[int, int]) -> Item:
    """One attribute a transition."""
    return {history_name(transition): {"N": str(at)} for transition, at in entries.items()}


def history_name(transition: int) -> str:
    """The attribute of one transition."""
    return f"h{transition}"


def from_item(item: Mapping[str, Mapping[str, Any]]) -> JobRecord:
    """The record of an item."""

    def text(name: str) -> str | None:
        return item[name]["S"] if name in item else None

    def number(name: str) -> int | None:
        return int(item[name]["N"]) if name in item else None

    optional: dict[str, Any] = {name: text(attribute) for name, attribute in _TEXTS.items()}
    optional |= {name: number(attribute) for name, attribute in _NUMBERS.items()}
    optional |= msgspec.structs.asdict(_DECODER.decode(item["detail"]["S"]))
    entries = {int(name[1:]): int(value["N"]) for name, value in item.items() if name[0] == "h" and name[1:].isdigit()}
    return JobRecord(
        key=RecordKey(job_id=item["pk"]["S"]),
        owner=text("owner") or NOBODY,
        type=JobType(item["type"]["S"]),
        job_name=item["jobName"]["S"],
        job_queue=text("jobQueue") or "",
        job_definition=item["jobDefinition"]["S"],
        created_at=int(item["createdAt"]["N"]),
        status=Status(item["status"]["S"]),
        order=int(item["order"]["N"]),
        changed_at=int(item["changedAt"]["N"]),
        lost="lost" in item,
        capability_digests=tuple((text("capabilityDigests") or "").split()),
        history=entries,
        **optional,
    )


_DETAIL = itemgetter(*_Detail.__struct_fields__)
_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder(_Detail)
