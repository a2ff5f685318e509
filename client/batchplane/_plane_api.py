"""One request to the plane and its answer: JSON out, JSON in, problems as errors. Knows no job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from batchplane._clock import Clock
from batchplane._errors import AnswerMalformed, ArgumentInvalid, PlaneUnreachable, refusal
from batchplane._retry import Retry
from batchplane._signed_links import keep_links_out_of_logs

#: Statuses that another attempt may mend. 500 is not one: the plane would fail in the same way again.
NOT_NOW = frozenset({429, 502, 503, 504})


class PlaneApi:
    """The plane's HTTPS API. Every request may be repeated: what creates something carries a key or a digest."""

    def __init__(self, http: httpx.Client, *, retry: Retry, clock: Clock) -> None:
        keep_links_out_of_logs()
        self.http = http
        self.retry = retry
        self.clock = clock

    def get(self, path: str, **query: str | int | Sequence[str] | None) -> Mapping[str, Any]:
        """Read a document. Parameters that are None are left out, those of several values repeated.

        Raises PlaneRefused, PlaneUnreachable.
        """
        # SigV4 wants a space as %20 and a slash as %2F; httpx would send neither so.
        given = urlencode({name: value for name, value in query.items() if value is not None}, True, quote_via=quote)
        return self._document(self._send("GET", f"{path}?{given}" if given else path))

    def post(self, path: str, document: Mapping[str, Any], **headers: str) -> Mapping[str, Any]:
        """Send a document and read the answer. Raises PlaneRefused, PlaneUnreachable."""
        return self._document(self._send("POST", path, json=document, headers=headers))

    def delete(self, path: str) -> Mapping[str, Any]:
        """Delete what is there, and read the answer. Raises PlaneRefused, PlaneUnreachable."""
        return self._document(self._send("DELETE", path))

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        past = 0
        while True:
            past += 1
            answer = self._attempt(method, path, **content)
            if isinstance(answer, httpx.Response) and answer.status_code not in NOT_NOW:
                return answer
            retry_after = answer.headers.get("Retry-After") if isinstance(answer, httpx.Response) else None
            pause = self.retry.pause_seconds(past, retry_after=retry_after)
            if pause is None:
                return self._last(answer)
            self.clock.sleep(pause)

    def _attempt(self, method: str, path: str, **content: Any) -> httpx.Response | httpx.TransportError:
        try:
            return self.http.request(method, path, **content)
        except httpx.TransportError as error:
            return error
        except UnicodeEncodeError as error:  # a command line hands on bytes that are no UTF-8 as lone surrogates
            raise ArgumentInvalid(
                f"What is sent must be UTF-8; {error.object[error.start : error.end]!r} is not."
            ) from error

    def _last(self, answer: httpx.Response | httpx.TransportError) -> httpx.Response:
        if isinstance(answer, httpx.Response):
            return answer
        raise PlaneUnreachable(
            f"The plane at {self.http.base_url} did not answer {self.retry.attempts} attempts ({answer})."
            " Is it running? 'batchplane local' starts the embedded one; BATCHPLANE_URL names another."
        ) from answer

    def _document(self, response: httpx.Response) -> Mapping[str, Any]:
        document = _json(response)
        if not response.is_success:
            attempts = self.retry.attempts if response.status_code in NOT_NOW else 1
            raise refusal(response.status_code, document or {}, attempts=attempts)
        if document is None:
            raise AnswerMalformed(
                f"{response.request.method} {response.request.url.path}: the answer is no JSON object"
            )
        return document


def _json(response: httpx.Response) -> Mapping[str, Any] | None:
    try:
        document = response.json()
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def member(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The document of this name in an answer. Raises AnswerMalformed."""
    found = answer.get(name)
    if not isinstance(found, dict):
        raise AnswerMalformed(f"The plane's answer has no document {name!r}: are client and plane of the same version?")
    return found


def members(page: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list of this name in an answer. Raises AnswerMalformed."""
    listed = page.get(name)
    if not isinstance(listed, list):
        raise AnswerMalformed(f"The plane's answer has no list {name!r}: are client and plane of the same version?")
    return listed
