"""Embedding tables in INT8 with a scale for each row.

A table quantised as a whole has one step for all rows, which its few largest values set: of all that INT8 loses, most
is lost there. A row has a step of its own at the price of one number. No product is summed over what is read from a
table, so all 8 bits are used, whatever the CPU.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

_LEVELS = 127
# Below this, a float16 has fewer digits.
_SMALLEST = float(np.finfo(np.float16).smallest_normal)


def quantize_rows(path: Path) -> list[str]:
    """Keep the tables that a graph's Gather nodes read as INT8 rows, in place; the names of the tables.

    A table is an initializer of floats [rows, values] that nothing but Gather nodes over its rows reads. Each row is
    rounded to 127 steps up and down of its largest value. RuntimeError when there is no table.
    """
    model = onnx.load(path)
    graph = model.graph
    floats = {
        item.name: item
        for item in graph.initializer
        if item.data_type == onnx.TensorProto.FLOAT and len(item.dims) == 2
    }
    readers: dict[str, list[onnx.NodeProto]] = {name: [] for name in floats}
    for node in graph.node:
        for name in node.input:
            if name in floats:
                readers[name].append(node)
    tables = [name for name, nodes in readers.items() if nodes and all(_reads_rows(node, name) for node in nodes)]
    if not tables:
        raise RuntimeError(f"{path.name} has no embedding table that is read row by row")
    lookups = {id(node): name for name in tables for node in readers[name]}
    for name in tables:
        values, steps = round_rows(numpy_helper.to_array(floats[name]))
        graph.initializer.remove(floats[name])
        graph.initializer.append(numpy_helper.from_array(values, f"{name}_rows"))
        graph.initializer.append(numpy_helper.from_array(steps, f"{name}_steps"))
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        nodes += _look_up(node, lookups[id(node)]) if id(node) in lookups else [node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, path)
    return tables


def round_rows(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A table float [rows, values] as int8 [rows, values] and the step of each row, [rows, 1].

    Steps are float16, float32 where one is too small to be exact in that.
    """
    largest = np.abs(table).max(axis=1, keepdims=True)
    # A row of zeros, such as padding's may be, has any step.
    steps = (np.where(largest > 0, largest, 1.0) / _LEVELS).astype(np.float32)
    if steps.min() >= _SMALLEST and steps.max() < 1:
        # The next larger one, so that the largest value keeps its place.
        steps = np.nextafter(steps.astype(np.float16), np.float16(np.inf))
    return np.rint(table / steps.astype(np.float32)).clip(-_LEVELS, _LEVELS).astype(np.int8), steps


def _reads_rows(node: onnx.NodeProto, table: str) -> bool:
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)
    return node.op_type == "Gather" and node.input[0] == table and axis == 0


def _look_up(node: onnx.NodeProto, table: str) -> list[onnx.NodeProto]:
    """The nodes that read rows in INT8 and give what the node gave."""
    rows, output = node.input[1], node.output[0]
    whole, values, steps, wide = (f"{output}_{part}" for part in ("whole", "values", "steps", "wide"))
    return [
        helper.make_node("Gather", [f"{table}_rows", rows], [whole], name=f"{node.name}_rows"),
        helper.make_node("Cast", [whole], [values], name=f"{node.name}_cast", to=onnx.TensorProto.FLOAT),
        helper.make_node("Gather", [f"{table}_steps", rows], [steps], name=f"{node.name}_steps"),
        helper.make_node("Cast", [steps], [wide], name=f"{node.name}_widened", to=onnx.TensorProto.FLOAT),
        helper.make_node("Mul", [values, wide], [output], name=f"{node.name}_scaled"),
    ]
