"""Journeys in a real browser, on the runs that ship."""

from __future__ import annotations

import asyncio
import io
import json
import math
import re
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from barriers import list_barriers
from commands import run_itner
from playwright.async_api import Page as AsyncPage
from playwright.sync_api import Browser, Page, ViewportSize
from shipped import HERE, build_models, shipped_run

from itner.compress.onnx import is_exported
from itner.records.store import ONNX, RunStore
from itner.reporting.latency import pool_timings
from tools.browser import (
    DONE,
    FILES_BOX,
    Dashboard,
    find_chromium,
    new_page,
    serve,
    wait_until_done,
    wait_until_idle,
)
from tools.soak import in_a_thread, open_live, open_sessions, tag

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
    # Two servers and browsers at most at a time: more on two cores only time out.
    pytest.mark.xdist_group("browser"),
]

# Live and Tag files are looked at on the journeys through them.
SOME = ("",)
MORE = (
    "errors",
    "quality",
    "robustness",
    "efficiency",
    "data",
    "labels",
    "training",
    "run",
    "live",
    "live?mode=compare",
    "tag_files",
    "goback",
)
MEDIUM = ViewportSize(width=1024, height=768)
WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
# What is left of a small screen at 200 %.
ZOOMED = ViewportSize(width=640, height=400)


@pytest.fixture(scope="module")
def dashboard(shipped_models: Path) -> Iterator[Dashboard]:
    """One server for all journeys that need no other."""
    with serve(build_models(shipped_models)) as served:
        yield served


def list_cut(page: Page) -> list[str]:
    """The texts that are cut off or stand beyond the page's edge, and the page itself where it has to be scrolled
    sideways; a table may scroll in itself."""
    cut = page.evaluate(
        """() => {
            const main = document.querySelector("[data-testid=stMain]");
            const wide = [document.scrollingElement, main].filter(node => node.scrollWidth > node.clientWidth);
            const cut = [...main.querySelectorAll("*")].filter(node => node.clientWidth > 3 && node.innerText?.trim()
                && node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
                && ["hidden", "clip"].includes(getComputedStyle(node).overflowX)
                && node.scrollWidth > node.clientWidth + 1);
            return [...wide.map(node => node.nodeName), ...cut.map(node => node.innerText)];
        }"""
    )
    assert isinstance(cut, list)
    return cut


