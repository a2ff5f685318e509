"""One failed job is one alert, whatever is delivered how often."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from batchplane_local.records import SqliteRecords
from controlplane.alerting.alert import Alert
from controlplane.alerting.alerter import LEASE_MILLISECONDS, PAGE_CHILDREN, Alerter
from controlplane.batch.state_change import from_event
from controlplane.errors import NotYet
from controlplane.log import Logs
from controlplane.records.record import JobRecord, RecordKey
from tests.builders import DEPLOYMENT, bring, change, event
from tests.flow.river import River
from tests.flow.scripted_batch import Answered


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


def ended(river: River, *, by: str = "ada", word: str = "terminate", told: str | None = None) -> str:
    """A job that somebody asked to end, and of whose end Batch tells with their words, or others."""
    job_id = river.submit()
    river.settle()
    assert river.request("POST", f"/jobs/{job_id}/{word}", {"reason": "enough"}, owner=by)[0] == 200
    fail(river, job_id, "batch-0", told or river.batch.reasons[-1])
    return job_id


def fail(river: River, job_id: str, batch_job_id: str, reason: str, **more: Any) -> None:
    """Batch tells that a job of ours, or a child of one, failed for a reason."""
    record, name = river.record(job_id), river.batch.jobs["batch-0"]["jobName"]
    place = {"jobQueue": record.job_queue, "jobDefinition": record.job_definition}
    river.job_events.send([event("FAILED", job_id=batch_job_id, name=name, statusReason=reason, **place, **more)])
    river.settle()


@pytest.mark.parametrize("word", ["cancel", "terminate"])
def test_who_asked_for_an_end_is_not_told_of_it(river: River, word: str) -> None:
    """They know."""
    ended(river, word=word)

    assert [] == river.mails


@pytest.mark.parametrize("word", ["cancel", "terminate"])
def test_what_ends_before_batch_has_it_is_no_failure_to_tell_of(river: River, word: str) -> None:
    """Where its owner has asked for that."""
    job_id = river.submit()
    river.request("POST", f"/jobs/{job_id}/{word}", {})
    river.settle()

    assert ("FAILED", []) == (river.record(job_id).status, river.mails)


def test_who_was_not_asked_is_told(river: River) -> None:
    """An operator ended it; the mail says who, and why."""
    ended(river, by="operator")

    assert "Terminated by operator: enough" in river.mails[0]


@pytest.mark.parametrize("reason", ["Essential container in task exited", "Terminated by adam", "Host EC2 terminated."])
def test_what_failed_by_itself_meanwhile_is_told(river: River, reason: str) -> None:
    """It is Batch's words that count, not that an end was asked for."""
    ended(river, told=reason)

    assert 1 == len(river.mails)


def test_a_job_of_nobody_is_told_of(river: River) -> None:
    """There is no owner who could have asked for its end, whatever is said."""
    river.job_events.send([event("FAILED", statusReason="Terminated by -: enough")])
    river.settle()

    assert 1 == len(river.mails)


def test_own_endings_are_told_where_the_deployment_says_so(make_river: Callable[..., River]) -> None:
    """As every failure."""
    river = make_river()
    river.plane.deployment = replace(DEPLOYMENT, alert_own_endings=True)
    ended(river)

    assert "Terminated by ada: enough" in river.mails[0]


OWN = "Terminated by ada: enough"
ITSELF = "Essential container in task exited"


@pytest.mark.parametrize(
    ("array", "children", "shown"),
    [
        (OWN, [OWN, OWN], None),
        ("Array Child Job failed", [OWN, OWN], None),
        (OWN, [], None),
        (OWN, [OWN, ITSELF], "shown here is child 1"),
        ("Array Child Job failed", [OWN, ITSELF], "shown here is child 1"),
        ("Array Child Job failed", [], "Array Child Job failed"),
    ],
)
def test_an_array_is_told_of_where_a_child_failed_by_itself(
    river: River, array: str, children: list[str], shown: str | None
) -> None:
    """Before it was ended; the mail shows that child, and none that was asked to end."""
    job_id = river.submit(arrayProperties={"size": 3})
    river.settle()
    for index, reason in enumerate(children):
        fail(river, job_id, f"batch-0:{index}", reason, arrayProperties={"index": index})
    fail(river, job_id, "batch-0", array, arrayProperties={"size": 3, "statusSummary": {"FAILED": 3}})

    assert [shown is not None] == [bool(river.mails)]
    assert shown is None or shown in river.mails[0]


def test_every_page_of_failed_children_is_looked_at(river: River) -> None:
    """The one that failed by itself may be the last."""
    job_id = river.submit(arrayProperties={"size": PAGE_CHILDREN + 1})
    river.settle()
    for index in range(PAGE_CHILDREN + 1):
        reason = ITSELF if index == PAGE_CHILDREN else OWN
        record, name = river.record(job_id), river.batch.jobs["batch-0"]["jobName"]
        place = {"jobQueue": record.job_queue, "jobDefinition": record.job_definition}
        told = event("FAILED", job_id=f"batch-0:{index}", name=name, statusReason=reason, **place)
        key = RecordKey(job_id="batch-0", index=index)
        bring(river.records, key, from_event(told), ours=False)
    fail(river, job_id, "batch-0", OWN, arrayProperties={"size": PAGE_CHILDREN + 1})

    assert f"shown here is child {PAGE_CHILDREN}" in river.mails[0]


def test_a_part_that_batch_refused_is_told_of(river: River) -> None:
    """Though its owner ended the others."""
    river.batch.refusals.append(Answered("ClientException", 400))
    job_id = river.submit(arrayProperties={"size": 20_000})
    river.settle()
    fail(river, job_id, "batch-0:0", OWN, arrayProperties={"index": 0})
    fail(river, job_id, "batch-0", OWN, arrayProperties={"size": 10_000, "statusSummary": {"FAILED": 10_000}})

    assert ("FAILED", 1) == (river.record(job_id).status, len(river.mails))
