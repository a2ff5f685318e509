"""Every failure of the runner's own, in one tree, each with the exit code it ends the job with.

RunnerError 125
├── EnvironmentIncomplete 125   a variable the plane should have set is missing or malformed
├── NameRefused 125             a file's name would leave the working directory, or no IOBucket key can hold it
├── FileFailed 125              the disk did not take or give a file
├── Refused 125                 the plane, or the IOBucket, said no
│   └── Gone 125                what was asked for is not there, or no more
├── TryAgain 125                it did not answer, or said "not now"; worth another attempt
├── CommandMissing 125          there is nothing to run
├── CommandNotExecutable 126    the command is there, and can't be run
├── CommandNotFound 127         there is no such command
└── Stopped 128+n               a signal came before the command had begun
"""

from __future__ import annotations


class RunnerError(Exception):
    """The runner could not do its part of the job; str() is one line for a person."""

    #: What the job exits with. 125 to 127 as `docker run` and `env` use them.
    exit_code = 125


class EnvironmentIncomplete(RunnerError):
    """A variable of the environment is missing or malformed."""


class NameRefused(RunnerError):
    """A file's name is not a plain relative path."""


class FileFailed(RunnerError):
    """A file could not be read or written."""


class Refused(RunnerError):
    """The request was answered with a refusal that no repetition would change."""


class Gone(Refused):
    """There is no such thing, or no more."""


class TryAgain(RunnerError):
    """There was no answer, or one that says "not now"."""


class CommandMissing(RunnerError):
    """No command was given."""


class CommandNotExecutable(RunnerError):
    """The command can't be executed."""

    exit_code = 126


class CommandNotFound(RunnerError):
    """The command can't be found."""

    exit_code = 127


class Stopped(RunnerError):
    """A signal ended the run before the command had begun."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by signal {number} before the command had begun")
        self.exit_code = 128 + number
