"""The RUNNABLE jobs of a queue with a fair-share policy: the share that has used least, for its weight, comes first.

Deterministic: it reads no clock and is told when. Knows nothing of room on the machine.
https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html says which share is next: the one with the
lowest usage over time multiplied by its weight factor. How usage decays isn't documented; here it fades exponentially,
to 37 % after shareDecaySeconds. Usage isn't kept over a restart: it orders jobs, and decides about none for good.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from batchplane_local.batch.bounds.catalogue_limits import SHARES
from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.ready import ReadyQueue
from batchplane_local.batch.refused import Refused

#: Seconds: the shortest decay, which 0 means too.
_LEAST_DECAY = 600
#: The weight factor of shares that the policy doesn't name.
_DEFAULT_WEIGHT = 1.0
#: Seconds for which a vCPU in use counts as used beforehand, so that jobs which start in one moment are spread.
_AHEAD = 1.0
#: vCPU seconds below which an idle share is forgotten.
_FORGOTTEN = 0.001


@dataclass(frozen=True, kw_only=True)
class FairsharePolicy:
    """FairsharePolicy of the API, for one queue."""

    #: Seconds after which a vCPU second counts for 37 %.
    decay: float = _LEAST_DECAY
    #: Percent of the vCPUs that are kept for shares that run nothing, where one share runs something.
    reservation: int = 0
    #: Thousandths of a vCPU that the queue's environments have together; 0 where nothing is reserved of them.
    milli_vcpus: int = 0
    #: Weight factors by share identifier, or by its beginning and an asterisk.
    weights: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], *, milli_vcpus: int) -> FairsharePolicy:
        """The policy as DescribeSchedulingPolicies answers it."""
        distribution = document.get("shareDistribution", ())
        return cls(
            decay=max(_LEAST_DECAY, document.get("shareDecaySeconds", 0)),
            reservation=document.get("computeReservation", 0),
            milli_vcpus=milli_vcpus,
            weights={entry["shareIdentifier"]: entry.get("weightFactor", _DEFAULT_WEIGHT) for entry in distribution},
        )

    def weight(self, identifier: str) -> float:
        """The weight factor of a share: a lower one gets more."""
        if identifier in self.weights:
            return self.weights[identifier]
        prefixes = (name for name in self.weights if name.endswith("*") and identifier.startswith(name[:-1]))
        prefix = next(prefixes, None)
        return _DEFAULT_WEIGHT if prefix is None else self.weights[prefix]

    def unreserved(self, active: int) -> float:
        """Thousandths of a vCPU that shares which run something may use together, where so many do."""
        return self.milli_vcpus * (1 - (self.reservation / 100) ** active)


class _Share:
    """The jobs of one share identifier, and what they have used."""

    __slots__ = ("as_of", "jobs", "milli_vcpus", "usage", "weight")

    def __init__(self, weight: float, at: int) -> None:
        self.weight = weight
        #: By scheduling priority.
        self.jobs: dict[int, ReadyQueue] = {}
        #: In use now.
        self.milli_vcpus = 0
        #: vCPU seconds, decayed, as of a moment.
        self.usage = 0.0
        self.as_of = at

    def head(self, at: int) -> tuple[Live, int] | None:
        """The oldest job of the highest scheduling priority."""
        for priority in sorted(self.jobs, reverse=True):
            if head := self.jobs[priority].head(at):
                return head
            del self.jobs[priority]
        return None

    def in_order(self, at: int) -> Iterator[tuple[Live, int]]:
        """Every job, the next one first."""
        for priority in sorted(self.jobs, reverse=True):
            yield from self.jobs[priority].in_order(at)

    def decay(self, at: int, seconds: float) -> None:
        """Bring the usage to a moment; what is in use now has been in use since the last time."""
        if at <= self.as_of:
            return
        kept = math.exp((self.as_of - at) / 1000 / seconds)
        self.usage = self.usage * kept + self.milli_vcpus / 1000 * seconds * (1 - kept)
        self.as_of = at

    @property
    def standing(self) -> float:
        """What counts when the next share is chosen: the lowest is next."""
        return (self.usage + self.milli_vcpus / 1000 * _AHEAD) * self.weight

    @property
    def is_active(self) -> bool:
        """True while a job of it waits or runs."""
        return bool(self.jobs or self.milli_vcpus)


class FairShareQueue:
    """The RUNNABLE jobs of one queue, by share identifier; is asked as ReadyQueue is."""

    def __init__(self) -> None:
        self._policy = FairsharePolicy()
        self._shares: dict[str, _Share] = {}
        #: When a head was last taken; epoch milliseconds.
        self.moved_at = 0
        #: The jobs of which `head` last gave one.
        self._next = ReadyQueue()

    def follow(self, policy: FairsharePolicy) -> None:
        """Follow this policy from now on."""
        self._policy = policy
        for identifier, share in self._shares.items():
            share.weight = policy.weight(identifier)

    def check(self, identifier: str) -> None:
        """Refuse a share that is not active where as many are as a queue may have."""
        active = {name for name, share in self._shares.items() if share.is_active}
        if identifier not in active and len(active) >= SHARES:
            raise Refused(f"A job queue can have at most {SHARES} active share identifiers; {identifier} is one more")

    def push(self, live: Live, first: int, last: int) -> None:
        """Add the jobs at positions first to last of a submission."""
        share = self._share(live.submission.share_identifier or "", live.submission.created_at)
        priority = live.submission.scheduling_priority or 0
        share.jobs.setdefault(priority, ReadyQueue()).push(live, first, last)

    def head(self, at: int) -> tuple[Live, int] | None:
        """The next job; None when there is none, or none that may use what is reserved for other shares.

        It is the oldest of the highest scheduling priority in the share that has used least for its weight; of shares
        that have used as much, in the one whose job is older.
        """
        best: tuple[float, int] | None = None
        chosen: tuple[Live, int] | None = None
        for share in self._shares.values():
            head = share.head(at)
            if head is None or self._is_held_back(share, head[0]):
                continue
            share.decay(at, self._policy.decay)
            rank = (share.standing, head[0].submission.key + head[1])
            if best is None or rank < best:
                best, chosen = rank, head
                self._next = share.jobs[head[0].submission.scheduling_priority or 0]
        return chosen

    def pop(self, at: int) -> None:
        """Take the head away."""
        self._next.pop(at)
        self.moved_at = at

    def in_order(self, at: int) -> Iterator[tuple[Live, int]]:
        """Every job in the order in which they would start, if all of them started now."""
        lines: list[tuple[float, int, tuple[Live, int], _Share, Iterator[tuple[Live, int]]]] = []
        for share in self._shares.values():
            share.decay(at, self._policy.decay)
            jobs = share.in_order(at)
            if job := next(jobs, None):
                heappush(lines, (share.standing, _row(job), job, share, jobs))
        while lines:
            standing, _, job, share, jobs = heappop(lines)
            yield job
            standing += job[0].submission.need.milli_vcpus / 1000 * _AHEAD * share.weight
            if job := next(jobs, None):
                heappush(lines, (standing, _row(job), job, share, jobs))

    def use(self, identifier: str, milli_vcpus: int, at: int) -> None:
        """A job of this share has begun to use vCPUs; or, where they are negative, has ended."""
        share = self._share(identifier, at)
        share.decay(at, self._policy.decay)
        share.milli_vcpus += milli_vcpus

    def _share(self, identifier: str, at: int) -> _Share:
        if identifier not in self._shares:
            self._forget_idle(at)
            self._shares[identifier] = _Share(self._policy.weight(identifier), at)
        return self._shares[identifier]

    def _forget_idle(self, at: int) -> None:
        """Let go of the shares that do nothing and have used nothing that still counts."""
        for name, share in list(self._shares.items()):
            share.decay(at, self._policy.decay)
            if not share.is_active and share.usage < _FORGOTTEN:
                del self._shares[name]

    def _is_held_back(self, share: _Share, live: Live) -> bool:
        """True for a share that runs something already, where its next job needs what is reserved for others."""
        policy = self._policy
        if not (policy.reservation and policy.milli_vcpus and share.milli_vcpus):
            return False
        in_use = [other.milli_vcpus for other in self._shares.values() if other.milli_vcpus]
        return sum(in_use) + live.submission.need.milli_vcpus > policy.unreserved(len(in_use))


def _row(job: tuple[Live, int]) -> int:
    return job[0].submission.key + job[1]
