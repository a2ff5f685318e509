"""Cancel and terminate: what Batch is asked, what ends in the record alone, and that nothing is lost or doubled."""

from collections.abc import Callable
from typing import Any

import pytest

from controlplane.ending.canceller import CALL_MILLISECONDS
from controlplane.errors import NotYet
from controlplane.job import Status
from controlplane.submitting.submitter import Submitter
from tests.builders import DEPLOYMENT, event
from tests.flow.crashes import Crash
from tests.flow.river import River

WORDS = ("cancel", "terminate")


def end(river: River, job: str, word: str = "cancel", reason: str = "enough") -> dict[str, Any]:
    """What an owner is answered who ends a job, or `ID/children/INDEX`."""
    status, document = river.request("POST", f"/jobs/{job}/{word}", {"reason": reason})
    assert status == 200, document
    return dict(document)


def with_batch(river: River, *statuses: str, **document: Any) -> str:
    """A job that Batch has, and that was told to be in these statuses."""
    job_id = river.submit(**document)
    river.settle()
    name = river.batch.jobs["batch-0"]["jobName"]
    place = {name: river.batch.jobs["batch-0"][name] for name in ("jobQueue", "jobDefinition")}
    river.job_events.send([event(status, job_id="batch-0", name=name, **place) for status in statuses])
    river.settle()
    return job_id


def with_children(river: River, *statuses: str) -> str:
    """An array of three whose first children were told to be in these statuses."""
    job_id = river.submit(arrayProperties={"size": 3})
    river.settle()
    children = [
        event(status, job_id=f"batch-0:{index}", name="x", arrayProperties={"index": index})
        for index, status in enumerate(statuses)
    ]
    river.job_events.send(children)
    river.settle()
    return job_id


@pytest.mark.parametrize("status", ["RUNNABLE", "STARTING", "RUNNING"])
def test_what_terminate_asks_of_batch(river: River, status: str) -> None:
    """TerminateJob, whatever the status, with who asked and why."""
    answer = end(river, with_batch(river, status), "terminate")

    assert (["batch-0"], [], ["Terminated by ada: enough"]) == asked(river)
    assert ("TerminateJob", status) == (answer["asked"], answer["job"]["status"])


def asked(river: River) -> tuple[list[str], list[str], list[str]]:
    """Which jobs Batch was asked to terminate, which to cancel, and why."""
    return river.batch.terminated, river.batch.cancelled, river.batch.reasons


def test_a_job_that_waits_is_cancelled_by_batch(river: River) -> None:
    """With who asked and why; its record waits for Batch's event."""
    answer = end(river, with_batch(river, "RUNNABLE"))

    assert ([], ["batch-0"], ["Cancelled by ada: enough"]) == asked(river)
    assert ("CancelJob", "RUNNABLE") == (answer["asked"], answer["job"]["status"])


@pytest.mark.parametrize("status", ["STARTING", "RUNNING"])
def test_a_running_job_asked_to_cancel_is_told_to_terminate(river: River, status: str) -> None:
    """CancelJob would succeed and do nothing; the answer says which was asked."""
    answer = end(river, with_batch(river, status))

    assert (["batch-0"], [], ["Cancelled by ada: enough"]) == asked(river)
    assert ("TerminateJob", True) == (answer["asked"], "told to terminate" in answer["detail"])


def test_without_a_reason_batch_is_told_who_asked(river: River) -> None:
    """Batch takes no empty reason."""
    end(river, with_batch(river, "RUNNABLE"), reason="")

    assert ["Cancelled by ada"] == river.batch.reasons


def test_an_array_that_waits_is_cancelled_whole(river: River) -> None:
    """Batch passes it on to the children."""
    answer = end(river, with_children(river, "RUNNABLE", "RUNNABLE"))

    assert (([], ["batch-0"]), "CancelJob") == (asked(river)[:2], answer["asked"])


