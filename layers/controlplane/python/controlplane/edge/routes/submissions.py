"""The route `POST /jobs`: a SubmitJob document in, the job that came of it out.

It reads its body and header by itself: a draft finds every error of its own, and what Powertools does before a model
finds any is a quarter of a request's work. What it reads is told in `edge/openapi/submissions.py`.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from controlplane.accepting.acceptor import Acceptor
from controlplane.edge.answer import answer
from controlplane.edge.caller import CurrentCaller
from controlplane.submissions.draft import Draft


def route_submissions(app: APIGatewayHttpResolver, acceptor: Acceptor, caller: CurrentCaller) -> None:
    """Add the route."""
    logger = Logger()

    @app.post("/jobs", summary="Submit a job", enable_validation=False)
    def submit() -> Response[str]:
        request, known = app.current_event, caller()
        key = request.raw_event["headers"].get("idempotency-key")  # API Gateway writes names in lower case
        accepted = acceptor.accept(Draft.read(request.json_body), caller=known, idempotency_key=key)
        logger.info(
            "accepted" if accepted.is_new else "accepted before", job_id=accepted.document["jobId"], owner=known.owner
        )
        return answer(202 if accepted.is_new else 200, accepted.document)
