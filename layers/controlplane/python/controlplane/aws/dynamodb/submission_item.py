"""What was asked, as a DynamoDB item, and back. Does no I/O.

It lies beside the record and never changes, so that it is what the indexes by owner and by queue stand on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from controlplane.aws.dynamodb.index_entry import created, tag_digests
from controlplane.aws.dynamodb.record_item import Item
from controlplane.submissions.indices import Indices
from controlplane.submissions.submission import Part, Submission


def submission_key(job_id: str) -> Item:
    """The primary key of a submission."""
    return {"pk": {"S": job_id}, "sk": {"S": "SUBMISSION"}}


def submission_to_item(submission: Submission) -> Item:
    """The item of a submission, with what the indexes say of it."""
    digests = tag_digests(submission.request.get("tags", {}))
    return submission_key(submission.job_id) | {
        "owner": {"S": submission.owner},
        "jobQueue": {"S": submission.job_queue},
        "jobDefinition": {"S": submission.job_definition},
        "runner": {"BOOL": submission.runner},
        "createdAt": {"N": str(submission.created_at)},
        "vcpus": {"N": str(submission.vcpus)},
        "request": {"S": json.dumps(submission.request, separators=(",", ":"))},
        "digest": {"S": submission.digest},
        "jobName": {"S": submission.job_name},
        "type": {"S": submission.type.value},
        **({"tagDigests": {"B": digests}} if digests else {}),
        **_origin(submission),
        **_listed(submission),
        **({} if submission.num_nodes is None else {"numNodes": {"N": str(submission.num_nodes)}}),
    }


def submission_from_item(item: Mapping[str, Mapping[str, Any]]) -> Submission:
    """What was asked."""
    return Submission(
        job_id=item["pk"]["S"],
        owner=item["owner"]["S"],
        job_queue=item["jobQueue"]["S"],
        job_definition=item["jobDefinition"]["S"],
        runner=item["runner"]["BOOL"],
        created_at=int(item["createdAt"]["N"]),
        vcpus=int(item["vcpus"]["N"]),
        request=json.loads(item["request"]["S"]),
        digest=item["digest"]["S"],
        by_operator="byOperator" in item,
        rerun_of=item["rerunOf"]["S"] if "rerunOf" in item else None,
        indices=_indices(item["indices"]["M"]) if "indices" in item else None,
        part=_part(item["part"]["M"]) if "part" in item else None,
        num_nodes=int(item["numNodes"]["N"]) if "numNodes" in item else None,
    )


def _listed(submission: Submission) -> Item:
    """What the indexes sort by: a part of an array has none, and so no place in a list."""
    return {} if submission.part else {"created": {"S": created(submission.created_at, submission.job_id)}}


def _origin(submission: Submission) -> Item:
    """What only a job has that an operator asked for, that runs another again, or is a part of an array."""
    item: Item = {"rerunOf": {"S": submission.rerun_of}} if submission.rerun_of else {}
    if submission.by_operator:
        item["byOperator"] = {"BOOL": True}
    indices = submission.indices
    if indices:
        item["indices"] = {
            "M": {
                "of": {"N": str(indices.of)},
                "first": {"N": str(indices.first)},
                "bits": {"S": indices.bits},
            }
        }
    if submission.part:
        item["part"] = {"M": {"first": {"N": str(submission.part.first)}, "of": {"N": str(submission.part.of)}}}
    return item


def _indices(members: Mapping[str, Mapping[str, Any]]) -> Indices:
    return Indices(of=int(members["of"]["N"]), first=int(members["first"]["N"]), bits=members["bits"]["S"])


def _part(members: Mapping[str, Mapping[str, Any]]) -> Part:
    return Part(first=int(members["first"]["N"]), of=int(members["of"]["N"]))
