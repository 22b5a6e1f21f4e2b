"""Embedding tables by row: what is read is what was there, within half a step of the row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from itner.compress.rows import quantize_rows, round_rows
from itner.taggers.encoder.onnx_backend import OnnxScorer

TABLE = np.vstack([np.linspace(-3, 5, 4), np.zeros(4), np.full(4, 1e-4), [90, -0.1, 0.2, 0]]).astype(np.float32)


def save(path: Path, nodes: list[onnx.NodeProto], tables: dict[str, np.ndarray]) -> Path:
    shape = ["batch", "length"]
    graph = helper.make_graph(
        nodes,
        "lookup",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*shape, 4])],
        [numpy_helper.from_array(values, name) for name, values in tables.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_a_row_is_within_half_a_step_of_its_own() -> None:
    values, steps = round_rows(TABLE)
    assert (values.dtype, steps.shape) == (np.int8, (4, 1))
    assert (np.abs(values * steps - TABLE) <= steps / 2 * (1 + 1e-5)).all()
    assert values.min() >= -127
    np.testing.assert_allclose(steps[:, 0], [5 / 127, 1 / 127, 1e-4 / 127, 90 / 127], rtol=1e-6)
    # A single step for the table would leave nothing of the third row.
    assert (values[2] == 127).all()


def test_what_is_looked_up_in_a_graph_is_the_row(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Gather", ["words", "input_ids"], ["first"], name="words/Gather"),
        helper.make_node("Gather", ["words", "input_ids"], ["second"], name="words/Gather_1"),
        helper.make_node("Add", ["first", "second"], ["logits"]),
    ]
    path = save(tmp_path / "graph.onnx", nodes, {"words": TABLE})
    assert quantize_rows(path) == ["words"]
    onnx.checker.check_model(onnx.load(path), full_check=True)
    assert {item.name: item.data_type for item in onnx.load(path).graph.initializer} == {
        "words_rows": TensorProto.INT8,
        "words_steps": TensorProto.FLOAT,
    }
    ids = np.array([[0, 3], [2, 1]])
    found = OnnxScorer(path).score(ids, np.ones_like(ids), np.zeros_like(ids))
    values, steps = round_rows(TABLE)
    np.testing.assert_allclose(found, 2 * (values * steps)[ids], rtol=1e-6)


def test_a_table_that_is_used_otherwise_is_left(tmp_path: Path) -> None:
    columns = [helper.make_node("Gather", ["words", "input_ids"], ["logits"], axis=1)]
    both = [
        helper.make_node("Gather", ["words", "input_ids"], ["rows"]),
        helper.make_node("MatMul", ["rows", "words"], ["logits"]),
    ]
    for number, nodes in enumerate((columns, both)):
        path = save(tmp_path / f"{number}.onnx", nodes, {"words": TABLE})
        before = path.read_bytes()
        with pytest.raises(RuntimeError, match="no embedding table"):
            quantize_rows(path)
        assert path.read_bytes() == before
