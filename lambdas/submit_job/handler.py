"""Accepted submissions in, one SubmitJob each."""

from controlplane.edge.function import Handler, first_call
from controlplane.edge.messages import on_messages
from controlplane.plane import Plane
from controlplane.submission import read_message
from controlplane.submitter import Submitter


def build(plane: Plane) -> Handler:
    """The function over a plane."""
    submitter = Submitter(
        deployment=plane.deployment,
        records=plane.records,
        batch=plane.batch,
        clock=plane.clock,
        settle_milliseconds=plane.settle_milliseconds,
    )
    return on_messages(lambda body: submitter.submit(read_message(body)))


handler = first_call(build)
