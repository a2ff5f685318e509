"""What was asked, as a DynamoDB item, and back. Does no I/O.

It lies beside the record and never changes, so that it is what the indexes by owner and by queue stand on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from controlplane.aws.index_entry import created, tag_digests
from controlplane.aws.record_item import Item
from controlplane.indices import Selection
from controlplane.submission import Submission


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
        "created": {"S": created(submission.created_at, submission.job_id)},
        "jobName": {"S": submission.job_name},
        "type": {"S": submission.type.value},
        **({"tagDigests": {"B": digests}} if digests else {}),
        **_rerun(submission),
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
        rerun_of=item["rerunOf"]["S"] if "rerunOf" in item else None,
        selection=_selection(item["selection"]["M"]) if "selection" in item else None,
    )


def _rerun(submission: Submission) -> Item:
    """What only a job has that runs another again, or stands for children of a larger array."""
    item: Item = {"rerunOf": {"S": submission.rerun_of}} if submission.rerun_of else {}
    selection = submission.selection
    if selection:
        item["selection"] = {"M": {"of": {"N": str(selection.of)}, "indices": {"S": selection.indices}}}
    return item


def _selection(members: Mapping[str, Mapping[str, Any]]) -> Selection:
    return Selection(of=int(members["of"]["N"]), indices=members["indices"]["S"])
