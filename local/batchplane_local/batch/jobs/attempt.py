"""One attempt of one job, from its claim to its end. Holds facts; starts and stops nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from batchplane_local.batch.jobs.changes import AttemptRow
from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.submission import Submission


@dataclass(kw_only=True, slots=True, eq=False)
class Attempt:
    """An attempt that was claimed and hasn't ended."""

    live: Live
    position: int
    #: The compute environment it is placed in.
    environment: str
    #: What it runs: the submission, as a node sees it where it is one of a multi-node parallel job.
    submission: Submission = field(init=False)
    #: Row of its job.
    key: int = field(init=False)
    #: From 1.
    number: int = field(init=False)
    #: Numbers of the GPUs that are its own.
    gpus: tuple[int, ...] = ()
    #: Number of the slot it runs in; None until it has one.
    slot: int | None = None
    #: Epoch milliseconds; None until its process exists.
    started_at: int | None = None
    #: Epoch milliseconds after which it is killed; None unless it has been told to end.
    kill_at: int | None = None
    #: Its working directory where that isn't its slot's: it runs as another user.
    home: str | None = None
    #: How it is said to have ended where it was killed from outside; None where its process says it.
    verdict: Ending | None = None

    def __post_init__(self) -> None:
        self.submission = self.live.submission.at(self.position)
        self.key = self.live.submission.key + self.position
        self.number = self.live.finished[self.position] + 1

    @property
    def job_id(self) -> str:
        """Batch's id of its job."""
        return self.live.submission.job_id_at(self.position)

    def is_overdue(self, at: int) -> bool:
        """True where it has run longer than its job's timeout allows, and hasn't been told to end."""
        timeout = self.live.submission.timeout
        if timeout is None or self.started_at is None or self.kill_at is not None:
            return False
        return at >= self.started_at + timeout * 1000

    def row(self) -> AttemptRow:
        """What is written of it while it lasts."""
        return AttemptRow(self.key, self.number, self.environment, self.slot, self.started_at)
