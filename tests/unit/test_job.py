"""Ids, names and the order of statuses."""

from hypothesis import given
from hypothesis import strategies as st

from controlplane.job import JOB_ID, JOB_NAME, Status, batch_job_name, derive_job_id, job_id_in, parent_and_index


@given(owner=st.text(), key=st.text())
def test_a_derived_job_id_has_the_form_of_one(owner: str, key: str) -> None:
    """Whatever owner and key are, the id matches the pattern that the whole plane relies on."""
    assert JOB_ID.match(derive_job_id(owner, key))


def test_a_job_id_is_the_same_for_the_same_owner_and_key() -> None:
    """Deriving an id twice gives one id, so that a repeated request meets its own record."""
    assert derive_job_id("ada", "k") == derive_job_id("ada", "k")


def test_two_owners_with_one_key_have_two_jobs() -> None:
    """An owner's key never meets another's."""
    assert derive_job_id("ada", "k") != derive_job_id("bob", "k")


@given(name=st.from_regex(JOB_NAME, fullmatch=True))
def test_the_job_id_is_found_in_every_batch_job_name(name: str) -> None:
    """However long the caller's name is, Batch's name fits its bound and ends in our id."""
    job_id = derive_job_id("ada", "k")
    named = batch_job_name(name, job_id)

    assert (True, job_id) == (bool(JOB_NAME.match(named)), job_id_in(named))


def test_a_name_that_is_not_ours_holds_no_job_id() -> None:
    """A job that somebody else named is nobody's job."""
    assert job_id_in("cp-acme-01kb2q9v7r3m8z5t4w6x0y1a2b") is None


def test_the_id_of_a_child_tells_its_parent_and_index() -> None:
    """Batch's id of a child is `parent:index`."""
    assert parent_and_index("a0372ccb:4711") == ("a0372ccb", 4711)


def test_the_id_of_a_single_job_has_no_index() -> None:
    """Any other id is the job's own."""
    assert parent_and_index("a0372ccb") == ("a0372ccb", None)


def test_statuses_rank_in_the_order_of_a_jobs_life() -> None:
    """The ranks follow the order of the user guide."""
    ranked = sorted(Status, key=lambda status: status.rank)

    assert ranked == ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"]
