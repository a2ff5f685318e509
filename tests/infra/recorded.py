"""The five functions over an account in this process, each call of AWS that they make noted by function.

AWS Batch is the one that tests script; all else is moto's. Time passes when a function sleeps, and when a test says so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from botocore import xform_name
from botocore.session import Session

from batchplane_local.functions.events import queue_event, schedule_event, stream_event
from batchplane_local.queue import Message
from controlplane.aws.client import new_session
from controlplane.aws.plane import AwsPlane
from controlplane.edge.function import Handler
from controlplane.submissions.queue import to_message
from lambdas.alert_on_failure.handler import build as build_alert_on_failure
from lambdas.reconcile_jobs.handler import build as build_reconcile_jobs
from lambdas.record_state_change.handler import build as build_record_state_change
from lambdas.serve_api.handler import build as build_serve_api
from lambdas.submit_job.handler import build as build_submit_job
from tests.builders import T0
from tests.flow.scripted_batch import ScriptedBatch
from tests.infra.account import REGION, Account
from tests.infra.rights import Call

_BUILDERS = {
    "alert_on_failure": build_alert_on_failure,
    "reconcile_jobs": build_reconcile_jobs,
    "record_state_change": build_record_state_change,
    "serve_api": build_serve_api,
    "submit_job": build_submit_job,
}
FUNCTIONS = tuple(_BUILDERS)
#: Most messages that one delivery takes from a queue; a test's queue is empty after so many.
_DELIVERIES = 20


class Recorded:
    """A deployment. Only inside `moto.mock_aws()`."""

    def __init__(self, account: Account, *, settings: Path) -> None:
        self.account = account
        self.batch = _Batch()
        #: By function.
        self.calls: dict[str, list[Call]] = defaultdict(list)
        self.now = T0
        self._handlers = {name: self._build(name, settings) for name in _BUILDERS}

    def request(
        self, method: str, path: str, body: Any = None, *, query: str = "", bearer: str = ""
    ) -> tuple[int, Any]:
        """What the API answers the operator to a request: status and document."""
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": query,
            "queryStringParameters": dict(each.split("=") for each in query.split("&")) if query else {},
            "headers": {"content-type": "application/json", "authorization": f"Bearer {bearer}"},
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
                "requestId": "r",
                "stage": "$default",
                "authorizer": {"iam": {"userArn": "arn:aws:iam::123456789012:user/ada"}},
            },
            "isBase64Encoded": False,
        } | ({} if body is None else {"body": json.dumps(body)})
        answer = self._handlers["serve_api"](event, None)
        return answer["statusCode"], json.loads(answer["body"])

    def submit(self) -> None:
        """Hand on what waits in the submissions queue, and what that sends again."""
        url = self.account.environment("submit_job")["BATCHPLANE_SUBMISSIONS_QUEUE_URL"]
        sqs = self.account.client("sqs")
        for _ in range(_DELIVERIES):
            received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            if not received:
                return
            self._deliver("submit_job", _queued(each["Body"] for each in received))
            for each in received:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        raise AssertionError(f"submissions come again after {_DELIVERIES} deliveries")

    def submit_again(self, job_id: str) -> None:
        """Deliver a submission once more, as after a delay."""
        self._deliver("submit_job", _queued([to_message(job_id)]))

    def record(self, *events: str) -> None:
        """Tell of state changes."""
        self._deliver("record_state_change", _queued(events))

    def forget(self, job_id: str) -> None:
        """Have a job that is lost expire, as the sweep does where jobs are not kept for good."""
        table = self.account.environment("reconcile_jobs")["BATCHPLANE_TABLE"]
        self.account.client("dynamodb").update_item(
            TableName=table,
            Key={"pk": {"S": job_id}, "sk": {"S": "RECORD"}},
            UpdateExpression="SET lost = :now, expiresAt = :now",
            ExpressionAttributeValues={":now": {"N": str(self.now)}},
        )

    def alert(self, job_ids: Iterable[str]) -> None:
        """Tell of the records as the table's stream does."""
        dynamodb = self.account.client("dynamodb")
        table = self.account.environment("alert_on_failure")["BATCHPLANE_TABLE"]
        keys = [{"pk": {"S": job_id}, "sk": {"S": "RECORD"}} for job_id in job_ids]
        items = [(key, dynamodb.get_item(TableName=table, Key=key)["Item"]) for key in keys]
        bodies = (json.dumps({"Keys": key, "NewImage": item}) for key, item in items)
        self._deliver("alert_on_failure", stream_event(table, _messages(bodies)))

    def reconcile(self) -> None:
        """Let the clock strike."""
        self._handlers["reconcile_jobs"](schedule_event(self.now), None)

    def _deliver(self, function: str, event: Any) -> None:
        failed = self._handlers[function](event, None)["batchItemFailures"]
        assert failed == [], f"{function} failed of {event}"

    def _build(self, function: str, settings: Path) -> Handler:
        environment = self.account.environment(function)
        if "BATCHPLANE_SETTINGS" in environment:
            environment["BATCHPLANE_SETTINGS"] = str(settings)
        return _BUILDERS[function](_Plane(environment, world=self, calls=self.calls[function]))

    def session(self, calls: list[Call]) -> Session:
        """A session whose calls are noted before they are made, and whose Batch is the scripted one."""

        def note(params: Mapping[str, Any], model: Any, **_: Any) -> None:
            service = model.service_model.signing_name
            calls.append(Call(service=service, operation=model.name, parameters=params))

        def answer(params: Mapping[str, Any], model: Any, **_: Any) -> tuple[Any, Any]:
            operation = getattr(self.batch, xform_name(model.name))
            return SimpleNamespace(status_code=200), operation(**json.loads(params["body"]))

        session = new_session()
        session.set_config_variable("region", REGION)
        session.register("provide-client-params", note)
        session.register("before-call.batch", answer)
        return session


