"""What the environment says: which job this is, and what of it the command may see. Reads nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from batchplane_runner.errors import EnvironmentIncomplete

#: Set by the plane for the runner alone; the command never sees them.
PRIVATE = ("BATCHPLANE_URL", "BATCHPLANE_JOB_ID", "BATCHPLANE_CAPABILITY")
#: Set by AWS Batch in an array job's children.
#: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
ARRAY_INDEX = "AWS_BATCH_JOB_ARRAY_INDEX"
ARRAY_SIZE = "AWS_BATCH_JOB_ARRAY_SIZE"
#: What may stand in a header and in a path; anything else would be a mistake, or an attack.
_TOKEN = re.compile(r"^[!-~]+$")


# Not keyword-only, here and in the whole package: Python 3.9 has no keyword-only dataclasses.
@dataclass(frozen=True)
class JobIdentity:
    """Who the runner is to the plane."""

    url: str
    job_id: str
    #: The secret that buys links to this job's own files.
    capability: str = field(repr=False)
    #: The child's index in an array job, from 0; None for any other job.
    index: int | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> JobIdentity | None:
        """Read it; None where no plane is named and a command is simply to be run. Raises EnvironmentIncomplete."""
        if not environment.get("BATCHPLANE_URL"):
            return None
        url, job_id, capability = (_required(environment, name) for name in PRIVATE)
        return cls(url=url.rstrip("/"), job_id=job_id, capability=capability, index=_index(environment))


def command_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what is the runner's alone."""
    return {name: value for name, value in environment.items() if name not in PRIVATE}


def child_environment(index: int | None, array_size: int | None) -> dict[str, str]:
    """What tells a command that it is another child than AWS Batch says; nothing where Batch says it right."""
    known = {ARRAY_INDEX: index, ARRAY_SIZE: array_size}
    return {name: str(value) for name, value in known.items() if value is not None}


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not _TOKEN.match(value):
        # The value is not shown: it may be the capability.
        raise EnvironmentIncomplete(f"{name} must be one word of printable ASCII; the plane sets it on every job")
    return value


def _index(environment: Mapping[str, str]) -> int | None:
    value = environment.get(ARRAY_INDEX)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()):
        raise EnvironmentIncomplete(f"{ARRAY_INDEX} must be a whole number from 0; it is {value!r}")
    return int(value)
