"""A life ends while a multi-node parallel job runs, and the next decides what became of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from batchplane_local.batch.database.claims import Claim, Claims
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.gangs import NODES, WAIT, nodes, register, running, submit, waiting
from tests.local.batch.machine import Machine
from tests.local.clocks import Clock
from tests.waiting import wait_until


@pytest.fixture
def machine(machine_with: OpenMachine) -> Machine:
    """An embedded Batch with room for one job of three nodes."""
    return machine_with(vcpus=NODES)


def test_nodes_of_an_earlier_life_have_lost_their_host(machine: Machine) -> None:
    """All of them, the job too; what they had printed is kept, and the strategy decides."""
    register(machine, main="echo begun; exec sleep 60", others="echo begun; exec sleep 60")
    job_id = submit(machine)
    for node in running(machine, job_id):
        machine.printed(node, "begun")
    machine.close()
    machine.open()
    told = [machine.ended(job_id), *nodes(machine, job_id)]
    assert {job["status"] for job in told} == {"FAILED"}
    assert all(job["statusReason"].startswith("Host EC2 (instance i-") for job in told)
    assert [machine.lines(node) for node in told[1:]] == [["begun"]] * NODES


def test_a_gang_that_lost_its_host_is_tried_again(machine: Machine) -> None:
    """Every node has a second attempt, each with a log of its own."""
    register(machine, main=f"echo begun; {WAIT}", others=f"echo begun; {WAIT}")
    job_id = submit(machine, nodeOverrides=waiting(machine), retryStrategy={"attempts": 2})
    for node in running(machine, job_id):
        machine.printed(node, "begun")
    machine.close()
    machine.open()
    (machine.folder / "go").touch()
    job = machine.ended(job_id)
    assert (job["status"], [len(node["attempts"]) for node in nodes(machine, job_id)]) == ("SUCCEEDED", [2] * NODES)


def test_a_main_node_that_had_ended_has_decided(machine_with: OpenMachine) -> None:
    """Though the others had not, and lost their host; the job isn't tried again."""
    clock = Clock()
    machine = machine_with(vcpus=NODES, clock=clock)
    register(machine, main=WAIT, others="trap '' TERM; echo ready; while :; do sleep 0.05; done")
    job_id = submit(machine, nodeOverrides=waiting(machine), retryStrategy={"attempts": 3})
    for node in running(machine, job_id)[::2]:
        machine.printed(node, "ready")
    (machine.folder / "go").touch()
    wait_until(lambda: machine.job(f"{job_id}#1")["status"] == "SUCCEEDED", "the main node ends")
    machine.close()
    machine.open()
    job = machine.ended(job_id)
    others = nodes(machine, job_id)[::2]
    assert (job["status"], len(job["attempts"])) == ("SUCCEEDED", 1)
    assert all(node["statusReason"].startswith("Host EC2") for node in others)


def claim(machine: Machine, *claims: Claim) -> None:
    """Write claims into a closed folder, as a life that was killed before its next commit leaves them."""
    with closing(sqlite3.connect(machine.folder / "batch.sqlite3")) as database:
        generation = int(database.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()[0])
    with closing(Claims(machine.folder / "claims", sync=False)) as file:
        for each in claims:
            file.add(each, generation)


def test_nodes_that_only_claims_tell_of_had_begun(machine: Machine) -> None:
    """A main node's claim is one of the whole job: each node has an attempt for it, those that never began too."""
    register(machine)
    job_id = submit(machine, nodeOverrides={"numNodes": NODES + 1}, retryStrategy={"attempts": 2})
    machine.close()
    # Rows: 1 the job, 2 to 5 its nodes, of which 3 is the main one.
    attempts = [(3, 1), (2, 1), (3, 2), (2, 2), (4, 2)]
    claim(machine, *[Claim(job=job, attempt=number, slot=job, environment=1) for job, number in attempts])
    machine.open()
    told = [machine.ended(job_id), *nodes(machine, job_id), machine.job(f"{job_id}#3")]
    assert [(job["status"], len(job["attempts"])) for job in told] == [("FAILED", 2)] * 5


def test_a_claim_of_a_next_attempt_ends_the_one_on_record(machine: Machine) -> None:
    """The end of the first attempt was never written: all its nodes have lost their host, and so has the second."""
    register(machine, main="exec sleep 60", others="exec sleep 60")
    job_id = submit(machine, retryStrategy={"attempts": 2})
    running(machine, job_id)
    machine.close()
    claim(machine, Claim(job=3, attempt=2, slot=9, environment=1))
    machine.open()
    told = [machine.ended(job_id), *nodes(machine, job_id)]
    assert [(job["status"], len(job["attempts"])) for job in told] == [("FAILED", 2)] * 4
