"""Clients for a function that people wait for: whatever AWS does, their calls leave it time to say so.

An HTTP API waits 30 seconds for `serve_api`, which Lambda stops after 29. No attempt of a call begins that could not
end half a second before that (connecting and reading, `_PATIENCE`), and none is made again unless the longest pause
before it fits in, too. So a request is answered in 28.5 s however many calls it takes; where one call alone fails it
is answered earlier: three attempts of DynamoDB take 3 x (1 + 2) s and two pauses of at most 1 + 2 s, 12 s together.
What another attempt might have mended is then `StoreUnavailable`, which tells the caller to come back.

Connecting is counted once: a name of several addresses, all of them dead, takes a second for each.

Functions that no one waits for have the SDK's own patience: what fails there is delivered again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.session import Session

from controlplane.errors import BatchUnavailable, PlaneError, StoreUnavailable
from controlplane.throttling import code_of, is_throttled, status_of

#: An answer as botocore hands it about: as it came, and read.
_Response = tuple[Any, Any]
#: What is kept of a function's time for telling its caller, in seconds.
_TO_ANSWER = 0.5
_CONNECT_SECONDS = 1
#: The longest pause before another attempt, beside what doubles: that for which AWS may ask (seconds).
_ASKED_PAUSE = 5


def _batch_unavailable(name: str, why: str) -> BatchUnavailable:
    return BatchUnavailable(f"{name} was not asked ({why}): send the same request again.")


@dataclass(frozen=True, kw_only=True)
class _Patience:
    """How long a service is waited for."""

    #: What people know it by.
    name: str
    #: How long it may say nothing, in seconds.
    read_seconds: int
    #: How often it is asked one thing.
    attempts: int = 3
    #: What is raised where it can't do its part, of its name and why.
    unavailable: Callable[[str, str], PlaneError] = StoreUnavailable

    @property
    def attempt_seconds(self) -> int:
        """What an attempt takes at most, in seconds."""
        return _CONNECT_SECONDS + self.read_seconds

    @property
    def config(self) -> Config:
        """The same for the SDK."""
        return Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=self.read_seconds,
            retries={"total_max_attempts": self.attempts, "mode": "standard"},
        )


#: Records and logs are read at the end of a request that waits 25 s, too, so an attempt at them must be short. A log
#: that is waited for is asked for again anyway. Batch may take its time to end a large array.
_PATIENCE = {
    "dynamodb": _Patience(name="Amazon DynamoDB", read_seconds=2),
    "sqs": _Patience(name="Amazon SQS", read_seconds=3),
    "s3": _Patience(name="Amazon S3", read_seconds=5),
    "logs": _Patience(name="CloudWatch Logs", read_seconds=2, attempts=1),
    "batch": _Patience(name="AWS Batch", read_seconds=10, unavailable=_batch_unavailable),
}


class Deadline:
    """When what the function does now must be over. One request is served at a time, by as many threads as it takes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take a clock: seconds that never run backwards."""
        self._clock = clock
        self._until = inf

    def set(self, seconds: float) -> None:
        """Lambda stops the function in so many seconds."""
        self._until = self._clock() + seconds - _TO_ANSWER

    @property
    def left(self) -> float:
        """Seconds for calls."""
        return self._until - self._clock()


def client_in_time(session: Session, service: str, config: Config | None, deadline: Deadline) -> Any:
    """A client of this service (as botocore names it) that keeps the deadline; `config` goes before its patience."""
    patience = _PATIENCE[service]
    client = session.create_client(service, config=patience.config.merge(config) if config else patience.config)
    watch = _Watch(patience, deadline)
    events = client.meta.events
    events.register_first("request-created", watch.begin)
    # By the service's name, as the SDK's own: else that spends, of a client's attempts in all, on what is not made.
    events.register_first(f"needs-retry.{client.meta.service_model.service_id.hyphenize()}", watch.go_on)
    if service != "batch":  # `controlplane.batch.port` says itself what a failure means, which may be that nobody knows
        events.register("after-call", watch.answered)
        events.register("after-call-error", watch.failed)
    return client


class _Watch:
    """What is heard of each call. https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html."""

    def __init__(self, patience: _Patience, deadline: Deadline) -> None:
        self._patience = patience
        self._deadline = deadline

    def begin(self, **_: Any) -> None:
        """Before each attempt."""
        if self._deadline.left < self._patience.attempt_seconds:
            raise self._unavailable("no time is left to ask it")

    def go_on(
        self, attempts: int, operation: Any, response: _Response | None, caught_exception: Exception | None, **_: Any
    ) -> None:
        """After each attempt, before the pause for another: what failed is raised as if it were the last one."""
        another = 2 ** (attempts - 1) + _ASKED_PAUSE + self._patience.attempt_seconds
        if self._deadline.left < another:
            if caught_exception:
                raise caught_exception
            if response and _may_mend(response[1]):
                raise ClientError(response[1], operation.name)

    def answered(self, parsed: Any, **_: Any) -> None:
        """After the last attempt, where there was an answer."""
        if _may_mend(parsed):
            raise self._unavailable(code_of(parsed) or f"HTTP {status_of(parsed)}")

    def failed(self, exception: Exception, **_: Any) -> None:
        """After the last attempt, where there was none, or no time for another."""
        if isinstance(exception, HTTPClientError):
            raise self._unavailable("no answer") from exception
        if isinstance(exception, ClientError):
            self.answered(exception.response)

    def _unavailable(self, why: str) -> PlaneError:
        return self._patience.unavailable(self._patience.name, why)


def _may_mend(parsed: Any) -> bool:
    """Whether another attempt might do what this one did not."""
    return is_throttled(parsed) or status_of(parsed) >= 500
