"""A caller of an ASGI application that runs in this very process: no socket, no server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

#: Where the application believes to be.
URL = "http://127.0.0.1:8651"


def call(application: Any, method: str, target: str, **request: Any) -> httpx.Response:
    """One request and its answer."""

    async def exchange() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as caller:
            return await caller.request(method, target, **request)

    return asyncio.run(exchange())
