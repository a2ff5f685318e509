"""Who may register job definitions, and what of them is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import DEPLOYMENT
from tests.flow.registering import IMAGES, Registering, aligner, fields, register, registering
from tests.flow.river import River
from tests.flow.scripted_batch import Answered


@pytest.fixture(name="river")
def _river(make_river: Callable[..., River]) -> River:
    return registering(make_river)


def test_a_deployment_lets_nobody_register_unless_it_names_images(make_river: Callable[..., River]) -> None:
    """Not even operators."""
    status, answer = register(make_river(batch=Registering()))

    assert (403, "urn:batchplane:problem:RegistrationClosed") == (status, answer["type"])


def test_only_operators_register_unless_the_deployment_is_open_to_all(river: River) -> None:
    """A second setting."""
    closed, _ = register(river, owner="ada")
    river.plane.deployment = replace(DEPLOYMENT, definition_images=IMAGES, open_definitions=True)
    del river.serve_api
    opened, answer = register(river, owner="ada")

    assert (403, 201, "ada") == (closed, opened, answer["registeredBy"])


def test_what_the_deployment_fixes_is_refused_by_name_and_all_together(river: River) -> None:
    """With the reason, beside every other broken bound."""
    refused = {
        **{name: "x" for name in ("jobRoleArn", "executionRoleArn", "user")},
        **{name: [] for name in ("volumes", "mountPoints", "secrets", "ulimits")},
        **{name: {} for name in ("linuxParameters", "logConfiguration")},
        "privileged": True,
        "readonlyRootFilesystem": False,
    }
    wrong = {
        "image": "docker.io/evil",
        "environment": [{"name": "LD_PRELOAD", "value": "x"}],
    }
    status, answer = register(
        river,
        containerProperties=refused | wrong,
        platformCapabilities=["FARGATE"],
        retryStrategy={"evaluateOnExit": [{"action": "EXIT"}]},
    )

    assert 400 == status
    assert {f"containerProperties.{name}" for name in refused} | {
        "containerProperties.image",
        "containerProperties.environment.0.name",
        "platformCapabilities.0",
        "retryStrategy.attempts",
        "retryStrategy.evaluateOnExit.0",
    } == fields(answer)
    assert "jobRoleArn must be left out: the deployment fixes it for every definition" in answer["detail"]
    assert [] == river.batch.registered  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"jobDefinitionName": "runner"}, "jobDefinitionName"),
        ({"jobDefinitionName": "a-b"}, "jobDefinitionName"),
        ({"type": "multinode"}, "type"),
        ({"nodeProperties": {}}, "nodeProperties"),
        ({"containerProperties": 1}, "containerProperties"),
        ({"containerProperties": {"image": ""}}, "containerProperties.image"),
    ],
)
def test_a_definition_that_can_t_be_is_refused_by_field(river: River, members: dict[str, Any], field: str) -> None:
    """The deployment's own names can't be taken, and another deployment's can't be made."""
    container = members.get("containerProperties", {})
    document = aligner() | members if container == 1 else aligner(**members)
    status, answer = river.request("POST", "/definitions", document, owner="operator")

    assert (400, True) == (status, field in fields(answer))


def test_no_machine_has_more_than_there_is(river: River) -> None:
    """Such jobs would wait for ever."""
    river.plane.deployment = replace(river.plane.deployment, largest={"VCPU": 4})
    needed = {"resourceRequirements": [{"type": "VCPU", "value": "5"}]}

    assert {"containerProperties.resourceRequirements.0.value"} == fields(
        register(river, containerProperties=needed)[1]
    )


def test_nobody_takes_another_s_name(river: River) -> None:
    """Neither registers under it, nor deregisters it; an operator may, and whoever comes once it is free."""
    river.plane.deployment = replace(DEPLOYMENT, definition_images=IMAGES, open_definitions=True)
    register(river, owner="ada")
    taken = register(river, owner="bob")
    kept, _ = river.request("DELETE", "/definitions/aligner", owner="bob")
    freed, _ = river.request("DELETE", "/definitions/aligner", owner="operator")
    free, _ = register(river, owner="bob")

    assert (400, {"jobDefinitionName"}) == (taken[0], fields(taken[1]))
    assert (403, 200, 201) == (kept, freed, free)


def test_what_batch_refuses_is_not_kept(river: River) -> None:
    """It is said in Batch's words."""
    river.batch.refused_registrations = [Answered("ClientException", 400)]  # type: ignore[attr-defined]
    status, _ = register(river)

    assert (422, 2) == (status, len(river.request("GET", "/definitions")[1]["definitions"]))


def test_what_is_left_out_is_named_once(river: River) -> None:
    """And nothing that the plane would have in its place."""
    document = {"containerProperties": {"command": ["align"]}}
    answer = river.request("POST", "/definitions", document, owner="operator")[1]

    assert ["containerProperties.image", "jobDefinitionName"] == sorted(each["field"] for each in answer["errors"])
    assert "unnamed" not in answer["detail"]
