from __future__ import annotations

import importlib.util
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from tiny import Tiny

from itner.benchmark.protocol import BenchSettings, benchmark_run, summarize_latency
from itner.compress.onnx import export_run, is_exported
from itner.core.errors import InputError
from itner.records.store import ONNX, ONNX_MANIFEST, Run, RunStore
from itner.taggers.encoder.load import load_scorer, load_tagger
from itner.taggers.encoder.onnx_backend import SLOW_FUSIONS
from itner.taggers.encoder.windows import CASINGS
from itner.taggers.variants import ONNX_VARIANTS


@pytest.fixture(scope="session")
def exported(tiny_run: Run) -> Run:
    export_run(tiny_run)
    return tiny_run


def copy(run: Run, root: Path) -> Run:
    shutil.copytree(run.path, root / run.name, ignore=shutil.ignore_patterns(ONNX, ".*"))
    return RunStore(root).load(run.name)


def test_fp32_onnx_equals_torch_at_every_length(exported: Run) -> None:
    torch_scorer, onnx_scorer = load_scorer(exported, "torch-fp32"), load_scorer(exported, "fp32")
    rng = np.random.default_rng(0)
    for length in (1, 2, 3, 7, 16, 33, 64):
        for batch in (1, 2, 5):
            ids = rng.integers(5, 100, (batch, length))
            mask = np.ones_like(ids)
            for row in range(batch):
                mask[row, max(1, length - row) :] = 0
            casing = rng.integers(0, CASINGS, ids.shape)
            expected, got = torch_scorer.score(ids, mask, casing), onnx_scorer.score(ids, mask, casing)
            assert got.shape == expected.shape == (batch, length, 11)
            read = mask.astype(bool)
            assert np.abs(got[read] - expected[read]).max() < 1e-3


def test_every_precision_tags_and_is_what_it_says(exported: Run, tiny: Tiny) -> None:
    reference = load_tagger(exported, "torch-fp32").predict(tiny.documents)
    kinds = {}
    for variant in ONNX_VARIANTS:
        predictions = load_tagger(exported, variant).predict(tiny.documents)
        same = np.mean([np.mean(a.label_ids == b.label_ids) for a, b in zip(predictions, reference, strict=True)])
        assert same > 0.9, variant
        graph = onnx.load(exported.onnx_path(variant)).graph
        kinds[variant] = {item.data_type for item in graph.initializer}
    assert onnx.TensorProto.FLOAT16 in kinds["fp16"]
    assert onnx.TensorProto.INT8 in kinds["int8"]
    assert not kinds["fp32"] & {onnx.TensorProto.FLOAT16, onnx.TensorProto.INT8}


def test_int8_products_fit_into_the_16_bits_that_a_cpu_without_vnni_adds_them_in(exported: Run) -> None:
    graph = onnx.load(exported.onnx_path("int8")).graph
    tensors = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}
    weights = [tensors[node.input[1]] for node in graph.node if node.op_type in ("MatMulIntegerToFloat", "QAttention")]
    assert not any(node.op_type == "MatMulInteger" for node in graph.node)
    assert len(weights) > 3
    for weight in weights:
        assert weight.dtype == np.int8
        assert 2 * 255 * np.abs(weight.astype(np.int32)).max() <= np.iinfo(np.int16).max


def test_sums_and_layer_norms_are_left_apart(exported: Run, tmp_path: Path) -> None:
    for variant in ONNX_VARIANTS:
        kinds = [node.op_type for node in onnx.load(exported.onnx_path(variant)).graph.node]
        assert "SkipLayerNormalization" not in kinds
        assert "LayerNormalization" in kinds
    # Nor are they joined when the file is opened.
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "opened.onnx")
    path = str(exported.onnx_path("fp32"))
    ort.InferenceSession(path, options, ["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS)
    opened = [node.op_type for node in onnx.load(tmp_path / "opened.onnx").graph.node]
    assert "SkipLayerNormalization" not in opened
    assert "LayerNormalization" in opened


def test_files_are_built_once_and_again_when_stale(full_run: Run, tmp_path: Path) -> None:
    run = copy(full_run, tmp_path)
    export_run(run)
    stamp = run.onnx_path("int8").stat().st_mtime_ns
    export_run(run)
    assert run.onnx_path("int8").stat().st_mtime_ns == stamp
    manifest = run.path / ONNX / ONNX_MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | {"opset": 1}), encoding="utf-8")
    assert not is_exported(run)
    export_run(run)
    assert is_exported(run)
    assert run.onnx_path("int8").stat().st_mtime_ns != stamp
    run.onnx_path("fp16").unlink()
    assert not is_exported(run)


