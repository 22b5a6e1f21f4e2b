"""What strangers write and send, in a real browser: it is text to one visitor, and costs the others nothing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import make_docx
from mutations import HOSTILE, copy_run, fill
from playwright.sync_api import Browser
from shipped import HERE, build_models

from itner.records.store import ONNX, RunStore
from tools.browser import FILES_BOX, Dashboard, find_chromium, new_page, serve, wait_until_idle
from tools.soak import in_a_thread, open_sessions, tag

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
    pytest.mark.xdist_group("browser-beside"),
]

ELSEWHERE = "http://127.0.0.1:1/"
SOME = ("run?run_name=hostile",)
PAGES = ("", *SOME, "quality", "efficiency", "errors", "live?model=hostile%40int8", "tag_files")
# Seconds that another visitor waits at most.
PROMPT_S = 2.0
CELL = '<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr><w:p><w:r><w:t>Outlook</w:t></w:r></w:p></w:tc>'
FILES = {
    "a.csv": b',"a' * 22_000,
    "b.docx": make_docx(f"<w:tbl><w:tr>{CELL}{CELL}</w:tr></w:tbl>"),
    "c.eml": b"Subject: " + b"=?utf-8?q?a" * 900_000 + b"\n\nOutlook hangs",
    "d.html": b"<p>Outlook hangs</p>" * 1_000_000,
    "e.txt": b"aaa=bbb " * 1_000_000,
}


@pytest.fixture(scope="module")
def dashboard(shipped_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """On a run that is whole, one with strange texts wherever a run is read with them, and what is none."""
    root = tmp_path_factory.mktemp("models")
    store = RunStore(root)
    hostile = copy_run(HERE.models / "compact_s", root, "hostile")
    # Its errors are many, and name nothing but documents.
    (hostile / "errors.json").unlink()

    def is_drawn() -> bool:
        runs, broken = store.load_all()
        # A run of another domain would be no more than a card.
        return not broken and runs[0].info.domain == "it"

    assert fill(hostile, HOSTILE, is_drawn) > 10
    copy_run(HERE.models / "compact_s", root, "compact_s")
    for name in ("hostile", "compact_s"):
        shutil.copytree(build_models(shipped_models, ["compact_s"]) / "compact_s" / ONNX, root / name / ONNX)
    for name in (HOSTILE.replace("/", "|").encode()[:200], b"no utf-8 \xff", b"[a](b) ![c](d)"):
        folder = os.path.join(os.fsencode(root), name)
        os.mkdir(folder)
        Path(os.fsdecode(folder), "run.json").write_text("{}", encoding="utf-8")
    (root / "a file").write_text("no folder", encoding="utf-8")
    with serve(root) as served:
        yield served


@pytest.mark.parametrize(
    "paths", [pytest.param(SOME, id="some"), pytest.param(PAGES, id="all", marks=pytest.mark.thorough)]
)
def test_what_runs_say_of_themselves_is_text_on_every_page(
    dashboard: Dashboard, browser: Browser, paths: tuple[str, ...]
) -> None:
    page = new_page(browser)
    asked: list[str] = []
    alerts: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    wrong: list[str] = []
    shown = 0
    for path in paths:
        page.goto(f"{dashboard.url}/{path}")
        page.get_by_role("heading", level=1).wait_for()
        wait_until_idle(page)
        page.get_by_text("cannot be used").first.wait_for()
        bad = page.locator(f"[src^='{ELSEWHERE}'], [href^='{ELSEWHERE}'], .katex, .stException")
        wrong += [f"{path}: {found}" for found in bad.evaluate_all("nodes => nodes.map(node => node.outerHTML)")]
        shown += page.get_by_text("HYPERLINK").count()
    assert not wrong, "\n".join(wrong)
    assert shown
    assert alerts == []
    assert [url for url in asked if not url.startswith((dashboard.url, "data:", "blob:"))] == []


@pytest.mark.thorough
def test_nobody_waits_for_another_ones_files(dashboard: Dashboard, tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)

    async def tag_beside() -> list[float]:
        async with open_sessions(2) as (mine, other):
            await mine.goto(f"{dashboard.url}/live?model=compact_s%40int8")
            await mine.locator("mark").first.wait_for()
            await other.goto(f"{dashboard.url}/tag_files")
            await other.locator(FILES_BOX).set_input_files([tmp_path / name for name in FILES])
            waited = []
            began = time.monotonic()
            number = 0
            while time.monotonic() - began < 3:
                waited.append(await tag(mine, f"{number}.5", models=1))
                number += 1
            await other.get_by_text("files could not be read").first.wait_for()
            return waited

    waited = in_a_thread(tag_beside())
    assert max(waited) < PROMPT_S
