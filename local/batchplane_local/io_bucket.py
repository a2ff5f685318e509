"""The IOBucket as a folder: the port `controlplane.io_bucket.IOBucket`, and the objects behind its links.

Bytes lie under their own SHA-256, and a table says which key has which: no key ever becomes a path, so none can leave
the folder, and an upload replaces an object whole or not at all.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from batchplane_local.database import Database
from batchplane_local.links import Links, Permission
from controlplane.errors import SubmissionInvalid, Violation
from controlplane.io_bucket import MOST_AT_ONCE, Link, StoredObject

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    key BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS objects_by_sha256 ON objects (sha256)
"""
_LIST = "SELECT key, size FROM objects WHERE key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?"
#: After every key that begins with a prefix: a byte that UTF-8 never has.
_LAST = b"\xff"


class FolderBucket:
    """A bucket in a folder."""

    def __init__(self, database: Database, folder: Path, *, links: Links, url: str) -> None:
        database.create(SCHEMA)
        self._database = database
        self._folder = folder
        self._incoming = folder / "incoming"
        self._links = links
        self._url = url
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        for broken_off in self._incoming.iterdir():
            broken_off.unlink()

    def upload_link(self, key: str, *, size: int, sha256: str) -> Link:
        """A link that stores exactly these bytes (size in bytes, sha256 in hexadecimal) under this key."""
        return self._link(Permission(method="PUT", key=key, size=size, sha256=sha256))

    def download_link(self, key: str) -> Link:
        """A link that reads this key, as an attachment."""
        return self._link(Permission(method="GET", key=key))

    def store(self, key: str, content: bytes) -> None:
        """Store an object, which need not travel by a link; it replaces what is there."""
        sha256 = hashlib.sha256(content).hexdigest()
        upload = self.begin(Permission(method="PUT", key=key, size=len(content), sha256=sha256))
        try:
            upload.write(content)
            upload.keep()
        finally:
            upload.end()

    def find_object(self, key: str) -> StoredObject | None:
        """The object under this key; None where there is none, or none any more."""
        rows = self._database.read("SELECT size FROM objects WHERE key = ?", key.encode())
        return StoredObject(key=key, size=rows[0][0]) if rows else None

    def list_objects(self, prefix: str, *, after: str = "", limit: int = MOST_AT_ONCE) -> Sequence[StoredObject]:
        """The first objects whose key begins so, in the order of their keys, from behind a key on."""
        rows = self._database.read(_LIST, prefix.encode(), prefix.encode() + _LAST, after.encode(), limit)
        return [StoredObject(key=key.decode(), size=size) for key, size in rows]

    def delete_objects(self, prefix: str, *, limit: int = MOST_AT_ONCE) -> int:
        """Delete the first objects whose key begins so, and the bytes that no other key has; how many they were."""
        found = [each.key.encode() for each in self.list_objects(prefix, limit=limit)]
        with self._database.write() as connection:
            for key in found:
                self._let_go(connection, key)
        return len(found)

    def opened(self, key: str) -> BinaryIO | None:
        """The file with the bytes of an object, open to read; None where there is no such key."""
        rows = self._database.read("SELECT sha256 FROM objects WHERE key = ?", key.encode())
        try:
            return self._place(rows[0][0]).open("rb") if rows else None
        except FileNotFoundError:  # it was deleted just now
            return None

    def begin(self, permission: Permission) -> Upload:
        """Begin to store what a link permits."""
        return Upload(self, permission, self._incoming)

    def keep(self, permission: Permission, file: Path) -> None:
        """Take a file that is as its permission says, and show it under the key."""
        place = self._place(str(permission.sha256))
        place.parent.mkdir(mode=0o700, exist_ok=True)
        key = permission.key.encode()
        with self._database.write() as connection:  # alone, or the same bytes might be let go as they come
            self._let_go(connection, key)
            file.replace(place)
            connection.execute("INSERT INTO objects VALUES (?, ?, ?)", (key, permission.size, permission.sha256))

    def _let_go(self, connection: sqlite3.Connection, key: bytes) -> None:
        """Forget a key, and its bytes where no other has them."""
        for (sha256,) in connection.execute("DELETE FROM objects WHERE key = ? RETURNING sha256", (key,)).fetchall():
            if not connection.execute("SELECT 1 FROM objects WHERE sha256 = ?", (sha256,)).fetchone():
                self._place(sha256).unlink(missing_ok=True)

    def _link(self, permission: Permission) -> Link:
        return Link(url=self._url + self._links.sign(permission), method=permission.method, headers={})

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


class Upload:
    """Bytes on their way into the bucket: in a file of their own until they are all there and right."""

    def __init__(self, bucket: FolderBucket, permission: Permission, folder: Path) -> None:
        self._bucket = bucket
        self._permission = permission
        self._file = NamedTemporaryFile(dir=folder, delete=False)  # noqa: SIM115 - closed by `end`
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, chunk: bytes) -> None:
        """Take some more bytes. Raises SubmissionInvalid as soon as they are too many."""
        self._size += len(chunk)
        if self._size > (self._permission.size or 0):
            raise self._wrong("size", f"{self._permission.size} bytes, as announced", f"{self._size} or more")
        self._hash.update(chunk)
        self._file.write(chunk)

    def keep(self) -> None:
        """Store what was written. Raises SubmissionInvalid where it is not what was announced."""
        if self._size != self._permission.size:
            raise self._wrong("size", f"{self._permission.size} bytes, as announced", self._size)
        digest = self._hash.hexdigest()
        if digest != self._permission.sha256:
            raise self._wrong("sha256", f"{self._permission.sha256}, as announced", digest)
        self._file.flush()
        self._bucket.keep(self._permission, Path(self._file.name))

    def end(self) -> None:
        """Close the file; forget it if it was not kept."""
        self._file.close()
        Path(self._file.name).unlink(missing_ok=True)

    def _wrong(self, field: str, bound: str, value: object) -> SubmissionInvalid:
        return SubmissionInvalid((Violation(field=field, bound=bound, value=value),))
