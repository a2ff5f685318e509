"""Submissions on their way to Batch, where an answer is lost or a name is taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from controlplane.records.port import Records
from controlplane.records.record import JobRecord, RecordKey
from tests.builders import DEPLOYMENT, PLAIN
from tests.flow.river import River


class ClaimedTwice:
    """Records that were read before a claim."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._reads = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def get(self, key: RecordKey) -> JobRecord | None:
        """The first look does not show the claim."""
        self._reads += 1
        record = self._records.get(key)
        return replace(record, claimed_at=None) if record and self._reads == 1 else record


def test_a_job_of_another_definition_under_our_name_is_not_taken_for_ours(river: River) -> None:
    """Nobody knows whether Batch took the job; somebody else's has its name: that one is neither settled nor ended."""
    river.batch.refusals.append(ConnectionError("cut"))
    job_id = river.submit()
    river.turn()
    forged = {"jobName": f"sleeper-{job_id}", "jobQueue": DEPLOYMENT.job_queues[0].arn, "jobDefinition": PLAIN}
    river.batch.submit_job(**forged)
    river.now += 61_000
    river.settle()

    assert (2, "batch-1", []) == (len(river.batch.jobs), river.record(job_id).batch_job_id, river.batch.terminated)


def test_a_claim_that_the_sdk_has_made_twice_does_not_lose_the_submission(river: River) -> None:
    """The first one's answer was lost, and the second found the claim taken: by itself."""
    job_id = river.submit()
    river.records.claim(job_id, previous=None, at=river.now, capability_digests=())
    river.plane.records = ClaimedTwice(river.records)
    river.settle()

    assert 1 == len(river.batch.jobs)


def test_a_bucket_that_fails_keeps_no_job_from_being_submitted_at_once_again(river: River) -> None:
    """Batch certainly did not take it: nobody waits until that has settled."""
    bucket = river.plane.io_bucket

    class Failing:
        """A bucket that fails once."""

        fails = 1

        def __getattr__(self, name: str) -> Any:
            return getattr(bucket, name)

        def store(self, key: str, content: bytes) -> None:
            """Fail, or store an object."""
            self.fails -= 1
            if self.fails == 0:
                raise ConnectionError("cut")
            bucket.store(key, content)

    river.plane.io_bucket = Failing()
    job_id = river.request("POST", "/jobs", {"jobName": "long", "command": ["x" * 9000]})[1]["jobId"]
    river.turn()

    assert (None, 0) == (river.record(job_id).claimed_at, len(river.batch.jobs))
    river.settle()
    assert 1 == len(river.batch.jobs)


def test_a_full_disk_takes_nothing_and_loses_nothing(river: River) -> None:
    """It is told to come back; when there is room again the same key is one job."""
    (pages,) = river.database.read("PRAGMA page_count")[0]
    river.database.read(f"PRAGMA max_page_count = {pages}")
    job = {"jobName": "large", "command": ["true"], "parameters": {"words": "x" * 20_000}}
    told = river.request("POST", "/jobs", job, idempotency_key="k")
    river.database.read("PRAGMA max_page_count = 1000000")
    taken = river.request("POST", "/jobs", job, idempotency_key="k")
    river.settle()

    assert (503, 2, 202, 1) == (told[0], told[1]["retryAfter"], taken[0], len(river.batch.jobs))
    assert "disk is full" in told[1]["detail"]
