"""A link permits what it says, for a while, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from batchplane_local.database import Database
from batchplane_local.gateway.io_routes import IoRoutes
from batchplane_local.io_bucket import FolderBucket
from batchplane_local.links import Links, link_secret
from controlplane.io_bucket import LINK_SECONDS
from tests.local.callers import URL, call
from tests.local.clocks import Clock

KEY = "ada/j1/outputs/counts.json"
CONTENT = b'{"modules": 3}'
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass(frozen=True, kw_only=True)
class House:
    """A bucket, its routes, its clock."""

    folder: Path
    bucket: FolderBucket
    routes: IoRoutes
    clock: Clock

    def put(self, content: bytes, url: str | None = None) -> httpx.Response:
        """Follow an upload link for CONTENT, with any bytes."""
        link = url or self.bucket.upload_link(KEY, size=len(CONTENT), sha256=SHA256).url
        return call(self.routes, "PUT", link, content=content)

    def get(self, url: str | None = None) -> httpx.Response:
        """Follow a download link."""
        return call(self.routes, "GET", url or self.bucket.download_link(KEY).url)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty bucket."""
    clock = Clock()
    with closing(Database(tmp_path / "plane.sqlite")) as database:
        links = Links(secret=link_secret(database), clock=clock)
        bucket = FolderBucket(database, tmp_path / "io", links=links, url=URL)
        yield House(folder=tmp_path, bucket=bucket, routes=IoRoutes(bucket=bucket, links=links), clock=clock)


def test_an_expired_link_permits_nothing(house: House) -> None:
    """It says so, and when it expired."""
    url = house.bucket.download_link(KEY).url
    house.clock.now += LINK_SECONDS * 1000

    answer = house.get(url)

    assert (403, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert "expired" in answer.json()["detail"]


def test_a_link_is_good_until_it_expires(house: House) -> None:
    """To the last second."""
    house.put(CONTENT)
    url = house.bucket.download_link(KEY).url
    house.clock.now += LINK_SECONDS * 1000 - 1000

    assert 200 == house.get(url).status_code


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("counts.json", "other.json"),
        ("ada/", "bob/"),
        (f"size={len(CONTENT)}", "size=99999"),
        (f"sha256={SHA256}", f"sha256={'0' * 64}"),
        (f"sha256={SHA256}&", ""),
        ("expires=1", "expires=2"),
        ("expires=", "expires=x"),
        ("size=", "size=-"),
        ("size=", f"size={'9' * 5000}"),
        ("expires=", f"expires={'9' * 5000}"),
        ("signature=", "signature=0"),
        ("signature=", "signature=%C3%A4"),
        ("signature=", "sig="),
    ],
)
def test_a_link_that_was_tampered_with_permits_nothing(house: House, old: str, new: str) -> None:
    """Key, size, digest and expiry are all under the signature."""
    url = house.bucket.upload_link(KEY, size=len(CONTENT), sha256=SHA256).url
    assert old in url

    answer = house.put(CONTENT, url.replace(old, new))

    assert (403, []) == (answer.status_code, list(house.bucket.list_objects("")))


def test_what_is_signed_is_no_other_permission(house: House) -> None:
    """Though a key as it is asked for may hold line breaks, and who announces bytes names what is signed of them."""
    digits = "9" * 64
    signed = httpx.URL(house.bucket.upload_link(KEY, size=5, sha256=digits).url).params
    key = quote(f"{KEY}\n{signed['expires']}\n5", safe="/")
    forged = call(house.routes, "PUT", f"{URL}/io/{key}?expires={digits}&signature={signed['signature']}")

    assert 403 == forged.status_code


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST", "HEAD"])
def test_a_link_permits_one_method(house: House, method: str) -> None:
    """An upload link reads nothing."""
    url = house.bucket.upload_link(KEY, size=len(CONTENT), sha256=SHA256).url

    assert 403 == call(house.routes, method, url).status_code


def test_a_download_link_stores_nothing(house: House) -> None:
    """Nor does it replace anything."""
    house.put(CONTENT)

    answer = house.put(b"other", house.bucket.download_link(KEY).url)

    assert (403, CONTENT) == (answer.status_code, house.get().content)


