"""What a boto3 client gives back: answers with their metadata, and the errors that it raises. Decides nothing."""

from __future__ import annotations

import uuid
from typing import Any

from botocore.exceptions import ClientError


class ClientException(ClientError):
    """The request is wrong (HTTP 400)."""


class ServerException(ClientError):
    """The service could not do it (HTTP 500)."""


class ResourceNotFoundException(ClientError):
    """CloudWatch Logs knows no such log group or stream (HTTP 400)."""


_KINDS = {kind.__name__: kind for kind in (ClientException, ServerException, ResourceNotFoundException)}


#: Of the errors that aren't the caller's fault.
_HTTP_STATUSES = {"ServerException": 500, "TooManyRequestsException": 429}


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """The answer of an operation that succeeded."""
    return {**body, "ResponseMetadata": _metadata(200)}


def failure(code: str, words: str, operation: str) -> ClientError:
    """The error with this code, in the service's words, of the kind that the real client raises."""
    metadata = _metadata(_HTTP_STATUSES.get(code, 400))
    response: Any = {"Error": {"Code": code, "Message": words}, "ResponseMetadata": metadata, "message": words}
    return _KINDS.get(code, ClientError)(response, operation)


def _metadata(http_status: int) -> dict[str, Any]:
    return {"RequestId": str(uuid.uuid4()), "HTTPStatusCode": http_status, "HTTPHeaders": {}, "RetryAttempts": 0}
