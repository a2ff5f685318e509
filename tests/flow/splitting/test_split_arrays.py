"""Arrays above 10,000: split in parts that nobody sees, and one job in every answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from controlplane.job import part_id
from controlplane.reconciling.reconcile import LOST_MILLISECONDS
from controlplane.records.port import Records
from controlplane.records.record import RecordKey
from controlplane.records.split_arrays import SplitArrays
from tests.flow.river import River
from tests.flow.splitting.large_array import SIZE, ask, events, split, tell


def test_batch_has_its_parts(river: River) -> None:
    """Of sizes that it takes, each once; their names end in the array's id and their numbers."""
    job_id = split(river)

    assert [8334, 8333, 8333] == [job["arrayProperties"]["size"] for job in river.batch.jobs.values()]
    assert [f"sleeper-{part_id(job_id, number)}" for number in range(3)] == [
        job["jobName"] for job in river.batch.jobs.values()
    ]


def test_it_is_shown_as_one(river: River) -> None:
    """In the list too; its parts are nobody's to ask for."""
    job_id = split(river)
    tell(river, 1, "PENDING", child_5="RUNNING")
    jobs = ask(river, "/jobs")["jobs"]
    job = ask(river, f"/jobs/{job_id}")

    assert [job_id] == [each["jobId"] for each in jobs]
    assert ("Array", "PENDING", None, SIZE) == (
        job["type"],
        job["status"],
        job["batchJobId"],
        job["arrayProperties"]["size"],
    )
    assert {"RUNNING": 1, "SUBMITTED": SIZE - 1} == job["arrayProperties"]["statusSummary"]
    assert 404 == river.request("GET", f"/jobs/{part_id(job_id, 0)}")[0]


def test_children_are_counted_through(river: River) -> None:
    """Whichever part they lie in, in lists and by themselves."""
    job_id = split(river)
    tell(river, 0, "PENDING", child_8333="RUNNING")
    tell(river, 1, "PENDING", child_0="FAILED", child_5="RUNNING")
    pages = [ask(river, f"/jobs/{job_id}/children", query=query) for query in ("limit=2", "limit=2&first=8335")]
    failed = ask(river, f"/jobs/{job_id}/children", query="status=FAILED")["jobs"]
    child = ask(river, f"/jobs/{job_id}/children/8339")

    assert [[8333, 8334], [8339]] == [[each["arrayProperties"]["index"] for each in page["jobs"]] for page in pages]
    assert [8335, None] == [page["next"] for page in pages]
    assert [f"{job_id}:8334"] == [each["jobId"] for each in failed]
    assert (f"{job_id}:8339", "batch-1:5", "RUNNING") == (child["jobId"], child["batchJobId"], child["status"])
    assert f"{job_id}:8339" == ask(river, f"/jobs/{job_id}/children/8339/history")["jobId"]
    assert [404, 404] == [river.request("GET", f"/jobs/{job_id}/children/{index}")[0] for index in (8340, 24_999)]


def test_runners_are_told_of_the_whole(river: River) -> None:
    """Which child of how many; and what they leave lies under the array's own prefix."""
    job_id = split(river)
    known = {each["name"]: each["value"] for each in river.batch.jobs["batch-2"]["containerOverrides"]["environment"]}
    upload = {"name": "out", "size": 1, "sha256": "0" * 64}
    body = {"jobId": known["BATCHPLANE_JOB_ID"], "index": 8332, "uploads": [upload]}
    bearer = {"authorization": f"Bearer {known['BATCHPLANE_CAPABILITY']}"}
    links = ask(river, "/runner/links", body, "POST", owner=None, **bearer)

    assert (24_999, SIZE) == (links["index"], links["arraySize"])
    assert f"/{job_id}/outputs/24999/out" in links["uploads"][0]["url"].replace("%2F", "/")


def test_it_ends_once_with_one_mail(river: River) -> None:
    """When its last part has; the mail tells of a child that failed."""
    job_id = split(river)
    for number, status in enumerate(("SUCCEEDED", "FAILED", "SUCCEEDED")):
        before = river.record(job_id).status
        tell(river, number, status, **({"child_7": "FAILED"} if status == "FAILED" else {}))
    (mail,) = river.mails

    assert ("PENDING", "FAILED") == (before, river.record(job_id).status)
    assert {"SUCCEEDED": 16_667, "FAILED": 8333} == ask(river, f"/jobs/{job_id}")["arrayProperties"]["statusSummary"]
    assert f"{job_id}:8341" in mail


