"""An ASGI application on a loopback port, in a thread of its own. Knows nothing of the application."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: The only address: nothing outside this machine reaches it.
ADDRESS = "127.0.0.1"
#: How long requests that are being answered may take to end, in seconds.
GRACE_SECONDS = 5
#: Most bytes of a request before its body, above what is read at once: API Gateway takes 10,240 in all.
MOST_HEAD_BYTES = 32 * 1024


class _Guarded(HttpToolsProtocol):
    """HTTP that takes a path alone for what is requested, keeps no endless head, and takes no headers after a body.

    A whole URL is for proxies, and names a host that nobody has compared with the plane's own. Trailers would be added
    to the headers that were compared. https://www.rfc-editor.org/rfc/rfc9112#section-3.2, and #section-7.1.2
    """

    #: Bytes of a head, or of trailers, that have begun; None while a body comes.
    _head: int | None = 0
    _has_begun = False

    def data_received(self, data: bytes) -> None:
        """Refuse a head that does not end: nobody has shown a credential yet."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(f"Before a request's body there are at most {MOST_HEAD_BYTES} bytes, after it none.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Raise for a trailer: the caller is then answered 400."""
        if self._has_begun:
            raise ValueError("a header came after the body")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The body begins."""
        self._head, self._has_begun = None, True
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """A piece of the body comes, or after the last one what may be trailers: they are counted as a head is."""
        self._head = 0

    def on_body(self, body: bytes) -> None:
        """It was a piece of the body."""
        self._head = None
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next head begins."""
        self._head, self._has_begun = 0, False
        super().on_message_complete()

    def on_url(self, url: bytes) -> None:
        """Raise for any other form of a request's target: the caller is then answered 400."""
        super().on_url(url)
        if not self.url.startswith(b"/"):
            raise ValueError("the request's target is no path")


class PortTaken(Exception):
    """Somebody else listens on the port."""


def listen(port: int, *, otherwise: str) -> socket.socket:
    """A socket on this loopback port, or on a free one for 0. Raises PortTaken, which says what to do otherwise."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"Port {port} of {ADDRESS} can't be had ({error.strerror}). {otherwise}") from error
    listener.listen()
    return listener


def url_of(listener: socket.socket) -> str:
    """Where a listening socket answers, without a trailing slash."""
    return f"http://{ADDRESS}:{listener.getsockname()[1]}"


@contextmanager
def served(application: Any, listener: socket.socket) -> Iterator[None]:
    """Serve while the block runs; then let what is being answered end."""
    config = uvicorn.Config(
        application,
        http=_Guarded,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
