"""boto3's Batch client over an engine in this process. Speaks the service's shapes; decides nothing of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from batchplane_local.batch.answers import ClientException, ServerException, answer
from batchplane_local.batch.assembly import Assembly, Settings, assemble
from batchplane_local.batch.cloudwatch.logs import LogsClient
from batchplane_local.batch.database.store import Synchronous
from batchplane_local.batch.delivery import Deliver
from batchplane_local.batch.dispatch import Dispatch, errors_of
from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.machine.launch import BASE_ENVIRONMENT
from batchplane_local.batch.service_model import operation_named, validate

#: Stands in ARNs and events unless another is given.
REGION = "local-1"
#: AWS keeps them for at least so long: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html.
KEEP_FINISHED_DAYS = 7.0


class EmbeddedBatch:
    """AWS Batch on one machine: every method of boto3's Batch client, by the same name and with the same shapes.

    What it doesn't do is refused with ClientException, in words that say so. Safe from any thread.
    """

    #: As boto3's client has them: `except client.exceptions.ClientException`.
    class exceptions:  # noqa: N801 - boto3's name
        """Errors that the client raises."""

        ClientError = ClientError
        ClientException = ClientException
        ServerException = ServerException

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        #: The operations, without the copies that keep a caller's documents apart from what is kept here.
        self.dispatch: Dispatch = assembly.dispatch
        #: boto3's CloudWatch Logs client, for the logs of the jobs.
        self.logs: LogsClient = assembly.logs
        #: The most that jobs may use together, by the type of resource: VCPU, MEMORY in MiB, GPU.
        self.machine: Mapping[str, int] = assembly.machine

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        deliver: Deliver,
        runner: Sequence[str] = (),
        vcpus: float | None = None,
        memory_mib: int | None = None,
        gpus: int | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        region: str = REGION,
        account: str = "000000000000",
        environment: Mapping[str, str] = BASE_ENVIRONMENT,
        synchronous: Synchronous = "NORMAL",
        honour_user: bool = True,
        faults: Faults | None = None,
        calls_per_second: float | None = None,
        keep_finished_days: float | None = KEEP_FINISHED_DAYS,
    ) -> EmbeddedBatch:
        """Open the embedded Batch that lives in a folder, and go on with its jobs; Settings says what each means.

        Raises BlockingIOError where another process has the folder open, and OtherLayout where another version
        wrote it.
        """
        settings = Settings(
            folder=folder,
            runner=tuple(runner),
            vcpus=vcpus,
            memory_mib=memory_mib,
            gpus=gpus,
            region=region,
            account=account,
            environment=environment,
            synchronous=synchronous,
            honour_user=honour_user,
            faults=faults,
            calls_per_second=calls_per_second,
            keep_finished_days=keep_finished_days,
        )
        return cls(assemble(settings, deliver=deliver, clock=clock))

    def close(self) -> None:
        """Stop. Attempts that run are killed and stay on record as running: for the next open, their host was lost.

        That is what the death of this process would leave, so there is one way to restart, and it is well worn.
        """
        self._assembly.close()

    @property
    def faults(self) -> Faults | None:
        """What goes wrong on demand; None where nothing is to. May be set at any time."""
        return self._assembly.trouble.faults

    @faults.setter
    def faults(self, faults: Faults | None) -> None:
        with errors_of("Faults"):
            self._assembly.trouble.use(faults)

    def lose_host(self, job_id: str | None = None) -> list[str]:
        """Have what runs lose its host: the attempts of a job, its children or its nodes; all where None.

        The ids of the jobs whose attempts end so come back. Raises ClientException where there is no such job.
        """
        with errors_of("LoseHost"):
            return self._assembly.trouble.lose_hosts(job_id)

    def submit_job(self, **request: Any) -> dict[str, Any]:
        """Accept a job; answered once it is on disk."""
        return self.call("SubmitJob", request)

    def describe_jobs(self, **request: Any) -> dict[str, Any]:
        """At most 100 jobs by id; unknown ones are left out."""
        return self.call("DescribeJobs", request)

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        """A page of a queue's jobs, newest first, an array's children or a job's nodes; RUNNING ones by default."""
        return self.call("ListJobs", request)

    def cancel_job(self, **request: Any) -> dict[str, Any]:
        """Jobs that haven't started fail; others go on, and the call succeeds."""
        return self.call("CancelJob", request)

    def terminate_job(self, **request: Any) -> dict[str, Any]:
        """Jobs that run are ended by SIGTERM, and by SIGKILL 30 seconds later; others fail at once."""
        return self.call("TerminateJob", request)

    def cancel_jobs(self, **request: Any) -> dict[str, Any]:
        """CancelJob for at most 50 jobs; one that is not found counts as successful."""
        return self.call("CancelJobs", request)

    def terminate_jobs(self, **request: Any) -> dict[str, Any]:
        """TerminateJob for at most 50 jobs; one that is not found counts as successful."""
        return self.call("TerminateJobs", request)

    def register_job_definition(self, **request: Any) -> dict[str, Any]:
        """The next revision of a definition of type container or multinode."""
        return self.call("RegisterJobDefinition", request)

    def deregister_job_definition(self, **request: Any) -> dict[str, Any]:
        """A revision becomes INACTIVE."""
        return self.call("DeregisterJobDefinition", request)

    def describe_job_definitions(self, **request: Any) -> dict[str, Any]:
        """Revisions by name, by status, or all of them."""
        return self.call("DescribeJobDefinitions", request)

    def create_job_queue(self, **request: Any) -> dict[str, Any]:
        """A queue over one to three compute environments."""
        return self.call("CreateJobQueue", request)

    def update_job_queue(self, **request: Any) -> dict[str, Any]:
        """Another state, priority, order of environments, policy or time limits for a queue."""
        return self.call("UpdateJobQueue", request)

    def delete_job_queue(self, **request: Any) -> dict[str, Any]:
        """A DISABLED queue ends its jobs, and goes with the last of them."""
        return self.call("DeleteJobQueue", request)

    def describe_job_queues(self, **request: Any) -> dict[str, Any]:
        """Queues by name, or all of them."""
        return self.call("DescribeJobQueues", request)

    def get_job_queue_snapshot(self, **request: Any) -> dict[str, Any]:
        """The first 100 RUNNABLE jobs of a queue in the order in which they would start, and the vCPUs in use."""
        return self.call("GetJobQueueSnapshot", request)

    def create_compute_environment(self, **request: Any) -> dict[str, Any]:
        """A record that stands for this machine, or for maxvCpus of it."""
        return self.call("CreateComputeEnvironment", request)

    def update_compute_environment(self, **request: Any) -> dict[str, Any]:
        """Another state, or other resources, for an environment."""
        return self.call("UpdateComputeEnvironment", request)

    def delete_compute_environment(self, **request: Any) -> dict[str, Any]:
        """A DISABLED environment that is in no queue goes when nothing runs in it any more."""
        return self.call("DeleteComputeEnvironment", request)

    def describe_compute_environments(self, **request: Any) -> dict[str, Any]:
        """Compute environments by name, or all of them."""
        return self.call("DescribeComputeEnvironments", request)

    def create_scheduling_policy(self, **request: Any) -> dict[str, Any]:
        """A fair-share policy for queues."""
        return self.call("CreateSchedulingPolicy", request)

    def update_scheduling_policy(self, **request: Any) -> dict[str, Any]:
        """Another fair-share policy under the same ARN."""
        return self.call("UpdateSchedulingPolicy", request)

    def delete_scheduling_policy(self, **request: Any) -> dict[str, Any]:
        """A policy that no queue uses goes."""
        return self.call("DeleteSchedulingPolicy", request)

    def describe_scheduling_policies(self, **request: Any) -> dict[str, Any]:
        """Scheduling policies by ARN."""
        return self.call("DescribeSchedulingPolicies", request)

    def list_scheduling_policies(self, **request: Any) -> dict[str, Any]:
        """The ARNs of all scheduling policies."""
        return self.call("ListSchedulingPolicies", request)

    def tag_resource(self, **request: Any) -> dict[str, Any]:
        """Set tags of a queue, an environment, a definition or a scheduling policy."""
        return self.call("TagResource", request)

    def untag_resource(self, **request: Any) -> dict[str, Any]:
        """Remove tags of a queue, an environment, a definition or a scheduling policy."""
        return self.call("UntagResource", request)

    def list_tags_for_resource(self, **request: Any) -> dict[str, Any]:
        """Tags of a queue, an environment, a definition or a scheduling policy."""
        return self.call("ListTagsForResource", request)

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Do an operation by its name in the API: `SubmitJob`. Raises what boto3's client raises."""
        # Here too, because the copy knows JSON's types only.
        validate("batch", operation, request)
        return answer(_copy(self.dispatch.call(operation, _copy(request))))

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        """Every other operation of the service, as a method that refuses in words."""
        operation = None if method.startswith("_") else operation_named(method)
        if operation is None:
            raise AttributeError(f"{type(self).__name__} has no attribute {method!r}, and AWS Batch no such operation")

        def call(**request: Any) -> dict[str, Any]:
            return self.call(operation, request)

        return call


def _copy(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document of the caller's own: what is kept here must not change with what is given or was given."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    return copy
