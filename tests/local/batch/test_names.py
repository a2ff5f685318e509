"""Ids can be read back, and those of one folder mean nothing in another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batchplane_local.batch.names import TaskIds, job_id_at, name_in, split_job_id

KEYS = st.integers(min_value=1, max_value=1 << 48)
ATTEMPTS = st.integers(min_value=1, max_value=10)
PADS = st.integers(min_value=0, max_value=(1 << 128) - 1)
JOB_ID = "5bc5d058-f641-5cec-a8d0-65de593eee05"


@given(PADS, KEYS, ATTEMPTS)
def test_a_task_id_is_read_back(pad: int, key: int, attempt: int) -> None:
    """A task id tells which attempt of which job it is."""
    ids = TaskIds(pad=pad)
    assert ids.read(ids.of(key, attempt)) == (key, attempt)


@given(KEYS, ATTEMPTS)
def test_a_task_id_of_another_folder_is_nobody_s(key: int, attempt: int) -> None:
    """An id made with another pad tells of no attempt."""
    assert TaskIds(pad=1 << 127).read(TaskIds(pad=1 << 126).of(key, attempt)) is None


def test_what_is_no_task_id_is_nobody_s() -> None:
    """Any other text is answered with nothing."""
    assert TaskIds(pad=0).read("../../etc/passwd") is None


@given(st.integers(min_value=0, max_value=10_000))
def test_a_job_id_tells_its_position(position: int) -> None:
    """Position 0 is the job itself, 1 + index a child."""
    assert split_job_id(job_id_at(JOB_ID, position)) == (JOB_ID, position)


def test_a_child_has_its_index_after_a_colon() -> None:
    """The child with index 7 is at position 8."""
    assert job_id_at(JOB_ID, 8) == f"{JOB_ID}:7"


def test_what_is_no_job_id_has_no_position() -> None:
    """A node of a multi-node job is none of ours."""
    assert split_job_id(f"{JOB_ID}#1") is None


def test_the_name_in_an_arn() -> None:
    """Names and ARNs name the same resource."""
    assert name_in("arn:aws:batch:local-1:000000000000:job-queue/default") == name_in("default") == "default"
