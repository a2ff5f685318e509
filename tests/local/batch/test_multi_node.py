"""Multi-node parallel jobs that really run."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.gangs import GANG, NODES, WAIT, nodes, register, running, submit, waiting
from tests.local.batch.job_details import shape_faults
from tests.local.batch.machine import DEFINITION, Machine
from tests.local.batch.served import serving
from tests.local.clocks import Clock
from tests.waiting import wait_until

#: Prints the variables that only nodes have.
VARIABLES = "env | grep -o 'NODE.*' | sort"


@pytest.fixture
def machine(machine_with: OpenMachine) -> Machine:
    """An embedded Batch with room for one job of three nodes."""
    return machine_with(vcpus=NODES)


def test_every_node_runs_the_container_of_its_range(machine: Machine) -> None:
    """The narrower range is the main node's; each node has a log of its own."""
    register(machine, main=f"echo main; {WAIT}", others="echo other")
    job_id = submit(machine, nodeOverrides=waiting(machine))
    wait_until(lambda: all(machine.job(f"{job_id}#{index}")["attempts"] for index in (0, 2)), "the others have ended")
    (machine.folder / "go").touch()
    job = machine.ended(job_id)
    assert (job["status"], [machine.lines(node) for node in nodes(machine, job_id)]) == (
        "SUCCEEDED",
        [["other"], ["main"], ["other"]],
    )


def test_a_node_knows_which_it_is_and_where_the_main_one_is(machine: Machine) -> None:
    """The main node's address is told to all but the main node, and is what DescribeJobs says it is."""
    register(machine, main=f"{VARIABLES}; {WAIT}", others=f"{VARIABLES}; echo $AWS_BATCH_JOB_ID")
    job_id = submit(machine, nodeOverrides=waiting(machine))
    wait_until(lambda: machine.job(f"{job_id}#2")["status"] == "SUCCEEDED", "the last node ends")
    (machine.folder / "go").touch()
    main, last = nodes(machine, machine.ended(job_id)["jobId"])[1:]
    (interface,) = main["container"]["networkInterfaces"]
    assert machine.lines(main) == ["NODES=3", "NODE_INDEX=1", "NODE_INDEX=1"]
    assert machine.lines(last) == [
        "NODES=3",
        "NODE_INDEX=1",
        "NODE_INDEX=2",
        f"NODE_PRIVATE_IPV4_ADDRESS={interface['privateIpv4Address']}",
        f"{job_id}#2",
    ]


def test_nodes_talk_to_each_other(machine: Machine) -> None:
    """A main node that listens everywhere is reached at its address, as it comes."""
    listen = (
        "import os, socket, pathlib; s = socket.create_server(('0.0.0.0', 0)); s.settimeout(10);"
        "p = pathlib.Path(os.environ['GO']); q = p.with_suffix('.tmp'); q.write_text(str(s.getsockname()[1]));"
        "q.rename(p); print(s.accept()[0].recv(9).decode())"
    )
    call = (
        "import os, socket, pathlib, time; p = pathlib.Path(os.environ['GO']);"
        "[time.sleep(0.01) for _ in range(1000) if not p.exists()];"
        "address = os.environ['AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS'];"
        "socket.create_connection((address, int(p.read_text())), 10).sendall(b'hello')"
    )
    register(machine, main=f'{sys.executable} -I -S -c "{listen}"', others=f'{sys.executable} -I -S -c "{call}"')
    job_id = submit(machine, nodeOverrides=waiting(machine))
    assert machine.ended(job_id)["status"] == "SUCCEEDED"
    assert machine.lines(nodes(machine, job_id)[1]) == ["hello"]


def test_the_others_end_with_the_main_node(machine: Machine) -> None:
    """By SIGTERM; the job's times, reason and attempts are the main node's."""
    register(machine, main="true", others="exec sleep 60")
    job = machine.ended(submit(machine))
    main = nodes(machine, job["jobId"])[1]
    for name in ("status", "statusReason", "startedAt", "stoppedAt", "attempts"):
        assert job[name] == main[name]
    others = nodes(machine, job["jobId"])[::2]
    assert [(node["status"], node["statusReason"]) for node in others] == [("FAILED", "Main node exited")] * 2


