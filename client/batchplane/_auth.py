"""Who asks: a bearer token, or AWS Signature Version 4. Keeps secrets out of every repr and message."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import httpx

from batchplane._errors import CredentialsMissing

if TYPE_CHECKING:
    from botocore.credentials import Credentials


class BearerAuth(httpx.Auth):
    """Sends a token of the embedded plane."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the token into the request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class SigV4Auth(httpx.Auth):
    """Signs requests for an API Gateway endpoint with IAM authorization.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
    """

    requires_request_body = True

    def __init__(self, *, region: str, credentials: Credentials) -> None:
        self._region = region
        self._credentials = credentials

    @classmethod
    def from_environment(cls, region: str) -> SigV4Auth:
        """With the credentials that the AWS CLI would use here. Raises CredentialsMissing."""
        try:
            from botocore.exceptions import BotoCoreError
            from botocore.session import Session
        except ImportError as error:
            raise CredentialsMissing(
                "Requests to AWS are signed with botocore, which is not installed: pip install 'batchplane[aws]'"
            ) from error
        try:
            credentials = Session().get_credentials()
        except BotoCoreError as error:
            raise CredentialsMissing(f"The AWS credentials can't be read: {error}") from error
        if credentials is None:
            raise CredentialsMissing("There are no AWS credentials: run 'aws configure', or set AWS_PROFILE")
        return cls(region=region, credentials=credentials)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request as it is about to be sent; a repeated one is signed anew."""
        from botocore.auth import SigV4Auth as Signer
        from botocore.awsrequest import AWSRequest

        signed = AWSRequest(method=request.method, url=str(request.url), data=request.content)
        Signer(self._credentials.get_frozen_credentials(), "execute-api", self._region).add_auth(signed)
        request.headers.update(dict(signed.headers.items()))
        yield request
