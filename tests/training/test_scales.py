"""Fixed scales of activations: nothing depends on its neighbours, and little is lost."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from tiny import Tiny

from itner.compress.encoder import export_plain
from itner.compress.onnx import OPSET, Batch, export_run, measure, prepare_int8, quantize
from itner.compress.scales import fix_scales, measure_ranges, quantised_tensors
from itner.core.errors import InputError
from itner.records.int8 import Int8Recipe
from itner.records.store import Run
from itner.taggers.encoder.load import load_encoder, load_scorer
from itner.taggers.encoder.onnx_backend import OnnxScorer
from itner.taggers.encoder.tagger import make_batches
from itner.taggers.encoder.windows import CASINGS

FIXED = Int8Recipe()
DYNAMIC = Int8Recipe(activations="dynamic")


@pytest.fixture(scope="module")
def graphs(full_run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("graphs")
    found = {name: folder / f"{name}.onnx" for name in ("plain", "fused")}
    export_plain(full_run, found["plain"], OPSET)
    assert prepare_int8(full_run, found["plain"], found["fused"], FIXED) == found["fused"]
    return found


def batches(run: Run, tiny: Tiny) -> list[Batch]:
    return list(make_batches(load_encoder(run), tiny.documents))


@pytest.mark.parametrize("graph", ["plain", "fused"])
def test_a_text_is_read_alike_whatever_stands_beside_it(
    graph: str, graphs: dict[str, Path], full_run: Run, tiny: Tiny, tmp_path: Path
) -> None:
    ranges = measure(graphs[graph], FIXED, batches(full_run, tiny))
    quantize(graphs[graph], tmp_path / "fixed.onnx", FIXED, ranges)
    quantize(graphs[graph], tmp_path / "dynamic.onnx", DYNAMIC)
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
    quantize(graphs["fused"], tmp_path / "dynamic.onnx", DYNAMIC)
    ranges = measure(graphs["fused"], FIXED, batches(full_run, tiny))
    assert set(ranges) == set(quantised_tensors(tmp_path / "dynamic.onnx"))
    assert all(low <= 0 <= high and low < high for low, high in ranges.values())
    assert measure(graphs["fused"], FIXED, batches(full_run, tiny)) == ranges


def test_the_kept_tails_are_those_of_all_values_and_padding_is_none(tmp_path: Path) -> None:
    tensor = onnx.TensorProto
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Mul", ["x", "two"], ["y"]), onnx.helper.make_node("Neg", ["y"], ["z"])],
        "doubled",
        [onnx.helper.make_tensor_value_info("x", tensor.FLOAT, ["batch", "length", 8])],
        [onnx.helper.make_tensor_value_info("z", tensor.FLOAT, None)],
        [onnx.numpy_helper.from_array(np.array(2.0, np.float32), "two")],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "doubled.onnx")
    rng = np.random.default_rng(0)
    masks = [np.arange(500)[None] < rng.integers(400, 500, (20, 1)) for _ in range(3)]
    # Padding holds what is larger than all else.
    given = [np.where(mask[..., None], rng.normal(size=(20, 500, 8)) * 2, 99).astype(np.float32) for mask in masks]
    seen = np.sort(2 * np.concatenate([values[mask].ravel() for values, mask in zip(given, masks, strict=True)]))
    for inside in (1.0, 0.99):
        outside = math.floor(len(seen) * (1 - inside) / 2)
        ranges = measure_ranges(
            tmp_path / "doubled.onnx",
            ["y", "z"],
            [{"x": values, "mask": mask.astype(np.int64)} for values, mask in zip(given, masks, strict=True)],
            inside,
            mask="mask",
        )
        assert ranges["y"] == (seen[outside], seen[-1 - outside])
        assert ranges["z"] == (-seen[-1 - outside], -seen[outside])


def test_what_is_missing_is_an_error(graphs: dict[str, Path], full_run: Run, tiny: Tiny, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no value was seen"):
        measure(graphs["fused"], FIXED, [])
    with pytest.raises(RuntimeError, match="has no tensor 'nowhere'"):
        measure_ranges(graphs["fused"], ["nowhere"], [])
    # Never dynamic where nothing was measured.
    with pytest.raises(InputError, match="no range of activations was measured for"):
        quantize(graphs["fused"], tmp_path / "fixed.onnx", FIXED)
    ranges = measure(graphs["fused"], FIXED, batches(full_run, tiny))
    last = list(ranges)[-1]
    del ranges[last]
    quantize(graphs["fused"], tmp_path / "dynamic.onnx", DYNAMIC)
    with pytest.raises(InputError, match=f"no range of activations was measured for {last!r}"):
        fix_scales(tmp_path / "dynamic.onnx", ranges)


def test_products_and_scales_are_one_operator(
    graphs: dict[str, Path], full_run: Run, tiny: Tiny, tmp_path: Path
) -> None:
    quantize(graphs["fused"], tmp_path / "fixed.onnx", FIXED, measure(graphs["fused"], FIXED, batches(full_run, tiny)))
    graph = onnx.load(tmp_path / "fixed.onnx").graph
    kinds = {node.op_type for node in graph.node}
    assert {"QuantizeLinear", "MatMulIntegerToFloat"} <= kinds
    assert not kinds & {"DynamicQuantizeLinear", "MatMulInteger"}
    # So is the bias, where nothing else takes it in; what is left to add is a sum of two activations.
    products = [node for node in graph.node if node.op_type == "MatMulIntegerToFloat"]
    constants = {item.name for item in graph.initializer}
    assert sum(len(node.input) == 7 for node in products) > len(products) / 2
    made = {name for node in products for name in node.output}
    for node in graph.node:
        if node.op_type == "Add" and made & set(node.input):
            assert not constants & set(node.input)
