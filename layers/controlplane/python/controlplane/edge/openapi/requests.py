"""What each member of a request means; its type and its own bounds are the request's model's. Does no I/O.

They stand here, and not in the models, so that no cold start pays for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REQUIREMENTS = "How much the job reserves of each kind of resource, one of a kind."
_RULE = "A glob: an asterisk at its end stands for anything. Left out, it always holds."
#: By the schema's name, and the member's.
_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "SubmitJobRequest": {
        "jobName": "The first part of AWS Batch's own name of the job; the plane's id follows.",
        "jobQueue": "By its short name, name or ARN; the deployment's default where it is left out.",
        "jobDefinition": "By its short name, name or ARN; the deployment's default where it is left out.",
        "arrayProperties": "Makes it an array job.",
        "dependsOn": "Jobs that must succeed first.",
        "parameters": "Values for `Ref::NAME` in the definition's command.",
        "containerOverrides": "What the job's container has otherwise than the definition's.",
        "nodeOverrides": "Of a multi-node parallel job: what its nodes have otherwise.",
        "retryStrategy": "The definition's where it is left out.",
        "timeout": "The definition's where it is left out.",
        "tags": "Kept with the job, and found by `GET /jobs?tag=`.",
        "propagateTags": "Whether AWS Batch puts the tags on the ECS task too.",
        "shareIdentifier": "Whose share it counts to, in a queue with a fair-share policy, and in no other.",
        "schedulingPriorityOverride": "Within its share: the higher goes first.",
        "command": "Short for `containerOverrides.command`.",
        "environment": "Short for `containerOverrides.environment`, as a map.",
        "vcpus": "Short for a requirement of VCPU.",
        "memory": "Short for a requirement of MEMORY: MiB, or a quantity such as 8 GiB, rounded up.",
        "gpus": "Short for a requirement of GPU.",
        "inputs": "Files in the job's working directory, each with the key that `POST /uploads` answered.",
    },
    "RegisterJobDefinitionRequest": {
        "jobDefinitionName": "The short name, which submissions say; AWS Batch's begins with the deployment's.",
        "type": "Always container.",
        "containerProperties": "What runs, and what it reserves.",
        "parameters": "What stands for `Ref::NAME` in the command, unless a submission says otherwise.",
        "retryStrategy": "Unless a submission says otherwise.",
        "timeout": "Unless a submission says otherwise; that of the deployment's default where it is left out.",
        "tags": "Of the definition in AWS Batch.",
        "propagateTags": "Whether AWS Batch puts the tags of jobs on the ECS task too.",
        "platformCapabilities": "Always EC2.",
        "runner": "Whether the image's entry point is the runner, so that inputs, outputs and functions work.",
    },
    "ContainerProperties": {
        "image": "One that the deployment allows.",
        "command": "A list of words, which no shell reads.",
        "environment": "Of each of its jobs.",
        "resourceRequirements": _REQUIREMENTS,
        "privileged": "Always false.",
        "readonlyRootFilesystem": "Always true, where the deployment's are so.",
    },
    "ArrayProperties": {"size": "How many children."},
    "Dependency": {
        "jobId": "The plane's own id, or AWS Batch's; left out with SEQUENTIAL.",
        "type": "Of array jobs: child after child of the same index, or each after the one before.",
    },
    "ContainerOverrides": {
        "command": "A list of words, which no shell reads.",
        "environment": "Added to the definition's; the same name replaces.",
        "resourceRequirements": _REQUIREMENTS,
        "vcpus": "Deprecated: means a requirement of VCPU.",
        "memory": "Deprecated: means a requirement of MEMORY, in MiB.",
    },
    "EnvironmentVariable": {"name": "Without an equals sign.", "value": "Plain text that others may see: no secrets."},
    "ResourceRequirement": {"type": "Of what.", "value": "A whole number as a string; of MEMORY in MiB."},
    "NodeOverrides": {
        "numNodes": "How many nodes, where the definition's last range is open.",
        "nodePropertyOverrides": "By ranges of nodes, as the definition has them.",
    },
    "NodePropertyOverride": {
        "targetNodes": "A range of node indices, such as 0:3, :3 or 4:.",
        "containerOverrides": "What the container of these nodes has otherwise.",
        "instanceTypes": "The one that these nodes run on.",
    },
    "RetryStrategy": {
        "attempts": "Of a job, or of each child of an array.",
        "evaluateOnExit": "The first rule that holds decides; where none does, the job is tried again.",
    },
    "EvaluateOnExit": {
        "action": "RETRY or EXIT, in any case.",
        "onStatusReason": _RULE,
        "onReason": _RULE,
        "onExitCode": _RULE,
    },
    "JobTimeout": {"attemptDurationSeconds": "How long one attempt may run; then it is ended, and not tried again."},
    "BulkRequest": {"submissions": "Each is taken or refused by itself, and answered in this order."},
    "BulkSubmission": {"idempotencyKey": "As the header of `POST /jobs`.", "job": "As the body of `POST /jobs`."},
    "RerunRequest": {"all": "Of an array: all its children, and not only those that failed."},
    "EndingRequest": {"reason": "AWS Batch is told it after who asked; it becomes the job's statusReason."},
    "SelectionRequest": {
        "jobQueue": "Of this queue: its short name, name or ARN.",
        "status": "In any of these statuses now.",
        "type": "Of any of these types.",
        "namePrefix": "Names that begin so; case is ignored.",
        "tags": "Submitted with all of these tags.",
        "createdFrom": "Created then or later, in epoch milliseconds.",
        "createdBefore": "Created earlier, in epoch milliseconds.",
        "jobIds": "The jobs with these ids, instead of a selection: those that a dry run named.",
        "all": "Must be said where nothing is named.",
        "dryRun": "Names the jobs, and asks nothing of AWS Batch.",
        "reason": "AWS Batch is told it after who asked; it becomes the statusReason of each.",
        "limit": "Most jobs of one answer.",
        "cursor": "Where the answer before ended: its `cursor`.",
    },
    "UploadRequest": {
        "name": "A relative path, as the job will find it.",
        "size": "Bytes.",
        "sha256": "Of the bytes, in hexadecimal.",
    },
    "RunnerLinksRequest": {
        "jobId": "The runner's own job.",
        "index": "Of the runner's own child; left out unless the job is an array.",
        "uploads": "Outputs that it is about to send.",
    },
    "ReplayRequest": {
        "limit": "Most letters to send back.",
        "until": "Only letters sent by then, in epoch milliseconds; now where it is left out.",
    },
}


def meant(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A request's schema, each member with what it means, and without the titles that pydantic makes of names."""
    words = _MEANINGS.get(name, {})
    members = {
        each: _untitled(member) | ({"description": words[each]} if each in words else {})
        for each, member in schema.get("properties", {}).items()
    }
    return {**schema, "properties": members} if members else dict(schema)


def _untitled(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in member.items() if name != "title"}
