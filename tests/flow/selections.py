"""Selections of jobs to end, as a test asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.flow.river import River

#: Most pages of a walk in a test.
PAGES = 20


def ask(river: River, word: str = "cancel", *, owner: str = "ada", **selection: Any) -> dict[str, Any]:
    """One page of what a selection comes to."""
    status, document = river.request("POST", f"/jobs/{word}", selection, owner=owner)
    assert status == 200, document
    return dict(document)


def walk(river: River, word: str = "cancel", **selection: Any) -> Iterator[dict[str, Any]]:
    """All that it comes to."""
    page: dict[str, Any] = {}
    for _ in range(PAGES):
        page = ask(river, word, **selection)
        yield from page["jobs"]
        selection |= {"cursor": page["cursor"], "createdBefore": page["createdBefore"]}
        if page["cursor"] is None:
            return
    raise AssertionError(f"the walk did not end after {PAGES} pages")


def names(entries: Any) -> list[str]:
    """The jobs, by name."""
    return [each["job"]["jobName"] for each in entries]


def submitted(river: River, *jobs: str, **document: Any) -> list[str]:
    """Jobs that Batch has; their ids."""
    ids = []
    for name in jobs:
        ids.append(river.submit(jobName=name, **document))
        river.now += 1
    river.settle()
    return ids
