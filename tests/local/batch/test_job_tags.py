"""Tags of jobs, set and removed after their submission."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from batchplane_local.batch.database.reading import Reading
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Machine

#: A job that never fits, and so stays where it is.
HUGE = {"resourceRequirements": [{"type": "VCPU", "value": "64"}]}


def waiting(machine: Machine, **request: Any) -> tuple[str, str]:
    """The id and the ARN of a job that stays RUNNABLE."""
    job_id = machine.submit("true", containerOverrides=HUGE, **request)
    return job_id, str(machine.job(job_id)["jobArn"])


def test_a_job_is_tagged_after_its_submission(machine: Machine) -> None:
    """What it had stays, what is given again is replaced."""
    job_id, arn = waiting(machine, tags={"a": "1", "b": "2"})
    machine.batch.tag_resource(resourceArn=arn, tags={"b": "3", "c": "4"})
    machine.batch.untag_resource(resourceArn=arn, tagKeys=["a", "none"])
    expected = {"b": "3", "c": "4"}
    assert expected == machine.batch.list_tags_for_resource(resourceArn=arn)["tags"]
    assert expected == machine.job(job_id)["tags"]


def test_tags_outlive_a_restart(machine_with: OpenMachine) -> None:
    """They are kept with the job."""
    machine = machine_with()
    job_id, arn = waiting(machine)
    machine.batch.tag_resource(resourceArn=arn, tags={"a": "1"})
    machine.close()
    machine.open()
    assert {"a": "1"} == machine.job(job_id)["tags"]


def test_a_child_shows_the_tags_of_its_array(machine: Machine) -> None:
    """It has none of its own, and can be given none."""
    job_id, arn = waiting(machine, arrayProperties={"size": 2})
    machine.batch.tag_resource(resourceArn=arn, tags={"a": "1"})
    assert {"a": "1"} == machine.job(f"{job_id}:1")["tags"]
    with pytest.raises(machine.batch.exceptions.ClientException) as refused:
        machine.batch.tag_resource(resourceArn=f"{arn}:1", tags={"a": "2"})
    words = f"Tags of child jobs of array and multi-node parallel jobs are not supported: {arn}:1"
    assert words == refused.value.response["Error"]["Message"]


def test_a_job_has_no_more_than_fifty_tags(machine: Machine) -> None:
    """Those it has count too, and a refusal leaves them as they were."""
    job_id, arn = waiting(machine, tags={f"t{each}": "x" for each in range(40)})
    with pytest.raises(machine.batch.exceptions.ClientException) as refused:
        machine.batch.tag_resource(resourceArn=arn, tags={f"u{each}": "x" for each in range(11)})
    assert "A resource can have at most 50 tags, got 51" == refused.value.response["Error"]["Message"]
    assert 40 == len(machine.job(job_id)["tags"])


def test_an_unknown_job_has_no_tags(machine: Machine) -> None:
    """It is refused by its ARN."""
    arn = "arn:aws:batch:local-1:000000000000:job/none"
    with pytest.raises(machine.batch.exceptions.ClientException) as refused:
        machine.batch.list_tags_for_resource(resourceArn=arn)
    assert f"Resource {arn} does not exist" == refused.value.response["Error"]["Message"]


def test_what_is_remembered_of_changed_jobs_is_bounded(machine: Machine) -> None:
    """However many jobs have changed since, an older one is read as it is on disk."""
    job_id = machine.submit("true")
    path = machine.folder / "batch.sqlite3"
    with closing(Reading(path)) as reading, closing(sqlite3.connect(path)) as database, database:
        assert {} == reading.moments([job_id])[0].submission.tags
        for submission in range(1, 2000):
            reading.read_anew(submission)
        database.execute("UPDATE submission SET document = json_set(document, '$.tags', json('{\"a\": \"b\"}'))")
        database.commit()
        assert {"a": "b"} == reading.moments([job_id])[0].submission.tags
