"""The API: requests of the HTTP API in, documents out."""

from controlplane.edge.answer_size import within_bounds
from controlplane.edge.function import first_call
from controlplane.edge.http import serve
from controlplane.edge.in_time import in_time

build = serve
handler = first_call(lambda plane: within_bounds(in_time(plane, build)))
