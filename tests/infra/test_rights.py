"""What functions do is what they may: every call of AWS that one makes is allowed by its role, resource by resource.

The functions live through a day: every route is asked of jobs in every state, and every call of an adapter is made. A
route, or a call, that comes new to the plane and is not made here fails a test, until it is.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from botocore import xform_name
from moto import mock_aws

from tests.builders import T0
from tests.infra.account import ACCOUNT_ID, REGION, Account
from tests.infra.recorded import FUNCTIONS, Recorded
from tests.infra.rights import Need, Policy
from tests.template import ROOT, quota_template, settings_document

ADAPTERS = ROOT / "layers/controlplane/python/controlplane"
#: A client's own words that call nobody.
_NOT_CALLS = frozenset({"exceptions", "generate_presigned_url"})
#: This deployment lets nobody register definitions; the rights of one that does are in test_definition_rights.py.
_ONLY_WHERE_SET = frozenset({"deregister_job_definition", "register_job_definition"})
#: Rights that AWS Lambda itself uses for a function: to log, to read what starts it, to put aside what can't be done.
OF_LAMBDA = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
}
_LARGE = [{"name": f"V{place}", "value": "v" * 1000} for place in range(40)]
_UPLOAD = {"name": "in.csv", "size": 3, "sha256": "a" * 64}
_FOREIGN = f"arn:aws:batch:{REGION}:{ACCOUNT_ID}:job-definition/foreign:1"
_THEIRS = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"


class Day:
    """What happens to a deployment."""

    def __init__(self, world: Recorded) -> None:
        self.world = world
        #: By the names that they are submitted under.
        self.jobs: dict[str, str] = {}
        self.routes: set[tuple[str, str]] = set()
        self.asked: set[tuple[str, str]] = set()

    def live(self) -> None:
        """From the first submission to the last deletion."""
        paths = self.ask("GET", "/openapi.json")["paths"]
        self.routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
        self._submit()
        self._hand_on()
        self._run()
        self._end()
        self._look()
        self._split()
        self._delete()

    def ask(self, method: str, path: str, body: Any = None, *, job_id: str = "", **more: Any) -> Any:
        """What a route answers, be it a refusal; but it must not fail."""
        self.asked.add((method, path))
        filled = path.format(jobId=job_id, index=0, node=0, name="default")
        status, document = self.world.request(method, filled, body, **more)
        assert status < 500, (method, filled, document)
        return document

    def _look(self) -> None:
        """Ask every route that changes nothing, of a job of each kind."""
        looked_at = [self.jobs[name] for name in ("one", "array", "theirs")]
        for method, path in sorted(self.routes):
            if method == "GET":
                for job_id in looked_at if "{jobId}" in path else [""]:
                    self.ask(
                        method, path, job_id=job_id, query="status=PENDING&timeout=0" if path.endswith("/wait") else ""
                    )
        self.ask("GET", "/jobs", query="owner=*")

    def _accept(self, name: str, **document: Any) -> None:
        self.jobs[name] = self.ask("POST", "/jobs", {"jobName": name} | document)["jobId"]

    def _submit(self) -> None:
        key = self.ask("POST", "/uploads", _UPLOAD)["key"]
        self._accept("one", inputs={"in.csv": key}, tags={"team": "red"})
        self._accept("large", containerOverrides={"environment": _LARGE})
        self._accept("array", arrayProperties={"size": 3})
        self._accept("after", dependsOn=[{"jobId": self.jobs["one"]}, {"jobId": _THEIRS}])
        self._accept("plain", jobDefinition="plain")
        many = [{"job": {"jobName": f"bulk-{each}"}} for each in range(12)]
        self.ask("POST", "/jobs/bulk", {"submissions": many})

    def _hand_on(self) -> None:
        """To Batch; of some jobs its answer is lost, one of them it has twice."""
        world = self.world
        world.submit()
        for name in ("twice", "lost"):
            self._accept(name)
            world.batch.cuts.append(OSError("the connection was cut"))
            world.submit()
        world.batch.jobs["second"] = self._in_batch("twice") | {"jobId": "second"}
        world.now += 3_600_000
        world.submit_again(self.jobs["twice"])
        self.ask("POST", "/jobs/{jobId}/cancel", {}, job_id=self.jobs["lost"])

    def _in_batch(self, name: str) -> dict[str, Any]:
        return next(each for each in self.world.batch.jobs.values() if each["jobName"].startswith(f"{name}-"))

    def _run(self) -> None:
        """Jobs run, and are asked to end."""
        world = self.world
        array = self._in_batch("array")
        for index in range(3):
            child = f"{array['jobId']}:{index}"
            world.batch.jobs[child] = array | {"jobId": child, "arrayProperties": {"index": index}}
        world.batch.line = list(world.batch.jobs)
        self.ask("POST", "/jobs/{jobId}/cancel", {}, job_id=self.jobs["plain"])
        self.ask("POST", "/jobs/cancel", {"jobIds": [self.jobs["plain"]], "dryRun": False})
        for batch_id in world.batch.jobs:
            world.record(*world.batch.events(batch_id)[:3])
        for name, word in product(("one", "array"), ("cancel", "terminate")):
            self.ask("POST", f"/jobs/{{jobId}}/{word}", {}, job_id=self.jobs[name])
            self.ask("POST", f"/jobs/{{jobId}}/children/{{index}}/{word}", {}, job_id=self.jobs[name])
            self.ask("POST", f"/jobs/{word}", {"all": True, "dryRun": False, "limit": 3})
        for name in ("one", "large"):
            told = {each["name"]: each["value"] for each in self._in_batch(name)["containerOverrides"]["environment"]}
            links = {"jobId": self.jobs[name], "uploads": [_UPLOAD]}
            self.ask("POST", "/runner/links", links, bearer=told["BATCHPLANE_CAPABILITY"])

    def _end(self) -> None:
        """Every job fails; Batch tells one end twice, and of jobs that others submitted; mails are sent."""
        world = self.world
        world.batch.jobs["third"] = self._in_batch("one") | {"jobId": "third"}
        unheard = f"{self._in_batch('array')['jobId']}:2"
        for batch_id in world.batch.jobs:
            if batch_id != unheard:
                world.record(*world.batch.events(batch_id))
        other = json.loads(world.batch.events(self._in_batch("one")["jobId"])[-1])
        world.record(json.dumps(other | {"detail": other["detail"] | {"status": "SUCCEEDED"}}), "no event")
        theirs = other["detail"] | {"jobName": "theirs", "jobId": _THEIRS, "jobDefinition": _FOREIGN}
        world.record(json.dumps(other | {"detail": theirs}))
        self.jobs["theirs"] = _THEIRS
        world.alert(self.jobs.values())
        world.batch.jobs["fourth"] = self._in_batch("large") | {"jobId": "fourth"}
        world.batch.running.add("fourth")
        world.now += 3_600_000
        world.reconcile()

    def _split(self) -> None:
        """An array that is too large for Batch is handed on in parts, and ended."""
        self._accept("split", arrayProperties={"size": 20_000})
        self._accept("found", arrayProperties={"size": 3})
        self.world.submit()
        self.world.forget(self.jobs["found"])
        told = json.loads(self.world.batch.events(self._in_batch("found")["jobId"])[0])
        self.world.record(json.dumps(told | {"detail": told["detail"] | {"createdAt": self.world.now}}))
        self.ask("GET", "/jobs/{jobId}/children", job_id=self.jobs["split"])
        self.ask("POST", "/jobs/{jobId}/terminate", {}, job_id=self.jobs["split"])

    def _delete(self) -> None:
        """What failed runs again, and all that is over goes."""
        for name in ("array", "one"):
            self.ask("POST", "/jobs/{jobId}/children/{index}/rerun", {}, job_id=self.jobs[name])
            self.ask("POST", "/jobs/{jobId}/rerun", {}, job_id=self.jobs[name])
        s3, bucket = self.world.account.client("s3"), self._bucket
        s3.put_object(Bucket=bucket, Key=f"user%2Fada/{self.jobs['one']}/outputs/out.csv", Body=b"1")
        for name in ("one", "array"):
            self.ask("DELETE", "/jobs/{jobId}", job_id=self.jobs[name])
        self.ask("POST", "/definitions", {})
        self.ask("DELETE", "/definitions/{name}")
        self.ask("POST", "/dead-letters/replay", {"until": 2 * T0})  # moto has a clock of its own

    @property
    def _bucket(self) -> str:
        return self.world.account.environment("serve_api")["BATCHPLANE_IO_BUCKET"]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A day that is over, of a deployment whose every right is granted: owners have quotas, and Ada operates."""
    settings = tmp_path_factory.mktemp("settings") / "settings.json"
    quota = {"jobs": 1000, "vcpus": 1_000_000, "submissionsPerMinute": 1000}
    settings.write_text(json.dumps(settings_document() | {"operators": ["user/ada"], "quota": quota}))
    with mock_aws():
        lived = Day(Recorded(Account(quota_template()), settings=settings))
        lived.live()
        yield lived


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_make_every_call_that_it_makes(day: Day, function: str) -> None:
    """With the very resource: a table's index, a queue, a key of the bucket, a log's stream."""
    policy = Policy(day.world.account.statements(function))
    needs = {need for call in day.world.calls[function] for need in call.needs}

    assert [] == sorted(need for need in needs if not policy.allows(need))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_no_right_that_it_never_uses(day: Day, function: str) -> None:
    """But for those that AWS Lambda uses for it."""
    used = {need.action for call in day.world.calls[function] for need in call.needs}

    assert set() == Policy(day.world.account.statements(function)).actions - used - OF_LAMBDA