def background(page: Page) -> str:
    """The colour behind everything."""
    colour = page.evaluate("() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert isinstance(colour, str)
    return colour


def test_decide_under_a_limit_and_defend_it(dashboard: Dashboard, page: Page) -> None:
    # Its INT8 is the best that is surely so fast, on whatever machine the runs were timed.
    limit = math.ceil(pool_timings([shipped_run("compact_s")])["compact_s", "int8"].p95.high)
    page.goto(f"{dashboard.url}/?dataset=stackoverflow&ms={limit}")
    page.get_by_role("heading", name=f"Under ≤ {limit} ms p95, with CPU only: deploy compact_s · INT8").wait_for()
    wait_until_done(page)
    slider = page.get_by_role("slider", name="Latency at most")
    slider.focus()
    slider.press("End")
    page.get_by_role("heading", name="Without any limit, with CPU only: deploy").wait_for()
    page.wait_for_function("() => !location.search.includes('ms=')")
    page.get_by_role("link", name="Its record").click()
    page.get_by_role("heading", name="Make it again").wait_for()
    assert "run_name=" in page.url
    page.go_back()
    page.get_by_role("heading", name="Which tagger to deploy").wait_for()

    page.goto(f"{dashboard.url}/?dataset=helpdesk&ms={limit + 1}")
    page.get_by_role("heading", name=f"Under ≤ {limit + 1} ms p95, with CPU only: deploy").wait_for()
    wait_until_done(page)
    slider.focus()
    for _ in range(2):
        slider.press("ArrowLeft")
    answer = page.get_by_role("heading", name=f"Under ≤ {limit} ms p95, with CPU only: deploy")
    answer.wait_for()
    said = answer.inner_text()
    page.get_by_text("The numbers behind it").first.click()
    page.get_by_text("How the answer changes with the limits").wait_for()
    wait_until_idle(page)

    # Whoever gets the address sees the same answer.
    other = page.context.new_page()
    other.goto(page.url)
    assert other.get_by_role("heading", name="with CPU only: deploy").inner_text() == said
    other.close()

    # What the others would bring, type by type, and the sentences behind it.
    page.get_by_role("link", name="Quality", exact=True).click()
    heading = page.get_by_role("heading", name="Difference to a baseline")
    heading.wait_for()
    wait_until_idle(page)
    heading.scroll_into_view_if_needed()
    tables = heading.locator("xpath=following::*[@data-testid='stDataFrame']")
    cells = tables.locator(".dvn-scroller").filter(visible=True).first
    box = cells.bounding_box()
    assert box is not None
    # A difference in the first line.
    cells.click(position={"x": box["width"] * 0.5, "y": 52})
    page.get_by_role("heading", name="Sentences of helpdesk test").wait_for()
    assert "part=sentences" in page.url
    page.locator(".itner-aligned, .said").first.wait_for()
    assert page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop") == 0


@pytest.mark.thorough
def test_add_a_run_and_compare_it(tmp_path: Path, browser: Browser) -> None:
    for name in ("it_rules", "compact_s"):
        shutil.copytree(HERE.models / name, tmp_path / name, ignore=shutil.ignore_patterns(ONNX, ".*"))
    with serve(tmp_path) as served:
        page = new_page(browser)
        page.goto(f"{served.url}/quality?dataset=helpdesk")
        page.get_by_role("heading", name="Difference to a baseline").wait_for()
        # Somebody copies a run to go on with; the dashboard says what is to be done, and does not fall over.
        shutil.copytree(tmp_path / "it_rules", tmp_path / "mine")
        page.reload()
        page.get_by_role("link", name="cannot be used: why, and what to do").click()
        page.get_by_text("adopt mine").wait_for()
        assert run_itner("adopt", "mine", "--models", str(tmp_path)) == 0
        page.goto(f"{served.url}/run?run_name=mine")
        page.get_by_role("link", name="How it does beside compact_s").click()
        page.get_by_role("heading", name="Difference to a baseline").wait_for()
        wait_until_idle(page)
        assert page.get_by_role("link", name="cannot be used").count() == 0
        chosen = page.locator("[data-testid=stMultiSelect]:visible").first.inner_text()
        assert chosen.split()[:3] == ["Runs", "compact_s", "mine"]
        assert "baseline=compact_s" in page.url
        assert page.locator("[data-testid=stDataFrame]:visible").count() >= 2
        page.context.close()


@pytest.mark.thorough
def test_from_the_overview_to_a_live_comparison(dashboard: Dashboard, browser: Browser) -> None:
    page = new_page(browser)
    page.goto(f"{dashboard.url}/?dataset=stackoverflow")
    page.get_by_role("heading", name="Which tagger to deploy").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    page.get_by_role("heading", name="Published, not measured here").wait_for()

    page.get_by_role("link", name="Live", exact=True).click()
    # The Overview has a marked text of its own.
    page.get_by_role("textbox", name="Text").wait_for()
    wait_until_done(page)
    page.locator(".itner-text mark").first.wait_for()
    assert page.locator(".itner-text").count() == 1
    page.get_by_role("radio", name="Compare").click()
    page.locator(".itner-text.dimmed").nth(2).wait_for()
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


TICKET = "\n".join(
    [
        "Hi team, since the upgrade to nginx 1.25 our web shop on Ubuntu 22.04 is down.",
        "Users see HTTP 502 in Chrome 126 & Firefox. Restarting the Docker container did not help.",
        "",
        *(f"2024-05-01 12:00:{second:02} ERROR [main] kafka-0{second} <lost> at node {second}" for second in range(10)),
        "java.lang.OutOfMemoryError: Java heap space",
        *(f"\tat com.example.shop.Cart.load{number}(Cart.java:{number})" for number in range(25)),
        "PostgreSQL 16 on the same host is up. Docker as well, and nginx restarts.",
    ]
)


def test_demo_a_ticket_with_a_stack_trace(dashboard: Dashboard, page: Page) -> None:
    assert len(TICKET.splitlines()) == 40
    page.goto(f"{dashboard.url}/live")
    page.locator("mark").first.wait_for()
    wait_until_idle(page)
    box = page.get_by_role("textbox", name="Text")
    # Typed with pauses of all lengths around the one after which it is tagged, nothing is lost.
    box.fill("")
    typed = ""
    for number in range(8):
        word = f"word{number} "
        box.press_sequentially(word, delay=20)
        page.wait_for_timeout(250 + 60 * number)
        typed += word
    page.locator(".itner-text", has_text="word7").first.wait_for()
    wait_until_idle(page)
    assert box.input_value() == typed

    box.fill(TICKET)
    page.get_by_role("button", name="Tag", exact=True).click()
    page.locator(".itner-mono", has_text="on the same host is up").wait_for()
    wait_until_idle(page)
    assert "?" not in page.url
    # A link of the list shows its place.
    link = page.locator(".itner-found a").last
    link.focus()
    link.press("Enter")
    place = page.locator("mark:target")
    place.wait_for()
    assert f"#{place.get_attribute('id')}" == link.get_attribute("href")
    wait_until_done(page)
    assert box.input_value() == TICKET
    assert page.evaluate("() => getComputedStyle(document.querySelector('mark:target')).outlineStyle") == "solid"

    size = "() => parseFloat(getComputedStyle(document.querySelector('.itner-text')).fontSize)"
    before = page.evaluate(size)
    page.get_by_text("Presentation size").click()
    page.locator(".itner-large").wait_for()
    assert page.evaluate(size) >= 1.4 * before
    legend = page.locator(".st-key-live_types [role=toolbar] button", has_text="VERSION")
    assert page.locator("mark", has_text="VERSION").count() == int(legend.inner_text().split()[-1]) > 1
    legend.click()
    page.wait_for_function(
        "() => ![...document.querySelectorAll('mark')].some(mark => mark.innerText.includes('VERSION'))"
    )
    wait_until_idle(page)
    assert list_barriers(page) == []

    page.get_by_role("tab", name="Share and export").click()
    page.get_by_role("button", name="Copy link").click()
    code = page.locator("[data-testid=stCode]", has_text="text_link=").first
    code.wait_for()
    theirs = page.context.new_page()
    theirs.goto(code.inner_text().strip())
    theirs.locator("mark").first.wait_for()
    # Streamlit draws the box empty and fills it.
    wait_until_idle(theirs)
    assert theirs.get_by_role("textbox", name="Text").input_value() == TICKET
    theirs.close()


@pytest.mark.thorough
def test_two_tabs_at_once_build_the_onnx_files_once(tmp_path: Path) -> None:
    shutil.copytree(HERE.models / "compact_s", tmp_path / "compact_s", ignore=shutil.ignore_patterns("onnx", ".*"))
    store = RunStore(tmp_path)
    assert not any(is_exported(run) for run in store.load_all()[0])

    async def mark(page: AsyncPage, url: str) -> int:
        await open_live(page, url)
        await page.locator("mark").first.wait_for()
        await page.wait_for_function(DONE)
        bad = [f"[data-testid=stAlertContent{kind}]" for kind in ("Error", "Warning", "Info")]
        assert await page.locator(", ".join([".stException", *bad])).count() == 0
        return await page.locator(".itner-text").count()

    async def mark_both(url: str) -> list[int]:
        async with open_sessions(2) as tabs:
            return await asyncio.gather(*(mark(page, url) for page in tabs))

    with serve(tmp_path) as dashboard:
        assert in_a_thread(mark_both(dashboard.url)) == [1, 1]
    assert all(is_exported(run) for run in store.load_all()[0])
    leftovers = [path.name for folder in tmp_path.iterdir() for path in folder.glob(".onnx-*")]
    assert leftovers == []


@pytest.mark.thorough
def test_many_sessions_tag_at_once_with_the_models_loaded_once(shipped_models: Path) -> None:
    # A few of what `python -m tools.soak` does for long.
    async def tag_in_all(dashboard: Dashboard) -> float:
        async with open_sessions(3) as pages:
            await open_live(pages[0], dashboard.url)
            await tag(pages[0], "10.0")
            before = dashboard.memory_mib()
            await asyncio.gather(*(open_live(page, dashboard.url) for page in pages[1:]))
            await asyncio.gather(*(tag(page, f"{20 + number}.1") for number, page in enumerate(pages)))
            return before

    with serve(shipped_models) as dashboard:
        before = in_a_thread(tag_in_all(dashboard))
        # Three INT8 models take more than 100 MiB; a copy for each of the two other sessions would take twice as much.
        assert (more := dashboard.memory_mib() - before) < 150, more


@pytest.mark.parametrize("path", [*SOME, *(pytest.param(path, marks=pytest.mark.thorough) for path in MORE)])
def test_nobody_is_kept_out_and_nothing_is_fetched_from_elsewhere(path: str, dashboard: Dashboard, page: Page) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text} {message.location}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size(WIDE)
    page.goto(f"{dashboard.url}/{path}")
    page.get_by_role("heading", level=1).wait_for()
    wait_until_idle(page)
    assert list_barriers(page) == [], path
    # The page follows the system while it is open; the charts are drawn anew.
    light = background(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "light => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor !== light",
        arg=light,
    )
    wait_until_idle(page)
    # What a colour scheme changes is colours.
    assert list_barriers(page, "color-contrast") == [], f"{path}, dark"
    # A narrow page hides its list of pages, and puts below each other what stood side by side.
    page.set_viewport_size(NARROW)
    wait_until_idle(page)
    assert list_cut(page) == [], f"{path}, narrow"
    if path == "":
        page.set_viewport_size(MEDIUM)
        sidebar = page.locator("[data-testid=stSidebar]").bounding_box()
        assert sidebar is not None
        assert sidebar["width"] < 220
    page.set_viewport_size(ZOOMED)
    wait_until_idle(page)
    assert list_cut(page) == [], f"{path}, zoomed"
    assert [url for url in asked if not url.startswith((dashboard.url, "data:", "blob:"))] == []
    assert said == []