def test_an_array_of_which_a_child_runs_is_told_to_terminate(river: River) -> None:
    """Its own status is PENDING all the while."""
    answer = end(river, with_children(river, "RUNNABLE", "RUNNING"))

    assert ((["batch-0"], []), "TerminateJob") == (asked(river)[:2], answer["asked"])


def test_one_child_is_ended_alone(river: River) -> None:
    """By Batch's own id of it."""
    job_id = with_children(river, "RUNNABLE", "RUNNABLE", "RUNNING")
    answers = [end(river, f"{job_id}/children/{index}") for index in (1, 2)]

    assert (["batch-0:2"], ["batch-0:1"]) == asked(river)[:2]
    assert [f"{job_id}:1", f"{job_id}:2"] == [answer["job"]["jobId"] for answer in answers]


@pytest.mark.parametrize("word", WORDS)
def test_a_job_that_batch_never_had_ends_in_the_record(river: River, word: str) -> None:
    """FAILED with the reason, and never submitted."""
    job = end(river, river.submit(), word)["job"]
    river.settle()

    assert ({}, "FAILED") == (river.batch.jobs, job["status"])
    assert (word == "cancel", word == "terminate") == (job["isCancelled"], job["isTerminated"])
    assert job["statusReason"].endswith("ed by ada: enough")


@pytest.mark.parametrize("word", WORDS)
def test_a_job_that_is_over_stays_as_it_is(river: River, word: str) -> None:
    """Batch is asked nothing, however often it is wished."""
    job_id = river.submit()
    first = end(river, job_id, "cancel")["job"]
    again = [end(river, job_id, word, reason="again") for _ in range(2)]

    assert (([], [], []), [(None, first)] * 2) == (asked(river), [(each["asked"], each["job"]) for each in again])


def test_a_dependent_of_a_cancelled_job_fails(river: River) -> None:
    """As with Batch's own."""
    first = river.submit()
    second = river.submit(jobName="second", dependsOn=[{"jobId": first}])
    end(river, first)
    river.settle()

    assert (Status.FAILED, {}) == (river.record(second).status, river.batch.jobs)


def test_a_job_that_is_being_submitted_is_not_ended_yet(river: River) -> None:
    """Whether Batch took it is not known: the answer says to ask again."""
    river.batch.cuts = [ConnectionError("cut")]
    job_id = river.submit()
    river.turn()
    status, document = river.request("POST", f"/jobs/{job_id}/cancel", {})

    assert (503, Status.SUBMITTED) == (status, river.record(job_id).status)
    assert "is being submitted: ask again, in 60 s at the latest" in document["detail"]


def test_a_job_whose_submission_was_taken_unheard_is_ended_by_batch(river: River) -> None:
    """It is found by its name, and not submitted again."""
    river.batch.cuts = [ConnectionError("cut")]
    job_id = river.submit()
    river.turn()
    river.now += river.plane.settle_milliseconds
    answer = end(river, job_id)
    river.settle()

    assert (["batch-0"], ["batch-0"], "CancelJob") == (list(river.batch.jobs), river.batch.cancelled, answer["asked"])
    assert river.record(job_id).batch_job_id == "batch-0"


def test_a_job_whose_submission_was_not_taken_ends_in_the_record(river: River) -> None:
    """Once that is sure; then it is not submitted again."""
    river.batch.refusals = [ConnectionError("cut")]
    job_id = river.submit()
    river.turn()
    river.now += river.plane.settle_milliseconds
    answer = end(river, job_id)
    river.settle()

    assert (None, "FAILED", {}) == (answer["asked"], answer["job"]["status"], river.batch.jobs)


class EndedMeanwhile:
    """Records of which somebody ends the job right after the submitter has read it."""

    def __init__(self, river: River) -> None:
        self._river = river

    def __getattr__(self, name: str) -> Any:
        return getattr(self._river.records, name)

    def submission(self, job_id: str) -> Any:
        """The second thing that the submitter reads."""
        end(self._river, job_id)
        return self._river.records.submission(job_id)


