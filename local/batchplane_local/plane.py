"""The embedded plane: every port of `controlplane.plane.Plane` over one data folder. Starts no thread of its own."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from batchplane_local.batch import EmbeddedBatch
from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.clock import epoch_milliseconds
from batchplane_local.data_folder import DataFolder
from batchplane_local.database import Database
from batchplane_local.definitions import SqliteDefinitions
from batchplane_local.environment import DeploymentSettings, establish
from batchplane_local.functions.quiet import Quiet
from batchplane_local.io_bucket import FolderBucket
from batchplane_local.links import Links, link_secret
from batchplane_local.mail import MailFolder
from batchplane_local.queue import Queue
from batchplane_local.queues import EventDeadLetters, GivenUp, JobEvents, QueuedSubmissions
from batchplane_local.records import SqliteRecords
from batchplane_local.usage import SqliteUsage
from controlplane.batch.pace import Pace
from controlplane.batch.port import Batch
from controlplane.deployment import Deployment
from controlplane.fan_out import FanOut
from controlplane.log import Logs


@dataclass(frozen=True, kw_only=True)
class Queues:
    """The queues between the functions."""

    #: To `submit_job`.
    submissions: Queue
    #: To `record_state_change`.
    job_events: Queue
    #: To `alert_on_failure`.
    record_changes: Queue

    @classmethod
    def open(cls, database: Database, *, clock: Callable[[], int]) -> Queues:
        """Open them, and take back what a killed plane had in its hands."""
        queues = cls(
            submissions=Queue(database, "submissions", clock=clock),
            job_events=Queue(database, "job_events", clock=clock),
            record_changes=Queue(database, "record_changes", clock=clock),
        )
        for queue in (queues.submissions, queues.job_events, queues.record_changes):
            queue.recover()
        return queues

    @property
    def given_up(self) -> Sequence[GivenUp]:
        """What each of them has given up, by the names that people call them on every plane."""
        return (
            GivenUp(name="submissions", queue=self.submissions),
            GivenUp(name="jobEvents", queue=self.job_events),
            GivenUp(name="recordChanges", queue=self.record_changes),
        )


@dataclass(frozen=True, kw_only=True)
class LocalPlane:
    """The ports, bound."""

    deployment: Deployment
    records: SqliteRecords
    usage: SqliteUsage
    registry: SqliteDefinitions
    submissions: QueuedSubmissions
    batch: Batch
    logs: Logs
    #: What both of them speak to.
    embedded_batch: EmbeddedBatch
    io_bucket: FolderBucket
    topic: MailFolder
    dead_letters: EventDeadLetters
    dead_letter_queues: Sequence[GivenUp]
    clock: Callable[[], int]
    sleep: Callable[[float], None]
    #: Returns when the next call of SubmitJob is due.
    pace: Callable[[], None]
    #: Disturbed by requests, so that submissions are handed on between them.
    quiet: Quiet
    #: How long Batch may not know of a job that it has taken.
    settle_milliseconds: int = 0
    #: What every call asks of is here: threads would only wait for each other.
    fan_out: FanOut = map
    #: One request is answered at a time: the others wait for no longer.
    enough_milliseconds: int = 50
    #: Nobody stops a request that waits.
    time_to_wait: Callable[[], float] = lambda: inf
    queues: Queues
    links: Links


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """How the embedded Batch is to run jobs and take calls, and the plane to make them."""

    #: How many vCPUs jobs may use together; all of the machine's where it is None.
    vcpus: int | None = None
    #: How many Batch calls a second are taken; any number where it is None.
    calls_per_second: int | None = None
    #: How many times a second the plane calls SubmitJob; any number of times where it is None.
    submissions_per_second: int | None = None
    #: How many days finished Batch jobs and their logs are kept; for good where it is None.
    keep_finished_days: float | None = None
    #: What goes wrong once everything is laid out.
    faults: Faults | None = None

    @property
    def pace(self) -> Pace:
        """The pace of one plane's calls of SubmitJob."""
        return Pace(per_second=self.submissions_per_second, clock=time.monotonic, sleep=time.sleep)

    @property
    def settle_milliseconds(self) -> int:
        """How long Batch may not know of a job that it has taken.

        The embedded Batch tells of a job at once, and what it doesn't know it never took; unless its listings lag.
        """
        return self.faults.listing_lag_milliseconds if self.faults else 0


@contextmanager
def opened(
    folder: DataFolder,
    database: Database,
    *,
    url: str,
    settings: DeploymentSettings = DeploymentSettings(),  # noqa: B008 - frozen
    retention_days: int = 0,
    engine: EngineSettings = EngineSettings(),  # noqa: B008 - frozen
    clock: Callable[[], int] = epoch_milliseconds,
) -> Iterator[LocalPlane]:
    """Open what a folder holds, or lay it out; when the block ends, the embedded Batch stops.

    The folder must be locked, and the API answer at `url`. Records are kept for `retention_days` after the end of their
    jobs, or for good where that is 0.
    """
    queues = Queues.open(database, clock=clock)
    deliver = JobEvents(queue=queues.job_events).deliver
    batch = EmbeddedBatch.open(
        folder.batch,
        deliver=deliver,
        runner=runner(),
        vcpus=engine.vcpus,
        clock=clock,
        calls_per_second=engine.calls_per_second,
        keep_finished_days=engine.keep_finished_days,
    )
    with closing(batch):
        deployment = establish(batch, url=url, io_bucket=folder.io_bucket, settings=settings)
        records = SqliteRecords(database, changes=queues.record_changes, retention_days=retention_days, clock=clock)
        plane = _bound(folder, database, queues, batch, records, deployment=deployment, clock=clock)
        batch.faults = engine.faults
        yield replace(plane, pace=plane.quiet.then(engine.pace), settle_milliseconds=engine.settle_milliseconds)


def _bound(
    folder: DataFolder,
    database: Database,
    queues: Queues,
    engine: EmbeddedBatch,
    records: SqliteRecords,
    *,
    deployment: Deployment,
    clock: Callable[[], int],
) -> LocalPlane:
    records.recover()
    links = Links(secret=link_secret(database), clock=clock)
    return LocalPlane(
        deployment=deployment,
        records=records,
        registry=SqliteDefinitions(database),
        usage=SqliteUsage(database, is_indexed=deployment.quota.is_in_flight),
        submissions=QueuedSubmissions(queue=queues.submissions),
        batch=Batch(engine),
        logs=Logs(engine.logs),
        embedded_batch=engine,
        io_bucket=FolderBucket(database, folder.io_bucket, links=links, url=deployment.url),
        topic=MailFolder(folder.mail, clock=clock),
        dead_letters=EventDeadLetters(queue=queues.job_events),
        dead_letter_queues=queues.given_up,
        clock=clock,
        sleep=time.sleep,
        pace=EngineSettings().pace,
        quiet=Quiet(clock=time.monotonic, sleep=time.sleep),
        queues=queues,
        links=links,
    )


def runner() -> tuple[str, str]:
    """The command that goes before a job's own, for definitions that carry our runner: the very file of the image."""
    spec = importlib.util.find_spec("batchplane_runner")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("batchplane_runner must be installed beside batchplane_local; it is not.")
    return sys.executable, str(Path(spec.origin).parent)
