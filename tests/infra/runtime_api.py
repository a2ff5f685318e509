"""AWS Lambda as a function's process sees it: the runtime API on loopback, for one invocation.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
_INVOCATION = "/2018-06-01/runtime/invocation"
#: A deadline that no test reaches, in epoch milliseconds: the end of the year 2099.
_DEADLINE = 4_102_444_799_000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a function made of its event."""

    #: False where it raised, or could not be imported.
    succeeded: bool
    #: Its answer, or the runtime's description of the error.
    document: Any


class RuntimeApi(ThreadingHTTPServer):
    """Gives one event to whoever asks first, and keeps what comes of it."""

    def __init__(self, event: object) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.events: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.events.put(event)
        self.outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.closing = threading.Event()

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API has them."""
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def runtime_api(event: object) -> Iterator[RuntimeApi]:
    """The runtime API, for as long as the context lasts."""
    api = RuntimeApi(event)
    thread = threading.Thread(target=api.serve_forever)
    thread.start()
    try:
        yield api
    finally:
        api.closing.set()
        api.shutdown()
        thread.join()
        api.server_close()


class _Call(BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """`next`: the event, or silence until there is no more to come."""
        try:
            event = self.server.events.get_nowait()
        except queue.Empty:
            self.server.closing.wait()
            self.close_connection = True
            return
        headers = {
            # Without it the runtime's client waits for ever.
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": _REQUEST_ID,
            "Lambda-Runtime-Deadline-Ms": str(_DEADLINE),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:under-test",
        }
        self._answer(200, headers, json.dumps(event).encode())

    def do_POST(self) -> None:
        """`response`, or `error` of an invocation or of the start."""
        document = json.loads(self.rfile.read(int(self.headers["content-length"])))
        succeeded = self.path == f"{_INVOCATION}/{_REQUEST_ID}/response"
        self.server.outcomes.put(Outcome(succeeded=succeeded, document=document))
        self._answer(202, {"Content-Type": "application/json"}, b'{"status":"OK"}')

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