def test_a_node_that_ignores_sigterm_is_killed_after_thirty_seconds(machine_with: OpenMachine) -> None:
    """The job is RUNNING until its nodes are gone, and then what its main node made it."""
    clock = Clock()
    machine = machine_with(vcpus=NODES, clock=clock)
    stubborn = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
    register(machine, main=WAIT, others=stubborn)
    job_id = submit(machine, nodeOverrides=waiting(machine))
    for node in running(machine, job_id)[::2]:
        machine.printed(node, "ready")
    (machine.folder / "go").touch()
    wait_until(lambda: machine.job(f"{job_id}#1")["status"] == "SUCCEEDED", "the main node ends")
    clock.move(seconds=29.9)
    between = machine.job(job_id)["status"]
    clock.move(seconds=0.1)
    job = machine.ended(job_id)
    exit_codes = [node["container"]["exitCode"] for node in nodes(machine, job_id)]
    assert (between, job["status"], exit_codes) == ("RUNNING", "SUCCEEDED", [137, 0, 137])


def test_a_main_node_that_fails_is_tried_again_with_all_nodes(machine: Machine) -> None:
    """Each attempt of each node has a log of its own, and the number of the job's attempt."""
    register(machine, main=f'echo $AWS_BATCH_JOB_ATTEMPT; [ "$AWS_BATCH_JOB_ATTEMPT" = 2 ] && {{ {WAIT}; }}; exit 1')
    job_id = submit(machine, nodeOverrides=waiting(machine), retryStrategy={"attempts": 2})
    wait_until(lambda: len(machine.job(f"{job_id}#2")["attempts"]) == 2, "the last node has ended twice")
    (machine.folder / "go").touch()
    job = machine.ended(job_id)
    assert (job["status"], [len(node["attempts"]) for node in nodes(machine, job_id)]) == ("SUCCEEDED", [2, 2, 2])
    assert [attempt["container"].get("exitCode") for attempt in job["attempts"]] == [1, 0]
    assert machine.lines(nodes(machine, job_id)[1]) == ["2"]


def test_a_main_node_that_can_not_start_fails_the_job(machine: Machine) -> None:
    """No other node begins."""
    register(machine)
    overrides = [{"targetNodes": "1:1", "containerOverrides": {"command": ["no-such-command"]}}]
    job = machine.ended(submit(machine, nodeOverrides={"nodePropertyOverrides": overrides}))
    others = nodes(machine, job["jobId"])[::2]
    assert (job["status"], job["statusReason"]) == ("FAILED", "Task failed to start")
    assert [(node["status"], node.get("startedAt")) for node in others] == [("FAILED", None)] * 2


def test_the_timeout_is_the_whole_job_s(machine_with: OpenMachine) -> None:
    """All nodes are ended when the main one has run for so long."""
    clock = Clock()
    machine = machine_with(vcpus=NODES, clock=clock)
    register(machine, main="exec sleep 600", others="exec sleep 600")
    job_id = submit(machine, timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 2})
    running(machine, job_id)
    clock.move(seconds=60)
    job = machine.ended(job_id)
    reason = "Job attempt duration exceeded timeout"
    assert (job["status"], len(job["attempts"])) == ("FAILED", 1)
    assert [(node["status"], node["statusReason"]) for node in nodes(machine, job_id)] == [("FAILED", reason)] * 3


def test_a_terminated_job_ends_with_all_its_nodes(machine: Machine) -> None:
    """Each says why."""
    register(machine, main="exec sleep 60", others="exec sleep 60")
    job_id = submit(machine)
    running(machine, job_id)
    machine.batch.terminate_job(jobId=job_id, reason="enough")
    told = [machine.ended(job_id), *nodes(machine, job_id)]
    assert {(job["status"], job["statusReason"], job["isTerminated"]) for job in told} == {("FAILED", "enough", True)}


