"""Running jobs again: what the new job is, which children it has, and what can't be run again."""

from typing import Any

import pytest

from tests.builders import event
from tests.flow.river import River

RUNS_AGAIN = {"command": ["work"], "environment": [{"name": "A", "value": "b"}]}


def told(river: River, number: int, status: str, *children: str) -> None:
    """Tell of the end of a job of Batch, by its number, and of its children's."""
    job = river.batch.jobs[f"batch-{number}"]
    place = {name: job[name] for name in ("jobQueue", "jobDefinition")}
    events = [event(status, job_id=f"batch-{number}", name=job["jobName"], **place)]
    for index, each in enumerate(children):
        child = {"arrayProperties": {"index": index}}
        events.append(event(each, job_id=f"batch-{number}:{index}", name=job["jobName"], **child))
    river.job_events.send(events)
    river.settle()


def ended(river: River, status: str, *children: str, **document: Any) -> str:
    """A job that has ended so, an array where children are named."""
    size = {"arrayProperties": {"size": len(children)}} if children else {}
    job_id = river.submit(**{"containerOverrides": RUNS_AGAIN} | size | document)
    river.settle()
    told(river, len(river.batch.jobs) - 1, status, *children)
    return job_id


def rerun(river: River, job: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """What the owner is answered."""
    return river.request("POST", f"/jobs/{job}/rerun", body or {}, **headers)


def again(river: River, job: str, body: Any = None) -> dict[str, Any]:
    """The new job, which Batch has."""
    status, document = rerun(river, job, body)
    assert status == 202, document
    river.settle()
    return dict(document)


def indices(river: River, job: dict[str, Any]) -> list[Any]:
    """What the runners of the newest Batch job are told to be."""
    newest = list(river.batch.jobs.values())[-1]
    known = {each["name"]: each["value"] for each in newest["containerOverrides"]["environment"]}
    bearer = {"authorization": f"Bearer {known['BATCHPLANE_CAPABILITY']}"}
    places = range(job["arrayProperties"]["size"]) if job["type"] == "Array" else [None]
    asked = [{"jobId": job["jobId"], **({} if index is None else {"index": index})} for index in places]
    answers = [river.request("POST", "/runner/links", body, owner=None, **bearer) for body in asked]
    assert {200} == {status for status, _ in answers}
    return [(answer["index"], answer["arraySize"]) for _, answer in answers]


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
def test_a_single_job_runs_again_as_it_was(river: River, status: str) -> None:
    """As a new job of the same owner, which says what it runs again."""
    job_id = ended(river, status, tags={"team": "red"})
    job = again(river, job_id)
    first, second = river.batch.jobs.values()

    assert ("ada", job_id, "SUBMITTED") == (job["owner"], job["rerunOf"], job["status"])
    assert job_id != job["jobId"]
    assert (first["tags"], first["containerOverrides"]["command"]) == (second["tags"], ["work"])
    assert [(None, None)] == indices(river, job)


def test_of_an_array_what_failed_runs_again(river: River) -> None:
    """Each child with its original index, and as one of as many."""
    job = again(river, ended(river, "FAILED", "FAILED", "SUCCEEDED", "FAILED", "SUCCEEDED"))

    assert ({"size": 2}, "Array") == (list(river.batch.jobs.values())[-1]["arrayProperties"], job["type"])
    assert [(0, 4), (2, 4)] == indices(river, job)


def test_one_failed_child_runs_again_alone(river: River) -> None:
    """As a single job, for no array has one child; its document says whose place it takes."""
    job = again(river, ended(river, "FAILED", "SUCCEEDED", "FAILED"))

    assert ("Single", 1, [(1, 2)]) == (job["type"], job["originalIndex"], indices(river, job))
    assert "arrayProperties" not in list(river.batch.jobs.values())[-1]


def test_all_children_run_again_where_that_is_said(river: River) -> None:
    """With their own indices."""
    job = again(river, ended(river, "FAILED", "FAILED", "SUCCEEDED"), {"all": True})

    assert ({"size": 2}, [(None, None)] * 2) == (
        list(river.batch.jobs.values())[-1]["arrayProperties"],
        indices(river, job),
    )


def test_indices_compose(river: River) -> None:
    """What failed of what ran again is known by its first index; so is all of it, run again."""
    job = again(river, ended(river, "FAILED", "FAILED", "SUCCEEDED", "FAILED", "FAILED"))
    told(river, 1, "FAILED", "SUCCEEDED", "FAILED", "FAILED")
    third = again(river, job["jobId"])
    composed = indices(river, third)
    told(river, 2, "SUCCEEDED", "SUCCEEDED", "SUCCEEDED")
    everything = again(river, third["jobId"], {"all": True})

    assert ([(2, 4), (3, 4)], [(2, 4), (3, 4)]) == (composed, indices(river, everything))


def test_a_child_says_whose_place_it_takes(river: River) -> None:
    """Beside its own index."""
    job = again(river, ended(river, "FAILED", "FAILED", "SUCCEEDED", "FAILED"))
    told(river, 1, "SUCCEEDED", "SUCCEEDED", "SUCCEEDED")
    child = river.request("GET", f"/jobs/{job['jobId']}/children/1")[1]

    assert (1, 2, job["rerunOf"]) == (child["arrayProperties"]["index"], child["originalIndex"], child["rerunOf"])


def test_one_child_runs_again_while_others_run(river: River) -> None:
    """It must have ended itself, and no more."""
    job_id = ended(river, "PENDING", "RUNNING", "SUCCEEDED", "FAILED")
    job = again(river, f"{job_id}/children/1")

    assert ("Single", [(1, 3)]) == (job["type"], indices(river, job))
    assert 409 == rerun(river, f"{job_id}/children/0")[0]


def test_a_job_that_runs_is_not_run_again(river: River) -> None:
    """The answer says what to do."""
    status, problem = rerun(river, ended(river, "RUNNING"))

    assert (409, "urn:batchplane:problem:JobNotOver") == (status, problem["type"])
    assert "is RUNNING, and can run again once it has ended" in problem["detail"]


def test_a_child_that_nobody_told_of_is_waited_for(river: River) -> None:
    """It may have failed; all may run again all the same."""
    job_id = ended(river, "FAILED", "FAILED", arrayProperties={"size": 3})
    status, problem = rerun(river, job_id)

    assert (409, "urn:batchplane:problem:JobNotOver") == (status, problem["type"])
    assert 202 == rerun(river, job_id, {"all": True})[0]


def test_nothing_runs_again_where_nothing_failed(river: River) -> None:
    """The answer says how to run all."""
    status, problem = rerun(river, ended(river, "SUCCEEDED", "SUCCEEDED", "SUCCEEDED"))

    assert (409, "urn:batchplane:problem:NothingFailed") == (status, problem["type"])
    assert '{"all": true}' in problem["detail"]


def test_indices_need_the_runner(river: River) -> None:
    """Without it no child would learn its own; all may run again."""
    job_id = ended(river, "FAILED", "FAILED", "SUCCEEDED", jobDefinition="plain")
    status, problem = rerun(river, job_id)

    assert (400, ["all"]) == (status, [each["field"] for each in problem["errors"]])
    assert "plain:1 doesn't carry the runner" in problem["detail"]
    assert 202 == rerun(river, job_id, {"all": True})[0]


def test_an_array_that_failed_whole_needs_no_runner(river: River) -> None:
    """Every child is what Batch says it is."""
    job_id = ended(river, "FAILED", "FAILED", "FAILED", jobDefinition="plain")

    assert 202 == rerun(river, job_id)[0]


def test_the_same_key_runs_again_once(river: River) -> None:
    """Another body under it is a conflict, and so is a submission."""
    job_id = ended(river, "FAILED", "FAILED", "FAILED")
    answers = [rerun(river, job_id, body, idempotency_key="k") for body in ({}, {}, {"all": True})]
    submitted = river.request("POST", "/jobs", {"jobName": "a"}, idempotency_key="k")
    river.settle()

    assert ([202, 200, 409], 409, 2) == ([status for status, _ in answers], submitted[0], len(river.batch.jobs))


def test_what_was_waited_for_is_waited_for_no_more(river: River) -> None:
    """The order among an array's own children is kept."""
    before = ended(river, "SUCCEEDED")
    waits = [{"jobId": before}, {"type": "SEQUENTIAL"}]
    again(river, ended(river, "FAILED", "FAILED", "SUCCEEDED", "FAILED", dependsOn=waits))

    assert [{"type": "SEQUENTIAL"}] == list(river.batch.jobs.values())[-1]["dependsOn"]


def test_an_operator_runs_a_job_again_for_its_owner(river: River) -> None:
    """Nobody else does: to them it does not exist."""
    job_id = ended(river, "FAILED")
    answers = {owner: river.request("POST", f"/jobs/{job_id}/rerun", {}, owner=owner) for owner in ("bob", "operator")}

    assert (404, 202, "ada") == (answers["bob"][0], answers["operator"][0], answers["operator"][1]["owner"])


def test_an_operators_keys_are_not_the_owners(river: River) -> None:
    """Though what runs again is the owner's: each finds their own by it."""
    job_id = ended(river, "FAILED")
    asked = [
        river.request("POST", f"/jobs/{job_id}/rerun", {}, owner=owner, idempotency_key="k")
        for owner in ("operator", "ada", "operator")
    ]
    first, other, repeated = (answer["jobId"] for _, answer in asked)

    assert ([202, 202, 200], True, first) == ([status for status, _ in asked], first != other, repeated)


def test_an_array_that_batch_never_had_runs_again_whole(river: River) -> None:
    """No child of it ever ran."""
    job_id = river.submit(arrayProperties={"size": 2})
    river.request("POST", f"/jobs/{job_id}/cancel", {})
    job = again(river, job_id)

    assert [(None, None)] * 2 == indices(river, job)
