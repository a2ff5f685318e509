"""Jobs really run: exit codes, environment, folder, parameters, the runner, what can't be started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import LOG_GROUP, QUEUE, Machine

PRINT_ENVIRONMENT = "import os; print('\\n'.join(f'{name}={value}' for name, value in sorted(os.environ.items())))"


def environment_of(machine: Machine, job_id: str) -> dict[str, str]:
    """The environment that a job has printed."""
    lines = machine.lines(machine.ended(job_id))
    return dict(line.split("=", 1) for line in lines)


def test_a_command_that_ends_with_zero_succeeds(machine: Machine) -> None:
    """The job is told RUNNABLE, STARTING, RUNNING, SUCCEEDED, and has one attempt with its exit code."""
    job = machine.run("true")
    (attempt,) = job["attempts"]
    assert (job["status"], job["statusReason"]) == ("SUCCEEDED", "Essential container in task exited")
    assert (attempt["container"]["exitCode"], job["container"]["exitCode"]) == (0, 0)
    assert machine.told(job["jobId"]) == [("RUNNABLE", 0), ("STARTING", 0), ("RUNNING", 0), ("SUCCEEDED", 1)]


@pytest.mark.parametrize(("script", "expected"), [("exit 3", 3), ("kill -9 $$", 137), ("kill -15 $$", 143)])
def test_a_command_that_ends_otherwise_fails(machine: Machine, script: str, expected: int) -> None:
    """The exit code is the command's own, 128 + n for signal n."""
    job = machine.run("sh", "-c", script)
    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", expected)


def test_attempts_are_kept_one_by_one(machine: Machine) -> None:
    """Each attempt knows its number, and has its own exit code, times and log."""
    script = "echo attempt $AWS_BATCH_JOB_ATTEMPT; exit $((AWS_BATCH_JOB_ATTEMPT == 2 ? 0 : 5))"
    job = machine.run("sh", "-c", script, retryStrategy={"attempts": 3})
    streams = [attempt["container"]["logStreamName"] for attempt in job["attempts"]]
    assert [attempt["container"]["exitCode"] for attempt in job["attempts"]] == [5, 0]
    assert [machine.lines({"container": {"logStreamName": stream}}) for stream in streams] == [
        ["attempt 1"],
        ["attempt 2"],
    ]
    assert machine.told(job["jobId"])[3] == ("RUNNABLE", 1)


def test_a_rule_ends_the_attempts(machine: Machine) -> None:
    """An exit code that evaluateOnExit ends is not retried."""
    rules = [{"onExitCode": "5", "action": "EXIT"}]
    job = machine.run("sh", "-c", "exit 5", retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    assert len(job["attempts"]) == 1


def test_batch_s_variables_are_set(machine: Machine) -> None:
    """A command finds where it runs and as what, beside its own variables."""
    variables = [{"name": "MINE", "value": "a=b"}]
    job_id = machine.submit(sys.executable, "-c", PRINT_ENVIRONMENT, containerOverrides={"environment": variables})
    environment = environment_of(machine, job_id)
    assert {name: environment[name] for name in environment if name.startswith(("AWS_", "MINE"))} == {
        "AWS_BATCH_CE_NAME": "here",
        "AWS_BATCH_JQ_NAME": QUEUE,
        "AWS_BATCH_JOB_ID": job_id,
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "MINE": "a=b",
    }


def test_nothing_of_the_plane_s_environment_leaks(machine_with: OpenMachine) -> None:
    """A command finds what it is given, and nothing that this process happens to have."""
    machine = machine_with(environment={"PATH": "/usr/bin:/bin"})
    environment = environment_of(machine, machine.submit(sys.executable, "-I", "-c", PRINT_ENVIRONMENT))
    batch = {name for name in environment if name.startswith("AWS_BATCH_")}
    # LC_CTYPE is Python's own: it sets it where no locale is given.
    assert environment.keys() - batch - {"LC_CTYPE"} == {"PATH", "HOME", "TMPDIR", "BATCH_ATTEMPT"}


def test_an_attempt_has_a_folder_of_its_own(machine: Machine) -> None:
    """It is empty, it is HOME and TMPDIR, and what a job leaves in it the next doesn't find."""
    script = "ls -A; touch left; mkdir -p sub/dir; chmod 700 .; test $PWD = $HOME -a $PWD = $TMPDIR"
    jobs = [machine.run("sh", "-c", script) for _ in range(3)]
    assert [(job["status"], machine.lines(job)) for job in jobs] == [("SUCCEEDED", [])] * 3


def test_parameters_fill_the_definition_s_command(machine: Machine) -> None:
    """The submission's parameters override the definition's defaults."""
    machine.register(
        "greet", {"command": ["echo", "Ref::greeting", "Ref::name"]}, parameters={"greeting": "hi", "name": "x"}
    )
    job = machine.run(jobDefinition="greet", parameters={"name": "ada"})
    assert machine.lines(job) == ["hi ada"]
    assert job["container"]["command"] == ["echo", "Ref::greeting", "Ref::name"]


def test_output_and_errors_are_one_log(machine: Machine) -> None:
    """Standard output and standard error arrive in the order in which they were written."""
    job = machine.run("sh", "-c", "echo 1; echo 2 >&2; echo 3")
    assert machine.lines(job) == ["1", "2", "3"]


def test_a_command_finds_no_input(machine: Machine) -> None:
    """Standard input is at its end."""
    assert machine.run("sh", "-c", "read line || exit 7")["container"]["exitCode"] == 7


def test_a_definition_with_the_runner_is_started_by_it(machine_with: OpenMachine, tmp_path: Path) -> None:
    """The runner's argv stands before the command, for definitions that carry it and for no others."""
    runner = tmp_path / "runner.py"
    runner.write_text("import sys; print('runner', *sys.argv[1:])")
    machine = machine_with(runner=[sys.executable, str(runner)])
    machine.register("runner", tags={"runner": "batchplane"})
    jobs = [machine.run("echo", "hi", jobDefinition=name) for name in ("runner", "plain")]
    assert [machine.lines(job) for job in jobs] == [["runner echo hi"], ["hi"]]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("no-such-command", 'exec: "no-such-command": executable file not found in $PATH'),
        ("/no/such/file", 'exec: "/no/such/file": No such file or directory'),
        ("/etc/passwd", 'exec: "/etc/passwd": Permission denied'),
    ],
)
def test_what_can_not_be_started(machine: Machine, command: str, expected: str) -> None:
    """Its attempt has no exit code and no log, but a reason; it is retried as others are."""
    job = machine.run(command, retryStrategy={"attempts": 2})
    assert (job["status"], job["statusReason"], len(job["attempts"])) == ("FAILED", "Task failed to start", 2)
    assert job["container"]["reason"] == f"CannotStartContainerError: {expected}"
    assert job["attempts"][0]["container"].keys().isdisjoint({"exitCode", "logStreamName"})
    assert machine.told(job["jobId"])[-2:] == [("STARTING", 1), ("FAILED", 2)]


