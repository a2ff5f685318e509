"""A restart knows at once what a killed plane left unknown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from batchplane_local.data_folder import DataFolder
from batchplane_local.database import Database
from batchplane_local.plane import LocalPlane, opened
from controlplane.records.port import AlertClaim
from controlplane.records.record import JobRecord, RecordKey
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import Submission, plan, to_submit_job
from lambdas.submit_job.handler import submitter
from tests.builders import BATCH_JOB_ID, T0, bring, change


@contextmanager
def plane_over(path: Path) -> Iterator[LocalPlane]:
    """The ports of a folder's plane; nothing moves between them by itself."""
    folder = DataFolder(path)
    folder.prepare()
    with (
        folder.locked(),
        closing(Database(folder.database)) as database,
        opened(folder, database, url="http://127.0.0.1:1", clock=lambda: T0) as plane,
    ):
        yield plane


def accepted(plane: LocalPlane) -> Submission:
    """A submission that is kept and has not been sent."""
    draft = Draft.read({"jobName": "test", "jobDefinition": "plain"})
    submission = plan(draft, owner="ada", idempotency_key="given:k", deployment=plane.deployment, now=T0)
    plane.records.create(submission)
    return submission


def known(plane: LocalPlane, submission: Submission) -> JobRecord:
    """The record of a submission."""
    record = plane.records.get(RecordKey(job_id=submission.job_id))
    assert record is not None
    return record


def test_a_claim_that_came_to_nothing_is_sent_at_once(tmp_path: Path) -> None:
    """The plane was killed before SubmitJob."""
    with plane_over(tmp_path) as killed:
        submission = accepted(killed)
        killed.records.claim(submission.job_id, previous=None, at=T0, capability_digests=())

    with plane_over(tmp_path) as restarted:
        submitter(restarted).submit(submission.job_id)

        assert known(restarted, submission).batch_job_id is not None


def test_a_job_that_batch_took_is_not_sent_again(tmp_path: Path) -> None:
    """The plane was killed before SubmitJob's answer was stored."""
    with plane_over(tmp_path) as killed:
        submission = accepted(killed)
        killed.records.claim(submission.job_id, previous=None, at=T0, capability_digests=())
        batch_job_id = killed.batch.submit(to_submit_job(submission, depends_on=(), runner_environment={}))

    with plane_over(tmp_path) as restarted:
        submitter(restarted).submit(submission.job_id)

        assert batch_job_id == known(restarted, submission).batch_job_id


def test_an_alert_that_was_not_sent_may_be_sent_at_once(tmp_path: Path) -> None:
    """Whoever had claimed it is dead."""
    with plane_over(tmp_path) as killed:
        killed.records.claim_alert("j1", at=T0, lease=60_000)

    with plane_over(tmp_path) as restarted:
        assert AlertClaim.GRANTED is restarted.records.claim_alert("j1", at=T0, lease=60_000)


def test_an_alert_that_was_sent_is_not_sent_again(tmp_path: Path) -> None:
    """A restart opens nothing that was closed."""
    with plane_over(tmp_path) as killed:
        killed.records.claim_alert("j1", at=T0, lease=60_000)
        killed.records.close_alert("j1")

    with plane_over(tmp_path) as restarted:
        assert AlertClaim.CLOSED is restarted.records.claim_alert("j1", at=T0, lease=60_000)


def test_a_restart_allows_the_same_queues_and_definitions(tmp_path: Path) -> None:
    """They are made once: no revision is added."""
    with plane_over(tmp_path) as first:
        deployment = first.deployment

    with plane_over(tmp_path) as second:
        assert deployment == second.deployment


@pytest.mark.parametrize(("place", "title", "runner"), [(0, "runner:1", True), (1, "plain:1", False)])
def test_a_plane_has_two_definitions(tmp_path: Path, place: int, title: str, runner: bool) -> None:
    """The one that carries our runner is the default."""
    with plane_over(tmp_path) as plane:
        definition = plane.deployment.job_definitions[place]

    assert (title, runner) == (definition.title, definition.runner)


def test_the_children_of_a_deleted_array_go_on_going(tmp_path: Path) -> None:
    """Some had gone when the plane was killed; those that are told of meanwhile go, too, and no other array's do."""
    with plane_over(tmp_path) as killed:
        asked = accepted(killed)
        for parent in (BATCH_JOB_ID, "other"):
            for index in range(5):
                child = change("SUCCEEDED", job_id=f"{parent}:{index}", arrayProperties={"index": index})
                bring(killed.records, RecordKey(job_id=parent, index=index), child, ours=False)
        killed.records.settle(asked.job_id, BATCH_JOB_ID)
        killed.records.delete(known(killed, asked), at=T0)
        before = killed.records.delete_expired(limit=2)

    with plane_over(tmp_path) as restarted:
        again = change("RUNNING", job_id=f"{BATCH_JOB_ID}:1", arrayProperties={"index": 1})
        bring(restarted.records, RecordKey(job_id=BATCH_JOB_ID, index=1), again, ours=False)
        after = [restarted.records.delete_expired(limit=3) for _ in range(3)]

        summaries = [restarted.records.status_summary(parent, size=5) for parent in (BATCH_JOB_ID, "other")]

    assert (2, [3, 3, 0]) == (before, after)
    assert [{}, {"SUCCEEDED": 5}] == summaries
