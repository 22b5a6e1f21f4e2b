"""The report as a file that somebody opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from barriers import list_barriers
from commands import run_itner
from playwright.sync_api import Browser, ViewportSize
from shipped import HERE

from tools.browser import find_chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
    pytest.mark.xdist_group("browser-beside"),
]


def test_a_report_reads_well_offline_in_any_width_and_light(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITNER_MODELS", str(HERE.models))
    written = tmp_path / "report.html"
    runs = ("minilm_full_kd", "compact_m", "compact_s", "it_rules")
    asked = [word for run in runs for word in ("--run", run)]
    assert run_itner("report", "--dataset", "helpdesk", *asked, "--output", str(written)) == 0
    for width, light in ((1200, "light"), (390, "dark")):
        size = ViewportSize(width=width, height=900)
        context = browser.new_context(viewport=size, color_scheme=light, offline=True)  # type: ignore[arg-type]
        page = context.new_page()
        asked_for: list[str] = []
        page.on("request", lambda request, seen=asked_for: seen.append(request.url))
        page.goto(written.as_uri())
        assert list_barriers(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
        assert asked_for == [written.as_uri()]
        # Names in the figure stand inside it.
        outside = page.evaluate(
            """() => [...document.querySelectorAll("svg")].flatMap(figure => {
                const frame = figure.getBoundingClientRect();
                return [...figure.querySelectorAll("text")].filter(text => {
                    const box = text.getBoundingClientRect();
                    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
                }).map(text => text.textContent);
            })"""
        )
        assert outside == []
        context.close()
