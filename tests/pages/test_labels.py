"""The page Labels: suspects one after another, what is decided of them, and the patch that comes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from opening import open_page
from shipped import REPOSITORY
from streamlit.testing.v1 import AppTest
from synthetic import PROVENANCE

from itner.core.errors import InputError
from itner.core.types import Document, Mention
from itner.dashboard import labels
from itner.data.markup import read_markup
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.records.codec import to_json
from itner.records.evaluation import Span
from itner.records.scores import Counts, Interval
from itner.records.suspects import PLANT_KINDS, SUSPECT_KINDS, OutOfSample, PlantedTest, Suspect, SuspectReport
from itner.records.workspace import Workspace

DATASET, SPLIT = "helpdesk", "dev"
HERE = Workspace(REPOSITORY / "models", REPOSITORY / "data")
FILE = "helpdesk/tickets.txt"


def make_report(planted: bool = True) -> tuple[SuspectReport, list[Document]]:
    """A report of two doubted sentences of dev: one whose first mention is too much, one whose type is doubted."""
    documents = [held for held in read_split(DATASET, SPLIT, HERE) if held.mentions]
    first, second = documents[0], documents[1]
    spans = [Span(m.start, m.end, m.type) for m in (first.mentions[0], second.mentions[0])]
    other = next(name for name in get_domain("it").scheme.types if name != spans[1].type)
    suspects = (
        Suspect(first.id, SPLIT, "spurious", (spans[0],), (), 0.99),
        Suspect(second.id, SPLIT, "type", (spans[1],), (Span(spans[1].start, spans[1].end, other),), 0.9),
    )
    counts = dict.fromkeys(PLANT_KINDS, 30)
    test = PlantedTest("0" * 64, 5, 13, 0.05, counts, 40, 75, dict.fromkeys(PLANT_KINDS, 20), 100, 900)
    report = SuspectReport(
        dataset=DATASET,
        domain="it",
        sentences=9339,
        splits={name: split.processed_sha256 for name, split in read_stats(DATASET, HERE).splits.items()},
        folds=5,
        seed=13,
        runs=("minilm_l3 int8",),
        scores={SPLIT: OutOfSample(Counts(8, 2, 2), Interval(0.7, 0.9, 0.95, 100))},
        found=dict.fromkeys(SUSPECT_KINDS, 1),
        suspects=suspects,
        planted=(test,) if planted else (),
        provenance=PROVENANCE,
    )
    return report, [first, second]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    (folder / DATASET).mkdir(parents=True)
    shutil.copy(REPOSITORY / "data" / "processed_meta.json", folder)
    shutil.copy(REPOSITORY / "data" / FILE, folder / FILE)
    monkeypatch.setenv("ITNER_DATA", str(folder))
    return folder


def open_labels(report: SuspectReport, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    (data / DATASET / "suspects.json").write_text(to_json(report), encoding="utf-8")
    return open_page("labels", tmp_path, monkeypatch)


def press(page: AppTest, key: str) -> None:
    page.button(key=key).click().run()
    assert not page.exception, page.exception


def progress(page: AppTest) -> str:
    return next(str(each.proto.text) for each in page.get("progress"))


def test_suspects_are_decided_one_after_another_and_taken_home(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, (first, second) = make_report()
    page = open_labels(report, data, tmp_path, monkeypatch)
    assert progress(page) == "0 of 2 decided"
    assert any(labels.show_suspect(first, report.suspects[0]) in each.proto.body for each in page.get("html"))
    press(page, "label_keep")
    press(page, "label_back")
    assert progress(page) == "0 of 2 decided"
    press(page, "label_unsure")
    assert any(labels.show_suspect(second, report.suspects[1]) in each.proto.body for each in page.get("html"))
    press(page, "label_change")
    assert progress(page) == "2 of 2 decided"
    # 40 of 50 with Wilson's interval, as the table says it.
    planted = next(table.value for table in page.dataframe if "measured" in table.value.columns)
    assert planted["together"][0] == "80% [67%, 89%] (40 of 50)"
    assert (data / FILE).read_bytes() == (REPOSITORY / "data" / FILE).read_bytes()

    decided = page.session_state["labels_decided"].popitem()[1]
    assert decided == {0: "unsure", 1: "change"}
    told = json.loads(labels.decisions_as_json(report, decided))
    assert [each["decision"] for each in told["decisions"]] == ["unsure", "change"]
    diff = labels.patch(report, decided, {held.id: held for held in (first, second)}, get_domain("it"))
    (tmp_path / "a.patch").write_text(diff, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "a.patch"], cwd=tmp_path, check=True)
    mended = read_markup(data / FILE, get_domain("it").scheme, DATASET)[SPLIT].documents
    changed = {held.id: held for held in mended}
    proposed = report.suspects[1].proposed[0]
    assert (proposed.start, proposed.end, proposed.type) in {
        (m.start, m.end, m.type) for m in changed[second.id].mentions
    }
    before = {held.id: held.mentions for held in read_split(DATASET, SPLIT, HERE)}
    assert {name for name, held in changed.items() if held.mentions != before[name]} == {second.id}


def test_filters_and_what_is_said_where_nothing_was_measured(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _ = make_report(planted=False)
    (data / DATASET / "suspects.json").write_text(to_json(report), encoding="utf-8")
    page = open_page("labels", tmp_path, monkeypatch, suspect_kind="type")
    assert progress(page) == "0 of 1 decided"
    assert any("--plant 0.05" in code.value for code in page.code)
    (data / DATASET / "suspects.json").write_text("{}", encoding="utf-8")
    page.run()
    assert [warning.value for warning in page.warning] == ["The suspects cannot be read."]


def test_an_annotation_that_changed_meanwhile_is_not_overwritten() -> None:
    report, (first, second) = make_report()
    assert labels.change(first, [report.suspects[0]]) == first.mentions[1:]
    with pytest.raises(InputError, match="annotated otherwise now"):
        labels.change(second, [report.suspects[0]])


def test_what_neither_side_has_right_is_changed_by_hand(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, (first, second) = make_report()
    page = open_labels(report, data, tmp_path, monkeypatch)
    domain = get_domain("it")
    for wrong, said in (
        (first.text + "x", "the words must stay"),
        (f"[{first.text}", "is not closed"),
        (f"[{first.text[0]}](OS){first.text[1:]}", "token boundaries"),
        (labels.write_by_hand(first, first.mentions), "that is what is annotated"),
    ):
        page.text_area[0].set_value(wrong)
        press(page, "label_by_hand_done")
        assert said in page.text[-1].value
        assert progress(page) == "0 of 2 decided"
    own = Mention(first.tokens[0].start, first.tokens[1].end, "OS")
    page.text_area[0].set_value(labels.write_by_hand(first, [own]))
    press(page, "label_by_hand_done")
    press(page, "label_change")
    assert progress(page) == "2 of 2 decided"
    decided = page.session_state["labels_decided"].popitem()[1]
    documents = {held.id: held for held in (first, second)}
    changed = labels.change_all(report, decided, documents)
    assert changed == {first.id: (own,), second.id: labels.change(second, [report.suspects[1]])}
    told = json.loads(labels.decisions_as_json(report, decided))["decisions"]
    assert [each["decision"] for each in told] == ["changed by hand", "change"]
    assert told[0]["mentions"] == [{"start": own.start, "end": own.end, "type": "OS"}]
    assert labels.patch(report, decided, documents, domain).count("\n+") == 3
    # A proposal that was taken before is not lost: by hand, one begins with it.
    before = labels.change_all(report, {0: "change"}, documents)
    assert before == {first.id: first.mentions[1:]}
    # One that is taken after is put on top, where it still fits.
    with pytest.raises(InputError, match="annotated otherwise now"):
        labels.change_all(replace(report, suspects=(report.suspects[0],) * 2), {0: decided[0], 1: "change"}, documents)
