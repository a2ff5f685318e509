"""One failed job is one alert, whatever is delivered how often."""

from dataclasses import replace
from typing import Any

import pytest

from batchplane_local.records import SqliteRecords
from controlplane.alert import Alert
from controlplane.alerter import LEASE_MILLISECONDS, Alerter
from controlplane.errors import NotYet
from controlplane.log import Logs
from controlplane.record import JobRecord, RecordKey
from tests.builders import DEPLOYMENT, bring, change
from tests.flow.river import River


class Carried:
    """A topic that keeps what it is given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.alerts: list[Alert] = []
        self.failures = failures

    def publish(self, alert: Alert) -> None:
        """Keep an alert, or fail."""
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.alerts.append(alert)


@pytest.fixture(name="key")
def _key(river: River) -> RecordKey:
    """The key of a job that has failed."""
    key = RecordKey(job_id=river.submit())
    record = river.record(key.job_id)
    ended = change("FAILED", jobQueue=record.job_queue, jobDefinition=record.job_definition)
    bring(river.records, key, ended, ours=True)
    return key


class _WithLog:
    """Records whose every job has a log."""

    def __init__(self, records: SqliteRecords) -> None:
        self._records = records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def get(self, key: RecordKey) -> JobRecord | None:
        """The record, with a log stream."""
        record = self._records.get(key)
        return record and replace(record, log_stream_name="s/1")


def alerter(river: River, topic: Carried) -> Alerter:
    """An alerter whose topic can be looked into."""
    plane = river.plane
    return Alerter(deployment=DEPLOYMENT, records=river.records, logs=plane.logs, topic=topic, clock=river.clock)


def test_a_second_delivery_alerts_no_second_time(river: River, key: RecordKey) -> None:
    """However much later it comes."""
    topic = Carried()
    for _ in range(2):
        alerter(river, topic).alert(key)
        river.now += LEASE_MILLISECONDS

    assert 1 == len(topic.alerts)


def test_a_log_that_can_not_be_read_keeps_no_failure_quiet(river: River, key: RecordKey) -> None:
    """The mail says so instead."""

    class Throttled:
        def get_log_events(self, **request: object) -> dict[str, object]:
            raise ConnectionError("throttled")

    topic = Carried()
    told = replace(alerter(river, topic), records=_WithLog(river.records), logs=Logs(Throttled()))
    told.alert(key)

    assert "(its log can't be read now: throttled)" in topic.alerts[0].body


def test_a_delivery_waits_for_one_that_has_begun(river: River, key: RecordKey) -> None:
    """The first one may have died, so the second must come again; it may live, so the second must not publish."""
    topic = Carried(failures=1)
    with pytest.raises(ConnectionError):
        alerter(river, topic).alert(key)
    with pytest.raises(NotYet):
        alerter(river, topic).alert(key)

    assert [] == topic.alerts


def test_a_delivery_takes_over_from_one_that_died(river: River, key: RecordKey) -> None:
    """Once its lease has lapsed."""
    topic = Carried(failures=1)
    with pytest.raises(ConnectionError):
        alerter(river, topic).alert(key)
    river.now += LEASE_MILLISECONDS
    alerter(river, topic).alert(key)

    assert 1 == len(topic.alerts)
