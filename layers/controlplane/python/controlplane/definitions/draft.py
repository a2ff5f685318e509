"""A body of `POST /definitions` as far as it can be read, so that all its errors are reported together. Does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from controlplane.errors import MOST_VIOLATIONS, Violation
from controlplane.submissions.submit_job_request import violation_of

if TYPE_CHECKING:  # few requests register anything: those alone pay for the model
    from controlplane.definitions.register_definition_request import RegisterJobDefinitionRequest

#: Stands for what can't be read, until the draft is refused.
_NO_NAME, _NO_CONTAINER = {"jobDefinitionName": "unnamed"}, {"image": "unnamed"}


@dataclass(frozen=True, kw_only=True)
class DefinitionDraft:
    """What was read; to pydantic, and so in /openapi.json, a RegisterJobDefinitionRequest."""

    #: Powertools writes the arguments of every route out, for a log of its own.
    request: RegisterJobDefinitionRequest = field(repr=False)
    #: What is wrong with members that the request is therefore without. A draft with any is never registered.
    violations: tuple[Violation, ...] = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a RegisterJobDefinitionRequest; only what is no JSON object at all is a ValidationError."""
        return core_schema.no_info_plain_validator_function(cls._read)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The model's own."""
        from controlplane.definitions.register_definition_request import RegisterJobDefinitionRequest

        return handler(RegisterJobDefinitionRequest.__pydantic_core_schema__)

    @classmethod
    def _read(cls, document: Any) -> DefinitionDraft:
        from controlplane.definitions.register_definition_request import NOT_TAKEN, RegisterJobDefinitionRequest

        try:
            return cls(request=RegisterJobDefinitionRequest.model_validate(document))
        except ValidationError as error:
            if not isinstance(document, Mapping):
                raise
            found = error.errors(include_url=False)
        violations = tuple(violation_of(each, not_taken=NOT_TAKEN) for each in found[:MOST_VIOLATIONS])
        rest = _without(document, {tuple(map(str, each["loc"][:2])) for each in found})
        return cls(request=RegisterJobDefinitionRequest.model_validate(rest), violations=violations)


def _without(document: Mapping[str, Any], wrong: set[tuple[str, ...]]) -> dict[str, Any]:
    """A document that can be read: less the members that are wrong, by their places; with what must be there."""
    rest = _NO_NAME | {name: member for name, member in document.items() if _is_right(name, member, wrong)}
    container = rest.get("containerProperties", {})
    kept = {name: member for name, member in container.items() if ("containerProperties", name) not in wrong}
    return rest | {"containerProperties": _NO_CONTAINER | kept}


def _is_right(name: str, member: Any, wrong: set[tuple[str, ...]]) -> bool:
    if name == "containerProperties":
        return isinstance(member, Mapping)
    return all(place[0] != name for place in wrong)
