"""Events have the shape that EventBridge gives them."""

from __future__ import annotations

from typing import Any

from tests.local.batch.job_details import shape_faults
from tests.local.batch.machine import Machine

#: Members of the detail of an event that tells of a job without dependencies, timeout or array, before it runs.
FIRST_DETAIL = {
    "jobArn",
    "jobName",
    "jobId",
    "jobQueue",
    "status",
    "attempts",
    "createdAt",
    "retryStrategy",
    "dependsOn",
    "jobDefinition",
    "parameters",
    "container",
    "tags",
    "propagateTags",
    "platformCapabilities",
}


def events_of(machine: Machine, *command: str, **request: Any) -> dict[str, list[dict[str, Any]]]:
    """The events of a job by status."""
    job_id = machine.run(*command, **request)["jobId"]
    machine.told(job_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for event in machine.events:
        if event["detail"]["jobId"] == job_id:
            found.setdefault(event["detail"]["status"], []).append(event)
    return found


def test_the_envelope(machine: Machine) -> None:
    """An event is from aws.batch, about one job, at a whole second."""
    (event,) = events_of(machine, "true")["RUNNABLE"]
    assert event.keys() == {
        *("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"),
    }
    assert (event["source"], event["detail-type"], event["version"]) == ("aws.batch", "Batch Job State Change", "0")
    assert (event["account"], event["region"], len(event["time"])) == ("000000000000", "local-1", 20)
    assert event["resources"] == [event["detail"]["jobArn"]]


def test_a_detail_before_the_job_runs(machine: Machine) -> None:
    """It says nothing of attempts, times or reasons."""
    (event,) = events_of(machine, "true", tags={"team": "a"})["RUNNABLE"]
    detail = event["detail"]
    assert detail.keys() == FIRST_DETAIL
    assert (detail["attempts"], detail["retryStrategy"]) == ([], {"attempts": 1, "evaluateOnExit": []})
    assert detail["tags"] == {"resourceArn": detail["jobArn"], "team": "a"}


def test_details_of_an_attempt(machine: Machine) -> None:
    """From STARTING on there is a task, from RUNNING on a log stream, at the end an exit code and a reason."""
    events = events_of(machine, "sh", "-c", "exit 3")
    starting, running, failed = (events[status][0]["detail"] for status in ("STARTING", "RUNNING", "FAILED"))
    container = [detail["container"] for detail in (starting, running, failed)]
    assert ["taskArn" in each for each in container] == [True] * 3
    assert ["logStreamName" in each for each in container] == [False, True, True]
    assert ["startedAt" in detail for detail in (starting, running, failed)] == [False, True, True]
    assert (container[2]["exitCode"], failed["statusReason"]) == (3, "Essential container in task exited")
    assert failed["attempts"][0]["stoppedAt"] == failed["stoppedAt"]


def test_details_of_a_retry(machine: Machine) -> None:
    """RUNNABLE again, with the attempt that has ended and its reason; the next attempt's log is another."""
    events = events_of(machine, "false", retryStrategy={"attempts": 2})
    again = events["RUNNABLE"][1]["detail"]
    streams = {event["detail"]["container"]["logStreamName"] for event in events["RUNNING"]}
    assert (len(again["attempts"]), again["statusReason"]) == (1, "Essential container in task exited")
    assert again["container"].keys().isdisjoint({"exitCode", "taskArn", "logStreamName"})
    assert len(streams) == 2


def test_details_of_an_array(machine: Machine) -> None:
    """A parent has a size and a summary, a child an index."""
    parent = events_of(machine, "true", arrayProperties={"size": 2})["SUCCEEDED"][0]["detail"]
    children = [event["detail"] for event in machine.events if ":" in event["detail"]["jobId"]]
    assert parent["arrayProperties"]["statusSummary"]["SUCCEEDED"] == parent["arrayProperties"]["size"] == 2
    assert {child["arrayProperties"]["index"] for child in children} == {0, 1}


def test_details_hold_to_the_service_s_model(machine: Machine) -> None:
    """Every event of every kind of job is a JobDetail."""
    first = machine.run("false", retryStrategy={"attempts": 2}, timeout={"attemptDurationSeconds": 60})["jobId"]
    machine.run("true", dependsOn=[{"jobId": first}], parameters={"a": "b"})
    machine.told(machine.run("true", arrayProperties={"size": 2}, schedulingPriorityOverride=1)["jobId"])
    assert [shape_faults(event["detail"]) for event in machine.events] == [""] * len(machine.events)


def test_descriptions_hold_to_the_service_s_model(machine: Machine) -> None:
    """DescribeJobs answers JobDetail as well."""
    jobs = [machine.run("false"), machine.run("true", arrayProperties={"size": 2})]
    assert [shape_faults(job) for job in jobs] == ["", ""]
