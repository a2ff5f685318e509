"""The job object: properties, predicates, children, outputs, logs and waiting."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from batchplane import ArgumentInvalid, Client, TransferFailed, WaitTimedOut


def test_properties_are_those_of_the_document(client: Client, plane: Any, finished: Any) -> None:
    """What DescribeJobs would say, in Python's words."""
    plane.answer("GET /jobs/j1", finished(3, statusReason="Essential container in task exited"))

    job = client.job("j1")

    assert (job.job_id, job.batch_job_id, job.name, job.type) == ("j1", "b1", "count", "Single")
    assert (job.status, job.status_reason, job.exit_code) == ("FAILED", "Essential container in task exited", 3)
    assert [(attempt.exit_code, attempt.status_reason) for attempt in job.attempts] == [(3, "exit 3")]
    assert [step.status for step in job.history] == ["SUBMITTED", "RUNNING", "FAILED"]
    assert job.history[1].at == datetime(2026, 3, 1, 12, 0, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "predicates"),
    [
        ({"status": "SUBMITTED"}, (True, False, False)),
        ({"status": "RUNNING"}, (True, False, False)),
        ({"status": "SUCCEEDED"}, (False, True, False)),
        ({"status": "FAILED"}, (False, False, True)),
        ({"status": "RUNNING", "lost": True}, (False, False, False)),
        ({"status": "HIBERNATING"}, (False, False, False)),
    ],
)
def test_predicates(
    changes: dict[str, Any], predicates: tuple[bool, ...], client: Client, plane: Any, job_document: Any
) -> None:
    """What is not known is none of the three; above all it is not failed."""
    plane.answer("GET /jobs/j1", job_document(**changes))

    job = client.job("j1")

    assert (job.is_in_progress, job.succeeded, job.failed) == predicates


def test_a_child_is_opened_by_its_index(client: Client, plane: Any, job_document: Any) -> None:
    """`ID:INDEX` is the child, however it is reached, and whatever id its own document carries."""
    child = job_document("j1:2", type="ArrayChild", arrayProperties={"index": 2})
    plane.answer("GET /jobs/j1", job_document(type="Array", arrayProperties={"size": 3}))
    plane.answer("GET /jobs/j1/children/2", child)

    ids = [client.job("j1").child(2).job_id, client.job("j1:2").refresh().job_id]

    assert ids == ["j1:2", "j1:2"]


def test_children_come_page_by_page(client: Client, plane: Any, job_document: Any) -> None:
    """All children that Batch has told of, in the order of their indices."""
    plane.answer("GET /jobs/j1", job_document(type="Array", arrayProperties={"size": 3}))
    children = [job_document(type="ArrayChild", arrayProperties={"index": index}) for index in range(3)]
    plane.answer("GET /jobs/j1/children", {"jobs": children[:2], "next": 2}, {"jobs": children[2:], "next": None})

    found = [child.job_id for child in client.job("j1").children()]

    assert found == ["j1:0", "j1:1", "j1:2"]
    assert plane.asked()[1:] == ["GET /jobs/j1/children?first=0&limit=100", "GET /jobs/j1/children?first=2&limit=100"]


def test_children_are_asked_for_by_status(client: Client, plane: Any, job_document: Any) -> None:
    """The plane picks them: the failed ones of ten thousand are one answer."""
    plane.answer("GET /jobs/j1", job_document(type="Array", arrayProperties={"size": 3}))
    plane.answer("GET /jobs/j1/children", {"jobs": [], "next": None})

    assert [] == list(client.job("j1").children(status=["FAILED", "RUNNING"]))
    assert plane.asked()[1:] == ["GET /jobs/j1/children?first=0&limit=100&status=FAILED&status=RUNNING"]


def test_waiting_ends_when_the_job_has_finished(
    client: Client, plane: Any, time: Any, job_document: Any, finished: Any
) -> None:
    """The plane holds each request until the job leaves its status: none is sent for nothing."""
    plane.answer("GET /jobs/j1", job_document(status="RUNNABLE"), job_document(), finished())

    job = client.job("j1").wait()

    assert (job.succeeded, time.slept) == (True, [])
    assert plane.asked()[1:] == [
        "GET /jobs/j1/wait?status=RUNNABLE&timeout=25",
        "GET /jobs/j1/wait?status=RUNNING&timeout=25",
    ]


def test_waiting_goes_on_when_the_plane_has_no_news(
    client: Client, plane: Any, time: Any, job_document: Any, finished: Any
) -> None:
    """After a short pause: a plane that holds nothing is not asked without end."""
    plane.answer("GET /jobs/j1", *[job_document()] * 3, finished())

    client.job("j1").wait()

    assert (len(plane.requests), time.slept, time.passed) == (4, [0.1, 0.1], pytest.approx(50.2))