def test_every_call_of_the_adapters_was_made(day: Day) -> None:
    """By some function: what is not made here, nobody has looked up the right for."""
    made = {xform_name(call.operation) for calls in day.world.calls.values() for call in calls}

    assert set() == set(calls_in_adapters()) - made - _ONLY_WHERE_SET


def test_every_route_was_asked(day: Day) -> None:
    """All that the API describes."""
    assert set() == day.routes - day.asked


def calls_in_adapters() -> Iterator[str]:
    """What the plane's modules call on clients of AWS, by the names of the SDK."""
    for file in (*(ADAPTERS / "aws").rglob("*.py"), ADAPTERS / "batch" / "port.py", ADAPTERS / "log.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            is_client = isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self._client", "self._asking")
            if is_client and node.attr not in _NOT_CALLS:
                yield node.attr


@pytest.mark.parametrize(
    ("resource", "is_allowed"),
    [
        ("arn:aws:s3:::bucket/a/b:c", True),
        ("arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::bucket2/a", False),
    ],
)
def test_a_wildcard_stands_for_anything_and_for_nothing_before_it(resource: str, is_allowed: bool) -> None:
    """Nor for another bucket whose name begins alike."""
    policy = Policy([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}])

    assert is_allowed == policy.allows(Need(action="s3:GetObject", resource=resource))
