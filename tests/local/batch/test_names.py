"""Ids can be read back, and those of one folder mean nothing in another."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from batchplane_local.batch.names import TaskIds, job_id_at, name_in, node_address, split_job_id

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


@given(st.integers(min_value=0, max_value=1 << 127), KEYS, KEYS, ATTEMPTS, ATTEMPTS)
def test_task_ids_are_in_the_order_of_their_jobs(pad: int, key: int, other: int, attempt: int, later: int) -> None:
    """And, of one job, of its attempts."""
    ids = TaskIds(pad=pad)
    assert ((key, attempt) < (other, later)) == (ids.of(key, attempt) < ids.of(other, later))


@given(st.integers(min_value=0, max_value=1 << 127), KEYS, ATTEMPTS, st.integers(min_value=0, max_value=32))
def test_the_beginning_of_a_task_id_narrows_down_its_job(pad: int, key: int, attempt: int, length: int) -> None:
    """To a range of keys; all of it, to one."""
    ids = TaskIds(pad=pad)
    task_id = ids.of(key, attempt)
    assert key in ids.keys(task_id[:length])
    assert 1 == len(ids.keys(task_id))


def test_what_is_no_beginning_of_a_task_id_narrows_down_to_none() -> None:
    """There is no such job."""
    assert [] == [*TaskIds(pad=0).keys("x")]


def test_what_is_no_task_id_is_nobody_s() -> None:
    """Any other text is answered with nothing."""
    assert TaskIds(pad=0).read("../../etc/passwd") is None


@given(st.integers(min_value=0, max_value=10_000), st.sampled_from(":#"))
def test_a_job_id_tells_its_position(position: int, mark: str) -> None:
    """Position 0 is the job itself, 1 + index a child or a node."""
    is_node = mark == "#" and position > 0
    assert split_job_id(job_id_at(JOB_ID, position, mark=mark)) == (JOB_ID, position, is_node)


def test_a_child_has_its_index_after_a_colon() -> None:
    """The child with index 7 is at position 8."""
    assert job_id_at(JOB_ID, 8) == f"{JOB_ID}:7"


def test_a_node_has_its_index_after_a_number_sign() -> None:
    """The node with index 2 is at position 3."""
    assert split_job_id(f"{JOB_ID}#2") == (JOB_ID, 3, True)


def test_what_is_no_job_id_has_no_position() -> None:
    """A node has no children, and a child no nodes."""
    assert split_job_id(f"{JOB_ID}#1:1") is None


@given(KEYS, st.integers(min_value=1, max_value=1000))
def test_nodes_of_a_job_have_addresses_of_their_own(key: int, distance: int) -> None:
    """Every address is a loopback address that a socket can be bound to, and two nodes never share one."""
    assert ip_address(node_address(key)) in ip_network("127.0.0.0/8")
    assert node_address(key) != node_address(key + distance)
    assert node_address(key).split(".")[1] != "0"
    assert node_address(key).split(".")[3] not in ("0", "255")


def test_the_name_in_an_arn() -> None:
    """Names and ARNs name the same resource."""
    assert name_in("arn:aws:batch:local-1:000000000000:job-queue/default") == name_in("default") == "default"
