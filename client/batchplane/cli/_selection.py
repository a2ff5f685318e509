"""`batchplane cancel` and `terminate` by selection: shows what would end, asks, and then ends that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from batchplane._client import Client
from batchplane._errors import ArgumentInvalid
from batchplane._job_list import JobFilter
from batchplane._selection import Selected, SelectedJob
from batchplane.cli._exit_code import ExitCode, of_error
from batchplane.cli._tables import jobs_table
from batchplane.cli._terminal import Terminal

#: What jobs may come to, as people are told it.
_WORDS = {
    "asked": "asked to end",
    "withdrawn": "ended before AWS Batch had them",
    "over": "over already",
    "refused": "refused",
}

#: What is said where a selection names no job.
_NONE = "There are no such jobs that are not over."


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which jobs are to end, and how."""

    #: "cancel" or "terminate".
    word: str
    wanted: JobFilter
    queue: str | None
    everything: bool
    reason: str
    #: Whether to show them, and no more.
    dry_run: bool
    #: Whether nobody is to be asked.
    yes: bool


def end_by_selection(terminal: Terminal, client: Client, wish: Wish, *, as_json: bool) -> ExitCode:
    """Show what would end, ask on a terminal, and end those very jobs. Raises ArgumentInvalid: nobody can be asked."""
    found = _ask(client, wish)
    if wish.dry_run:
        _show(terminal, client, found, as_json=as_json)
        return ExitCode.DONE
    if not found.jobs:
        _tell(terminal, found, as_json=as_json)
        return ExitCode.DONE
    if not wish.yes:
        if not as_json:
            _show(terminal, client, found, as_json=False)
        count = _jobs(len(found.jobs))
        agreed = None if as_json else terminal.agrees(f"{wish.word.capitalize()} {count}?")
        if agreed is None:
            raise ArgumentInvalid(f"{count} would end, and nobody can be asked: say --yes, or --dry-run")
        if not agreed:
            terminal.say("Nothing was asked of any job.")
            return ExitCode.ERROR
    return _end(terminal, client, wish, found, as_json=as_json)


def _ask(client: Client, wish: Wish) -> Selected:
    return _method(client, wish)(wish.queue, everything=wish.everything, reason=wish.reason, **wish.wanted)


def _method(client: Client, wish: Wish) -> Callable[..., Selected]:
    return client.cancel_jobs if wish.word == "cancel" else client.terminate_jobs


def _show(terminal: Terminal, client: Client, found: Selected, *, as_json: bool) -> None:
    jobs = [each.job for each in found.jobs if each.job is not None]
    if as_json:
        terminal.json({"dryRun": True, **terminal.documents(jobs)})
    elif jobs:
        terminal.show(jobs_table(jobs, now=client.clock.now()))
    else:
        terminal.say(_NONE)


def _end(terminal: Terminal, client: Client, wish: Wish, found: Selected, *, as_json: bool) -> ExitCode:
    """End those that were named, and no others; whatever came to be selected since is not among them."""

    def told(each: SelectedJob) -> None:
        if each.error is not None:
            terminal.say(f"{each.job_id}: {each.error}")
        elif not as_json:
            terminal.line(f"{each.job_id}: {each.detail}")

    named = [each.job_id for each in found.jobs]
    done = _method(client, wish)(job_ids=named, reason=wish.reason, dry_run=False, progress=told)
    _tell(terminal, done, as_json=as_json)
    errors = [each.error for each in done.jobs if each.error is not None]
    if errors:
        terminal.say(f"{len(errors)} of {_jobs(len(done.jobs))} could not be asked: run this again.")
    return of_error(errors[0]) if errors else ExitCode.DONE


def _tell(terminal: Terminal, done: Selected, *, as_json: bool) -> None:
    """What came of all of them together."""
    if as_json:
        counts = {each: done.counts.get(each, 0) for each in _WORDS}
        terminal.json({"dryRun": False, "ended": [_document(each) for each in done.jobs], "counts": counts})
    elif not done.jobs:
        terminal.say(_NONE)
    elif len(done.jobs) > 1:
        terminal.say(f"{_jobs(len(done.jobs))}: {_counted(done.counts)}.")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[each]} {words}" for each, words in _WORDS.items() if counts.get(each))


def _document(each: SelectedJob) -> dict[str, Any]:
    said = {"problem": str(each.error)} if each.error is not None else {"asked": each.asked, "detail": each.detail}
    job = {"job": each.job.document} if each.job is not None else {}
    return {"jobId": each.job_id, "cameTo": each.came_to} | said | job


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"
