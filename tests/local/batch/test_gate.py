"""Calls are throttled, fail after all and answer late, as often as they are told to; over HTTP too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from batchplane_local.batch import EmbeddedBatch
from batchplane_local.batch.fault_injection.faults import Faults
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import DEFINITION, QUEUE, Machine
from tests.local.batch.served import Served, serving
from tests.local.clocks import Clock

#: Calls that a draw is made for.
MANY = 40
JOB = {"jobName": "test", "jobQueue": QUEUE, "jobDefinition": DEFINITION}


@pytest.fixture
def endpoint(machine: Machine) -> Iterator[Served]:
    """The machine behind its endpoint."""
    with serving(machine) as served:
        yield served


def named(batch: EmbeddedBatch) -> list[str]:
    """The names of all jobs, oldest first."""
    listed = batch.list_jobs(jobQueue=QUEUE, filters=[{"name": "AFTER_CREATED_AT", "values": ["0"]}])["jobSummaryList"]
    return [job["jobName"] for job in reversed(listed)]


def refusal(call: Any, **request: Any) -> tuple[int, str]:
    """The status and the code of the error that a call raises."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    return refused.value.response["ResponseMetadata"]["HTTPStatusCode"], refused.value.response["Error"]["Code"]


def test_a_throttled_call_is_not_done(machine: Machine) -> None:
    """And said to be one too many."""
    machine.batch.faults = Faults(throttle={"SubmitJob": 1.0})
    assert refusal(machine.batch.submit_job, **JOB) == (429, "TooManyRequestsException")
    assert named(machine.batch) == []


def test_a_call_may_fail_after_it_was_accepted(machine: Machine) -> None:
    """The caller is told 500, and the job is there."""
    machine.batch.faults = Faults(fail_after_accepting={"SubmitJob": 1.0})
    assert refusal(machine.batch.submit_job, **JOB) == (500, "ServerException")
    assert named(machine.batch) == ["test"]


def test_a_connection_may_be_cut_after_a_call_was_accepted(machine: Machine) -> None:
    """In this process, the caller gets the error that boto3 raises then."""
    machine.batch.faults = Faults(cut_after_accepting={"SubmitJob": 1.0})
    with pytest.raises(ConnectionClosedError):
        machine.batch.submit_job(**JOB)
    assert named(machine.batch) == ["test"]


def test_a_refused_call_is_refused_whatever_the_faults(machine: Machine) -> None:
    """Nothing was accepted that could be failed."""
    machine.batch.faults = Faults(fail_after_accepting={"*": 1.0}, cut_after_accepting={"*": 1.0})
    assert refusal(machine.batch.submit_job, **JOB | {"jobQueue": "nowhere"}) == (400, "ClientException")


def test_calls_are_struck_by_their_number(machine: Machine) -> None:
    """The same seed strikes the same calls again once the faults are set anew, whatever is called in between."""

    def struck(*, between: bool) -> list[bool]:
        machine.batch.faults = Faults(seed=11, throttle={"DescribeJobs": 0.5})
        strikes = []
        for _ in range(MANY):
            try:
                machine.batch.describe_jobs(jobs=[])
            except ClientError:
                strikes.append(True)
            else:
                strikes.append(False)
            if between:
                machine.batch.describe_job_queues()
        return strikes

    first = struck(between=False)
    assert (0 < sum(first) < MANY, struck(between=True)) == (True, first)


def test_listings_lag(machine_with: OpenMachine) -> None:
    """A job is described and listed when it is old enough, and runs meanwhile."""
    clock = Clock()
    machine = machine_with(clock=clock, faults=Faults(listing_lag_milliseconds=2000))
    batch = machine.batch
    old = machine.submit("true")
    clock.move(seconds=1)
    young = machine.submit("true", jobName="young")
    clock.move(seconds=1)
    described = [job["jobId"] for job in batch.describe_jobs(jobs=[old, young])["jobs"]]
    assert (described, named(batch)) == ([old], ["test"])
    clock.move(seconds=1)
    assert (machine.ended(young)["status"], named(batch)) == ("SUCCEEDED", ["test", "young"])


def test_a_client_is_told_over_http_too(endpoint: Served) -> None:
    """With the status, and the code in the header that boto3 reads."""
    batch = endpoint.client("batch")
    endpoint.machine.batch.faults = Faults(throttle={"SubmitJob": 1.0}, fail_after_accepting={"ListJobs": 1.0})
    assert refusal(batch.submit_job, **JOB) == (429, "TooManyRequestsException")
    assert refusal(batch.list_jobs, jobQueue=QUEUE) == (500, "ServerException")


def test_a_client_s_connection_is_cut(endpoint: Served) -> None:
    """boto3 gets no answer; the next call is answered on another connection."""
    batch = endpoint.client("batch")
    endpoint.machine.batch.faults = Faults(cut_after_accepting={"SubmitJob": 1.0})
    with pytest.raises(ConnectionClosedError):
        batch.submit_job(**JOB)
    listed = batch.list_jobs(jobQueue=QUEUE, filters=[{"name": "JOB_NAME", "values": ["test"]}])["jobSummaryList"]
    assert len(listed) == 1
