"""The files of a job in the IOBucket, for whoever may read it: what it was given, and what it has left.

Lists them with links that are good for minutes; opens none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from controlplane.caller import Caller
from controlplane.errors import SubmissionInvalid
from controlplane.io_bucket import MAX_NAME_BYTES, IOBucket, StoredObject, name_violation, outputs_prefix
from controlplane.records.owned_jobs import OwnedJobs

#: Most outputs of a page; signing a link takes up to a millisecond.
MOST_OUTPUTS = 1000
#: Most inputs of a page: each is looked up by itself.
MOST_INPUTS = 100


@dataclass(frozen=True, kw_only=True)
class JobFiles:
    """Lists files."""

    jobs: OwnedJobs
    io_bucket: IOBucket

    def outputs(
        self, job_id: str, *, caller: Caller, limit: int, cursor: str | None = None, index: int | None = None
    ) -> dict[str, Any]:
        """A page of what a job has left, by name: an array's children each in a folder of its index; or one child's.

        Raises JobNotFound, SubmissionInvalid.
        """
        after = _checked(cursor)
        _, submission = self.jobs.to_read(job_id, caller=caller, index=index)
        if submission is None:  # nobody's: it had no runner of ours
            return {"outputs": [], "cursor": None}
        folder = None if index is None else submission.original_index(index)
        prefix = outputs_prefix(submission.owner, submission.public_id, folder)
        found = self.io_bucket.list_objects(prefix, after=prefix + after if after else "", limit=limit)
        files = [self._file(stored.key.removeprefix(prefix), stored) for stored in found]
        return {"outputs": files, "cursor": files[-1]["name"] if len(files) == limit else None}

    def inputs(self, job_id: str, *, caller: Caller, limit: int, cursor: str | None = None) -> dict[str, Any]:
        """A page of what a job was given, by name; size and url are null of what is not in the IOBucket any more.

        Raises JobNotFound, SubmissionInvalid.
        """
        after = _checked(cursor)
        _, submission = self.jobs.to_read(job_id, caller=caller)
        inputs = submission.inputs if submission else {}
        names = islice((name for name in sorted(inputs) if name > after), limit)
        files = [self._file(name, self.io_bucket.find_object(inputs[name])) for name in names]
        return {"inputs": files, "cursor": files[-1]["name"] if len(files) == limit else None}

    def _file(self, name: str, stored: StoredObject | None) -> dict[str, Any]:
        if stored is None:
            return {"name": name, "size": None, "url": None}
        return {"name": name, "size": stored.size, "url": self.io_bucket.download_link(stored.key).url}


def _checked(cursor: str | None) -> str:
    """The name that a cursor is. Raises SubmissionInvalid."""
    # A child's index stands before the name that the child has given.
    violation = None if cursor is None else name_violation("cursor", cursor, most=2 * MAX_NAME_BYTES)
    if violation:
        raise SubmissionInvalid((violation,))
    return cursor or ""
