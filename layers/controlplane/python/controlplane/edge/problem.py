"""Errors as RFC 9457 problem documents: the one table from the plane's errors to HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response

from controlplane.errors import (
    BatchRefused,
    BatchUnavailable,
    DefinitionNotFound,
    JobNotFound,
    JobNotOver,
    KeySpent,
    LogNotFound,
    NotAnOperator,
    NotAuthorized,
    NothingFailed,
    NotSubmittedHere,
    NotYet,
    PlaneError,
    QueueNotFound,
    QuotaExceeded,
    RegistrationClosed,
    StoreUnavailable,
    SubmissionConflict,
    SubmissionInvalid,
    TokenInvalid,
    Violation,
)

FAILED = "The plane failed"
#: HTTP status and title, the most exact class first.
_PROBLEMS: tuple[tuple[type[PlaneError], int, str], ...] = (
    (SubmissionInvalid, 400, "The request breaks a bound"),
    (TokenInvalid, 401, "The credential opens nothing"),
    (NotAuthorized, 401, "A credential is needed"),
    (NotAnOperator, 403, "Only operators may do this"),
    (RegistrationClosed, 403, "Nobody may register job definitions"),
    (JobNotFound, 404, "No such job"),
    (QueueNotFound, 404, "No such job queue"),
    (DefinitionNotFound, 404, "No such job definition"),
    (LogNotFound, 404, "No log yet"),
    (SubmissionConflict, 409, "The key was used with another body"),
    (KeySpent, 409, "The job of this key was deleted"),
    (JobNotOver, 409, "The job is not over"),
    (NotSubmittedHere, 409, "Not submitted through the plane"),
    (NothingFailed, 409, "Nothing failed"),
    (QuotaExceeded, 429, "Quota exceeded"),
    (BatchRefused, 422, "AWS Batch refused"),
    (BatchUnavailable, 503, "AWS Batch did not take it now"),
    (StoreUnavailable, 503, "Not now"),
    (NotYet, 503, "Not yet"),
    (PlaneError, 500, FAILED),
)

#: How long to wait before asking again what can't be done now, in seconds.
_RETRY_AFTER_SECONDS = 1


def problem_of(error: Exception) -> Response[str]:
    """The answer to a request that ended in this error."""
    return _response(problem_document(error))


def problem_document(error: Exception) -> dict[str, Any]:
    """What is told of an error: of one that is none of the plane's, only that there was one."""
    if not isinstance(error, PlaneError):
        return _document(500, title=FAILED, detail=f"{FAILED}; its log says more.")
    kind, status, title = next(row for row in _PROBLEMS if isinstance(error, row[0]))
    violations = error.violations if isinstance(error, SubmissionInvalid | QuotaExceeded) else ()
    document = _document(status, title=title, detail=str(error), kind=kind.__name__, violations=violations)
    return document | ({"retryAfter": error.retry_after} if isinstance(error, QuotaExceeded | StoreUnavailable) else {})


def problem(status: int, *, title: str, detail: str, violations: Sequence[Violation] = ()) -> Response[str]:
    """A problem document. https://www.rfc-editor.org/rfc/rfc9457."""
    return _response(_document(status, title=title, detail=detail, violations=violations))


def _document(
    status: int, *, title: str, detail: str, kind: str | None = None, violations: Sequence[Violation] = ()
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": f"urn:batchplane:problem:{kind}" if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    return document | ({"errors": [violation.to_wire() for violation in violations]} if violations else {})


def _response(document: dict[str, Any]) -> Response[str]:
    return Response(
        status_code=document["status"],
        content_type="application/problem+json",
        body=json.dumps(document),
        headers=_headers(document),
    )


def _headers(document: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """When to come back; or with what: https://www.rfc-editor.org/rfc/rfc6750#section-3."""
    if document["status"] in (429, 503):
        return {"Retry-After": str(document.get("retryAfter", _RETRY_AFTER_SECONDS))}
    if document["status"] == 401:
        is_wrong = document["type"].endswith(f":{TokenInvalid.__name__}")
        return {"WWW-Authenticate": 'Bearer error="invalid_token"' if is_wrong else "Bearer"}
    return {}


def to_answer(response: Response[str]) -> dict[str, Any]:
    """A problem as API Gateway takes it, for a request that no route has seen."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return {"statusCode": response.status_code, "headers": headers, "body": response.body, "isBase64Encoded": False}
