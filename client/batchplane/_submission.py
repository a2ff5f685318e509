"""AWS Batch's SubmitJob document, built from a command and what else a person says. Pure; the plane checks bounds.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Protocol, TypedDict

from batchplane._errors import ArgumentInvalid

#: What AWS Batch takes in a job's name, and how much of it.
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_NAME_CHARACTERS = 128
#: Memory that the plane chooses: it grows with vCPUs and GPUs.
AUTOMATIC = "automatic"
#: The definition of multi-node parallel jobs, on every plane that has one, and the range of all its nodes.
NODES_DEFINITION = "nodes"
_EVERY_NODE = "0:"
_MEMORY = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(MiB|GiB|TiB|MB|GB|TB)?\s*$")
#: Bytes in each unit of memory; without a unit a number is MiB, as in AWS Batch.
_UNIT_BYTES = {"MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "MB": 10**6, "GB": 10**9, "TB": 10**12}


class HasJobId(Protocol):
    """A job object, as far as depending on it goes."""

    @property
    def job_id(self) -> str:
        """The plane's id."""
        ...


#: A job, its id, or AWS Batch's own {"jobId", "type"} for N_TO_N and SEQUENTIAL.
Dependency = HasJobId | str | Mapping[str, str]


class JobSettings(TypedDict, total=False):
    """What may be said of a job beside its command; what is left out, or None, is the default."""

    #: The job's name; made from the command where it is left out.
    name: str | None
    job_queue: str | None
    job_definition: str | None
    #: Children of an array job, 2 to 200,000.
    array_size: int | None
    #: Nodes of a multi-node parallel job, which all run the command; the definition is `nodes` unless given.
    num_nodes: int | None
    #: Variables of the command's environment.
    environment: Mapping[str, str] | None
    #: Values for `Ref::name` in the job definition's command.
    parameters: Mapping[str, str] | None
    vcpus: int | None
    #: MiB, a quantity such as "8 GiB", or "automatic", which it is where vcpus or gpus are given and memory is not.
    memory: int | str | None
    gpus: int | None
    #: How often the job is tried, 1 to 10.
    attempts: int | None
    #: How long each attempt may run, in seconds, at least 60.
    timeout_seconds: int | None
    depends_on: Sequence[Dependency] | None
    tags: Mapping[str, str] | None
    propagate_tags: bool | None
    share_identifier: str | None
    scheduling_priority: int | None


def submit_job_document(command: Sequence[str], settings: JobSettings) -> dict[str, Any]:
    """The document for a command (argv, no shell; none keeps the definition's own). Raises ArgumentInvalid."""
    if isinstance(command, str):
        raise ArgumentInvalid(f"command must be a list of words, such as ['echo', 'hi']; it is {command!r}")
    num_nodes = settings.get("num_nodes")
    overrides = _container_overrides(command, settings)
    document = {
        "jobName": settings.get("name") or name_for(command),
        "jobQueue": settings.get("job_queue"),
        "jobDefinition": settings.get("job_definition") or (None if num_nodes is None else NODES_DEFINITION),
        "arrayProperties": _one("size", settings.get("array_size")),
        "parameters": dict(settings.get("parameters") or {}),
        "memory": AUTOMATIC if num_nodes is None and _is_memory_automatic(settings) else None,
        "containerOverrides": overrides if num_nodes is None else None,
        "nodeOverrides": None if num_nodes is None else _node_overrides(num_nodes, overrides),
        "retryStrategy": _one("attempts", settings.get("attempts")),
        "timeout": _one("attemptDurationSeconds", settings.get("timeout_seconds")),
        "dependsOn": [_dependency(job) for job in settings.get("depends_on") or ()],
        "tags": dict(settings.get("tags") or {}),
        "propagateTags": settings.get("propagate_tags"),
        "shareIdentifier": settings.get("share_identifier"),
        "schedulingPriorityOverride": settings.get("scheduling_priority"),
    }
    return _given(document)


def name_for(command: Sequence[str]) -> str:
    """A job name for a command: its program's name, in the characters that AWS Batch takes."""
    program = PurePath(command[0]).name if command else ""
    return _NOT_IN_A_NAME.sub("-", program).strip("-_")[:_NAME_CHARACTERS] or "job"


def _is_memory_automatic(settings: JobSettings) -> bool:
    is_asked = settings.get("vcpus") is not None or settings.get("gpus") is not None
    return settings.get("memory") == AUTOMATIC or (is_asked and settings.get("memory") is None)


def _memory_mib(memory: int | str | None) -> int | None:
    """MiB in a number of MiB, or in a quantity such as "8 GiB", rounded up. Raises ArgumentInvalid."""
    if memory is None or memory == AUTOMATIC:
        return None
    match = _MEMORY.match(str(memory))
    if not match:
        raise ArgumentInvalid(
            f"memory must be whole MiB, a quantity such as '8 GiB', or {AUTOMATIC!r}; it is {memory!r}"
        )
    return -int(-float(match.group(1)) * _UNIT_BYTES[match.group(2) or "MiB"] // 2**20)


def _container_overrides(command: Sequence[str], settings: JobSettings) -> dict[str, Any]:
    resources = {
        "VCPU": settings.get("vcpus"),
        "MEMORY": _memory_mib(settings.get("memory")),
        "GPU": settings.get("gpus"),
    }
    return _given(
        {
            "command": list(command),
            "environment": _named(settings.get("environment") or {}, "name"),
            "resourceRequirements": _named(
                {kind: f"{n:.10g}" for kind, n in resources.items() if n is not None}, "type"
            ),
        }
    )


def _node_overrides(num_nodes: int, overrides: Mapping[str, Any]) -> dict[str, Any]:
    ranges = [{"targetNodes": _EVERY_NODE, "containerOverrides": overrides}] if overrides else []
    return _given({"numNodes": num_nodes, "nodePropertyOverrides": ranges})


def _dependency(job: Dependency) -> dict[str, str]:
    if isinstance(job, str):
        return {"jobId": job}
    return dict(job) if isinstance(job, Mapping) else {"jobId": job.job_id}


def _named(values: Mapping[str, str], key: str) -> list[dict[str, str]]:
    return [{key: name, "value": value} for name, value in values.items()]


def _one(name: str, value: int | None) -> dict[str, int]:
    return {} if value is None else {name: value}


def _given(document: Mapping[str, Any]) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in document.items() if value not in (None, {}, [], "")}
