"""A ledger that a test moves by hand: no process, no file, no time but the one it is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.changes import JobRow
from batchplane_local.batch.jobs.container import Need
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.placement import Capacity, Environment, Queue
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.jobs.transitions import SLICE

QUEUE = Queue(key=1, name="default", environments=(Environment(name="here", milli_vcpus=None),))
EXITED = "Essential container in task exited"
NOW = 1_795_000_000_000


class NoHistory:
    """Nothing has ended before."""

    def settled_statuses(self, job_id: str) -> Sequence[int] | None:
        """No such submission."""
        return None


def job_id_of(key: int) -> str:
    """The id of the submission with this key."""
    return f"00000000-0000-0000-0000-{key:012x}"


def submission_at(
    key: int,
    *,
    size: int | None = None,
    depends_on: Sequence[dict[str, str]] = (),
    attempts: int = 1,
    unplaceable: str | None = None,
    share: str | None = None,
    priority: int | None = None,
    vcpus: int = 1,
    nodes: int = 0,
    main_node: int = 0,
) -> Submission:
    """A submission of one vCPU, or of so many, a job or a node."""
    resources = [{"type": "VCPU", "value": str(vcpus)}, {"type": "MEMORY", "value": "4"}]
    container = {"image": "none", "command": ["true"], "environment": [], "resourceRequirements": resources}
    group = {"targetNodes": "0:", "container": container}
    gang = {"numNodes": nodes, "mainNode": main_node, "nodeRangeProperties": [group]}
    return Submission(
        key=key,
        job_id=job_id_of(key),
        job_name="test",
        job_queue="arn:aws:batch:local-1:000000000000:job-queue/default",
        job_definition="arn:aws:batch:local-1:000000000000:job-definition/plain:1",
        created_at=NOW,
        size=size,
        node_properties=gang if nodes else None,
        container={} if nodes else container,
        parameters={},
        retry_strategy={"attempts": attempts, "evaluateOnExit": []},
        timeout=None,
        depends_on=list(depends_on),
        tags={},
        propagate_tags=False,
        platform_capabilities=["EC2"],
        scheduling_priority=priority,
        share_identifier=share,
        runner=False,
        unplaceable=unplaceable,
    )


@dataclass
class Played:
    """A ledger, and everything that came out of it."""

    vcpus: int = 2
    #: Steps of what follows that are done at a time.
    slice_steps: int = SLICE
    ledger: Ledger = field(init=False)
    #: The statuses of each job, in order, as events told them.
    told: dict[int, list[Status]] = field(init=False, default_factory=lambda: defaultdict(list))
    #: Every event: the job's row and the status.
    order: list[tuple[int, Status]] = field(init=False, default_factory=list)
    #: The last row of each job.
    rows: dict[int, JobRow] = field(init=False, default_factory=dict)
    _next_key: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        machine = Need(milli_vcpus=self.vcpus * 1000, memory=1 << 20)
        capacity = Capacity(machine=machine)
        self.ledger = Ledger(capacity=capacity, history=NoHistory(), slice_steps=self.slice_steps)
        self.ledger.serve((QUEUE,))

    def submit(
        self,
        *,
        size: int | None = None,
        depends_on: Sequence[dict[str, str]] = (),
        attempts: int = 1,
        unplaceable: str | None = None,
        nodes: int = 0,
        main_node: int = 0,
        share: str | None = None,
    ) -> Live:
        """Accept a submission."""
        submission = submission_at(
            self._next_key,
            size=size,
            depends_on=depends_on,
            attempts=attempts,
            unplaceable=unplaceable,
            nodes=nodes,
            main_node=main_node,
            share=share,
        )
        self.ledger.accept(submission, 1, NOW)
        self._next_key += 1 + submission.last_position
        self.note()
        return self.ledger.lives[submission.job_id]

    def start(self) -> Attempt | None:
        """Claim the next attempt, if there is one that fits, and run it."""
        attempt = self.ledger.claim(NOW)
        if attempt is not None:
            self.ledger.run(attempt, NOW)
        self.note()
        return attempt

    def end(self, attempt: Attempt, exit_code: int | None = 0) -> list[Attempt]:
        """An attempt's process has ended; the attempts come back that must end with it."""
        to_stop = self.ledger.end(attempt, Ending(exit_code=exit_code, reason=None, status_reason=EXITED), NOW)
        self.note()
        return list(to_stop)

    def cancel(self, live: Live, position: int = 0) -> None:
        """CancelJob, and all that comes of it."""
        self.ledger.cancel(live, position, "cancelled by a test", NOW)
        self.catch_up()

    def terminate(self, live: Live, position: int = 0) -> list[Attempt]:
        """TerminateJob, and all that comes of it."""
        attempts = self.ledger.terminate(live, position, "terminated by a test", NOW)
        return attempts + self.catch_up()

    def ask(self, live: Live, reason: str, *, to_cancel: bool = False) -> None:
        """CancelJob or TerminateJob, and nothing that comes of it."""
        (self.ledger.cancel if to_cancel else self.ledger.terminate)(live, 0, reason, NOW)
        self.note()

    def go_on(self) -> list[Attempt]:
        """One slice of what is left to do."""
        to_stop = self.ledger.go_on(NOW)
        self.note()
        return to_stop

    def catch_up(self) -> list[Attempt]:
        """Every slice of what is left to do; the attempts come back that must be ended."""
        self.note()
        to_stop: list[Attempt] = []
        for _ in range(10_000):
            if not self.ledger.is_behind:
                return to_stop
            to_stop += self.go_on()
        raise AssertionError("there is no end of what follows")

    def drain(self, exit_code: int = 0) -> None:
        """Run everything that can run to its end."""
        for _ in range(10_000):
            self.catch_up()
            attempt = next(iter(self.ledger.attempts.values()), None) or self.start()
            if attempt is None and not self.ledger.is_behind:
                return
            if attempt is None:
                continue
            self.end(attempt, exit_code)
        raise AssertionError("there is no end of attempts")

    def status(self, live: Live, position: int = 0) -> Status:
        """Where a job stands."""
        return live.status(position)

    def note(self) -> None:
        """Take what the ledger would write."""
        changes = self.ledger.take_changes()
        for birth in changes.births:
            for key in range(birth.first, birth.last + 1):
                self.rows[key] = JobRow(birth.status)
        self.rows |= changes.jobs
        for event in changes.events:
            for key in range(event.first, event.last + 1):
                self.told[key].append(event.status)
                self.order.append((key, event.status))
