"""A body of `POST /jobs` as far as it can be read, so that all its errors can be reported together. Does no I/O.

The members that break a bound by themselves are set aside with their violations, and what is left is a request whose
other bounds can be checked all the same: a person mends a request once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from controlplane.errors import MOST_VIOLATIONS, SubmissionInvalid, Violation
from controlplane.submissions.submit_job_request import SubmitJobRequest, violation_of

#: Stands for a name that can't be read, until the draft is refused.
_NO_NAME = {"jobName": "unnamed"}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What was read; to pydantic, and so in /openapi.json, a SubmitJobRequest."""

    #: Powertools writes the arguments of every route out, for a log of its own: that took longer than to read them.
    request: SubmitJobRequest = field(repr=False)
    #: What is wrong with members that the request is therefore without. A draft with any is never accepted.
    violations: tuple[Violation, ...] = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a SubmitJobRequest; only what is no JSON object at all is a ValidationError."""
        return core_schema.no_info_wrap_validator_function(cls._read, handler.generate_schema(SubmitJobRequest))

    @classmethod
    def read(cls, document: Any) -> Draft:
        """Read a body. Raises SubmissionInvalid where it is no JSON object."""
        try:
            return cls._read(document, SubmitJobRequest.model_validate)
        except ValidationError as error:
            raise SubmissionInvalid(tuple(map(violation_of, error.errors(include_url=False)))) from error

    @classmethod
    def _read(cls, document: Any, validate: Callable[[Any], SubmitJobRequest]) -> Draft:
        try:
            return cls(request=validate(document))
        except ValidationError as error:
            if not isinstance(document, Mapping):
                raise
            found = error.errors(include_url=False)
        wrong = {each["loc"][0] for each in found}
        rest = _NO_NAME | {name: member for name, member in document.items() if name not in wrong}
        violations = tuple(map(violation_of, found[:MOST_VIOLATIONS]))
        return cls(request=SubmitJobRequest.model_validate(rest), violations=violations)
