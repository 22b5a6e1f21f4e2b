"""Looking for suspects in a small dataset: a planted mistake is found, a stopped call goes on, and what cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import run_itner
from datasets_at import at, write_dataset
from tiny import make_documents

from itner.core.errors import InputError
from itner.core.types import Document
from itner.data.corpus import Split
from itner.domains.it.scheme import SCHEME
from itner.domains.registry import get_domain
from itner.training import crossfit
from itner.workflows.suspects import find_suspects, read_suspects, suspects_file

WRONG = 7


def repeated() -> list[Document]:
    """The tiny sentences several times over, enough to learn them; in one, a mention is left out."""
    documents = [
        replace(held, id=f"{held.id}-{copy}", group=f"{held.id}-{copy}")
        for copy in range(5)
        for held in make_documents()
    ]
    documents[WRONG] = replace(documents[WRONG], mentions=documents[WRONG].mentions[1:])
    return documents


def prepare(folder: Path) -> None:
    documents = repeated()
    parts = {"train": documents[:200], "dev": documents[200:250], "test": documents[250:]}
    splits = {name: Split(part, sha256="0" * 64) for name, part in parts.items()}
    write_dataset(splits, "mine", folder)


@pytest.mark.slow
def test_a_mention_that_is_left_out_is_the_first_suspect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path)
    # Steps enough to learn so few sentences by.
    monkeypatch.setattr(crossfit, "_BATCH", 12)
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "models"))
    assert run_itner("suspects", "mine", "--folds", "2", "--data-root", str(tmp_path)) == 0
    report = read_suspects("mine", get_domain("it"), at(tmp_path))
    assert report is not None
    first = report.suspects[0]
    held = repeated()[WRONG]
    assert (first.document, first.split, first.kind) == (held.id, "train", "missing")
    [span] = first.proposed
    assert held.text[span.start : span.end] in ("windows", "linux", "macos")
    assert (report.sentences, report.runs, report.planted) == (300, (), ())
    out = capsys.readouterr().out
    assert "test: out of sample F1" in out
    assert "suspects/mine.json" in out
    assert not list(tmp_path.glob(".suspects-mine/*"))


def test_a_stopped_call_goes_on_and_tests_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path)
    learned: list[int] = []

    def guess(reading: crossfit.Reading, chosen: np.ndarray, labels: int, seed: int, on_share: object) -> np.ndarray:
        """All is O; what is asked for a third time cannot be learned."""
        learned.append(int(chosen.sum()))
        if len(learned) == 3:
            raise KeyboardInterrupt
        rows = np.zeros((int(np.diff(reading.offsets)[chosen].sum()), labels), np.float32)
        rows[:, 0] = 1.0
        return rows

    monkeypatch.setattr(crossfit, "predict_fold", guess)
    place = at(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        find_suspects("mine", place, 4)
    assert read_suspects("mine", get_domain("it"), place) is None
    report = find_suspects("mine", place, 4, planted_share=0.1, plant_seeds=(1,))
    # Two folds were kept, the third was begun anew, and the test learns all four.
    assert len(learned) == 3 + 2 + 4
    assert sum(learned[:2]) + sum(learned[3:5]) == 300
    # Who finds nothing calls every mention spurious, and no sentence has more than five.
    assert report.found["spurious"] == sum(len(held.mentions) for held in repeated())
    assert len(report.suspects) == 500
    [test] = report.planted
    assert test.found["left out"] == 0
    assert [t.seed for t in find_suspects("mine", place, 4).planted] == [1]


def test_folds_hold_texts_together() -> None:
    documents = [replace(held, group=str(number // 3)) for number, held in enumerate(make_documents())]
    folds = crossfit.assign_folds(documents, 5, 13)
    assert {len(set(folds[at : at + 3])) for at in range(0, 60, 3)} == {1}
    assert sorted(np.bincount(folds)) == [12] * 5


def test_what_is_learned_does_not_depend_on_a_neighbour() -> None:
    documents = make_documents()
    reading = crossfit.read_documents(documents, SCHEME)
    chosen = np.arange(60) >= 50
    whole = crossfit.predict_fold(reading, chosen, len(SCHEME.labels), 1, lambda share: None)
    again = crossfit.predict_fold(reading, chosen, len(SCHEME.labels), 1, lambda share: None)
    np.testing.assert_allclose(whole, again, atol=1e-5)
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-5)
    # Ten documents of the same words in the same order, three times over, are read alike wherever they stand.
    words = [" ".join(held.token_texts()) for held in documents[50:]]
    parts = np.split(whole, np.cumsum([len(held.tokens) for held in documents[50:]])[:-1])
    alike = [(words.index(word), number) for number, word in enumerate(words) if words.index(word) < number]
    assert alike
    for first, second in alike:
        np.testing.assert_allclose(parts[first], parts[second], atol=1e-5)


def test_what_cannot_be(tmp_path: Path) -> None:
    prepare(tmp_path)
    root = ("--data-root", str(tmp_path))
    assert run_itner("suspects", "other", *root) == 2
    assert run_itner("suspects", "mine", "--seed", "1", *root) == 2
    assert run_itner("suspects", "mine", "--plant", "0.9", *root) == 2
    with pytest.raises(InputError, match="fewer texts than folds"):
        find_suspects("mine", at(tmp_path), 1000)
    assert suspects_file("mine", get_domain("it")) == "suspects/mine.json"
    assert suspects_file("helpdesk", get_domain("it")) == "helpdesk/suspects.json"
