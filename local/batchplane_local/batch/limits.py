"""Every bound of the service that its model does not state, in the service's own words where they are known.

Raises Refused, and nothing else. Types are checked before, by botocore's model.
https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from batchplane_local.batch.container import need_of
from batchplane_local.batch.node_properties import check_node_properties, container_overrides_in, containers_in
from batchplane_local.batch.refused import Refused

_JOB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_RESOURCE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_RULE_TEXT = re.compile(r"[A-Za-z0-9.:\s]{0,511}[A-Za-z0-9.:\s*]")
_RULE_EXIT_CODE = re.compile(r"[0-9]{0,511}[0-9*]")
#: Bytes of a whole SubmitJob request.
_REQUEST_LIMIT = 30 * 1024
#: Bytes of a whole RegisterJobDefinition request.
_DEFINITION_LIMIT = 24 * 1024
#: Members of SubmitJob and RegisterJobDefinition that ask for what the embedded Batch does not run.
_NOT_RUN = (
    "ecsProperties",
    "ecsPropertiesOverride",
    "eksProperties",
    "eksPropertiesOverride",
    "consumableResourceProperties",
    "consumableResourcePropertiesOverride",
)


def check_submission(request: Mapping[str, Any]) -> None:
    """Refuse a SubmitJob request that breaks a bound, by the first bound that it breaks."""
    size = _size(request)
    if size > _REQUEST_LIMIT:
        _refuse(f"Job size must be less than {_REQUEST_LIMIT // 1024} KiB, got {-(-size // 1024)} KiB")
    if not _JOB_NAME.fullmatch(request["jobName"]):
        _refuse("Job name should match valid pattern")
    _check_run_here(request)
    for override in request.get("nodeOverrides", {}).get("nodePropertyOverrides", ()):
        _check_run_here(override)
    _check_array(request)
    _check_dependencies(request)
    for overrides in container_overrides_in(request):
        _check_overrides(overrides)
    if "instanceType" in request.get("containerOverrides", {}):
        _refuse("Container overrides instanceType is only supported for multi-node parallel jobs")
    check_strategy(request)
    check_tags(request.get("tags", {}))
    priority = request.get("schedulingPriorityOverride", 0)
    if not 0 <= priority <= 9999:
        _refuse(f"schedulingPriorityOverride must be between 0 and 9999, got {priority}")


def check_definition(request: Mapping[str, Any]) -> None:
    """Refuse a RegisterJobDefinition request that breaks a bound or that can't be run here."""
    check_name(request["jobDefinitionName"])
    size = _size(request)
    if size > _DEFINITION_LIMIT:
        _refuse(f"Job definition size must be less than {_DEFINITION_LIMIT // 1024} KiB, got {-(-size // 1024)} KiB")
    _check_run_here(request)
    _check_type(request)
    for container in containers_in(request):
        _check_container(container)
    check_strategy(request)
    check_tags(request.get("tags", {}))


def check_name(name: str) -> None:
    """Refuse a name of a queue, an environment or a definition."""
    if not _RESOURCE_NAME.fullmatch(name):
        _refuse(f"Provided name {name} is not supported pattern[a-zA-Z_0-9-]{{1,128}}")


def check_strategy(request: Mapping[str, Any]) -> None:
    """Refuse a retryStrategy or a timeout out of bounds."""
    timeout = request.get("timeout", {}).get("attemptDurationSeconds", 60)
    if timeout < 60:
        _refuse(f"Timeout attemptDurationSeconds must be at least 60 seconds, got {timeout}")
    strategy = request.get("retryStrategy")
    if strategy is None:
        return
    if "attempts" not in strategy:
        _refuse("RetryAttempts must be provided with retry strategy")
    if not 1 <= strategy["attempts"] <= 10:
        _refuse(f"RetryAttempts must be between 1 and 10, got {strategy['attempts']}")
    rules = strategy.get("evaluateOnExit", ())
    if len(rules) > 5:
        _refuse(f"evaluateOnExit must have at most 5 entries, got {len(rules)}")
    for rule in rules:
        _check_rule(rule)


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse more tags, or longer ones, than a resource can carry."""
    if len(tags) > 50:
        _refuse(f"A resource can have at most 50 tags, got {len(tags)}")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            _refuse(f"Tag keys can't begin with aws:, which is reserved, got {key[:140]}")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            _refuse(f"Tag keys must have 1 to 128 characters and values at most 256: {key[:140]}")


def check_reason(reason: str) -> None:
    """Refuse a reason for cancelling or terminating that is empty or too long."""
    if not 1 <= len(reason) <= 1024:
        _refuse(f"Reason must have 1 to 1024 characters, got {len(reason)}")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)


def _size(request: Mapping[str, Any]) -> int:
    """Bytes of a request as JSON; refused where they are no text that a process can be given."""
    try:
        encoded = msgspec.json.encode(request)
    except UnicodeEncodeError:
        encoded = b""
    # Few requests look as if they had one, so that few are searched string by string.
    if not encoded or b"\\u0000" in encoded:
        for text in _texts(request):
            if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
                _refuse(f"Requests can't contain null characters or lone surrogates, got {text[:60]!r}")
    return len(encoded)


def _texts(document: Any) -> Iterator[str]:
    """Every string in a document, the names of its members too."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for name, member in document.items():
            yield name
            yield from _texts(member)
    elif isinstance(document, Sequence):
        for member in document:
            yield from _texts(member)


