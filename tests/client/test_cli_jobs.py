"""`batchplane list`, `describe`, `logs` and `wait`: what people see, and what scripts read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

Run = Callable[..., Result]
#: A name that would clear a screen, open a link and colour the text, if a terminal or rich obeyed it.
HOSTILE = "\x1b[2J[red]x[/red]\u202e"


def test_list_shows_a_row_for_each_job(plane: Any, run: Run, job_document: Any, finished: Any) -> None:
    """Status, attempts, exit code, when it was created, and time in each status."""
    array = job_document("j3", type="Array", arrayProperties={"size": 7}, status="PENDING", history=[])
    plane.answer("GET /jobs", {"jobs": [array, finished(3, jobId="j2")], "cursor": None})

    rows = [" ".join(line.split()) for line in run("list").stdout.splitlines() if line.startswith("j")]

    assert rows == [
        "j3 count PENDING Array of 7 0 - 2026-03-01 12:00:00Z -",
        "j2 count FAILED Single 1 3 2026-03-01 12:00:00Z SUBMITTED 2.0s, RUNNING 3.5s",
    ]


def test_list_prints_json(plane: Any, run: Run, job_document: Any) -> None:
    """One document, with the jobs as the plane sent them."""
    plane.answer("GET /jobs", {"jobs": [job_document()], "cursor": None})

    assert json.loads(run("list", "--json", "--job-queue", "q", "--limit", "1").stdout) == {"jobs": [job_document()]}
    assert plane.asked() == ["GET /jobs?jobQueue=q&limit=1"]


def test_an_empty_list_says_what_to_do(plane: Any, run: Run) -> None:
    """A newcomer's first list is empty; a script's stays empty."""
    plane.answer("GET /jobs", {"jobs": [], "cursor": None})

    result = run("list")

    assert (result.exit_code, result.stdout, "batchplane submit" in result.stderr) == (0, "", True)


def test_describe_shows_properties_attempts_and_history(plane: Any, run: Run, finished: Any) -> None:
    """All that is known of one job on one screen."""
    document = finished(3, tags={"team": "x"}, inputs=["a"], statusReason="gone")
    plane.answer("GET /jobs/j1", document)

    lines = [" ".join(line.split()) for line in run("describe", "j1").stdout.splitlines()]

    for line in (
        "job queue default",
        "status FAILED",
        "status reason gone",
        "exit code 3",
        "command echo hi",
        "tags team=x",
        "inputs a",
        "1 3 2026-03-01 12:00:00Z - exit 3",
        "RUNNING 1 2026-03-01 12:00:02Z 3.5s",
        "FAILED 1 2026-03-01 12:00:05Z -",
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "RUNNING", "lost": True}, "note lost: AWS Batch no longer describes it, and told of no end"),
        ({"conflict": True}, "note conflict: AWS Batch told of two ends; the history has both"),
        ({}, None),
    ],
)
def test_describe_says_what_is_not_certain_of_a_status(
    changes: dict[str, Any], expected: str | None, plane: Any, run: Run, finished: Any
) -> None:
    """A status that is only the last one known, or one of two that were told, has a note in words."""
    plane.answer("GET /jobs/j1", finished(3, **changes))

    lines = [" ".join(line.split()) for line in run("describe", "j1").stdout.splitlines()]

    assert expected == next((line for line in lines if line.startswith("note")), None)


def told_of(plane: Any) -> None:
    """What became of the job j1, as the plane tells it."""
    at = 1_772_366_400_000  # 2026-03-01 12:00 UTC
    step = {"status": "RUNNING", "attempt": 2, "at": at, "until": None, "statusReason": "Host lost", "exitCode": 3}
    container = {"exitCode": None, "reason": None, "logStreamName": "runner/default/1"}
    attempt = {"attempt": 1, "startedAt": at, "stoppedAt": None, "statusReason": None, "container": container}
    plane.answer("GET /jobs/j1/history", {"jobId": "j1", "history": [step]})
    plane.answer("GET /jobs/j1/attempts", {"jobId": "j1", "attempts": [attempt]})


def test_describe_shows_reasons_and_the_attempt_that_runs(plane: Any, run: Run, job_document: Any, time: Any) -> None:
    """Each status with what led to it, and where each attempt's log is."""
    plane.answer("GET /jobs/j1", job_document())
    told_of(plane)
    time.passed = 4

    lines = [" ".join(line.split()) for line in run("describe", "j1", "--history").stdout.splitlines()]

    assert "RUNNING 2 2026-03-01 12:00:00Z 4.0s 3 Host lost" in lines
    assert "1 - 2026-03-01 12:00:00Z - - runner/default/1" in lines


