"""The whole river: lambdas.serve_api, submit_job, record_state_change, alert_on_failure and reconcile_jobs at work."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from controlplane.job import Status
from controlplane.records.record import RecordKey
from tests.builders import PLAIN, event
from tests.flow.crashes import Crashes
from tests.flow.river import River
from tests.flow.scripted_batch import Answered, ScriptedBatch


def test_a_job_runs_from_submission_to_success(river: River) -> None:
    """Accepted, handed to Batch, recorded: the whole history is told, and nobody is mailed."""
    job_id = river.submit()
    river.turn()
    river.run_jobs()
    river.settle()
    _, document = river.request("GET", f"/jobs/{job_id}")

    assert (["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"], 0, []) == (
        [entry["status"] for entry in document["history"]],
        document["container"]["exitCode"],
        river.mails,
    )


def test_a_failure_is_mailed_once(make_river: Callable[..., River]) -> None:
    """Two attempts, every event doubled and shuffled: one mail."""
    river = make_river(batch=ScriptedBatch(exit_codes=(3, 3)))
    job_id = river.submit()
    river.turn()
    river.run_jobs(faults=random.Random(1))  # noqa: S311 - a shuffle, not a secret
    river.settle()
    river.run_jobs()
    river.settle()
    (mail,) = river.mails

    assert job_id in mail


@pytest.mark.parametrize("seed", range(20))
def test_events_in_any_order_make_the_same_record(make_river: Callable[..., River], seed: int) -> None:
    """Duplicated, reordered, split over many deliveries: the record is that of an orderly delivery."""
    faults = random.Random(seed)  # noqa: S311 - a shuffle, not a secret
    codes = tuple(faults.choice((0, 1, 137)) for _ in range(faults.randint(1, 10)))
    orderly, disorderly = (make_river(batch=ScriptedBatch(exit_codes=codes)) for _ in range(2))
    job_id = orderly.submit()
    disorderly.submit()
    for river in (orderly, disorderly):
        river.turn()
        river.run_jobs(faults=faults if river is disorderly else None)
        while river.turn(batch_size=faults.randint(1, 7)):
            pass

    expected, actual = (replace(river.record(job_id), capability_digests=()) for river in (orderly, disorderly))
    assert expected == actual


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(24))
def test_a_crash_between_any_two_steps_costs_nothing(make_river: Callable[..., River], call: int, after: bool) -> None:
    """The process dies at one call of one port: one Batch job all the same, the right record, one mail."""
    river = make_river(batch=ScriptedBatch(exit_codes=(7,)), crashes=Crashes(call, after=after))
    job_id = river.submit()
    for _ in range(3):  # whatever the crash left waiting is there within the settle time and a sweep
        river.settle()
        river.run_jobs()
        river.settle()
        if not river.record(job_id).is_open:
            break
        river.now += 60_000
    record = river.record(job_id)

    assert (1, Status.FAILED, 7, 1) == (len(river.batch.jobs), record.status, record.exit_code, len(river.mails))


def test_the_crashes_above_cover_every_call(make_river: Callable[..., River]) -> None:
    """The run without a crash makes fewer calls than are crashed at."""
    river = make_river(batch=ScriptedBatch(exit_codes=(7,)))
    river.submit()
    river.settle()
    river.run_jobs()
    river.settle()

    assert 10 < river.crashes.calls <= 24


def test_a_lost_event_is_healed_by_the_sweep(river: River) -> None:
    """No event of the job ever arrives; reconcile_jobs asks Batch and the record ends right."""
    job_id = river.submit()
    river.settle()
    tally = river.reconcile()

    assert (Status.SUCCEEDED, 1) == (river.record(job_id).status, tally["healed"])


def test_a_submission_whose_message_was_lost_is_handed_on_again(river: River) -> None:
    """The message is gone; the sweep finds the record that Batch does not know."""
    river.submit()
    river.submissions.finish(river.submissions.receive(10), failed={})
    river.reconcile()
    river.settle()

    assert 1 == len(river.batch.jobs)


def test_a_malformed_event_rests_with_its_reason_while_its_mates_are_recorded(river: River) -> None:
    """One bad message of a batch harms no other."""
    job_id = river.submit()
    river.turn()
    river.job_events.send(["{not json"])
    river.run_jobs()
    river.settle()
    (letter,) = river.job_events.dead_letters(2)

    assert (Status.SUCCEEDED, "{not json", True) == (
        river.record(job_id).status,
        letter.body,
        "not a Batch Job State Change event" in letter.reason,
    )


def test_an_event_may_come_before_submit_jobs_answer(river: River) -> None:
    """The connection is cut after Batch took the job; its events settle the submission, and it is not sent again."""
    river.batch.cuts.append(ConnectionError("cut"))
    job_id = river.submit()
    river.turn()
    river.run_jobs()
    river.settle()

    assert (1, "batch-0") == (len(river.batch.jobs), river.record(job_id).batch_job_id)


def test_an_unknown_outcome_is_looked_up(make_river: Callable[..., River]) -> None:
    """The connection is cut after Batch took the job, and no event comes: its name is found, not sent again."""
    river = make_river()
    river.batch.cuts.append(ConnectionError("cut"))
    job_id = river.submit()
    for _ in range(3):
        river.turn()
        river.now += 61_000
    river.settle()

    assert (1, "batch-0") == (len(river.batch.jobs), river.record(job_id).batch_job_id)


def test_a_throttled_submission_is_sent_again(river: River) -> None:
    """Too many requests: Batch did not take it, so it is sent again without a look."""
    river.batch.refusals += [Answered("TooManyRequestsException", 429)] * 3
    river.submit()
    river.settle()

    assert 1 == len(river.batch.jobs)


def test_what_batch_refuses_fails_with_batchs_own_words(river: River) -> None:
    """A refusal is the job's end, and a person is told."""
    river.batch.refusals.append(Answered("ClientException", 400))
    job_id = river.submit()
    river.settle()
    record = river.record(job_id)

    assert (Status.FAILED, "ClientException: words", 1) == (record.status, record.status_reason, len(river.mails))


