"""`batchplane cancel` and `terminate` by selection: shows what would end, asks, and then ends that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from batchplane._client import Client
from batchplane._errors import ArgumentInvalid
from batchplane._job_list import JobFilter
from batchplane._selection import Selected, SelectedJob
from batchplane.cli._exit_code import ExitCode, of_error
from batchplane.cli._tables import jobs_table
from batchplane.cli._terminal import Terminal


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
    if wish.dry_run or not found.jobs:
        _show(terminal, client, found, as_json=as_json)
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


def _ask(client: Client, wish: Wish, **more: Any) -> Selected:
    end = client.cancel_jobs if wish.word == "cancel" else client.terminate_jobs
    wanted: Any = {**wish.wanted, **more.pop("wanted", {})}
    return end(wish.queue, everything=wish.everything, reason=wish.reason, **more, **wanted)


def _show(terminal: Terminal, client: Client, found: Selected, *, as_json: bool) -> None:
    jobs = [each.job for each in found.jobs]
    if as_json:
        terminal.json({"dryRun": True, **terminal.documents(jobs)})
    elif jobs:
        terminal.show(jobs_table(jobs, now=client.clock.now()))
    else:
        terminal.say("There are no such jobs that are not over.")


def _end(terminal: Terminal, client: Client, wish: Wish, found: Selected, *, as_json: bool) -> ExitCode:
    """End those that were named; later ones are not among them."""

    def told(each: SelectedJob) -> None:
        if each.error is not None:
            terminal.say(f"{each.job.job_id}: {each.error}")
        elif not as_json:
            terminal.line(f"{each.job.job_id}: {each.detail}")

    done = _ask(client, wish, wanted={"created_before": found.created_before}, dry_run=False, progress=told)
    if as_json:
        terminal.json({"dryRun": False, "ended": [_document(each) for each in done.jobs]})
    errors = [each.error for each in done.jobs if each.error is not None]
    if errors:
        terminal.say(f"{len(errors)} of {_jobs(len(done.jobs))} could not be asked: run this again.")
    return of_error(errors[0]) if errors else ExitCode.DONE


def _document(each: SelectedJob) -> dict[str, Any]:
    said = {"problem": str(each.error)} if each.error is not None else {"asked": each.asked, "detail": each.detail}
    return said | {"job": each.job.document}


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"
