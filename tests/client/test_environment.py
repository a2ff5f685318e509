"""Who asks, and what the plane offers: `Client.whoami`, `Client.environment`, and the commands of these names."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from batchplane import AllowedDefinition, AllowedQueue, AnswerMalformed, Client

Run = Callable[..., Result]
CALLER = {"owner": "user/ada", "isOperator": False, "readsEveryJob": True}
ENVIRONMENT: dict[str, Any] = {
    "name": "lab",
    "url": "https://api.test",
    "ioBucket": "lab-io",
    "jobQueue": "default",
    "jobDefinition": "runner:3",
    "jobQueues": [{"name": "default", "jobQueueArn": "arn:q", "fairShare": False}],
    "jobDefinitions": [
        {
            "name": "runner",
            "revision": 3,
            "jobDefinitionArn": "arn:r:3",
            "runner": True,
            "vcpus": 1,
            "memory": 2048,
            "gpus": 0,
            "nodeProperties": None,
        },
        {
            "name": "nodes",
            "revision": 1,
            "jobDefinitionArn": "arn:n:1",
            "runner": False,
            "vcpus": 2,
            "memory": 512,
            "gpus": 1,
            "nodeProperties": {"numNodes": 2, "mainNode": 0, "targetNodes": ["0:"]},
        },
    ],
    "largest": {"VCPU": 2, "MEMORY": 2048},
    "allowedEnvironment": ["PYTHONPATH"],
}


def test_the_plane_says_who_asks(client: Client, plane: Any) -> None:
    """And what they may."""
    plane.answer("GET /whoami", CALLER)
    caller = client.whoami()

    assert ("user/ada", False, True) == (caller.owner, caller.is_operator, caller.reads_every_job)


def test_the_plane_says_what_it_offers(client: Client, plane: Any) -> None:
    """All that a submission may name."""
    plane.answer("GET /environment", ENVIRONMENT)
    found = client.environment()

    assert ("lab", "https://api.test", "lab-io") == (found.name, found.url, found.io_bucket)
    assert (AllowedQueue(name="default", arn="arn:q", fair_share=False),) == found.job_queues
    assert found.job_definitions == (
        AllowedDefinition(
            name="runner", revision=3, arn="arn:r:3", runner=True, vcpus=1, memory=2048, gpus=0, num_nodes=None
        ),
        AllowedDefinition(
            name="nodes", revision=1, arn="arn:n:1", runner=False, vcpus=2, memory=512, gpus=1, num_nodes=2
        ),
    )
    assert ({"VCPU": 2, "MEMORY": 2048}, ("PYTHONPATH",)) == (found.largest, found.allowed_environment)


@pytest.mark.parametrize("name", ["whoami", "environment"])
def test_an_answer_of_another_make_is_an_error(client: Client, plane: Any, name: str) -> None:
    """Of an older plane, or of something else that answers there."""
    plane.answer(f"GET /{name}", {"owner": "ada"})

    with pytest.raises(AnswerMalformed):
        getattr(client, name)()


def test_whoami_is_shown_to_people(plane: Any, run: Run) -> None:
    """In words."""
    plane.answer("GET /whoami", CALLER)
    shown = [line.rstrip() for line in run("whoami").stdout.splitlines()]

    assert shown == [
        "owner                   user/ada",
        "plane                   http://plane.test",
        "reads                   every job",
        "cancels and terminates  your own jobs",
        "operator                no",
    ]


def test_the_environment_is_shown_to_people(plane: Any, run: Run) -> None:
    """As tables: what holds for all jobs, queues, definitions."""
    plane.answer("GET /environment", ENVIRONMENT)
    shown = [line.split() for line in run("environment").stdout.splitlines()]

    assert [["deployment", "lab"], ["most", "of", "a", "job", "VCPU", "2,", "MEMORY", "2048", "MiB"]] == [
        shown[0],
        shown[3],
    ]
    assert ["default", "arn:q", "no"] in shown
    assert shown[-2:] == [
        ["runner:3", "arn:r:3", "yes", "1", "2048", "MiB", "0", "-"],
        ["nodes:1", "arn:n:1", "no", "2", "512", "MiB", "1", "2"],
    ]


@pytest.mark.parametrize(("name", "document"), [("whoami", CALLER), ("environment", ENVIRONMENT)])
def test_programs_get_the_planes_own_answer(plane: Any, run: Run, name: str, document: dict[str, Any]) -> None:
    """As it is."""
    plane.answer(f"GET /{name}", document)

    assert document == json.loads(run(name, "--json").stdout)
