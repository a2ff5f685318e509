"""Refusing what goes beyond an owner's quota, before it is kept. Where no quota is set it asks nobody anything.

What was accepted before is never refused. In flight is counted as the store knows it a moment ago, so requests at the
same moment may together go beyond by what each of them brings; the rate is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from controlplane.errors import QuotaExceeded, SubmissionInvalid, Violation
from controlplane.quota import Quota
from controlplane.records.port import Records
from controlplane.records.record import RecordKey
from controlplane.submissions.submission import Submission

#: Milliseconds; the rate is counted by it.
MINUTE = 60_000
#: How long to wait for jobs to end, in seconds: nobody can say how long they take.
_PATIENCE_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class InFlight:
    """What an owner has that is not over."""

    jobs: int
    vcpus: int


class Usage(Protocol):
    """The port: what owners use of the plane. Only jobs submitted through it count."""

    def in_flight(self, owner: str) -> InFlight:
        """What an owner has in flight; on AWS as it was a moment ago."""
        ...

    def take(self, owner: str, *, count: int, most: int, at: int) -> int:
        """Count up to so many submissions in the minute of a moment (epoch ms), `most` in all; how many there are."""
        ...


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Lets submissions through, or not."""

    quota: Quota
    usage: Usage
    records: Records
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def refused(self, submissions: Sequence[Submission]) -> Mapping[str, QuotaExceeded | SubmissionInvalid]:
        """Which of one owner's submissions go too far, in their order, by job id. No job twice.

        One that goes too far by itself breaks a bound: waiting makes no room for it.
        """
        if not (self.quota.is_on and submissions):
            return {}
        known = self.records.known(RecordKey(job_id=each.job_id) for each in submissions)
        new = [each for each in submissions if RecordKey(job_id=each.job_id) not in known]
        refused: dict[str, QuotaExceeded | SubmissionInvalid] = dict(self._too_large(new))
        refused |= self._too_much([each for each in new if each.job_id not in refused])
        refused |= self._too_often([each for each in new if each.job_id not in refused])
        # `known` may not know what was kept a moment ago; this does.
        return {job_id: error for job_id, error in refused.items() if not self.records.get(RecordKey(job_id=job_id))}

    def _too_large(self, submissions: Sequence[Submission]) -> Mapping[str, SubmissionInvalid]:
        most = self.quota.vcpus
        bound = f"at most {most} of the whole job, your quota of vCPUs: ask for fewer, or for fewer children or nodes"
        return {
            each.job_id: SubmissionInvalid((Violation(field="vcpus", bound=bound, value=each.vcpus),))
            for each in submissions
            if 0 < most < each.vcpus
        }

    def _too_much(self, submissions: Sequence[Submission]) -> Mapping[str, QuotaExceeded]:
        refused: dict[str, QuotaExceeded] = {}
        if not (self.quota.is_in_flight and submissions):
            return refused
        used = self.usage.in_flight(submissions[0].owner)
        for each in submissions:
            with_it = InFlight(jobs=used.jobs + 1, vcpus=used.vcpus + each.vcpus)
            for name, bound, value in (
                ("jobs", self.quota.jobs, with_it.jobs),
                ("vcpus", self.quota.vcpus, with_it.vcpus),
            ):
                if bound and value > bound:
                    refused[each.job_id] = QuotaExceeded(name, bound=bound, value=value, retry_after=_PATIENCE_SECONDS)
                    break
            else:
                used = with_it
        return refused

    def _too_often(self, submissions: Sequence[Submission]) -> Mapping[str, QuotaExceeded]:
        most = self.quota.submissions_per_minute
        if not (most and submissions):
            return {}
        at = self.clock()
        taken = self.usage.take(submissions[0].owner, count=len(submissions), most=most, at=at)
        wait = -(-(MINUTE - at % MINUTE) // 1000)
        value = most + len(submissions) - taken
        error = QuotaExceeded("submissionsPerMinute", bound=most, value=value, retry_after=wait)
        return {each.job_id: error for each in submissions[taken:]}
