"""Job definitions as the plane tells of them. Asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from batchplane._errors import AnswerMalformed


@dataclass(frozen=True, kw_only=True)
class JobDefinition:
    """One revision of a job definition, and what a job gets that says nothing else.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDefinition.html
    """

    #: What submissions call it, and the revision that a job gets now.
    name: str
    revision: int
    #: ACTIVE or INACTIVE; None where AWS Batch has forgotten it.
    status: str | None
    image: str | None
    command: tuple[str, ...]
    vcpus: int
    #: MiB.
    memory: int
    gpus: int
    #: Whether inputs, outputs and functions work.
    runner: bool
    #: What stands for Ref::name in the command.
    parameters: Mapping[str, str]
    #: How often a job is tried at most, and for how many seconds each time; None where there is no such bound.
    attempts: int | None
    attempt_duration_seconds: int | None
    #: Of a multi-node parallel job; None for one container.
    num_nodes: int | None
    #: Who registered it; None for the deployment's own.
    registered_by: str | None
    #: As the plane sent it.
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, definition: Mapping[str, Any]) -> JobDefinition:
        """Read a member of `definitions`. Raises AnswerMalformed."""
        try:
            return cls(
                name=str(definition["name"]),
                revision=int(definition["revision"]),
                status=definition["status"],
                image=definition["image"],
                command=tuple(map(str, definition["command"])),
                vcpus=int(definition["vcpus"]),
                memory=int(definition["memory"]),
                gpus=int(definition["gpus"]),
                runner=bool(definition["runner"]),
                parameters=dict(definition["parameters"]),
                attempts=definition["attempts"],
                attempt_duration_seconds=definition["attemptDurationSeconds"],
                num_nodes=(definition["nodeProperties"] or {}).get("numNodes"),
                registered_by=definition["registeredBy"],
                document=definition,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error


@dataclass(frozen=True, kw_only=True)
class DeregisteredDefinition:
    """A job definition that nobody can name any more."""

    name: str
    #: The ARNs that AWS Batch takes no more.
    deregistered: tuple[str, ...]
    #: The ARNs that accepted jobs are still to be submitted with: deregister it again once they were.
    waited_for: tuple[str, ...]

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> DeregisteredDefinition:
        """Read the answer to a deregistration. Raises AnswerMalformed."""
        try:
            return cls(
                name=str(document["name"]),
                deregistered=tuple(map(str, document["deregistered"])),
                waited_for=tuple(map(str, document["waitedFor"])),
            )
        except (KeyError, TypeError) as error:
            raise AnswerMalformed from error
