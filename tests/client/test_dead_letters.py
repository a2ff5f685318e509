"""Dead letters: what operators are shown, and how all of them are sent back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import Result

from batchplane import AnswerMalformed, Client, NotAuthorized, Replayed
from batchplane._dead_letters import MAX_REQUESTS

Run = Callable[..., Result]
LETTER = {
    "queue": "jobEvents",
    "messageId": "m1",
    "sentAt": 1_772_366_400_000,
    "receiveCount": 5,
    "reason": "not an event",
    "body": "\x1b[2J[red]garbage[/red]",
    "bodyLength": 9000,
}
LIST = "GET /dead-letters"
REPLAY = "POST /dead-letters/replay"


def moved(count: int, *, more: bool) -> dict[str, Any]:
    """An answer to a request for a replay."""
    return {"replayed": {"submissions": 0, "jobEvents": count}, "more": more, "until": 7}


def test_a_look_finds_letters(client: Client, plane: Any) -> None:
    """Times are moments, and nothing else is changed."""
    plane.answer(LIST, {"deadLetters": [LETTER | {"reason": None}], "more": True})
    found = client.dead_letters(limit=3)
    (letter,) = found.letters

    assert (["GET /dead-letters?limit=3"], True, None, 9000) == (
        plane.asked(),
        found.more,
        letter.reason,
        letter.body_length,
    )
    assert datetime(2026, 3, 1, 12, tzinfo=UTC) == letter.sent_at


def test_who_is_no_operator_is_told_so(client: Client, plane: Any, problem: Any) -> None:
    """In the plane's own words."""
    plane.answer(LIST, problem(403, "Only operators may do this"))

    with pytest.raises(NotAuthorized, match="Only operators may do this"):
        client.dead_letters()


def test_a_replay_goes_on_until_nothing_is_left(client: Client, plane: Any) -> None:
    """With the moment of the first request: what fails again is not sent round and round."""
    plane.answer(REPLAY, moved(100, more=True), moved(20, more=False))
    told: list[int] = []
    done = client.replay_dead_letters(progress=lambda so_far: told.append(so_far.total))

    assert (Replayed(counts={"submissions": 0, "jobEvents": 120}, more=False), [100, 120]) == (done, told)
    assert [{}, {"until": 7}] == [plane.sent(0), plane.sent(1)]


def test_a_replay_ends_where_nothing_can_be_had(client: Client, plane: Any) -> None:
    """Others hold what is left, or it has come since."""
    plane.answer(REPLAY, moved(0, more=True))

    assert (Replayed(counts={"submissions": 0, "jobEvents": 0}, more=True), 1) == (
        client.replay_dead_letters(),
        len(plane.requests),
    )


def test_a_replay_has_an_end(client: Client, plane: Any) -> None:
    """Whatever the plane answers."""
    plane.answer(REPLAY, moved(1, more=True))

    assert (MAX_REQUESTS, True) == (client.replay_dead_letters().total, client.replay_dead_letters().more)


@pytest.mark.parametrize("answer", [{}, {"replayed": [], "more": False}, {"replayed": {"a": "x"}, "more": False}])
def test_an_answer_to_a_replay_must_be_one(client: Client, plane: Any, answer: dict[str, Any]) -> None:
    """Anything else is an error, not a count."""
    plane.answer(REPLAY, answer)

    with pytest.raises(AnswerMalformed):
        client.replay_dead_letters()


def test_a_letter_must_be_one(client: Client, plane: Any) -> None:
    """Anything else is an error, not a letter."""
    plane.answer(LIST, {"deadLetters": [{"queue": "jobEvents"}], "more": False})

    with pytest.raises(AnswerMalformed):
        client.dead_letters()


def test_the_list_shows_a_row_for_each_letter(plane: Any, run: Run) -> None:
    """And obeys nothing that stands in one."""
    plane.answer(LIST, {"deadLetters": [LETTER], "more": False})
    (_, row) = run("dead-letters", "list").stdout.splitlines()

    assert r"jobEvents 2026-03-01 12:00:00Z 5 not an event \x1b[2J[red]garbage[/red] 9000" == " ".join(row.split())


def test_the_list_says_where_there_is_more(plane: Any, run: Run) -> None:
    """Beside what was asked for."""
    plane.answer(LIST, {"deadLetters": [LETTER], "more": True})

    assert "There are more" in run("dead-letters", "list", "--limit", "1").stderr


def test_the_list_prints_json(plane: Any, run: Run) -> None:
    """As the plane sent it."""
    plane.answer(LIST, {"deadLetters": [LETTER], "more": False})

    assert {"deadLetters": [LETTER], "more": False} == json.loads(run("dead-letters", "list", "--json").stdout)


def test_an_empty_list_says_so(plane: Any, run: Run) -> None:
    """A script's stays empty."""
    plane.answer(LIST, {"deadLetters": [], "more": False})
    result = run("dead-letters", "list")

    assert (0, "", "There are no dead letters.\n") == (result.exit_code, result.stdout, result.stderr)


@pytest.mark.parametrize("command", ["list", "replay"])
def test_who_is_no_operator_exits_with_6(plane: Any, run: Run, problem: Any, command: str) -> None:
    """With the plane's own words."""
    plane.answer(LIST, problem(403, "Only operators"))
    plane.answer(REPLAY, problem(403, "Only operators"))
    result = run("dead-letters", command)

    assert (6, "batchplane: Only operators\n") == (result.exit_code, result.stderr)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(moved(3, more=False), "3 sent back: 3 jobEvents\n"), (moved(0, more=False), "0 sent back\n")],
)
def test_a_replay_says_how_many_were_sent_back(plane: Any, run: Run, answer: dict[str, Any], words: str) -> None:
    """Of each queue that had any."""
    plane.answer(REPLAY, answer)

    assert words == run("dead-letters", "replay").stdout


def test_a_replay_says_what_to_do_where_some_are_left(plane: Any, run: Run) -> None:
    """They come back by themselves."""
    plane.answer(REPLAY, moved(0, more=True))

    assert "replay again in a minute" in run("dead-letters", "replay").stderr


def test_a_replay_prints_json(plane: Any, run: Run) -> None:
    """Counts by queue, and whether some are left."""
    plane.answer(REPLAY, moved(3, more=False))

    assert {"replayed": {"submissions": 0, "jobEvents": 3}, "more": False} == json.loads(
        run("dead-letters", "replay", "--json").stdout
    )
