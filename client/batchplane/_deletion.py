"""Deleting a job, in as many requests as its files need."""

from __future__ import annotations

from collections.abc import Callable

from batchplane._errors import AnswerMalformed, JobNotFound
from batchplane._plane_api import PlaneApi


def delete(api: PlaneApi, path: str, *, progress: Callable[[int], object]) -> int:
    """Ask until nothing is left; how many files there were. Raises JobNotOver.

    Gone is gone: an answer may have been lost, so that the next request finds no job.
    """
    files, more = 0, True
    while more:
        try:
            answer = api.delete(path)
        except JobNotFound:
            return files
        try:
            files, more = files + int(answer["objects"]), bool(answer["more"])
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error
        progress(files)
    return files
