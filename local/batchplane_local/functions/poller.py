"""One queue's messages to one function, in a thread of their own: the part of Lambda's event source mapping.

It sleeps while there is nothing to receive, and wakes when a message is sent or comes back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from batchplane_local.database import FAILURES
from batchplane_local.functions.events import failed_ids
from batchplane_local.functions.invocation import Invocation
from batchplane_local.functions.worker import Worker
from batchplane_local.queue import Message, Queue
from controlplane.edge.function import Handler

log = logging.getLogger(__name__)

#: How long to wait before asking a database again that did not answer, in seconds.
BREATH_SECONDS = 1.0
_NAMED = "The function named it as failed; the plane's log says why."


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a poller moves where."""

    function: str
    queue: Queue
    handler: Handler
    #: The function's event for some messages.
    to_event: Callable[[str, Sequence[Message]], dict[str, Any]]
    #: Most messages of one invocation.
    batch_size: int


class Poller(Worker):
    """A thread that feeds one function."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.function)
        self._source = source

    def _wake(self) -> None:
        self._source.queue.announce()

    def _run(self) -> None:
        queue = self._source.queue
        while True:
            queue.arrived.clear()
            # Asked after the clearing: `stop` announces, and its announcement must not be lost.
            if self._stopping.is_set():
                return
            try:
                if not self._poll():
                    queue.arrived.wait(queue.seconds_until_visible())
            except FAILURES:
                log.exception("queue %s did not answer", queue.name)
                self._stopping.wait(BREATH_SECONDS)

    def _poll(self) -> bool:
        """Receive once and invoke; False where there was nothing to receive."""
        messages = self._source.queue.receive(self._source.batch_size)
        if messages:
            self._source.queue.finish(messages, failed=self._invoke(messages))
        return bool(messages)

    def _invoke(self, messages: Sequence[Message]) -> dict[int, str]:
        """Call the function; return what failed, with the reason. An error fails the whole batch, as in Lambda."""
        source = self._source
        try:
            event = source.to_event(source.queue.name, messages)
            answer = source.handler(event, Invocation.of(source.function))
            return dict.fromkeys(failed_ids(answer, messages), _NAMED)
        except Exception as error:
            log.exception("%s failed", source.function)
            return dict.fromkeys((message.message_id for message in messages), f"{type(error).__name__}: {error}")
