"""A container's `user` is who its command runs as, where this process may change users: where it is root.

Each test expects what it may expect of the user that runs it: root's jobs change their user, anyone else's don't.
"""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

import pytest

from batchplane_local.batch.machine.accounts import Account, account_of
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Machine, is_alive
from tests.waiting import wait_until

IS_ROOT = os.geteuid() == 0
#: A user with no rights, who is on every Linux.
NOBODY = pwd.getpwnam("nobody")
#: No user's and no group's.
NOBODY_S_ID = 54321
WHO = "echo $(id -u) $(id -g) $(grep Groups: /proc/self/status | cut -f2)"


def run_as(machine: Machine, user: str, script: str) -> list[str]:
    """What a script prints that runs as this user."""
    machine.register("as", {"user": user})
    job = machine.run("sh", "-c", script, jobDefinition="as")
    assert job["status"] == "SUCCEEDED", machine.lines(job)
    return machine.lines(job)


def identity(uid: int, gid: int) -> str:
    """What WHO prints of this user, who is in one group."""
    if not IS_ROOT:
        return " ".join(map(str, (os.geteuid(), os.getegid(), *os.getgroups())))
    return f"{uid} {gid} {gid}"


@pytest.mark.parametrize(
    ("user", "uid", "gid"),
    [
        ("nobody", NOBODY.pw_uid, NOBODY.pw_gid),
        (f"{NOBODY.pw_uid}:{NOBODY_S_ID}", NOBODY.pw_uid, NOBODY_S_ID),
        (f"{NOBODY_S_ID}", NOBODY_S_ID, NOBODY_S_ID),
        (f"{NOBODY_S_ID}:{grp.getgrgid(NOBODY.pw_gid).gr_name}", NOBODY_S_ID, NOBODY.pw_gid),
    ],
)
def test_a_job_runs_as_its_user(machine: Machine, user: str, uid: int, gid: int) -> None:
    """With the user's own group and no other of this process's."""
    assert run_as(machine, user, WHO) == [identity(uid, gid)]


def test_its_working_directory_is_its_own(machine: Machine) -> None:
    """It is HOME and TMPDIR too, and can be written to by all three names."""
    script = 'echo a > one; echo b > "$HOME/two"; echo c > "$TMPDIR/three"; cat one two three; test "$PWD" = "$HOME"'
    assert run_as(machine, "nobody", script) == ["a", "b", "c"]


def test_its_output_can_be_opened_by_name(machine: Machine) -> None:
    """Programs that write to /dev/stderr write to the log."""
    assert run_as(machine, "nobody", "echo out > /dev/stdout; echo error > /dev/stderr") == ["out", "error"]


def test_it_may_not_read_what_lies_in_the_data_folder(machine: Machine) -> None:
    """What is this user's alone stays so."""
    script = f"cat {machine.folder}/batch.sqlite3 > copy 2>/dev/null && echo read || echo refused"
    assert run_as(machine, "nobody", script) == ["refused" if IS_ROOT else "read"]


def test_its_variables_are_those_of_any_job(machine: Machine) -> None:
    """None is added, and none is renamed, by the way on which it becomes its user."""
    plain = run_as(machine, "", "env | cut -d= -f1 | sort")
    assert run_as(machine, "nobody", "env | cut -d= -f1 | sort") == plain


def test_its_variables_do_not_reach_what_still_is_root(machine: Machine) -> None:
    """The one program that complains of a library that isn't there is the job's own."""
    variables = [{"name": "LD_PRELOAD", "value": "/nowhere/evil.so"}]
    machine.register("as", {"user": "nobody", "environment": variables})
    job = machine.run("true", jobDefinition="as")
    assert [line for line in machine.lines(job) if "evil.so" in line] == machine.lines(job)[:1]


def test_broken_pipes_end_it_as_they_end_any_job(machine: Machine) -> None:
    """The signals that Python ignores are not ignored in the command."""
    script = "grep -e SigIgn -e SigBlk /proc/self/status"
    assert run_as(machine, "nobody", script) == run_as(machine, "", script)


def test_nothing_of_its_directory_is_left(machine: Machine) -> None:
    """What it wrote is removed with its job."""
    (home,) = run_as(machine, "nobody", "mkdir -p deep/er; echo x > deep/er/file; echo $PWD/deep")
    wait_until(lambda: not Path(home).exists(), "its directory is removed")


def test_what_it_leaves_behind_ends_with_it(machine: Machine) -> None:
    """A process of another user that has left its session is found by its token all the same."""
    (line,) = run_as(machine, "nobody", "setsid sleep 67 & echo $!; sleep 0.05")
    assert not is_alive(int(line))


def test_it_ends_with_the_embedded_batch(machine: Machine) -> None:
    """In its session and out of it."""
    machine.register("as", {"user": "nobody"})
    job_id = machine.submit("sh", "-c", "setsid sleep 68 & echo $!; echo $$; exec sleep 69", jobDefinition="as")
    wait_until(lambda: len(machine.lines(machine.running(job_id))) == 2, "its processes run")
    pids = [int(line) for line in machine.lines(machine.job(job_id))]
    machine.close()
    assert [is_alive(pid) for pid in pids] == [False, False]


def test_a_user_whom_nobody_knows_is_refused_with_its_attempt(machine: Machine) -> None:
    """It isn't run as root instead; who can't change users runs it as any other."""
    machine.register("as", {"user": "nobody-of-this-name"})
    job = machine.run("true", jobDefinition="as")
    words = "CannotStartContainerError: unable to find user nobody-of-this-name: no matching entries in passwd file"
    expected = ("FAILED", words) if IS_ROOT else ("SUCCEEDED", None)
    assert expected == (job["status"], job["attempts"][0]["container"].get("reason"))


def test_a_command_that_the_user_may_not_execute_ends_with_126(machine: Machine, tmp_path: Path) -> None:
    """The log says which."""
    command = tmp_path / "command"
    command.write_text("#!/bin/sh\necho ran\n")
    command.chmod(0o700)
    machine.register("as", {"user": "nobody"})
    job = machine.run(str(command), jobDefinition="as")
    refused = (126, [f'exec: "{command}": Permission denied'])
    assert (refused if IS_ROOT else (0, ["ran"])) == (job["container"]["exitCode"], machine.lines(job))


def test_a_user_has_no_effect_where_it_is_not_to_be_honoured(machine_with: OpenMachine) -> None:
    """Whatever it is called: it is recorded, and the command runs as this process does."""
    machine = machine_with(honour_user=False)
    assert run_as(machine, "nobody-of-this-name", "id -u") == [str(os.geteuid())]


def test_this_process_s_own_user_needs_no_change(machine: Machine) -> None:
    """Its command runs as any other, in a slot's directory."""
    (directory,) = run_as(machine, str(os.geteuid()), "pwd")
    assert directory.startswith(str(machine.folder))


def test_an_account_has_all_groups_of_its_user() -> None:
    """Unless one is named, which then is the only one."""
    root = pwd.getpwuid(0)
    groups = tuple(os.getgrouplist(root.pw_name, root.pw_gid))
    assert account_of("root") == Account(uid=0, gid=root.pw_gid, groups=groups)
    assert account_of("root:12") == Account(uid=0, gid=12, groups=(12,))


@pytest.mark.parametrize("user", ["no-such-user", "0:no-such-group", "-1", "4294967295", ""])
def test_an_account_that_nobody_has_is_refused(user: str) -> None:
    """The words name it."""
    with pytest.raises(FileNotFoundError, match=r"unable to find (user|group) .*: no matching entries in"):
        account_of(user)
