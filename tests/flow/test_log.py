"""`GET /jobs/{id}/log`: a page of one attempt's log, at once or as soon as there are lines, or the attempt is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from controlplane.log import Logs
from tests.builders import T0, event
from tests.flow.river import River
from tests.flow.scripted_batch import Answered

#: How long after it was printed a line may not be there yet, in milliseconds.
LAG = 5000


@dataclass
class ScriptedLogs:
    """Streams whose lines appear at their times; a token is a count of lines. Answers with boto3's shapes."""

    river: River
    #: By stream: when a line can be read, and the line.
    lines: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    #: Raised by the next calls.
    failures: list[Exception] = field(default_factory=list)
    calls: int = 0

    def get_log_events(self, **request: Any) -> Mapping[str, Any]:
        """What CloudWatch Logs answers: a token that was given comes back at the end."""
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        if request["logStreamName"] not in self.lines:
            raise Answered("ResourceNotFoundException", 400)
        first = int(request.get("nextToken", 0))
        shown = [line for line in self.lines[request["logStreamName"]] if line[0] <= self.river.now]
        events = [{"timestamp": at, "message": message} for at, message in shown[first : first + request["limit"]]]
        return {"events": events, "nextForwardToken": str(first + len(events))}


@pytest.fixture(name="logs")
def _logs(river: River) -> ScriptedLogs:
    logs = ScriptedLogs(river)
    river.plane.logs = Logs(logs, lag_milliseconds=LAG)
    return logs


def running(river: River, **detail: Any) -> str:
    """A job that runs its first attempt, and writes to the stream "first"."""
    job_id = river.submit()
    river.settle()
    told = {
        "name": river.batch.jobs["batch-0"]["jobName"],
        "job_id": "batch-0",
        "container": {"logStreamName": "first"},
    }
    river.job_events.send([event("RUNNING", at=river.now, startedAt=river.now, **told, **detail)])
    river.settle()
    return job_id


def ended(river: River, job_id: str, status: str = "SUCCEEDED") -> None:
    """Tell of the end of its only attempt, now."""
    name = river.batch.jobs["batch-0"]["jobName"]
    attempt = {"container": {"logStreamName": "first"}, "startedAt": T0, "stoppedAt": river.now}
    told = {"attempts": [attempt], "container": {"logStreamName": "first"}, "stoppedAt": river.now}
    river.job_events.send([event(status, at=river.now, job_id="batch-0", name=name, **told)])


def log(river: River, job: str, query: str = "", status: int = 200) -> dict[str, Any]:
    """What the owner is answered."""
    code, document = river.request("GET", f"/jobs/{job}/log", query=query)
    assert code == status, document
    return dict(document)


def messages(page: Mapping[str, Any]) -> list[str]:
    """What the lines of a page say."""
    return [line["message"] for line in page["lines"]]


def test_a_page_names_its_attempt_and_where_to_go_on(river: River, logs: ScriptedLogs) -> None:
    """A cursor is of one attempt's log."""
    job_id = running(river)
    logs.lines["first"] = [(T0, "one"), (T0, "two")]
    first = log(river, job_id, "limit=1")
    second = log(river, job_id, f"after={first['cursor']}")

    assert (messages(first), messages(second)) == (["one"], ["two"])
    assert (first["jobId"], first["attempt"], first["logStreamName"], first["end"]) == (job_id, 1, "first", False)


def test_a_tail_is_answered_when_lines_have_come(river: River, logs: ScriptedLogs) -> None:
    """Of one look each second the first that finds any."""
    job_id = running(river)
    began = river.now
    logs.lines["first"] = [(began + 2500, "one")]
    page = log(river, job_id, "wait=20")

    assert (messages(page), river.now - began, logs.calls) == (["one"], 3000, 4)


def test_a_tail_waits_for_a_log_that_has_not_begun(river: River, logs: ScriptedLogs) -> None:
    """While it waits the job is handed over, and runs."""
    job_id = river.submit()
    river.turn()
    name = river.batch.jobs["batch-0"]["jobName"]
    told = {"job_id": "batch-0", "name": name, "container": {"logStreamName": "first"}}
    river.job_events.send([event("RUNNING", **told)])
    logs.lines["first"] = [(T0, "one")]

    assert messages(log(river, job_id, "wait=20")) == ["one"]


