from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import Tiny

from itner.core.errors import InputError
from itner.core.progress import silent
from itner.core.tokens import split_tokens
from itner.core.types import Document
from itner.domains.it.scheme import SCHEME
from itner.records.codec import from_json, to_json
from itner.records.config import DistillSettings, EncoderConfig
from itner.records.store import TOKENIZER, Run, RunStore
from itner.records.workspace import Workspace
from itner.taggers.encoder.load import load_tagger
from itner.taggers.encoder.windows import Encoder
from itner.training.distill import Lesson, _hidden_distance, add_soft_labels
from itner.training.soft_labels import soften
from itner.training.trainer import encode_labelled, train_run
from itner.workflows.rules import make_rules
from itner.workflows.train import prepare_lesson


def test_soft_labels_are_the_mean_of_softened_probabilities() -> None:
    first, second = np.log([[0.8, 0.2]]), np.log([[0.4, 0.6]])
    np.testing.assert_allclose(soften([first, second], 1.0), [[0.6, 0.4]], rtol=1e-6)
    # At temperature 2 the odds become their square roots: 4 to 1 is 2 to 1.
    np.testing.assert_allclose(soften([first], 2.0), [[2 / 3, 1 / 3]], rtol=1e-6)


def test_soft_labels_stand_where_the_gold_labels_do(full_run: Run, tiny: Tiny) -> None:
    encoder = Encoder.from_file(full_run.path / TOKENIZER, 16)
    documents = tiny.documents[:3]
    windows = encoder.encode(documents)
    rows = encode_labelled(documents, encoder, tiny.scheme)
    taught = [np.full((len(d.tokens), 11), number + 1.0) for number, d in enumerate(documents)]
    add_soft_labels(rows, windows, taught)
    for row, window in zip(rows, windows, strict=True):
        filled = np.array(row["soft"])
        assert filled.shape == (row["length"], 11)
        np.testing.assert_array_equal(filled[:, 0] > 0, np.array(row["labels"]) != -100)
        assert set(np.unique(filled)) == {0.0, window.documents[0] + 1.0}


def test_hidden_states_are_paired_evenly_from_the_top() -> None:
    mask = torch.tensor([[True, False]])
    same, other = torch.tensor([[[1.0, 0.0], [5.0, 5.0]]]), torch.tensor([[[0.0, 1.0], [5.0, 5.0]]])
    # Student layer 1 of 2 learns from teacher layer 2 of 4, layer 2 from layer 4.
    taught = [same, other, same, other, other]
    assert _hidden_distance([same, same, same], taught, mask).item() == pytest.approx(0.5)
    assert _hidden_distance([same, same, other], taught, mask).item() == pytest.approx(0.0)


def test_a_student_learns_what_its_teachers_say_and_not_what_gold_says(
    tiny: Tiny, tiny_root, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = DistillSettings(("full", "lora"), temperature=1.0, soft_weight=1.0, hidden_weight=0.5)
    config = tiny.config("student", distill=settings, layers=(1,), family="distilled architecture", epochs=6)
    assert from_json(EncoderConfig, to_json(config)) == config
    lesson = prepare_lesson(config, tiny.documents, SCHEME.types, Workspace(tiny_root, tiny_root))
    assert [array.shape for array in lesson.probabilities] == [(len(d.tokens), 11) for d in tiny.documents]
    assert np.concatenate(lesson.probabilities).sum(axis=1) == pytest.approx(1.0)
    assert set(lesson.sha256) == {"full", "lora"}
    # With gold that marks nothing, only the soft labels can teach.
    blank = [type(d)(d.text, d.tokens, (), d.id, d.source) for d in tiny.documents]
    indices = range(len(blank))
    info = train_run(
        config, tmp_path / "student", tiny.scheme, "it", tiny.ref(), blank, indices, tiny.documents[:20], False, silent,
        lesson,
    )  # fmt: skip
    assert info.teachers == lesson.sha256
    assert info.best_dev_f1 > 0.5
    run = RunStore(tmp_path).load("student")
    assert run.config == config
    assert any(prediction.mentions for prediction in load_tagger(run, "torch-fp32").predict(tiny.documents[:5]))


def test_a_missing_teacher_is_named(tiny: Tiny, tiny_root) -> None:
    with pytest.raises(InputError, match="no run 'gone'"):
        prepare_lesson(
            tiny.config("student", distill=DistillSettings(("gone",))),
            [],
            SCHEME.types,
            Workspace(tiny_root, tiny_root),
        )


def test_a_lesson_without_hidden_states_loads_no_teacher(tiny: Tiny, tiny_root) -> None:
    lesson = prepare_lesson(
        tiny.config("student", distill=DistillSettings(("full",))),
        tiny.documents[:2],
        SCHEME.types,
        Workspace(tiny_root, tiny_root),
    )
    assert isinstance(lesson, Lesson)
    assert lesson.teacher is None


def test_hidden_states_are_learned_only_from_a_teacher_that_reads_the_same(tiny: Tiny, tiny_root: Path) -> None:
    place = Workspace(tiny_root, tiny_root)
    config = tiny.config("student", distill=DistillSettings(("lora",), hidden_weight=1.0))
    with pytest.raises(InputError, match="reads its input otherwise"):
        prepare_lesson(config, tiny.documents[:2], SCHEME.types, place)  # lora is told the casing
    assert prepare_lesson(replace(config, casing=True), tiny.documents[:2], SCHEME.types, place).teacher


def test_soft_labels_in_windows_of_several_documents_and_of_none(tiny: Tiny) -> None:
    encoder = Encoder.from_file(tiny.backbone / TOKENIZER, 16, context=True)
    long = "x" * 60  # one token, several windows: in all but one of them no token begins
    documents = [
        Document(text, split_tokens(text), (), str(number), "tiny", "g")
        for number, text in enumerate(("the laptop", "the printer now", f"{long} the"))
    ]
    windows = encoder.encode(documents)
    assert any(len(set(window.documents.tolist())) == 2 for window in windows)
    assert any(not len(window.positions) for window in windows)
    rows = encode_labelled(documents, encoder, tiny.scheme)
    taught = [
        np.arange(len(d.tokens))[:, None] + np.full((1, 11), 10.0 * (number + 1)) for number, d in enumerate(documents)
    ]
    add_soft_labels(rows, windows, taught)
    for row, window in zip(rows, windows, strict=True):
        soft = np.array(row["soft"])
        assert soft.shape == (len(window.ids), 11)
        for position, document, token in zip(window.positions, window.documents, window.tokens, strict=True):
            assert soft[position, 0] == 10 * (document + 1) + token
        assert np.count_nonzero(soft[:, 0]) == len(window.positions)


def test_a_teacher_without_token_probabilities_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    place = Workspace(tmp_path, tmp_path)
    make_rules("it", place)
    config = tiny.config("student", distill=DistillSettings(("it_rules",)))
    with pytest.raises(InputError, match="teacher it_rules has no token probabilities"):
        prepare_lesson(config, tiny.documents[:2], SCHEME.types, place)
