"""The routes that end jobs by selection: `POST /jobs/cancel` and `POST /jobs/terminate`, a dry run unless said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field, model_validator

from controlplane.batch.port import MAX_REASON_CHARACTERS
from controlplane.caller import Caller
from controlplane.edge.caller import CurrentCaller
from controlplane.edge.problem import problem_document
from controlplane.ending.selection_canceller import Selected, SelectedPage, SelectionCanceller
from controlplane.ending.words import Ending
from controlplane.errors import PlaneError
from controlplane.job import JobType, Status
from controlplane.records.job_filter import LAST_MILLISECOND, JobFilter
from controlplane.submissions.container_overrides import broken
from controlplane.submissions.submit_job_request import MOST_TAGS, TagKey, TagValue

#: Most jobs of one request.
MOST_JOBS = 100
_Moment = Annotated[int, Field(ge=0, le=LAST_MILLISECOND)]
#: Longer than any id of a job, ours or Batch's.
_Id = Annotated[str, Field(max_length=64)]
_SELECTING = ("jobQueue", "status", "type", "namePrefix", "tags", "createdFrom", "createdBefore")


class SelectionRequest(BaseModel):
    """Which jobs are to end, in the words of the filters of GET /jobs, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    jobQueue: str | None = None  # noqa: N815
    status: list[Literal["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"]] = []
    type: list[Literal["Single", "Array", "MultiNode"]] = []
    namePrefix: Annotated[str, Field(max_length=128)] = ""  # noqa: N815
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=MOST_TAGS)] = {}
    createdFrom: _Moment | None = None  # noqa: N815
    createdBefore: _Moment | None = None  # noqa: N815
    jobIds: Annotated[list[_Id], Field(max_length=MOST_JOBS)] = []  # noqa: N815
    all: bool = False
    dryRun: bool = True  # noqa: N815
    reason: Annotated[str, Field(max_length=MAX_REASON_CHARACTERS)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_JOBS)] = MOST_JOBS
    cursor: Annotated[str, Field(max_length=256)] | None = None

    @model_validator(mode="after")
    def _selects(self) -> Self:
        """Who names nothing would end everything: that must be said."""
        selects = self.all or any(getattr(self, name) not in (None, "", [], {}) for name in _SELECTING)
        if self.jobIds and (selects or self.cursor is not None):
            raise broken("an object that names either jobIds or a selection: ids are gone on with by sending the rest")
        if not self.jobIds and not selects:
            raise broken(f"an object that names a selection ({', '.join(_SELECTING)}), or jobIds, or says all: true")
        return self


def route_selection(app: APIGatewayHttpResolver, selection: SelectionCanceller, caller: CurrentCaller) -> None:
    """Add the routes."""
    _route(app, selection, caller, "cancel", Ending.CANCEL)
    _route(app, selection, caller, "terminate", Ending.TERMINATE)


def _route(
    app: APIGatewayHttpResolver, selection: SelectionCanceller, caller: CurrentCaller, word: str, ending: Ending
) -> None:
    logger = Logger()

    @app.post(f"/jobs/{word}", summary=f"{word.capitalize()} the jobs that a selection names; a dry run unless said")
    def end_selected(request: Annotated[SelectionRequest, Body()]) -> dict[str, Any]:
        known = caller()
        page = _end(selection, request, ending, known)
        for each in page.jobs:
            if each.error is not None and not isinstance(each.error, PlaneError):
                logger.error("failed", exc_info=each.error)
        logger.info(word, jobs=len(page.jobs), dry_run=request.dryRun, owner=known.owner)
        return {
            "dryRun": request.dryRun,
            "createdBefore": page.created_before,
            "jobs": list(map(_document, page.jobs)),
            "counts": page.counts,
            "cursor": page.cursor,
        }


def _end(selection: SelectionCanceller, request: SelectionRequest, ending: Ending, caller: Caller) -> SelectedPage:
    if request.jobIds:
        ids = list(dict.fromkeys(request.jobIds))
        return selection.end_named(ids, ending, caller=caller, reason=request.reason, dry_run=request.dryRun)
    return selection.end(
        _filter(request, owner=caller.owner),
        ending,
        caller=caller,
        job_queue=request.jobQueue,
        reason=request.reason,
        dry_run=request.dryRun,
        limit=request.limit,
        cursor=request.cursor,
    )


def _filter(request: SelectionRequest, *, owner: str) -> JobFilter:
    return JobFilter(
        owner=owner,
        statuses=frozenset(map(Status, request.status)),
        types=frozenset(map(JobType, request.type)),
        name_prefix=request.namePrefix,
        tags=request.tags,
        created_from=request.createdFrom,
        created_before=request.createdBefore,
    )


def _document(selected: Selected) -> Mapping[str, Any]:
    document: dict[str, Any] = {"jobId": selected.job_id}
    if selected.job is not None:
        document["job"] = selected.job
    if selected.came_to is not None:
        document["cameTo"] = selected.came_to.value
    if selected.error is not None:
        return document | {"problem": problem_document(selected.error)}
    return document | ({"asked": selected.asked, "detail": selected.detail} if selected.detail else {})
