"""The text without annotation that ships, and what the labelling functions made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from shipped import HERE

from itner.data.jsonl import read_documents
from itner.data.processed import read_weak_reports
from itner.domains.it.scheme import SCHEME
from itner.records.files import sha256_file

DATA = Path(__file__).resolve().parents[2] / "data"
SHIPPED = {"tickets": ("helpdesk", 1500), "stackoverflow-forum": ("forum", 3000)}


@pytest.mark.parametrize(("folder", "least"), SHIPPED.values())
def test_there_is_enough_of_it_and_little_of_it_twice(folder: str, least: int) -> None:
    lines = (DATA / folder / "unlabelled.txt").read_text(encoding="utf-8").splitlines()
    sentences = [line for line in lines if line]
    assert len(sentences) >= least
    assert len({sentence.casefold() for sentence in sentences}) > 0.99 * len(sentences)
    assert all(line == line.strip() for line in lines)
    # Several sentences stand together, so that they can be read in their context.
    assert 4 < len(sentences) / (lines.count("") + 1) < 15


def test_the_reports_are_of_the_text_that_ships() -> None:
    reports = {report.name: report for report in read_weak_reports(HERE)}
    assert set(reports) == set(SHIPPED)
    for name, (folder, least) in SHIPPED.items():
        report = reports[name]
        assert report.inputs == {"unlabelled.txt": sha256_file(DATA / folder / "unlabelled.txt")}
        assert report.tagger == "minilm_full"
        assert least / 2 < report.kept <= report.sentences
        assert {"tagger", "tagger_unsure"} < set(report.functions)
        assert report.tagger_sha256 is not None
        labelled = DATA / "weak" / f"{name}.jsonl"
        assert report.weak_sha256 == sha256_file(labelled)
        sentences = set((DATA / folder / "unlabelled.txt").read_text(encoding="utf-8").splitlines())
        kept = read_documents(labelled, SCHEME, name)
        assert len(kept) == report.kept
        assert sum(document.text in sentences for document in kept) > 0.95 * len(kept)
