"""Other libraries beside our runs, on the pages that show them."""

from __future__ import annotations

from pathlib import Path

import pytest
from opening import open_page
from peer_samples import OTHER_HASH, peers, personal_peers, write_personal_run
from synthetic import deploy, write_run

from itner.records.codec import to_json

PAGES = {"overview": "Measured peers", "efficiency": "Beside other libraries"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs, in a workspace whose data folder is the test's own."""
    deploy(write_run(tmp_path / "models", "good", tp=90))
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("ITNER_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.mark.parametrize(("name", "title"), PAGES.items())
def test_peers_stand_beside_the_runs_that_they_were_timed_with(
    name: str, title: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "data" / "peers.json").write_text(to_json(peers()), encoding="utf-8")
    page = open_page(name, root / "models", monkeypatch)
    assert title in [header.value for header in page.header]
    told = "better than spaCy NER (0.703 [0.623 to 0.772]) and 2.0 times as fast."
    assert any(told in text.value for text in page.markdown)
    (table,) = [found.value for found in page.dataframe if "kind" in found.value.columns]
    assert list(table["tagger"]) == ["good · INT8", "spaCy NER"]
    assert any("median of 3 rounds" in caption.value for caption in page.caption)
    assert not page.warning


@pytest.mark.parametrize(("name", "title"), PAGES.items())
@pytest.mark.parametrize("text", ["", "{", '{"peers": "<b>all</b>"}'])
def test_a_damaged_file_is_a_card_and_the_rest_still_shows(
    name: str, title: str, text: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "data" / "peers.json").write_text(text, encoding="utf-8")
    page = open_page(name, root / "models", monkeypatch)
    assert [warning.value for warning in page.warning] == ["The measured peers cannot be read"]
    assert any("peers.json" in found.value and "measure them again" in found.value for found in page.text)
    assert title not in [header.value for header in page.header]
    assert len(page.dataframe)


@pytest.mark.parametrize(("name", "title"), PAGES.items())
def test_without_anything_to_compare_nothing_is_said(
    name: str, title: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Scored on other text, and not timed.
    (root / "data" / "peers.json").write_text(to_json(peers(timed=False, split_sha256=OTHER_HASH)), encoding="utf-8")
    page = open_page(name, root / "models", monkeypatch)
    assert title not in [header.value for header in page.header]
    assert not page.warning


@pytest.fixture
def two_domains(root: Path) -> Path:
    """Runs and peers of two domains."""
    write_personal_run(root / "models")
    (root / "data" / "peers.json").write_text(to_json(peers()), encoding="utf-8")
    (root / "data" / "pii").mkdir()
    (root / "data" / "pii" / "peers.json").write_text(to_json(personal_peers()), encoding="utf-8")
    return root


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("domain", "taggers"), [("it", ["good · INT8", "spaCy NER"]), ("pii", ["private · INT8", "Presidio"])]
)
def test_the_peers_are_those_of_the_domain_that_is_looked_at(
    name: str, domain: str, taggers: list[str], two_domains: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(name, two_domains / "models", monkeypatch, domain=domain)
    (table,) = [found.value for found in page.dataframe if "kind" in found.value.columns]
    assert list(table["tagger"]) == taggers
    assert ("personal characters left" in table.columns) == (domain == "pii")
    assert not page.warning


def test_peers_of_another_domain_are_not_shown_where_a_domain_has_none(
    two_domains: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An empty file of one domain is its own; the other one's is damaged, which is none of its business.
    nobody = personal_peers(timed=False)
    path = two_domains / "data" / "pii" / "peers.json"
    path.write_text(to_json(type(nobody)((), None, nobody.provenance)), encoding="utf-8")
    (two_domains / "data" / "peers.json").write_text("{", encoding="utf-8")
    page = open_page("overview", two_domains / "models", monkeypatch, domain="pii")
    assert PAGES["overview"] not in [header.value for header in page.header]
    assert not page.warning


def test_peers_without_a_speed_are_shown_with_what_they_reach(
    two_domains: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = two_domains / "data" / "pii" / "peers.json"
    path.write_text(to_json(personal_peers(timed=False)), encoding="utf-8")
    page = open_page("overview", two_domains / "models", monkeypatch, domain="pii")
    assert PAGES["overview"] in [header.value for header in page.header]
    assert "Their speed was not measured." in [caption.value for caption in page.caption]
