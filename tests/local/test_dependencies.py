"""Dependencies by our ids and by Batch's, over an embedded Batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batchplane_local.data_folder import DataFolder
from batchplane_local.database import Database
from batchplane_local.environment import DeploymentSettings
from batchplane_local.plane import LocalPlane, opened
from controlplane.errors import BatchRefused
from controlplane.records.record import RecordKey
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import Submission, plan
from controlplane.submitting.dependencies import Dependencies
from lambdas.submit_job.handler import submitter
from tests.builders import T0

#: Root looks after the plane.
OPERATED = DeploymentSettings(operators=frozenset({"root"}))
UNKNOWN = "5bc5d058-f641-5cec-a8d0-65de593eee05"


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[LocalPlane]:
    """A plane whose functions nobody feeds, and whose operator is `root`."""
    folder = DataFolder(tmp_path)
    folder.prepare()
    with (
        folder.locked(),
        closing(Database(folder.database)) as database,
        opened(folder, database, url="http://127.0.0.1:1", settings=OPERATED, clock=lambda: T0) as plane,
    ):
        yield plane


def accepted(plane: LocalPlane, owner: str, name: str, **document: Any) -> Submission:
    """A submission that is kept."""
    draft = Draft.read({"jobName": name, "jobDefinition": "plain", "command": ["sleep", "60"]} | document)
    made = plan(draft, owner=owner, idempotency_key=f"given:{name}", deployment=plane.deployment, now=T0)
    made = replace(made, by_operator=owner in plane.deployment.operators)
    plane.records.create(made)
    return made


def submitted(plane: LocalPlane, owner: str, name: str) -> str:
    """A job that Batch has; Batch's id of it."""
    made = accepted(plane, owner, name)
    submitter(plane).submit(made.job_id)
    record = plane.records.get(RecordKey(job_id=made.job_id))
    assert record is not None
    return str(record.batch_job_id)


def waits(plane: LocalPlane, owner: str, job_id: str) -> Any:
    """What a submission of an owner that depends on a job waits for."""
    made = accepted(plane, owner, "after", dependsOn=[{"jobId": job_id}])
    return Dependencies(records=plane.records, batch=plane.batch).of(made)


def stranger(plane: LocalPlane, name: str) -> str:
    """A job that somebody submitted to Batch itself; Batch's id."""
    job = {"jobName": name, "jobQueue": "default", "jobDefinition": "plain"}
    command = {"command": ["sleep", "60"]}
    return str(plane.embedded_batch.submit_job(**job, containerOverrides=command)["jobId"])


def test_batchs_id_of_a_job_of_ours_is_taken(plane: LocalPlane) -> None:
    """By its owner."""
    batch_job_id = submitted(plane, "ada", "first")

    assert ({"jobId": batch_job_id},) == waits(plane, "ada", batch_job_id)


def test_batchs_id_of_another_owners_job_does_not_exist(plane: LocalPlane) -> None:
    """Whether it is named by Batch's id or by ours."""
    batch_job_id = submitted(plane, "ada", "first")
    for job_id in (batch_job_id, accepted(plane, "ada", "first").job_id):
        with pytest.raises(BatchRefused, match=f"there is no job {job_id}"):
            waits(plane, "bob", job_id)


def test_an_operator_waits_for_another_owners_job(plane: LocalPlane) -> None:
    """Who may end a job may wait for its end."""
    batch_job_id = submitted(plane, "ada", "first")
    named = [waits(plane, "root", each) for each in (batch_job_id, accepted(plane, "ada", "first").job_id)]

    assert [({"jobId": batch_job_id},)] * 2 == named


def test_a_job_of_nobody_belongs_to_operators(plane: LocalPlane) -> None:
    """Whoever may submit to Batch itself looks after the plane."""
    theirs = stranger(plane, "theirs")

    assert ({"jobId": theirs},) == waits(plane, "root", theirs)
    with pytest.raises(BatchRefused, match=f"there is no job {theirs}"):
        waits(plane, "ada", theirs)


def test_a_forged_name_makes_nobody_its_owner(plane: LocalPlane) -> None:
    """The record must know Batch's id as Batch knows our name."""
    forged = stranger(plane, f"x-{accepted(plane, 'ada', 'first').job_id}")

    with pytest.raises(BatchRefused, match=f"there is no job {forged}"):
        waits(plane, "ada", forged)


def test_batch_is_not_asked_for_our_own_ids(plane: LocalPlane) -> None:
    """The record knows them; an unknown one is nobody's, operator or not."""
    unknown = "j" + "0" * 25
    with pytest.raises(BatchRefused, match=f"there is no job {unknown}"):
        waits(plane, "root", unknown)


def test_an_id_that_batch_does_not_know_is_batchs_to_refuse(plane: LocalPlane) -> None:
    """For an operator; for anybody else there is no such job."""
    assert ({"jobId": UNKNOWN},) == waits(plane, "root", UNKNOWN)
    with pytest.raises(BatchRefused, match=f"there is no job {UNKNOWN}"):
        waits(plane, "ada", UNKNOWN)
