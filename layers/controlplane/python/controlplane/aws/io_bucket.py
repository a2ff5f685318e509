"""The IOBucket in Amazon S3: links are presigned, so signing one calls nobody.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from controlplane.errors import NotYet
from controlplane.io_bucket import LINK_SECONDS, MOST_AT_ONCE, Link, StoredObject, attachment


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
        """Always bytes to save, whatever was stored: a job's output is never shown as a page.

        S3 sets no other header of security by a link. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        params = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": attachment(key),
            "ResponseContentType": "application/octet-stream",
        }
        url = self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=LINK_SECONDS)
        return Link(url=url, method="GET", headers={})

    def store(self, key: str, content: bytes) -> None:
        """One call."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def find_object(self, key: str) -> StoredObject | None:
        """One call."""
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return None
            raise
        return StoredObject(key=key, size=found["ContentLength"])

    def list_objects(self, prefix: str, *, after: str = "", limit: int = MOST_AT_ONCE) -> Sequence[StoredObject]:
        """One call."""
        request = {"Bucket": self._bucket, "Prefix": prefix, "MaxKeys": limit} | (
            {"StartAfter": after} if after else {}
        )
        found = self._client.list_objects_v2(**request).get("Contents", ())
        return [StoredObject(key=each["Key"], size=each["Size"]) for each in found]

    def delete_objects(self, prefix: str, *, limit: int = MOST_AT_ONCE) -> int:
        """Two calls. Raises NotYet where S3 kept any."""
        found = self.list_objects(prefix, limit=limit)
        if found:
            objects = {"Objects": [{"Key": each.key} for each in found], "Quiet": True}
            kept = self._client.delete_objects(Bucket=self._bucket, Delete=objects).get("Errors", ())
            if kept:
                raise NotYet(f"Amazon S3 kept {len(kept)} of {len(found)} objects ({kept[0].get('Code')}): ask again.")
        return len(found)