def test_a_submitter_that_has_read_the_job_does_not_submit_it(river: River) -> None:
    """Its claim is conditional on what it read."""
    job_id = river.submit()
    records: Any = EndedMeanwhile(river)
    submitter = Submitter(
        deployment=DEPLOYMENT,
        records=records,
        batch=river.plane.batch,
        io_bucket=river.plane.io_bucket,
        clock=river.clock,
        pace=lambda: None,
        settle_milliseconds=0,
    )
    with pytest.raises(NotYet):
        submitter.submit(job_id)

    assert ({}, Status.FAILED) == (river.batch.jobs, river.record(job_id).status)


def test_no_delivery_is_sent_while_a_job_is_being_ended(river: River) -> None:
    """Where Batch is believed at once, the claim itself keeps others away: for as long as a call may take."""
    river.plane.settle_milliseconds = 0
    job_id = river.submit()
    river.crashes.arm(3)  # a record, a submission, a claim; and it dies before the end is written
    with pytest.raises(Crash):
        end(river, job_id)
    river.crashes.arm(None)
    river.now += CALL_MILLISECONDS - 1
    river.turn()
    before = len(river.batch.jobs)
    river.settle()

    assert (0, 1) == (before, len(river.batch.jobs))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_wherever_a_cancellation_dies_the_job_is_neither_lost_nor_doubled(
    make_river: Callable[..., River], after: bool
) -> None:
    """It is with Batch once, or has ended in the record; answered, it is never with Batch."""
    ways = [ended_or_died(make_river(), at, after=after) for at in range(8)]

    assert {(False, False, 1), (False, True, 0), (True, True, 0)} >= set(ways) >= {(False, False, 1), (True, True, 0)}


def ended_or_died(river: River, at: int, *, after: bool) -> tuple[bool, bool, int]:
    """Whether a cancellation that dies there was answered, whether the job has ended, and how often Batch got it."""
    job_id = river.submit()
    river.crashes.arm(at, after=after)
    is_answered = True
    try:
        end(river, job_id)
    except Crash:
        is_answered = False
    river.crashes.arm(None)
    river.settle()
    river.reconcile(minutes=10)
    river.settle()
    return is_answered, river.record(job_id).status is Status.FAILED, len(river.batch.jobs)


@pytest.mark.parametrize("word", WORDS)
def test_another_owner_s_job_can_not_be_ended(river: River, word: str) -> None:
    """It does not exist, and nor does a child of it."""
    job_id = with_children(river, "RUNNABLE")
    answers = [
        river.request("POST", f"/jobs/{job_id}{child}/{word}", {}, owner="bob")[0] for child in ("", "/children/0")
    ]

    assert ([404, 404], ([], [], [])) == (answers, asked(river))


def test_a_child_that_batch_has_not_told_of_does_not_exist(river: River) -> None:
    """Nor does one of a job that is no array."""
    job_id = with_children(river, "RUNNABLE")

    assert 404 == river.request("POST", f"/jobs/{job_id}/children/2/cancel", {})[0]


def test_a_reason_too_long_is_refused_with_the_room_there_is(river: River) -> None:
    """Batch takes 1,024 characters, with who asked."""
    path, room = f"/jobs/{with_batch(river, 'RUNNABLE')}/cancel", 1024 - len("Cancelled by ada: ")
    (taken, _), (refused, document) = (river.request("POST", path, {"reason": "x" * size}) for size in (room, room + 1))

    assert (200, 400, [1024]) == (taken, refused, [len(each) for each in river.batch.reasons])
    assert f"at most {room} characters" in document["errors"][0]["bound"]


def test_what_batch_refuses_is_told_in_its_words(river: River) -> None:
    """A job may be gone from Batch before the plane knows."""
    job_id = with_batch(river, "RUNNABLE")
    gone = Exception("gone")
    gone.response = {"Error": {"Code": "ClientException", "Message": "no such job"}}  # type: ignore[attr-defined]
    river.batch.refused_endings.append(gone)
    status, document = river.request("POST", f"/jobs/{job_id}/cancel", {})

    assert (422, "ClientException: no such job") == (status, document["detail"])