def test_who_uses_the_keyboard_sees_where_they_are(dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard.url}/errors")
    # The first one is folded away.
    page.locator("[data-testid=stDataFrame]:visible").first.wait_for()
    wait_until_idle(page)
    reached = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        # The ring of a radio button is its label's. A box to type in has a border of its own, a table draws its cells.
        name, said, ringed = page.evaluate(
            """() => {
                const node = document.activeElement.closest("[data-testid=stRadioOption]") ?? document.activeElement;
                const style = getComputedStyle(node);
                const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
                return [node.nodeName, node.outerHTML.slice(0, 200), outlined || style.boxShadow !== "none"];
            }"""
        )
        if name in ("A", "BUTTON", "LABEL", "MAIN", "SUMMARY"):
            assert ringed, said
            reached |= {name, *(mark for mark in ("NavLink", "elementToolbar") if mark in said)}
    assert reached == {"A", "BUTTON", "LABEL", "MAIN", "SUMMARY", "NavLink", "elementToolbar"}


@pytest.mark.thorough
def test_the_next_text_is_shown_as_the_one_before(dashboard: Dashboard, browser: Browser) -> None:
    page = new_page(browser)
    page.goto(f"{dashboard.url}/live")
    page.locator("mark").first.wait_for()
    wait_until_idle(page)
    page.get_by_text("Presentation size").click()
    page.locator(".itner-large").wait_for()
    wait_until_idle(page)

    def hidden() -> list[str]:
        return page.locator(".st-key-redact_text_types button[aria-pressed=true]").all_text_contents()

    before = hidden()
    assert before
    box = page.get_by_role("textbox", name="Text")
    box.fill("")
    page.get_by_text("Enter a text to tag.").wait_for()
    wait_until_idle(page)
    box.fill("Outlook 2021 hangs on Windows 11")
    page.locator("mark", has_text="Outlook").wait_for()
    wait_until_idle(page)
    assert page.get_by_role("switch", name="Presentation size").is_checked()
    assert page.locator(".itner-large").count() == 1
    assert hidden() == before
    # What the browser shows is what it sends with the next choice.
    page.get_by_text("Monospace").click()
    page.locator(".itner-mono").wait_for()
    wait_until_idle(page)
    assert page.locator(".itner-large").count() == 1
    assert hidden() == before


