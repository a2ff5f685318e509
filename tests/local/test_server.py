"""The server's own part of HTTP: what a request may ask for, and how HEAD is answered."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from batchplane_local.gateway.asgi import Receive, Scope, Send, answer, chunks
from batchplane_local.gateway.server import MOST_HEAD_BYTES, listen, served
from tests.waiting import PATIENCE_SECONDS


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was asked for, once the body is read."""
    async for _ in chunks(receive):
        pass
    await answer(send, 200, [("content-type", "text/plain")], scope["raw_path"])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where an application is served."""
    with closing(listen(0, otherwise="")) as listener, served(echo, listener):
        yield listener.getsockname()[1]


def answered(port: int, *requests: str) -> bytes:
    """All that comes back on one connection, which the last of these requests closes."""
    sent = [f"{request} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n" for request in requests]
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(("\r\n".join(sent) + "Connection: close\r\n\r\n").encode())
        with connection.makefile("rb") as incoming:
            return incoming.read()


def test_a_path_is_asked_for(port: int) -> None:
    """As every client does."""
    assert answered(port, "GET /jobs/a%20b?limit=1").endswith(b"\r\n\r\n/jobs/a%20b")


@pytest.mark.parametrize("target", ["http://evil.example/jobs", "http://127.0.0.1/jobs", "*", "evil.example:443"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "CONNECT"])
def test_anything_but_a_path_is_refused(port: int, method: str, target: str) -> None:
    """The plane is no proxy, and a host in the target would be compared with none."""
    assert answered(port, f"{method} {target}").startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("endless", ["GET /", "GET / HTTP/1.1\r\nX: ", "GET / HTTP/1.1\r\nX: a\r\nX: "])
def test_a_head_that_does_not_end_is_refused(port: int, endless: str) -> None:
    """Before it is all there, on a connection that has been used, too: whatever more of it were kept."""
    first = f"GET /first HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(first.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(endless.encode().ljust(MOST_HEAD_BYTES + 1, b"a"))
        with connection.makefile("rb") as incoming:
            refused = incoming.read()

    assert refused.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("trailers", ["Authorization: Bearer x\r\n\r\n", "X: ".ljust(MOST_HEAD_BYTES + 1, "a")])
def test_headers_after_a_body_are_refused(port: int, trailers: str) -> None:
    """They would be added to those that were looked at, however many come."""
    head = f"POST /late HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(f"{head}\r\n0\r\n".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(trailers.encode())
        with connection.makefile("rb") as incoming:
            refused = incoming.read()

    assert refused.startswith(b"HTTP/1.1 400 ")


def test_a_body_may_come_in_pieces(port: int) -> None:
    """Each of them longer than what is read at once, and one body after the other on a connection."""
    head = f"POST /pieces HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTransfer-Encoding: chunked\r\n"
    pieces = f"{10**6:x}\r\n{'a' * 10**6}\r\n" * 2 + "0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(f"{head}\r\n{pieces}{head}Connection: close\r\n\r\n{pieces}".encode())
        with connection.makefile("rb") as incoming:
            assert 2 == incoming.read().count(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("length", [50_000, 1_000_000])
def test_a_body_may_be_longer_than_a_head(port: int, length: int) -> None:
    """In one piece with its head, and in many; and so may the next request's be."""
    request = f"POST /long HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(f"{request}\r\n".encode() + b"a" * length)
        connection.sendall(f"{request}Connection: close\r\n\r\n".encode() + b"a" * length)
        with connection.makefile("rb") as incoming:
            assert 2 == incoming.read().count(b"HTTP/1.1 200 ")


def test_an_answer_to_head_has_no_body(port: int) -> None:
    """Or the next answer on the connection would begin within it."""
    heads, _, last = answered(port, "HEAD /first", "GET /second").rpartition(b"\r\n\r\n")

    assert (2, b"/second", False) == (heads.count(b"HTTP/1.1 200 "), last, b"/first" in heads)
