"""Files of earlier versions: read as they are, and brought to today's schemas on demand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ablations import ablation, arm
from datasets_at import write_weak_report
from synthetic import HASH, write_run

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document
from itner.data.corpus import Split
from itner.data.processed import META, read_meta
from itner.data.stats import describe_split
from itner.records.codec import to_json
from itner.records.files import sha256_file
from itner.records.int8 import Int8Recipe
from itner.records.store import ABLATION, RunStore, read_ablation
from itner.records.workspace import Workspace
from itner.workflows.migrate import migrate

Json = dict[str, Any]


def rewrite(path: Path, change: Callable[[Json], Json]) -> None:
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")


def without(data: Json, *keys: str) -> Json:
    return {key: value for key, value in data.items() if key not in keys}


def old_config(data: Json) -> Json:
    return without(data, "kind", "mark_guidelines") | {"schema_version": 1}


def old_measured(data: Json) -> Json:
    names = {"variant": "precision", "model_sha256": "weights_sha256"}
    if data.get("int8"):
        data = data | {"int8": without(data["int8"], "activations") | {"embeddings": True}}
    if "uncertainty" in data:
        (low, high), known = data["uncertainty"]["micro"]["f1"], data["uncertainty"]
        within = {"low": low, "high": high, "level": known["level"], "resamples": known["resamples"]}
        data = without(data, "uncertainty") | {"micro_f1_interval": within}
    return {names.get(key, key): value for key, value in without(data, "unit").items()}


def make_old(folder: Path) -> None:
    """A run folder as the version before kinds, domains and stored predictions wrote it."""

    def old_run(data: Json) -> Json:
        return without(data, "kind") | {"dataset": without(data["dataset"], "sources"), "schema_version": 1}

    rewrite(folder / "run.json", old_run)
    rewrite(folder / "config_resolved.json", old_config)
    rewrite(folder / "errors.json", old_errors)
    for name, key in (("metrics.json", "reports"), ("errors.json", "reports"), ("bench.json", "results")):
        rewrite(folder / name, lambda data, key=key: data | {key: [*map(old_measured, data[key])], "schema_version": 2})


def old_errors(data: Json) -> Json:
    """Each report with all that it has in common with others."""
    reports = []
    for stored in data["stored"]:
        found = data["found"][stored["found"]]
        gold = data["gold"][found["gold"]]["mentions"]
        report = without(stored, "found") | {"gold_mentions": gold, "confusion": found["confusion"]}
        reports.append(report | {"errors": found["errors"]})
    return {"reports": reports}


def old_meta() -> Json:
    """Statistics of a plain dataset and of a mixture with weak text."""
    text = Document("It works", split_tokens("It works"), (), "1", "x")
    splits = {name: Split([text], sha256=HASH) for name in ("train", "dev", "test")}
    hashes = dict.fromkeys(splits, HASH)
    described = {name: json.loads(to_json(describe_split(name, splits, ("OS",), hashes))) for name in splits}
    grown = {
        "entity_factor": 1.5, "rare_bonus": 0.5, "rare_types": ["OS"], "seed": 13, "sentences_before": 1,
        "sentences_after": 1, "mentions_before": {"OS": 0}, "mentions_after": {"OS": 0},
    }  # fmt: skip
    plain = {
        "name": "stackoverflow", "source": "conll", "scheme": "it5", "labels": ["O", "B-OS", "I-OS"], "mapping": {},
        "splits": described, "oversampling": grown, "sha256": HASH, "parts": [],
    }  # fmt: skip
    parts = [
        {"name": "stackoverflow", "sha256": HASH, "weak_ratio": None},
        {"name": "helpdesk", "sha256": HASH, "weak_ratio": None},
        {"name": "stackoverflow-forum", "sha256": HASH, "weak_ratio": 0.3},
        {"name": "tickets", "sha256": HASH, "weak_ratio": 0.3},
    ]
    mixed = plain | {"name": "mixed", "source": "mix", "parts": parts, "sha256": "cd" * 32}
    return {"datasets": {"stackoverflow": plain, "mixed": mixed}, "schema_version": 2}


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    folder = write_run(place.models, "old", "minilm_l3")
    (folder / "model.safetensors").write_bytes(b"weights")
    make_old(folder)
    place.data.mkdir()
    (place.data / META).write_text(json.dumps(old_meta()), encoding="utf-8")
    (place.data / "weak").mkdir()
    (place.data / "weak" / "tickets.jsonl").write_text("", encoding="utf-8")
    write_weak_report(place.data, "tickets", "helpdesk")

    def old_weak(data: Json) -> Json:
        return without(data, "domain", "guideline") | {"dev": "helpdesk", "schema_version": 1}

    rewrite(place.data / "weak" / "tickets.json", old_weak)
    (place.models / ABLATION).write_text(to_json(ablation(arm("base", None, {13: 70}))), encoding="utf-8")

    def old_ablation(data: Json) -> Json:
        for step in data["arms"]:
            step["runs"] = [run | {"config": old_config(run["config"]), "schema_version": 1} for run in step["runs"]]
        return without(data, "domain") | {"schema_version": 1}

    rewrite(place.models / ABLATION, old_ablation)
    return place


def test_an_older_run_is_read_as_it_is(place: Workspace, tmp_path: Path) -> None:
    (old,), broken = RunStore(place.models).load_all()
    assert broken == []
    write_run(tmp_path / "new", "old", "minilm_l3")
    new = RunStore(tmp_path / "new").load("old")
    # That the preset would mark guidelines, the older version did not record where there were none.
    assert old.config == replace(new.config, mark_guidelines=False)
    assert old.bench is not None
    assert new.bench is not None
    recipe = Int8Recipe(embeddings="tensor", activations="dynamic")
    # Of micro-F1 alone it was known between what it lies.
    reports = tuple(
        replace(report, uncertainty=replace(report.uncertainty, per_type={})) for report in new.metrics.reports
    )
    for found, expected in ((old.bench.results, new.bench.results), (old.metrics.reports, reports)):
        assert any(measured.int8 for measured in found)
        assert found == tuple(replace(measured, int8=measured.int8 and recipe) for measured in expected)
    assert old.errors == new.errors
    assert old.info.kind == "encoder"
    study, whole = read_ablation(place.models), ablation(arm("base", None, {13: 70}))
    assert study is not None
    assert (study.domain, study.arms[0].runs[0].dev) == ("it", whole.arms[0].runs[0].dev)
    sources = read_meta(place).datasets["mixed"].sources
    # As the earlier version had it: a copy of a corpus was known by the beginning of its name.
    assert {name: facts.guideline for name, facts in sources.items()} == {
        "stackoverflow": "stackoverflow",
        "helpdesk": "helpdesk",
        "stackoverflow-forum": "stackoverflow",
        "tickets": "tickets",
    }


def test_migrating_rewrites_every_file_once_and_no_weights(place: Workspace) -> None:
    weights = place.models / "old" / "model.safetensors"
    before = sha256_file(weights), weights.stat().st_mtime_ns

    def of_mixture(data: Json) -> Json:
        return data | {"dataset": data["dataset"] | {"name": "mixed", "sha256": "cd" * 32}}

    rewrite(place.models / "old" / "run.json", of_mixture)
    runs = RunStore(place.models).load_all()[0]
    changed = migrate(place)
    assert sorted(path.name for path in changed) == [
        "ablation.json", "bench.json", "config_resolved.json", "errors.json", "metrics.json", "processed_meta.json",
        "run.json", "tickets.json",
    ]  # fmt: skip
    assert (sha256_file(weights), weights.stat().st_mtime_ns) == before
    (run,) = RunStore(place.models).load_all()[0]
    assert (run.config, run.metrics, run.errors, run.bench) == (
        runs[0].config,
        runs[0].metrics,
        runs[0].errors,
        runs[0].bench,
    )
    # What the older files did not say is filled in where others know it.
    assert run.info.dataset is not None
    known = {name: (facts.guideline, facts.corpus) for name, facts in run.info.dataset.sources.items()}
    assert known == {
        "stackoverflow": ("stackoverflow", "stackoverflow"),
        "helpdesk": ("helpdesk", "helpdesk"),
        "stackoverflow-forum": ("stackoverflow", None),
        "tickets": ("helpdesk", None),
    }
    assert migrate(place) == []


def test_a_damaged_file_stops_it_before_anything_is_written(place: Workspace) -> None:
    (place.models / "old" / "metrics.json").write_text('{"reports": [{}], "schema_version": 2}', encoding="utf-8")
    before = {path: path.read_bytes() for path in place.models.rglob("*.json")}
    with pytest.raises(InputError, match=r"metrics\.json: "):
        migrate(place)
    assert {path: path.read_bytes() for path in place.models.rglob("*.json")} == before


def test_a_newer_schema_is_not_guessed(place: Workspace) -> None:
    rewrite(place.models / "old" / "bench.json", lambda data: data | {"schema_version": 99})
    _, (broken,) = RunStore(place.models).load_all()
    assert "schema_version" in broken.reason