def test_an_attempt_without_a_place_to_run_fails(machine: Machine) -> None:
    """Where no folder can be made for it, the attempt can't be started, and the next job tries anew."""
    slots = machine.folder / "slots"
    slots.rmdir()
    slots.touch()
    first = machine.run("true")
    slots.unlink()
    assert [first["status"], machine.run("true")["status"]] == ["FAILED", "SUCCEEDED"]
    assert first["container"]["reason"].startswith("CannotStartContainerError: ")


def test_overrides_that_are_too_long_are_accepted_and_fail(machine: Machine) -> None:
    """More than 8,192 characters of overrides fail the job when it is placed, as on AWS."""
    job = machine.run("true", containerOverrides={"environment": [{"name": "E", "value": "x" * 9000}]})
    assert (job["status"], job["statusReason"]) == ("FAILED", "Container Overrides length must be at most 8192")


def test_jobs_that_do_not_fit_together_run_one_after_another(machine: Machine) -> None:
    """With one vCPU, a job waits for the one before it."""
    first, second = machine.submit("sleep", "30"), machine.submit("true")
    machine.running(first)
    waiting = machine.job(second)["status"]
    machine.batch.terminate_job(jobId=first, reason="enough")
    assert (waiting, machine.ended(second)["status"]) == ("RUNNABLE", "SUCCEEDED")


def test_a_job_that_never_fits_stays_runnable_and_holds_its_own_queue_only(machine: Machine) -> None:
    """It is at the head of its queue; jobs of another queue run."""
    machine.create_queue("other", priority=0)
    large = machine.submit("true", containerOverrides={"resourceRequirements": [{"type": "VCPU", "value": "64"}]})
    machine.run("true", jobQueue="other")
    assert machine.job(large)["status"] == "RUNNABLE"


def test_the_log_group_is_the_definition_s(machine: Machine) -> None:
    """A definition's awslogs options name the group and the stream's beginning."""
    options = {"awslogs-group": "/mine", "awslogs-stream-prefix": "solver"}
    machine.register("solver", {"logConfiguration": {"logDriver": "awslogs", "options": options}})
    stream = machine.run("echo", "hi", jobDefinition="solver")["container"]["logStreamName"]
    answer = machine.batch.logs.get_log_events(logGroupName="/mine", logStreamName=stream)
    assert (stream.rpartition("/")[0], answer["events"][0]["message"]) == ("solver/default", "hi")
    with pytest.raises(machine.batch.logs.exceptions.ResourceNotFoundException):
        machine.batch.logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=stream)