def test_a_second_batch_job_of_one_submission_is_terminated(river: River) -> None:
    """It is recorded under Batch's own id; our record stays the first one's."""
    job_id = river.submit()
    river.settle()
    name = river.batch.jobs["batch-0"]["jobName"]
    river.job_events.send([event("RUNNING", job_id="batch-9", name=name)])
    river.settle()

    assert (["batch-9"], "batch-0", Status.RUNNING) == (
        river.batch.terminated,
        river.record(job_id).batch_job_id,
        river.record("batch-9").status,
    )


def test_a_node_of_a_multi_node_job_is_no_job(river: River) -> None:
    """Its failure is neither ours, nor a second submission, nor a job of its own, and nobody is mailed."""
    job_id = river.submit()
    river.settle()
    name = river.batch.jobs["batch-0"]["jobName"]
    river.job_events.send([event("RUNNING", name=name, job_id="batch-0", nodeProperties={"numNodes": 2})])
    river.job_events.send([event("FAILED", job_id="batch-0#1", name=name, nodeDetails={"nodeIndex": 1})])
    river.settle()

    assert ([], Status.RUNNING, []) == (river.batch.terminated, river.record(job_id).status, river.mails)
    assert river.records.get(RecordKey(job_id="batch-0#1")) is None


def test_a_forged_name_touches_nothing_of_ours(river: River) -> None:
    """Another definition under our name: it is somebody's own job, and ours goes on."""
    job_id = river.submit()
    river.settle()
    name = river.batch.jobs["batch-0"]["jobName"]
    river.job_events.send([event("FAILED", job_id="forged", name=name, jobDefinition=PLAIN)])
    river.settle()

    assert (Status.SUBMITTED, Status.FAILED) == (river.record(job_id).status, river.record("forged").status)


def test_a_job_nobody_submitted_through_us_is_recorded(river: River) -> None:
    """Under Batch's own id, and for nobody's eyes."""
    river.job_events.send([event("RUNNING", job_id="theirs")])
    river.settle()

    assert (Status.RUNNING, 404) == (river.record("theirs").status, river.request("GET", "/jobs/theirs")[0])


def test_children_are_recorded_one_by_one(river: River) -> None:
    """Each child of an array has a document of its own, and the parent counts them."""
    job_id = river.submit(arrayProperties={"size": 3})
    river.settle()
    name = river.batch.jobs["batch-0"]["jobName"]
    river.job_events.send([event("RUNNING", job_id=f"batch-0:{index}", name=name) for index in (2, 0)])
    river.settle()
    _, parent = river.request("GET", f"/jobs/{job_id}")
    _, child = river.request("GET", f"/jobs/{job_id}/children/2")

    assert ({"RUNNING": 2, "SUBMITTED": 1}, f"{job_id}:2", {"index": 2}) == (
        parent["arrayProperties"]["statusSummary"],
        child["jobId"],
        child["arrayProperties"],
    )


def test_a_dependent_waits_until_batch_knows_what_it_waits_for(river: River) -> None:
    """The dependency is given in Batch's own id."""
    first = river.submit()
    second = river.submit(jobName="second", dependsOn=[{"jobId": first}])
    river.settle()
    (submitted,) = [job for job in river.batch.jobs.values() if job["jobName"].endswith(second)]

    assert [{"jobId": river.record(first).batch_job_id}] == submitted["dependsOn"]


def test_a_dependency_that_has_succeeded_is_dropped(river: River) -> None:
    """Batch may have forgotten it."""
    first = river.submit()
    river.settle()
    river.run_jobs()
    river.settle()
    second = river.submit(jobName="second", dependsOn=[{"jobId": first}])
    river.settle()
    (submitted,) = [job for job in river.batch.jobs.values() if job["jobName"].endswith(second)]

    assert "dependsOn" not in submitted


def test_another_owners_job_can_not_be_depended_on(river: River) -> None:
    """It does not exist."""
    theirs = river.submit()
    body = {"jobName": "mine", "dependsOn": [{"jobId": theirs}]}
    _, mine = river.request("POST", "/jobs", body, owner="bob")
    river.settle()

    assert f"dependsOn: there is no job {theirs}" == river.record(mine["jobId"]).status_reason


def test_the_record_of_a_child_is_kept_under_batchs_id(river: River) -> None:
    """A forged name on a child reaches no child of ours."""
    river.job_events.send([event("RUNNING", job_id="batch-7:1", name="x")])
    river.settle()

    assert river.records.get(RecordKey(job_id="batch-7", index=1))
