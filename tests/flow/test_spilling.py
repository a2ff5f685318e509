"""What AWS Batch can't be told is there when the job's runner asks for it, however long the job has waited."""

from controlplane.io_bucket import job_prefix
from tests.flow.river import River

LARGE = [{"name": f"V{place}", "value": "v" * 1000} for place in range(40)]


def test_what_has_expired_is_stored_again(river: River) -> None:
    """The bucket keeps objects for some days, and a job may wait for longer."""
    _, job = river.request("POST", "/jobs", {"jobName": "large", "containerOverrides": {"environment": LARGE}})
    river.turn()
    (told,) = river.batch.jobs.values()
    given = {each["name"]: each["value"] for each in told["containerOverrides"]["environment"]}
    prefix = job_prefix(job["owner"], job["jobId"])
    stored = river.plane.io_bucket.list_objects(prefix)
    gone = river.plane.io_bucket.delete_objects(prefix)
    status, links = river.request(
        "POST",
        "/runner/links",
        {"jobId": job["jobId"]},
        owner=None,
        authorization=f"Bearer {given['BATCHPLANE_CAPABILITY']}",
    )

    assert (200, 1, stored) == (status, gone, river.plane.io_bucket.list_objects(prefix)), links
