"""What requests are answered while the river flows: who may ask for what, and how it is refused."""

import json
from typing import Any

import pytest

from controlplane.job import LARGEST_ARRAY
from tests.builders import event
from tests.flow.river import River
from tests.flow.scripted_batch import Answered


def test_a_page_of_children_says_where_to_go_on(river: River) -> None:
    """And ends with the last child, though the page is full."""
    job_id = river.submit(arrayProperties={"size": 4})
    river.settle()
    river.job_events.send([event("RUNNING", job_id=f"batch-0:{index}", name="x") for index in range(4)])
    river.settle()
    pages = [river.request("GET", f"/jobs/{job_id}/children", query=f"first={first}&limit=2")[1] for first in (0, 2)]

    assert [2, None] == [page["next"] for page in pages]


def test_children_are_shown_by_status(river: River) -> None:
    """Who looks for the failed ones of ten thousand is not shown the others; any of several statuses will do."""
    job_id = river.submit(arrayProperties={"size": 4})
    river.settle()
    told = ["RUNNING", "FAILED", "SUCCEEDED", "FAILED"]
    river.job_events.send([event(told[index], job_id=f"batch-0:{index}", name="x") for index in range(4)])
    river.settle()

    def shown(query: str) -> tuple[list[int], int | None]:
        page = river.request("GET", f"/jobs/{job_id}/children", query=query)[1]
        return [each["arrayProperties"]["index"] for each in page["jobs"]], page["next"]

    assert ([1], 2) == shown("status=FAILED&limit=1")
    assert ([3], None) == shown("status=FAILED&limit=2&first=2")
    assert ([0, 2], None) == shown("status=RUNNING&status=SUCCEEDED")


@pytest.mark.parametrize(
    ("document", "path", "why"),
    [
        ({}, "children/0", "has no child 0: its type is Single, not Array."),
        ({}, "nodes/0", "has no node 0: its type is Single, not MultiNode."),
        ({"arrayProperties": {"size": 4}}, "children/4", "has no child 4: the last is 3."),
        ({"arrayProperties": {"size": 4}}, "children/3", "has no child 3, or Batch has not told of it yet."),
    ],
)
def test_why_there_is_no_such_child_is_said(river: River, document: dict[str, Any], path: str, why: str) -> None:
    """Nobody waits for Batch to tell of what can't be."""
    job_id = river.submit(**document)

    status, answer = river.request("GET", f"/jobs/{job_id}/{path}")

    assert (404, f"Job {job_id} {why}") == (status, answer["detail"])


def test_the_same_file_is_uploaded_under_the_same_key(river: River) -> None:
    """A submission with inputs can be repeated word for word."""
    upload = {"name": "data.csv", "size": 1, "sha256": "0" * 64}
    keys = {river.request("POST", "/uploads", upload)[1]["key"] for _ in range(2)}

    assert {f"ada/uploads/{'0' * 64}/data.csv"} == keys


def test_another_owners_job_does_not_exist(river: River) -> None:
    """Every route that names a job answers 404, as for a job that never was."""
    job_id = river.submit()
    paths = ["", "/log", "/outputs", "/children", "/children/0", "/children/0/log"]

    assert {404} == {river.request("GET", f"/jobs/{job_id}{path}", owner="bob")[0] for path in paths}


def test_another_owners_job_is_not_listed(river: River) -> None:
    """A list is by owner."""
    river.submit()

    assert [] == river.request("GET", "/jobs", owner="bob")[1]["jobs"]


def test_the_same_key_with_another_body_is_a_conflict(river: River) -> None:
    """The first body stays what was asked."""
    for name, expected in (("a", 202), ("a", 200), ("b", 409)):
        assert expected == river.request("POST", "/jobs", {"jobName": name}, idempotency_key="k")[0]


def test_a_capability_lends_links_to_its_own_job_alone(river: River) -> None:
    """The runner's variables open its job's prefix, until the job has ended."""
    job_id = river.submit()
    river.settle()
    environment = river.batch.jobs["batch-0"]["containerOverrides"]["environment"]
    told = {variable["name"]: variable["value"] for variable in environment}
    bearer = {"authorization": f"Bearer {told['BATCHPLANE_CAPABILITY']}"}
    upload = {"name": "out.txt", "size": 1, "sha256": "0" * 64}

    def ask(job: str) -> int:
        return river.request("POST", "/runner/links", {"jobId": job, "uploads": [upload]}, owner=None, **bearer)[0]

    other = river.submit(jobName="other")
    while_running = (ask(job_id), ask(other))
    river.run_jobs()
    river.settle()

    assert ((200, 401), 401) == (while_running, ask(job_id))