def test_a_sentence_of_the_errors_is_copied_as_it_is_and_no_label_moves_a_word(
    dashboard: Dashboard, page: Page
) -> None:
    page.goto(f"{dashboard.url}/errors?dataset=helpdesk&run=compact_s&run=it_rules&part=sentences&kind=missed")
    page.locator(".itner-aligned .missed").first.wait_for()
    # The last one as at 200 % on a phone.
    for width in (1440, 390, 195):
        page.set_viewport_size(ViewportSize(width=width, height=1000))
        wait_until_idle(page)
        texts, copied, moved = page.locator(".itner-aligned").evaluate_all(
            """views => {
                const right = node => {
                    const range = document.createRange();
                    range.selectNodeContents(node);
                    return Math.max(...[...range.getClientRects()].map(box => box.right));
                };
                const lines = views.map(view => view.querySelector('.lines'));
                const copied = views.map(view => {
                    getSelection().selectAllChildren(view);
                    return getSelection().toString();
                });
                const moved = lines.map(line => {
                    const bare = line.cloneNode(false);
                    bare.textContent = line.textContent;
                    line.after(bare);
                    const by = Math.abs(right(line) - right(bare)) + Math.abs(line.offsetHeight - bare.offsetHeight);
                    bare.remove();
                    return by;
                });
                return [lines.map(line => line.textContent), copied, moved];
            }"""
        )
        assert len(texts) == 10
        assert [text.strip() for text in copied] == [text.strip() for text in texts]
        # Nothing but kerning and rounding, in pixels.
        assert max(moved) < 2
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        said = page.locator(".said li").all_text_contents()
        assert any(row.startswith("A: ") and " missed" in row for row in said)


