"""Job definitions that people register over the API: what the plane keeps of each, and the port that keeps it.

AWS Batch has the definition itself; here stands what a submission must be checked against. Does no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from controlplane.deployment import Deployment, JobDefinition


@dataclass(frozen=True, kw_only=True)
class RegisteredDefinition:
    """The newest revision of a definition that somebody registered."""

    #: The short name. AWS Batch's is `<deployment>-<name>`.
    name: str
    #: With its revision.
    arn: str
    image: str
    runner: bool
    vcpus: int
    #: MiB.
    memory: int
    gpus: int
    #: Who may register another revision of it, and deregister it.
    owner: str
    #: Epoch milliseconds.
    registered_at: int
    #: What people may read of it beside, in the members of RegisterJobDefinition.
    told: Mapping[str, Any]
    #: False once it was deregistered: nothing more is submitted with it.
    is_active: bool = True

    @property
    def revision(self) -> int:
        """AWS Batch counts them."""
        return int(self.arn.rpartition(":")[2])


class DefinitionRegistry(Protocol):
    """The port: items of the table of records, or a table of the embedded plane's database."""

    def find(self, name: str) -> RegisteredDefinition | None:
        """The one of this short name, also one that was deregistered; as of now."""
        ...

    def list_registered(self) -> Sequence[RegisteredDefinition]:
        """All that can be named, by name."""
        ...

    def keep(self, definition: RegisteredDefinition) -> bool:
        """Keep it in the place of an earlier revision; False, and nothing, where this revision or a later one stands.

        A name belongs to who registered it for as long as it is registered.
        """
        ...

    def retire(self, definition: RegisteredDefinition) -> bool:
        """Let nobody name it any more; False where another revision stands there by now."""
        ...


def allowing(deployment: Deployment, registry: DefinitionRegistry, given: str | None) -> Deployment:
    """The deployment as it is for a submission that names this definition: with it, where it is registered.

    Costs a read where the name is none of the deployment's own, and one that can be registered.
    """
    if given is None or deployment.job_definition(given) is not None:
        return deployment
    name = deployment.registered_name(given)
    found = registry.find(name) if name else None
    if found is None or not found.is_active or not deployment.allows_image(found.image):
        return deployment
    return replace(deployment, job_definitions=(*deployment.job_definitions, as_allowed(found, deployment)))


def as_allowed(found: RegisteredDefinition, deployment: Deployment) -> JobDefinition:
    """One that was registered as submissions to a deployment are checked against it."""
    return JobDefinition(
        name=found.name,
        arn=found.arn,
        runner=found.runner,
        log_group=deployment.log_group(found.arn),
        vcpus=found.vcpus,
        memory=found.memory,
        gpus=found.gpus,
    )
