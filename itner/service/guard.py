"""What stands before the addresses: limits, the reading of what is sent, and errors that quote no text."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from itner.service.limits import Places, RateLimit
from itner.service.problems import refuse
from itner.service.settings import ServiceSettings

_LOG = logging.getLogger("itner.service")
# What is full is asked for again after so long.
_BUSY_S = 1
_Next = Callable[[Request], Awaitable[Response]]


def add_guard(app: FastAPI, settings: ServiceSettings) -> None:
    """Put the limits before all addresses."""
    limit = RateLimit(settings.per_minute)
    places = Places(settings.max_requests)

    @app.middleware("http")
    async def guard(request: Request, call_next: _Next) -> Response:
        if request.method != "POST":
            return await _answer(request, call_next)
        wait = limit.wait_s(request.client.host if request.client is not None else "")
        if wait:
            return refuse(429, "too many requests", wait)
        if not _is_json(request.headers.get("content-type", "")):
            return refuse(415, "send JSON, and the header `Content-Type: application/json`")
        with places.take() as free:
            if not free:
                return refuse(503, "the service has enough to do; ask again", _BUSY_S)
            return await _read(request, settings) or await _answer(request, call_next)


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


async def _read(request: Request, settings: ServiceSettings) -> Response | None:
    """Read the whole of a request, so that what follows finds it; why not, where it is too large or too slow."""
    size = 0
    chunks = []
    try:
        async with asyncio.timeout(settings.read_s):
            async for chunk in request.stream():
                size += len(chunk)
                if size > settings.max_bytes:
                    return refuse(413, f"more than {settings.max_bytes:,} bytes; send less")
                chunks.append(chunk)
    except TimeoutError:
        return refuse(408, f"did not arrive within {settings.read_s:g} s; send less at once")
    except ClientDisconnect:
        # Nobody hears the answer, and nothing is wrong here.
        return Response(status_code=400)
    request._body = b"".join(chunks)
    return None


async def _answer(request: Request, call_next: _Next) -> Response:
    try:
        return await call_next(request)
    except Exception as error:  # noqa: BLE001 - whatever happens, no text is logged or sent back
        # The kind alone: a message may quote the text.
        _LOG.error("%s failed: %s", request.url.path, type(error).__name__)
        return refuse(500, f"failed ({type(error).__name__})")
