"""Nodes of a multi-node parallel job: opened, listed, read and submitted, from Python and from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from batchplane import ArgumentInvalid, Client
from batchplane._address import JobAddress

Run = Callable[..., Result]
GANG: dict[str, Any] = {
    "type": "MultiNode",
    "nodeProperties": {"numNodes": 2, "mainNode": 0, "statusSummary": {"RUNNING": 2}},
}


def node(index: int, document: dict[str, Any]) -> dict[str, Any]:
    """The document of a node."""
    details = {"nodeDetails": {"nodeIndex": index, "isMainNode": index == 0}}
    return document | {"jobId": f"j1#{index}", "type": "Node"} | details


@pytest.fixture(autouse=True)
def _gang(plane: Any, job_document: Any, finished: Any) -> None:
    plane.answer("GET /jobs/j1", job_document(**GANG))
    plane.answer("GET /jobs/j1/nodes", {"jobs": [node(0, finished()), node(1, finished(3))], "next": None})
    plane.answer("GET /jobs/j1/nodes/1", node(1, finished(3)))
    for index in range(2):
        lines = [{"timestamp": 1, "message": f"hello {index}"}]
        plane.answer(f"GET /jobs/j1/nodes/{index}/log", {"lines": lines, "cursor": "1:c", "attempt": 1, "end": True})


def test_a_job_of_nodes_lists_them(client: Client) -> None:
    """Each is a job object with an id that opens it again."""
    job = client.job("j1")
    nodes = list(job.nodes())

    assert (job.num_nodes, job.size, [each.job_id for each in nodes]) == (2, None, ["j1#0", "j1#1"])
    assert [(each.index, each.is_main_node, each.exit_code) for each in nodes] == [(0, True, 0), (1, False, 3)]


def test_nodes_of_some_statuses_are_asked_for(plane: Any, client: Client) -> None:
    """The plane chooses."""
    list(client.job("j1").nodes(status=["FAILED"]))

    assert plane.asked()[-1] == "GET /jobs/j1/nodes?first=0&limit=100&status=FAILED"


def test_a_node_is_opened_by_its_id_or_its_index(client: Client) -> None:
    """It knows its job's id and its own index."""
    assert ["j1#1"] * 2 == [each.job_id for each in (client.job("j1#1"), client.job("j1").node(1))]


def test_a_node_has_a_log_and_a_wait_of_its_own(plane: Any, client: Client) -> None:
    """Both are asked for under its job."""
    one = client.job("j1#1")

    assert ["hello 1"] == [str(line) for line in one.log()]
    assert one.wait().failed
    assert plane.asked()[1].startswith("GET /jobs/j1/nodes/1/log")


def test_a_node_leaves_no_outputs(plane: Any, client: Client) -> None:
    """Its definition carries no runner: nothing is asked."""
    one, asked = client.job("j1#1"), len(plane.requests)

    assert ([], asked) == (list(one.outputs()), len(plane.requests))


@pytest.mark.parametrize("word", ["cancel", "terminate", "rerun"])
def test_a_node_is_not_ended_alone(plane: Any, client: Client, word: str) -> None:
    """The error names what can be ended."""
    with pytest.raises(ArgumentInvalid, match=f"A node begins and ends with its job: {word} j1"):
        getattr(client.job("j1#1"), word)()


@pytest.mark.parametrize(
    ("given", "words"), [("j1#", "A node is JOB#INDEX"), ("j1:x", "A child is JOB:INDEX"), ("../j1", "letters, digits")]
)
def test_what_is_no_id_is_explained(given: str, words: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ArgumentInvalid, match=words):
        JobAddress.parsed(given)


def test_several_nodes_run_one_command(plane: Any, client: Client, job_document: Any) -> None:
    """Every node of the definition `nodes`; what is said of a container is said of each."""
    plane.answer("POST /jobs", job_document(**GANG))
    client.submit(["work"], num_nodes=4, vcpus=2, environment={"A": "1"})

    overrides = {
        "command": ["work"],
        "environment": [{"name": "A", "value": "1"}],
        "resourceRequirements": [{"type": "VCPU", "value": "2"}],
    }
    ranges = [{"targetNodes": "0:", "containerOverrides": overrides}]
    expected = {"numNodes": 4, "nodePropertyOverrides": ranges}
    assert plane.sent() == {"jobName": "work", "jobDefinition": "nodes", "nodeOverrides": expected}


def test_nodes_are_submitted_from_the_command_line(plane: Any, run: Run, job_document: Any) -> None:
    """With a definition of one's own, and a share and a priority beside."""
    plane.answer("POST /jobs", job_document(**GANG))
    options = ("--nodes", "3", "--job-definition", "mpi", "--share", "lab", "--priority", "7")
    result = run("submit", *options, "--", "work")

    sent = plane.sent()
    assert (result.exit_code, sent["jobDefinition"], sent["nodeOverrides"]["numNodes"]) == (0, "mpi", 3)
    assert (sent["shareIdentifier"], sent["schedulingPriorityOverride"]) == ("lab", 7)


def test_the_tables_say_what_is_a_node(run: Run) -> None:
    """And how those of a job are."""
    job, main = run("describe", "j1").stdout, run("describe", "j1#1").stdout

    assert ("MultiNode of 2" in job, "RUNNING 2" in job, "Node" in main) == (True, True, True)


def test_the_log_of_a_job_of_nodes_is_each_nodes(run: Run) -> None:
    """Each line after the node's index; one node's alone without."""
    assert ["[0] hello 0", "[1] hello 1"] == run("logs", "j1").stdout.splitlines()
    assert ["hello 1"] == run("logs", "j1#1").stdout.splitlines()


def test_one_node_is_followed_and_not_all(run: Run) -> None:
    """The error says what can be."""
    assert "follow one of its nodes, such as j1#0" in run("logs", "--follow", "j1").stderr


def test_json_of_a_log_names_the_node(run: Run) -> None:
    """For scripts."""
    lines = json.loads(run("logs", "--json", "j1").stdout)["lines"]

    assert ["j1#0", "j1#1"] == [line["jobId"] for line in lines]


def test_what_runs_on_each_range_of_nodes_is_described(plane: Any, job_document: Any, run: Run) -> None:
    """A job of nodes has no one command."""
    ranges = [{"targetNodes": each, "container": {"command": ["work", each]}} for each in ("0:0", "1:")]
    nodes = {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": ranges, "statusSummary": {}}
    plane.answer("GET /jobs/j1", job_document(type="MultiNode", nodeProperties=nodes))
    described = run("describe", "j1").stdout

    assert ["command of nodes 0:0  work 0:0", "command of nodes 1:   work 1:"] == [
        line.strip() for line in described.splitlines() if "command" in line
    ]
