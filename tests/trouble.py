"""An AWS that refuses requests, fails, or says nothing: a session whose HTTP is met before anything is sent."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.session import Session

#: Given the operation's name, how a request of it ends: an error's status and code, an error; None lets it pass.
Trouble = Callable[[str], tuple[int, str] | Exception | None]
#: A service that says nothing until it is given up.
SILENCE = ReadTimeoutError(endpoint_url="https://aws.test")


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class TroubledSession(Session):  # type: ignore[misc]
    """A session of nobody, whose clients' requests come to grief as a test says. It counts their attempts."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self.set_config_variable("region", "eu-west-1")
        self.set_credentials("nobody", "nothing")
        #: The operations of all attempts.
        self.attempts: list[str] = []
        self._trouble = trouble
        self.get_component("event_emitter").register_first("before-send", self._meet)

    def _meet(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        operation = event_name.rpartition(".")[2]
        self.attempts.append(operation)
        met = self._trouble(operation)
        if met is None:
            return None
        if isinstance(met, Exception):
            raise met
        status, code = met
        return AWSResponse(request.url, status, {}, _Raw(_body(request, code)))


def _body(request: Any, code: str) -> bytes:
    """An error in the words of JSON's protocols, which DynamoDB and SQS speak; in XML for S3."""
    if "x-amz-target" in {name.lower() for name in request.headers}:
        return json.dumps({"__type": code, "message": "words"}).encode()
    return f"<Error><Code>{code}</Code><Message>words</Message></Error>".encode()