def test_another_planes_link_permits_nothing(house: House, tmp_path: Path) -> None:
    """Each folder has its own secret."""
    with closing(Database(tmp_path / "other.sqlite")) as database:
        other = Links(secret=link_secret(database), clock=house.clock)
        bucket = FolderBucket(database, tmp_path / "other", links=other, url=URL)
        url = bucket.download_link(KEY).url

    assert 403 == house.get(url).status_code


def test_links_outlive_a_restart(tmp_path: Path) -> None:
    """The secret is made once."""
    path = tmp_path / "plane.sqlite"
    with closing(Database(path)) as first:
        made = link_secret(first)

    with closing(Database(path)) as second:
        assert made == link_secret(second)


@pytest.mark.parametrize(
    ("content", "field"),
    [(b"{", "size"), (CONTENT + b" ", "size"), (b"", "size"), (CONTENT.replace(b"3", b"4"), "sha256")],
)
def test_bytes_that_were_not_announced_are_refused(house: House, content: bytes, field: str) -> None:
    """The problem names what is wrong; nothing is stored, and nothing is left lying about."""
    answer = house.put(content)

    assert (400, field) == (answer.status_code, answer.json()["errors"][0]["field"])
    assert [] == list(house.bucket.list_objects(""))
    assert [] == [path for path in (house.folder / "io").rglob("*") if path.is_file()]


def test_a_refused_upload_leaves_what_was_there(house: House) -> None:
    """An object is replaced whole, or not at all."""
    house.put(CONTENT)

    house.put(b"broken")

    assert CONTENT == house.get().content


@pytest.mark.parametrize("key", ["../../plane.json", "/etc/passwd", "..", "a/../../b", "\x00", "x" * 500, "ä" * 400])
def test_no_key_leaves_the_folder(house: House, key: str) -> None:
    """A key is data: it never becomes a path, whatever its parts, and however long."""
    before = {path for path in house.folder.iterdir() if path.name != "io"}
    link = house.bucket.upload_link(key, size=len(CONTENT), sha256=SHA256)
    # Sent as it was signed, without a client's own idea of dots.
    scope_path = f"/io/{quote(key, safe='/')}"
    assert scope_path in link.url

    permission = house.routes.links.read("PUT", *link.url.removeprefix(URL).split("?"))
    upload = house.bucket.begin(permission)
    upload.write(CONTENT)
    upload.keep()
    upload.end()

    assert [key] == [stored.key for stored in house.bucket.list_objects("")]
    assert before == {path for path in house.folder.iterdir() if path.name != "io"}


def test_what_a_job_has_left_is_only_ever_saved(house: House) -> None:
    """A browser neither shows it, nor guesses what it may be, nor lets it run."""
    house.put(CONTENT)

    headers = house.get().headers

    assert (
        "attachment; filename*=UTF-8''counts.json",
        "nosniff",
        "default-src 'none'; sandbox",
        "application/octet-stream",
    ) == (
        headers["content-disposition"],
        headers["x-content-type-options"],
        headers["content-security-policy"],
        headers["content-type"],
    )


def test_what_an_upload_left_half_done_goes_at_the_next_start(house: House) -> None:
    """The plane was killed in the middle of it."""
    permission = house.routes.links.read(
        "PUT", *house.bucket.upload_link(KEY, size=len(CONTENT), sha256=SHA256).url.removeprefix(URL).split("?")
    )
    upload = house.bucket.begin(permission)
    upload.write(CONTENT[:3])

    with closing(Database(house.folder / "plane.sqlite")) as database:
        FolderBucket(database, house.folder / "io", links=house.routes.links, url=URL)

    assert [] == [path for path in (house.folder / "io").rglob("*") if path.is_file()]
    upload.end()


def test_bytes_go_with_the_last_key_that_has_them(house: House) -> None:
    """Deleted, or replaced by others."""
    files = house.folder / "io"
    house.put(CONTENT)
    stored = [path for path in files.rglob("*") if path.is_file()]
    house.bucket.delete_objects("ada/j1/")

    assert (1, []) == (len(stored), [path for path in files.rglob("*") if path.is_file()])


def test_bytes_that_are_replaced_go(house: House) -> None:
    """Nobody could read them any more."""
    house.put(CONTENT)
    other = b"other"
    link = house.bucket.upload_link(KEY, size=len(other), sha256=hashlib.sha256(other).hexdigest())
    house.put(other, link.url)

    assert [other] == [path.read_bytes() for path in (house.folder / "io").rglob("*") if path.is_file()]