def _check_run_here(request: Mapping[str, Any]) -> None:
    for member in _NOT_RUN:
        if member in request:
            _refuse(f"The embedded Batch does not do {member} yet")


def _check_type(request: Mapping[str, Any]) -> None:
    """Refuse a definition that hasn't the properties that its type asks for, or that has those of the other type."""
    kind = request["type"]
    members = {"container": "containerProperties", "multinode": "nodeProperties"}
    if kind not in members:
        _refuse(f"Job definition type must be container or multinode, got {kind}")
    words = {"containerProperties": "Container properties", "nodeProperties": "Node properties"}
    for each, member in members.items():
        if each == kind and not request.get(member):
            _refuse(f"{words[member]} should not be empty for a job definition of type {kind}")
        if each != kind and member in request:
            _refuse(f"{words[member]} should not be set for a job definition of type {kind}")
    if kind == "multinode":
        _check_nodes(request)


def _check_nodes(request: Mapping[str, Any]) -> None:
    if "FARGATE" in request.get("platformCapabilities", ()):
        _refuse("Multi-node parallel jobs are not supported on Fargate; leave platformCapabilities at EC2")
    groups = request["nodeProperties"]["nodeRangeProperties"]
    for group in groups:
        _check_run_here(group)
    check_node_properties(request["nodeProperties"])
    for group in groups:
        if not group.get("container"):
            _refuse(f"Node range {group['targetNodes']} should contain container")


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


def _check_overrides(overrides: Mapping[str, Any]) -> None:
    _check_environment(overrides)
    if any(not word for word in overrides.get("command", ())):
        _refuse("Container overrides command can't contain empty strings")
    _check_resources(overrides)


def _check_container(container: Mapping[str, Any]) -> None:
    if not container.get("image"):
        _refuse("Container properties should contain image")
    _check_environment(container)
    _check_resources(container)
    kinds = {requirement["type"] for requirement in container.get("resourceRequirements", ())}
    if "VCPU" not in kinds and container.get("vcpus", 0) < 1:
        _refuse("Container properties should contain VCPU in resourceRequirements, at least 1 for EC2")
    if "MEMORY" not in kinds and container.get("memory", 0) < 4:
        _refuse("Container properties should contain MEMORY in resourceRequirements, at least 4 MiB")


def _check_environment(container: Mapping[str, Any]) -> None:
    for variable in container.get("environment", ()):
        name = variable.get("name", "")
        if name.startswith("AWS_BATCH"):
            _refuse(f"Environment variable names can't start with AWS_BATCH, got {name}")
        if not name or "=" in name:
            _refuse(f"Environment variables must have a name without '=', got {name!r}")


def _check_resources(container: Mapping[str, Any]) -> None:
    kinds = [requirement["type"] for requirement in container.get("resourceRequirements", ())]
    _check_once(kinds)
    try:
        need = need_of(container)
    except (ValueError, OverflowError) as error:
        raise Refused(f"Resource requirement values must be numbers: {error}") from error
    if need.milli_vcpus <= 0:
        _refuse("Resource requirement VCPU must be greater than 0")
    if "MEMORY" in kinds and need.memory < 4:
        _refuse(f"Resource requirement MEMORY must be at least 4 MiB, got {need.memory}")
    if "GPU" in kinds and need.gpus < 1:
        _refuse(f"Resource requirement GPU must be at least 1, got {need.gpus}")


def _check_once(kinds: Sequence[str]) -> None:
    for kind in kinds:
        if kinds.count(kind) > 1:
            _refuse(f"Resource requirement {kind} must be given once, got {kinds.count(kind)}")


def _check_rule(rule: Mapping[str, str]) -> None:
    if rule["action"].upper() not in ("RETRY", "EXIT"):
        _refuse(f"evaluateOnExit action must be RETRY or EXIT, got {rule['action']}")
    if not rule.keys() & {"onExitCode", "onReason", "onStatusReason"}:
        _refuse("evaluateOnExit entries must have one of onExitCode, onReason, onStatusReason")
    for member, pattern in (("onExitCode", _RULE_EXIT_CODE), ("onReason", _RULE_TEXT), ("onStatusReason", _RULE_TEXT)):
        if member in rule and not pattern.fullmatch(rule[member]):
            _refuse(f"evaluateOnExit {member} does not match its pattern: {rule[member][:60]}")
