"""Fixtures of several layers; nothing here reaches a hub, and nothing is written into the checkout."""

from __future__ import annotations

import gc
import hashlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

os.environ["HF_HUB_OFFLINE"] = "1"
# Several test processes share the cores; more threads than cores only wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import pytest
from hypothesis import settings
from shipped import copy_models
from tiny import Tiny, build_backbone

from itner.records.config import LoraSettings
from itner.records.store import Run, RunStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# How long an example takes says nothing on a machine that others use.
settings.register_profile("itner", deadline=None)
settings.load_profile("itner")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process builds the tiny backbone and what is trained on it, for all tests that look at those."""
    for item in items:
        if "tiny" in getattr(item, "fixturenames", ()) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group("tiny"))


def pytest_collection_finish() -> None:
    """What is there by now stays; to look through all of it again and again for garbage takes long."""
    gc.freeze()


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """The main module stays the process's own: a page's test leaves another, which later processes would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the journeys of a module."""
    from tools.browser import open_chromium

    with open_chromium() as opened:
        yield opened


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser; each page has a context of its own, which is closed with the test: an open page goes on working."""
    before = chromium.contexts
    yield chromium
    for context in chromium.contexts:
        if context not in before:
            context.close()


@pytest.fixture(scope="module")
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    """Who has been here before: what the pages are made of is fetched once, which takes longer than to draw them."""
    from tools.browser import PATIENCE_MS

    # Without what moves: each of its pictures is drawn without a GPU.
    size = {"width": 1400, "height": 1000}
    context = chromium.new_context(viewport=size, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """A page of that visitor's, which is a session of its own all the same."""
    opened = visitor.new_page()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    # What trains looks through everything for garbage after each training, and these libraries are most of it.
    import itner.training.trainer  # noqa: F401

    gc.collect()
    gc.freeze()
    return build_backbone(tmp_path_factory.mktemp("backbone"))


@pytest.fixture(scope="session")
def tiny_root(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three trained runs: full, lora and l1 (the second of two layers).

    lora and l1 are told the casing; l1 reads sentences in their context, and is told whose guideline to follow.
    """
    root = tmp_path_factory.mktemp("models")
    lora = LoraSettings(r=4, alpha=8)
    tiny.train(root, tiny.config("full", ema_decay=0.5))
    tiny.train(root, tiny.config("lora", family="lora", lora=lora, learning_rate=2e-2, casing=True))
    marked = {"mark_guidelines": True, "guidelines": ("a", "tiny")}
    tiny.train(
        root, tiny.config("l1", family="distilled architecture", layers=(1,), casing=True, context=True, **marked)
    )
    return root


@pytest.fixture(scope="session", params=["full", "lora", "l1"])
def tiny_run(request: pytest.FixtureRequest, tiny_root: Path) -> Run:
    return RunStore(tiny_root).load(request.param)


@pytest.fixture(scope="session")
def full_run(tiny_root: Path) -> Run:
    return RunStore(tiny_root).load("full")


@pytest.fixture(scope="session")
def shipped_models(pytestconfig: pytest.Config) -> Path:
    """The shipped runs in a folder of the test cache, where their ONNX files may be built."""
    return copy_models(Path(pytestconfig.cache.mkdir("shipped-models")))


# Longer ones would be whole files, which the processes that test send to each other with every message.
_LONGEST_ID = 80


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What a long text is called in the name of a test."""
    if isinstance(val, str | bytes) and len(val) > _LONGEST_ID:
        data = val if isinstance(val, bytes) else val.encode("utf-8", "surrogatepass")
        return f"{argname}-{len(val)}-{hashlib.sha256(data).hexdigest()[:8]}"
    return None
