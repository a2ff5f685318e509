"""Requests made from the service's model: the least that it asks for, and garbage of the right types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from hypothesis import strategies as st

from tests.local.batch.machine import DEFINITION, QUEUE

#: Names that are known, and texts that others have stumbled over.
WORDS = (
    *(QUEUE, DEFINITION, f"{DEFINITION}:1", "here", "x", "", "*", "::", "#", "0:", "1:0", "a b", "é", "x" * 300),
    *("0", "1", "-1", "0.25", "1e999", "nan", "99999999999999999999", "JOB_NAME", "AFTER_CREATED_AT", "W10="),
    "arn:aws:batch:local-1:000000000000:job-queue/default",
    "arn:aws:batch:local-1:000000000000:job/00000000-0000-0000-0000-000000000000",
    *("00000000-0000-0000-0000-000000000000:3", "00000000-0000-0000-0000-000000000000#0"),
)
#: What JSON can carry and few can keep.
STRANGE_WORDS = ("\0", "\ud800")
NUMBERS = (0, 1, 2, 3, 60, 600, 10_000, -1, 2**31, 2**63, 10**30)
#: Requests that are done; garbage takes the place of some of their members.
DONE: Mapping[str, Mapping[str, Any]] = {
    "SubmitJob": {"jobName": "x", "jobQueue": QUEUE, "jobDefinition": DEFINITION},
    "RegisterJobDefinition": {
        "jobDefinitionName": "x",
        "type": "container",
        "containerProperties": {"image": "none", "vcpus": 1, "memory": 16},
    },
    "CreateJobQueue": {
        "jobQueueName": "x",
        "priority": 1,
        "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "here"}],
    },
    "UpdateJobQueue": {"jobQueue": QUEUE},
    "CreateComputeEnvironment": {
        "computeEnvironmentName": "x",
        "type": "MANAGED",
        "computeResources": {"type": "EC2", "maxvCpus": 1},
    },
    "UpdateComputeEnvironment": {"computeEnvironment": "here"},
    "CreateSchedulingPolicy": {"name": "x"},
    "ListJobs": {"jobQueue": QUEUE},
}


def input_of(operation: OperationModel) -> StructureShape:
    """What a request of an operation must be."""
    shape = operation.input_shape or StructureShape("none", {"type": "structure", "members": {}})
    assert isinstance(shape, StructureShape)
    return shape


def least(shape: Shape) -> Any:
    """The least value of a shape: what is required, and nothing else."""
    if isinstance(shape, StructureShape):
        return {name: least(shape.members[name]) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [least(shape.member)] * int(shape.metadata.get("min", 0))
    if isinstance(shape, MapShape):
        return {}
    return {"string": "x", "boolean": False}.get(shape.type_name, 1)


def garbage(operation: OperationModel, words: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Requests of the right types: all garbage, or what is done with garbage in the place of a member or two."""
    shape = input_of(operation)
    done = dict(DONE.get(operation.name, least(shape)))
    members = [st.fixed_dictionaries({name: _values(member, words)}) for name, member in shape.members.items()]
    if not members:
        return st.just({})
    spoilt = st.lists(st.one_of(members), min_size=1, max_size=2).map(lambda parts: _merged(done, *parts))
    return st.one_of(_values(shape, words), spoilt)


def _values(shape: Shape, words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    if isinstance(shape, StructureShape):
        members = {name: _values(member, words) for name, member in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required_members}
        some = st.lists(st.sampled_from(sorted(members)), max_size=3, unique=True) if members else st.just([])
        return some.flatmap(lambda names: st.fixed_dictionaries(required | {name: members[name] for name in names}))
    if isinstance(shape, ListShape):
        return st.lists(_values(shape.member, words), min_size=shape.metadata.get("min", 0), max_size=3)
    if isinstance(shape, MapShape):
        return st.dictionaries(_values(shape.key, words), _values(shape.value, words), max_size=3)
    if shape.type_name == "string":
        return st.sampled_from((*shape.metadata.get("enum", ()), *words))
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in ("float", "double"):
        return st.sampled_from((0.0, 1.0, -1.0, 1e-9, float("inf"), float("nan")))
    return st.sampled_from(NUMBERS)


def _merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}
