"""Array jobs that really run."""

from __future__ import annotations

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Machine

COLOURS = ["red", "orange", "yellow", "green", "blue", "indigo", "violet"]
#: The rainbow of the AWS Batch guide: each child prints the line of its own index.
PRINT_COLOUR = f'set -- {" ".join(COLOURS)}; shift "$AWS_BATCH_JOB_ARRAY_INDEX"; echo "$1"'


def test_each_child_knows_its_index(machine_with: OpenMachine) -> None:
    """Seven children print the seven colours of the rainbow, each its own."""
    machine = machine_with(vcpus=3)
    parent = machine.run("sh", "-c", PRINT_COLOUR, arrayProperties={"size": 7})
    children = [machine.job(f"{parent['jobId']}:{index}") for index in range(7)]
    assert [machine.lines(child) for child in children] == [[colour] for colour in COLOURS]


def test_a_parent_sums_up_its_children(machine: Machine) -> None:
    """The summary counts children by status; the parent itself has no attempt."""
    parent = machine.run("sh", "-c", "exit $AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 3})
    summary = parent["arrayProperties"]["statusSummary"]
    assert (parent["status"], parent["statusReason"], parent["attempts"]) == ("FAILED", "Array Child Job failed", [])
    assert {name: count for name, count in summary.items() if count} == {"SUCCEEDED": 1, "FAILED": 2}
    assert parent["arrayProperties"]["size"] == 3


def test_a_child_says_which_it_is(machine: Machine) -> None:
    """A child has its index, and its parent's name and definition."""
    parent = machine.run("true", jobName="rainbow", arrayProperties={"size": 2})
    child = machine.job(f"{parent['jobId']}:1")
    assert (child["arrayProperties"], child["jobName"]) == ({"statusSummary": {}, "index": 1}, "rainbow")
    assert child["jobArn"].endswith(f":job/{parent['jobId']}:1")


def test_parent_and_children_are_told(machine: Machine) -> None:
    """The parent is PENDING while its children run; each child has the events of a single job."""
    parent = machine.run("true", arrayProperties={"size": 2})["jobId"]
    child = [("RUNNABLE", 0), ("STARTING", 0), ("RUNNING", 0), ("SUCCEEDED", 1)]
    assert machine.told(parent) == [("PENDING", 0), ("SUCCEEDED", 0)]
    assert [machine.told(f"{parent}:{index}") for index in range(2)] == [child, child]


def test_the_largest_array_is_accepted(machine: Machine) -> None:
    """Ten thousand children are there as soon as the submission is answered, and end with their parent."""
    parent = machine.submit("sleep", "60", arrayProperties={"size": 10_000})
    last = machine.job(f"{parent}:9999")["status"]
    machine.batch.terminate_job(jobId=parent, reason="enough")
    summary = machine.ended(parent)["arrayProperties"]["statusSummary"]
    assert (last, summary["FAILED"], machine.batch.describe_jobs(jobs=[f"{parent}:10000"])["jobs"]) == (
        "RUNNABLE",
        10_000,
        [],
    )


def test_a_child_that_depends_on_its_counterpart_finds_it_done(machine: Machine) -> None:
    """N_TO_N: each child of the second array runs after the child of its index in the first."""
    first = machine.submit("sh", "-c", "exit $AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 2})
    second = machine.run(
        "true", arrayProperties={"size": 2}, dependsOn=[{"jobId": first, "type": "N_TO_N"}], jobName="second"
    )
    children = [machine.job(f"{second['jobId']}:{index}") for index in range(2)]
    assert [(child["status"], child.get("statusReason")) for child in children] == [
        ("SUCCEEDED", "Essential container in task exited"),
        ("FAILED", "Dependent Job failed"),
    ]
