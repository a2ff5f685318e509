"""The way from a request to its operation and back, for whoever calls: the client in this process, the endpoint.

Checks the request's types and texts, has the operation done between the two sides of the gate, and turns refusals into
the errors that boto3 raises. It copies nothing: a request must be the operation's to keep, and an answer is shared, to
be read and not to be changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.answers import failure
from batchplane_local.batch.bounds.limits import check_texts
from batchplane_local.batch.bounds.not_done import operation_refused
from batchplane_local.batch.fault_injection.gate import Gate
from batchplane_local.batch.refused import Refused, Stopped
from batchplane_local.batch.service_model import check_limits, validate

Body = dict[str, Any]
#: From a request that has the right types to an answer's body, or to its promise where the engine must commit first.
Operation = Callable[[Mapping[str, Any]], Body | Future[Body]]

#: Operations that keep no thread waiting: bounded reads, and what only promises its answer.
_NEVER_BLOCKING = frozenset({"SubmitJob", "DescribeJobs", "ListJobs"})


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Every operation of one embedded Batch, by its name in the API: `SubmitJob`."""

    operations: Mapping[str, Operation]
    #: What every call passes before and after its operation.
    gate: Gate

    def call(self, operation: str, request: Mapping[str, Any]) -> Body:
        """Do an operation, and wait for it. Raises what boto3's client raises."""
        with errors_of(operation):
            number, begun = self._begin(operation, request)
            body = begun.result() if isinstance(begun, Future) else begun
            return self.gate.leave(operation, number, body)

    async def answer(self, operation: str, request: Mapping[str, Any]) -> Body:
        """The same, without a thread that waits: only for what may_block denies."""
        with errors_of(operation):
            number, begun = self._begin(operation, request)
            body = await asyncio.wrap_future(begun) if isinstance(begun, Future) else begun
            return self.gate.leave(operation, number, body)

    def may_block(self, operation: str) -> bool:
        """True for an operation that may keep its thread waiting for the engine's."""
        return operation not in _NEVER_BLOCKING

    def _begin(self, operation: str, request: Mapping[str, Any]) -> tuple[int, Body | Future[Body]]:
        """The call's number at the gate, and what the operation has begun."""
        number = self.gate.enter(operation)
        validate("batch", operation, request)
        do = self.operations.get(operation)
        if do is None:
            raise operation_refused(operation)
        check_limits("batch", operation, request)
        check_texts(request)
        return number, do(request)


@contextmanager
def errors_of(operation: str) -> Iterator[None]:
    """Whatever is refused within, as the error that boto3 raises for this operation."""
    try:
        yield
    except Refused as refused:
        raise failure("ClientException", str(refused), operation) from refused
    except Stopped as stopped:
        raise failure("ServerException", str(stopped), operation) from stopped
