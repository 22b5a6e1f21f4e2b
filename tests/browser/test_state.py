"""Address and widgets agree, whatever is chosen, gone back to or loaded again: random walks in a real browser."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page
from synthetic import deploy, write_run

from itner.dashboard.overview import ranges
from itner.records.store import RunStore
from itner.reporting.latency import QUANTILES
from itner.reporting.rows import list_rows
from tools.browser import Dashboard, find_chromium, serve, wait_until_done, wait_until_idle

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed"),
    pytest.mark.xdist_group("browser-beside"),
]

# Of each page: its choices by key, with what stands on the widget and what it offers, what it begins with first.
PILLS = {
    "": {"quantile": ("Latency is", {"p95": "p95", "p50": "median"})},
    "quality": {"score": ("Score", {"F1": "F1", "precision": "precision", "recall": "recall"})},
    "errors": {"part": ("Look at", {"all": "counts and sentences", "sentences": "sentences"})},
}
TITLES = {"": "Overview", "quality": "Quality", "errors": "Errors"}
# Pages that share the choice of runs, of which all are chosen at first.
SHARING, RUNS = ("quality", "errors"), ["good", "small"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    deploy(write_run(root, "good", tp=90))
    deploy(write_run(root, "small", "minilm_l3", tp=60, p50=8.0))
    return root


@pytest.fixture(scope="module")
def dashboard(models: Path) -> Iterator[Dashboard]:
    with serve(models) as served:
        yield served


@pytest.fixture(scope="module")
def ends(models: Path) -> dict[str, float]:
    """Where the slider of the latency sets no limit."""
    rows = list_rows(RunStore(models).load_all()[0], "stackoverflow")
    return {quantile: ranges(rows, quantile).max_ms for quantile in QUANTILES}


def settle(page: Page) -> None:
    """Until the page has answered; a choice reaches the server a moment after it is made."""
    page.wait_for_timeout(400)
    wait_until_idle(page)


def group(page: Page, label: str) -> Locator:
    return page.locator("[data-testid=stButtonGroup]").filter(has_text=label)


def runs(page: Page) -> Locator:
    return page.locator("[data-testid=stMultiSelect]:visible").filter(has_text="Runs")


def latency(page: Page) -> float:
    slider = page.locator("[data-testid=stSlider]").filter(has_text="Latency at most")
    return float(slider.locator("[data-testid=stSliderThumbValue]").first.inner_text().split()[0])


@dataclass
class Walk:
    """A visitor, and the addresses that the browser's history must hold."""

    page: Page
    ends: dict[str, float]
    history: list[str] = field(default_factory=list)
    place: int = -1
    steps: list[str] = field(default_factory=list)

    @property
    def here(self) -> str:
        return urlsplit(self.page.url).path.strip("/")

    def arrive(self, step: str) -> None:
        """After a choice: a new address is a new entry, and forgets what lay ahead."""
        self.steps.append(step)
        settle(self.page)
        if not self.history or self.page.url != self.history[self.place]:
            self.history = [*self.history[: self.place + 1], self.page.url]
            self.place += 1
        self.check()

    def turn(self, by: int) -> None:
        self.steps.append("back" if by < 0 else "forward")
        (self.page.go_back if by < 0 else self.page.go_forward)()
        settle(self.page)
        self.place += by
        assert self.page.url == self.history[self.place], self.steps
        self.check()

    def check(self) -> None:
        """What the widgets show is what the address says, or how the page begins."""
        asked = parse_qs(urlsplit(self.page.url).query)
        for key, (label, options) in PILLS[self.here].items():
            wanted = options[asked[key][0]] if key in asked else next(iter(options.values()))
            chosen = group(self.page, label).locator("[aria-checked=true], [aria-pressed=true]")
            assert chosen.inner_text() == wanted, self.steps
        if self.here in SHARING and asked.get("part") != ["sentences"]:
            shown = runs(self.page).locator("[data-tag]").all_inner_texts()
            assert shown == asked.get("run", RUNS), self.steps
        if self.here == "":
            limit = asked.get("ms", [str(self.ends[asked.get("quantile", ["p95"])[0]])])
            assert latency(self.page) == float(limit[0]), self.steps


# The first one here: the first visit to a new server is a case of its own in Streamlit.
def test_a_link_into_the_app_opens_the_whole_app(dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard.url}/quality?run=small&variant=int8")
    page.get_by_role("link", name="Tag files", exact=True).wait_for()
    page.get_by_role("heading", name="Difference to a baseline").wait_for()
    wait_until_done(page)
    runs(page).locator("[data-tag]").first.wait_for()
    assert runs(page).locator("[data-tag]").all_inner_texts() == ["small"]
    page.get_by_role("link", name="Errors", exact=True).click()
    page.get_by_role("heading", name="Error classes").wait_for()
    wait_until_done(page)
    assert "run=small" in page.url


@pytest.mark.parametrize(
    ("seed", "length"), [(13, 4), *(pytest.param(seed, 14, marks=pytest.mark.thorough) for seed in (13, 16))]
)
def test_address_and_widgets_agree_on_any_way(
    dashboard: Dashboard, page: Page, ends: dict[str, float], seed: int, length: int
) -> None:
    chance = random.Random(seed)
    page.set_default_timeout(20_000)
    page.goto(f"{dashboard.url}/")
    walk = Walk(page, ends)
    walk.arrive("open")
    for _ in range(length):
        steps = ["choose", "choose", "other page", "reload"]
        steps += ["slide"] if walk.here == "" else []
        last = page.get_by_role("button", name="Remove small").filter(visible=True)
        steps += ["leave a run out"] * 2 if last.count() else []
        steps += ["back", "back"] if walk.place > 0 else []
        steps += ["forward"] if walk.place < len(walk.history) - 1 else []
        step = chance.choice(steps)
        if step == "choose":
            label, options = chance.choice(list(PILLS[walk.here].values()))
            name = chance.choice(list(options.values()))
            group(page, label).get_by_role("radio", name=name, exact=True).or_(
                group(page, label).get_by_role("button", name=name, exact=True)
            ).first.click()
            walk.arrive(f"{label}: {name}")
        elif step == "slide":
            slider = page.get_by_role("slider", name="Latency at most")
            slider.focus()
            slider.press("ArrowLeft")
            walk.arrive("slide")
        elif step == "leave a run out":
            last.first.click()
            walk.arrive(step)
        elif step == "other page":
            there = chance.choice([name for name in PILLS if name != walk.here])
            page.get_by_role("link", name=TITLES[there], exact=True).click()
            page.wait_for_url(lambda url, there=there: urlsplit(url).path.strip("/") == there)  # type: ignore[misc]
            walk.arrive(there or "overview")
        elif step == "reload":
            page.reload()
            walk.arrive("reload")
        else:
            walk.turn(-1 if step == "back" else 1)
    # The way back leads to the beginning, and no step of it leads to itself.
    while walk.place > 0:
        walk.turn(-1)


@pytest.mark.parametrize("presses", [4, pytest.param(20, marks=pytest.mark.thorough)])
def test_no_press_of_a_key_is_lost(dashboard: Dashboard, page: Page, presses: int) -> None:
    page.goto(f"{dashboard.url}/")
    settle(page)
    for _ in range(2):
        slider = page.get_by_role("slider", name="Latency at most")
        slider.focus()
        before = latency(page)
        for _ in range(presses):
            slider.press("ArrowLeft")
            page.wait_for_timeout(30)
        settle(page)
        after = before - presses * 0.5
        assert latency(page) == after
        assert parse_qs(urlsplit(page.url).query)["ms"] == [f"{after:g}"]
