"""What of a page hinders people who do not see it or cannot use a mouse, by axe-core."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")


def list_barriers(page: Page, *rules: str) -> list[str]:
    """All that axe-core finds on the page, however little it hinders anybody, by some of its rules or by all."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    # All that it passes is megabytes of every node of the page.
    passed, barriers = page.evaluate(
        "async options => { const found = await axe.run(options); return [found.passes.length, found.violations.map("
        " item => `${item.impact}: ${item.help} (${item.nodes[0].html})`)] }",
        options,
    )
    assert passed
    assert isinstance(barriers, list)
    return barriers
