"""A sample of the user's own on the Quality page."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from opening import open_page
from shipped import HERE
from streamlit.testing.v1 import AppTest

from itner.core.errors import InputError
from itner.dashboard import quality_sample
from itner.data.apart import read_apart
from itner.data.jsonl import write_lines
from itner.data.processed import read_split
from itner.domains.registry import get_domain
from itner.records.store import Run, RunStore
from itner.records.workspace import Workspace
from itner.workflows.evaluate import evaluate
from itner.workflows.rules import make_rules
from itner.workflows.sample import SampleScore, score_sample

TEXT = "Outlook 2021 <b>hangs</b> on Windows 11"
LINE = json.dumps(
    {
        "text": TEXT,
        "spans": [
            {"start": 0, "end": 7, "type": "SOFTWARE"},
            {"start": TEXT.index("Windows"), "end": len(TEXT), "type": "OS"},
        ],
    }
)
SCORE = "Score 2 models on 1 sentence"
# One process makes the runs that all of these look at.
pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    place = Workspace(tmp_path_factory.mktemp("runs"), HERE.data)
    for name in ("one", "two"):
        make_rules("it", place, name)
        evaluate(name, "helpdesk", place, "dev")
    return place


def press(page: AppTest, label: str) -> AppTest:
    [button] = [button for button in page.button if button.label == label]
    return settle(button.click().run())


def settle(page: AppTest) -> AppTest:
    deadline = time.monotonic() + 60
    while any(button.label == "Stop" for button in page.button) and time.monotonic() < deadline:
        time.sleep(0.3)
        page.run()
    assert not page.exception
    return page


def upload(page: AppTest, name: str, content: str) -> AppTest:
    return settle(page.file_uploader[0].upload(name, content.encode(), "application/json").run())


def test_a_sample_scores_as_a_prepared_dataset_does(place: Workspace) -> None:
    documents = read_split("helpdesk", "dev", place)
    scheme = get_domain("it").scheme
    split = read_apart({"dev.jsonl": write_lines(documents).encode()}, scheme)
    run = RunStore(place.models).load("one")
    shares: list[float] = []
    found = score_sample(run, "patterns", split, place, on_share=shares.append)
    expected = run.report("helpdesk", "dev", "patterns")
    assert expected is not None
    assert found.report.per_type == expected.per_type
    assert found.report.micro_f1_interval == expected.micro_f1_interval
    assert found.errors.errors == run.errors.reports[0].errors
    assert shares
    assert not list((place.models / "one" / "predictions").glob("sample*"))
    make_rules("pii", place, "personal")
    with pytest.raises(InputError, match="knows no ERROR, HARDWARE, OS"):
        score_sample(RunStore(place.models).load("personal"), "patterns", split, place)


def test_every_model_is_seen_on_it_and_nothing_is_kept(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(path for path in place.models.rglob("*"))
    page = open_page("quality", place.models, monkeypatch, domain="it")
    upload(page, "mine.jsonl", LINE)
    assert any("1 sentence; mentions: " in caption.value for caption in page.caption)
    assert any(text.value.startswith("Read as itner JSONL, UTF-8") for text in page.text)
    press(page, SCORE)
    tables = [table.value for table in page.dataframe]
    overall = next(table for table in tables if "micro-F1" in table and len(table) == 2)
    assert set(overall["model"]) == {"one · Patterns", "two · Patterns"}
    # The text is shown as text.
    shown = " ".join(block.body for block in page.get("html"))
    assert "<b>hangs" not in shown
    assert not page.error
    assert "mine.jsonl" in [text.value for text in page.text]
    # It is still there after another page was looked at; forgotten, it is gone.
    page.run()
    assert any(button.label == "Forget my sample" for button in page.button)
    press(page, "Forget my sample")
    assert not any(text.value == "mine.jsonl" for text in page.text)
    assert not [key for key in ("sample_files", "sample_job", "sample_read") if key in page.session_state]
    assert sorted(path for path in place.models.rglob("*")) == before
    assert not any("sample" in key for key in page.query_params)


def test_a_baseline_is_chosen_and_sentences_are_shown(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("quality", place.models, monkeypatch, domain="it")
    press(upload(page, "mine.jsonl", LINE), SCORE)
    [baseline] = [box for box in page.selectbox if box.label == "Baseline on the sample"]
    other = next(label for label in baseline.options if label != baseline.value)
    baseline.select(other).run()
    assert not page.exception
    assert any(f"differs from {other}" in header.value for header in page.subheader)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bad.jsonl", "{", "bad.jsonl"),
        ("none.jsonl", json.dumps({"text": "Outlook", "spans": []}), "holds no mention"),
        ("type.jsonl", json.dumps({"text": "Outlook", "spans": [{"start": 0, "end": 7, "type": "GADGET"}]}), "GADGET"),
        ("word.jsonl", json.dumps({"text": "Outlook", "spans": [{"start": 0, "end": 4, "type": "OS"}]}), "inside"),
    ],
)
def test_what_cannot_be_read_is_said(
    name: str, content: str, said: str, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = upload(open_page("quality", place.models, monkeypatch, domain="it"), name, content)
    assert [error.value for error in page.error] == ["The sample cannot be read."]
    assert any(said in text.value for text in page.text)
    assert not any(button.label.startswith("Score ") for button in page.button)


def test_a_model_that_fails_is_named_and_a_stop_keeps_what_is_done(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = read_apart({"a.jsonl": LINE.encode()}, get_domain("it").scheme)
    runs = [run for run in RunStore(place.models).load_all()[0] if run.info.domain == "it"]
    models = quality_sample.list_models(runs, ["patterns"])
    monkeypatch.setenv("ITNER_MODELS", str(place.models))
    asked: list[str] = []
    reached = threading.Event()

    def score(run: Run, *rest: Any) -> SampleScore:
        asked.append(run.name)
        if asked == ["one"]:
            raise InputError("its weights are damaged")
        if len(asked) == 3:
            rest[-1](0.5)
            reached.set()
            while True:
                rest[-1](0.5)
        return score_sample(run, *rest)

    monkeypatch.setattr(quality_sample, "score_sample", score)
    job = quality_sample.start([*models, *models], split, None)
    assert reached.wait(60)
    assert job.counts == (250, 400)
    job.stop()
    found = job.result()
    assert [(score.run.name, score.variant) for score in found.done] == [("two", "patterns")]
    assert found.failed == {"one · Patterns": "its weights are damaged"}
