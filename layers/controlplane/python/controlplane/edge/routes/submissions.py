"""The route `POST /jobs`: a SubmitJob document in, the job that came of it out."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header

from controlplane.acceptor import Acceptor
from controlplane.draft import Draft
from controlplane.edge.answer import answer
from controlplane.edge.caller import CurrentCaller


def route_submissions(app: APIGatewayHttpResolver, acceptor: Acceptor, caller: CurrentCaller) -> None:
    """Add the route."""
    logger = Logger()

    @app.post("/jobs", summary="Submit a job", responses={202: {"description": "Accepted, and kept"}})
    def submit(
        draft: Annotated[Draft, Body()],
        idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
    ) -> Response[dict[str, Any]]:
        known = caller()
        accepted = acceptor.accept(draft, caller=known, idempotency_key=idempotency_key)
        logger.info(
            "accepted" if accepted.is_new else "accepted before", job_id=accepted.document["jobId"], owner=known.owner
        )
        return answer(202 if accepted.is_new else 200, accepted.document)
