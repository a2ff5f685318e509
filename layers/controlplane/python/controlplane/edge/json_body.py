"""Reading a request's body: JSON in UTF-8, of a bounded length."""

from __future__ import annotations

from typing import Any

import msgspec

from controlplane.errors import SubmissionInvalid, Violation

#: Most characters of a body: room for a hundred submissions of Batch's own bound, and less than a function is sent.
#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_BODY_CHARACTERS = 4 * 1024 * 1024


def decode(body: str) -> Any:
    """The document that a body is. Raises SubmissionInvalid."""
    if len(body) > MAX_BODY_CHARACTERS:
        bound = f"at most {MAX_BODY_CHARACTERS} characters long"
        raise SubmissionInvalid((Violation(field="body", bound=bound, value=len(body)),))
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise not_json(str(error)) from error


def not_json(words: str) -> SubmissionInvalid:
    """The error for a body that is no JSON in UTF-8, and what is wrong with it."""
    return SubmissionInvalid((Violation(field="body", bound="JSON in UTF-8", value=words),))
