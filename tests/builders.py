"""What tests are built from: a deployment, submissions, the changes of a job's life. All pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from controlplane.batch.job_detail import JobDetail
from controlplane.batch.state_change import StateChange, from_event
from controlplane.definitions.registered import RegisteredDefinition
from controlplane.deployment import Deployment
from controlplane.job import Status
from controlplane.records.port import Merge, Records, brought
from controlplane.records.record import Outcome, RecordKey
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import Submission, plan

BATCH = "arn:aws:batch:eu-west-1:111122223333"
QUEUE = f"{BATCH}:job-queue/test-default"
RUNNER = f"{BATCH}:job-definition/test-runner:3"
PLAIN = f"{BATCH}:job-definition/test-plain:1"
#: What both definitions reserve.
RESERVED = {"vcpus": 1, "memory": 2048}
#: What people are shown of the definition `runner`, as the scripted Batch of tests/flow describes it.
RUNNER_DOCUMENT: dict[str, Any] = {
    "name": "runner",
    "revision": 3,
    "jobDefinitionArn": RUNNER,
    "type": "container",
    "status": "ACTIVE",
    "image": "an/image:1",
    "command": ["work", "Ref::hard"],
    "vcpus": 1,
    "memory": 2048,
    "gpus": 0,
    "runner": True,
    "parameters": {"hard": "yes"},
    "attempts": 3,
    "attemptDurationSeconds": 60,
    "nodeProperties": None,
    "registeredBy": None,
    "registeredAt": None,
}
BATCH_JOB_ID = "5bc5d058-f641-5cec-a8d0-65de593eee05"
#: 2026-11-18 11:06:40 UTC, in epoch milliseconds.
T0 = 1_795_000_000_000

DEPLOYMENT = Deployment.from_wire(
    {
        "name": "test",
        "operators": ["operator"],
        "jobQueues": [{"name": "default", "arn": QUEUE}],
        "jobDefinitions": [
            {"name": "runner", "arn": RUNNER, "runner": True, "logGroup": "/batchplane/test/runner"} | RESERVED,
            {"name": "plain", "arn": PLAIN, "runner": False, "logGroup": "/batchplane/test/plain"} | RESERVED,
        ],
    },
    url="https://api.test",
)


def submission(owner: str = "user/ada", key: str = "given:k1", now: int = T0, **document: Any) -> Submission:
    """A submission of `sleep 1`, or of what the document says otherwise."""
    draft = Draft.read({"jobName": "sleeper", "containerOverrides": {"command": ["sleep", "1"]}} | document)
    return plan(draft, owner=owner, idempotency_key=key, deployment=DEPLOYMENT, now=now)


def attempt(exit_code: int | None, *, started_at: int, stopped_at: int | None, **container: Any) -> dict[str, Any]:
    """One entry of `attempts`."""
    ended = {} if exit_code is None else {"exitCode": exit_code}
    stopped = {} if stopped_at is None else {"stoppedAt": stopped_at}
    return {"container": ended | {"logStreamName": f"s/{started_at}"} | container, "startedAt": started_at} | stopped


def event(status: str, *, at: int = T0, job_id: str = BATCH_JOB_ID, name: str = "theirs", **detail: Any) -> str:
    """The JSON of one "Batch Job State Change" event."""
    seconds = at // 1000
    return json.dumps(
        {
            "version": "0",
            "id": "c35967ad-3e02-524d-8224-5ac87a69dce4",
            "detail-type": "Batch Job State Change",
            "source": "aws.batch",
            "account": "111122223333",
            "time": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "region": "eu-west-1",
            "resources": [f"{BATCH}:job/{job_id}"],
            "detail": {
                "jobArn": f"{BATCH}:job/{job_id}",
                "jobName": name,
                "jobId": job_id,
                "jobQueue": QUEUE,
                "jobDefinition": RUNNER,
                "status": status,
                "attempts": [],
                "createdAt": T0,
            }
            | detail,
        }
    )


def change(status: str, **arguments: Any) -> StateChange:
    """One state change, read from its event."""
    return from_event(event(status, **arguments))


def refusal() -> StateChange:
    """What Batch's refusal of the submission comes to: FAILED, without an id of Batch's."""
    detail = JobDetail(job_id="", status=Status.FAILED, job_queue=QUEUE, job_definition=RUNNER)
    return StateChange(detail=detail, at=T0)


def bring(records: Records, key: RecordKey, *changes: StateChange, ours: bool) -> Outcome:
    """Bring changes of one job to its record, as one delivery; what became of them."""
    return brought(records, Merge(key=key, changes=changes, ours=ours))


def life(name: str, *, attempts: int = 1, job_id: str = BATCH_JOB_ID, exit_codes: tuple[int, ...] = ()) -> list[str]:
    """Every event of a job that runs so many attempts; it ends FAILED unless the last exit code is 0."""
    codes = exit_codes or (1,) * (attempts - 1) + (0,)
    events: list[str] = []
    done: list[dict[str, Any]] = []
    at = T0 + 1000
    for code in codes:
        for status in ("RUNNABLE", "STARTING", "RUNNING"):
            started = {"startedAt": at} if status == "RUNNING" else {}
            events.append(event(status, at=at, job_id=job_id, name=name, attempts=list(done), **started))
            at += 1000
        done.append(attempt(code, started_at=at - 1000, stopped_at=at, reason=f"attempt {len(done) + 1}"))
    last = {"container": done[-1]["container"], "startedAt": at - 1000, "stoppedAt": at}
    status = "FAILED" if codes[-1] else "SUCCEEDED"
    why = {"statusReason": "Essential container in task exited"}
    events.append(event(status, at=at, job_id=job_id, name=name, attempts=list(done), **last, **why))
    return events


def registered_definition(name: str = "aligner", revision: int = 1, owner: str = "user/ada") -> RegisteredDefinition:
    """A job definition that somebody registered."""
    return RegisteredDefinition(
        name=name,
        arn=f"{BATCH}:job-definition/test-{name}:{revision}",
        image="ghcr.io/lab/aligner:2",
        runner=True,
        vcpus=2,
        memory=4096,
        gpus=1,
        owner=owner,
        registered_at=T0,
        told={"parameters": {"sample": "a"}, "containerProperties": {"command": ["align", "Ref::sample"]}},
    )
