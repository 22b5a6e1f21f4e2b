"""Who leaves the dashboard, at whatever moment, leaves no traceback in the server's log."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from shipped import HERE, REPOSITORY

from tools.browser import FILES_BOX, FLAGS, Dashboard, find_chromium, new_page, serve

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
    pytest.mark.xdist_group("browser-beside"),
]

PAGES = sorted(path.stem for path in (REPOSITORY / "pages").glob("*.py") if path.stem != "overview")
LINE = b"Excel hangs on Windows 11 after the update of Outlook 2021.\n\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server says of errors."""
    return tmp_path_factory.mktemp("log") / "stderr.txt"


@pytest.fixture(scope="module")
def dashboard(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A server with rules alone, which are there at once."""
    models = tmp_path_factory.mktemp("models")
    shutil.copytree(HERE.models / "it_rules", models / "it_rules")
    with serve(models, log=log) as served:
        yield served


def upload(page: Page, dashboard: Dashboard, lines: int, bytes_per_second: int = -1) -> None:
    """Choose a file of so many texts on Tag files."""
    page.goto(f"{dashboard.url}/tag_files")
    chooser = page.locator(FILES_BOX)
    chooser.wait_for(state="attached")
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    chooser.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": LINE * lines})


def test_leaving_at_any_moment_is_no_fault(dashboard: Dashboard, browser: Browser, log: Path) -> None:
    # Several tabs at once.
    tabs = new_page(browser).context
    for path in PAGES[::3]:
        tabs.new_page().goto(f"{dashboard.url}/{path}", wait_until="commit")
    tabs.close()

    # While a file is tagged, and the page asks twice a second how far that is, and while another one is on its way.
    page = new_page(browser)
    upload(page, dashboard, 40_000)
    beside = page.context.new_page()
    with beside.expect_request(re.compile("upload_file")):
        upload(beside, dashboard, 100_000, bytes_per_second=200_000)
    page.get_by_role("button", name="Tag 1 text").click()
    page.get_by_text("Tagging: ").first.wait_for()
    page.wait_for_timeout(700)
    page.context.close()

    # A browser that ends without a word to anybody, while its pages load.
    ending = browser.browser_type.launch(executable_path=find_chromium(), args=FLAGS)
    for path in ("live", "quality"):
        new_page(ending).goto(f"{dashboard.url}/{path}", wait_until="commit")
    processes = ending.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    os.kill(next(each["id"] for each in processes if each["type"] == "browser"), signal.SIGKILL)

    page = new_page(browser)
    page.goto(f"{dashboard.url}/live")
    page.locator("mark").first.wait_for()
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said
