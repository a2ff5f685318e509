"""One URL on loopback behind which moto answers for every AWS service, to a process of its own.

Requests are handed to `requests`, which moto answers in place of AWS while `mock_aws` lasts; without it none is served.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from moto import mock_aws

#: Of a signature: .../20261118/eu-west-1/dynamodb/aws4_request
_SCOPE = re.compile(r"Credential=[^/]+/[0-9]{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
#: Headers of one connection, which the next must make for itself.
_OF_A_HOP = frozenset({"connection", "content-length", "date", "host", "server", "transfer-encoding"})
#: How long a service of this process may take to answer, in seconds.
_PATIENCE = 30


@contextmanager
def aws_endpoint() -> Iterator[str]:
    """The URL of an empty AWS account, for as long as the context lasts."""
    with mock_aws():
        server = _Endpoint(("127.0.0.1", 0), _Relay)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Endpoint(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A process that was ended leaves its connections as they are; all else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Relay a request to the service that it was signed for."""
        scope = _SCOPE.search(self.headers.get("authorization", ""))
        if scope is None:
            self.send_error(403, "the request is not signed")
            return
        region, service = scope.groups()
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        answer = requests.request(
            self.command,
            f"https://{service}.{region}.amazonaws.com{self.path}",
            headers=_end_to_end(self.headers.items()),
            data=body,
            timeout=_PATIENCE,
        )
        self.send_response(answer.status_code)
        for name, value in _end_to_end(answer.headers.items()).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_DELETE = do_GET = do_HEAD = do_PUT = do_POST  # noqa: N815 - http.server's own words

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _end_to_end(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _OF_A_HOP}
