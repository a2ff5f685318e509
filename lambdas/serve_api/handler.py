"""The API: requests of the HTTP API in, documents out."""

from controlplane.edge.function import first_call
from controlplane.edge.http import serve

build = serve
handler = first_call(build)
