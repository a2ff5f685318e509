"""Failed jobs in, alerts out."""

from controlplane.alerting.alerter import Alerter
from controlplane.edge.function import Handler, first_call
from controlplane.edge.stream import on_record_changes
from controlplane.plane import Plane


def build(plane: Plane) -> Handler:
    """The function over a plane."""
    alerter = Alerter(
        deployment=plane.deployment, records=plane.records, logs=plane.logs, topic=plane.topic, clock=plane.clock
    )
    return on_record_changes(alerter.alert)


handler = first_call(build)
