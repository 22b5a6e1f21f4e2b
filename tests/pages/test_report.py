"""The button that makes a report of what a page shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html
from opening import open_page
from synthetic import deploy, write_run

from itner.dashboard import report


@pytest.fixture
def makers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], str]]:
    """What the buttons of the page that is opened next would make, by the names of the files."""
    found: dict[str, Callable[[], str]] = {}
    offered = report.download_later

    def note(make: Callable[[], str], file_name: str, *more: str) -> None:
        found[file_name] = make
        offered(make, file_name, *more)

    monkeypatch.setattr(report, "download_later", note)
    return found


def test_overview_and_quality_offer_what_they_show(
    makers: dict[str, Callable[[], str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(write_run(tmp_path, "good", tp=90))
    deploy(write_run(tmp_path, "quick", "minilm_l3", tp=60, p50=4.0))
    page = open_page("overview", tmp_path, monkeypatch, ms="12", weight_OS="2")
    assert "Download as a report" in [button.label for button in page.get("download_button")]
    (answer,) = [header.value for header in page.header if "deploy" in header.value]
    (name,) = makers
    assert name == "report-stackoverflow-test.html"
    made = html.document_fromstring(makers.pop(name)())
    said = made.text_content()
    assert f"Deploy {answer.split('deploy ')[1]}." in said
    command = made.xpath("//pre")[0].text_content()
    assert command == (
        "itner report --domain it --dataset stackoverflow --split test --max-ms 12 --weight OS=2 --output report.html"
    )
    open_page("quality", tmp_path, monkeypatch, run=["good"], variant=["fp32"])
    made = html.document_fromstring(makers[name]())
    command = made.xpath("//pre")[0].text_content()
    assert "--run good --variant fp32 --output" in command
    assert "quick" not in made.text_content()
