"""How long users of the dashboard wait: first paint, page switches, live tagging, alone and many at once.

Measured in a real browser against a server of its own, caches warm, each repeat in a new session.
"""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.records.store import BENCH, CONFIG, ERRORS, LOG, METRICS, RUN, RunStore
from itner.records.study import AppTiming, AppTimings
from itner.records.workspace import Workspace
from tools.browser import Dashboard, new_page, open_chromium, serve, wait_until_done, wait_until_idle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = ("Quality", "Efficiency", "Errors", "Data", "How it was trained", "Run", "Live", "Tag files", "Overview")
MANY_RUNS = 100
SESSIONS = 10
PAINT_MS = 2000.0
PAINT_MANY_MS = 3000.0
SWITCH_MS = 500.0
LIVE_MS = 300.0
_COPIED = (RUN, CONFIG, LOG, METRICS, ERRORS, BENCH)


def copy_runs(target: Path, count: int, source: Path) -> None:
    """Fill `target` with `count` run folders: the JSON files of the runs under `source`, renamed, without weights."""
    runs, _ = RunStore(source).load_all()
    if not runs:
        raise InputError("no run to copy", path=source)
    for number in range(count):
        run = runs[number % len(runs)]
        name = f"{run.name}_{number:03d}"
        folder = target / name
        folder.mkdir(parents=True)
        for file in _COPIED:
            if (run.path / file).is_file():
                shutil.copyfile(run.path / file, folder / file)
        info = json.loads((folder / RUN).read_text(encoding="utf-8"))
        (folder / RUN).write_text(json.dumps(info | {"name": name}), encoding="utf-8")


def measure_app(repeats: int, progress: Progress = silent) -> AppTimings:
    """Time the dashboard on the shipped runs and on `MANY_RUNS` copies of them."""
    shipped_runs = Workspace.find().models
    timings: list[AppTiming] = []
    with open_chromium() as browser:
        version = browser.version
        shipped = len(RunStore(shipped_runs).load_all()[0])
        with serve(shipped_runs) as dashboard:
            progress("first paint", 0.0)
            timings += _paint(browser, dashboard, shipped, repeats, PAINT_MS)
            progress("page switches", 0.2)
            timings += _switches(browser, dashboard, shipped, repeats)
            progress("live tagging", 0.5)
            timings.append(_live(browser, dashboard, shipped, repeats))
        with tempfile.TemporaryDirectory() as folder, serve(_many(Path(folder), shipped_runs)) as dashboard:
            progress(f"first paint with {MANY_RUNS} runs", 0.7)
            timings += _paint(browser, dashboard, MANY_RUNS, repeats, PAINT_MANY_MS)
    progress(f"{SESSIONS} sessions at once", 0.9)
    before, after = _sessions(shipped_runs)
    return AppTimings(
        browser=f"Chromium {version}",
        timings=tuple(timings),
        sessions=SESSIONS,
        memory_before_mib=round(before, 1),
        memory_after_mib=round(after, 1),
        provenance=collect_provenance(),
    )


def _many(folder: Path, source: Path) -> Path:
    copy_runs(folder, MANY_RUNS, source)
    return folder


def _paint(browser: Browser, dashboard: Dashboard, runs: int, repeats: int, limit: float) -> list[AppTiming]:
    answer, whole, again = [], [], []
    for number in range(repeats + 1):
        page = new_page(browser)
        times = [_open_overview(page, dashboard) for _ in range(2)]
        page.context.close()
        # The first visit fills the server's caches.
        if number:
            answer.append(times[0][0])
            whole.append(times[0][1])
            again.append(times[1][1])
    return [
        _timing("new visitor: title and answer of the Overview", runs, limit, answer),
        _timing("new visitor: whole Overview, chart drawn", runs, None, whole),
        _timing("returning visitor (browser cache warm): whole Overview", runs, limit, again),
    ]


def _open_overview(page: Page, dashboard: Dashboard) -> tuple[float, float]:
    """Seconds until the Overview's answer stands there, and until its chart does."""
    started = time.perf_counter()
    page.goto(dashboard.url)
    page.get_by_role("heading", level=2).first.wait_for()
    first = time.perf_counter() - started
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    wait_until_done(page)
    return first, time.perf_counter() - started


def _switches(browser: Browser, dashboard: Dashboard, runs: int, repeats: int) -> list[AppTiming]:
    times: dict[str, list[float]] = {name: [] for name in PAGES}
    for number in range(repeats + 1):
        page = new_page(browser)
        page.goto(dashboard.url)
        page.get_by_role("heading", level=1).wait_for()
        wait_until_idle(page)
        for name in PAGES:
            title = page.locator("h1").first.inner_text()
            started = time.perf_counter()
            page.get_by_role("link", name=name, exact=True).click()
            page.wait_for_function(
                "old => { const h = document.querySelector('h1'); return h && h.innerText !== old }", arg=title
            )
            if number:
                times[name].append(time.perf_counter() - started)
            wait_until_idle(page)
        page.context.close()
    return [_timing(f"switch to {name}", runs, SWITCH_MS, times[name]) for name in PAGES]


def _live(browser: Browser, dashboard: Dashboard, runs: int, repeats: int) -> AppTiming:
    page = new_page(browser)
    page.goto(f"{dashboard.url}/live?mode=compare")
    times = []
    for number in range(repeats + 2):
        version = f"{100 + number}.0"
        submit_text(page, f"Firefox {version} crashes on Windows 11 since the update.")
        started = time.perf_counter()
        page.get_by_role("textbox", name="Text").press("Control+Enter")
        _wait_for_results(page, version)
        if number > 1:
            times.append(time.perf_counter() - started)
    page.context.close()
    return _timing("one sentence, three INT8 models, keypress to highlights", runs, LIVE_MS, times)


def submit_text(page: Page, text: str) -> None:
    """Fill the Live page's text box, without sending it yet."""
    page.locator(".itner-text").first.wait_for()
    wait_until_done(page)
    page.get_by_role("textbox", name="Text").fill(text)


def _wait_for_results(page: Page, word: str) -> None:
    page.wait_for_function(
        "word => { const shown = [...document.querySelectorAll('.itner-text')];"
        " return shown.length === 3 && shown.every(node => node.innerText.includes(word)) }",
        arg=word,
    )


def _sessions(models: Path) -> tuple[float, float]:
    """The server's memory (MiB) with the models loaded by one session, and after `SESSIONS` more tagged at once."""
    with serve(models) as dashboard:
        tag_in_session(dashboard, "10.0")
        before = dashboard.memory_mib()
        with ThreadPoolExecutor(SESSIONS) as pool:
            list(pool.map(lambda number: tag_in_session(dashboard, f"{20 + number}.1"), range(SESSIONS)))
        return before, dashboard.memory_mib()


def tag_in_session(dashboard: Dashboard, version: str) -> None:
    """Open the Live page in a browser of its own, tag a sentence with this version in it, and see it highlighted."""
    with open_chromium() as browser:
        page = new_page(browser)
        page.goto(f"{dashboard.url}/live?mode=compare")
        submit_text(page, f"Firefox {version} crashes on Windows 11.")
        page.get_by_role("textbox", name="Text").press("Control+Enter")
        _wait_for_results(page, version)


def _timing(what: str, runs: int, limit: float | None, seconds: list[float]) -> AppTiming:
    times = [round(value * 1000, 1) for value in seconds]
    return AppTiming(what, runs, limit, round(statistics.median(times), 1), max(times), len(times))