def test_describe_prints_the_history_as_json(plane: Any, run: Run, job_document: Any) -> None:
    """Both documents in one."""
    plane.answer("GET /jobs/j1", job_document())
    told_of(plane)

    document = json.loads(run("describe", "j1", "--history", "--json").stdout)

    assert ([step["exitCode"] for step in document["history"]], len(document["attempts"])) == ([3], 1)


def test_describe_prints_json(plane: Any, run: Run, job_document: Any) -> None:
    """A child's document as the plane sent it."""
    plane.answer("GET /jobs/j1/children/2", job_document(arrayProperties={"index": 2}))

    assert json.loads(run("describe", "j1:2", "--json").stdout)["arrayProperties"] == {"index": 2}


@pytest.mark.parametrize("command", [("list",), ("describe", "j1"), ("wait", "j1")])
def test_a_table_obeys_nothing_that_a_job_says(command: tuple[str, ...], plane: Any, run: Run, finished: Any) -> None:
    """Escapes are shown, markup is text, and nothing turns the direction of writing."""
    document = finished(jobName=HOSTILE, statusReason=HOSTILE, tags={HOSTILE: HOSTILE})
    plane.answer("GET /jobs", {"jobs": [document], "cursor": None})
    plane.answer("GET /jobs/j1", document)

    shown = run(*command).stdout

    assert r"\x1b[2J[red]x[/red]\u202e" in shown
    assert not {"\x1b", "\u202e"} & set(shown)


def test_an_error_obeys_nothing_that_a_plane_says(plane: Any, run: Run, problem: Any) -> None:
    """An error's words may be a job's."""
    plane.answer("GET /jobs/j1", problem(404, HOSTILE))

    assert run("describe", "j1").stderr == "batchplane: \\x1b[2J[red]x[/red]\\u202e\n"


def test_logs_prints_the_lines(plane: Any, run: Run, job_document: Any) -> None:
    """To a file or a pipe, as the job wrote them."""
    plane.answer("GET /jobs/j1", job_document())
    line = {"timestamp": 1000, "message": "\x1b[31mred[/]"}
    plane.answer("GET /jobs/j1/log", {"lines": [line], "cursor": "1:c", "attempt": 1, "end": True})

    assert run("logs", "j1", "--attempt", "1").stdout == "\x1b[31mred[/]\n"


