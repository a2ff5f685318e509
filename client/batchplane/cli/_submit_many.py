"""`batchplane submit --from`: many jobs, and what each came to. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from batchplane._bulk import Outcome
from batchplane._errors import PlaneRefused
from batchplane._job import Job
from batchplane.cli._exit_code import ExitCode, of_error, of_jobs
from batchplane.cli._terminal import Terminal


def submit_many(
    terminal: Terminal, documents: Sequence[Mapping[str, Any]], *, key: str | None, wait: bool, as_json: bool
) -> ExitCode:
    """Submit them; ids as they come on stdout, refusals on stderr. What the command is to exit with."""
    outcomes: list[Outcome] = []
    with terminal.connect() as client, terminal.progress(among_lines=not as_json) as tell:

        def told(came_to: Sequence[Outcome]) -> None:
            if not as_json:
                _show(terminal, came_to, first=len(outcomes) + 1)
            outcomes.extend(came_to)
            tell(f"{len(outcomes)} of {len(documents)} submitted")

        client.submit_all(documents, idempotency_key=key, progress=told)
        jobs = [each for each in outcomes if isinstance(each, Job)]
        if wait:
            terminal.wait(jobs, client=client, timeout=None)
    if as_json:
        terminal.json({"submissions": [_document(each) for each in outcomes]})
    elif not documents:
        terminal.say("There was nothing to submit: the file holds no document.")
    refused = [each for each in outcomes if isinstance(each, PlaneRefused)]
    if refused:
        terminal.say(f"{len(refused)} of {len(outcomes)} were refused.")
        return of_error(refused[0])
    return of_jobs(jobs) if wait else ExitCode.DONE


def _show(terminal: Terminal, outcomes: Sequence[Outcome], *, first: int) -> None:
    for number, each in enumerate(outcomes, start=first):
        if isinstance(each, Job):
            terminal.line(each.job_id)
        else:
            terminal.say(f"submission {number}: {each}")


def _document(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Job):
        return {"job": outcome.document}
    return {"refused": {"status": outcome.status, "detail": str(outcome)}}