class _Batch(ScriptedBatch):
    """One that lists a queue's jobs, too, and describes those that run as such."""

    def __init__(self) -> None:
        super().__init__(exit_codes=(1,))
        self.running: set[str] = set()

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        """Find jobs by name, or all."""
        if request["filters"][0]["name"] == "JOB_NAME":
            return super().list_jobs(**request)
        parents = (job for job in self.jobs.values() if ":" not in job["jobId"])
        return {"jobSummaryList": [job for job in parents if job["jobQueue"] == request["jobQueue"]]}

    def describe_jobs(self, **request: Any) -> dict[str, Any]:
        """Tell of each known job where it stands."""
        known = (job_id for job_id in request["jobs"] if job_id in self.jobs)
        told = (self.events(job_id)[2 if job_id in self.running else -1] for job_id in known)
        return {"jobs": [json.loads(event)["detail"] for event in told]}

    def events(self, job_id: str) -> list[str]:
        """Every event of a job's life, an array's and a child's as such."""
        of_array = {"arrayProperties": self.jobs[job_id].get("arrayProperties")}
        lived = map(json.loads, super().events(job_id))
        return [json.dumps(each | {"detail": each["detail"] | of_array}) for each in lived]


class _Plane(AwsPlane):
    """The plane of a function, in a time of its own."""

    def __init__(self, environment: Mapping[str, str], *, world: Recorded, calls: list[Call]) -> None:
        super().__init__(environment, make_session=lambda: world.session(calls))
        self._world = world

    @property
    def clock(self) -> Callable[[], int]:
        return lambda: self._world.now

    @property
    def sleep(self) -> Callable[[float], None]:
        return self._pass

    def _pass(self, seconds: float) -> None:
        self._world.now += round(1000 * seconds) + 1


def _queued(bodies: Iterable[str]) -> dict[str, Any]:
    return queue_event("queue", _messages(bodies))


def _messages(bodies: Iterable[str]) -> Sequence[Message]:
    return [
        Message(message_id=place, body=body, receive_count=1, sent_at=T0, first_received_at=T0)
        for place, body in enumerate(bodies)
    ]