def test_a_tail_is_empty_when_its_time_is_over(river: River, logs: ScriptedLogs) -> None:
    """A log that has not begun is no error then, and asks nothing of CloudWatch Logs."""
    job_id = river.submit()
    began = river.now
    page = log(river, job_id, "wait=2.5")

    assert (page["lines"], page["end"], river.now - began, logs.calls) == ([], False, 2500, 0)


def test_a_tail_that_can_wait_no_longer_is_answered_then(river: River, logs: ScriptedLogs) -> None:
    """Its function, or API Gateway, would be over before the time that it asked for."""
    job_id = running(river)
    river.patience = 1.5
    began = river.now
    page = log(river, job_id, "wait=25")

    assert ([], False, 1500) == (page["lines"], page["end"], river.now - began)


def test_the_end_is_said_once_every_line_can_be_read(river: River, logs: ScriptedLogs) -> None:
    """Lines that were printed last are there a little later than the news of the end."""
    job_id = running(river)
    over = river.now
    ended(river, job_id)
    logs.lines["first"] = [(over + LAG - 1, "last")]
    page = log(river, job_id, "wait=20")
    after = log(river, job_id, f"after={page['cursor']}&wait=20")

    assert (messages(page), page["end"]) == (["last"], False)
    assert (messages(after), after["end"], river.now - over) == ([], True, LAG)


def test_the_log_of_one_that_printed_nothing_ends(river: River, logs: ScriptedLogs) -> None:
    """There is no stream, and there will be none."""
    job_id = running(river)
    ended(river, job_id)

    assert log(river, job_id, "wait=20")["end"]


def test_the_first_attempt_s_log_ends_while_the_job_goes_on(river: River, logs: ScriptedLogs) -> None:
    """The second has another, which is waited for."""
    first = {"container": {"logStreamName": "first"}, "startedAt": T0, "stoppedAt": T0 - LAG}
    job_id = running(river)
    told = {"job_id": "batch-0", "name": river.batch.jobs["batch-0"]["jobName"], "attempts": [first]}
    river.job_events.send([event("RUNNABLE", container={"logStreamName": "first"}, **told)])
    river.settle()
    logs.lines["first"] = [(T0, "one")]
    page = log(river, job_id, "attempt=1&after=1:1&wait=20")
    second = log(river, job_id, "attempt=2&wait=1")

    assert (page["end"], second["attempt"], second["lines"], second["end"]) == (True, 2, [], False)


def test_an_attempt_that_never_was_has_no_log(river: River, logs: ScriptedLogs) -> None:
    """Nor is it waited for."""
    job_id = running(river)
    ended(river, job_id)
    river.settle()
    began = river.now
    details = [log(river, job_id, f"attempt=5{wait}", status=404)["detail"] for wait in ("", "&wait=20")]

    assert (details, river.now) == (["There was no attempt 5: the job is over after 1."] * 2, began)


def test_an_array_has_no_log_of_its_own(river: River, logs: ScriptedLogs) -> None:
    """Which child's to read is for the caller to say."""
    job_id = river.submit(arrayProperties={"size": 2})

    assert "its children have" in log(river, job_id, "wait=20", status=404)["detail"]


@pytest.mark.parametrize("query", ["after=x", "after=2:1&attempt=1", "wait=26", "wait=-1", "attempt=11"])
def test_what_can_not_be_read_is_refused(river: River, logs: ScriptedLogs, query: str) -> None:
    """Another attempt's cursor, above all."""
    log(river, running(river), query, status=400)


def test_a_tail_outlasts_throttling(river: River, logs: ScriptedLogs) -> None:
    """The next look may be answered; who does not wait is told to come again."""
    job_id = running(river)
    logs.lines["first"] = [(T0, "one")]
    logs.failures += [Answered("ThrottlingException", 400)] * 2

    assert log(river, job_id, status=503)["title"] == "Not yet"
    assert messages(log(river, job_id, "wait=20")) == ["one"]


def test_another_owner_s_log_can_not_be_waited_for(river: River, logs: ScriptedLogs) -> None:
    """It does not exist, and nothing is held."""
    job_id = running(river)
    began = river.now
    paths = [f"/jobs/{job_id}/log", f"/jobs/{job_id}/children/0/log"]

    assert {404} == {river.request("GET", path, owner="bob", query="wait=20")[0] for path in paths}
    assert (river.now, logs.calls) == (began, 0)
