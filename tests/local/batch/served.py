"""An embedded Batch behind its endpoint, served on a loopback port while a block runs, and boto3's clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from batchplane_local.batch.http.endpoint import Endpoint
from batchplane_local.batch.http.sigv4 import KeyPair
from batchplane_local.clock import epoch_milliseconds
from batchplane_local.gateway.server import listen, served, url_of
from tests.local.batch.machine import Machine

KEY_PAIR = KeyPair(access_key_id="LOCALTESTACCESSKEY", secret_access_key="no-secret-at-all-just-a-test")  # noqa: S106
REGION = "local-1"


@dataclass(frozen=True)
class Served:
    """A machine, and where it answers."""

    machine: Machine
    url: str

    def client(self, service: str, key_pair: KeyPair = KEY_PAIR) -> Any:
        """boto3's client of the endpoint, which tries once."""
        return botocore.session.Session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=key_pair.access_key_id,
            aws_secret_access_key=key_pair.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def send(self, path: str, body: bytes = b"{}", **headers: str) -> httpx.Response:
        """A signed POST request, with headers that are signed too; sent as it is, whatever they say."""
        request = AWSRequest(method="POST", url=f"{self.url}{path}", data=body, headers=headers)
        credentials = Credentials(KEY_PAIR.access_key_id, KEY_PAIR.secret_access_key)
        SigV4Auth(credentials, "batch", REGION).add_auth(request)
        return httpx.post(request.url, content=body, headers=dict(request.headers))


@contextmanager
def serving(machine: Machine) -> Iterator[Served]:
    """Serve a machine while the block runs."""
    with closing(listen(0, otherwise="Try again.")) as listener:
        url = url_of(listener)
        endpoint = Endpoint(machine.batch, url=url, key_pair=KEY_PAIR, clock=epoch_milliseconds)
        with closing(endpoint), served(endpoint, listener):
            yield Served(machine, url)
