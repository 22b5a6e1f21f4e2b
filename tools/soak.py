"""Many sessions of the dashboard at once, for long: `python -m tools.soak [OPERATIONS]`; needs a quiet machine.

Sessions are pages of one browser, each with cookies and memory of its own. In each round all of them send a sentence at
the same moment, and what is timed is each one's way from the key to the highlights of three models. In the last
rounds another session tags a long file. Written into assets/soak.json, and told in docs/deploy.md.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from itner.core.progress import ConsoleProgress
from itner.core.provenance import collect_provenance
from itner.records.codec import to_json
from itner.records.endurance import SoakReport
from itner.records.files import write_atomic
from itner.records.workspace import Workspace
from itner.reporting.endurance import soak_in_words
from tools.browser import FILES_BOX, FLAGS, PATIENCE_MS, Dashboard, find_chromium, serve

if TYPE_CHECKING:
    from playwright.async_api import Page

T = TypeVar("T")
REPORT = Path(__file__).resolve().parents[1] / "assets" / "soak.json"
SESSIONS, OPERATIONS = 25, 1_000
# Lines of the long file.
LINES = 10_000


@asynccontextmanager
async def open_sessions(count: int) -> AsyncIterator[list[Page]]:
    """So many pages of one browser, each with cookies of its own."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        pages = [await (await browser.new_context()).new_page() for _ in range(count)]
        for page in pages:
            page.set_default_timeout(PATIENCE_MS)
        yield pages
        await browser.close()


def in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    """Do it in a loop of its own: a browser that is driven without one runs one in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def open_live(page: Page, url: str) -> None:
    """Live, with the results of its example by the models that are compared to begin with."""
    await page.goto(f"{url}/live?mode=compare")
    await page.locator(".itner-text").first.wait_for()


async def tag(page: Page, version: str, models: int = 3) -> float:
    """Tag a sentence with this version in it; seconds until the results of so many models are shown."""
    await page.get_by_role("textbox", name="Text").fill(f"Firefox {version} crashes on Windows 11.")
    started = time.perf_counter()
    await page.get_by_role("textbox", name="Text").press("Control+Enter")
    await page.wait_for_function(
        "([word, models]) => { const shown = [...document.querySelectorAll('.itner-text')];"
        " return shown.length === models && shown.every(node => node.innerText.includes(word)) }",
        arg=[version, models],
        timeout=PATIENCE_MS,
    )
    return time.perf_counter() - started


async def tag_file(page: Page, url: str, file: Path) -> float:
    """Tag a long file by the upload form; seconds from the button to the downloads."""
    await page.goto(f"{url}/tag_files")
    await page.locator(FILES_BOX).wait_for(state="attached", timeout=PATIENCE_MS)
    await page.locator(FILES_BOX).set_input_files(str(file))
    button = page.get_by_role("button", name=re.compile("^Tag ")).first
    await button.wait_for(timeout=PATIENCE_MS)
    started = time.perf_counter()
    await button.click()
    await page.get_by_role("button", name="Download").first.wait_for(timeout=20 * PATIENCE_MS)
    return time.perf_counter() - started


async def soak(dashboard: Dashboard, operations: int, progress: ConsoleProgress) -> SoakReport:
    """All sessions, round after round."""
    rounds = max(10, operations // SESSIONS)
    times: list[float] = []
    memory: list[float] = []
    async with open_sessions(SESSIONS) as pages:
        for number, page in enumerate(pages):
            await open_live(page, dashboard.url)
            progress(f"session {number + 1} of {SESSIONS} opens", 0.0)
        for turn in range(rounds):
            times += await asyncio.gather(*(tag(page, f"{turn}.{number}") for number, page in enumerate(pages)))
            memory.append(dashboard.memory_mib())
            progress(f"round {turn + 1} of {rounds}", turn / rounds)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "long.txt"
            file.write_text("".join(f"Outlook {n % 30} fails on Windows 11, code {n}\n" for n in range(LINES)))
            browser = pages[0].context.browser
            assert browser is not None
            other = await (await browser.new_context()).new_page()
            work = asyncio.ensure_future(tag_file(other, dashboard.url, file))
            beside: list[float] = []
            turn = rounds
            while not work.done():
                few = pages[:5]
                beside += await asyncio.gather(*(tag(page, f"{turn}.{number}") for number, page in enumerate(few)))
                turn += 1
            file_s = await work
        version = browser.version
    p50, p95 = np.percentile(times, [50, 95])
    return SoakReport(
        browser=f"Chromium {version}",
        sessions=SESSIONS,
        operations=len(times),
        p50_s=round(float(p50), 3),
        p95_s=round(float(p95), 3),
        slowest_s=round(max(times), 3),
        memory_first_mib=round(memory[len(memory) // 10], 1),
        memory_last_mib=round(memory[-1], 1),
        beside_p95_s=round(float(np.percentile(beside, 95)), 3),
        file_s=round(file_s, 1),
        provenance=collect_provenance(),
    )


def main(operations: int) -> None:
    """Measure, write, and say it."""
    progress = ConsoleProgress()
    try:
        with serve(Workspace.find().models) as dashboard:
            report = asyncio.run(soak(dashboard, operations, progress))
    finally:
        progress.close()
    write_atomic(REPORT, to_json(report))
    print(soak_in_words(report))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else OPERATIONS)
