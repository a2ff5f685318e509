"""Every route of /openapi.json, tried as another owner, without a credential, and as the job's own owner.

A route that names a job is tried by itself. Any other must stand in `ELSEWHERE`: a new one fails here until it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from batchplane_local.process import PlaneProcess, started
from tests.local.planes import batchplane_local, caller, ended

#: In ada's name, command, environment, log, and in the name of what her job leaves: nobody else may read it.
HERS = "lovelace"
ADA = f"ada.{HERS}"
SCRIPT = f"echo {HERS}; echo {HERS} > $BATCHPLANE_OUTPUTS/{HERS}"
_JOB = {"jobName": HERS, "command": ["sh", "-c", SCRIPT], "environment": {"NAME": HERS}}
#: A job that a route can be asked of, by what stands in its path; the first that does is taken.
_OF_NODES = {"targetNodes": "0:", "containerOverrides": {"command": ["echo", HERS]}}
_NODES = {"jobName": HERS, "jobDefinition": "nodes", "nodeOverrides": {"nodePropertyOverrides": [_OF_NODES]}}
JOBS: Mapping[str, Mapping[str, Any]] = {
    "/children": _JOB | {"arrayProperties": {"size": 2}},
    "/nodes": _NODES,
    "": _JOB,
}
#: What stands for a path's parameters beside a job's id.
PARAMETERS = {"index": "0", "node": "0", "name": "default"}
#: Parameters of a query that are needed, or without which a request waits.
QUERY = {"status": "RUNNING", "timeout": "0", "wait": "0"}
#: What routes that name no job answer to somebody who is let in and is no operator; and a body, where one is sent.
ELSEWHERE: Mapping[str, tuple[int, Any]] = {
    "POST /jobs": (202, {"jobName": "bobs", "command": ["true"]}),
    "POST /jobs/bulk": (200, {"submissions": [{"jobName": "bobs", "command": ["true"]}]}),
    "POST /jobs/cancel": (200, {"all": True, "dryRun": False}),
    "POST /jobs/terminate": (200, {"all": True, "dryRun": False}),
    "GET /jobs": (200, None),
    "GET /queues": (200, None),
    "GET /queues/{name}": (200, None),
    "POST /uploads": (201, {"name": "a", "size": 1, "sha256": "0" * 64}),
    "POST /runner/links": (401, {"jobId": "j" * 26}),
    "GET /dead-letters": (403, None),
    "POST /dead-letters/replay": (403, {}),
    "GET /whoami": (200, None),
    "GET /definitions": (200, None),
    "POST /definitions": (403, {"jobDefinitionName": "bobs", "containerProperties": {"image": "local"}}),
    "DELETE /definitions/{name}": (404, None),
    "GET /environment": (200, None),
    "GET /openapi.json": (200, None),
    "GET /health": (200, None),
}
#: What anybody may ask for.
OPEN = {"GET /health"}


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route as the document tells of it."""

    name: str
    operation: Mapping[str, Any]

    @property
    def names_a_job(self) -> bool:
        """Whether it is about one job."""
        return "{jobId}" in self.name

    @property
    def kind(self) -> str:
        """Which of `JOBS` it can be asked of."""
        return next(kind for kind in JOBS if kind in self.name)

    @property
    def is_a_change(self) -> bool:
        """Whether it may leave the job otherwise than it was."""
        return not self.name.startswith("GET ")

    def ask(self, api: httpx.Client, job_id: str = "") -> httpx.Response:
        """Ask it, of a job where it names one."""
        method, path = self.name.split()
        named = self.operation.get("parameters", ())
        query = {each["name"]: QUERY[each["name"]] for each in named if each["in"] == "query" and self._is_sent(each)}
        target = path.format(**PARAMETERS, jobId=job_id)
        return api.request(method, target, params=query, json=self._body)

    @staticmethod
    def _is_sent(parameter: Mapping[str, Any]) -> bool:
        return bool(parameter.get("required")) or parameter["name"] in ("timeout", "wait")

    @property
    def _body(self) -> Any:
        if not self.names_a_job:
            return ELSEWHERE[self.name][1]
        content = self.operation.get("requestBody", {}).get("content", {}).get("application/json")
        return next(iter(content["examples"].values()))["value"] if content else None


@pytest.fixture(scope="module", name="plane")
def _plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PlaneProcess, Path]]:
    folder = tmp_path_factory.mktemp("plane") / "data"
    with started(folder) as process:
        yield process, folder


