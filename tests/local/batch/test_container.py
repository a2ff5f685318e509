"""A definition's container with a submission's overrides."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.jobs.container import Need, container_detail, log_group_of, log_streams_of, need_of

PROPERTIES: dict[str, Any] = {
    "image": "none",
    "command": ["solve"],
    "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "64"}],
}


def test_environment_is_overridden_by_name() -> None:
    """A variable of the submission replaces the definition's of the same name; others are added."""
    overrides = {"environment": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}]}
    expected = [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}, {"name": "C", "value": "4"}]
    assert container_detail(PROPERTIES, overrides)["environment"] == expected


def test_command_is_replaced_whole() -> None:
    """A command of the submission takes the place of the definition's."""
    assert container_detail(PROPERTIES, {"command": ["echo", "hi"]})["command"] == ["echo", "hi"]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, Need(milli_vcpus=2000, memory=64)),
        ({"resourceRequirements": [{"type": "VCPU", "value": "0.25"}]}, Need(milli_vcpus=250, memory=64)),
        ({"resourceRequirements": [{"type": "MEMORY", "value": "128"}]}, Need(milli_vcpus=2000, memory=128)),
        ({"vcpus": 7, "memory": 999}, Need(milli_vcpus=2000, memory=64)),
    ],
)
def test_resources_are_overridden_by_type(overrides: dict[str, Any], expected: Need) -> None:
    """A requirement replaces the definition's of the same type; the deprecated members don't where it has one."""
    assert need_of(container_detail(PROPERTIES, overrides)) == expected


def test_deprecated_members_override_deprecated_members() -> None:
    """The members vcpus and memory work with a definition that says vcpus and memory."""
    detail = container_detail({"image": "none", "vcpus": 1, "memory": 16}, {"vcpus": 2, "memory": 32})
    assert need_of(detail) == Need(milli_vcpus=2000, memory=32)


def test_definition_is_not_changed() -> None:
    """The definition serves the next submission as it is."""
    before = repr(PROPERTIES)
    container_detail(PROPERTIES, {"environment": [{"name": "A", "value": "9"}], "command": ["x"]})
    assert repr(PROPERTIES) == before


def test_logs_go_where_the_definition_says() -> None:
    """Group and stream prefix are the definition's, Batch's own where it has none."""
    configured = {"logConfiguration": {"options": {"awslogs-group": "/mine", "awslogs-stream-prefix": "solver"}}}
    found = [(log_group_of(c), log_streams_of(c, "plain")) for c in (configured, {})]
    assert found == [("/mine", "solver/default/"), ("/aws/batch/job", "plain/default/")]
