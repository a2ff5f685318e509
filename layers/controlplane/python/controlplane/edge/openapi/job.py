"""The job document, described: what `controlplane.documents.job` makes. Does no I/O."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from controlplane.job import JobType, Status

EpochMilliseconds = Annotated[int, Meta(description="Epoch milliseconds.", examples=[1_795_000_000_000])]


def asked(schema: str) -> Meta:
    """Of a member that repeats what was asked for: the request's own schema of this name says what it is."""
    return Meta(extra_json_schema={"$ref": f"#/components/schemas/{schema}"})


class Variable(TypedDict):
    """One variable of the job's environment."""

    name: str
    value: str


class Requirement(TypedDict):
    """How much of one kind of resource was asked for: VCPU, MEMORY (MiB) or GPU."""

    type: str
    value: str


class AskedContainer(TypedDict):
    """What a container was asked to have."""

    command: list[str]
    environment: list[Variable]
    resourceRequirements: list[Requirement]


class JobContainer(AskedContainer):
    """What the job's container was asked to have, and how it ended."""

    exitCode: Annotated[int | None, Meta(description="Of the last attempt; null until it has ended.")]
    reason: Annotated[str | None, Meta(description="Why the container ended, where AWS Batch says so.")]
    logStreamName: str | None


class AttemptContainer(TypedDict, total=False):
    """How the container of an attempt ended."""

    exitCode: int
    reason: str
    logStreamName: str
    name: Annotated[str, Meta(description="Of several containers, the one that tells most.")]


class JobAttempt(TypedDict):
    """One attempt; what is not known of it is left out."""

    container: AttemptContainer
    startedAt: NotRequired[EpochMilliseconds]
    stoppedAt: NotRequired[EpochMilliseconds]
    statusReason: NotRequired[str]
    podName: NotRequired[Annotated[str, Meta(description="On EKS; its log is not in /aws/batch/job.")]]


class Transition(TypedDict):
    """A status that the job was in."""

    status: Status
    attempt: Annotated[int, Meta(description="Of which attempt, counted from 1.", ge=1)]
    at: EpochMilliseconds


class JobArray(TypedDict, total=False):
    """An array job has a size and a summary of its children; a child has an index."""

    size: int
    index: int
    statusSummary: Annotated[dict[str, int], Meta(description="How many children are in each status.")]


class NodeRange(TypedDict):
    """What the nodes of a range were asked to have."""

    targetNodes: Annotated[str, Meta(description="Their indices, such as 0:3, :3 or 4:.")]
    container: AskedContainer
    instanceTypes: NotRequired[list[str]]


class JobNodes(TypedDict):
    """The nodes of a multi-node parallel job."""

    numNodes: int | None
    mainNode: NotRequired[Annotated[int, Meta(description="Index of the node whose end is the job's.")]]
    nodeRangeProperties: Annotated[list[NodeRange], Meta(description="The ranges that something was asked of.")]
    statusSummary: Annotated[dict[str, int], Meta(description="How many nodes are known to be in each status.")]


class JobNode(TypedDict):
    """Which node of its job this is."""

    nodeIndex: int
    isMainNode: bool


