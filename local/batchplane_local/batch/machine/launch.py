"""What is executed for an attempt: argv, environment, and the file found on PATH. Starts nothing.

Environment: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.machine.accounts import Account, account_of
from batchplane_local.batch.machine.become import VEIL
from batchplane_local.batch.machine.homes import Homes
from batchplane_local.batch.machine.orphans import TOKEN
from batchplane_local.batch.names import TaskIds, node_address

#: What every command finds in its environment; nothing of the plane's own is passed on.
BASE_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
#: Launches kept encoded.
_KEPT = 256
#: The program that becomes another user.
_BECOME = Path(__file__).with_name("become.py")
#: What tells CUDA, and NVIDIA's container runtime, which GPUs they may use; on ECS only the second is set.
_GPU_VARIABLES = (b"CUDA_VISIBLE_DEVICES=", b"NVIDIA_VISIBLE_DEVICES=")
#: Most characters of a container's reason.
_REASON_LIMIT = 255


class Launch(NamedTuple):
    """A process to be made."""

    path: str
    arguments: list[bytes]
    #: NAME=value.
    environment: list[bytes]


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """Makes launches for one embedded Batch."""

    #: Put before the command of a job whose definition carries the runner.
    runner: Sequence[str]
    #: What every command finds in its environment.
    base: Mapping[str, str]
    task_ids: TaskIds
    #: Where attempts of other users run; None where a container's `user` has no effect.
    homes: Homes | None
    #: Files found on a PATH: a search costs more than all else here.
    _found: dict[tuple[str, str], str] = field(default_factory=dict)
    #: By submission (or node), compute environment and working directory.
    _shared: dict[tuple[int, str, str], tuple[str, Launch]] = field(default_factory=dict)

    def launch(self, attempt: Attempt, directory: str) -> Launch:
        """What to execute in this working directory, or in a home of the attempt's own where it has another user.

        Raises OSError where the command or the user is nowhere, or no home can be made.
        """
        account = self._at_home(attempt)
        directory = attempt.home or directory
        # Nodes have containers of their own, and share nothing.
        owner = attempt.key if attempt.live.is_multi_node else attempt.live.submission.key
        place = (owner, attempt.environment, directory)
        search, (name, arguments, environment) = self._shared.get(place) or self._share(attempt, place)
        if attempt.gpus:
            environment = _with_gpus(environment, attempt.gpus)
        path = name if "/" in name else self._find(name, search)
        launch = Launch(path, arguments, [*environment, *self._own_environment(attempt)])
        return launch if account is None else _become(account, directory, launch)

    def clear(self, attempt: Attempt) -> None:
        """The attempt has ended, and nothing of it runs any more."""
        if attempt.home is not None and self.homes is not None:
            self.homes.remove(attempt.home)

    def _at_home(self, attempt: Attempt) -> Account | None:
        """Whom the attempt runs as, with a home of its own made; None where it runs as this process does."""
        if self.homes is None or not (user := attempt.submission.container.get("user")):
            return None
        account = account_of(user)
        if (account.uid, account.gid) == (os.geteuid(), os.getegid()):
            return None
        attempt.home = self.homes.make(self.task_ids.of(attempt.key, attempt.number), account)
        return account

    def _own_environment(self, attempt: Attempt) -> list[bytes]:
        """Variables that no other attempt has with the same values."""
        task_id = self.task_ids.of(attempt.key, attempt.number)
        own = [
            f"AWS_BATCH_JOB_ID={attempt.job_id}".encode(),
            f"AWS_BATCH_JOB_ATTEMPT={attempt.number}".encode(),
            f"{TOKEN}={self.task_ids.folder}/{task_id}".encode(),
        ]
        if attempt.live.is_multi_node:
            own.extend(node_variables(attempt.live.submission, attempt.position))
        elif attempt.position:
            own.append(f"AWS_BATCH_JOB_ARRAY_INDEX={attempt.position - 1}".encode())
        return own

    def _share(self, attempt: Attempt, place: tuple[int, str, str]) -> tuple[str, Launch]:
        """PATH, and what attempts of a submission have in common where they run in one directory."""
        submission, directory = attempt.submission, place[-1]
        arguments = [*self.runner, *submission.command] if submission.runner else submission.command
        if not arguments:
            raise FileNotFoundError(errno.ENOENT, "no command specified")
        given = {variable["name"]: variable.get("value", "") for variable in submission.container["environment"]}
        given.pop(TOKEN, None)
        variables = {**self.base, "HOME": directory, "TMPDIR": directory, **given}
        variables |= {"AWS_BATCH_CE_NAME": attempt.environment, "AWS_BATCH_JQ_NAME": submission.queue_name}
        environment = [f"{name}={value}".encode() for name, value in variables.items()]
        if len(self._shared) >= _KEPT:
            self._shared.clear()
        shared = Launch(arguments[0], [argument.encode() for argument in arguments], environment)
        return self._shared.setdefault(place, (variables.get("PATH", os.defpath), shared))

    def _find(self, name: str, search: str) -> str:
        """The file that a command's first word without a slash means."""
        known = self._found.get((name, search))
        if known and os.access(known, os.X_OK):
            return known
        found = shutil.which(name, path=search)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "executable file not found in $PATH", name)
        self._found[name, search] = found
        return found


def _with_gpus(environment: Sequence[bytes], gpus: Sequence[int]) -> list[bytes]:
    """The environment of an attempt that sees these GPUs, whatever else it was told of GPUs."""
    devices = ",".join(map(str, gpus)).encode()
    others = [variable for variable in environment if not variable.startswith(_GPU_VARIABLES)]
    return [*others, *(name + devices for name in _GPU_VARIABLES)]


def _become(account: Account, directory: str, launch: Launch) -> Launch:
    """The same, begun by the program that becomes the account first."""
    ids = (str(account.uid), str(account.gid), ",".join(map(str, account.groups)))
    arguments = (sys.executable, "-I", "-S", str(_BECOME), *ids, directory, launch.path)
    token = [variable for variable in launch.environment if variable.startswith(f"{TOKEN}=".encode())]
    return Launch(
        path=sys.executable,
        arguments=[*(argument.encode() for argument in arguments), *launch.arguments],
        environment=[*token, *(VEIL + variable for variable in launch.environment)],
    )


def node_variables(submission: Submission, position: int) -> list[bytes]:
    """What a node of a multi-node parallel job is told; the main node's address, all but the main node."""
    main = submission.main_position
    variables = [
        f"AWS_BATCH_JOB_MAIN_NODE_INDEX={main - 1}",
        f"AWS_BATCH_JOB_NODE_INDEX={position - 1}",
        f"AWS_BATCH_JOB_NUM_NODES={len(submission.nodes)}",
    ]
    if position != main:
        variables.append(f"AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS={node_address(submission.key + main)}")
    return [variable.encode() for variable in variables]


def cannot_start(error: OSError) -> Ending:
    """The ending of an attempt whose command can't be started, in the words of ECS."""
    named = f'exec: "{error.filename}": {error.strerror}' if error.filename else str(error.strerror)
    reason = f"CannotStartContainerError: {named}"[:_REASON_LIMIT]
    return Ending(exit_code=None, reason=reason, status_reason="Task failed to start")
