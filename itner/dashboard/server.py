"""How the dashboard is served: what Streamlit's own server does not do for who comes by a link or leaves halfway."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from streamlit import cli_util, file_util
from streamlit.web.server import server_util

# A page's address may be the server's or one below it. Streamlit's client finds out by asking at both: the first
# question comes to nothing, which browsers report as errors. As for Streamlit's own files, the server is "./" from
# every page, whatever a proxy puts before it.
_ROOT = '<script>window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href }</script>'


def linked(shell: str) -> str:
    """Streamlit's HTML of every page, which says where the server is before anything else of it runs."""
    return re.sub(r"<head\b[^>]*>", lambda head: head[0] + _ROOT, shell, count=1)


def page_routes(names: Sequence[str]) -> list[Route]:
    """What answers at the addresses of pages, by their names."""
    shell = linked(Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8"))

    async def answer(request: Request) -> Response:
        # It names files by their content, which other releases of Streamlit do not have.
        return HTMLResponse(shell, headers={"Cache-Control": "no-cache"})

    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"/{base}/{name}" if base else f"/{name}", answer) for name in names]


async def _leave(request: Request, error: ClientDisconnect) -> Response:
    return Response(status_code=400)


# A tab that is closed while it uploads a file is no fault, and its traceback would hide those that are.
LEAVING = {ClientDisconnect: _leave}


@asynccontextmanager
async def open_browser(app: object) -> AsyncIterator[None]:
    """Show the dashboard to who has started it, as Streamlit does for a script that is no application."""
    if not st.get_option("server.headless"):
        address = server_util.get_display_address(st.get_option("server.address") or "localhost")
        cli_util.open_browser(server_util.get_url(address))
    yield
