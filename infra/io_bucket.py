"""The IOBucket: where jobs' inputs and outputs lie. Private, encrypted, TLS only. Grants nothing."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct


class IOBucket(Construct):
    """The bucket, and a second one that keeps who used which signed link."""

    def __init__(self, scope: Construct, construct_id: str, *, days: int, log_days: int) -> None:
        super().__init__(scope, construct_id)
        access_logs = self._bucket("AccessLogs", days=log_days)
        self.bucket = self._bucket("Bucket", days=days, server_access_logs_bucket=access_logs)

    def _bucket(
        self, construct_id: str, *, days: int, server_access_logs_bucket: s3.IBucket | None = None
    ) -> s3.Bucket:
        expiry = s3.LifecycleRule(
            expiration=cdk.Duration.days(days), abort_incomplete_multipart_upload_after=cdk.Duration.days(1)
        )
        return s3.Bucket(
            self,
            construct_id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            lifecycle_rules=[expiry],
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            server_access_logs_bucket=server_access_logs_bucket,
        )
