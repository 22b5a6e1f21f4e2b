"""Two processes that want the same ONNX files at once, as two workers of the dashboard would."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest

from itner.compress.onnx import export_run, is_exported
from itner.records.int8 import Int8Recipe
from itner.records.store import ONNX, ONNX_MANIFEST, Run, RunStore
from itner.taggers.encoder.load import load_scorer
from itner.taggers.variants import ONNX_VARIANTS


def copy(run: Run, root: Path) -> Run:
    shutil.copytree(run.path, root / run.name, ignore=shutil.ignore_patterns(ONNX, ".*"))
    return RunStore(root).load(run.name)


@pytest.mark.slow
def test_two_processes_at_once_leave_whole_files(full_run: Run, tmp_path: Path) -> None:
    run = copy(full_run, tmp_path)
    # Two of one process that has loaded what exports, and nothing else: to load it twice takes longer than to export.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["itner.compress.encoder", "itner.compress.onnx", "torch.onnx"])
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for job in [pool.submit(export_run, run) for _ in range(2)]:
            job.result(timeout=120)
    assert is_exported(run)
    ids = np.array([[2, 100, 101, 3]])
    for variant in ONNX_VARIANTS:
        onnx.checker.check_model(onnx.load(run.onnx_path(variant)), full_check=False)
        assert np.isfinite(load_scorer(run, variant).score(ids, np.ones_like(ids), np.zeros_like(ids))).all()
    assert [path.name for path in run.path.glob(".onnx-*")] == []
    assert sorted(p.name for p in (run.path / ONNX).iterdir()) == sorted(
        [ONNX_MANIFEST, *(run.onnx_path(variant).name for variant in ONNX_VARIANTS)]
    )


def test_a_new_runtime_or_recipe_means_a_new_build(full_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    export_run(full_run)
    changes = {"ort.__version__": "0.1", "OPSET": 11}
    for name, value in changes.items():
        with monkeypatch.context() as patch:
            patch.setattr(f"itner.compress.onnx.{name}", value)
            assert not is_exported(full_run), name
    with monkeypatch.context() as patch:
        patch.setattr("itner.compress.onnx.int8_recipe", lambda run: Int8Recipe(per_channel=False))
        assert not is_exported(full_run)
    assert is_exported(full_run)


def test_a_manifest_is_believed_only_when_it_fits(full_run: Run, tmp_path: Path) -> None:
    export_run(full_run)
    run = RunStore(shutil.copytree(full_run.path, tmp_path / "full").parent).load("full")
    assert is_exported(run)
    manifest = run.path / ONNX / ONNX_MANIFEST
    good = json.loads(manifest.read_text(encoding="utf-8"))
    assert good["weights_sha256"] == run.info.model_sha256
    for text in (
        json.dumps(good | {"weights_sha256": "0" * 64}),
        json.dumps({"weights_sha256": good["weights_sha256"]}),
        json.dumps([good]),
        "{",
        "",
    ):
        manifest.write_text(text, encoding="utf-8")
        assert not is_exported(run), text
    manifest.write_bytes(b"\xff")
    assert not is_exported(run)
