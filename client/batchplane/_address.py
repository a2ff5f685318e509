"""Where a job stands: its id, and the index of a child or node of it. Asks for nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from batchplane._errors import ArgumentInvalid

#: The plane's own id, or AWS Batch's of a job that nobody submitted through the plane.
_JOB_ID = re.compile(r"[A-Za-z0-9-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class JobAddress:
    """A job, a child of an array job, or a node of a multi-node parallel job."""

    #: Of the whole job.
    job_id: str
    #: Which child or node, from 0; None for the job itself.
    index: int | None = None
    is_node: bool = False

    @classmethod
    def parsed(cls, given: str) -> JobAddress:
        """Read `JOB`, `JOB:INDEX` or `JOB#INDEX`. Raises ArgumentInvalid."""
        mark = "#" if "#" in given else ":"
        job_id, found, index = given.partition(mark)
        if found and not (index.isascii() and index.isdigit()):
            what = "node" if mark == "#" else "child"
            raise ArgumentInvalid(f"A {what} is JOB{mark}INDEX with a whole number from 0; it is {given!r}")
        if not _JOB_ID.fullmatch(job_id):
            raise ArgumentInvalid(
                f"A job's id is letters, digits and hyphens, with :INDEX for a child, #INDEX for a node; not {given!r}"
            )
        return cls(job_id=job_id, index=int(index) if found else None, is_node=mark == "#")

    def __str__(self) -> str:
        return self.job_id if self.index is None else f"{self.job_id}{'#' if self.is_node else ':'}{self.index}"

    @property
    def path(self) -> str:
        """Of the plane's API."""
        if self.index is None:
            return f"/jobs/{self.job_id}"
        return f"/jobs/{self.job_id}/{'nodes' if self.is_node else 'children'}/{self.index}"
