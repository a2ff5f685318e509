"""`aws-config`: how boto3, the AWS CLI and other clients find the Batch endpoint. It is written here, read by them.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html. AWS_CONFIG_FILE points at it, and, where
there are credentials in the user's own `~/.aws/credentials`, AWS_SHARED_CREDENTIALS_FILE too.
"""

from __future__ import annotations

from pathlib import Path

from batchplane_local.batch import REGION
from batchplane_local.batch.http.sigv4 import KeyPair
from batchplane_local.whole_file import write_whole

_CONTENT = """\
# Made by `batchplane local --batch-port`, anew at each start.
[default]
region = {region}
aws_access_key_id = {access_key_id}
aws_secret_access_key = {secret_access_key}
services = batchplane

[services batchplane]
batch =
  endpoint_url = {url}
cloudwatch_logs =
  endpoint_url = {url}
"""


def write_aws_config(path: Path, *, url: str, key_pair: KeyPair) -> None:
    """Write the file, whole, readable by its user alone (mode 0600)."""
    content = _CONTENT.format(
        region=REGION,
        access_key_id=key_pair.access_key_id,
        secret_access_key=key_pair.secret_access_key,
        url=url,
    )
    write_whole(path, content.encode())
