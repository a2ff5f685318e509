"""The embedded Batch's endpoint: SubmitJob beside an instant stand-in, by the same boto3; reads over a full store."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from tests.bench.race import Contender, one_in
from tests.bench.serving import serving
from tests.bench.stand_in import KEY_PAIR
from tests.bench.stored import job_id_of
from tests.bench.wire import ask, send_all, signed

#: Submissions of one round by one caller after another, and by several at once.
SUBMISSIONS = 400
CALLERS = 8
#: Children of an array.
ARRAY = 10_000
#: Jobs that are stored while reads are measured.
STORED = 100_000
#: Requests of one round of reads; jobs that each asks for; connections they come over.
DESCRIBED, LISTED, PAGE, CONNECTIONS = 150, 300, 100, 2
#: What the stand-in needs no key pair for, and boto3 does.
_ANY_KEYS = {"accessKeyId": KEY_PAIR["AWS_ACCESS_KEY_ID"], "secretAccessKey": KEY_PAIR["AWS_SECRET_ACCESS_KEY"]}


@contextmanager
def submitting(folder: Path, *, scale: int = 1) -> Iterator[tuple[Mapping[str, Contender], ...]]:
    """One caller submits to a queue that is held, then several do; then one submits arrays."""
    submissions = one_in(scale, SUBMISSIONS)
    with serving("tests.bench.stand_in", "0") as stand_in, _endpoint(folder, stored=0) as ready:
        instant, embedded = _client(_ANY_KEYS | stand_in), _client(ready)
        one = {"an instant stand-in": _one(instant, submissions), "the endpoint": _one(embedded, submissions)}
        many = {"an instant stand-in": _many(instant, submissions), "the endpoint": _many(embedded, submissions)}
        yield one, many, {"the endpoint": _array(embedded, one_in(scale, ARRAY))}


@contextmanager
def reading(folder: Path, *, scale: int = 1) -> Iterator[Mapping[str, Contender]]:
    """DescribeJobs and ListJobs, 100 jobs each, wherever they lie."""
    stored, listed = one_in(scale, STORED, least=2 * PAGE), one_in(scale, LISTED)
    by_name = {"filters": [{"name": "JOB_NAME", "values": ["bench-9*"]}]}
    with _endpoint(folder, stored=stored) as ready:
        yield {
            f"DescribeJobs, {PAGE} ids": _describing(ready, one_in(scale, DESCRIBED), stored=stored),
            f"ListJobs, pages of {PAGE}": _listing(ready, listed, {"jobStatus": "SUCCEEDED"}),
            "ListJobs, the same by name": _listing(ready, listed, by_name),
        }


def _one(client: Any, submissions: int) -> Contender:
    def run() -> int:
        for _ in range(submissions):
            _submit(client)
        return submissions

    return run


def _many(client: Any, submissions: int) -> Contender:
    def run() -> int:
        with ThreadPoolExecutor(CALLERS) as callers:
            return sum(callers.map(lambda _: bool(_submit(client)), range(submissions)))

    return run


def _array(client: Any, size: int) -> Contender:
    def run() -> int:
        return bool(_submit(client, arrayProperties={"size": size}))

    return run


def _submit(client: Any, **request: Any) -> str:
    return str(client.submit_job(jobName="bench", jobQueue="bench", jobDefinition="bench", **request)["jobId"])


def _describing(ready: Mapping[str, str], times: int, *, stored: int) -> Contender:
    # The first rows are those of the jobs by which the folder was laid out.
    chosen = random.Random(1)  # noqa: S311 - the same ones in every run
    requests = [{"jobs": [job_id_of(key) for key in chosen.sample(range(2, stored), PAGE)]} for _ in range(times)]

    def run() -> int:
        whole = [signed(ready, "/v1/describejobs", request) for request in requests]
        return send_all(ready["url"], whole, connections=CONNECTIONS)

    return run


def _listing(ready: Mapping[str, str], times: int, by: Mapping[str, Any]) -> Contender:
    asked = {"jobQueue": "bench", "maxResults": PAGE, **by}
    requests = list(islice(_pages(ready, asked), times))

    def run() -> int:
        whole = [signed(ready, "/v1/listjobs", request) for request in requests]
        return send_all(ready["url"], whole, connections=CONNECTIONS)

    return run


def _pages(ready: Mapping[str, str], asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The requests for one page after another."""
    while True:
        yield asked
        answer = ask(ready["url"], signed(ready, "/v1/listjobs", asked))
        if "nextToken" not in answer:
            return
        asked = {**asked, "nextToken": answer["nextToken"]}


def _client(ready: Mapping[str, str]) -> Any:
    config = Config(max_pool_connections=CALLERS, retries={"total_max_attempts": 1})
    return botocore.session.Session().create_client(
        "batch",
        region_name="local-1",
        endpoint_url=ready["url"],
        aws_access_key_id=ready["accessKeyId"],
        aws_secret_access_key=ready["secretAccessKey"],
        config=config,
    )


@contextmanager
def _endpoint(folder: Path, *, stored: int) -> Iterator[dict[str, str]]:
    with serving("tests.bench.batch_endpoint", str(folder), str(stored)) as ready:
        yield ready
