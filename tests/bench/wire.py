"""Requests made beforehand, sent over sockets that stay open: a load that costs its sender next to nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

#: Seconds that an answer may take.
_PATIENCE = 30
_RECEIVED = 1 << 18
_OK = b"HTTP/1.1 2"
_LENGTH = b"content-length: "


def signed(ready: Mapping[str, str], path: str, document: Mapping[str, Any]) -> bytes:
    """A whole request, good for five minutes; `ready` is what the endpoint's process has printed."""
    body = json.dumps(document).encode()
    host = urlsplit(ready["url"]).netloc
    request = AWSRequest(method="POST", url=f"{ready['url']}{path}", data=body, headers={"Host": host})
    SigV4Auth(Credentials(ready["accessKeyId"], ready["secretAccessKey"]), "batch", "local-1").add_auth(request)
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"POST {path} HTTP/1.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def bearing(
    url: str, token: str, method: str, path: str, document: Mapping[str, Any] | None = None, *, key: str | None = None
) -> bytes:
    """A whole request of the plane's API, by a bearer token; with an Idempotency-Key where one is given."""
    body = b"" if document is None else json.dumps(document).encode()
    host = urlsplit(url).netloc
    headers = f"Host: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    headers += "" if key is None else f"Idempotency-Key: {key}\r\n"
    return f"{method} {path} HTTP/1.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def send_all(url: str, requests: Sequence[bytes], *, connections: int) -> int:
    """Send the requests over so many connections, each after the answer to the one before; how many were answered."""
    answered: list[int] = []
    shares = [requests[start::connections] for start in range(connections)]
    threads = [threading.Thread(target=lambda share: answered.append(_send(url, share)), args=(s,)) for s in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if sum(answered) != len(requests):
        raise ConnectionError(f"{len(requests)} requests were sent and {sum(answered)} answered well")
    return len(requests)


def ask(url: str, request: bytes) -> dict[str, Any]:
    """The answer to one request."""
    with connected(url) as connection:
        document: dict[str, Any] = json.loads(exchange(connection, request))
    return document


def _send(url: str, requests: Sequence[bytes]) -> int:
    with connected(url) as connection:
        return sum(bool(exchange(connection, request)) for request in requests)


def connected(url: str) -> socket.socket:
    """A connection that stays open."""
    address = urlsplit(url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=_PATIENCE)


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """Send one request, and receive its answer's body. Raises ConnectionError for an answer that is no success."""
    connection.sendall(request)
    return received_from(connection)


def received_from(connection: socket.socket) -> bytes:
    """The body of the answer to a request that was sent. Raises ConnectionError for one that is no success."""
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _some(connection)
    head = bytes(received[:end])
    if not head.startswith(_OK):
        raise ConnectionError(f"The endpoint answered {head[:200]!r} {bytes(received[end : end + 200])!r}")
    place = head.lower().index(_LENGTH) + len(_LENGTH)
    size = end + 4 + int(head[place:].split(b"\r\n", 1)[0])
    while len(received) < size:
        received += _some(connection)
    return bytes(received[end + 4 :])


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(_RECEIVED)
    if not data:
        raise ConnectionError("The endpoint closed the connection.")
    return data
