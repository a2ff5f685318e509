"""What S3 is held to by a link: all of it stands under the signature, so whoever follows one can change nothing."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

from controlplane.aws.io_bucket import S3Bucket
from controlplane.io_bucket import LINK_SECONDS
from tests.contract.deployed import client

CONTENT = b"hello"
KEY = "user%2Fada/j1/outputs/größe 1.html"


def signed(url: str) -> dict[str, str]:
    """What the query of a link says."""
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


def test_an_upload_signs_length_and_checksum() -> None:
    """S3 refuses any other bytes."""
    sha256 = hashlib.sha256(CONTENT)
    link = S3Bucket(client("s3"), bucket="bucket").upload_link(KEY, size=5, sha256=sha256.hexdigest())

    checksum = base64.b64encode(sha256.digest()).decode()
    assert "content-length;host;x-amz-checksum-sha256" == signed(link.url)["X-Amz-SignedHeaders"]
    assert ({"content-length": "5", "x-amz-checksum-sha256": checksum}, "PUT") == (dict(link.headers), link.method)


def test_a_download_is_signed_as_bytes_to_save() -> None:
    """Whatever type it was stored with, no browser shows it."""
    said = signed(S3Bucket(client("s3"), bucket="bucket").download_link(KEY).url)

    assert "attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe%201.html" == said["response-content-disposition"]
    assert ("application/octet-stream", str(LINK_SECONDS)) == (said["response-content-type"], said["X-Amz-Expires"])