def test_a_node_is_not_stopped_alone(machine: Machine) -> None:
    """The refusal names the job; in bulk it stands among the errors."""
    register(machine, main="exec sleep 60")
    job_id = submit(machine)
    node = f"{job_id}#0"
    words = f"Job {node} is a node, and ends with its multi-node parallel job {job_id}"
    for stop in (machine.batch.cancel_job, machine.batch.terminate_job):
        with pytest.raises(ClientError, match=words):
            stop(jobId=node, reason="enough")
    answer = machine.batch.terminate_jobs(jobs=[node, job_id], reason="enough")
    assert (answer["successful"], answer["errors"]) == (
        [job_id],
        [{"job": node, "code": "ClientException", "message": words}],
    )


def test_a_job_and_its_nodes_have_the_service_s_shapes(machine: Machine) -> None:
    """The job has nodeProperties and no container; a node has nodeDetails and its container."""
    register(machine)
    job = machine.ended(submit(machine))
    node = nodes(machine, job["jobId"])[1]
    assert [shape_faults(each) for each in (job, node)] == ["", ""]
    assert ("container" in job, "nodeDetails" in job, job["nodeProperties"]["numNodes"]) == (False, False, NODES)
    assert ("nodeProperties" in node, node["nodeDetails"]) == (False, {"nodeIndex": 1, "isMainNode": True})
    assert node["jobArn"].endswith(f":job/{job['jobId']}#1")


def test_a_queue_lists_the_job_and_the_job_lists_its_nodes(machine: Machine) -> None:
    """The list of nodes is by index, of one status at a time."""
    register(machine, main="exec sleep 60", others="exec sleep 60")
    job_id = submit(machine)
    running(machine, job_id)
    (parent,) = machine.batch.list_jobs(jobQueue="default")["jobSummaryList"]
    listed = machine.batch.list_jobs(multiNodeJobId=job_id)["jobSummaryList"]
    first = machine.batch.list_jobs(multiNodeJobId=job_id, maxResults=1)
    rest = machine.batch.list_jobs(multiNodeJobId=job_id, nextToken=first["nextToken"])["jobSummaryList"]
    assert (parent["jobId"], parent["nodeProperties"]) == (job_id, {"numNodes": NODES})
    assert [summary["nodeProperties"] for summary in listed] == [
        {"numNodes": NODES, "nodeIndex": index, "isMainNode": index == 1} for index in range(NODES)
    ]
    assert first["jobSummaryList"] + rest == listed
    assert machine.batch.list_jobs(multiNodeJobId=job_id, jobStatus="FAILED")["jobSummaryList"] == []
    assert machine.batch.list_jobs(arrayJobId=job_id)["jobSummaryList"] == []


def test_nodes_are_described_over_http(machine: Machine) -> None:
    """boto3's client submits and describes, as it would on AWS."""
    register(machine)
    with serving(machine) as served:
        batch = served.client("batch")
        job_id = batch.submit_job(jobName="test", jobQueue="default", jobDefinition=GANG)["jobId"]
        machine.ended(job_id)
        job, node = batch.describe_jobs(jobs=[job_id, f"{job_id}#1"])["jobs"]
    assert (job["nodeProperties"]["mainNode"], node["nodeDetails"]) == (1, {"nodeIndex": 1, "isMainNode": True})


def test_a_node_is_no_child_and_a_child_no_node(machine: Machine) -> None:
    """Ids with the other sign name nobody."""
    register(machine)
    gang, array = submit(machine), machine.submit("true", arrayProperties={"size": 2})
    assert machine.batch.describe_jobs(jobs=[f"{gang}:0", f"{array}#0", f"{gang}#3"])["jobs"] == []


