"""Learning curves of tiny networks: what is trained, what is kept, and when a point is of something else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from datasets_at import begin_tiny
from tiny import Tiny

from itner.core.errors import InputError
from itner.domains.release import CurvePlan
from itner.records.store import read_curves
from itner.records.workspace import Workspace
from itner.reporting.curve import curve_in_words, list_curve_rows
from itner.taggers.encoder.presets import PRESETS
from itner.workflows import curve as workflow
from itner.workflows.curve import learn_curve
from itner.workflows.seeds import SEED_RUNS

pytestmark = pytest.mark.slow
PLAN = CurvePlan("small", "tiny", (4, None), (13, 14))


@pytest.fixture
def place(tiny: Tiny, tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setitem(PRESETS, "small", tiny.config("small", layers=(1,), epochs=2, family="distilled architecture"))
    return begin_tiny(tiny, tiny_root, tmp_path)


def test_points_are_trained_once_each_on_as_many_sentences(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    train = workflow.train

    def count(*given, **options):
        info = train(*given, **options)
        seen.append((info.dataset.train_documents, info.seed))
        return info

    monkeypatch.setattr(workflow, "train", count)
    assert [point.sentences for point in learn_curve("it", place, PLAN, sizes=(4,)).points] == [4, 4]
    curve = learn_curve("it", place, PLAN)
    assert seen == [(4, 13), (4, 14), (40, 13), (40, 14)]
    assert [(point.sentences, point.config.seed) for point in curve.points] == seen
    known = read_curves(place.models)
    assert known is not None
    assert known.of("it") == curve
    assert known.of("pii") is None
    rows = list_curve_rows(curve)
    assert [(row.sentences, row.seeds) for row in rows] == [(4, 2), (40, 2)]
    assert rows[0].mean.mean == sum(point.f1 for point in curve.points[:2]) / 2
    assert rows[0].mean.mean < rows[1].mean.mean
    assert "from 4 to 40 sentences of tiny, 2 times or more each" in curve_in_words(curve)
    # No weights and no leftovers.
    assert {path.name for path in place.models.iterdir() if not path.name.endswith(".lock")} == {
        "full", "learning_curves.json",
    }  # fmt: skip


def test_runs_that_learned_from_all_sentences_are_scored_and_not_trained_again(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = replace(place, models=place.models / SEED_RUNS)
    seeds.models.mkdir()
    workflow.train(PRESETS["small"], "tiny", place, "small")
    workflow.train(replace(PRESETS["small"], seed=14), "tiny", seeds, "small-14", teachers=place)
    # Of another configuration, by the name of one that is wanted.
    workflow.train(replace(PRESETS["small"], seed=15, epochs=1), "tiny", seeds, "small-15", teachers=place)
    train, trained = workflow.train, []

    def note(config, *given, **options):
        trained.append((config.seed, config.epochs, options["sentences"]))
        return train(config, *given, **options)

    monkeypatch.setattr(workflow, "train", note)
    curve = learn_curve("it", place, replace(PLAN, sizes=(None,), seeds=(13, 14, 15)))
    assert trained == [(15, 2, 40)]
    assert [point.sentences for point in curve.points] == [40, 40, 40]
    remade = [workflow._train_point(point.config, "tiny", 40, place, lambda *_: None) for point in curve.points[:2]]
    assert [point.per_type for point in remade] == [point.per_type for point in curve.points[:2]]
    assert [point.best_epoch for point in remade] == [point.best_epoch for point in curve.points[:2]]


def test_points_of_another_configuration_are_left_out(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    learn_curve("it", place, PLAN, sizes=(4,), seeds=(13,))
    monkeypatch.setitem(PRESETS, "small", replace(PRESETS["small"], epochs=1))
    curve = learn_curve("it", place, PLAN, sizes=(5,), seeds=(13,))
    assert [(point.sentences, point.config.epochs) for point in curve.points] == [(5, 1)]


def test_more_sentences_than_there_are_are_refused(place: Workspace) -> None:
    with pytest.raises(InputError, match="40 train sentences, so there are no 41"):
        learn_curve("it", place, PLAN, sizes=(41,))
    with pytest.raises(InputError, match="no release that plans a learning curve"):
        learn_curve("it", place)
    assert read_curves(place.models) is None