def _caller(plane: tuple[PlaneProcess, Path], owner: str) -> httpx.Client:
    process, folder = plane
    return caller(process, batchplane_local("token", owner, "--data", str(folder)).stdout.strip())


@pytest.fixture(scope="module", name="ada")
def _ada(plane: tuple[PlaneProcess, Path]) -> Iterator[httpx.Client]:
    with _caller(plane, ADA) as api:
        yield api


@pytest.fixture(scope="module", name="bob")
def _bob(plane: tuple[PlaneProcess, Path]) -> Iterator[httpx.Client]:
    with _caller(plane, "bob") as api:
        yield api


@pytest.fixture(scope="module", name="routes")
def _routes(ada: httpx.Client) -> list[Route]:
    paths = ada.get("/openapi.json").json()["paths"]
    return [
        Route(name=f"{method.upper()} {path}", operation=operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


def made(ada: httpx.Client, kind: str) -> dict[str, Any]:
    """The document of a job of ada's that has run and left a log and outputs."""
    return ended(ada, ada.post("/jobs", json=JOBS[kind]).json()["jobId"])


@pytest.fixture(name="held")
def _held(ada: httpx.Client) -> Iterator[str]:
    """The id of a job of ada's that does not end by itself."""
    job_id = str(ada.post("/jobs", json=_JOB | {"command": ["sleep", "600"]}).json()["jobId"])
    yield job_id
    ended_by_her = ada.post(f"/jobs/{job_id}/terminate", json={})
    assert "It is over already" not in ended_by_her.json()["detail"]


@pytest.fixture(scope="module", name="jobs")
def _jobs(ada: httpx.Client) -> dict[str, dict[str, Any]]:
    return {kind: made(ada, kind) for kind in JOBS}


def test_every_route_is_tried(routes: list[Route]) -> None:
    """Whoever adds one says here what it answers to somebody else."""
    assert ELSEWHERE.keys() == {route.name for route in routes if not route.names_a_job}


@pytest.mark.parametrize("name", ["jobId", "batchJobId"])
def test_another_owners_job_does_not_exist(
    routes: list[Route], ada: httpx.Client, bob: httpx.Client, jobs: dict[str, dict[str, Any]], name: str
) -> None:
    """Under neither of its ids; and whatever was tried, nothing was done to it."""
    answers = {route.name: route.ask(bob, jobs[route.kind][name]) for route in routes if route.names_a_job}

    assert dict.fromkeys(answers, 404) == {route: answer.status_code for route, answer in answers.items()}
    assert [] == [route for route, answer in answers.items() if HERS in answer.text]
    assert list(jobs.values()) == [ada.get(f"/jobs/{job['jobId']}").json() for job in jobs.values()]


def test_every_route_has_an_answer_for_the_jobs_owner(
    routes: list[Route], ada: httpx.Client, jobs: dict[str, dict[str, Any]]
) -> None:
    """Or the test above would have tried nothing. What changes a job gets one of its own."""
    of_a_job = [route for route in routes if route.names_a_job]
    asked = [(each, made(ada, each.kind) if each.is_a_change else jobs[each.kind]) for each in of_a_job]
    answers = [(route.name, route.ask(ada, job["jobId"])) for route, job in asked]

    assert [] == [(route, answer.text) for route, answer in answers if not 200 <= answer.status_code < 300]
    assert all(HERS in answer.text for route, answer in answers if route.endswith(("/log", "/outputs")))


def test_other_routes_show_another_owner_nothing(
    routes: list[Route], bob: httpx.Client, jobs: dict[str, dict[str, Any]], held: str
) -> None:
    """What they answer is of bob's own, or refused; also what ends all of one's jobs."""
    answers = {route.name: route.ask(bob) for route in routes if not route.names_a_job}

    assert {name: status for name, (status, _) in ELSEWHERE.items()} == {
        route: answer.status_code for route, answer in answers.items()
    }
    words = [HERS, held, *(job["jobId"] for job in jobs.values())]
    assert [] == [route for route, answer in answers.items() for word in words if word in answer.text]


def test_without_a_credential_there_is_nothing(
    plane: tuple[PlaneProcess, Path], routes: list[Route], jobs: dict[str, dict[str, Any]]
) -> None:
    """But for what says that the plane is there; also where there is no route."""
    with httpx.Client(base_url=plane[0].credentials.url) as nobody:
        answers = {route.name: route.ask(nobody, jobs[route.kind]["jobId"]).status_code for route in routes}
        answers["GET /no/such/route"] = nobody.get("/no/such/route").status_code

    assert {route: 200 if route in OPEN else 401 for route in answers} == answers
