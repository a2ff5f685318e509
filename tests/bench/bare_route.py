"""A bare route of Starlette that reads a submission as the plane does, and keeps nothing: `python -m …`.

Prints its URL, and ends when its standard input does.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from batchplane_local.garbage import collect_seldom
from batchplane_local.gateway.server import listen, served, url_of
from controlplane.submissions.draft import Draft


async def submit(request: Request) -> JSONResponse:
    """Validate, and answer."""
    draft = Draft.read(msgspec.json.decode(await request.body()))
    status = 400 if draft.violations else 202
    return JSONResponse({"jobName": draft.request.jobName}, status_code=status)


def main() -> None:
    """Serve until standard input ends."""
    application = Starlette(routes=[Route("/jobs", submit, methods=["POST"])])
    collect_seldom()
    with closing(listen(0, otherwise="Try again.")) as listener, served(application, listener):
        sys.stdout.write(json.dumps({"url": url_of(listener)}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
