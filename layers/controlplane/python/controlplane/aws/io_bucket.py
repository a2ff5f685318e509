"""The IOBucket in Amazon S3: links are presigned, so signing one calls nobody.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from controlplane.io_bucket import LINK_SECONDS, Link, StoredObject


class S3Bucket:
    """The port `IOBucket` over an S3 bucket. The client must sign with s3v4."""

    def __init__(self, client: Any, *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_link(self, key: str, *, size: int, sha256: str) -> Link:
        """S3 refuses other bytes than those: their length and checksum are signed."""
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        params = {"Bucket": self._bucket, "Key": key, "ContentLength": size, "ChecksumSHA256": checksum}
        url = self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=LINK_SECONDS)
        headers = {"content-length": str(size), "x-amz-checksum-sha256": checksum}
        return Link(url=url, method="PUT", headers=headers)

    def download_link(self, key: str) -> Link:
        """Always an attachment: a job's output is never shown as a page."""
        params = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": "attachment"}
        url = self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=LINK_SECONDS)
        return Link(url=url, method="GET", headers={})

    def list_objects(self, prefix: str) -> Sequence[StoredObject]:
        """A page holds 1,000."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        found = (each for page in pages for each in page.get("Contents", ()))
        return [StoredObject(key=each["Key"], size=each["Size"]) for each in found]
