"""Every route that names a job, asked by its owner, by operators by name and by claim, and by somebody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controlplane.edge.openapi.document import OPERATIONS
from tests.builders import DEPLOYMENT, event
from tests.flow.river import River

ROUTES = sorted(name for name in OPERATIONS if "{jobId}" in name)
#: What a route needs to be asked, and not to wait.
QUERY = {"wait": "status=RUNNING&timeout=0", "log": "wait=0"}
CLAIM = {"groups": "[staff batch-admins]"}


def ended(river: River, name: str) -> str:
    """An array of ada's whose only known child has failed, as it has itself."""
    job_id = river.submit(jobName=name, arrayProperties={"size": 2})
    river.settle()
    batch_job_id, job = list(river.batch.jobs.items())[-1]
    place = {"jobQueue": job["jobQueue"], "jobDefinition": job["jobDefinition"]}
    child = event("FAILED", job_id=f"{batch_job_id}:0", name=job["jobName"], **place, arrayProperties={"index": 0})
    other = event("SUCCEEDED", job_id=f"{batch_job_id}:1", name=job["jobName"], **place, arrayProperties={"index": 1})
    whole = event("FAILED", job_id=batch_job_id, name=job["jobName"], **place, arrayProperties={"size": 2})
    river.job_events.send([child, other, whole])
    river.settle()
    return job_id


def status(river: River, route: str, name: str, owner: str, claims: dict[str, str]) -> int:
    """What somebody is answered who asks a route of a job of its own."""
    method, path = route.split()
    job_id = ended(river, name)
    body: Any = {} if method == "POST" else None
    query = QUERY.get(path.rpartition("/")[2], "")
    target = path.format(jobId=job_id, index=0, node=0)
    return river.request(method, target, body, owner=owner, claims=claims, query=query)[0]


@pytest.mark.parametrize("route", ROUTES)
def test_operators_are_answered_as_the_owner_is(river: River, route: str) -> None:
    """Named or by a claim; to anybody else the job does not exist."""
    river.plane.deployment = replace(DEPLOYMENT, operator_claim=("groups", "batch-admins"))
    callers = {"owner": ("ada", {}), "named": ("operator", {}), "claim": ("eve", CLAIM), "none": ("bob", {})}
    answers = {name: status(river, route, name, *caller) for name, caller in callers.items()}

    assert answers | {"named": answers["owner"], "claim": answers["owner"], "none": 404} == answers
    assert "nodes" in route or route.endswith("/log") or answers["owner"] < 300, answers
