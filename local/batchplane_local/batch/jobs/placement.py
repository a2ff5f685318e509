"""Which queue comes next, and which compute environment has room: queues by priority, environments in order.

Decides from what it is told; starts nothing. The head of a queue that must wait for room holds the queues below it
back as well, so that a large job is not starved by small ones; a head that can never fit holds back its own queue
only, as on AWS: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from batchplane_local.batch.jobs.blockage import Blockage
from batchplane_local.batch.jobs.container import Need
from batchplane_local.batch.jobs.fair_share import FairsharePolicy
from batchplane_local.batch.resources.catalogue import (
    COMPUTE_ENVIRONMENT,
    JOB_QUEUE,
    SCHEDULING_POLICY,
    Catalogue,
    Resource,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """A compute environment as placement sees it."""

    name: str
    #: Thousandths of a vCPU that its jobs may use together (maxvCpus); None for all of the machine.
    milli_vcpus: int | None
    #: Thousandths of a vCPU of which a fair-share policy reserves a part (maxvCpus or unmanagedvCpus).
    shared_milli_vcpus: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A job queue as placement sees it."""

    #: Its key in the catalogue.
    key: int
    name: str
    #: Environments that take jobs now, in the order in which they are tried.
    environments: tuple[Environment, ...]
    #: Seconds after which a head is cancelled that is blocked for a reason, by the reason's code.
    time_limits: Mapping[str, int] = field(default_factory=dict)
    #: False where its environments are to have no machines: its jobs stay RUNNABLE.
    has_capacity: bool = True
    #: None for a queue that is first in first out.
    policy: FairsharePolicy | None = None


def queues_by_priority(catalogue: Catalogue) -> tuple[Queue, ...]:
    """Every queue, the highest priority first; older before younger where priorities are equal."""
    environments = {
        resource.document["computeEnvironmentArn"]: _environment(resource.name, resource.document)
        for resource in catalogue.all(COMPUTE_ENVIRONMENT)
        if resource.is_enabled
    }
    queues = sorted(catalogue.all(JOB_QUEUE), key=lambda queue: (-queue.document["priority"], queue.key))
    return tuple(_queue(queue, environments, catalogue) for queue in queues)


def _queue(queue: Resource, known: dict[str, Environment], catalogue: Catalogue) -> Queue:
    environments = _in_order(queue.document, known)
    actions = queue.document.get("jobStateTimeLimitActions", ())
    policy = catalogue.find(SCHEDULING_POLICY, queue.document.get("schedulingPolicyArn", ""))
    shared = sum(environment.shared_milli_vcpus for environment in environments)
    fair_share = policy.document.get("fairsharePolicy", {}) if policy else None
    return Queue(
        key=queue.key,
        name=queue.name,
        environments=environments,
        time_limits={action["reason"]: action["maxTimeSeconds"] for action in actions},
        policy=None if fair_share is None else FairsharePolicy.from_document(fair_share, milli_vcpus=shared),
    )


def _environment(name: str, document: dict[str, Any]) -> Environment:
    most = document.get("computeResources", {}).get("maxvCpus")
    shared = document.get("unmanagedvCpus", 0) if most is None else most
    return Environment(name=name, milli_vcpus=None if most is None else most * 1000, shared_milli_vcpus=shared * 1000)


def _in_order(document: dict[str, list[dict[str, object]]], known: dict[str, Environment]) -> tuple[Environment, ...]:
    entries = sorted(document["computeEnvironmentOrder"], key=lambda entry: int(str(entry["order"])))
    names = (str(entry["computeEnvironment"]) for entry in entries)
    return tuple(known[name] for name in names if name in known)


@dataclass(kw_only=True)
class Capacity:
    """What one machine, and each compute environment on it, has free. Counts, and never looks."""

    machine: Need
    _free_milli_vcpus: int = field(init=False)
    _free_memory: int = field(init=False)
    #: Numbers of devices, the lowest first.
    _free_gpus: list[int] = field(init=False)
    _used: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._free_milli_vcpus = self.machine.milli_vcpus
        self._free_memory = self.machine.memory
        self._free_gpus = list(range(self.machine.gpus))

    @property
    def is_full(self) -> bool:
        """True where no attempt fits, for each takes some of a vCPU."""
        return self._free_milli_vcpus <= 0

    def place(self, need: Need, environments: Sequence[Environment]) -> str | None:
        """The first environment with room for the need now; None where there is none."""
        if need.milli_vcpus > self._free_milli_vcpus or need.memory > self._free_memory:
            return None
        if need.gpus > len(self._free_gpus):
            return None
        for environment in environments:
            most = environment.milli_vcpus
            if most is None or self._used.get(environment.name, 0) + need.milli_vcpus <= most:
                return environment.name
        return None

    def could_place(self, need: Need, environments: Sequence[Environment]) -> bool:
        """True where the need would fit if nothing else ran."""
        machine = self.machine
        if need.milli_vcpus > machine.milli_vcpus or need.memory > machine.memory or need.gpus > machine.gpus:
            return False
        return any(e.milli_vcpus is None or need.milli_vcpus <= e.milli_vcpus for e in environments)

    def blockage(self, need: Need, environments: Sequence[Environment]) -> Blockage | None:
        """Why the need would not fit if nothing else ran; None where it would."""
        if self.could_place(need, environments):
            return None
        if not environments:
            return Blockage.DISABLED
        if all(e.milli_vcpus is not None and need.milli_vcpus > e.milli_vcpus for e in environments):
            return Blockage.COMPUTE_ENVIRONMENT_MAX_RESOURCE
        return Blockage.JOB_RESOURCE_REQUIREMENT

    def take(self, need: Need, environment: str) -> tuple[int, ...]:
        """Count an attempt in; the numbers of the GPUs that are its own come back."""
        self._free_milli_vcpus -= need.milli_vcpus
        self._free_memory -= need.memory
        self._used[environment] = self._used.get(environment, 0) + need.milli_vcpus
        if not need.gpus:
            return ()
        gpus = tuple(self._free_gpus[: need.gpus])
        del self._free_gpus[: need.gpus]
        return gpus

    def give_back(self, need: Need, environment: str, gpus: tuple[int, ...]) -> None:
        """Count an attempt out, with the GPUs that it had."""
        self._free_milli_vcpus += need.milli_vcpus
        self._free_memory += need.memory
        self._used[environment] -= need.milli_vcpus
        if gpus:
            self._free_gpus = sorted((*self._free_gpus, *gpus))
