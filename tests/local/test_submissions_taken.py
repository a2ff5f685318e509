"""What the plane's own checks let pass, the embedded Batch takes: no accepted submission is refused for a bound."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from batchplane_local.batch import EmbeddedBatch
from batchplane_local.environment import DEPLOYMENT, establish
from controlplane.batch.port import Batch
from controlplane.deployment import Deployment
from controlplane.errors import BatchRefused, SubmissionInvalid
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import plan, to_submit_job

#: Characters that some member's pattern takes and another's refuses.
SOME_TEXT = st.text(st.sampled_from("aZé09-_.:*/ ,;=+@\t\0\n"), max_size=9)
LONG_TEXT = st.sampled_from([0, 1, 127, 128, 129, 256, 257, 512, 513]).map("x".__mul__)
TEXT = st.one_of(SOME_TEXT, SOME_TEXT, LONG_TEXT, st.sampled_from(["aws:x", "AWS_BATCH_X", "BATCHPLANE_X", "\ud800"]))
NUMBER = st.sampled_from([-1, 0, 1, 2, 4, 5, 10, 11, 59, 60, 9999, 10_000, 10_001, 2**31 - 1, 2**31])
FIGURES = st.one_of(NUMBER.map(str), st.sampled_from(["0.5", "01", "٣", "", "1e3", "0000000001"]))
ACTION = st.sampled_from(["retry", "EXIT", "stop"])


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of these members."""
    return st.fixed_dictionaries({}, optional=members)


def several(each: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[list[Any]]:
    """A short list."""
    return st.lists(each, max_size=most)


OVERRIDES = some(
    command=several(TEXT),
    environment=several(some(name=TEXT, value=TEXT)),
    resourceRequirements=several(some(type=st.sampled_from(["VCPU", "MEMORY", "GPU", "DISK"]), value=FIGURES)),
    vcpus=NUMBER,
    memory=NUMBER,
    instanceType=TEXT,
)
RULE = some(action=ACTION, onReason=TEXT, onStatusReason=TEXT, onExitCode=st.one_of(FIGURES, TEXT))
TARGET = st.one_of(TEXT, st.sampled_from(["0:", ":", "0:1", "0:3", "1:", "1:0", ":4"]))
NODES = some(
    numNodes=st.sampled_from([-1, 0, 1, 2, 4, 8, 9, 1001]),
    nodePropertyOverrides=several(
        some(targetNodes=TARGET, containerOverrides=OVERRIDES, instanceTypes=several(TEXT)), most=2
    ),
)
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "jobName": TEXT,
    "nodeOverrides": NODES,
    "arrayProperties": some(size=NUMBER),
    "dependsOn": several(some(type=st.sampled_from(["SEQUENTIAL", "N_TO_N"]), jobId=TEXT)),
    "parameters": st.dictionaries(TEXT, TEXT, max_size=2),
    "containerOverrides": OVERRIDES,
    "retryStrategy": some(attempts=NUMBER, evaluateOnExit=several(RULE, most=6)),
    "timeout": some(attemptDurationSeconds=NUMBER),
    "tags": st.dictionaries(TEXT, TEXT, max_size=3),
    "propagateTags": st.booleans(),
    "shareIdentifier": TEXT,
    "schedulingPriorityOverride": NUMBER,
    "command": several(TEXT),
    "environment": st.dictionaries(TEXT, TEXT, max_size=2),
    "vcpus": NUMBER,
    "memory": st.one_of(NUMBER, FIGURES, st.sampled_from(["8 GiB", "1.5MB", "9999 TiB"])),
    "gpus": NUMBER,
    "ecsPropertiesOverride": st.just({}),
    "consumableResourcePropertiesOverride": st.just({}),
}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document of which one or two members are drawn, so that many are good."""
    names = draw(st.sets(st.sampled_from(sorted(MEMBERS)), min_size=1, max_size=2))
    definition = draw(st.sampled_from(["plain", "nodes"]))
    return {"jobName": "n", "jobDefinition": definition} | {name: draw(MEMBERS[name]) for name in sorted(names)}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An embedded Batch that takes jobs and starts none, and the deployment over it."""

    batch: EmbeddedBatch
    deployment: Deployment


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Its compute environment is disabled: nothing runs, whatever is drawn."""
    folder: Path = tmp_path_factory.mktemp("batch")
    with closing(EmbeddedBatch.open(folder, vcpus=8, deliver=lambda events: None)) as batch:
        deployment = establish(batch, url="http://127.0.0.1:1", io_bucket=folder)
        batch.update_compute_environment(computeEnvironment=DEPLOYMENT, state="DISABLED")
        yield Standing(batch=batch, deployment=deployment)


@given(document=documents())
@settings(max_examples=300)
def test_what_passes_our_checks_is_taken(standing: Standing, document: dict[str, Any]) -> None:
    """So whatever Batch refuses for a documented bound, the plane refuses first, before anything is kept."""
    try:
        made = plan(Draft.read(document), owner="ada", idempotency_key="k", deployment=standing.deployment, now=0)
    except SubmissionInvalid as error:
        json.dumps([violation.to_wire() for violation in error.violations])  # the answer can be written
        event("refused by the plane")
        return
    event("accepted")
    request = to_submit_job(made, depends_on=made.depends_on, runner_environment={})
    try:
        Batch(standing.batch).submit(request)
    except BatchRefused as refusal:
        pytest.fail(f"the plane accepted what Batch refuses: {refusal}")
