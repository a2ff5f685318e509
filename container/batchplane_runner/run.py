"""The whole run in its order: inputs, command, outputs, exit code. Holds no detail of any of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from batchplane_runner.command import run_command
from batchplane_runner.environment import JobIdentity, child_environment, command_environment
from batchplane_runner.errors import FileFailed, RunnerError
from batchplane_runner.retry import Retry
from batchplane_runner.signals import stop_on_signal
from batchplane_runner.transfer import fetch_inputs, fetch_overrides, lent, send_outputs

#: The folder in the working directory whose files are kept; BATCHPLANE_OUTPUTS tells the command its absolute path.
OUTPUTS = "outputs"


def run(
    argv: Sequence[str],
    environment: Mapping[str, str],
    *,
    sleep: Callable[[float], None],
    random: Callable[[], float],
) -> int:
    """Run a command as the job that the environment describes, or plainly where it describes none.

    Returns the command's exit code, or the runner's own (see `errors`) after one line on stderr.
    """
    try:
        stop_on_signal()
        job = JobIdentity.from_environment(environment)
        if job is None:
            return run_command(argv, command_environment(environment))
        return _run_job(job, argv, command_environment(environment), Retry(sleep=sleep, random=random))
    except RunnerError as error:
        _say(error)
        return error.exit_code


def _run_job(job: JobIdentity, argv: Sequence[str], environment: Mapping[str, str], retry: Retry) -> int:
    folder = Path.cwd()
    links = lent(job, retry)
    fetch_inputs(links, folder, retry)
    overrides = fetch_overrides(links, retry)
    outputs = _outputs_folder(folder)
    child = child_environment(links.index, links.array_size)
    told = {**environment, **overrides.environment, **child, "BATCHPLANE_OUTPUTS": str(outputs)}
    code = run_command(overrides.command or argv, told)
    try:
        send_outputs(job, outputs, retry)
    except RunnerError as error:
        if code == 0:
            raise
        # The command's own failure says more than the loss of its outputs: both are told, its code is kept.
        _say(error)
    return code


def _outputs_folder(folder: Path) -> Path:
    outputs = folder / OUTPUTS
    try:
        outputs.mkdir(exist_ok=True)
    except OSError as error:
        raise FileFailed(f"the folder {outputs} can't be made ({error.strerror}); is an input called so?") from error
    return outputs


def _say(error: RunnerError) -> None:
    sys.stderr.write(f"batchplane: {error}\n")
    sys.stderr.flush()
