"""What becomes of a definition that is registered over the API, and what submissions make of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders import BATCH, DEPLOYMENT, T0
from tests.flow.registering import ALIGNER, FIXED, IMAGE, fields, register, registering
from tests.flow.river import River


@pytest.fixture(name="river")
def _river(make_river: Callable[..., River]) -> River:
    return registering(make_river)


def test_a_registered_definition_is_batch_s_with_what_the_deployment_fixes(river: River) -> None:
    """Role, user, mounts and log are the default definition's; nothing of its environment is."""
    asked = {
        "environment": [{"name": "THREADS", "value": "2"}],
        "resourceRequirements": [{"type": "VCPU", "value": "2"}],
    }
    status, _ = register(river, containerProperties=asked, parameters={"sample": "a"}, runner=True)

    assert 201 == status
    assert [
        {
            "jobDefinitionName": "test-aligner",
            "type": "container",
            "containerProperties": {
                "image": IMAGE,
                "command": ["align"],
                "environment": [{"name": "THREADS", "value": "2"}],
                "resourceRequirements": [{"type": "MEMORY", "value": "2048"}, {"type": "VCPU", "value": "2"}],
                **FIXED,
                "privileged": False,
            },
            "parameters": {"sample": "a"},
            "timeout": {"attemptDurationSeconds": 3600},
            "platformCapabilities": ["EC2"],
            "tags": {"runner": "batchplane"},
        }
    ] == river.batch.registered  # type: ignore[attr-defined]


def test_it_is_listed_with_who_registered_it(river: River) -> None:
    """After the deployment's own; its environment is nobody's to read."""
    answer = register(river, containerProperties={"environment": [{"name": "TOKEN", "value": "hush"}]})[1]
    listed = river.request("GET", "/definitions")[1]["definitions"]

    assert ["runner", "plain", "aligner"] == [each["name"] for each in listed]
    assert answer == listed[2]
    assert ("operator", T0, IMAGE, "ACTIVE", 1) == tuple(
        answer[name] for name in ("registeredBy", "registeredAt", "image", "status", "revision")
    )
    assert "hush" not in str(listed)


@pytest.mark.parametrize("name", ["aligner", "aligner:1", "test-aligner", "test-aligner:1", ALIGNER, f"{ALIGNER}:1"])
def test_a_submission_may_name_it(river: River, name: str) -> None:
    """By any name; the revision is pinned, and the job shows the short one."""
    register(river)
    job_id = river.submit(jobDefinition=name)
    register(river)
    river.settle()

    assert [f"{ALIGNER}:1"] == [job["jobDefinition"] for job in river.batch.jobs.values()]
    assert "aligner:1" == river.request("GET", f"/jobs/{job_id}")[1]["jobDefinition"]


def test_many_submissions_and_a_second_run_may_name_it(river: River) -> None:
    """As one may; what runs again gets the revision that there is now."""
    register(river)
    asked = [{"job": {"jobName": "one", "jobDefinition": "aligner"}}] * 2
    answers = river.request("POST", "/jobs/bulk", {"submissions": asked})[1]["submissions"]
    river.settle()
    river.run_jobs()
    river.settle()
    register(river)
    again = river.request("POST", f"/jobs/{answers[0]['job']['jobId']}/rerun", {})[1]

    assert [202, 202] == [each["status"] for each in answers]
    assert "aligner:2" == again["jobDefinition"]


def test_a_submission_is_checked_against_what_was_registered(river: River) -> None:
    """Its image carries no runner, and there is no other revision of it."""
    register(river)
    asked = {"jobName": "x", "jobDefinition": "aligner", "inputs": {"a": "b"}}
    without_runner = river.request("POST", "/jobs", asked)[1]
    other_revision = river.request("POST", "/jobs", {"jobName": "x", "jobDefinition": "aligner:2"})[1]

    assert "definition aligner doesn't carry the runner" in without_runner["detail"]
    assert {"jobDefinition"} == fields(other_revision)


def test_its_jobs_log_where_the_default_definition_s_do(river: River) -> None:
    """The log group is found from the ARN alone, of a revision that is long gone too; another's is not ours."""
    deployment = river.plane.deployment
    others = [f"{BATCH}:job-definition/other-aligner:1", ALIGNER.replace("111122223333", "4") + ":1"]

    assert "/batchplane/test/runner" == deployment.log_group(f"{ALIGNER}:9")
    assert ["/aws/batch/job"] * 2 == [deployment.log_group(arn) for arn in others]


def test_a_deregistered_one_can_be_named_no_more(river: River) -> None:
    """It is listed no more, Batch is told of each revision, and what it ran is still called by its name."""
    register(river)
    job_id = river.submit(jobDefinition="aligner")
    river.settle()
    register(river)
    answer = river.request("DELETE", "/definitions/aligner", owner="operator")
    refused, _ = river.request("POST", "/jobs", {"jobName": "x", "jobDefinition": "aligner"})
    listed = river.request("GET", "/definitions")[1]["definitions"]

    both = [f"{ALIGNER}:1", f"{ALIGNER}:2"]
    assert (200, {"name": "aligner", "deregistered": both, "waitedFor": []}) == answer
    assert (400, ["runner", "plain"]) == (refused, [each["name"] for each in listed])
    assert "aligner:1" == river.request("GET", f"/jobs/{job_id}")[1]["jobDefinition"]


def test_a_revision_that_an_accepted_job_waits_for_stays_until_it_was_submitted(river: River) -> None:
    """Batch would refuse the job; asked again, the plane deregisters it."""
    register(river)
    river.submit(jobDefinition="aligner")
    at_once = river.request("DELETE", "/definitions/aligner", owner="operator")[1]
    river.settle()
    later = river.request("DELETE", "/definitions/aligner", owner="operator")[1]

    assert ([], [f"{ALIGNER}:1"]) == (at_once["deregistered"], at_once["waitedFor"])
    assert ([f"{ALIGNER}:1"], []) == (later["deregistered"], later["waitedFor"])
    assert [f"{ALIGNER}:1"] == [job["jobDefinition"] for job in river.batch.jobs.values()]


@pytest.mark.parametrize("name", ["runner", "nothing", "test-aligner", "a" * 2000])
def test_what_nobody_registered_can_t_be_deregistered(river: River, name: str) -> None:
    """Nor can the deployment's own."""
    register(river)

    assert 404 == river.request("DELETE", f"/definitions/{name}", owner="operator")[0]


def test_a_definition_goes_with_the_right_to_its_image(river: River) -> None:
    """Where the setting no longer names it, nobody submits with it."""
    register(river)
    river.plane.deployment = DEPLOYMENT
    del river.serve_api
    refused, _ = river.request("POST", "/jobs", {"jobName": "x", "jobDefinition": "aligner"})

    assert (400, 2) == (refused, len(river.request("GET", "/definitions")[1]["definitions"]))
