"""The HTTPS API: API Gateway's HTTP API events in, documents out. Puts the routes together, and decides none of them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from controlplane.accepting.acceptor import Acceptor
from controlplane.accepting.gate import Gate
from controlplane.accepting.rerunner import Rerunner
from controlplane.batch.recent import Recent
from controlplane.caller import Caller
from controlplane.definitions.registrar import Registrar
from controlplane.definitions.viewer import DefinitionViewer
from controlplane.edge.caller import CurrentCaller, bearer_of, caller_of, owner_of
from controlplane.edge.function import Handler
from controlplane.edge.json_body import BODY_BOUNDS, BULK_BOUNDS, decode
from controlplane.edge.problem import problem_of, to_answer
from controlplane.edge.refusals import other_content, route_refusals
from controlplane.edge.routes.bulk_submissions import BULK_PATH, route_bulk_submissions
from controlplane.edge.routes.dead_letters import route_dead_letters
from controlplane.edge.routes.definitions import route_definitions
from controlplane.edge.routes.job_deletion import route_job_deletion
from controlplane.edge.routes.job_ending import route_job_ending
from controlplane.edge.routes.job_files import route_job_files
from controlplane.edge.routes.job_history import route_job_history
from controlplane.edge.routes.job_list import route_job_list
from controlplane.edge.routes.job_log import route_job_log
from controlplane.edge.routes.job_nodes import route_job_nodes, route_node_waits
from controlplane.edge.routes.job_rerun import route_job_rerun
from controlplane.edge.routes.job_wait import route_job_wait
from controlplane.edge.routes.jobs import route_jobs
from controlplane.edge.routes.links import route_links
from controlplane.edge.routes.plane import route_plane
from controlplane.edge.routes.queues import route_queues
from controlplane.edge.routes.selection import route_selection
from controlplane.edge.routes.submissions import route_submissions
from controlplane.ending.canceller import Canceller
from controlplane.ending.deleter import Deleter
from controlplane.ending.selection_canceller import SelectionCanceller
from controlplane.errors import NotAuthorized
from controlplane.files.job_files import JobFiles
from controlplane.files.lender import Lender
from controlplane.plane import Plane
from controlplane.recording.dead_letters import Replayer
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.viewing.lister import Lister
from controlplane.viewing.log_reader import LogReader
from controlplane.viewing.queue_viewer import QueueViewer
from controlplane.viewing.viewer import Viewer
from controlplane.viewing.waiter import Waiter


def serve(plane: Plane) -> Handler:
    """The handler of every route."""

    def decoded(body: str) -> Any:
        return decode(body, BULK_BOUNDS if app.current_event.path == BULK_PATH else BODY_BOUNDS)

    app = APIGatewayHttpResolver(enable_validation=True, json_body_deserializer=decoded)

    def caller() -> Caller:
        return caller_of(app.current_event.raw_event, plane.deployment)

    route_refusals(app)
    route_plane(app, plane.deployment, caller)
    acceptor, jobs = _acceptor(plane), OwnedJobs(records=plane.records)
    route_submissions(app, acceptor, caller)
    route_bulk_submissions(app, acceptor, caller)
    _route_jobs(app, plane, jobs, caller)
    _route_changes(app, plane, jobs, acceptor, caller)
    recent = Recent(plane.clock)
    _route_queues(app, plane, jobs, recent, caller)
    _route_definitions(app, plane, recent, caller)
    route_links(app, Lender(records=plane.records, io_bucket=plane.io_bucket), caller)
    route_dead_letters(app, Replayer(queues=plane.dead_letter_queues, clock=plane.clock), caller)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            _let_in(event)
        except NotAuthorized as error:
            return to_answer(problem_of(error))
        refused = other_content(event)
        return to_answer(refused) if refused else app.resolve(event, context)

    return handler


def _acceptor(plane: Plane) -> Acceptor:
    return Acceptor(
        deployment=plane.deployment,
        registry=plane.registry,
        records=plane.records,
        submissions=plane.submissions,
        gate=Gate(quota=plane.deployment.quota, usage=plane.usage, records=plane.records, clock=plane.clock),
        clock=plane.clock,
    )


def _route_jobs(app: APIGatewayHttpResolver, plane: Plane, jobs: OwnedJobs, caller: CurrentCaller) -> None:
    """What shows jobs, and waits for them."""
    viewer = Viewer(deployment=plane.deployment, records=plane.records, jobs=jobs)
    route_job_list(app, Lister(deployment=plane.deployment, records=plane.records), caller)
    route_jobs(app, viewer, caller)
    route_job_history(app, viewer, caller)
    route_job_files(app, JobFiles(jobs=jobs, io_bucket=plane.io_bucket), caller)
    reader = _log_reader(plane, jobs)
    route_job_log(app, reader, caller)
    waiter = Waiter(
        records=plane.records,
        jobs=jobs,
        viewer=viewer,
        clock=plane.clock,
        sleep=plane.sleep,
        time_to_wait=plane.time_to_wait,
    )
    route_job_wait(app, waiter, caller)
    route_job_nodes(app, viewer, caller)
    route_node_waits(app, reader, waiter, caller)


def _route_changes(
    app: APIGatewayHttpResolver, plane: Plane, jobs: OwnedJobs, acceptor: Acceptor, caller: CurrentCaller
) -> None:
    """What runs jobs again, ends and deletes them."""
    rerunner = Rerunner(deployment=plane.deployment, records=plane.records, jobs=jobs, acceptor=acceptor)
    route_job_rerun(app, rerunner, caller)
    canceller = _canceller(plane, jobs)
    route_job_ending(app, canceller, caller)
    route_selection(
        app,
        SelectionCanceller(
            deployment=plane.deployment,
            records=plane.records,
            jobs=jobs,
            canceller=canceller,
            fan_out=plane.fan_out,
            clock=plane.clock,
            enough_milliseconds=plane.enough_milliseconds,
        ),
        caller,
    )
    deleter = Deleter(
        records=plane.records,
        jobs=jobs,
        io_bucket=plane.io_bucket,
        clock=plane.clock,
        enough_milliseconds=plane.enough_milliseconds,
    )
    route_job_deletion(app, deleter, caller)


def _log_reader(plane: Plane, jobs: OwnedJobs) -> LogReader:
    return LogReader(
        deployment=plane.deployment,
        records=plane.records,
        jobs=jobs,
        logs=plane.logs,
        clock=plane.clock,
        sleep=plane.sleep,
        time_to_wait=plane.time_to_wait,
    )


def _route_queues(
    app: APIGatewayHttpResolver, plane: Plane, jobs: OwnedJobs, recent: Recent, caller: CurrentCaller
) -> None:
    viewer = QueueViewer(
        deployment=plane.deployment, records=plane.records, jobs=jobs, batch=plane.batch, recent=recent
    )
    route_queues(app, viewer, caller)


def _route_definitions(app: APIGatewayHttpResolver, plane: Plane, recent: Recent, caller: CurrentCaller) -> None:
    viewer = DefinitionViewer(deployment=plane.deployment, registry=plane.registry, batch=plane.batch, recent=recent)
    registrar = Registrar(
        deployment=plane.deployment,
        registry=plane.registry,
        records=plane.records,
        batch=plane.batch,
        clock=plane.clock,
    )
    route_definitions(app, viewer, registrar, caller)


def _canceller(plane: Plane, jobs: OwnedJobs) -> Canceller:
    return Canceller(
        deployment=plane.deployment,
        records=plane.records,
        jobs=jobs,
        batch=plane.batch,
        clock=plane.clock,
        settle_milliseconds=plane.settle_milliseconds,
    )


def _let_in(event: dict[str, Any]) -> None:
    """Ask for a credential before anything of the body is read. Raises NotAuthorized."""
    path = event.get("rawPath")
    if path == "/runner/links":
        bearer_of(event)
    elif path != "/health":
        owner_of(event)
