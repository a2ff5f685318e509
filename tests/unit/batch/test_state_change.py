"""Events are read whatever they carry besides, and say their place in the job's life."""

import json
from pathlib import Path

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from controlplane.batch.state_change import from_event, transition_attempt, transition_status
from controlplane.errors import EventMalformed
from controlplane.job import Status
from tests.builders import T0, attempt, change, event

SAMPLES = sorted((Path(__file__).parents[3] / "events" / "record_state_change" / "state_changes").glob("*.json"))

JOB_DETAIL = get_session().get_service_model("batch").shape_for("JobDetail")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_event_is_read(sample: Path) -> None:
    """Each sample's job and status come out as they went in."""
    detail = json.loads(sample.read_text())["detail"]
    read = from_event(sample.read_text()).detail

    assert (detail["jobId"], detail["status"]) == (read.job_id, read.status)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_event_holds_to_the_model(sample: Path) -> None:
    """No sample says what JobDetail can't, but that a job that has not started leaves out startedAt."""
    detail = {"startedAt": T0} | json.loads(sample.read_text())["detail"]

    assert "" == ParamValidator().validate(detail, JOB_DETAIL).generate_report()


def test_unknown_members_are_ignored() -> None:
    """AWS says to be prepared for unknown properties."""
    assert Status.RUNNABLE is change("RUNNABLE", tomorrow={"new": True}).detail.status


def test_another_detail_type_is_malformed() -> None:
    """A queue-blocked event is not taken for a state change."""
    with pytest.raises(EventMalformed, match="Batch Job Queue Blocked"):
        from_event(event("RUNNABLE").replace("Batch Job State Change", "Batch Job Queue Blocked"))


def test_a_retry_is_later_than_the_attempt_before_it() -> None:
    """RUNNING goes back to RUNNABLE on a retry, and the order goes on all the same."""
    ended = [attempt(1, started_at=T0, stopped_at=T0 + 1)]

    assert change("RUNNABLE", attempts=ended).order > change("RUNNING").order


def test_an_attempt_that_still_runs_is_not_finished() -> None:
    """Only an attempt with stoppedAt counts."""
    running = [attempt(None, started_at=T0, stopped_at=None)]

    assert change("RUNNING", attempts=running).finished_attempts == 0


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
def test_no_change_is_later_than_a_terminal_one(status: str) -> None:
    """Ten attempts and a RUNNING on top do not reach a terminal status."""
    ended = [attempt(1, started_at=T0, stopped_at=T0 + 1)] * 10

    assert change(status).order > change("RUNNING", attempts=ended).order


def test_a_transition_tells_its_status_and_attempt() -> None:
    """History can be read from the numbers that it is kept under."""
    ended = [attempt(1, started_at=T0, stopped_at=T0 + 1)]
    retried = change("RUNNING", attempts=ended).transition
    failed = change("FAILED", attempts=ended).transition

    assert [(transition_status(each), transition_attempt(each)) for each in (retried, failed)] == [
        (Status.RUNNING, 2),
        (Status.FAILED, 1),
    ]


def test_a_jobs_own_time_is_more_exact_than_the_events() -> None:
    """StartedAt has milliseconds, the event's time has seconds."""
    assert change("RUNNING", at=T0, startedAt=T0 + 417).at == T0 + 417


def test_an_event_is_not_earlier_than_what_came_first() -> None:
    """The event's time is cut to the second; the attempt before it ended within that second."""
    ended = [attempt(1, started_at=T0, stopped_at=T0 + 417)]

    assert T0 + 417 == change("RUNNABLE", at=T0, attempts=ended).at


def test_an_event_is_not_earlier_than_the_job() -> None:
    """The job was created within the event's second."""
    assert T0 + 417 == change("PENDING", at=T0, createdAt=T0 + 417).at
