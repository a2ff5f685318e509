"""The IOBucket's links over HTTP: PUT stores, GET reads. What a link permits is decided in `links`, not here.

What a job has left is untrusted: it is only ever handed out as a file to save, never as something to show or to run.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import BinaryIO

from batchplane_local.gateway.asgi import Disconnected, Receive, Scope, Send, answer, chunks, refuse, start
from batchplane_local.io_bucket import FolderBucket
from batchplane_local.links import LinkRefused, Links, Permission
from controlplane.errors import SubmissionInvalid
from controlplane.io_bucket import attachment

#: How much of a file is read at once, in bytes.
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class IoRoutes:
    """Answers links."""

    bucket: FolderBucket
    links: Links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under `links.PATH`."""
        path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
        try:
            permission = self.links.read(scope["method"], path, query)
        except LinkRefused as error:
            await refuse(send, 403, title="The link permits nothing", detail=str(error))
            return
        if permission.method == "PUT":
            await self._put(permission, receive, send)
        else:
            await self._get(permission, send)

    async def _put(self, permission: Permission, receive: Receive, send: Send) -> None:
        upload = await asyncio.to_thread(self.bucket.begin, permission)
        try:
            async for chunk in chunks(receive):
                await asyncio.to_thread(upload.write, chunk)
            await asyncio.to_thread(upload.keep)
            await answer(send, 200, ())
        except SubmissionInvalid as error:
            title = "The bytes are not those announced"
            await refuse(send, 400, title=title, detail=str(error), violation=error.violations[0])
        except Disconnected:
            return
        finally:
            await asyncio.to_thread(upload.end)

    async def _get(self, permission: Permission, send: Send) -> None:
        file = await asyncio.to_thread(self.bucket.opened, permission.key)
        if file is None:
            await refuse(send, 404, title="No such object", detail="There is nothing under this key.")
            return
        try:
            await start(send, 200, _headers(permission.key, size=os.fstat(file.fileno()).st_size))
            await _stream(file, send)
        finally:
            file.close()


async def _stream(file: BinaryIO, send: Send) -> None:
    more = True
    while more:
        chunk = await asyncio.to_thread(file.read, CHUNK_BYTES)
        more = bool(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": more})


def _headers(key: str, *, size: int) -> list[tuple[str, str]]:
    return [
        ("content-type", "application/octet-stream"),
        ("content-length", str(size)),
        ("content-disposition", attachment(key)),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ]