class Job(TypedDict):
    """A job, in the words of AWS Batch's DescribeJobs."""

    jobId: Annotated[
        str,
        Meta(description="The plane's own id; of a child `jobId:index`, of a node `jobId#index`."),
    ]
    batchJobId: Annotated[str | None, Meta(description="AWS Batch's id; null until Batch knows the job.")]
    jobName: str
    owner: Annotated[str, Meta(description="Who submitted it.")]
    type: JobType
    jobQueue: Annotated[str, Meta(description="As the deployment calls it.")]
    jobDefinition: Annotated[str, Meta(description="As the deployment calls it, with the revision.")]
    status: Status
    statusReason: str | None
    createdAt: EpochMilliseconds
    startedAt: EpochMilliseconds | None
    stoppedAt: EpochMilliseconds | None
    isCancelled: bool
    isTerminated: bool
    lost: Annotated[bool, Meta(description="AWS Batch no longer describes it, and told of no end.")]
    conflict: Annotated[bool, Meta(description="AWS Batch told of two ends: both are in `history`.")]
    container: JobContainer
    attempts: list[JobAttempt]
    dependsOn: list[Annotated[dict[str, Any], asked("Dependency")]]
    inputs: Annotated[list[str], Meta(description="Names of its input files.")]
    history: Annotated[list[Transition], Meta(description="Every transition that was told of, each once.")]
    parameters: NotRequired[dict[str, str]]
    retryStrategy: NotRequired[Annotated[dict[str, Any], asked("RetryStrategy")]]
    timeout: NotRequired[Annotated[dict[str, Any], asked("JobTimeout")]]
    tags: NotRequired[dict[str, str]]
    shareIdentifier: NotRequired[str]
    schedulingPriorityOverride: NotRequired[int]
    arrayProperties: NotRequired[JobArray]
    nodeProperties: NotRequired[JobNodes]
    rerunOf: NotRequired[Annotated[str, Meta(description="The job that this one runs again.")]]
    originalIndex: NotRequired[Annotated[int, Meta(description="Which child of a larger array this one stands for.")]]
    nodeDetails: NotRequired[JobNode]


JOB_ID_EXAMPLE = "j5os3k7a9c1v8e2m4q6t0u2b1d"
#: A job that has just been accepted.
ACCEPTED: dict[str, Any] = {
    "jobId": JOB_ID_EXAMPLE,
    "batchJobId": None,
    "jobName": "compress",
    "owner": "user/ada",
    "type": "Single",
    "jobQueue": "default",
    "jobDefinition": "runner:3",
    "status": "SUBMITTED",
    "statusReason": None,
    "createdAt": 1_795_000_000_000,
    "startedAt": None,
    "stoppedAt": None,
    "isCancelled": False,
    "isTerminated": False,
    "lost": False,
    "conflict": False,
    "container": {
        "command": ["gzip", "-9", "data.csv"],
        "environment": [{"name": "LEVEL", "value": "9"}],
        "resourceRequirements": [{"type": "MEMORY", "value": "2048"}],
        "exitCode": None,
        "reason": None,
        "logStreamName": None,
    },
    "attempts": [],
    "dependsOn": [],
    "inputs": ["data.csv"],
    "history": [{"status": "SUBMITTED", "attempt": 1, "at": 1_795_000_000_000}],
}
#: The log stream of an attempt.
STREAM = "runner/default/0f3c2f1f6f0d4c0b"
#: The same job when it has ended.
SUCCEEDED: dict[str, Any] = ACCEPTED | {
    "batchJobId": "5bc5d058-f641-5cec-a8d0-65de593eee05",
    "status": "SUCCEEDED",
    "statusReason": "Essential container in task exited",
    "startedAt": 1_795_000_003_000,
    "stoppedAt": 1_795_000_009_000,
    "container": ACCEPTED["container"] | {"exitCode": 0, "logStreamName": STREAM},
    "attempts": [
        {
            "container": {"exitCode": 0, "logStreamName": STREAM},
            "startedAt": 1_795_000_003_000,
            "stoppedAt": 1_795_000_009_000,
        }
    ],
    "history": [
        {"status": "SUBMITTED", "attempt": 1, "at": 1_795_000_000_000},
        {"status": "RUNNABLE", "attempt": 1, "at": 1_795_000_001_000},
        {"status": "RUNNING", "attempt": 1, "at": 1_795_000_003_000},
        {"status": "SUCCEEDED", "attempt": 1, "at": 1_795_000_009_000},
    ],
}
#: A child of an array job.
CHILD: dict[str, Any] = SUCCEEDED | {
    "jobId": f"{JOB_ID_EXAMPLE}:7",
    "batchJobId": "5bc5d058-f641-5cec-a8d0-65de593eee05:7",
    "type": "ArrayChild",
    "arrayProperties": {"index": 7},
}
#: A node of a multi-node parallel job that has run likewise.
NODE: dict[str, Any] = SUCCEEDED | {
    "jobId": f"{JOB_ID_EXAMPLE}#1",
    "batchJobId": "5bc5d058-f641-5cec-a8d0-65de593eee05#1",
    "type": "Node",
    "nodeDetails": {"nodeIndex": 1, "isMainNode": False},
}
