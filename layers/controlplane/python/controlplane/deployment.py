"""What one deployment allows: its job queues and job definitions, by the names people say. Does no I/O.

Image, privileged, user, volumes and roles can't be overridden at submission, so the definitions that a deployment
allows are the boundary of what a job may do: anything not named here is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from controlplane.errors import SubmissionInvalid, Violation
from controlplane.quota import Quota

#: What a definition may be called that is registered over the API. No hyphen: AWS Batch knows it as
#: `<deployment>-<name>`, where another deployment's name may be this one's with a hyphen and more.
REGISTERED_NAME = re.compile("[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, kw_only=True)
class JobQueue:
    """A job queue that submissions may name."""

    #: The short name, the same on every plane: "default".
    name: str
    arn: str
    #: True where a scheduling policy shares it: each of its jobs then names its share and its priority.
    fair_share: bool = False


@dataclass(frozen=True, kw_only=True)
class NodeProperties:
    """The nodes of a multi-node parallel job, as its definition says. Batch's own structure, less the containers."""

    num_nodes: int
    #: Index of the node whose end is the job's.
    main_node: int
    #: A range of node indices for each container: "0:0", "1:".
    target_nodes: tuple[str, ...]

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> NodeProperties:
        """Read the one in a deployment's document, or Batch's own."""
        ranges = document["nodeRangeProperties"]
        return cls(
            num_nodes=document["numNodes"],
            main_node=document["mainNode"],
            target_nodes=tuple(each["targetNodes"] for each in ranges),
        )


