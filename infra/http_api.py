"""The HTTPS door: an HTTP API whose every route asks who calls, but for two. Knows no function's name."""

from __future__ import annotations

import json
from collections.abc import Sequence

import jsii
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledgment import acknowledge
from infra.log_group import LogGroup

#: Routes that API Gateway lets anybody through to, and why.
OPEN_ROUTES = {
    "GET /health": "It says that the plane is there, and nothing else.",
    "POST /runner/links": "A job has no AWS credentials: the function itself asks for the job's own capability.",
}
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "at": "$context.requestTimeEpoch",
    "caller": "$context.identity.userArn",
    "subject": "$context.authorizer.claims.sub",
    "sourceIp": "$context.identity.sourceIp",
    "routeKey": "$context.routeKey",
    "path": "$context.path",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
}


class HttpApi(Construct):
    """The API. Its URL is known before `serve` says who answers, so that the answerer may be told it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        jwt_issuer: str | None,
        jwt_audience: Sequence[str],
        requests_per_second: int,
        request_burst: int,
        log_days: int,
    ) -> None:
        """Callers show a token of the issuer, for one of the audience; or sign their requests, where there is none."""
        super().__init__(scope, construct_id)
        self._api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name=name,
            create_default_stage=False,
            default_authorizer=_authorizer(jwt_issuer, jwt_audience),
        )
        # Groups of this prefix need no resource policy of the account, which has room for few.
        log_group = LogGroup(self, "AccessLog", name=f"/aws/vendedlogs/apis/{name}", days=log_days)
        apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self._api,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=_AccessLog(log_group),
            throttle=apigatewayv2.ThrottleSettings(rate_limit=requests_per_second, burst_limit=request_burst),
        )

    @property
    def url(self) -> str:
        """Where the API answers, without a trailing slash."""
        return self._api.api_endpoint

    def serve(self, function: lambda_.IFunction) -> None:
        """Hand every request to this function, which knows the routes."""
        integration = integrations.HttpLambdaIntegration("Function", function)
        self._api.add_routes(path="/{proxy+}", methods=[apigatewayv2.HttpMethod.ANY], integration=integration)
        for route, reason in OPEN_ROUTES.items():
            method, path = route.split()
            (added,) = self._api.add_routes(
                path=path,
                methods=[apigatewayv2.HttpMethod[method]],
                integration=integration,
                authorizer=apigatewayv2.HttpNoneAuthorizer(),
            )
            acknowledge(added, "AwsSolutions-APIG4", reason=reason)


def _authorizer(jwt_issuer: str | None, jwt_audience: Sequence[str]) -> apigatewayv2.IHttpRouteAuthorizer:
    if jwt_issuer is None:
        return authorizers.HttpIamAuthorizer()
    return authorizers.HttpJwtAuthorizer("Tokens", jwt_issuer, jwt_audience=list(jwt_audience))


@jsii.implements(apigatewayv2.IAccessLogSettings)
class _AccessLog:
    """One line of JSON a request."""

    def __init__(self, log_group: logs.ILogGroup) -> None:
        self._log_group = log_group

    @property
    @jsii.member(jsii_name="destination")
    def destination(self) -> apigatewayv2.IAccessLogDestination:
        return apigatewayv2.LogGroupLogDestination(self._log_group)

    @property
    @jsii.member(jsii_name="format")
    def format(self) -> apigateway.AccessLogFormat:
        return apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG))
