"""Alerting of a failure: the work of `alert_on_failure`. Once for one job, whatever is delivered how often.

An alert is claimed, published, closed. A crash in between leaves the claim to lapse, and the next delivery publishes:
a mail too many in that instant is better than none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controlplane.alerting.alert import LOG_LINES, FailedChild, Topic, compose, is_alerting
from controlplane.deployment import Deployment
from controlplane.ending.words import is_own_ending
from controlplane.errors import LogNotFound, NotYet
from controlplane.job import JobType, Status
from controlplane.log import LogLine, Logs
from controlplane.records.children import Child, Children
from controlplane.records.port import AlertClaim, Records
from controlplane.records.record import JobRecord, RecordKey

#: How long a claimed alert may take to be published before another delivery takes over, in milliseconds.
LEASE_MILLISECONDS = 60_000
#: How many children that have failed are looked at, for one that failed by itself; what AWS Batch has in one array.
PAGE_CHILDREN, MOST_PAGES = 500, 20
_FAILED = frozenset({Status.FAILED})


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

        What its own owner asked to end is told to nobody, unless the deployment says so.

        Raises NotYet where another delivery has begun and not ended: it may have died.
        """
        record = self.records.get(key)
        if record is None or not is_alerting(record):
            return False
        failed = self._failed_child(record)
        if not self.deployment.alert_own_endings and self._is_own_ending(record, failed):
            return False
        alert = compose(record, deployment=self.deployment, log=self._log(record), child=self._shown(failed))
        claim = self.records.claim_alert(key.job_id, at=self.clock(), lease=LEASE_MILLISECONDS)
        if claim is AlertClaim.CLOSED:
            return False
        if claim is AlertClaim.HELD:
            raise NotYet(f"job {key.job_id}: another delivery is alerting of it")
        self.topic.publish(alert)
        self.records.close_alert(key.job_id)
        return True

    def _is_own_ending(self, record: JobRecord, failed: Child | None) -> bool:
        """Whether all that failed of a job ended because its owner asked for it: they need not be told.

        Of an array AWS Batch may tell by the reasons of its children alone; and of a part that it never had, nothing.
        """
        tellers = [failed.record] if failed else []
        if record.type is JobType.ARRAY:
            parts = (stretch.record for stretch in Children(records=self.records).stretches(record))
            tellers += [part for part in parts if part.batch_job_id is None and part.status is Status.FAILED]
        return all(is_own_ending(teller, owner=record.owner) for teller in tellers or [record])

    def _failed_child(self, record: JobRecord) -> Child | None:
        """A failed child of an array: the first that its owner did not ask to end, among so many as are looked at."""
        if record.type is not JobType.ARRAY:
            return None
        children, first, example = Children(records=self.records), 0, None
        for _ in range(MOST_PAGES):
            page = children.page(record, first=first, limit=PAGE_CHILDREN, statuses=_FAILED)
            for child in page:
                example = example or child
                if not is_own_ending(child.record, owner=record.owner):
                    return child
            if len(page) < PAGE_CHILDREN:
                break
            first = page[-1].index + 1
        return example

    def _shown(self, child: Child | None) -> FailedChild | None:
        return FailedChild(record=child.record, index=child.index, log=self._log(child.record)) if child else None

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
