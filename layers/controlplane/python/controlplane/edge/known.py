"""What the API knows: the methods of a path, and the query parameters of a route. Answers nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from controlplane.errors import Violation

#: A signed request may carry its signature in the query.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
_OF_A_SIGNATURE = "X-Amz-"


def methods_of(app: APIGatewayHttpResolver, path: str) -> Sequence[str]:
    """The methods that a path has, in order; none where it is no path of the API.

    A path that is one word for word (`/jobs/bulk`) has no methods of the parameter in its place (`/jobs/<job_id>`).
    """
    found = [route for route in _routes(app) if route.rule.match(path)]
    itself = [route for route in found if route.path == path]
    return sorted({route.method for route in itself or found})


def unknown_parameters(app: APIGatewayHttpResolver) -> tuple[Violation, ...]:
    """What stands in the present request's query and its route knows nothing of."""
    query = app.current_event.raw_event.get("rawQueryString")
    route = app.context["_route"]
    if not query or route not in _routes(app):
        return ()
    known = [field.alias for field in route.dependant.query_params]
    bound = f"left out: this route knows {', '.join(known)}" if known else "left out: this route has no parameters"
    given = parse_qsl(query, keep_blank_values=True)
    return tuple(
        Violation(field=name, bound=bound, value=value)
        for name, value in given
        if name not in known and not name.startswith(_OF_A_SIGNATURE)
    )


def _routes(app: APIGatewayHttpResolver) -> list[Any]:
    # Powertools tells of its routes nowhere else; the one it makes up for what it doesn't find is not among them.
    return [*app._static_routes, *app._dynamic_routes]
