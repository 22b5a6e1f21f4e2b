"""The dashboard in a real browser: for the journeys that are tested, and for timing what a user waits for.

Needs Playwright's Python package and a Chromium on the path.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from itner.core.errors import InputError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_REPOSITORY = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
_START_S = 60
PATIENCE_MS = 120_000
# The box of Tag files for what is tagged, which has another one for summaries beside it.
FILES_BOX = "[class*='st-key-upload_'] input[type=file]"
# The script of the page has run to its end.
DONE = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard: its address and its process id."""

    url: str
    pid: int

    def memory_mib(self) -> float:
        """Resident memory of the server now."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("/proc has no VmRSS; reading the memory of a process needs Linux")


@contextmanager
def serve(models: Path, under: Sequence[str] = (), log: Path | None = None) -> Iterator[Dashboard]:
    """The dashboard on the runs under `models`, as a process of its own on a free port.

    Args:
        under: a program that runs it and ends with it, such as `strace`, with its words.
        log: a file for what the server says of errors; None for where this process says its own.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*under, sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    environment = os.environ | {"ITNER_MODELS": str(models), "HF_HUB_OFFLINE": "1"}
    with log.open("wb") if log is not None else nullcontext() as errors:
        server = subprocess.Popen(command, cwd=_REPOSITORY, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _START_S
        while True:
            try:
                connection = HTTPConnection("127.0.0.1", port, timeout=2)
                connection.request("GET", "/_stcore/health")
                connection.getresponse().read()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the dashboard does not start") from None
                time.sleep(0.2)
        yield Dashboard(url, server.pid)
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """A headless browser; InputError when there is none."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        raise InputError("no Chromium on the path; install Debian's `chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def new_page(
    browser: Browser, scheme: Literal["light", "dark"] = "light", width: int = 1400, height: int = 1000
) -> Page:
    """A page in a context of its own: nothing cached, a new session of the dashboard."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def wait_until_done(page: Page) -> None:
    """Return when the script of the page has run to its end and nothing on it is stale."""
    page.wait_for_function(DONE)


def wait_until_idle(page: Page) -> None:
    """`wait_until_done`, and return when every chart is drawn and the browser has nothing left to do."""
    wait_until_done(page)
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stSkeleton]')"
        " && [...document.querySelectorAll('[data-testid=stPlotlyChart]')]"
        ".every(chart => chart.querySelector('.main-svg'))"
    )
    page.evaluate("() => new Promise(done => requestIdleCallback(done, { timeout: 5000 }))")
