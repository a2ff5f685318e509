"""The event path over DynamoDB: our function, beside one conditional write an event by boto3, at the same endpoint."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import boto3
from botocore.config import Config

from controlplane.aws.dynamodb.job_update import newest_update
from controlplane.aws.dynamodb.retention import Retention
from controlplane.aws.plane import AwsPlane
from controlplane.batch.state_change import from_event
from controlplane.records.port import Merge
from controlplane.records.record import RecordKey
from lambdas.record_state_change.handler import build
from tests.bench import plain
from tests.bench.race import Contender, on_one_core, one_in
from tests.bench.serving import serving
from tests.bench.stand_in import TABLE, environment
from tests.bench.traffic import child, message, shuffled_array, single, strangers, submission_of

#: Messages of one invocation.
BATCH_SIZE = 1000
#: Events that the rival without threads gets in a round, and batches of the array.
_FEW_EVENTS, _BATCHES = 300, 8
_FOR_GOOD = Retention(days=0)
#: Threads of the rival that has some.
THREADS = 16


def reading() -> Mapping[str, Contender]:
    """An event into the arguments of UpdateItem, which both must make alike."""
    bodies = [single(told) for told in strangers(BATCH_SIZE)]
    keys = [RecordKey(job_id=submission_of(told.job).job_id) for told in strangers(BATCH_SIZE)]
    for body, key in zip(bodies, keys, strict=True):
        if plain.update_of(body) != _update_of(body, key):
            raise ValueError(f"the rival writes {plain.update_of(body)}, and the plane {_update_of(body, key)}")
    return {
        "json.loads, and a dict": lambda: sum(map(bool, map(plain.update_of, bodies))),
        "from_event, and the adapter": lambda: sum(map(bool, map(_update_of, bodies, keys))),
    }


@contextmanager
def recording(*, delay: int, scale: int = 1) -> Iterator[Mapping[str, Contender]]:
    """Events recorded at an endpoint that takes so many milliseconds for each answer."""
    size = one_in(scale, BATCH_SIZE)
    bodies = [single(told) for told in strangers(size)]
    batches = shuffled_array(size)
    array = [[child(told) for told in batch] for batch in batches[:: len(batches) // _BATCHES]]
    with (
        serving("tests.bench.stand_in", str(delay)) as ready,
        _environment(environment(ready["url"])),
        on_one_core(),
    ):
        client = boto3.client("dynamodb", config=Config(max_pool_connections=THREADS))
        yield {
            "boto3, a write an event": partial(plain.one_by_one, client, TABLE, bodies[:_FEW_EVENTS]),
            f"the same, {THREADS} threads": partial(plain.by_threads, client, TABLE, bodies, threads=THREADS),
            f"record_state_change, {size:,} jobs": _function([bodies]),
            f"record_state_change, {size:,} of an array": _function(array),
        }


def _function(batches: Sequence[Sequence[str]]) -> Contender:
    """The whole function, as it is deployed."""
    handler = build(AwsPlane.from_environment())
    events = [message(batch) for batch in batches]

    def run() -> int:
        return sum(len(event["Records"]) - len(handler(event, None)["batchItemFailures"]) for event in events)

    return run


def _update_of(body: str, key: RecordKey) -> Mapping[str, object]:
    return newest_update(Merge(key=key, changes=(from_event(body),), ours=True), retention=_FOR_GOOD)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Variables of this process while the block runs: AWS's clients are told by these alone."""
    before = dict(os.environ)
    os.environ |= variables
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