def test_a_child_is_waited_for(client: Client, plane: Any, job_document: Any, finished: Any) -> None:
    """By its array and index."""
    child = {"type": "ArrayChild", "arrayProperties": {"index": 2}}
    plane.answer("GET /jobs/j1/children/2", job_document("j1:2", **child), finished(jobId="j1:2", **child))

    assert client.job("j1:2").wait().succeeded
    assert plane.asked()[-1] == "GET /jobs/j1/children/2/wait?status=RUNNING&timeout=25"


def test_waiting_on_a_lost_job_ends(client: Client, plane: Any, job_document: Any) -> None:
    """Nobody will ever tell of its end."""
    plane.answer("GET /jobs/j1", job_document(), job_document(lost=True))

    assert client.job("j1").wait().lost is True


def test_a_conflict_is_told(client: Client, plane: Any, finished: Any) -> None:
    """Batch told of two ends: the status is one of them, and the job says so; most jobs do not."""
    plane.answer("GET /jobs/j1", finished(3, conflict=True))
    plane.answer("GET /jobs/j2", finished(3))

    assert [True, False] == [client.job("j1").conflict, client.job("j2").record.conflict]


def test_waiting_has_a_bound(client: Client, plane: Any, time: Any, job_document: Any) -> None:
    """After `timeout` seconds the jobs that are not finished are named."""
    plane.answer("GET /jobs/j1", job_document())

    with pytest.raises(WaitTimedOut, match=r"After 5 s not finished: j1") as raised:
        client.job("j1").wait(timeout=5)

    assert (raised.value.job_ids, time.passed) == (("j1",), pytest.approx(5.0))


def test_a_finished_job_is_not_waited_for(client: Client, plane: Any, time: Any, finished: Any) -> None:
    """Waiting twice costs nothing."""
    plane.answer("GET /jobs/j1", finished())

    client.job("j1").wait().wait()

    assert (len(plane.requests), time.slept) == (1, [])


def test_outputs_are_read_and_saved(client: Client, plane: Any, finished: Any, tmp_path: Path) -> None:
    """An output's bytes come over its link, into memory or into a file."""
    plane.answer("GET /jobs/j1", finished())
    plane.answer("GET /jobs/j1/outputs", {"outputs": [{"name": "o", "size": 5, "url": "http://bucket.test/o?s=s"}]})
    plane.bucket["/o"] = b"bytes"

    output = next(client.job("j1").outputs())
    saved = output.save(tmp_path / "kept")

    assert (output.name, output.size, output.read(), saved.read_bytes()) == ("o", 5, b"bytes", b"bytes")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert "bucket.test" not in repr(output)


def test_an_output_that_does_not_arrive_whole_replaces_nothing(
    client: Client, plane: Any, finished: Any, tmp_path: Path
) -> None:
    """Half a file is never taken for the file."""
    plane.answer("GET /jobs/j1", finished())
    plane.answer("GET /jobs/j1/outputs", {"outputs": [{"name": "o", "size": 9, "url": "http://bucket.test/o"}]})
    plane.bucket["/o"] = b"bytes"
    (tmp_path / "kept").write_bytes(b"before")

    with pytest.raises(TransferFailed, match=r"The download of 'o' failed 5 times: 5 of 9 bytes arrived"):
        next(client.job("j1").outputs()).save(tmp_path / "kept")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("kept", b"before")]


def test_an_expired_link_says_what_to_do(client: Client, plane: Any, finished: Any) -> None:
    """Links are short-lived; a new list of outputs brings new ones."""
    plane.answer("GET /jobs/j1", finished())
    plane.answer("GET /jobs/j1/outputs", {"outputs": [{"name": "o", "size": 5, "url": "http://bucket.test/gone"}]})

    with pytest.raises(TransferFailed, match=r"answered 403 Forbidden; links are short-lived: ask for a new one"):
        next(client.job("j1").outputs()).read()


def test_a_job_s_repr_says_which_and_how(client: Client, plane: Any, job_document: Any) -> None:
    """In a notebook a job shows itself."""
    plane.answer("GET /jobs/j1", job_document())

    assert repr(client.job("j1")) == "<Job j1 'count' RUNNING>"


def test_a_child_s_index_is_a_number(client: Client) -> None:
    """`ID:INDEX` with another thing for INDEX is explained."""
    with pytest.raises(ArgumentInvalid, match=r"JOB:INDEX with a whole number from 0; it is 'j1:one'"):
        client.job("j1:one")
