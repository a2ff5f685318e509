"""Arrays above 10,000 where they meet reruns, deletion, dependencies and ends that go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from controlplane.caller import Caller
from controlplane.ending.deleter import Deleter
from controlplane.job import part_id
from controlplane.records.job_filter import JobFilter
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Merge
from controlplane.records.record import RecordKey
from tests.builders import DEPLOYMENT, QUEUE, change
from tests.flow.crashes import Crash, Crashes
from tests.flow.river import River
from tests.flow.scripted_batch import Answered
from tests.flow.splitting.large_array import SIZE, ask, split, tell


def succeed(river: River, number: int) -> None:
    """Let a job of Batch succeed with all its children."""
    job_id = f"batch-{number}"
    size = river.batch.jobs[job_id]["arrayProperties"]["size"]
    ends = [change("SUCCEEDED", job_id=f"{job_id}:{index}", arrayProperties={"index": index}) for index in range(size)]
    keys = [RecordKey(job_id=job_id, index=index) for index in range(size)]
    river.records.merge([Merge(key=key, changes=(end,), ours=False) for key, end in zip(keys, ends, strict=True)])
    tell(river, number, "SUCCEEDED")


def sizes(river: River) -> list[int]:
    """Of what Batch has, in its order; 0 for what is no array."""
    return [job.get("arrayProperties", {}).get("size", 0) for job in river.batch.jobs.values()]


def runner_links(river: River, number: int, index: int | None) -> dict[str, Any]:
    """What the runner of a child is told."""
    environment = river.batch.jobs[f"batch-{number}"]["containerOverrides"]["environment"]
    known = {each["name"]: each["value"] for each in environment}
    bearer = {"authorization": f"Bearer {known['BATCHPLANE_CAPABILITY']}"}
    child = {} if index is None else {"index": index}
    body = {"jobId": known["BATCHPLANE_JOB_ID"], **child}
    return ask(river, "/runner/links", body, "POST", owner=None, **bearer)


def lose(river: River, job_id: str, number: int) -> None:
    """Let Batch have forgotten a part, whose array is over by that."""
    river.records.lose(RecordKey(job_id=part_id(job_id, number)), at=river.now)
    river.plane.submissions.send(job_id)
    river.settle()


def test_more_than_batch_takes_runs_again_in_parts(river: River) -> None:
    """Each child with its first index, whichever part it was in and is in now; with the command of the first run."""
    river.batch.refusals += [Answered("ClientException", 400), Answered("ClientException", 400)]
    body = {"jobName": "long", "command": ["x" * 9000], "arrayProperties": {"size": SIZE}}
    job_id = ask(river, "/jobs", body, "POST")["jobId"]
    river.settle()
    succeed(river, 0)
    again = ask(river, f"/jobs/{job_id}/rerun", {}, "POST")
    river.settle()
    tell(river, 2, "PENDING", child_8332="FAILED")
    child = ask(river, f"/jobs/{again['jobId']}/children/16666")
    alone = ask(river, f"/jobs/{again['jobId']}/children/16666/rerun", {}, "POST")
    river.settle()
    told = [runner_links(river, number, index) for number, index in ((1, 0), (2, 8332), (3, None))]
    overrides = [each.key for each in river.plane.io_bucket.list_objects("ada/")]

    assert ([8334, 8333], 16_667) == (sizes(river)[1:3], again["arrayProperties"]["size"])
    assert (16_666, 16_666) == (child["originalIndex"], alone["originalIndex"])
    assert [(0, SIZE), (16_666, SIZE), (16_666, SIZE)] == [(each["index"], each["arraySize"]) for each in told]
    assert sorted(f"ada/{each}/overrides.json" for each in (job_id, again["jobId"], alone["jobId"])) == overrides


def test_indices_need_the_runner_in_the_revision_that_runs(river: River) -> None:
    """Another may stand under the definition's name by now; what runs for the third time can run without it no more."""
    river.batch.refusals.append(Answered("ClientException", 400))
    job_id = split(river)
    for number in range(2):
        succeed(river, number)
    again = ask(river, f"/jobs/{job_id}/rerun", {}, "POST")["jobId"]
    ask(river, f"/jobs/{again}/cancel", {}, "POST")
    definitions = tuple(replace(each, runner=False) for each in DEPLOYMENT.job_definitions)
    river.plane.deployment = replace(DEPLOYMENT, job_definitions=definitions)
    del river.serve_api
    problems = [river.request("POST", f"/jobs/{each}/rerun", {}) for each in (job_id, again)]

    assert [(400, "all"), (400, "jobDefinition")] == [
        (status, problem["errors"][0]["field"]) for status, problem in problems
    ]


