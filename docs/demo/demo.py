"""One job's whole life, five times over: `make demo`.

Starts the embedded plane over an empty folder, speaks to it through its HTTP API with the Python client alone, prints
what happened, stops it.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import count_modules
from rich import box
from rich.console import Console
from rich.table import Table

from batchplane import Client, Job, time_in_status

console = Console(highlight=False, width=132)
STATUSES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
RAINBOW = ("red", "orange", "yellow", "green", "blue", "indigo", "violet")
#: How many children share the standard library between them.
SPANS = 8


@contextmanager
def plane(data: Path) -> Iterator[Client]:
    """An embedded plane over a folder, on a free port, as long as the block lasts."""
    command = [Path(sys.executable).with_name("batchplane"), "local", "--data", data, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads(process.stdout.readline() if process.stdout else "")
        console.print(f"The plane answers at {ready['url']}; its data lies in {data}.")
        with Client.discover(environment={"BATCHPLANE_DATA": str(data)}) as client:
            yield client
    finally:
        process.terminate()
        process.wait(timeout=30)


def heading(title: str) -> None:
    """Say what comes next."""
    console.print(f"\n[bold]{title}[/bold]")


def compress_a_file(client: Client) -> Job:
    """A file goes up through the API, a job compresses it, the output comes down and is compared byte for byte."""
    heading("1. A file")
    source = max(count_modules.modules(), key=lambda path: path.stat().st_size)
    command = ["sh", "-c", f"gzip -9 -c {source.name} > outputs/{source.name}.gz && ls -l {source.name} outputs"]
    job = client.submit(command, name="compress", inputs={source.name: source}).wait(timeout=60)
    (output,) = job.outputs()
    packed = output.read()
    verify(gzip.decompress(packed) == source.read_bytes(), "the output unpacks to the input")
    console.print(
        f"{source.name}: {source.stat().st_size:,} bytes up, {len(packed):,} bytes down, and they unpack to it."
    )
    return job


def rainbow(client: Client) -> Job:
    """The array of AWS Batch's guide: each child picks its own colour by its index."""
    heading("2. An array")
    colours = "\n".join(RAINBOW)
    pick = 'sed -n "$((AWS_BATCH_JOB_ARRAY_INDEX + 1))p" colors.txt'
    command = ["sh", "-c", f'echo "My favorite color of the rainbow is $({pick})."']
    inputs = {"colors.txt": colours.encode() + b"\n"}
    job = client.submit(command, name="print-color", array_size=len(RAINBOW), inputs=inputs).wait(timeout=60)
    for child, colour in zip(job.children(), RAINBOW, strict=True):
        lines = [line.message for line in child.log()]
        console.print(f"  {child.index}: {' '.join(lines)}", markup=False)
        verify(lines == [f"My favorite color of the rainbow is {colour}."], f"child {child.index} prints {colour}")
    return job


def count_the_library(client: Client) -> Job:
    """Real work, spread: each child parses a span of the standard library; the sum is checked against one process."""
    heading("3. Real work, spread")
    script = Path(count_modules.__file__)
    command = [sys.executable, script.name, str(SPANS)]  # the library that is counted is this interpreter's own
    started = time.monotonic()
    job = client.submit(command, name="count-modules", array_size=SPANS, inputs={script.name: script}).wait(timeout=120)
    spread = time.monotonic() - started
    total: Counter[str] = Counter()
    for output in job.outputs():
        total.update(json.loads(output.read()))
    started = time.monotonic()
    alone = count_modules.count(count_modules.modules())
    console.print(f"{SPANS} children: {', '.join(f'{total[name]:,} {name}' for name in alone)}, in {spread:.1f} s.")
    console.print(f"One process counts the same in {time.monotonic() - started:.1f} s.")
    verify(dict(total) == alone, "the sum of the spans is the count of one process")
    return job


def fail(client: Client, data: Path) -> Job:
    """A job with two attempts prints some lines and exits 3; one mail tells of it."""
    heading("4. A failure")
    script = 'echo "reading the input"; echo "line 7: expected a number, found a date"; echo "giving up"; exit 3'
    job = client.submit(["sh", "-c", script], name="nightly-import", attempts=2).wait(timeout=60)
    verify((job.exit_code, len(job.attempts)) == (3, 2), "the job failed with exit code 3 after two attempts")
    (mail,) = wait_for_mail(data / "mail")
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    body = message.get_body()
    console.print(f"One mail: {message['Subject']}\n", markup=False)
    for line in (body.get_content() if body else "").splitlines():
        console.print(f"  {line}", markup=False)
    return job


def wait_for_mail(folder: Path) -> list[Path]:
    """The mails of a folder, once there is one and a moment has passed in which a second could have come."""
    for _ in range(100):
        if list(folder.glob("*.eml")):
            break
        time.sleep(0.1)
    time.sleep(1)
    mails = list(folder.glob("*.eml"))
    verify(len(mails) == 1, f"there is exactly one mail; there are {len(mails)}")
    return mails


def show_jobs(client: Client) -> None:
    """A table of every job, with the seconds it spent in each status."""
    heading("5. Every job")
    table = Table("job", "name", "status", "attempts", "exit", *map(str.lower, STATUSES), box=box.SIMPLE)
    for job in client.jobs():
        spent = time_in_status(job.history, until=None)
        seconds = (f"{spent[status].total_seconds():.2f} s" if status in spent else "" for status in STATUSES)
        code = "" if job.exit_code is None else str(job.exit_code)
        table.add_row(job.job_id, job.name, job.status, str(len(job.attempts) or ""), code, *seconds)
    console.print(table)


def show_history(job: Job) -> None:
    """Every transition of one job."""
    heading(f"The history of {job.name}")
    begun = job.history[0].at
    for each in job.history:
        console.print(f"  {(each.at - begun).total_seconds():7.3f} s  attempt {each.attempt}  {each.status}")


def verify(is_so: bool, claim: str) -> None:
    """Stop with a clear word where the demo does not do what it says."""
    if not is_so:
        raise SystemExit(f"demo: it is not so that {claim}")


def main() -> None:
    """The five parts, one after another."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="batchplane-demo-") as folder, plane(Path(folder)) as client:
        compress_a_file(client)
        rainbow(client)
        count_the_library(client)
        failed = fail(client, Path(folder))
        show_jobs(client)
        show_history(failed)
    console.print(f"\nDone in {time.monotonic() - started:.1f} s; the plane is stopped and its folder is gone.")


if __name__ == "__main__":
    main()
