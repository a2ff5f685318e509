"""The operations on tags, of jobs and of what is in the catalogue. Knows nothing of what tags mean.

https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.bounds.limits import check_tags
from batchplane_local.batch.names import name_in
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import Resource
from batchplane_local.batch.resources.job_tags import JobTags
from batchplane_local.batch.resources.records import Operation, Records, Request


@dataclass(frozen=True, kw_only=True)
class TagOperations:
    """The operations, as functions from a request that has the right types to an answer's body."""

    records: Records
    job_tags: JobTags

    def table(self) -> dict[str, Operation]:
        """Operations by name."""
        changing = self.records.changing
        return {
            "TagResource": changing(self.tag_resource),
            "UntagResource": changing(self.untag_resource),
            "ListTagsForResource": self.list_tags_for_resource,
        }

    def tag_resource(self, request: Request) -> dict[str, Any]:
        """Set tags of a job, a queue, an environment, a definition or a scheduling policy."""
        arn = request["resourceArn"]
        if _is_job(arn):
            self.job_tags.change(arn, put=request["tags"])
            return {}
        resource = self._tagged(arn)
        tags = {**resource.document["tags"], **request["tags"]}
        check_tags(tags)
        self.records.update(resource, {"tags": tags})
        return {}

    def untag_resource(self, request: Request) -> dict[str, Any]:
        """Remove tags of a job, a queue, an environment, a definition or a scheduling policy."""
        arn = request["resourceArn"]
        if _is_job(arn):
            self.job_tags.change(arn, put={}, drop=request["tagKeys"])
            return {}
        resource = self._tagged(arn)
        tags = {name: tag for name, tag in resource.document["tags"].items() if name not in request["tagKeys"]}
        self.records.update(resource, {"tags": tags})
        return {}

    def list_tags_for_resource(self, request: Request) -> dict[str, Any]:
        """Tags of a job, a queue, an environment, a definition or a scheduling policy."""
        arn = request["resourceArn"]
        return {"tags": dict(self.job_tags.of(arn)) if _is_job(arn) else self._tagged(arn).document["tags"]}

    def _tagged(self, arn: str) -> Resource:
        resource = self.records.catalogue.find(_kind_in(arn), name_in(arn))
        if resource is None:
            raise Refused(f"Resource {arn} does not exist")
        return resource


def _kind_in(arn: str) -> str:
    return arn.rpartition("/")[0].rpartition(":")[2]


def _is_job(arn: str) -> bool:
    return _kind_in(arn) == "job"
