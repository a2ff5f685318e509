"""What one would run a list of commands with instead: those that are installed. Each runs `/bin/true`.

The floor is a loop in C that starts processes two at a time and keeps nothing of them; no engine can be quicker.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.bench.race import Contender, one_in

COMMAND = "/bin/true"
#: Jobs of one round of the quick ones, and of those that would take too long with as many.
JOBS, FEW_JOBS = 4000, 400
FLOOR = "a loop in C, two at a time"
XARGS = "xargs -P4 -n1"
PARALLEL = "GNU parallel -j4"
TASK_SPOOLER = "task-spooler -S4"
DASK = "dask, 2 workers of 2 threads"
#: How to get what isn't there, by name.
MISSING = {
    FLOOR: "needs a C compiler: apt install gcc",
    XARGS: "apt install findutils",
    PARALLEL: "apt install parallel",
    TASK_SPOOLER: "apt install task-spooler",
    DASK: "pip install distributed",
}


@contextmanager
def rivals(folder: Path, *, scale: int = 1) -> Iterator[Mapping[str, Contender]]:
    """The rivals that are installed, by name; the floor first."""
    folder.mkdir()
    jobs, few = one_in(scale, JOBS), one_in(scale, FEW_JOBS)
    with ExitStack() as stack:
        made = {
            FLOOR: _floor(folder, jobs),
            XARGS: _xargs(jobs),
            PARALLEL: _parallel(few),
            TASK_SPOOLER: _task_spooler(folder, few, stack),
            DASK: _dask(few, stack),
        }
        yield {name: contender for name, contender in made.items() if contender is not None}


def in_a_process(stack: ExitStack, jobs: int, *module: str) -> Contender:
    """A module that is told numbers of jobs, a line each, and says how many it has run."""
    process = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-m", *module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError(f"{module[0]} has no pipes")
    told, answered = process.stdin, process.stdout

    def run() -> int:
        told.write(f"{jobs}\n")
        told.flush()
        return int(answered.readline())

    return run


def missing(found: Mapping[str, Contender]) -> list[str]:
    """The rivals that aren't among these, and how to get them, a line each."""
    return [f"not here: {name} ({how})" for name, how in MISSING.items() if name not in found]


def _floor(folder: Path, jobs: int) -> Contender | None:
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = folder / "floor"
    subprocess.run([compiler, "-O2", Path(__file__).with_name("floor.c"), "-o", program], check=True)
    return _timed([str(program), str(jobs), "2", COMMAND], jobs)


def _xargs(jobs: int) -> Contender | None:
    xargs = shutil.which("xargs")
    return xargs and _timed([xargs, "-P4", "-n1", COMMAND], jobs, words=jobs)


def _parallel(jobs: int) -> Contender | None:
    parallel = shutil.which("parallel")
    return parallel and _timed([parallel, "--will-cite", "-j4", COMMAND], jobs, words=jobs)


def _task_spooler(folder: Path, jobs: int, stack: ExitStack) -> Contender | None:
    spooler = shutil.which("tsp") or shutil.which("ts")
    shell = shutil.which("sh")
    if spooler is None or shell is None:
        return None
    environment = {**os.environ, "TS_SOCKET": str(folder / "tsp"), "TS_MAXFINISHED": "10", "TMPDIR": str(folder)}
    subprocess.run([spooler, "-S", "4"], env=environment, check=True)
    stack.callback(subprocess.run, [spooler, "-K"], env=environment, check=True)
    loop = 'n=$1; while [ "$n" -gt 0 ]; do "$2" -n "$3" >"$4"; n=$((n - 1)); done; "$2" -w'
    last = str(folder / "last")
    return _timed([shell, "-c", loop, "loop", str(jobs), spooler, COMMAND, last], jobs, environment=environment)


def _dask(jobs: int, stack: ExitStack) -> Contender | None:
    return in_a_process(stack, jobs, "tests.bench.dask_cluster") if find_spec("distributed") else None


def _timed(
    command: list[str], jobs: int, *, words: int = 0, environment: Mapping[str, str] | None = None
) -> Callable[[], int]:
    """Run a command that runs so many jobs, with so many words to read."""
    text = "\n".join(map(str, range(words)))

    def run() -> int:
        subprocess.run(command, input=text, text=True, check=True, env=environment, stdout=subprocess.DEVNULL)
        return jobs

    return run
