"""The embedded Batch as an HTTP endpoint, for boto3, the AWS CLI and every other client: an ASGI application.

It decides nothing of its own: each request is one operation of the embedded Batch. Nothing that isn't signed with the
key pair reaches that: no web page and no other user of the machine may start a process.

What never waits is done on the server's loop itself, for a hop to another thread and back costs as much as the rest.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
from botocore.exceptions import ClientError, ConnectionClosedError, ParamValidationError

from batchplane_local.batch.client import EmbeddedBatch
from batchplane_local.batch.http.aws_json import TARGET, AwsJson
from batchplane_local.batch.http.exchange import (
    Disconnected,
    Receive,
    Rejected,
    Reply,
    Request,
    Scope,
    Send,
    cut,
    read,
    write,
)
from batchplane_local.batch.http.rest_json import RestJson
from batchplane_local.batch.http.sigv4 import KeyPair, Unauthenticated, verify

log = logging.getLogger(__name__)

#: Requests that may wait for something at the same time; the others wait for them.
_CALLERS = 16


class _Wire(Protocol):
    """How a service is spoken to."""

    service: str
    content_type: str
    invalid: str
    broken: str
    unauthenticated: int

    def called(self, request: Request) -> tuple[str, dict[str, Any]]: ...

    def error(self, kind: str, words: str) -> dict[str, str]: ...


class Endpoint:
    """AWS Batch and CloudWatch Logs' reading calls at one URL."""

    def __init__(self, batch: EmbeddedBatch, *, url: str, key_pair: KeyPair, clock: Callable[[], int]) -> None:
        """Answer for `batch` at `url`; the clock tells epoch milliseconds."""
        port = urlsplit(url).port
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
        self._batch = batch
        self._key_pair = key_pair
        self._clock = clock
        self._rest_json = RestJson()
        self._aws_json = AwsJson()
        self._callers = ThreadPoolExecutor(max_workers=_CALLERS, thread_name_prefix="endpoint")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            request = await read(scope, receive)
        except Disconnected:
            return
        except Rejected as rejected:
            reply: Reply | None = _refusal(self._rest_json, rejected.status, rejected.kind, str(rejected))
        else:
            reply = await self._reply(request)
        await (cut(send) if reply is None else write(send, reply))

    def close(self) -> None:
        """Let the requests that are being answered end, and answer no other."""
        self._callers.shutdown()

    async def _reply(self, request: Request) -> Reply | None:
        """The reply to a request; None where the connection is to be cut instead."""
        wire: _Wire = self._rest_json if TARGET not in request.headers else self._aws_json
        try:
            self._admit(request, wire.service)
            body = await self._body(wire, *wire.called(request))
        except Unauthenticated as stranger:
            return _refusal(wire, wire.unauthenticated, stranger.kind, str(stranger))
        except Rejected as rejected:
            return _refusal(wire, rejected.status, rejected.kind, str(rejected))
        except ParamValidationError as error:
            return _refusal(wire, 400, wire.invalid, str(error))
        except ClientError as error:
            refused, metadata = error.response["Error"], error.response["ResponseMetadata"]
            return _refusal(wire, metadata["HTTPStatusCode"], refused["Code"], refused["Message"])
        except ConnectionClosedError:
            return None
        except Exception:
            log.exception("A request to the Batch endpoint failed")
            return _refusal(wire, 500, wire.broken, "The embedded Batch failed; its log says more.")
        return _reply(wire, 200, body)

    async def _body(self, wire: _Wire, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """What the operation answers."""
        dispatch = self._batch.dispatch
        in_a_thread = partial(asyncio.get_running_loop().run_in_executor, self._callers)
        if wire is self._aws_json:
            answer = await in_a_thread(self._batch.logs.call, operation, parameters)
            return {member: value for member, value in answer.items() if member != "ResponseMetadata"}
        if dispatch.may_block(operation):
            return await in_a_thread(dispatch.call, operation, parameters)
        return await dispatch.answer(operation, parameters)

    def _admit(self, request: Request, service: str) -> None:
        """Let in who calls us by our own name and has the key pair. Raises Rejected."""
        host = request.headers.get("host")
        if host not in self._hosts:
            words = f"Host must be one of {', '.join(sorted(self._hosts))}; it is {host}."
            raise Rejected("ClientException", words, status=421)
        verify(request, service=service, key_pair=self._key_pair, now=self._clock())


def _refusal(wire: _Wire, status: int, kind: str, words: str) -> Reply:
    return _reply(wire, status, wire.error(kind, words), {"x-amzn-errortype": kind})


def _reply(wire: _Wire, status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> Reply:
    identified = {"content-type": wire.content_type, "x-amzn-requestid": str(uuid.uuid4()), **(headers or {})}
    return Reply(status=status, headers=identified, body=msgspec.json.encode(document))