@dataclass(frozen=True, kw_only=True)
class JobDefinition:
    """One revision of a job definition that submissions may name."""

    #: The short name, the same on every plane: "runner".
    name: str
    #: With its revision: what runs is what was accepted.
    arn: str
    #: True where the image carries our runner, so that inputs, outputs and functions work.
    runner: bool
    #: The CloudWatch Logs group of its jobs.
    log_group: str
    #: What its container reserves unless a submission says otherwise; each node's, where there are several.
    vcpus: int
    #: MiB.
    memory: int
    gpus: int = 0
    #: Of a multi-node parallel job; None for a job of one container.
    nodes: NodeProperties | None = None

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> JobDefinition:
        """Read the one in a deployment's document."""
        nodes = document.get("nodeProperties")
        return cls(
            name=document["name"],
            arn=document["arn"],
            runner=document["runner"],
            log_group=document["logGroup"],
            vcpus=document["vcpus"],
            memory=document["memory"],
            gpus=document.get("gpus", 0),
            nodes=NodeProperties.from_wire(nodes) if nodes else None,
        )

    @property
    def title(self) -> str:
        """The short name with the revision: "runner:3"."""
        return f"{self.name}:{self.arn.rpartition(':')[2]}"

    @cached_property
    def names(self) -> frozenset[str]:
        """All that it may be named by: its short or full name or its ARN, with or without the revision."""
        full = _last(self.arn)
        return frozenset((self.name, self.title, full, full.rpartition(":")[0], self.arn, self.arn.rpartition(":")[0]))


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One configured installation of the plane. The first queue and the first definition are the defaults."""

    name: str
    #: Where the API answers, without a trailing slash.
    url: str
    job_queues: tuple[JobQueue, ...]
    job_definitions: tuple[JobDefinition, ...]
    #: The name of the bucket; on one machine its folder.
    io_bucket: str = ""
    #: The most of each type of resource that a job can ever get (VCPU, MEMORY in MiB, GPU), where that is known.
    largest: Mapping[str, int] = field(default_factory=dict)
    #: The owners who look after the plane itself, as `edge.caller` calls them.
    operators: frozenset[str] = frozenset()
    #: The claim of a token that makes an operator of whoever holds it, and its value: ("groups", "batch-admins").
    operator_claim: tuple[str, str] | None = None
    #: True where everybody who is let in may read every job; touching it stays its owner's.
    open_reading: bool = False
    #: True where a failure is also told of that its owner has asked for, by cancelling or terminating the job.
    alert_own_endings: bool = False
    #: Names of environment variables that change how a job's tools behave, and that submissions may set all the same.
    allowed_environment: frozenset[str] = frozenset()
    #: How much each owner may have at once.
    quota: Quota = Quota()
    #: Images of job definitions that may be registered over the API, as globs of `*` and `?`; none where nobody may.
    definition_images: tuple[str, ...] = ()
    #: True where everybody who is let in may register them, and not only operators.
    open_definitions: bool = False

    @classmethod
    def from_wire(cls, document: Mapping[str, Any], *, url: str, io_bucket: str = "") -> Deployment:
        """Read the document that the infrastructure writes and the functions are given."""
        return cls(
            name=document["name"],
            url=url.rstrip("/"),
            job_queues=tuple(
                JobQueue(name=each["name"], arn=each["arn"], fair_share=each.get("fairShare", False))
                for each in document["jobQueues"]
            ),
            job_definitions=tuple(map(JobDefinition.from_wire, document["jobDefinitions"])),
            io_bucket=io_bucket,
            operators=frozenset(document.get("operators", ())),
            operator_claim=_claim(document.get("operatorClaim")),
            open_reading=document.get("openReading", False),
            alert_own_endings=document.get("alertOwnEndings", False),
            allowed_environment=frozenset(document.get("allowedEnvironment", ())),
            quota=Quota.from_wire(document["quota"]) if "quota" in document else Quota(),
            definition_images=tuple(document.get("definitionImages", ())),
            open_definitions=document.get("openDefinitions", False),
        )

    def job_queue(self, given: str | None) -> JobQueue | None:
        """The queue by short name, full name or ARN; the default where none is given; None where it isn't allowed."""
        if given is None:
            return self.job_queues[0]
        return next((each for each in self.job_queues if given in (each.name, each.arn, _last(each.arn))), None)

    def queue_arn(self, given: str) -> str:
        """The ARN of a queue by any of its names. Raises SubmissionInvalid."""
        queue = self.job_queue(given)
        if queue is None:
            names = ", ".join(each.name for each in self.job_queues)
            raise SubmissionInvalid((Violation(field="jobQueue", bound=f"one of {names}", value=given),))
        return queue.arn

    def job_definition(self, given: str | None) -> JobDefinition | None:
        """The definition by short or full name or ARN, with or without the revision; None where it isn't allowed."""
        if given is None:
            return self.job_definitions[0]
        return next((each for each in self.job_definitions if given in each.names), None)

    def queue_title(self, arn: str) -> str:
        """What to call a queue: its short name, or the end of the ARN of one that isn't ours."""
        return next((each.name for each in self.job_queues if each.arn == arn), _last(arn))

    def definition_title(self, arn: str) -> str:
        """What to call a definition: short name and revision, or the end of the ARN of one that isn't ours."""
        ours = self._of_any_revision(arn)
        name = ours.name if ours else self._name_in(arn)
        return f"{name}:{arn.rpartition(':')[2]}" if name else _last(arn)

    def log_group(self, definition_arn: str) -> str:
        """The log group of a definition's jobs: of a registered one the default's, of another Batch's own."""
        ours = self._of_any_revision(definition_arn)
        if ours is None and self._name_in(definition_arn):
            ours = self.job_definitions[0]
        return ours.log_group if ours else "/aws/batch/job"

    def node_properties(self, definition_arn: str) -> NodeProperties | None:
        """The nodes of a definition's jobs; None for one of one container, and for one that isn't ours."""
        ours = self._of_any_revision(definition_arn)
        return ours.nodes if ours else None

    def allows_image(self, image: str) -> bool:
        """Whether a definition that is registered over the API may have an image."""
        return any(fnmatchcase(image, glob) for glob in self.definition_images)

    def full_name(self, name: str) -> str:
        """What AWS Batch calls a definition that is registered under a short name."""
        return f"{self.name}-{name}"

    def registered_name(self, given: str) -> str | None:
        """The short name in any name of a registered definition, as far as it could be one; None where it couldn't."""
        if given.startswith("arn:"):
            return self._name_in(given)
        name = given.partition(":")[0].removeprefix(self.full_name(""))
        return name if REGISTERED_NAME.fullmatch(name) else None

    def _name_in(self, arn: str) -> str | None:
        """The short name in the ARN of a registered definition of this deployment; None where it is none."""
        place, _, full = arn.rpartition("/")
        name = full.partition(":")[0].removeprefix(self.full_name(""))
        is_ours = full.startswith(self.full_name("")) and place == self.job_definitions[0].arn.rpartition("/")[0]
        return name if is_ours and REGISTERED_NAME.fullmatch(name) else None

    def _of_any_revision(self, arn: str) -> JobDefinition | None:
        """Ours, though a deployment since may have made another revision of it."""
        named = arn.rpartition(":")[0]
        return next((each for each in self.job_definitions if each.arn.rpartition(":")[0] == named), None)


def _claim(written: str | None) -> tuple[str, str] | None:
    """A claim as the setting has it, "groups=batch-admins", as name and value."""
    name, _, value = (written or "").rpartition("=")
    return (name, value) if name and value else None


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
