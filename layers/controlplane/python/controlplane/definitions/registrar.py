"""Registering and deregistering job definitions: the work of `POST /definitions` and `DELETE /definitions/{name}`.

A registered definition is the deployment's default one with another image, command, environment and reservation: role,
user, mounts, log and everything else that decides what a job may do are copied from there, and never the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from controlplane.batch.port import Batch
from controlplane.caller import Caller
from controlplane.definitions.bounds import definition_violations
from controlplane.definitions.registered import DefinitionRegistry, RegisteredDefinition
from controlplane.deployment import REGISTERED_NAME, Deployment
from controlplane.errors import (
    BatchUnavailable,
    DefinitionNotFound,
    NotYet,
    RegistrationClosed,
    SubmissionInvalid,
)
from controlplane.records.port import Records

if TYPE_CHECKING:
    from controlplane.definitions.draft import DefinitionDraft
    from controlplane.definitions.register_definition_request import RegisterJobDefinitionRequest

#: The tag of a definition whose image carries our runner, the same on every plane.
RUNNER_TAG = {"runner": "batchplane"}
#: What a definition's container has from the deployment's default one. It can't be overridden at submission.
FIXED = (
    *("executionRoleArn", "jobRoleArn", "linuxParameters", "logConfiguration", "mountPoints", "privileged"),
    *("readonlyRootFilesystem", "user", "volumes"),
)
#: How many open jobs are looked at, and in how many reads, to find out who still waits for a revision.
_LOOKED_AT, _PAGES = 5_000, 5


@dataclass(frozen=True, kw_only=True)
class Deregistered:
    """What became of a definition that nobody can name any more."""

    #: The ARNs that AWS Batch takes no more, and those that accepted jobs still need: it takes them until asked again.
    revisions: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Registrar:
    """Registers definitions for those who may."""

    deployment: Deployment
    registry: DefinitionRegistry
    records: Records
    batch: Batch
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def register(self, draft: DefinitionDraft, *, caller: Caller) -> RegisteredDefinition:
        """Register a definition, or another revision of it, which submissions may name from now on.

        Raises:
            RegistrationClosed: The deployment lets nobody.
            NotAnOperator: It lets operators alone.
            SubmissionInvalid: It breaks bounds.
            BatchRefused: Batch takes no such definition.
            BatchUnavailable: Batch doesn't take it now.
        """
        self._let(caller)
        request = self._checked(draft, caller=caller)
        document = self._document(request)
        made = self._registered(request, self.batch.register(document), owner=caller.owner, told=_shown(document))
        return made if self.registry.keep(made) else self.registry.find(made.name) or made

    def deregister(self, name: str, *, caller: Caller) -> Deregistered:
        """Let nobody name a definition any more. Jobs under way go on, and accepted ones are still submitted.

        A revision that an accepted job waits for stays ACTIVE in Batch, which would refuse the job: asked again once
        the job was submitted, this deregisters it too.

        Raises:
            DefinitionNotFound: Nobody has registered it; the deployment's own are nobody's to deregister.
            NotAnOperator: Somebody else has.
            NotYet: Another revision was registered at this moment.
            BatchUnavailable: Batch does not take it now; it may be repeated.
        """
        found = self.registry.find(name) if REGISTERED_NAME.fullmatch(name) else None
        if found is None or self.deployment.job_definition(name) is not None:
            raise DefinitionNotFound(f"Nobody has registered a job definition {name} here.")
        if not caller.may_touch(found.owner):
            caller.require_operator()
        if not self.registry.retire(found):
            raise NotYet(f"Job definition {name} was registered anew at this moment: ask again.")
        active = self.batch.active_revisions(self.deployment.full_name(name))
        waited_for = self._waited_for() if active else frozenset()
        kept = tuple(arn for arn in active if waited_for is None or arn in waited_for)
        gone = tuple(arn for arn in active if arn not in kept)
        for arn in gone:
            self.batch.deregister(arn)
        return Deregistered(revisions=gone, kept=kept)

    def _checked(self, draft: DefinitionDraft, *, caller: Caller) -> RegisterJobDefinitionRequest:
        stands = self.registry.find(draft.request.jobDefinitionName)
        found = definition_violations(
            draft.request,
            deployment=self.deployment,
            stands=stands,
            may_replace=stands is None or caller.may_touch(stands.owner),
        )
        unread = {each.field for each in draft.violations}  # something else stands for these
        violations = (*draft.violations, *(each for each in found if each.field not in unread))
        if violations:
            raise SubmissionInvalid(violations)
        return draft.request

    def _let(self, caller: Caller) -> None:
        if not self.deployment.definition_images:
            raise RegistrationClosed(
                "This deployment lets nobody register job definitions: batchplane:definitionImages, on one machine"
                " 'batchplane local --definition-image', names the images that they may have."
            )
        if not self.deployment.open_definitions:
            caller.require_operator()

    def _waited_for(self) -> frozenset[str] | None:
        """The revisions of accepted jobs that Batch may not have yet; None where there are too many to tell."""
        waited_for: set[str] = set()
        cursor: str | None = None
        for _ in range(_PAGES):
            page = self.records.list_open(limit=_LOOKED_AT // _PAGES, cursor=cursor)
            waited_for |= {each.job_definition for each in page.records if each.is_unsent}
            cursor = page.cursor
            if cursor is None:
                return frozenset(waited_for)
        return None

    def _document(self, request: RegisterJobDefinitionRequest) -> dict[str, Any]:
        """RegisterJobDefinition's arguments."""
        asked = request.model_dump(exclude_none=True, exclude={"runner", "platformCapabilities"})
        base = self._base()
        of_base = base["containerProperties"]
        container = {
            "image": request.containerProperties.image,
            "command": request.containerProperties.command or [],
            "environment": asked["containerProperties"].get("environment", []),
            "resourceRequirements": [{"type": kind, "value": str(value)} for kind, value in self._reserved(request)],
            **{name: of_base[name] for name in FIXED if of_base.get(name)},
            "privileged": False,
        }
        document = asked | {
            "jobDefinitionName": self.deployment.full_name(request.jobDefinitionName),
            "containerProperties": container,
            "platformCapabilities": ["EC2"],
            "tags": asked.get("tags", {}) | (RUNNER_TAG if _has_runner(request) else {}),
        }
        return {"timeout": base["timeout"]} | document if base.get("timeout") else document

    def _base(self) -> Mapping[str, Any]:
        default = self.deployment.job_definitions[0]
        (base,) = self.batch.describe_definitions([default.arn]) or (None,)
        if base is None:
            raise BatchUnavailable(f"AWS Batch does not know {default.title}, which others are made of.")
        return base

    def _reserved(self, request: RegisterJobDefinitionRequest) -> list[tuple[str, int]]:
        """How much of each resource: what was asked, else the default definition's."""
        default = self.deployment.job_definitions[0]
        amounts = {"VCPU": default.vcpus, "MEMORY": default.memory}
        asked = request.containerProperties.resourceRequirements or ()
        return sorted((amounts | {each.type: int(each.value) for each in asked}).items())

    def _registered(
        self, request: RegisterJobDefinitionRequest, arn: str, *, owner: str, told: Mapping[str, Any]
    ) -> RegisteredDefinition:
        reserved = dict(self._reserved(request))
        return RegisteredDefinition(
            name=request.jobDefinitionName,
            arn=arn,
            image=request.containerProperties.image,
            runner=_has_runner(request),
            vcpus=reserved["VCPU"],
            memory=reserved["MEMORY"],
            gpus=reserved.get("GPU", 0),
            owner=owner,
            registered_at=self.clock(),
            told=told,
        )


def _has_runner(request: RegisterJobDefinitionRequest) -> bool:
    return request.runner or RUNNER_TAG.items() <= (request.tags or {}).items()


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """What people may read of a definition that was registered: neither its environment nor what the plane added."""
    container = {name: document["containerProperties"][name] for name in ("image", "command")}
    shown = {name: document[name] for name in ("type", "parameters", "retryStrategy", "timeout") if name in document}
    return {**shown, "status": "ACTIVE", "containerProperties": container}
