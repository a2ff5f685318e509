"""The whole river, turned by hand: the five handlers over the embedded ports, and a Batch that a test scripts.

Nothing moves but when `turn` is called, so a test says what is delivered when, how often, and where it crashes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import inf
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

from batchplane_local.database import Database
from batchplane_local.definitions import SqliteDefinitions
from batchplane_local.functions.events import failed_ids, queue_event, schedule_event, stream_event
from batchplane_local.io_bucket import FolderBucket
from batchplane_local.links import Links
from batchplane_local.mail import MailFolder
from batchplane_local.plane import Queues
from batchplane_local.queue import Message, Queue
from batchplane_local.queues import EventDeadLetters, QueuedSubmissions
from batchplane_local.records import SqliteRecords
from batchplane_local.usage import SqliteUsage
from controlplane.batch.port import Batch
from controlplane.edge.function import Handler
from controlplane.log import Logs
from controlplane.records.record import JobRecord, RecordKey
from lambdas.alert_on_failure.handler import build as build_alert_on_failure
from lambdas.reconcile_jobs.handler import build as build_reconcile_jobs
from lambdas.record_state_change.handler import build as build_record_state_change
from lambdas.serve_api.handler import build as build_serve_api
from lambdas.submit_job.handler import build as build_submit_job
from tests.builders import DEPLOYMENT, T0
from tests.documented import documented
from tests.flow.crashes import Crash, Crashes
from tests.flow.scripted_batch import ScriptedBatch

#: Most turns of one test: each delivers every queue once.
TURNS = 200


class NoLogs:
    """Logs that are not there."""

    def get_log_events(self, **request: Any) -> Mapping[str, Any]:
        """What CloudWatch answers for a stream that it does not have."""
        missing = Exception("no stream")
        missing.response = {"Error": {"Code": "ResourceNotFoundException"}}  # type: ignore[attr-defined]
        raise missing


class River:
    """One plane over a folder."""

    def __init__(self, folder: Path, *, batch: ScriptedBatch | None = None, crashes: Crashes | None = None) -> None:
        self.folder = folder
        self.batch = batch or ScriptedBatch()
        self.crashes = crashes or Crashes()
        self.now = T0
        #: How many seconds a request may wait.
        self.patience = inf
        self.database = Database(folder / "plane.db")
        queues = Queues.open(self.database, clock=self.clock)
        self.submissions, self.job_events = queues.submissions, queues.job_events
        self.record_changes = queues.record_changes
        self.records = SqliteRecords(self.database, changes=self.record_changes)
        over = self.crashes.over
        self.links = Links(secret=b"s" * 32, clock=self.clock)
        self.plane = SimpleNamespace(
            deployment=DEPLOYMENT,
            records=over(self.records),
            usage=SqliteUsage(self.database),
            registry=SqliteDefinitions(self.database),
            submissions=over(QueuedSubmissions(queue=self.submissions)),
            dead_letters=over(EventDeadLetters(queue=self.job_events)),
            dead_letter_queues=queues.given_up,
            batch=Batch(over(self.batch)),
            logs=Logs(NoLogs()),
            io_bucket=over(FolderBucket(self.database, folder / "io", links=self.links, url="http://localhost")),
            topic=over(MailFolder(folder / "mail", clock=self.clock)),
            clock=self.clock,
            sleep=self.sleep,
            pace=lambda: None,
            settle_milliseconds=60_000,
            fan_out=map,
            enough_milliseconds=6_000,
            time_to_wait=lambda: self.patience,
        )

    def clock(self) -> int:
        """The time, which passes only when a test says so."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass; whatever is under way arrives meanwhile."""
        self.turn()
        self.now += round(seconds * 1000)

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    @cached_property
    def serve_api(self) -> Handler:
        """The function, whose every answer is held to its description."""
        return documented(build_serve_api(self.plane))

    @cached_property
    def _consumers(self) -> Sequence[tuple[Queue, Handler, Callable[[str, Sequence[Message]], dict[str, Any]]]]:
        return (
            (self.submissions, build_submit_job(self.plane), queue_event),
            (self.job_events, build_record_state_change(self.plane), queue_event),
            (self.record_changes, build_alert_on_failure(self.plane), stream_event),
        )

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        owner: str | None = "ada",
        claims: Mapping[str, Any] = MappingProxyType({}),
        query: str = "",
        **headers: str,
    ) -> tuple[int, Any]:
        """Ask the API, with what else an owner's token claims; the status and the document that it answers."""
        asked = parse_qsl(query, keep_blank_values=True)
        joined = {name: ",".join(value for each, value in asked if each == name) for name, _ in asked}
        authorizer = {"authorizer": {"jwt": {"claims": {"sub": owner, **claims}}}} if owner else {}
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "queryStringParameters": joined or None,
            "headers": {"content-type": "application/json"}
            | {name.replace("_", "-"): headers[name] for name in headers},
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"} | authorizer,
            "body": body if isinstance(body, str | None) else json.dumps(body),
            "isBase64Encoded": False,
        }
        answer = self.serve_api(event, SimpleNamespace())
        return answer["statusCode"], json.loads(answer["body"])

    def submit(self, **document: Any) -> str:
        """Submit a job until it is accepted, as a client does that repeats its Idempotency-Key; its id."""
        body = {"jobName": "sleeper", "containerOverrides": {"command": ["sleep", "1"]}} | document
        for _ in range(2):
            try:
                status, answer = self.request("POST", "/jobs", body, idempotency_key=json.dumps(body))
            except Crash:
                continue
            assert status in (200, 202), answer
            return str(answer["jobId"])
        raise AssertionError("not accepted in two requests")

    def run_jobs(self, *, faults: random.Random | None = None) -> None:
        """Let every job of Batch live and end; its events are queued, shuffled and doubled where faults are given."""
        events = [event for job_id in self.batch.jobs for event in self.batch.events(job_id)]
        if faults:
            events += faults.choices(events, k=len(events) // 2)
            faults.shuffle(events)
        self.job_events.send(events)

    def turn(self, *, batch_size: int = 10) -> bool:
        """Deliver what is waiting in each queue once; True while anything is left."""
        for queue, handler, to_event in self._consumers:
            messages = queue.receive(batch_size)
            if not messages:
                continue
            try:
                failed = failed_ids(handler(to_event(queue.name, messages), SimpleNamespace()), messages)
            except Crash:
                queue.recover()
            else:
                queue.finish(messages, failed=dict.fromkeys(failed, "failed"))
        waits = [queue.seconds_until_visible() for queue, _, _ in self._consumers]
        return any(wait is not None for wait in waits)

    def settle(self) -> None:
        """Turn until nothing is left; time passes where something waits."""
        for _ in range(TURNS):
            if not self.turn():
                return
            self.now += 1000
        raise AssertionError(f"still not settled after {TURNS} turns")

    def reconcile(self, *, minutes: int = 90) -> dict[str, int]:
        """Let the clock strike, so many minutes later."""
        self.now += minutes * 60_000
        return dict(build_reconcile_jobs(self.plane)(schedule_event(self.now), SimpleNamespace()))

    def record(self, job_id: str) -> JobRecord:
        """What the plane remembers of a job."""
        record = self.records.get(RecordKey(job_id=job_id))
        assert record is not None
        return record

    @property
    def mails(self) -> list[str]:
        """Every mail that lies in the folder."""
        return [path.read_text() for path in sorted((self.folder / "mail").glob("*.eml"))]
