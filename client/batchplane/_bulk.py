"""Submitting many jobs, a hundred in one request; only what was told "not now" is sent again. Prints nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from batchplane._errors import AnswerMalformed, PlaneRefused, refusal
from batchplane._job import Job
from batchplane._plane_api import NOT_NOW, PlaneApi, member, members

#: Most submissions of one request, and about how long its body may become (characters): the plane takes twice as much.
MAX_SUBMISSIONS, MAX_CHARACTERS = 100, 2 * 1024 * 1024
#: What a submission among many came to: the job, or why there is none.
Outcome = Job | PlaneRefused
#: Told what the submissions of each request came to.
Progress = Callable[[Sequence[Outcome]], None]


def submit_all(
    api: PlaneApi, documents: Iterable[Mapping[str, Any]], *, key: str, progress: Progress = lambda _: None
) -> list[Outcome]:
    """Submit SubmitJob documents, the one at place n under the key `KEY:n`; what each came to, in their order."""
    outcomes: list[Outcome] = []
    submissions = ({"idempotencyKey": f"{key}:{place}", "job": each} for place, each in enumerate(documents))
    for request in _requests(submissions):
        came_to = _submit(api, request)
        outcomes += came_to
        progress(came_to)
    return outcomes


def _requests(submissions: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """As many together as one request takes."""
    together: list[Mapping[str, Any]] = []
    characters = 0
    for each in submissions:
        length = len(json.dumps(each))
        if together and (len(together) == MAX_SUBMISSIONS or characters + length > MAX_CHARACTERS):
            yield together
            together, characters = [], 0
        together.append(each)
        characters += length
    if together:
        yield together


def _submit(api: PlaneApi, submissions: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """One request, and others of what was told "not now"."""
    answers: dict[int, Mapping[str, Any]] = {}
    waiting, past = list(range(len(submissions))), 0
    while waiting:
        past += 1
        answer = members(
            api.post("/jobs/bulk", {"submissions": [submissions[place] for place in waiting]}), "submissions"
        )
        if len(answer) != len(waiting):
            raise AnswerMalformed(f"The plane answered {len(answer)} of {len(waiting)} submissions.")
        answers |= zip(waiting, answer, strict=True)
        waiting = [place for place in waiting if answers[place].get("status") in NOT_NOW]
        pause = api.retry.pause_seconds(past, retry_after=_longest(answers[place] for place in waiting))
        if pause is None:
            break
        if waiting:
            api.clock.sleep(pause)
    return [_outcome(api, answers[place]) for place in range(len(submissions))]


def _longest(answers: Iterable[Mapping[str, Any]]) -> str | None:
    """How long the plane asks to wait, in seconds, where it does."""
    asked = [member(each, "problem").get("retryAfter") for each in answers]
    seconds = [each for each in asked if isinstance(each, int)]
    return str(max(seconds)) if seconds else None


def _outcome(api: PlaneApi, answer: Mapping[str, Any]) -> Outcome:
    if "job" in answer:
        return Job(api, member(answer, "job"))
    status = int(answer.get("status", 500))
    return refusal(status, member(answer, "problem"), attempts=api.retry.attempts if status in NOT_NOW else 1)
