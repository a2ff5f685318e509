"""What is executed for an attempt."""

from __future__ import annotations

from dataclasses import replace

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.machine.launch import BASE_ENVIRONMENT, Launcher
from batchplane_local.batch.names import TaskIds
from tests.local.batch.ledgers import submission_at


def test_nodes_that_run_in_one_folder_have_environments_of_their_own() -> None:
    """A slot takes one node after another, and each finds the variables of its own range."""
    container = {"image": "none", "command": ["true"]}
    groups = [
        {"targetNodes": target, "container": container | {"environment": [{"name": "ROLE", "value": role}]}}
        for target, role in (("0:0", "main"), ("1:", "other"))
    ]
    properties = {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": groups}
    live = Live(replace(submission_at(1, nodes=2), node_properties=properties), 1)
    launcher = Launcher(runner=(), base=BASE_ENVIRONMENT, task_ids=TaskIds(pad=0), homes=None)
    launches = [launcher.launch(Attempt(live=live, position=node, environment="here"), "/slot") for node in (1, 2)]
    roles = [[variable for variable in launch.environment if variable.startswith(b"ROLE=")] for launch in launches]
    assert roles == [[b"ROLE=main"], [b"ROLE=other"]]
