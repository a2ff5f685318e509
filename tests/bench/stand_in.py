"""An AWS that answers with the same words whatever it is asked, and does nothing: what a client alone costs.

It is Batch for SubmitJob and DynamoDB for what names a target. Run as a process of its own, with the milliseconds that
every answer takes (0 for at once); prints its URL, and ends when its standard input does. `GET /counts` answers how
many requests, and bytes of their bodies, have come of each operation.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, cast

import uvloop

from controlplane.aws.dynamodb.record_item import to_item
from controlplane.aws.dynamodb.submission_item import submission_to_item
from controlplane.records.record import born
from tests.builders import submission

#: The table that BatchGetItem finds nothing in.
TABLE = "bench"
#: What opens it, as it takes any key pair.
KEY_PAIR = {"AWS_ACCESS_KEY_ID": "LOCALBENCHACCESSKEY", "AWS_SECRET_ACCESS_KEY": "no-secret-at-all-just-a-bench"}
_JOB_ID = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"
_JOB = {"jobArn": f"arn:aws:batch:local-1:000000000000:job/{_JOB_ID}", "jobId": _JOB_ID, "jobName": "bench"}
_ARN = "arn:aws:batch:local-1:000000000000"
_PLAIN = {"name": "plain", "arn": f"{_ARN}:job-definition/plain:3", "runner": False, "logGroup": "/bench/plain"}
_DEPLOYMENT: Mapping[str, Any] = {
    "name": "bench",
    "jobQueues": [{"name": "default", "arn": f"{_ARN}:job-queue/default"}],
    "jobDefinitions": [_PLAIN | {"vcpus": 1, "memory": 512}],
}
#: A submission and its record at once, whichever is asked for.
_ITEM = submission_to_item(submission()) | to_item(born(submission()))
#: What an operation is answered; any other is answered {}, as a write is that returns nothing.
_ANSWERS: dict[str, Mapping[str, Any]] = {
    "SubmitJob": _JOB,
    "GetItem": {"Item": _ITEM},
    "BatchGetItem": {"Responses": {TABLE: []}, "UnprocessedKeys": {}},
    "BatchWriteItem": {"UnprocessedItems": {}},
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
}
_END_OF_HEAD, _LENGTH, _TARGET = b"\r\n\r\n", b"content-length:", b"x-amz-target:"


def environment(url: str) -> dict[str, str]:
    """The variables by which a function, and any of AWS's clients, speaks to the stand-in at this URL."""
    return {
        **KEY_PAIR,
        "AWS_DEFAULT_REGION": "local-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "BATCHPLANE_TABLE": TABLE,
        "BATCHPLANE_RETENTION_DAYS": "0",
        "BATCHPLANE_IO_BUCKET": "bench",
        "BATCHPLANE_DEAD_LETTER_QUEUES": "[]",
        "BATCHPLANE_JOB_EVENTS_DEAD_LETTERS_URL": f"{url}/dead-letters",
        "BATCHPLANE_DEPLOYMENT": json.dumps(_DEPLOYMENT),
        "BATCHPLANE_URL": url,
        "BATCHPLANE_SUBMISSIONS_QUEUE_URL": f"{url}/submissions",
        "BATCHPLANE_SUBMISSIONS_PER_SECOND": "10",
    }


@dataclass
class _Count:
    requests: int = 0
    #: Of bodies.
    bytes: int = 0


class _Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self, counts: dict[str, _Count], answers: Mapping[str, bytes], *, delay: float) -> None:
        """Take what is counted and answered for all connections; the delay is in seconds."""
        self._counts = counts
        self._answers = answers
        self._delay = delay
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(_END_OF_HEAD)) >= 0:
            head = bytes(self._received[:end]).lower()
            length = int(_header(head, _LENGTH) or 0)
            if len(self._received) < end + len(_END_OF_HEAD) + length:
                return
            operation = _operation(bytes(self._received[:end]), head)
            del self._received[: end + len(_END_OF_HEAD) + length]
            self._answer(operation, length)

    def _answer(self, operation: str, length: int) -> None:
        if operation == "counts":
            self._write(_response({name: asdict(count) for name, count in self._counts.items()}))
            return
        count = self._counts.setdefault(operation, _Count())
        count.requests += 1
        count.bytes += length
        answer = self._answers.get(operation, self._answers[""])
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _operation(head: bytes, lower: bytes) -> str:
    """AWS's name of what is asked."""
    if lower.startswith(b"get /counts"):
        return "counts"
    place = lower.find(_TARGET)
    if place < 0:
        return "SubmitJob"
    return head[place:].split(b"\r\n", 1)[0].rsplit(b".", 1)[-1].decode()


def _header(head: bytes, name: bytes) -> bytes:
    """The value of a header; empty where there is none."""
    place = head.find(name)
    return head[place + len(name) :].split(b"\r\n", 1)[0] if place >= 0 else b""


def _response(document: Mapping[str, Any]) -> bytes:
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-amzn-RequestId: {_JOB_ID}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _serve(delay: float) -> None:
    loop = asyncio.get_running_loop()
    answers = {operation: _response(document) for operation, document in _ANSWERS.items()} | {"": _response({})}
    connection = partial(_Answering, {}, answers, delay=delay)
    server = await loop.create_server(connection, "127.0.0.1", 0, backlog=256)
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_serve(float(sys.argv[1]) / 1000))
