"""CloudWatch Logs' protocol, AWS JSON 1.1: the operation is named in a header. Pure; calls nothing.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

from typing import Any

from batchplane_local.batch.http.exchange import Rejected, Request
from batchplane_local.batch.http.json_body import json_object
from batchplane_local.batch.service_model import operations

#: The header that names the operation; a request that has it is for CloudWatch Logs, for AWS Batch uses none.
TARGET = "x-amz-target"
_PREFIX = "Logs_20140328."


class AwsJson:
    """Requests to CloudWatch Logs."""

    service = "logs"
    content_type = "application/x-amz-json-1.1"
    #: Kinds of error: a request of the wrong shape; a failure of ours.
    invalid = "InvalidParameterException"
    broken = "ServiceUnavailableException"
    #: HTTP status of a request that is not signed as it must be.
    unauthenticated = 400

    def __init__(self) -> None:
        self._operations = frozenset(each.name for each in operations("logs"))

    def called(self, request: Request) -> tuple[str, dict[str, Any]]:
        """The operation's name and its parameters. Raises Rejected for a target that has none."""
        target = request.headers.get(TARGET, "")
        operation = target.removeprefix(_PREFIX)
        if (request.method, request.path) != ("POST", "/") or operation not in self._operations:
            words = f"CloudWatch Logs has no operation {request.method} {request.path} {TARGET}: {target}."
            raise Rejected("UnknownOperationException", words, status=400)
        return operation, json_object(request.body)

    def error(self, kind: str, words: str) -> dict[str, str]:
        """The body of an error, with its kind."""
        return {"__type": kind, "message": words}
