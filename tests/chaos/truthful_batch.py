"""AWS Batch as the plane asks it in a run: it answers with what really became of the jobs that it has taken by then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from controlplane.job import parent_and_index
from tests.chaos.truth import Life

#: Jobs of one page.
_PAGE = 100


class TruthfulBatch:
    """Boto3's client methods, over some lives. A job that the plane submits is there once it was submitted."""

    def __init__(self, lives: Sequence[Life], *, is_settled: Callable[[str], bool]) -> None:
        """Take the lives, and what tells whether the plane knows Batch's id of a job of ours."""
        self._lives = {life.batch_job_id: life for life in lives}
        self._by_name = {life.submission.batch_job_name: life for life in lives if life.submission}
        self._details = {told.batch_job_id: told.description for life in lives for told in life.told}
        self._is_settled = is_settled
        self._taken: set[str] = set()
        #: Names that were submitted, each as often as it was.
        self.submitted: list[str] = []
        #: Batch's ids of the jobs that the plane wanted terminated.
        self.terminated: set[str] = set()

    def has(self, life: Life) -> bool:
        """Whether Batch has a job. A second one of a submission comes once the first is settled: the first counts."""
        if life.rival_of and life.is_second:
            return self._is_settled(life.rival_of)
        return life.submission is None or life.batch_job_id in self._taken

    def submit_job(self, **request: Any) -> Mapping[str, Any]:
        """SubmitJob."""
        life = self._by_name[request["jobName"]]
        self.submitted.append(request["jobName"])
        self._taken.add(life.batch_job_id)
        return {"jobId": life.batch_job_id, "jobName": request["jobName"]}

    def describe_jobs(self, **request: Any) -> Mapping[str, Any]:
        """DescribeJobs: of parents, children and nodes."""
        return {"jobs": [self._details[each] for each in request["jobs"] if self._knows(each)]}

    def list_jobs(self, **request: Any) -> Mapping[str, Any]:
        """ListJobs with the one filter that a request has, the newest first."""
        ((name, (value,)),) = ((each["name"], each["values"]) for each in request["filters"])
        found = [life.told[0].description for life in self._lives.values() if self.has(life)]
        found = [each for each in found if each["jobQueue"] == request["jobQueue"] and _admits(each, name, value)]
        found.sort(key=lambda job: -job["createdAt"])
        start = int(request.get("nextToken", 0))
        more = {"nextToken": str(start + _PAGE)} if len(found) > start + _PAGE else {}
        return {"jobSummaryList": found[start : start + _PAGE], **more}

    def terminate_job(self, **request: Any) -> Mapping[str, Any]:
        """TerminateJob: what has really become of the job is known already, so it is noted and nothing else."""
        self.terminated.add(request["jobId"])
        return {}

    def _knows(self, batch_job_id: str) -> bool:
        life = self._lives.get(parent_and_index(batch_job_id)[0])
        return life is not None and batch_job_id in self._details and self.has(life)


def _admits(job: Mapping[str, Any], name: str, value: str) -> bool:
    if name == "JOB_NAME":
        return bool(job["jobName"].lower() == value.lower())
    assert name == "BEFORE_CREATED_AT", f"the filter {name} is not done here"
    return bool(job["createdAt"] < int(value))