def test_job_and_nodes_are_told(machine: Machine) -> None:
    """Each of them sends its own events, with the shape of a detail; the job's are those of its main node."""
    register(machine, main=WAIT)
    job_id = submit(machine, nodeOverrides=waiting(machine))
    wait_until(lambda: machine.job(f"{job_id}#2")["status"] == "SUCCEEDED", "the last node ends")
    (machine.folder / "go").touch()
    told = [machine.told(each) for each in (job_id, f"{job_id}#1", f"{job_id}#2")]
    assert told == [[("RUNNABLE", 0), ("STARTING", 0), ("RUNNING", 0), ("SUCCEEDED", 1)]] * 3
    assert {shape_faults(event["detail"]) for event in machine.events} == {""}


def test_an_event_of_a_node_tells_of_its_own_attempt(machine: Machine) -> None:
    """The end of a first attempt is told as it was, though the node has gone on meanwhile."""
    register(machine, main="exit $((2 - AWS_BATCH_JOB_ATTEMPT))", others="exec sleep 60")
    job_id = submit(machine, retryStrategy={"attempts": 2})
    machine.ended(job_id)
    machine.told(job_id)
    told = machine.told(f"{job_id}#1")
    ends = [event["detail"] for event in machine.events if _is_end(event, f"{job_id}#1")]
    assert told[3:5] == [("FAILED", 1), ("RUNNABLE", 1)]
    exit_codes = [end["attempts"][-1]["container"]["exitCode"] for end in ends]
    assert (exit_codes, ["stoppedAt" in end for end in ends]) == ([1, 0], [True, True])


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"containerOverrides": {}}, "Container overrides should not be set for multi-node parallel jobs"),
        ({"arrayProperties": {"size": 2}}, "Array properties should not be set for multi-node parallel jobs"),
        ({"nodeOverrides": {"numNodes": 1}}, "mainNode must be at least 0 and less than numNodes, which is 1, got 1"),
        ({"jobDefinition": DEFINITION, "nodeOverrides": {}}, "Node overrides should not be set"),
    ],
)
def test_a_submission_that_does_not_fit_its_definition(machine: Machine, request_: dict[str, Any], words: str) -> None:
    """Overrides are for the definition's type, and nothing of a refused submission is kept."""
    register(machine)
    with pytest.raises(ClientError, match=words):
        submit(machine, **request_) if "jobDefinition" not in request_ else machine.submit(**request_)
    assert machine.batch.list_jobs(jobQueue="default", jobStatus="RUNNABLE")["jobSummaryList"] == []


def test_a_job_may_have_more_nodes_than_its_definition_says(machine_with: OpenMachine) -> None:
    """The open range takes in the new ones."""
    machine = machine_with(vcpus=5)
    register(machine)
    job = machine.ended(submit(machine, nodeOverrides={"numNodes": 5}))
    assert (job["status"], job["nodeProperties"]["numNodes"]) == ("SUCCEEDED", 5)
    assert machine.job(f"{job['jobId']}#4")["nodeDetails"] == {"nodeIndex": 4, "isMainNode": False}


def test_jobs_depend_on_a_gang_that_has_ended(machine: Machine) -> None:
    """As on any job; an array's children can't wait for nodes that are as many."""
    register(machine)
    gang = machine.ended(submit(machine))["jobId"]
    assert machine.run("true", dependsOn=[{"jobId": gang}])["status"] == "SUCCEEDED"
    with pytest.raises(ClientError, match="must be an array job of the same size"):
        machine.submit("true", arrayProperties={"size": NODES}, dependsOn=[{"jobId": gang, "type": "N_TO_N"}])


def test_the_definition_is_described_as_it_was_registered(machine: Machine) -> None:
    """With its type and its node properties; its log group is known."""
    register(machine)
    (definition,) = machine.batch.describe_job_definitions(jobDefinitionName=GANG)["jobDefinitions"]
    targets = [group["targetNodes"] for group in definition["nodeProperties"]["nodeRangeProperties"]]
    assert (definition["type"], targets) == ("multinode", ["0:", "1:1"])
    groups = machine.batch.logs.describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/aws/batch/job"]


def _is_end(event: dict[str, Any], job_id: str) -> bool:
    return event["detail"]["jobId"] == job_id and event["detail"]["status"] in ("SUCCEEDED", "FAILED")
