"""What Streamlit's client is told with a page, and how uploads end that nobody waits for."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
import streamlit as st
from shipped import REPOSITORY
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import cli_util, file_util
from streamlit.web.server.app_discovery import discover_asgi_app

from itner.dashboard.server import LEAVING, linked, open_browser, page_routes


def test_the_first_script_of_a_page_says_where_the_server_is() -> None:
    shell = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    told = linked(shell)
    assert re.findall(r"<script[^>]*>[^<]*", told)[0] == (
        '<script>window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href }'
    )
    assert len(told.split("<script")) == len(shell.split("<script")) + 1


@pytest.mark.parametrize(("base", "path"), [("", "/quality"), ("itner", "/itner/quality"), ("/a/b/", "/a/b/quality")])
def test_pages_answer_under_the_path_that_is_configured(base: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.__getitem__)
    client = TestClient(Starlette(routes=page_routes(["quality"])))
    answer = client.get(f"{path}?run=a")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "BACKEND_BASE_URL" in answer.text
    assert client.get(f"{path}/_stcore/health").status_code == 404
    assert client.post(path).status_code == 405


def test_an_upload_that_nobody_waits_for_is_no_exception() -> None:
    async def upload(request: Request) -> Response:
        raise ClientDisconnect

    client = TestClient(Starlette(routes=[Route("/", upload)], exception_handlers=LEAVING))
    assert client.get("/").status_code == 400


@pytest.mark.parametrize(
    ("headless", "address", "opened"),
    [
        (True, None, []),
        (False, None, ["http://localhost:8501"]),
        (False, "0.0.0.0", ["http://localhost:8501"]),
        (False, "127.0.0.1", ["http://127.0.0.1:8501"]),
    ],
)
def test_a_browser_opens_where_there_is_one(
    headless: bool, address: str | None, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(st, "get_option", {"server.headless": headless, "server.address": address}.__getitem__)
    monkeypatch.setattr(cli_util, "open_browser", shown.append)

    async def start() -> None:
        async with open_browser(None):
            pass

    asyncio.run(start())
    assert shown == opened


def test_streamlit_finds_the_application() -> None:
    assert discover_asgi_app(REPOSITORY / "streamlit_app.py").import_string == "streamlit_app:app"
