"""Deleting a job on request: what goes, what stays, and that nothing brings it back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from controlplane.caller import Caller
from controlplane.ending.deleter import Deleter
from controlplane.io_bucket import MOST_AT_ONCE, outputs_prefix, upload_key
from controlplane.records.job_filter import JobFilter
from controlplane.records.owned_jobs import OwnedJobs
from tests.builders import QUEUE
from tests.flow.crashes import Crash, Crashes
from tests.flow.river import River

ADA = Caller(owner="ada")


def store(river: River, key: str, content: bytes = b"x") -> None:
    """Put an object into the IOBucket."""
    sha256 = hashlib.sha256(content).hexdigest()
    bucket = river.plane.io_bucket
    link = bucket.upload_link(key, size=len(content), sha256=sha256)
    upload = bucket.begin(river.links.read("PUT", *link.url.removeprefix("http://localhost").split("?")))
    upload.write(content)
    upload.keep()
    upload.end()


def over(river: River, **document: Any) -> str:
    """A job that has run and ended, and left two outputs."""
    job_id = river.submit(**document)
    river.settle()
    river.run_jobs()
    river.settle()
    for name in "ab":
        store(river, outputs_prefix("ada", job_id) + name)
    return job_id


def delete(river: River, job_id: str, owner: str = "ada") -> tuple[int, Any]:
    """Ask for the deletion."""
    return river.request("DELETE", f"/jobs/{job_id}", owner=owner)


def test_a_deleted_job_and_its_objects_are_gone(river: River) -> None:
    """For every route; what was uploaded stays, for other jobs may have it too."""
    job_id = over(river)
    upload = upload_key("ada", "0" * 64, "in")
    store(river, upload)

    answer = delete(river, job_id)

    paths = ("", "/log", "/outputs", "/inputs", "/children")
    assert (200, {"jobId": job_id, "objects": 2, "more": False}) == answer
    assert [404] * 5 == [river.request("GET", f"/jobs/{job_id}{path}")[0] for path in paths]
    assert [upload] == [each.key for each in river.plane.io_bucket.list_objects("")]
    assert [] == river.request("GET", "/jobs")[1]["jobs"]


@pytest.mark.parametrize("again", ["deleted", "another owner's", "unknown"])
def test_what_is_not_there_is_not_deleted(river: River, again: str) -> None:
    """404, whyever it is not there."""
    job_id = over(river)
    owner = "bob" if again == "another owner's" else "ada"
    if again == "deleted":
        delete(river, job_id)

    assert 404 == delete(river, "j" + "0" * 25 if again == "unknown" else job_id, owner)[0]


def test_a_job_that_is_not_over_is_not_deleted(river: River) -> None:
    """The answer says what to do first, and the job runs on."""
    job_id = river.submit()

    status, problem = delete(river, job_id)

    assert (409, True) == (status, "terminate it first" in problem["detail"])
    assert 200 == river.request("GET", f"/jobs/{job_id}")[0]


def test_a_lost_job_is_deleted(river: River) -> None:
    """Nobody will ever tell of its end; should Batch find it again, that is dropped."""
    job_id = river.submit()
    river.settle()
    river.records.lose(river.record(job_id).key, at=river.now)

    assert 200 == delete(river, job_id)[0]
    river.run_jobs()
    river.settle()
    assert () == river.records.list_jobs(JobFilter(job_queue=QUEUE), limit=9).records


def test_nothing_brings_a_deleted_job_back(river: River) -> None:
    """Neither events that come again, nor a message, nor the sweeps; and no alert is made of it."""
    river.batch.exit_codes = (1,)
    job_id = over(river)
    river.plane.submissions.send(job_id)
    mails = len(river.mails)
    delete(river, job_id)

    river.run_jobs()
    river.settle()
    river.reconcile()
    river.settle()

    assert ((), {}, mails) == (
        river.records.list_jobs(JobFilter(job_queue=QUEUE), limit=9).records,
        {name: job for name, job in river.batch.jobs.items() if name != "batch-0"},
        len(river.mails),
    )


def test_the_key_of_a_deleted_job_is_spent(river: River) -> None:
    """A request that was under way for long must not run the job again."""
    delete(river, over(river))
    body = {"jobName": "sleeper", "containerOverrides": {"command": ["sleep", "1"]}}

    status, problem = river.request("POST", "/jobs", body, idempotency_key=json.dumps(body))

    assert (409, "urn:batchplane:problem:KeySpent") == (status, problem["type"])


def test_a_deletion_that_breaks_off_is_gone_on_with(tmp_path: Path) -> None:
    """Wherever it dies, the next request finds the job or finds it gone."""
    for at in range(20):
        (folder := tmp_path / str(at)).mkdir()
        river = River(folder, crashes=(crashes := Crashes()))
        try:
            job_id = over(river, arrayProperties={"size": 3})
            crashes.arm(at)
            try:
                delete(river, job_id)
            except Crash:
                crashes.arm(None)
                assert 200 == delete(river, job_id)[0]
            else:
                break
            assert 404 == river.request("GET", f"/jobs/{job_id}")[0]
            assert [] == list(river.plane.io_bucket.list_objects(""))
        finally:
            river.close()
    else:
        raise AssertionError("it never came to its end")


class SlowBucket:
    """A bucket of very many objects, each call on which takes a while."""

    def __init__(self, river: River, *, left: int) -> None:
        self._river = river
        self.left = left

    def delete_objects(self, prefix: str) -> int:
        """Let time pass, and delete some."""
        self._river.now += self._river.plane.enough_milliseconds // 3
        taken = min(self.left, MOST_AT_ONCE)
        self.left -= taken
        return taken


def test_one_request_does_a_bounded_part(river: River) -> None:
    """The record stays until the last object has gone."""
    job_id = over(river)
    bucket: Any = SlowBucket(river, left=3500)
    jobs = OwnedJobs(records=river.records)
    deleter = Deleter(
        records=river.records,
        jobs=jobs,
        io_bucket=bucket,
        clock=river.clock,
        enough_milliseconds=river.plane.enough_milliseconds,
    )

    answers = [deleter.delete(job_id, caller=ADA)]
    there = river.request("GET", f"/jobs/{job_id}")[0]
    answers.append(deleter.delete(job_id, caller=ADA))

    assert [(3000, True), (500, False)] == [(each["objects"], each["more"]) for each in answers]
    assert (200, 404) == (there, river.request("GET", f"/jobs/{job_id}")[0])


def test_nothing_is_left_of_a_job_that_is_deleted_while_it_is_submitted(river: River) -> None:
    """What Batch can't be told is put into the IOBucket by who may submit, and then nobody else ends the job."""
    bucket = river.plane.io_bucket

    class Late:
        """A bucket that takes so long that the owner changes their mind."""

        def __getattr__(self, name: str) -> Any:
            return getattr(bucket, name)

        def store(self, key: str, content: bytes) -> None:
            """Store an object when the job is to have gone."""
            river.request("POST", f"/jobs/{job_id}/cancel", {})
            delete(river, job_id)
            bucket.store(key, content)

    river.plane.io_bucket = Late()
    job_id = river.request("POST", "/jobs", {"jobName": "long", "command": ["x" * 9000]})[1]["jobId"]
    river.settle()
    left = [each.key for each in bucket.list_objects("")]

    assert [f"ada/{job_id}/overrides.json"] == left
    assert (200, 1) == (river.request("GET", f"/jobs/{job_id}")[0], len(river.batch.jobs))
