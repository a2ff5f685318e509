"""The IOBucket: where each byte of a job's input and output lies, and the port that lends links to it. Does no I/O.

Keys are made here and nowhere else: `<owner>/uploads/<sha256>/<name>` for what a caller sends ahead of a job, the same
for the same bytes, so that a submission can be repeated word for word; `<owner>/<jobId>/outputs/[<index>/]<name>` for
what a job leaves; `<owner>/<jobId>/overrides.json` for what AWS Batch can't be told of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from controlplane.errors import Violation

#: How long a signed link is good for, in seconds.
LINK_SECONDS = 900
#: The largest single upload that Amazon S3 takes, in bytes (PutObject).
MAX_UPLOAD_BYTES = 5 * 1024**3
#: Most objects that one call lists or deletes: Amazon S3's own bound.
MOST_AT_ONCE = 1000
#: Longest name of a file, in bytes of UTF-8: a key has 1,024 at most, and begins with the owner and the job.
MAX_NAME_BYTES = 512
#: Longest prefix of an owner, in bytes: with `uploads/`, a digest and the longest name it is a key's 1,024.
MAX_OWNER_BYTES = 1024 - len("uploads/") - 64 - len("/") - MAX_NAME_BYTES
#: What no name has: control characters, line separators, backslash, '%', and halves of undecodable characters.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\%\ud800-\udfff]")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, kw_only=True)
class Link:
    """A short-lived permission to do one thing with one key, for whoever holds it."""

    url: str
    method: str
    #: Headers that must go with the request, exactly.
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """One object of the IOBucket."""

    key: str
    #: Bytes.
    size: int


class IOBucket(Protocol):
    """The port: Amazon S3, or a folder."""

    def upload_link(self, key: str, *, size: int, sha256: str) -> Link:
        """A link that stores exactly these bytes (size in bytes, sha256 in hexadecimal) under this key."""
        ...

    def download_link(self, key: str) -> Link:
        """A link that reads this key, as an attachment."""
        ...

    def store(self, key: str, content: bytes) -> None:
        """Store an object, which need not travel by a link; it replaces what is there."""
        ...

    def find_object(self, key: str) -> StoredObject | None:
        """The object under this key; None where there is none, or none any more."""
        ...

    def list_objects(self, prefix: str, *, after: str = "", limit: int = MOST_AT_ONCE) -> Sequence[StoredObject]:
        """The first objects whose key begins so, in the order of their keys, from behind a key on."""
        ...

    def delete_objects(self, prefix: str, *, limit: int = MOST_AT_ONCE) -> int:
        """Delete the first objects whose key begins so; how many they were: less than the limit where none is left."""
        ...


def name_violation(field: str, name: object, *, most: int = MAX_NAME_BYTES) -> Violation | None:
    """What is wrong with a file's name; None when it is safe in a working directory and in a key."""
    if (
        isinstance(name, str)
        and not _FORBIDDEN.search(name)
        and 0 < len(name.encode()) <= most
        and not any(part in ("", ".", "..") for part in name.split("/"))
    ):
        return None
    bound = f"a relative path of at most {most} bytes, without '..', backslash, '%' or control characters"
    return Violation(field=field, bound=bound, value=name)


def upload_violations(field: str, *, name: object, size: object, sha256: object) -> list[Violation]:
    """All that is wrong with one announced upload."""
    found = [name_violation(f"{field}name", name)]
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_UPLOAD_BYTES:
        bound = f"an integer from 0 to {MAX_UPLOAD_BYTES} (bytes)"
        found.append(Violation(field=f"{field}size", bound=bound, value=size))
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        bound = "64 hexadecimal digits in lower case: the SHA-256 of the bytes"
        found.append(Violation(field=f"{field}sha256", bound=bound, value=sha256))
    return [violation for violation in found if violation]


def owner_prefix(owner: str) -> str:
    """The prefix of all that belongs to one owner; never the prefix of another's."""
    return quote(owner, safe="@+=,._-") + "/"


def upload_key(owner: str, sha256: str, name: str) -> str:
    """The key of one uploaded file."""
    return f"{owner_prefix(owner)}uploads/{sha256}/{name}"


def is_upload_of(owner: str, key: str) -> bool:
    """True for a key that `upload_key` makes for this owner."""
    prefix = f"{owner_prefix(owner)}uploads/"
    sha256, _, name = key.removeprefix(prefix).partition("/")
    return key.startswith(prefix) and bool(_SHA256.fullmatch(sha256)) and name_violation("key", name) is None


def job_prefix(owner: str, job_id: str) -> str:
    """The prefix of all that belongs to one job. What was uploaded lies elsewhere: other jobs may have it too."""
    return f"{owner_prefix(owner)}{job_id}/"


def overrides_key(owner: str, job_id: str) -> str:
    """The key of what a job's runner reads of its overrides, where AWS Batch can't be told it."""
    return f"{job_prefix(owner, job_id)}overrides.json"


def attachment(key: str) -> str:
    """Content-Disposition of what lies under a key: a file to save, by the last part of its name."""
    return f"attachment; filename*=UTF-8''{quote(key.rpartition('/')[2], safe='')}"


def outputs_prefix(owner: str, job_id: str, index: int | None = None) -> str:
    """The prefix of a job's outputs; of one child's, where an index is given."""
    child = "" if index is None else f"{index}/"
    return f"{job_prefix(owner, job_id)}outputs/{child}"
