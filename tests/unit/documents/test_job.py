"""What the document of a job says its containers were asked to have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from controlplane.documents.job import to_document
from controlplane.job import JobType
from controlplane.records.record import RecordKey, born
from tests.builders import BATCH_JOB_ID, DEPLOYMENT, submission

RANGES = [
    {"targetNodes": "0:0", "containerOverrides": {"command": ["lead"]}},
    {"targetNodes": "1:", "containerOverrides": {"command": ["follow"]}, "instanceTypes": ["m5.large"]},
]


def document(index: int | None) -> dict[str, Any]:
    """The document of a job of three nodes, or of a node."""
    plain = submission()
    request = {"jobName": "gang", "nodeOverrides": {"nodePropertyOverrides": RANGES}}
    asked = replace(plain, request=request, num_nodes=3)
    record = born(asked)
    if index is not None:
        record = replace(record, type=JobType.NODE, key=RecordKey(job_id=BATCH_JOB_ID, index=index))
    return to_document(record, deployment=DEPLOYMENT, submission=asked)


def test_a_job_of_nodes_says_what_was_asked_of_each_range() -> None:
    """In DescribeJobs' words: of a range, its container, and what it runs on."""
    first, second = document(None)["nodeProperties"]["nodeRangeProperties"]
    container = {"environment": [], "resourceRequirements": []}

    assert {"targetNodes": "0:0", "container": container | {"command": ["lead"]}} == first
    assert ("1:", ["follow"], ["m5.large"]) == (
        second["targetNodes"],
        second["container"]["command"],
        second["instanceTypes"],
    )


def test_a_node_says_what_was_asked_of_its_own_range() -> None:
    """However many nodes there are."""
    assert [["lead"], ["follow"], ["follow"]] == [document(index)["container"]["command"] for index in range(3)]
