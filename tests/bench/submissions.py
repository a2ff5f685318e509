"""The submission path: a request of the API into a kept job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import inf
from pathlib import Path
from types import SimpleNamespace

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.queues import QueuedSubmissions
from batchplane_local.records import SqliteRecords
from lambdas.serve_api.handler import build
from tests.bench.race import Contender, one_in
from tests.builders import DEPLOYMENT, T0

#: Requests of one round.
REQUESTS = 300
BODY = json.dumps({"jobName": "bench", "containerOverrides": {"command": ["true"]}})
#: The event of `POST /jobs` with it.
POST_JOBS = {
    "version": "2.0",
    "rawPath": "/jobs",
    "rawQueryString": "",
    "headers": {"content-type": "application/json"},
    "requestContext": {
        "http": {"method": "POST", "path": "/jobs"},
        "stage": "$default",
        "authorizer": {"jwt": {"claims": {"sub": "ada"}}},
    },
    "body": BODY,
    "isBase64Encoded": False,
}


def contenders(folder: Path, *, scale: int = 1) -> Mapping[str, Contender]:
    """Two durable commits with nothing around them; and POST /jobs, which makes two."""
    database = Database(folder / "submissions.db")
    database.create("CREATE TABLE bare (body TEXT)")
    queue = Queue(database, "submissions", clock=lambda: T0)
    plane = SimpleNamespace(
        deployment=DEPLOYMENT,
        records=SqliteRecords(database, changes=queue),
        submissions=QueuedSubmissions(queue=queue),
        usage=None,
        registry=None,
        clock=lambda: T0,
        sleep=lambda seconds: None,
        batch=None,
        dead_letter_queues=(),
        settle_milliseconds=0,
        fan_out=map,
        enough_milliseconds=50,
        time_to_wait=lambda: inf,
        logs=None,
        io_bucket=None,
    )
    requests = one_in(scale, REQUESTS)
    handler = build(plane)  # type: ignore[arg-type] - the ports that this route uses

    def bare() -> int:
        for _ in range(requests):
            json.loads(BODY)
            for _ in range(2):
                with database.write() as connection:
                    connection.execute("INSERT INTO bare VALUES (?)", (BODY,))
        return requests

    def post() -> int:
        return sum(handler(POST_JOBS, None)["statusCode"] == 202 for _ in range(requests))

    return {"two commits to SQLite": bare, "POST /jobs, by the function": post}
