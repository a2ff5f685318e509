"""An array in three parts, what Batch tells of them, and what its owner is answered."""

from __future__ import annotations

from typing import Any

from tests.builders import event
from tests.flow.river import River

SIZE = 25_000


def split(river: River, **document: Any) -> str:
    """An array in three parts, all of which Batch has."""
    job_id = river.submit(**{"arrayProperties": {"size": SIZE}} | document)
    river.settle()
    return job_id


def tell(river: River, number: int, status: str, **children: str) -> None:
    """Tell of a job of Batch, by its number, and of some of its children, by `child_INDEX`."""
    river.job_events.send(events(river, f"batch-{number}", status, **children))
    river.settle()


def events(river: River, batch_job_id: str, status: str, **children: str) -> list[str]:
    """The events of a job of Batch in a status, and of some of its children."""
    job = river.batch.jobs[batch_job_id]
    place = {name: job[name] for name in ("jobQueue", "jobDefinition")}
    size = job.get("arrayProperties", {}).get("size")
    summary = {"arrayProperties": {"size": size, "statusSummary": {status: size}}} if size else {}
    told = [event(status, job_id=batch_job_id, name=job["jobName"], **place, **summary)]
    for name, each in children.items():
        index = int(name.removeprefix("child_"))
        child = {"arrayProperties": {"index": index}}
        told.append(event(each, job_id=f"{batch_job_id}:{index}", name=job["jobName"], **child))
    return told


def ask(river: River, path: str, body: Any = None, method: str = "GET", **more: Any) -> dict[str, Any]:
    """What the owner is answered."""
    status, document = river.request(method, path, body, **more)
    assert status < 300, document
    return dict(document)
