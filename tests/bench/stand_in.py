"""An AWS Batch that answers every SubmitJob at once, with the same words, and does nothing: what a client alone costs.

Run as a process of its own; prints its URL, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import cast

import uvloop

_JOB_ID = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"
_BODY = json.dumps(
    {"jobArn": f"arn:aws:batch:local-1:000000000000:job/{_JOB_ID}", "jobId": _JOB_ID, "jobName": "bench"}
)
_ANSWER = (
    f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-amzn-RequestId: {_JOB_ID}\r\n"
    f"Content-Length: {len(_BODY)}\r\n\r\n{_BODY}"
).encode()
_END_OF_HEAD, _LENGTH = b"\r\n\r\n", b"content-length:"


class _Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (size := _size_of_first(self._received)) is not None and len(self._received) >= size:
            del self._received[:size]
            if self._transport is not None:
                self._transport.write(_ANSWER)


def _size_of_first(received: bytearray) -> int | None:
    """Bytes of the first request, head and body; None while its head has not come whole."""
    end = received.find(_END_OF_HEAD)
    if end < 0:
        return None
    head = received[:end].lower()
    place = head.find(_LENGTH)
    length = int(head[place + len(_LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
    return end + len(_END_OF_HEAD) + length


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Answering, "127.0.0.1", 0)
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_serve())