def test_an_end_that_a_part_takes_back_is_the_wholes_too(river: River) -> None:
    """Batch told of two ends of a part, and says which it was."""
    job_id = split(river)
    for number in range(3):
        tell(river, number, "SUCCEEDED")
    before = river.record(job_id).status
    river.batch.exit_codes = (1,)
    tell(river, 1, "FAILED")
    job = ask(river, f"/jobs/{job_id}")

    assert ("SUCCEEDED", "FAILED", True) == (before, job["status"], job["conflict"])


def test_what_was_split_is_not_split_again(river: River) -> None:
    """Though a part has gone meanwhile: it would run once more."""
    job_id = split(river)
    asked = river.records.submission(job_id)
    created: list[str] = []
    records = SimpleNamespace(create=lambda part: created.append(part.job_id))
    assert asked is not None
    SplitArrays(records=cast("Records", records)).split(river.record(job_id), asked, at=river.now)

    assert [] == created


def test_waiting_ends_with_it(river: River) -> None:
    """As with any job: what is under way arrives while the request is held."""
    job_id = split(river)
    tell(river, 0, "SUCCEEDED")
    river.job_events.send([each for number in (1, 2) for each in events(river, f"batch-{number}", "SUCCEEDED")])
    answer = ask(river, f"/jobs/{job_id}/wait", query="status=PENDING&timeout=5")

    assert (True, "SUCCEEDED") == (answer["changed"], answer["job"]["status"])


@pytest.mark.parametrize("word", ["cancel", "terminate"])
def test_it_is_ended_with_all_its_parts(river: River, word: str) -> None:
    """Batch passes it on to the children of each."""
    job_id = split(river)
    answer = ask(river, f"/jobs/{job_id}/{word}", {"reason": "enough"}, "POST")
    expected = ["batch-0", "batch-1", "batch-2"]

    assert expected == (river.batch.cancelled if word == "cancel" else river.batch.terminated)
    assert f"{word.capitalize()}Job" == answer["asked"]


def test_what_batch_never_had_ends_in_the_record(river: River) -> None:
    """Before it was split too; nothing is submitted afterwards."""
    job_id = river.submit(arrayProperties={"size": SIZE})
    job = ask(river, f"/jobs/{job_id}/cancel", {"reason": "enough"}, "POST")["job"]
    river.settle()

    assert ({}, "FAILED", True) == (river.batch.jobs, job["status"], job["isCancelled"])
    assert "Cancelled by ada: enough" == job["statusReason"]


def test_one_child_is_ended_alone(river: River) -> None:
    """By Batch's id of it."""
    job_id = split(river)
    tell(river, 1, "PENDING", child_5="RUNNING")
    answer = ask(river, f"/jobs/{job_id}/children/8339/terminate", {}, "POST")

    assert (["batch-1:5"], f"{job_id}:8339") == (river.batch.terminated, answer["job"]["jobId"])


@pytest.mark.parametrize("path", ["", "/history", "/attempts", "/outputs", "/place"])
def test_its_last_child_is_asked_for_as_any_other(river: River, path: str) -> None:
    """No route takes an array to end where AWS Batch's do."""
    job_id = split(river)
    tell(river, 2, "PENDING", child_8332="RUNNING")

    assert 200 == river.request("GET", f"/jobs/{job_id}/children/{SIZE - 1}{path}")[0]


def test_who_depends_on_it_depends_on_every_part(river: River) -> None:
    """On those that have not succeeded yet."""
    job_id = split(river)
    tell(river, 1, "SUCCEEDED")
    river.submit(jobName="after", dependsOn=[{"jobId": job_id}])
    river.settle()

    assert [{"jobId": "batch-0"}, {"jobId": "batch-2"}] == river.batch.jobs["batch-3"]["dependsOn"]


