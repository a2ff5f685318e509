"""The clock in, quiet records healed."""

from dataclasses import asdict

from controlplane.edge.function import Handler, first_call
from controlplane.edge.schedule import on_schedule
from controlplane.plane import Plane
from controlplane.reconciling.reconciler import Reconciler
from controlplane.recording.recorder import Recorder


def build(plane: Plane) -> Handler:
    """The function over a plane."""
    reconciler = Reconciler(
        deployment=plane.deployment,
        records=plane.records,
        batch=plane.batch,
        submissions=plane.submissions,
        recorder=Recorder(records=plane.records, batch=plane.batch, clock=plane.clock),
        clock=plane.clock,
    )
    return on_schedule(lambda: asdict(reconciler.reconcile()))


handler = first_call(build)