def test_upload_tag_and_download(dashboard: Dashboard, page: Page) -> None:
    hostile = "<img src=x onerror=alert(1)> \u202eFirefox 128 on Ubuntu 24.04\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("notes/a.md", "Android 14 on a Galaxy tablet")
    files = [
        {"name": "tickets.csv", "mimeType": "text/csv", "buffer": b"id,body\n1,Excel hangs on Windows 11\n"},
        {"name": "mine.txt", "mimeType": "text/plain", "buffer": hostile.encode()},
        {"name": "more.zip", "mimeType": "application/zip", "buffer": archive.getvalue()},
        {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 no more"},
    ]
    page.set_viewport_size(ViewportSize(width=1400, height=3000))
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(f"{dashboard.url}/tag_files?model_one=compact_s%40int8")
    page.locator(FILES_BOX).set_input_files(files)  # type: ignore[arg-type]
    page.get_by_text("1 file could not be read").wait_for()
    assert page.get_by_text("broken.pdf:").is_visible()
    page.get_by_role("button", name="Tag 3 texts").click()
    page.get_by_role("heading", name="Preview").wait_for()
    page.locator("mark", has_text="Ubuntu").first.wait_for()
    wait_until_idle(page)
    assert alerts == []
    assert list_barriers(page) == []

    page.get_by_role("button", name="HTML", exact=True).click()
    button = page.get_by_role("button", name="Download tagged.zip")
    button.wait_for()
    wait_until_done(page)
    with page.expect_download() as download:
        button.click()
    with zipfile.ZipFile(download.value.path()) as taken:
        lines = [json.loads(line) for line in taken.read("tagged.jsonl").decode().splitlines()]
        html = taken.read("tagged.html").decode()
    assert [line["file"] for line in lines] == ["tickets.csv", "mine.txt", "more.zip/notes/a.md"]
    assert lines[1]["text"] == hostile
    assert {"Windows", "Ubuntu", "Android"} <= {span["text"] for line in lines for span in line["spans"]}
    assert "<img" not in html
    assert "<script" not in html


@pytest.mark.thorough
def test_tag_ten_files_leave_come_back_reload_stop_and_download(dashboard: Dashboard, browser: Browser) -> None:
    line = "Excel hangs on Windows 11 after the update of Outlook 2021.\n\n"
    files = [
        {"name": f"{number}.txt", "mimeType": "text/plain", "buffer": (line * count).encode()}
        # One very long text, which takes long enough for all of this.
        for number, count in enumerate([1] * 8 + [250_000, 1])
    ]
    page = new_page(browser, height=3000)
    page.set_default_timeout(45_000)
    page.goto(f"{dashboard.url}/tag_files?model_one=minilm_full_kd%40int8")
    page.locator(FILES_BOX).set_input_files(files)  # type: ignore[arg-type]
    page.get_by_text("10 files, ").wait_for()
    page.get_by_role("button", name="Tag 10 texts").click()
    progress = page.get_by_text(re.compile(r"Tagging: [\d,]+ of [\d,]+ characters, .* left"))
    progress.wait_for()
    page.get_by_role("link", name="Live").click()
    page.get_by_role("heading", name="Live").wait_for()
    page.get_by_role("link", name="Tag files", exact=True).click()
    progress.wait_for()
    assert "work=" in page.url
    page.reload()
    progress.wait_for()
    stop = page.get_by_role("button", name="Stop")
    before = time.perf_counter()
    stop.click()
    page.get_by_text("Stopped before all was tagged").wait_for()
    assert time.perf_counter() - before < 2
    page.get_by_text(re.compile(r"8\.txt: from character [\d,]+ of [\d,]+ on")).wait_for()
    page.get_by_role("heading", name="Preview").wait_for()
    wait_until_idle(page)
    assert list_barriers(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download tagged.jsonl").click()
    lines = [json.loads(each) for each in download.value.path().read_text(encoding="utf-8").splitlines()]
    assert [each["file"] for each in lines] == [f"{number}.txt" for number in range(9)]
    assert lines[8]["part"].endswith(f"of {250_000 * len(line):,} characters")
    assert {each["model"] for each in lines} == {"minilm_full_kd"}
    assert all(each["spans"] for each in lines)

    page.get_by_role("button", name="Forget my files").click()
    page.get_by_text("10 files, ").wait_for(state="detached")
    wait_until_done(page)
    assert "work=" not in page.url


def test_an_upload_beyond_the_limit_is_refused_by_name(dashboard: Dashboard, page: Page, tmp_path: Path) -> None:
    large = tmp_path / "huge.log"
    with large.open("wb") as file:
        file.truncate(200 * 2**20)
    page.goto(f"{dashboard.url}/tag_files")
    page.get_by_role("heading", name="Tag files").wait_for()
    wait_until_done(page)
    before = dashboard.memory_mib()
    page.locator(FILES_BOX).set_input_files(large)
    page.get_by_text("must be 50.0MB or smaller").wait_for()
    assert dashboard.memory_mib() - before < 50
