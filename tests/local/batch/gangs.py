"""A multi-node parallel job of three nodes, and what tests ask of it."""

from __future__ import annotations

from typing import Any

from tests.local.batch.machine import RESOURCES, Machine
from tests.waiting import wait_until

GANG = "gang"
NODES = 3
#: Waits, for a bounded time, for a file that a test makes to let the node end.
WAIT = 'for _ in $(seq 1000); do [ -e "$GO" ] && exit 0; sleep 0.01; done; exit 9'


def register(machine: Machine, **scripts: str) -> None:
    """A definition with a main node and others, each with a script of its own."""
    containers = {
        name: {"image": "none", "command": ["sh", "-c", script], "resourceRequirements": RESOURCES}
        for name, script in ({"main": "true", "others": "true"} | scripts).items()
    }
    groups = [
        {"targetNodes": "0:", "container": containers["others"]},
        {"targetNodes": "1:1", "container": containers["main"]},
    ]
    machine.batch.register_job_definition(
        jobDefinitionName=GANG,
        type="multinode",
        nodeProperties={"numNodes": NODES, "mainNode": 1, "nodeRangeProperties": groups},
    )


def submit(machine: Machine, **request: Any) -> str:
    """Submit a gang."""
    return machine.submit(jobDefinition=GANG, **request)


def nodes(machine: Machine, job_id: str) -> list[dict[str, Any]]:
    """The nodes of a job."""
    return [machine.job(f"{job_id}#{index}") for index in range(NODES)]


def running(machine: Machine, job_id: str) -> list[dict[str, Any]]:
    """The nodes, when all of them are RUNNING."""
    wait_until(lambda: {node["status"] for node in nodes(machine, job_id)} == {"RUNNING"}, "all nodes run")
    return nodes(machine, job_id)


def go(machine: Machine) -> dict[str, str]:
    """The variable that names the file for which nodes wait."""
    return {"name": "GO", "value": str(machine.folder / "go")}


def waiting(machine: Machine) -> dict[str, Any]:
    """Node overrides with which every node finds the file."""
    environment = {"environment": [go(machine)]}
    overrides = [{"targetNodes": target, "containerOverrides": environment} for target in ("0:2", "1:1")]
    return {"nodePropertyOverrides": overrides}
