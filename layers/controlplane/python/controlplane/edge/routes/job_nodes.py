"""The routes that show the nodes of a multi-node parallel job: all of them, one, and what may be asked of one."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query

from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.job_log import Attempt, LogLimit, Wait
from controlplane.edge.routes.job_wait import Timeout
from controlplane.edge.routes.jobs import Limit
from controlplane.edge.routes.paths import Node
from controlplane.job import MOST_NODES, NodeIndex, Status
from controlplane.viewing.lister import PAGE_LIMIT
from controlplane.viewing.log_reader import LogReader
from controlplane.viewing.viewer import Viewer
from controlplane.viewing.waiter import MAX_SECONDS, Waiter

First = Annotated[int, Query(ge=0, lt=MOST_NODES)]


def route_job_nodes(app: APIGatewayHttpResolver, viewer: Viewer, caller: CurrentCaller) -> None:
    """Add the routes that show nodes."""

    @app.get("/jobs/<job_id>/nodes", summary="List the nodes of a multi-node parallel job")
    def nodes(
        job_id: str,
        first: First = 0,
        limit: Limit = PAGE_LIMIT,
        status: Annotated[list[Status], Query()] = [],  # noqa: B006 - Powertools takes it for the default, and copies
    ) -> dict[str, Any]:
        return viewer.nodes(job_id, caller=caller(), first=first, limit=limit, statuses=frozenset(status))

    @app.get("/jobs/<job_id>/nodes/<node>", summary="Describe a node of a multi-node parallel job")
    def describe_node(job_id: str, node: Node) -> dict[str, Any]:
        return viewer.describe(job_id, caller=caller(), index=NodeIndex(node))

    @app.get("/jobs/<job_id>/nodes/<node>/history", summary="List the statuses that a node went through")
    def node_history(job_id: str, node: Node) -> dict[str, Any]:
        return viewer.history(job_id, caller=caller(), index=NodeIndex(node))

    @app.get("/jobs/<job_id>/nodes/<node>/attempts", summary="List a node's attempts")
    def node_attempts(job_id: str, node: Node) -> dict[str, Any]:
        return viewer.attempts(job_id, caller=caller(), index=NodeIndex(node))


def route_node_waits(app: APIGatewayHttpResolver, reader: LogReader, waiter: Waiter, caller: CurrentCaller) -> None:
    """Add the routes that may be held: a node's log, and its status."""

    @app.get("/jobs/<job_id>/nodes/<node>/log", summary="Read a node's log, or wait for its lines")
    def node_log(
        job_id: str,
        node: Node,
        attempt: Attempt = None,
        after: str | None = None,
        limit: LogLimit = 1000,
        wait: Wait = None,
    ) -> dict[str, Any]:
        wanted: dict[str, Any] = {"index": NodeIndex(node), "attempt": attempt, "after": after, "limit": limit}
        if wait is None:
            return reader.read(job_id, caller=caller(), **wanted).to_wire()
        return reader.tail(job_id, caller=caller(), seconds=wait, **wanted).to_wire()

    @app.get("/jobs/<job_id>/nodes/<node>/wait", summary="Wait until a node leaves a status")
    def wait_for_node(
        job_id: str, node: Node, status: Annotated[Status, Query()], timeout: Timeout = MAX_SECONDS
    ) -> dict[str, Any]:
        return waiter.wait(job_id, caller=caller(), status=status, seconds=timeout, index=NodeIndex(node))
