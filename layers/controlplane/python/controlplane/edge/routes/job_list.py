"""The route `GET /jobs`: a filter read from the query, one page of jobs out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BeforeValidator, WithJsonSchema

from controlplane.edge.caller import CurrentCaller
from controlplane.errors import SubmissionInvalid, Violation
from controlplane.job import JobType, Status
from controlplane.records.job_filter import LAST_MILLISECOND, JobFilter
from controlplane.submissions.container_overrides import broken
from controlplane.submissions.submit_job_request import MOST_TAGS
from controlplane.viewing.lister import PAGE_LIMIT, Lister


def _listed(given: str) -> str:
    if given in _LISTED:
        return given
    where = f": GET /jobs/{{jobId}}/{_OF_ONE_JOB[given]}" if given in _OF_ONE_JOB else ""
    raise broken(f"one of {', '.join(_LISTED)}{where}")


#: What is listed of one job alone, and where.
_OF_ONE_JOB: Mapping[str, str] = {
    JobType.ARRAY_CHILD: "children lists the children of an array",
    JobType.NODE: "nodes lists the nodes of a multi-node parallel job",
}
_LISTED = [each for each in JobType if each not in _OF_ONE_JOB]
_Listed = Annotated[JobType, BeforeValidator(_listed), WithJsonSchema({"type": "string", "enum": _LISTED})]


def route_job_list(app: APIGatewayHttpResolver, lister: Lister, caller: CurrentCaller) -> None:
    """Add the route."""

    @app.get("/jobs", summary="List jobs, newest first")
    def list_jobs(
        owner: Annotated[str | None, Query(min_length=1, max_length=256)] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_LIMIT)] = PAGE_LIMIT,
        cursor: Annotated[str | None, Query(max_length=256)] = None,
        job_queue: Annotated[str | None, Query(alias="jobQueue")] = None,
        status: Annotated[list[Status], Query()] = [],  # noqa: B006 - Powertools takes it for the default, and copies
        type: Annotated[list[_Listed], Query()] = [],  # noqa: A002, B006 - the wire's own word
        name_prefix: Annotated[str, Query(alias="namePrefix", max_length=128)] = "",
        tag: Annotated[list[str], Query(description="NAME=VALUE")] = [],  # noqa: B006
        created_from: Annotated[int | None, Query(alias="createdFrom", ge=0, le=LAST_MILLISECOND)] = None,
        created_before: Annotated[int | None, Query(alias="createdBefore", ge=0, le=LAST_MILLISECOND)] = None,
    ) -> dict[str, Any]:
        known = caller()
        wanted = JobFilter(
            owner=known.owner if owner is None else owner,
            statuses=frozenset(status),
            types=frozenset(type),
            name_prefix=name_prefix,
            tags=tags_of(app.current_event.raw_event),
            created_from=created_from,
            created_before=created_before,
        )
        return lister.list_jobs(wanted, caller=known, job_queue=job_queue, limit=limit, cursor=cursor)


def tags_of(event: Mapping[str, Any]) -> Mapping[str, str]:
    """The tags that a query asks for. Raises SubmissionInvalid.

    They are read from the query as it was sent: API Gateway joins what is repeated by commas, which a tag may hold.
    """
    given = [value for name, value in parse_qsl(event.get("rawQueryString", ""), True) if name == "tag"]
    tags: dict[str, str] = {}
    for name, value in map(_pair, given):
        if tags.setdefault(name, value) != value:
            bound = "one value a name, for a job has one"
            raise SubmissionInvalid((Violation(field="tag", bound=bound, value=f"{name}={value}"),))
    if len(tags) > MOST_TAGS:
        bound = f"at most {MOST_TAGS} times there, for a job has no more"
        raise SubmissionInvalid((Violation(field="tag", bound=bound, value=len(tags)),))
    return tags


def _pair(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not (name and equals):
        raise SubmissionInvalid((Violation(field="tag", bound="NAME=VALUE", value=given),))
    return name, value
