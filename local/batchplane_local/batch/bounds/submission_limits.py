"""Every bound on a submission that the service's model does not state.

Raises Refused, and nothing else. Types are checked before, by botocore's model.
https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from batchplane_local.batch.bounds.container_limits import check_container_overrides, check_whole_vcpus
from batchplane_local.batch.bounds.fargate_limits import check_fargate_overrides
from batchplane_local.batch.bounds.limits import check_priority, check_size, check_strategy, check_tags
from batchplane_local.batch.bounds.not_done import check_members_done
from batchplane_local.batch.jobs.node_properties import container_overrides_in
from batchplane_local.batch.refused import Refused

_JOB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
#: KiB of a whole request.
_LARGEST = 30
#: What jobs in a queue of this type must be capable of.
_CAPABILITIES = {"ECS": "EC2", "ECS_FARGATE": "FARGATE"}


def check_submission(request: Mapping[str, Any]) -> None:
    """Refuse a SubmitJob request that breaks a bound, by the first bound that it breaks."""
    check_size("Job", request, kib=_LARGEST)
    if not _JOB_NAME.fullmatch(request["jobName"]):
        _refuse("Job name should match valid pattern")
    check_members_done(request)
    for override in request.get("nodeOverrides", {}).get("nodePropertyOverrides", ()):
        check_members_done(override)
    _check_array(request)
    _check_dependencies(request)
    for overrides in container_overrides_in(request):
        check_container_overrides(overrides)
    if "instanceType" in request.get("containerOverrides", {}):
        _refuse("Container overrides instanceType is only supported for multi-node parallel jobs")
    check_strategy(request)
    check_tags(request.get("tags", {}))
    check_priority("schedulingPriorityOverride", request)


def check_platform(request: Mapping[str, Any], queue: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    """Refuse a SubmitJob request whose definition can't run in its queue, or whose overrides not on its platform."""
    capabilities = definition.get("platformCapabilities", ["EC2"])
    wanted = _CAPABILITIES[queue.get("jobQueueType", "ECS")]
    if wanted not in capabilities:
        words = "Job Queue is attached to Compute Environment that can not run Jobs with capability"
        _refuse(f"{words} {', '.join(capabilities)}")
    if wanted == "FARGATE":
        check_fargate_overrides(definition["containerProperties"], request.get("containerOverrides", {}))
        return
    for overrides in container_overrides_in(request):
        check_whole_vcpus(overrides)


def _check_array(request: Mapping[str, Any]) -> None:
    size = request.get("arrayProperties", {}).get("size")
    if size is not None and not 2 <= size <= 10_000:
        _refuse(f"Array job size must be between 2 and 10000, got {size}")


def _check_dependencies(request: Mapping[str, Any]) -> None:
    dependencies = request.get("dependsOn", ())
    if len(dependencies) > 20:
        _refuse(f"A job can have at most 20 dependencies, got {len(dependencies)}")
    is_array = "size" in request.get("arrayProperties", {})
    for dependency in dependencies:
        kind, job_id = dependency.get("type"), dependency.get("jobId")
        if kind is not None and not is_array:
            _refuse(f"Dependency type {kind} is only supported for array jobs")
        if kind == "SEQUENTIAL" and job_id is not None:
            _refuse(f"A SEQUENTIAL dependency takes no jobId, got {job_id}")
        if kind != "SEQUENTIAL" and not job_id:
            _refuse("A dependency must have a jobId, or type SEQUENTIAL")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)