def test_several_builders_at_once_leave_whole_files(full_run: Run, tmp_path: Path) -> None:
    run = copy(full_run, tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(export_run, [run] * 4))
    assert is_exported(run)
    for variant in ONNX_VARIANTS:
        onnx.checker.check_model(onnx.load(run.onnx_path(variant)), full_check=False)
    assert [path.name for path in run.path.glob(".onnx-*")] == []


def test_a_failed_build_leaves_nothing(full_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = copy(full_run, tmp_path)

    def fail(*args: object) -> None:
        raise RuntimeError("no INT8 operator")

    monkeypatch.setattr("itner.compress.onnx.quantize", fail)
    with pytest.raises(RuntimeError, match="INT8"):
        export_run(run)
    assert not (run.path / ONNX).exists()
    assert [path.name for path in run.path.glob(".onnx-*")] == []


def test_a_run_without_weights_says_so(full_run: Run, tmp_path: Path) -> None:
    run = copy(full_run, tmp_path)
    (run.path / "model.safetensors").unlink()
    with pytest.raises(InputError, match="ships no weights"):
        export_run(run)
    with pytest.raises(InputError, match="itner export"):
        load_scorer(run, "int8")


def test_latency_quantiles_by_hand() -> None:
    latency = summarize_latency([[0.001, 0.002, 0.003], [0.004, 0.006, 0.008]])
    assert (latency.p50_ms, latency.calls, latency.round_p50_ms) == (3.5, 6, (2.0, 6.0))
    assert latency.p95_ms == pytest.approx(7.5)
    assert latency.spread == pytest.approx(3.0)


@pytest.mark.slow
def test_the_benchmark_measures_each_precision_in_turn(full_run: Run, tiny: Tiny) -> None:
    export_run(full_run)
    settings = BenchSettings(rounds=2, calls_per_round=3, warmup_calls=1, lengths=(4, 8), bulk_documents=10, threads=1)
    report = benchmark_run(full_run, tiny.documents, "tiny", "dev", settings, variants=("fp32", "int8"))
    assert [result.variant for result in report.results] == ["fp32", "int8"]
    assert (report.documents, report.tokens) == (10, sum(len(d.tokens) for d in tiny.documents[:10]))
    for result in report.results:
        assert set(result.forward) == {4, 8}
        assert result.forward[8].calls == 6
        assert len(result.bulk_round_tokens_per_s) == 2
        assert 0 < result.forward[8].p50_ms < 1000
        assert 20 < result.peak_rss_mib < 5000
        assert result.file_mib == pytest.approx(full_run.onnx_path(result.variant).stat().st_size / 2**20, abs=0.01)


def test_files_of_another_onnxruntime_serve_where_torch_is_absent(
    exported: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = copy(exported, tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="needs PyTorch"):
        export_run(run)
    shutil.copytree(exported.path / ONNX, run.path / ONNX)
    manifest = json.loads((run.path / ONNX / ONNX_MANIFEST).read_text(encoding="utf-8"))
    (run.path / ONNX / ONNX_MANIFEST).write_text(json.dumps(manifest | {"onnxruntime": "0.1"}), encoding="utf-8")
    said: list[str] = []
    export_run(run, lambda message, share: said.append(message))
    assert said == [f"{run.name}: ONNX files of onnxruntime 0.1 are used, PyTorch is not here to build them anew"]
    # So do those of slower graphs, and either serves where there are no weights to build anew from.
    for older in ({"graphs": 1}, {"onnxruntime": "0.1"}):
        (run.path / ONNX / ONNX_MANIFEST).write_text(json.dumps(manifest | older), encoding="utf-8")
        export_run(run, lambda message, share: said.append(message))
        weights = run.weights_path
        assert weights is not None
        weights.rename(tmp_path / "weights")
        bare = RunStore(tmp_path).load(run.name)
        export_run(bare, lambda message, share: said.append(message))
        assert said[-1].endswith("are used, weights are not here to build them anew")
        assert ("of an earlier version" in said[-1]) == ("graphs" in older)
        (tmp_path / "weights").rename(weights)
    # Files of other weights do not.
    stale = manifest | {"onnxruntime": "0.1", "weights_sha256": "0" * 64}
    (run.path / ONNX / ONNX_MANIFEST).write_text(json.dumps(stale), encoding="utf-8")
    with pytest.raises(InputError, match="needs PyTorch"):
        export_run(run)
