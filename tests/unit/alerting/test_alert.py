"""An alert says what failed, where and why, and repeats nothing that a terminal would act on."""

from dataclasses import replace

from controlplane.alerting.alert import FailedChild, compose, is_alerting, plain
from controlplane.batch.state_change import from_event
from controlplane.job import JobType, Status
from controlplane.log import LogLine
from controlplane.records.record import JobRecord, RecordKey, born, merge
from tests.builders import BATCH_JOB_ID, DEPLOYMENT, T0, life, submission

SUBMISSION = submission(jobName="nightly-import")
LOG = (LogLine(timestamp=T0, message="line 7: expected a number"), LogLine(timestamp=T0, message="giving up"))


def failed() -> JobRecord:
    """A job of ours after two attempts that both exited 3."""
    record = born(SUBMISSION)
    for event in life(SUBMISSION.batch_job_name, exit_codes=(3, 3)):
        record = merge(record, record.key, from_event(event))
    return record


def test_the_mail_of_a_failed_job() -> None:
    """Read once as a whole: it tells everything that a person asks first."""
    job_id = SUBMISSION.job_id
    expected = f"""\
Job nightly-import failed: exit code 3; attempt 2; Essential container in task exited

Job:         {job_id}
Batch's id:  {BATCH_JOB_ID}
Owner:       user/ada
Job queue:   default
Definition:  runner:3
Exit code:   3

Attempts:
  1. 2026-11-18 11:06:43 UTC, 1.0 s  exit code 3 (attempt 1)
  2. 2026-11-18 11:06:46 UTC, 1.0 s  exit code 3 (attempt 2)

The last lines of its log:
  | line 7: expected a number
  | giving up

To see more:  batchplane describe {job_id}
              batchplane logs {job_id}
To run what failed again:  batchplane rerun {job_id}
"""
    assert expected == compose(failed(), deployment=DEPLOYMENT, log=LOG).body


def test_an_array_shows_one_of_its_failed_children() -> None:
    """A thousand children of one cause are one mail, with one child's words."""
    parent = replace(failed(), type=JobType.ARRAY, size=7, status_summary={"SUCCEEDED": 5, "FAILED": 2})
    child = FailedChild(record=replace(failed(), key=RecordKey(job_id=BATCH_JOB_ID, index=4)), index=4, log=LOG)
    body = compose(parent, deployment=DEPLOYMENT, log=(), child=child).body

    assert "Children:    7 (2 FAILED, 5 SUCCEEDED); shown here is child 4" in body
    assert f"batchplane logs {SUBMISSION.job_id}:4" in body


def test_a_subject_fits_the_topic() -> None:
    """SNS takes fewer than 100 ASCII characters, in one line."""
    subject = compose(replace(failed(), job_name="é\n" * 80), deployment=DEPLOYMENT, log=()).subject

    assert (True, True, False) == (len(subject) < 100, subject.isascii(), "\n" in subject)


def test_control_characters_do_not_reach_a_terminal() -> None:
    """A job's log can't repaint the reader's screen, nor end the line that quotes it."""
    assert "\ufffd[31mred\ufffd\tok\ufffd" == plain("\x1b[31mred\n\tok\u2028")


def test_a_failed_job_alerts() -> None:
    """FAILED is told, and nothing else is."""
    assert (True, False) == (is_alerting(failed()), is_alerting(replace(failed(), status=Status.SUCCEEDED)))


def test_a_failed_child_is_told_through_its_parent() -> None:
    """Ten thousand children are not ten thousand mails."""
    assert not is_alerting(replace(failed(), key=RecordKey(job_id=BATCH_JOB_ID, index=1)))
