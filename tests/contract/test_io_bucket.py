"""Links store and read what they say, over either plane's bucket."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import requests
from moto import mock_aws

from batchplane_local.gateway.io_routes import IoRoutes
from batchplane_local.io_bucket import FolderBucket
from batchplane_local.links import Links
from controlplane.aws.io_bucket import S3Bucket
from controlplane.io_bucket import IOBucket, Link, StoredObject, outputs_prefix
from tests.builders import T0
from tests.contract.conftest import PLANES, NewDatabase
from tests.contract.deployed import client, create_bucket
from tests.waiting import PATIENCE_SECONDS

PREFIX = outputs_prefix("user/ada", "j1")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of following a link."""

    status: int
    #: Names in lower case.
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class BucketBox:
    """The port, and a way to follow its links."""

    port: IOBucket
    follow: Callable[[Link, bytes], Answer]

    def store(self, key: str, content: bytes) -> Answer:
        """Store bytes under a key, by a link."""
        sha256 = hashlib.sha256(content).hexdigest()
        return self.follow(self.port.upload_link(key, size=len(content), sha256=sha256), content)

    def read(self, key: str) -> Answer:
        """Read a key, by a link."""
        return self.follow(self.port.download_link(key), b"")


@pytest.fixture(params=PLANES)
def bucket(request: pytest.FixtureRequest, new_database: NewDatabase, tmp_path: Path) -> Iterator[BucketBox]:
    """An empty IOBucket."""
    if request.param == "embedded":
        links = Links(secret=b"secret", clock=lambda: T0)
        port = FolderBucket(new_database(), tmp_path, links=links, url="http://127.0.0.1:1")
        routes = IoRoutes(bucket=port, links=links)
        yield BucketBox(port=port, follow=lambda link, content: asyncio.run(by_asgi(routes, link, content)))
    else:
        with mock_aws():
            s3 = client("s3")
            yield BucketBox(port=S3Bucket(s3, bucket=create_bucket(s3)), follow=by_requests)


async def by_asgi(routes: IoRoutes, link: Link, content: bytes) -> Answer:
    """Follow a link of the embedded plane."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=routes)) as caller:
        answer = await caller.request(link.method, link.url, headers=dict(link.headers), content=content)
    return Answer(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


def by_requests(link: Link, content: bytes) -> Answer:
    """Follow a presigned URL, with the one HTTP client that moto answers."""
    answer = requests.request(link.method, link.url, headers=link.headers, data=content, timeout=PATIENCE_SECONDS)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(status=answer.status_code, headers=headers, body=answer.content)


@pytest.mark.parametrize("name", ["counts.json", "a/b/c", "größe λ.txt", "a+b ?#&=.txt", "0/rows 1.csv"])
def test_what_a_link_stores_another_reads(bucket: BucketBox, name: str) -> None:
    """Byte for byte, under any name that is allowed."""
    content = bytes(range(256)) * 1000

    stored, read = bucket.store(PREFIX + name, content), bucket.read(PREFIX + name)

    assert (200, 200, content) == (stored.status, read.status, read.body)


def test_an_object_may_be_empty(bucket: BucketBox) -> None:
    """Nothing is something."""
    stored, read = bucket.store(f"{PREFIX}empty", b""), bucket.read(f"{PREFIX}empty")

    assert (200, 200, b"") == (stored.status, read.status, read.body)


def test_an_object_is_read_as_an_attachment(bucket: BucketBox) -> None:
    """A browser saves what a job has left, and never shows it as a page."""
    bucket.store(f"{PREFIX}page.html", b"<script>")

    assert bucket.read(f"{PREFIX}page.html").headers["content-disposition"].startswith("attachment")


def test_what_is_not_there_is_refused(bucket: BucketBox) -> None:
    """A link is signed without looking. S3 says 403 where 404 would tell too much."""
    assert bucket.read(f"{PREFIX}nothing").status in (403, 404)


def test_the_last_one_stored_stays(bucket: BucketBox) -> None:
    """An object is replaced whole."""
    bucket.store(f"{PREFIX}a", b"first")
    bucket.store(f"{PREFIX}a", b"second")

    assert (b"second", [StoredObject(key=f"{PREFIX}a", size=6)]) == (
        bucket.read(f"{PREFIX}a").body,
        list(bucket.port.list_objects(PREFIX)),
    )


def test_objects_are_listed_by_prefix_in_the_order_of_their_keys(bucket: BucketBox) -> None:
    """By the bytes of UTF-8, and nothing of a neighbour whose key begins alike."""
    names = ["Z", "a", "a.b", "a/b", "ä", "\U0001f308"]
    for name in reversed(names):
        bucket.store(PREFIX + name, name.encode())
    bucket.store(outputs_prefix("user/ada", "j10") + "a", b"a neighbour's")

    found = bucket.port.list_objects(PREFIX)

    assert [StoredObject(key=PREFIX + name, size=len(name.encode())) for name in names] == list(found)


def test_an_empty_prefix_has_no_objects(bucket: BucketBox) -> None:
    """A job may leave nothing."""
    assert [] == list(bucket.port.list_objects(PREFIX))


def test_objects_are_listed_in_pages(bucket: BucketBox) -> None:
    """Each goes on behind the last key of the one before."""
    for name in "abc":
        bucket.store(PREFIX + name, b"")

    pages = [bucket.port.list_objects(PREFIX, after=after, limit=2) for after in ("", f"{PREFIX}b")]

    assert [["a", "b"], ["c"]] == [[each.key.removeprefix(PREFIX) for each in page] for page in pages]


def test_an_object_is_found_by_its_key(bucket: BucketBox) -> None:
    """None where there is none, whatever key begins so."""
    bucket.store(f"{PREFIX}ab", b"12345")

    found = [bucket.port.find_object(PREFIX + name) for name in ("ab", "a")]

    assert [StoredObject(key=f"{PREFIX}ab", size=5), None] == found


def test_objects_are_deleted_by_prefix_so_many_at_a_time(bucket: BucketBox) -> None:
    """A neighbour's stay, and so do the same bytes under another key."""
    neighbour = outputs_prefix("user/ada", "j10") + "a"
    for key in (f"{PREFIX}a", f"{PREFIX}b", f"{PREFIX}c", neighbour):
        bucket.store(key, b"the same")

    counts = [bucket.port.delete_objects(PREFIX, limit=2) for _ in range(3)]

    left = [bucket.read(f"{PREFIX}a").status in (403, 404), bucket.read(neighbour).body]
    assert ([2, 1, 0], [], [True, b"the same"]) == (counts, list(bucket.port.list_objects(PREFIX)), left)


def test_what_the_plane_stores_a_link_reads(bucket: BucketBox) -> None:
    """The last that was stored."""
    for content in (b"first", b"second"):
        bucket.port.store(f"{PREFIX}a", content)

    assert b"second" == bucket.read(f"{PREFIX}a").body
