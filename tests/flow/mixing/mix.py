"""One run: everything that can be asked of jobs in any order, from a seed, with what goes wrong on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

from controlplane.deployment import JobDefinition, NodeProperties
from tests.builders import BATCH, DEPLOYMENT, event
from tests.flow.crashes import Crash
from tests.flow.mixing.living_batch import LivingBatch
from tests.flow.river import River

LARGE = 25_000
#: Of a hundred events: how many never come, and how many come twice.
LOST, TWICE = 20, 20
#: Most sweeps until nothing is left to be done.
SWEEPS = 40
_GANG = JobDefinition(
    name="gang",
    arn=f"{BATCH}:job-definition/test-gang:1",
    runner=False,
    log_group="/batchplane/test/gang",
    vcpus=4,
    memory=2048,
    nodes=NodeProperties(num_nodes=2, main_node=0, target_nodes=("0:",)),
)
_SHAPES: tuple[dict[str, Any], ...] = (
    {"command": ["work"]},
    {"command": ["work"], "arrayProperties": {"size": 4}},
    {"jobDefinition": "gang"},
    {"jobDefinition": "gang", "nodeOverrides": {"numNodes": 3}},
)
#: Calls of ports between two deaths at most.
_GAP = 150


class Mix:
    """The jobs of one owner."""

    def __init__(self, river: River, batch: LivingBatch, seed: int) -> None:
        self.river, self.batch = river, batch
        self.chance = Random(seed)  # noqa: S311 - faults, not secrets
        river.plane.deployment = replace(DEPLOYMENT, job_definitions=(*DEPLOYMENT.job_definitions, _GANG))
        batch.clock = river
        #: What was accepted, in the order of that; and what was deleted.
        self.jobs: list[str] = []
        self.deleted: set[str] = set()

    def submit(self, **document: Any) -> None:
        """A job that will succeed or fail."""
        name = self.chance.choice(("fails", "works"))
        self._accept("/jobs", {"jobName": name} | document, key=f"k{len(self.jobs)}")

    def step(self) -> None:
        """Something, at random."""
        weights = {
            self._submit_any: 5,
            self._end_any: 2,
            self._rerun_any: 4,
            self._delete_any: 3,
            self._live: 12,
            self._turn: 12,
            self._sweep: 1,
        }
        (action,) = self.chance.choices(list(weights), list(weights.values()))
        self.river.crashes.arm(self.chance.randrange(_GAP), after=bool(self.chance.randrange(2)))
        try:
            action()
        except Crash:
            self.river.submissions.recover()
        self.river.crashes.arm(None)
        self.river.now += self.chance.randrange(20_000)

    def end_all(self) -> None:
        """Let every job end, and the plane learn of it."""
        self.river.crashes.arm(None)
        for _ in range(SWEEPS):
            self.river.settle()
            for _ in range(4):
                self._live_all()
            self.river.settle()
            tally = self.river.reconcile(minutes=6)
            if not self.batch.open and not any(tally[name] for name in ("healed", "closed", "sent_again", "found")):
                return
        raise AssertionError(f"the sweep still finds something to do after {SWEEPS} runs: {tally}")

    def _submit_any(self) -> None:
        self.submit(**self.chance.choice(_SHAPES))

    def _accept(self, path: str, body: Any, *, key: str) -> None:
        """As a client does that repeats its Idempotency-Key."""
        for _ in range(3):
            try:
                status, answer = self.river.request("POST", path, body, idempotency_key=key)
            except Crash:
                self.river.crashes.arm(None)
                continue
            if status in (200, 202):
                self.jobs.append(answer["jobId"])
            return

    def _end_any(self) -> None:
        if self.jobs:
            word = self.chance.choice(("cancel", "terminate"))
            self.river.request("POST", f"/jobs/{self.chance.choice(self.jobs)}/{word}", {"reason": "enough"})

    def _rerun_any(self) -> None:
        if self.jobs:
            job_id, everything = self.chance.choice(self.jobs), bool(self.chance.randrange(2))
            if everything and self.river.records.submission(job_id) and self._is_large(job_id):
                everything = False  # another 25,000 take their time
            self._accept(f"/jobs/{job_id}/rerun", {"all": everything}, key=f"r{len(self.jobs)}")

    def _delete_any(self) -> None:
        if not self.jobs:
            return
        job_id = self.chance.choice(self.jobs)
        for _ in range(2):
            try:
                status, _ = self.river.request("DELETE", f"/jobs/{job_id}")
            except Crash:
                self.river.crashes.arm(None)
                continue
            if status in (200, 404):
                self.deleted.add(job_id)
            return

    def _is_large(self, job_id: str) -> bool:
        submission = self.river.records.submission(job_id)
        return submission is not None and submission.is_split

    def _live(self) -> None:
        for job in self.chance.sample(self.batch.open, min(2, len(self.batch.open))):
            job.go_on(self.river.now)
            self._tell(job)

    def _live_all(self) -> None:
        for job in self.batch.open:
            job.go_on(self.river.now)
            self._tell(job)

    def _tell(self, job: Any) -> None:
        count = job.size or job.nodes
        places = [None, *self.chance.sample(range(count), min(count, 3))]
        for index in places:
            detail = job.detail(index)
            times = self.chance.choices((0, 1, 2), (LOST, 100 - LOST - TWICE, TWICE))[0]
            told = event(detail["status"], at=self.river.now, job_id=detail["jobId"], name=detail["jobName"])
            told = json.dumps(json.loads(told) | {"detail": json.loads(told)["detail"] | detail})
            self.river.job_events.send([told] * times)

    def _turn(self) -> None:
        self.river.turn()

    def _sweep(self) -> None:
        self.river.reconcile(minutes=6)
