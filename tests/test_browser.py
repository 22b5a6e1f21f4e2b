"""Journeys in a real browser, on the runs that ship."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from itner.export.onnx import is_exported
from itner.store import MODELS_ROOT, RunStore

if TYPE_CHECKING:
    from playwright.sync_api import Page

REPOSITORY = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
PATIENCE_MS = 120_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    # One server and one browser at a time: several on two cores only time out.
    pytest.mark.xdist_group("browser"),
]


@contextmanager
def serve(models: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    environment = os.environ | {"ITNER_MODELS": str(models), "HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
                break
            except OSError:
                assert server.poll() is None, "streamlit has stopped"
                assert time.monotonic() < deadline, "streamlit does not answer"
                time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def open_browser(url: str) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url)
        yield page
        browser.close()


def test_from_the_overview_to_a_live_comparison() -> None:
    with serve(MODELS_ROOT) as url, open_browser(url) as page:
        page.get_by_role("heading", name="Which tagger to deploy").wait_for()
        page.locator(".js-plotly-plot").wait_for()
        assert page.get_by_text("Published, not measured here").is_visible()

        page.get_by_role("link", name="Live").click()
        page.locator("mark").first.wait_for()
        assert page.locator(".itner-text").count() == 3

        alerts: list[str] = []
        page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
        box = page.get_by_role("textbox", name="Text")
        text = "<img src=x onerror=alert(1)> <script>alert(2)</script>   Firefox 128 on Ubuntu 24.04"
        box.fill(text)
        box.press("Control+Enter")
        page.locator("mark", has_text="Ubuntu").first.wait_for()
        shown = page.locator(".itner-text").first.evaluate(
            "node => { const copy = node.cloneNode(true);"
            " copy.querySelectorAll('.tag').forEach(tag => tag.remove()); return copy.textContent }"
        )
        assert shown == text
        assert alerts == []
        assert page.locator("mark", has_text="Ubuntu").first.get_attribute("aria-label", timeout=1000)


def test_two_tabs_at_once_build_the_onnx_files_once(tmp_path: Path) -> None:
    for name in ("minilm_l3", "minilm_lora"):
        shutil.copytree(MODELS_ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("onnx", ".*"))
    store = RunStore(tmp_path)
    assert not any(is_exported(run) for run in store.load_all()[0])

    def marked(url: str) -> int:
        with open_browser(f"{url}/live") as page:
            page.locator("mark").first.wait_for()
            page.get_by_text("Mentions and confidence").wait_for()
            assert page.locator(".stException, .stAlert").count() == 0
            return page.locator(".itner-text").count()

    with serve(tmp_path) as url, ThreadPoolExecutor(2) as tabs:
        assert list(tabs.map(marked, [url, url])) == [2, 2]
    assert all(is_exported(run) for run in store.load_all()[0])
    leftovers = [path.name for folder in tmp_path.iterdir() for path in folder.glob(".onnx-*")]
    assert leftovers == []
