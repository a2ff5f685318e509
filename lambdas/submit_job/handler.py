"""Accepted submissions in, one SubmitJob each."""

import random

from controlplane.edge.function import Handler, first_call
from controlplane.edge.message_batch import on_batch
from controlplane.edge.message_counts import counted
from controlplane.plane import Plane
from controlplane.submitting.drain import Drain
from controlplane.submitting.submitter import Submitter


def submitter(plane: Plane) -> Submitter:
    """Who hands a plane's submissions to Batch."""
    return Submitter(
        deployment=plane.deployment,
        records=plane.records,
        batch=plane.batch,
        io_bucket=plane.io_bucket,
        clock=plane.clock,
        pace=plane.pace,
        settle_milliseconds=plane.settle_milliseconds,
    )


def build(plane: Plane) -> Handler:
    """The function over a plane."""
    drain = Drain(submitter=submitter(plane), submissions=plane.submissions, clock=plane.clock, chance=random.random)
    return on_batch(drain.drain)


handler = first_call(lambda plane: counted(build(plane)))