def test_the_log_of_an_attempt_that_never_was_is_an_error(
    plane: Any, run: Run, job_document: Any, problem: Any
) -> None:
    """Whoever asks for the fifth attempt is not shown an empty log."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/j1/log", problem(404, "There was no attempt 5.", type="urn:batchplane:problem:LogNotFound"))

    result = run("logs", "j1", "--attempt", "5")

    assert (result.exit_code, result.stderr) == (4, "batchplane: There was no attempt 5.\n")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "RUNNABLE"}, "j1 has not run yet, and its log begins when it does; it is RUNNABLE."),
        (
            {"status": "FAILED", "statusReason": "Cancelled by ada"},
            "j1 has never run, and so has no log; it is FAILED: Cancelled by ada",
        ),
        ({"status": "SUCCEEDED", "startedAt": 1}, "j1 has printed nothing; it is SUCCEEDED."),
    ],
)
def test_a_log_without_lines_says_why(
    plane: Any, run: Run, job_document: Any, problem: Any, changes: dict[str, Any], words: str
) -> None:
    """In words beside what was asked for; where JSON is, in it."""
    plane.answer("GET /jobs/j1", job_document(**changes))
    plane.answer("GET /jobs/j1/log", problem(404, "No log yet.", type="urn:batchplane:problem:LogNotFound"))
    shown, told = run("logs", "j1"), run("logs", "j1", "--json")

    assert (0, "", f"{words}\n") == (shown.exit_code, shown.stdout, shown.stderr)
    assert (0, {"lines": [], "detail": words}) == (told.exit_code, json.loads(told.stdout))


def test_an_array_of_which_nothing_was_printed_says_so(plane: Any, run: Run, job_document: Any) -> None:
    """Rather than nothing."""
    plane.answer("GET /jobs/j1", job_document(type="Array", arrayProperties={"size": 2}, status="PENDING"))
    plane.answer("GET /jobs/j1/children", {"jobs": [], "next": None})

    assert "No child of j1 has printed anything; it is PENDING.\n" == run("logs", "j1").stderr


def test_logs_of_an_array_name_the_child(plane: Any, run: Run, job_document: Any) -> None:
    """The rainbow: each child's line after its index."""
    plane.answer("GET /jobs/j1", job_document(type="Array", arrayProperties={"size": 2}))
    children = [job_document(type="ArrayChild", arrayProperties={"index": index}) for index in range(2)]
    plane.answer("GET /jobs/j1/children", {"jobs": children, "next": None})
    for index, color in enumerate(("red", "orange")):
        page = {"lines": [{"timestamp": 1000, "message": color}], "cursor": "1:c", "attempt": 1, "end": True}
        plane.answer(f"GET /jobs/j1/children/{index}/log", page)

    assert run("logs", "j1").stdout == "[0] red\n[1] orange\n"
    assert json.loads(run("logs", "j1", "--json").stdout) == {
        "lines": [
            {"jobId": "j1:0", "timestamp": 1000, "message": "red"},
            {"jobId": "j1:1", "timestamp": 1000, "message": "orange"},
        ]
    }


def test_following_prints_one_json_document_a_line(plane: Any, run: Run, finished: Any) -> None:
    """A stream can be read line by line."""
    plane.answer("GET /jobs/j1", finished())
    lines = [{"timestamp": at, "message": word} for at, word in ((1001, "a"), (1002, "b"))]
    plane.answer("GET /jobs/j1/log", {"lines": lines, "cursor": "1:c", "attempt": 1, "end": True})

    result = run("logs", "j1", "-f", "--json")

    assert [json.loads(line) for line in result.stdout.splitlines()] == [{"jobId": "j1"} | line for line in lines]


def test_an_array_is_not_followed(plane: Any, run: Run, job_document: Any) -> None:
    """Which child to follow is for the caller to say."""
    plane.answer("GET /jobs/j1", job_document(type="Array", arrayProperties={"size": 2}))

    result = run("logs", "j1", "--follow")

    assert (result.exit_code, "follow one of its children, such as j1:0" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("second", "code"),
    [({"status": "SUCCEEDED"}, 0), ({"status": "FAILED"}, 3), ({"status": "RUNNING", "lost": True}, 7)],
)
def test_wait_exits_as_the_worst_job_did(
    second: dict[str, Any], code: int, plane: Any, run: Run, finished: Any, job_document: Any
) -> None:
    """One number for all of them."""
    plane.answer("GET /jobs/j1", finished())
    plane.answer("GET /jobs/j2", job_document("j2"), job_document("j2", **second))

    result = run("wait", "j1", "j2", "--json")

    assert (result.exit_code, len(json.loads(result.stdout)["jobs"])) == (code, 2)


def test_wait_has_a_bound(plane: Any, run: Run, job_document: Any) -> None:
    """As timeout(1) says it."""
    plane.answer("GET /jobs/j1", job_document())

    result = run("wait", "j1", "--timeout", "3")

    assert (result.exit_code, result.stderr) == (124, "batchplane: After 3 s not finished: j1\n")