def test_what_is_too_much_for_batch_is_said(river: River) -> None:
    """More dependencies than it takes; child after child of an array in parts."""
    split_jobs = [split(river, jobName=f"part-{n}", arrayProperties={"size": 200_000}) for n in range(2)]
    both = river.submit(jobName="both", dependsOn=[{"jobId": each} for each in split_jobs])
    paired = {"jobId": split_jobs[0], "type": "N_TO_N"}
    by_child = river.submit(jobName="pairs", dependsOn=[paired], arrayProperties={"size": 5})
    river.settle()
    reasons = [ask(river, f"/jobs/{job_id}")["statusReason"] for job_id in (both, by_child)]

    assert "there are 40, and AWS Batch takes 20" in reasons[0]
    assert "wait for it whole" in reasons[1]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"jobDefinition": "plain"}, ("arrayProperties.size", "at most 10000: job definition plain doesn't carry")),
        (
            {"dependsOn": [{"type": "SEQUENTIAL"}]},
            ("dependsOn.0.type", "left out: an array of more than 10000 is split"),
        ),
        ({"arrayProperties": {"size": 200_001}}, ("arrayProperties.size", "less than or equal to 200000")),
    ],
)
def test_what_an_array_in_parts_can_not_have(river: River, document: Any, expected: tuple[str, str]) -> None:
    """A definition without the runner; an order among its children; more than twenty parts."""
    body = {"jobName": "large", "command": ["work"], "arrayProperties": {"size": SIZE}} | document
    status, problem = river.request("POST", "/jobs", body)
    ((field, bound),) = [(each["field"], each["bound"]) for each in problem["errors"]]

    assert (400, expected[0], True) == (status, field, bound.startswith(expected[1]))


def test_what_failed_of_it_runs_again(river: River) -> None:
    """By the indices of the whole."""
    job_id = split(river, arrayProperties={"size": 10_002})
    children = {f"child_{index}": "SUCCEEDED" for index in range(5001)}
    told = events(river, "batch-0", "FAILED", **children | {"child_7": "FAILED"})
    told += events(river, "batch-1", "FAILED", **children | {"child_5000": "FAILED"})
    river.job_events.send(told)
    river.turn(batch_size=len(told))
    again = ask(river, f"/jobs/{job_id}/rerun", {}, "POST")
    everything = ask(river, f"/jobs/{job_id}/rerun", {"all": True}, "POST")
    river.settle()
    asked = river.records.submission(again["jobId"])

    assert asked is not None
    assert ([7, 10_001], 10_002) == ([asked.original_index(place) for place in (0, 1)], asked.original_size)
    assert (2, 10_002) == (again["arrayProperties"]["size"], everything["arrayProperties"]["size"])
    assert 2 + 1 + 2 == len(river.batch.jobs)


def test_it_is_deleted_whole(river: River) -> None:
    """With its parts, whose late events bring nothing back."""
    job_id = split(river)
    for number in range(3):
        tell(river, number, "SUCCEEDED")
    ask(river, f"/jobs/{job_id}", method="DELETE")
    tell(river, 1, "FAILED")
    river.reconcile()
    river.settle()

    keys = [RecordKey(job_id=each) for each in (job_id, *(part_id(job_id, number) for number in range(3)))]
    assert [None] * 4 == [river.records.get(key) for key in keys]
    assert ([], 3) == (ask(river, "/jobs")["jobs"], len(river.batch.jobs))


def test_a_long_command_reaches_every_part(river: River) -> None:
    """By one file, which lies with the array's own."""
    body = {"jobName": "long", "command": ["x" * 9000], "arrayProperties": {"size": SIZE}}
    job_id = ask(river, "/jobs", body, "POST")["jobId"]
    river.settle()
    keys = [each.key for each in river.plane.io_bucket.list_objects("ada/")]

    assert [f"ada/{job_id}/overrides.json"] == keys
    assert not any("command" in job["containerOverrides"] for job in river.batch.jobs.values())


def test_a_part_that_batch_has_forgotten_loses_the_whole(river: River) -> None:
    """Once no other runs; waiting for it ends."""
    job_id = split(river)
    for number in (0, 1):
        tell(river, number, "SUCCEEDED")
    river.records.lose(RecordKey(job_id=part_id(job_id, 2)), at=river.now)
    river.reconcile(minutes=LOST_MILLISECONDS // 60_000)
    river.settle()

    assert ask(river, f"/jobs/{job_id}")["lost"]
