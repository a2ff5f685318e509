"""What one would write without the plane: each event read by `json.loads`, and one conditional UpdateItem for it.

For a job that was submitted through the plane, the write is the plane's own: the same attributes and conditions. A
child of an array is a job like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from zlib import crc32

from botocore.exceptions import ClientError

_RANKS = {"SUBMITTED": 0, "PENDING": 1, "RUNNABLE": 2, "STARTING": 3, "RUNNING": 4, "SUCCEEDED": 5, "FAILED": 6}
_IS_NEWER = "(attribute_not_exists(#order) OR #order < :order) AND attribute_not_exists(#expiresAt)"
_IS_OURS = (
    " AND #jobQueue = :jobQueue AND #jobDefinition = :jobDefinition"
    " AND #createdAt <= :latestBirth AND (attribute_not_exists(#batchJobId) OR #batchJobId = :batchJobId)"
)
#: By how much Batch's clock may be behind (milliseconds).
_SKEW = 3_600_000
_NAMES = (
    "order",
    "changedAt",
    "status",
    "detail",
    "open",
    "batchJobId",
    "jobQueue",
    "jobDefinition",
    "lost",
    "missedAt",
    "expiresAt",
)


def one_by_one(client: Any, table: str, bodies: Iterable[str]) -> int:
    """Write each event after the answer to the one before; how many were written or refused."""
    return sum(_write(client, table, body) for body in bodies)


def by_threads(client: Any, table: str, bodies: Iterable[str], *, threads: int) -> int:
    """The same by so many threads of one client."""
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(lambda body: _write(client, table, body), bodies))


def update_of(body: str) -> dict[str, Any]:
    """UpdateItem's arguments for one event, but for the table."""
    event = json.loads(body)
    detail = event["detail"]
    transition = 10 * sum("stoppedAt" in attempt for attempt in detail["attempts"]) + _RANKS[detail["status"]]
    is_terminal = detail["status"] in ("SUCCEEDED", "FAILED")
    is_child = "index" in detail.get("arrayProperties", {})
    job_id = detail["jobId"] if is_child else detail["jobName"].rsplit("-", 1)[1]
    at = _entered(event, detail)
    values = {
        ":order": {"N": str(1000 if is_terminal else transition)},
        ":changedAt": {"N": str(at)},
        ":status": {"S": detail["status"]},
        ":detail": {"S": json.dumps(_kept(detail), separators=(",", ":"))},
        f":h{transition}": {"N": str(at)},
        ":jobQueue": {"S": detail["jobQueue"]},
        ":jobDefinition": {"S": detail["jobDefinition"]},
        ":batchJobId": {"S": detail["jobId"]},
    }
    if not is_child:
        values[":latestBirth"] = {"N": str(detail["createdAt"] + _SKEW)}
    is_open = not (is_terminal or is_child)
    if is_open:
        values[":open"] = {"S": str(crc32(job_id.encode()) % 8)}
    names = (*_NAMES, f"h{transition}") if is_child else (*_NAMES, "createdAt", f"h{transition}")
    return {
        "Key": {"pk": {"S": job_id}, "sk": {"S": "RECORD"}},
        "UpdateExpression": _update(transition, is_open=is_open, is_child=is_child),
        "ConditionExpression": _IS_NEWER if is_child else _IS_NEWER + _IS_OURS,
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": values,
    }


def _update(transition: int, *, is_open: bool, is_child: bool) -> str:
    """What is set, and what is taken away."""
    sets = "SET #order = :order, #changedAt = :changedAt, #status = :status, #detail = :detail"
    gone = " REMOVE #lost, #missedAt, #expiresAt" if is_open else " REMOVE #lost, #missedAt, #open, #expiresAt"
    if is_open:
        sets += ", #open = :open"
    sets += f", #h{transition} = if_not_exists(#h{transition}, :h{transition})"
    if is_child:
        sets += ", #jobQueue = :jobQueue, #jobDefinition = :jobDefinition"
    return sets + ", #batchJobId = if_not_exists(#batchJobId, :batchJobId)" + gone


def _write(client: Any, table: str, body: str) -> int:
    try:
        client.update_item(TableName=table, **update_of(body))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return 1


def _entered(event: dict[str, Any], detail: dict[str, Any]) -> int:
    """When the job entered its status, epoch milliseconds."""
    if detail["status"] in ("SUCCEEDED", "FAILED"):
        return int(detail["stoppedAt"])
    if detail["status"] == "RUNNING":
        return int(detail["startedAt"])
    return max(int(datetime.fromisoformat(event["time"]).timestamp() * 1000), detail["createdAt"])


def _kept(detail: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an event's detail."""
    container = detail["container"]
    attempts = [
        {
            "container": {
                name: attempt["container"][name]
                for name in ("exitCode", "reason", "logStreamName")
                if name in attempt["container"]
            },
            **{name: attempt[name] for name in ("startedAt", "stoppedAt", "statusReason") if name in attempt},
        }
        for attempt in detail["attempts"]
    ]
    kept = {name: detail[name] for name in ("statusReason", "startedAt", "stoppedAt") if name in detail}
    kept |= {name: container[name] for name in ("exitCode", "reason", "logStreamName") if name in container}
    return kept | ({"attempts": attempts} if attempts else {})