def test_who_depends_on_a_lost_array_is_not_left_waiting(river: River) -> None:
    """Nobody will ever know how it ended."""
    job_id = split(river)
    for number in (0, 1):
        tell(river, number, "SUCCEEDED")
    lose(river, job_id, 2)
    after = river.submit(jobName="after", dependsOn=[{"jobId": job_id}])
    river.settle()
    job = ask(river, f"/jobs/{after}")

    assert ("FAILED", f"Dependent job {job_id} is lost") == (job["status"], job["statusReason"].partition(":")[0])


def test_a_part_that_batch_refuses_to_end_keeps_no_other_from_it(river: River) -> None:
    """The answer says why; the others have been asked to end."""
    job_id = split(river)
    river.batch.refused_endings.append(Answered("ClientException", 400))
    status, _ = river.request("POST", f"/jobs/{job_id}/terminate", {})

    assert (["batch-1", "batch-2"], 422) == (river.batch.terminated, status)


def test_deleting_an_array_takes_as_many_requests_as_its_parts_need(river: River) -> None:
    """Those that are gone stay gone; the array's own record goes last."""
    job_id = split(river)
    for number in range(3):
        tell(river, number, "SUCCEEDED")

    class Slow:
        """Records that take long to be deleted."""

        get = river.records.get

        def delete(self, *arguments: Any, **named: Any) -> bool:
            """Delete, and let time pass."""
            river.now += river.plane.enough_milliseconds * 2 // 3
            return river.records.delete(*arguments, **named)

    slow: Any = Slow()
    jobs = OwnedJobs(records=river.records)
    deleter = Deleter(
        records=slow,
        jobs=jobs,
        io_bucket=river.plane.io_bucket,
        clock=river.clock,
        enough_milliseconds=river.plane.enough_milliseconds,
    )
    answers = [deleter.delete(job_id, caller=Caller(owner="ada"))]
    there = river.request("GET", f"/jobs/{job_id}")[0]
    answers.append(deleter.delete(job_id, caller=Caller(owner="ada")))

    assert [True, False] == [each["more"] for each in answers]
    assert (200, 404) == (there, river.request("GET", f"/jobs/{job_id}")[0])


def test_a_lost_part_that_ends_after_all_ends_the_whole(river: River) -> None:
    """Its news comes late, and is right."""
    job_id = split(river)
    for number in (0, 1):
        tell(river, number, "SUCCEEDED")
    lose(river, job_id, 2)
    before = ask(river, f"/jobs/{job_id}")["lost"]
    tell(river, 2, "SUCCEEDED")
    job = ask(river, f"/jobs/{job_id}")

    assert (True, False, "SUCCEEDED") == (before, job["lost"], job["status"])


def test_a_deletion_that_breaks_off_among_the_parts_is_gone_on_with(make_river: Callable[..., River]) -> None:
    """Wherever it dies; what is told meanwhile of a part, gone or not, brings nothing back."""
    for at in range(30):
        river = make_river(crashes=Crashes())
        job_id = split(river, arrayProperties={"size": 10_002})
        for number in range(2):
            tell(river, number, "FAILED")
        river.crashes.arm(at)
        try:
            river.request("DELETE", f"/jobs/{job_id}")
        except Crash:
            river.crashes.arm(None)
        else:
            return
        for number in range(2):
            tell(river, number, "SUCCEEDED")
        river.plane.submissions.send(job_id)
        river.reconcile()
        river.settle()
        status, _ = river.request("DELETE", f"/jobs/{job_id}")
        keys = [RecordKey(job_id=each) for each in (job_id, part_id(job_id, 0), part_id(job_id, 1))]

        assert (True, [None] * 3) == (status in (200, 404), [river.records.get(key) for key in keys]), at
        assert ((), 2) == (river.records.list_jobs(JobFilter(job_queue=QUEUE), limit=9).records, len(river.batch.jobs))
    raise AssertionError("it never came to its end")
