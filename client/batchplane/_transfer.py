"""Files to and from the IOBucket, over links that the plane lends. Never holds a whole upload in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import httpx

from batchplane._errors import AnswerMalformed, FileFailed, TransferFailed
from batchplane._plane_api import PlaneApi

T = TypeVar("T")
#: How much is held in memory at once, in bytes.
CHUNK_BYTES = 256 * 1024


class InputKey(str):
    """A file's key in the IOBucket, as `Client.upload` returns it."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something to upload: a file, or bytes."""

    content: Path | bytes

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The content from its beginning. Raises FileFailed."""
        try:
            with io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb") as file:
                yield file
        except OSError as error:
            raise FileFailed(f"The input {error.filename} can't be read ({error.strerror})") from error

    def measure(self) -> tuple[int, str]:
        """Size in bytes and SHA-256 in hexadecimal. Raises FileFailed."""
        digest, size = hashlib.sha256(), 0
        with self.opened() as file:
            for chunk in _pieces(file):
                digest.update(chunk)
                size += len(chunk)
        return size, digest.hexdigest()


def upload(api: PlaneApi, source: Source, name: str) -> InputKey:
    """Put a file into the IOBucket; its key there. Raises RequestInvalid, FileFailed, TransferFailed."""
    size, sha256 = source.measure()
    answer = api.post("/uploads", {"name": name, "size": size, "sha256": sha256})
    try:
        key, url, method = InputKey(answer["key"]), str(answer["url"]), str(answer["method"])
        headers = httpx.Headers(answer.get("headers", {}))
    except (KeyError, TypeError) as error:
        raise AnswerMalformed from error
    headers["Content-Length"] = str(size)
    _repeated(api, f"The upload of {name!r}", lambda: _put(api, source, method, url, headers))
    return key


def download(api: PlaneApi, url: str, *, name: str, size: int, write: Callable[[Iterator[bytes]], T]) -> T:
    """Read a file of so many bytes from the IOBucket with `write`, from its beginning at each attempt."""
    return _repeated(api, f"The download of {name!r}", lambda: _get(api, url, size, write))


class _Interrupted(Exception):  # noqa: N818 - an episode between two attempts, not an error anyone sees
    """The bytes did not all arrive; another attempt may do better."""


def _put(api: PlaneApi, source: Source, method: str, url: str, headers: httpx.Headers) -> None:
    with (
        source.opened() as file,
        api.http.stream(method, url, content=_pieces(file), headers=headers, auth=None) as answer,
    ):
        _check(answer)


def _get(api: PlaneApi, url: str, size: int, write: Callable[[Iterator[bytes]], T]) -> T:
    # Bytes as they are stored: a body compressed on its way would be of another size.
    with api.http.stream("GET", url, headers={"Accept-Encoding": "identity"}, auth=None) as answer:
        _check(answer)
        return write(_whole(answer.iter_bytes(CHUNK_BYTES), size))


def _whole(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    arrived = 0
    for chunk in chunks:
        arrived += len(chunk)
        yield chunk
    if arrived != size:
        raise _Interrupted(f"{arrived} of {size} bytes arrived")


def _check(answer: httpx.Response) -> None:
    """A link's answer says no more to a person than its status; the link itself is a secret."""
    if answer.is_success:
        return
    said = f"the IOBucket answered {answer.status_code} {answer.reason_phrase}"
    if answer.status_code >= 500 or answer.status_code == 429:
        raise _Interrupted(said)
    raise TransferFailed(f"{said}; links are short-lived: ask for a new one")


def _repeated(api: PlaneApi, what: str, attempt: Callable[[], T]) -> T:
    past = 0
    while True:
        past += 1
        try:
            return attempt()
        except TransferFailed as error:
            raise TransferFailed(f"{what} failed: {error}") from error
        except (httpx.TransportError, _Interrupted) as error:
            pause = api.retry.pause_seconds(past)
            if pause is None:
                raise TransferFailed(f"{what} failed {past} times: {error}") from error
        api.clock.sleep(pause)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