def test_the_runner_of_either_try_may_ask_for_its_links(river: River) -> None:
    """Where ListJobs did not know the first in time, nobody can say which of the two will run; one between is none."""
    river.batch.cuts.append(ConnectionError("cut"))
    job_id = river.submit()
    river.turn()
    tries = [river.batch.jobs.pop("batch-0")]
    river.batch.refusals.append(Answered("TooManyRequestsException", 429))
    river.now += 120_000
    river.settle()
    tries.append(river.batch.jobs["batch-0"])
    answers = []
    for each in tries:
        told = {variable["name"]: variable["value"] for variable in each["containerOverrides"]["environment"]}
        bearer = {"authorization": f"Bearer {told['BATCHPLANE_CAPABILITY']}"}
        answers.append(river.request("POST", "/runner/links", {"jobId": job_id}, owner=None, **bearer)[0])

    assert ([200, 200], 2) == (answers, len(river.record(job_id).capability_digests))


def test_a_capability_lends_no_siblings_place(river: River) -> None:
    """A single job has no index, and an array's indices end."""
    river.submit()
    river.submit(jobName="array", arrayProperties={"size": 3})
    river.settle()
    answers = []
    for job in river.batch.jobs.values():
        told = {each["name"]: each["value"] for each in job["containerOverrides"]["environment"]}
        bearer = {"authorization": f"Bearer {told['BATCHPLANE_CAPABILITY']}"}
        for index in (None, 2, 3):
            body = {"jobId": told["BATCHPLANE_JOB_ID"], "index": index}
            answers.append(river.request("POST", "/runner/links", body, owner=None, **bearer)[0])

    assert [200, 400, 400, 400, 200, 400] == answers


def test_who_has_no_credential_is_told_so_before_the_body_is_read(river: River) -> None:
    """Whatever the body holds."""
    asked = [("POST", "/jobs", "{nonsense"), ("GET", "/nowhere", None), ("POST", "/runner/links", "{nonsense")]

    assert [401, 401, 401] == [river.request(*each, owner=None)[0] for each in asked]


def test_an_answer_names_no_more_than_twenty_bounds(river: River) -> None:
    """An answer must not be larger than what it refuses."""
    body = {"jobName": "n"} | {f"unknown{n}": n for n in range(1000)}

    assert 20 == len(river.request("POST", "/jobs", body)[1]["errors"])


def test_a_body_that_is_not_said_to_be_json_is_refused_by_its_type(river: River) -> None:
    """415, with the header's name."""
    status, document = river.request("POST", "/jobs", "jobName", **{"content_type": "text/plain"})

    assert (415, "Content-Type") == (status, document["errors"][0]["field"])


def test_an_index_that_no_array_has_is_refused(river: River) -> None:
    """A number that nothing could hold is a bound broken, not a fault of the plane."""
    job_id = river.submit(arrayProperties={"size": 3})

    indices = (LARGEST_ARRAY, "9" * 30, "x")

    assert {400} == {river.request("GET", f"/jobs/{job_id}/children/{index}")[0] for index in indices}


def test_a_capability_is_stored_as_a_digest_only(river: River) -> None:
    """Whoever reads the record can't use it."""
    job_id = river.submit()
    river.settle()
    environment = json.dumps(river.batch.jobs["batch-0"]["containerOverrides"]["environment"])

    assert river.record(job_id).capability_digests[0] not in environment


def test_a_plain_definition_is_told_nothing_of_the_plane(river: River) -> None:
    """No capability where no runner would use it."""
    river.submit(jobDefinition="plain")
    river.settle()

    assert {"command": ["sleep", "1"]} == river.batch.jobs["batch-0"]["containerOverrides"]


def test_everything_wrong_with_a_body_is_answered_together(river: River) -> None:
    """What can't be read at all hides nothing of what is out of bounds; a NUL is no fault of the plane."""
    body = {"jobName": "-", "jobQueue": "q", "vcpus": 0.5, "parameters": {"p": "\0"}}
    status, problem = river.request("POST", "/jobs", body)

    assert 400 == status
    assert {"jobName", "parameters.p", "vcpus", "jobQueue"} == {each["field"] for each in problem["errors"]}


def test_a_short_form_is_submitted_in_batchs_words(river: River) -> None:
    """Batch knows containerOverrides alone."""
    river.request("POST", "/jobs", {"jobName": "n", "jobDefinition": "plain", "command": ["a"], "memory": "1 GiB"})
    river.settle()

    expected = {"command": ["a"], "resourceRequirements": [{"type": "MEMORY", "value": "1024"}]}
    assert expected == river.batch.jobs["batch-0"]["containerOverrides"]


def test_the_description_of_the_api_has_submit_jobs_members(river: River) -> None:
    """A generated client knows what it may ask for, in both forms."""
    schema = river.request("GET", "/openapi.json")[1]["components"]["schemas"]["SubmitJobRequest"]

    assert {"jobName", "containerOverrides", "command", "memory"} <= schema["properties"].keys()
