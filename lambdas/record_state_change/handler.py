"""Job state changes in, records changed."""

from controlplane.edge.function import Handler, first_call
from controlplane.edge.message_batch import on_batch
from controlplane.edge.message_counts import counted
from controlplane.plane import Plane
from controlplane.recording.recorder import Recorder


def build(plane: Plane) -> Handler:
    """The function over a plane."""
    recorder = Recorder(records=plane.records, batch=plane.batch, clock=plane.clock)
    dead_letters = plane.dead_letters
    return on_batch(lambda bodies: recorder.record_events(bodies, dead_letters=dead_letters))


handler = first_call(lambda plane: counted(build(plane)))
