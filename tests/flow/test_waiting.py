"""`GET /jobs/{id}/wait`: it answers when the job leaves a status, from the record, and to its owner alone."""

from typing import Any

import pytest

from tests.builders import T0, event
from tests.flow.river import River


def wait(river: River, job: str, status: str, timeout: float = 25) -> dict[str, Any]:
    """What an owner is answered who waits for a job, or for `ID/children/INDEX`."""
    code, document = river.request("GET", f"/jobs/{job}/wait", query=f"status={status}&timeout={timeout}")
    assert code == 200, document
    return dict(document)


def test_it_answers_when_the_job_has_left_the_status(river: River) -> None:
    """While it waits the river flows; the answer has the job as it is then."""
    job_id = river.submit()
    river.settle()
    river.run_jobs()
    answer = wait(river, job_id, "SUBMITTED")

    assert (True, "SUCCEEDED") == (answer["changed"], answer["job"]["status"])
    assert river.now < T0 + 5000


def test_it_answers_when_the_time_is_over(river: River) -> None:
    """To the millisecond, and says that nothing has changed."""
    job_id = river.submit()
    river.settle()
    began = river.now
    answer = wait(river, job_id, "SUBMITTED", timeout=2.5)

    assert (False, "SUBMITTED", 2500) == (answer["changed"], answer["job"]["status"], river.now - began)


@pytest.mark.parametrize(("left", "waited"), [(1.5, 1500), (-1, 0)])
def test_a_request_that_can_wait_no_longer_is_answered_then(river: River, left: float, waited: int) -> None:
    """Its function, or API Gateway, would be over before what it asked for; the job is shown as it is."""
    job_id = river.submit()
    river.settle()
    river.patience = left
    began = river.now
    answer = wait(river, job_id, "SUBMITTED")

    assert (False, "SUBMITTED", waited) == (answer["changed"], answer["job"]["status"], river.now - began)


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_it_answers_at_once_where_there_is_nothing_to_wait_for(river: River, status: str) -> None:
    """Another status than the caller knew; and an end, after which nothing comes."""
    job_id = river.submit()
    river.settle()
    river.run_jobs()
    river.settle()
    began = river.now

    assert (True, 0) == (wait(river, job_id, status)["changed"], river.now - began)


def test_a_lost_job_is_waited_for_no_longer(river: River) -> None:
    """Its status is the last one known, and no other will come."""
    job_id = river.submit()
    river.settle()
    river.records.lose(river.record(job_id).key, at=river.now)
    answer = wait(river, job_id, "SUBMITTED")

    assert (True, True) == (answer["changed"], answer["job"]["lost"])


def test_a_child_is_waited_for_by_its_index(river: River) -> None:
    """As its array is."""
    job_id = river.submit(arrayProperties={"size": 2})
    river.settle()
    river.job_events.send([event("RUNNABLE", job_id="batch-0:1", name="x", arrayProperties={"index": 1})])
    river.settle()
    river.job_events.send([event("RUNNING", job_id="batch-0:1", name="x", arrayProperties={"index": 1})])
    answer = wait(river, f"{job_id}/children/1", "RUNNABLE")

    assert (True, "RUNNING", f"{job_id}:1") == (answer["changed"], answer["job"]["status"], answer["job"]["jobId"])


def test_batch_is_not_asked(river: River) -> None:
    """The record is all it looks at."""
    job_id = river.submit()
    river.settle()
    river.crashes.arm(None)
    river.batch.jobs.clear()

    assert not wait(river, job_id, "SUBMITTED", timeout=3)["changed"]


@pytest.mark.parametrize("query", ["", "status=DONE", "status=RUNNING&timeout=26", "status=RUNNING&timeout=-1"])
def test_what_can_not_be_waited_for_is_refused(river: River, query: str) -> None:
    """A status is one of the seven, and a wait ends before API Gateway gives up."""
    assert 400 == river.request("GET", f"/jobs/{river.submit()}/wait", query=query)[0]


def test_another_owner_s_job_can_not_be_waited_for(river: River) -> None:
    """It does not exist."""
    job_id = river.submit()
    paths = [f"/jobs/{job_id}/wait", f"/jobs/{job_id}/children/0/wait"]
    answers = [river.request("GET", path, owner="bob", query="status=SUBMITTED")[0] for path in paths]

    assert ([404, 404], T0) == (answers, river.now)
