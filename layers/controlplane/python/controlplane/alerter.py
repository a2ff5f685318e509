"""Alerting of a failure: the work of `alert_on_failure`. Once for one job, whatever is delivered how often.

An alert is claimed, published, closed. A crash in between leaves the claim to lapse, and the next delivery publishes:
a mail too many in that instant is better than none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controlplane.alert import LOG_LINES, FailedChild, Topic, compose, is_alerting
from controlplane.children import Children
from controlplane.deployment import Deployment
from controlplane.errors import LogNotFound, NotYet
from controlplane.job import JobType, Status
from controlplane.log import LogLine, Logs
from controlplane.record import JobRecord, RecordKey
from controlplane.records import AlertClaim, Records

#: How long a claimed alert may take to be published before another delivery takes over, in milliseconds.
LEASE_MILLISECONDS = 60_000


@dataclass(frozen=True, kw_only=True)
class Alerter:
    """Tells people of failures."""

    deployment: Deployment
    records: Records
    logs: Logs
    topic: Topic
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def alert(self, key: RecordKey) -> bool:
        """Alert of this job if it failed and nobody was told; return whether that happened now.

        Raises NotYet where another delivery has begun and not ended: it may have died.
        """
        record = self.records.get(key)
        if record is None or not is_alerting(record):
            return False
        alert = compose(record, deployment=self.deployment, log=self._log(record), child=self._failed_child(record))
        claim = self.records.claim_alert(key.job_id, at=self.clock(), lease=LEASE_MILLISECONDS)
        if claim is AlertClaim.CLOSED:
            return False
        if claim is AlertClaim.HELD:
            raise NotYet(f"job {key.job_id}: another delivery is alerting of it")
        self.topic.publish(alert)
        self.records.close_alert(key.job_id)
        return True

    def _failed_child(self, record: JobRecord) -> FailedChild | None:
        if record.type is not JobType.ARRAY:
            return None
        children = Children(records=self.records)
        failed = children.page(record, first=0, limit=1, statuses=frozenset({Status.FAILED}))
        return (
            FailedChild(record=failed[0].record, index=failed[0].index, log=self._log(failed[0].record))
            if failed
            else None
        )

    def _log(self, record: JobRecord) -> tuple[LogLine, ...]:
        if record.log_stream_name is None:
            return ()
        group = self.deployment.log_group(record.job_definition)
        try:
            return self.logs.tail(group, record.log_stream_name, limit=LOG_LINES)
        except LogNotFound:
            return ()
        except Exception as error:  # a throttled log is no reason to keep a failure quiet
            return (LogLine(timestamp=self.clock(), message=f"(its log can't be read now: {error})"),)
