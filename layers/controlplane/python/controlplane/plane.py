"""A plane: the ports that a handler is given. Two whole ones exist, `controlplane.aws` and `batchplane_local`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from controlplane.accepting.gate import Usage
from controlplane.alerting.alert import Topic
from controlplane.batch.port import Batch
from controlplane.definitions.registered import DefinitionRegistry
from controlplane.deployment import Deployment
from controlplane.fan_out import FanOut
from controlplane.io_bucket import IOBucket
from controlplane.log import Logs
from controlplane.recording.dead_letters import DeadLetterQueue, DeadLetters
from controlplane.records.port import Records
from controlplane.submissions.queue import Submissions


class Plane(Protocol):
    """Each port is made when it is first asked for: a function gets the settings of those alone that it uses."""

    @property
    def deployment(self) -> Deployment:
        """What submissions may name."""
        ...

    @property
    def records(self) -> Records:
        """The job records."""
        ...

    @property
    def usage(self) -> Usage:
        """What owners use, where they have quotas."""
        ...

    @property
    def registry(self) -> DefinitionRegistry:
        """Job definitions that people have registered."""
        ...

    @property
    def submissions(self) -> Submissions:
        """The way to `submit_job`."""
        ...

    @property
    def batch(self) -> Batch:
        """AWS Batch."""
        ...

    @property
    def logs(self) -> Logs:
        """The logs of attempts."""
        ...

    @property
    def io_bucket(self) -> IOBucket:
        """Inputs and outputs."""
        ...

    @property
    def topic(self) -> Topic:
        """Where alerts go."""
        ...

    @property
    def dead_letters(self) -> DeadLetters:
        """Where job events that can't be read are kept."""
        ...

    @property
    def dead_letter_queues(self) -> Sequence[DeadLetterQueue]:
        """What each queue has given up."""
        ...

    @property
    def clock(self) -> Callable[[], int]:
        """Epoch milliseconds."""
        ...

    @property
    def sleep(self) -> Callable[[float], None]:
        """Lets so many seconds pass."""
        ...

    @property
    def pace(self) -> Callable[[], None]:
        """Returns when this instance's next call of SubmitJob is due."""
        ...

    @property
    def settle_milliseconds(self) -> int:
        """How long after an unknown outcome of SubmitJob ListJobs is believed."""
        ...

    @property
    def fan_out(self) -> FanOut:
        """How what one request asks of many jobs is done: several at a time, where that is quicker."""
        ...

    @property
    def enough_milliseconds(self) -> int:
        """How long a request goes on that may be gone on with by another; at least one step of it is always done."""
        ...

    @property
    def time_to_wait(self) -> Callable[[], float]:
        """How many seconds the request at hand may still wait for news, and be answered in time."""
        ...
