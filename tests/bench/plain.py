"""What one would write without the plane: each event read by `json.loads`, and one conditional UpdateItem for it.

The write is the plane's own, for a job that was submitted through it: the same attributes, the same conditions.
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
_CONDITION = (
    "(attribute_not_exists(#order) OR #order < :order) AND #jobQueue = :jobQueue AND #jobDefinition = :jobDefinition"
    " AND (attribute_not_exists(#batchJobId) OR #batchJobId = :batchJobId)"
)
_NAMES = ("order", "changedAt", "status", "detail", "open", "batchJobId", "jobQueue", "jobDefinition")


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
    finished = 10 * sum("stoppedAt" in attempt for attempt in detail["attempts"])
    transition = finished + _RANKS[detail["status"]]
    is_terminal = detail["status"] in ("SUCCEEDED", "FAILED")
    at = _entered(event, detail)
    job_id = detail["jobName"].rsplit("-", 1)[1]
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
    update = (
        "SET #order = :order, #changedAt = :changedAt, #status = :status, #detail = :detail,"
        f" #h{transition} = if_not_exists(#h{transition}, :h{transition}),"
        " #batchJobId = if_not_exists(#batchJobId, :batchJobId)"
    )
    if is_terminal:
        update += " REMOVE #lost, #missedAt, #open"
    else:
        update += ", #open = :open REMOVE #lost, #missedAt"
        values[":open"] = {"S": str(crc32(job_id.encode()) % 8)}
    return {
        "Key": {"pk": {"S": job_id}, "sk": {"S": "RECORD"}},
        "UpdateExpression": update,
        "ConditionExpression": _CONDITION,
        "ExpressionAttributeNames": {f"#{name}": name for name in (*_NAMES, "lost", "missedAt", f"h{transition}")},
        "ExpressionAttributeValues": values,
    }


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
