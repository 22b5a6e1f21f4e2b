"""Fixed scales of activations: nothing depends on its neighbours, and little is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from tiny import Tiny

from itner.compress.onnx import export_plain, export_run, fuse, quantize
from itner.compress.scales import fix_scales, measure_ranges, quantised_tensors
from itner.records.int8 import Int8Recipe
from itner.records.store import Run
from itner.taggers.encoder.load import load_encoder, load_scorer
from itner.taggers.encoder.onnx_backend import OnnxScorer
from itner.taggers.encoder.tagger import make_batches
from itner.taggers.encoder.windows import CASINGS

FIXED = Int8Recipe(activations="fixed")


@pytest.fixture(scope="module")
def graphs(full_run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("graphs")
    found = {name: folder / f"{name}.onnx" for name in ("plain", "fused")}
    export_plain(full_run, found["plain"])
    fuse(full_run, found["plain"], found["fused"])
    return found


@pytest.mark.parametrize("graph", ["plain", "fused"])
def test_a_text_is_read_alike_whatever_stands_beside_it(
    graph: str, graphs: dict[str, Path], full_run: Run, tiny: Tiny, tmp_path: Path
) -> None:
    encoder = load_encoder(full_run)
    quantize(graphs[graph], tmp_path / "fixed.onnx", FIXED, make_batches(encoder, tiny.documents))
    quantize(graphs[graph], tmp_path / "dynamic.onnx", Int8Recipe())
    rng = np.random.default_rng(0)
    ids = rng.integers(5, 100, (8, 20))
    mask = np.ones_like(ids)
    mask[:, 12:] = 0
    casing = rng.integers(0, CASINGS, ids.shape)
    differences = {}
    for name in ("fixed", "dynamic"):
        scorer = OnnxScorer(tmp_path / f"{name}.onnx")
        together = scorer.score(ids, mask, casing)[:, :12]
        alone = np.concatenate(
            [scorer.score(*(given[row : row + 1, :12] for given in (ids, mask, casing))) for row in range(8)]
        )
        differences[name] = np.abs(together - alone).max()
    assert differences["fixed"] < 1e-4
    assert differences["dynamic"] > 10 * differences["fixed"]
    exact = load_scorer_of(full_run).score(ids, mask, casing)[:, :12]
    fixed = OnnxScorer(tmp_path / "fixed.onnx").score(ids, mask, casing)[:, :12]
    assert np.mean(fixed.argmax(-1) == exact.argmax(-1)) > 0.9


def load_scorer_of(run: Run) -> OnnxScorer:
    export_run(run)
    scorer = load_scorer(run, "fp32")
    assert isinstance(scorer, OnnxScorer)
    return scorer


def test_ranges_hold_what_was_seen_but_for_the_largest(
    graphs: dict[str, Path], full_run: Run, tiny: Tiny, tmp_path: Path
) -> None:
    quantize(graphs["fused"], tmp_path / "dynamic.onnx", Int8Recipe())
    names = quantised_tensors(tmp_path / "dynamic.onnx")
    assert names
    encoder = load_encoder(full_run)
    ranges = measure_ranges(graphs["fused"], names, make_batches(encoder, tiny.documents))
    assert list(ranges) == names
    assert all(low <= 0 <= high and low < high for low, high in ranges.values())
    again = measure_ranges(graphs["fused"], names, make_batches(encoder, tiny.documents))
    assert again == ranges


def test_what_is_missing_is_an_error(graphs: dict[str, Path], full_run: Run, tiny: Tiny, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no value was seen"):
        quantize(graphs["fused"], tmp_path / "fixed.onnx", FIXED)
    batches = list(make_batches(load_encoder(full_run), tiny.documents))
    with pytest.raises(RuntimeError, match="has no tensor 'nowhere'"):
        measure_ranges(graphs["fused"], ["nowhere"], batches)
    quantize(graphs["fused"], tmp_path / "dynamic.onnx", Int8Recipe())
    with pytest.raises(RuntimeError, match="no range was measured for"):
        fix_scales(tmp_path / "dynamic.onnx", {})


def test_products_and_scales_are_one_operator(
    graphs: dict[str, Path], full_run: Run, tiny: Tiny, tmp_path: Path
) -> None:
    quantize(graphs["fused"], tmp_path / "fixed.onnx", FIXED, make_batches(load_encoder(full_run), tiny.documents))
    kinds = {node.op_type for node in onnx.load(tmp_path / "fixed.onnx").graph.node}
    assert {"QuantizeLinear", "MatMulIntegerToFloat"} <= kinds
    assert not kinds & {"DynamicQuantizeLinear", "MatMulInteger"}
