"""What goes wrong while jobs are submitted, all of it from one seed: a Batch that can't be relied on, and deaths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.builders import event
from tests.flow.crashes import Crash, Crashes
from tests.flow.scripted_batch import Answered, ScriptedBatch

#: What becomes of a call of SubmitJob, and how often of a hundred.
FATES = {"answered": 70, "throttled": 12, "failed before": 6, "failed after": 6, "cut after": 6}
#: How many of a hundred jobs Batch tells of by an event at once, before it answers.
TOLD = 50
#: The process dies after so many calls of one operation at most, before or after the effect of that call by turns.
GAP = 240
#: Of those that only what has gone wrong needs.
RARE_GAP = 40
RARE = frozenset({"list_jobs", "release", "send"})


@dataclass(kw_only=True)
class FaultyBatch(ScriptedBatch):
    """An AWS Batch that fails as it may: throttled, failed, cut, and late to list what it took."""

    chance: Random
    #: How long ListJobs may not know a job (milliseconds).
    lag: int
    #: The time, in epoch milliseconds, and where events go; both are a river's.
    clock: Callable[[], int] = field(default=lambda: 0)
    tell: Callable[[list[str]], None] = field(default=lambda _: None)
    #: When ListJobs knows each job, and the jobs of each name.
    listed_from: dict[str, int] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)

    def submit_job(self, **request: Any) -> dict[str, Any]:
        """Take a job, or not, and say so, or not."""
        (fate,) = self.chance.choices(list(FATES), list(FATES.values()))
        if fate == "throttled":
            raise Answered("TooManyRequestsException", 429)
        if fate == "failed before":
            raise Answered("ServerException", 500)
        answer = super().submit_job(**request)
        job_id = answer["jobId"]
        self.listed_from[job_id] = self.clock() + self.chance.randint(0, self.lag)
        self.named.setdefault(request["jobName"], []).append(job_id)
        if self.chance.randrange(100) < TOLD:
            self.tell([self.event(job_id, "RUNNABLE")])
        if fate == "failed after":
            raise Answered("ServerException", 500)
        if fate == "cut after":
            raise ConnectionError("cut")
        return answer

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        """Find jobs by name, those that the listing knows by now."""
        (name,) = request["filters"][0]["values"]
        known = [each for each in self.named.get(name, ()) if self.listed_from[each] <= self.clock()]
        return {"jobSummaryList": [self.jobs[each] for each in known]}

    def event(self, job_id: str, status: str, **detail: Any) -> str:
        """The event of a job's status."""
        job = self.jobs[job_id]
        place = {"jobQueue": job["jobQueue"], "jobDefinition": job["jobDefinition"]}
        return event(status, at=self.clock(), job_id=job_id, name=job["jobName"], **place, **detail)


class Deaths(Crashes):
    """Dies now and then at each operation of each port; remembers at which, and when."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self.died_at: list[tuple[str, str]] = []
        self.is_over = False
        self._chance = chance
        #: Calls that each operation has before the next death.
        self._left: dict[str, int] = {}

    def call(self, operation: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """One call of a port."""
        name = operation.__name__
        left = self._left.get(name) or self._chance.randint(1, RARE_GAP if name in RARE else GAP)
        self._left[name] = left - 1
        if self.is_over or left > 1:
            return operation(*arguments, **named)
        when = "after" if self._is_odd(name) else "before"
        self.died_at.append((name, when))
        if when == "after":
            operation(*arguments, **named)
        raise Crash

    def _is_odd(self, name: str) -> bool:
        """Whether it has died at an operation an odd number of times."""
        return sum(each == name for each, _ in self.died_at) % 2 == 1
