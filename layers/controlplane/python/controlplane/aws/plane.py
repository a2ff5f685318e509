"""The plane that the functions are given on AWS, from their environment."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.session import Session

from controlplane.aws.client import AtFirstCall, new_session
from controlplane.aws.dead_letters import SqsDeadLetterQueue
from controlplane.aws.dynamodb.definitions import DynamoDefinitions
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.aws.dynamodb.usage import DynamoUsage
from controlplane.aws.fan_out import Threads
from controlplane.aws.in_time import Deadline, client_in_time
from controlplane.aws.io_bucket import S3Bucket
from controlplane.aws.queues import SqsDeadLetters, SqsSubmissions
from controlplane.aws.topic import SnsTopic
from controlplane.batch.pace import Pace
from controlplane.batch.port import Batch
from controlplane.deployment import Deployment
from controlplane.log import Logs

#: SubmitJob has no client token, so the SDK must not post it again: a lost answer is looked up instead.
_ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})
#: What may be asked again, once: a call that hangs must leave a run of the sweep its time.
_ASKED = Config(retries={"total_max_attempts": 2, "mode": "standard"})
#: Calls of DynamoDB, or of SQS, at a time: more wait for the interpreter's lock rather than for an answer.
_CALLS = 12
#: What costs a tenth of each call: the check of requests that are ours, and a user agent that is made anew each time.
_DYNAMODB = Config(max_pool_connections=_CALLS, parameter_validation=False, user_agent="batchplane")
#: What is kept of a request's time for the reads that follow a wait, in seconds: no read of the table begins with less
#: than 3 s (`in_time`), and there are some, one after another.
_TO_READ = 3.5
#: How long a line takes from its container to where it can be read is not documented; it is seconds (milliseconds).
_LOG_LAG = 5_000
_S3 = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})


class AwsPlane:
    """Each port is made when it is first asked for: a function pays for its own alone."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        make_session: Callable[[], Session] = new_session,
        deadline: Deadline | None = None,
    ) -> None:
        self._environment = environment
        self._make_session = make_session
        self._deadline = deadline

    @classmethod
    def from_environment(cls) -> AwsPlane:
        """The plane of the function that runs this."""
        return cls(os.environ)

    def within(self, deadline: Deadline) -> AwsPlane:
        """The same plane for a function that people wait for: no call of its clients outlasts the deadline."""
        return AwsPlane(self._environment, make_session=self._make_session, deadline=deadline)

    @cached_property
    def deployment(self) -> Deployment:
        """What the infrastructure wrote for this function, in a variable; what would not fit there, in a file."""
        known = self._environment
        document = json.loads(known["BATCHPLANE_DEPLOYMENT"])
        if "BATCHPLANE_SETTINGS" in known:
            document |= json.loads(Path(known["BATCHPLANE_SETTINGS"]).read_bytes())
        return Deployment.from_wire(
            document, url=known.get("BATCHPLANE_URL", ""), io_bucket=known.get("BATCHPLANE_IO_BUCKET", "")
        )

    @cached_property
    def records(self) -> DynamoRecords:
        """The table."""
        return DynamoRecords(
            self._dynamodb,
            table=self._environment["BATCHPLANE_TABLE"],
            fan_out=self._fan_out,
            retention_days=int(self._environment["BATCHPLANE_RETENTION_DAYS"]),
            clock=self.clock,
        )

    @cached_property
    def usage(self) -> DynamoUsage:
        """What owners use, in the table."""
        return DynamoUsage(self._dynamodb, table=self._environment["BATCHPLANE_TABLE"], clock=self.clock)

    @cached_property
    def registry(self) -> DynamoDefinitions:
        """Registered job definitions, in the table."""
        return DynamoDefinitions(self._dynamodb, table=self._environment["BATCHPLANE_TABLE"], clock=self.clock)

    @cached_property
    def submissions(self) -> SqsSubmissions:
        """The submissions queue."""
        return SqsSubmissions(
            self._sqs, url=self._environment["BATCHPLANE_SUBMISSIONS_QUEUE_URL"], fan_out=self._fan_out
        )

    @cached_property
    def dead_letters(self) -> SqsDeadLetters:
        """The dead-letter queue of the job events."""
        return SqsDeadLetters(self._sqs, url=self._environment["BATCHPLANE_JOB_EVENTS_DEAD_LETTERS_URL"])

    @cached_property
    def dead_letter_queues(self) -> Sequence[SqsDeadLetterQueue]:
        """Those whose messages can be sent back, and where to."""
        told = json.loads(self._environment["BATCHPLANE_DEAD_LETTER_QUEUES"])
        return [
            SqsDeadLetterQueue(self._sqs, name=each["name"], url=each["url"], source_url=each["sourceUrl"])
            for each in told
        ]

    @cached_property
    def batch(self) -> Batch:
        """AWS Batch."""
        return Batch(self._client("batch", config=_ONCE), asking=self._client("batch", config=_ASKED))

    @cached_property
    def logs(self) -> Logs:
        """CloudWatch Logs."""
        return Logs(self._client("logs"), lag_milliseconds=_LOG_LAG)

    @cached_property
    def io_bucket(self) -> S3Bucket:
        """The IOBucket."""
        return S3Bucket(self._client("s3", config=_S3), bucket=self._environment["BATCHPLANE_IO_BUCKET"])

    @cached_property
    def topic(self) -> SnsTopic:
        """The alerts topic."""
        return SnsTopic(self._client("sns"), arn=self._environment["BATCHPLANE_ALERTS_TOPIC_ARN"])

    @cached_property
    def pace(self) -> Pace:
        """This instance's share of the calls that AWS Batch takes a second."""
        per_second = float(self._environment["BATCHPLANE_SUBMISSIONS_PER_SECOND"])
        return Pace(per_second=per_second, clock=time.monotonic, sleep=time.sleep)

    @property
    def clock(self) -> Callable[[], int]:
        """The system's clock."""
        return lambda: time.time_ns() // 1_000_000

    @property
    def sleep(self) -> Callable[[float], None]:
        """The system's own."""
        return time.sleep

    @property
    def settle_milliseconds(self) -> int:
        """How far ListJobs lags behind SubmitJob is not documented; a minute is believed to be enough."""
        return 60_000

    @property
    def enough_milliseconds(self) -> int:
        """An HTTP API waits 29 seconds for an answer; of these what has been done leaves half."""
        return 15_000

    @property
    def time_to_wait(self) -> Callable[[], float]:
        """What the deadline leaves beside the reads after a wait; as long as it likes where no one stops it."""
        deadline = self._deadline
        return (lambda: inf) if deadline is None else lambda: deadline.left - _TO_READ

    @cached_property
    def fan_out(self) -> Threads:
        """Threads of its own: work that waits for the calls of the other fan-out must not stand in their way."""
        return Threads(_CALLS)

    @cached_property
    def _fan_out(self) -> Threads:
        return Threads(_CALLS)

    @cached_property
    def _dynamodb(self) -> Any:
        return self._client("dynamodb", config=_DYNAMODB)

    @cached_property
    def _sqs(self) -> Any:
        return self._client("sqs")

    @cached_property
    def _session(self) -> Session:
        return self._make_session()

    def _client(self, service: str, config: Config | None = None) -> Any:
        deadline = self._deadline
        if deadline is None:
            return AtFirstCall(lambda: self._session.create_client(service, config=config))
        return AtFirstCall(lambda: client_in_time(self._session, service, config, deadline))
