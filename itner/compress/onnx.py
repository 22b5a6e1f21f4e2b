"""From trained weights to ONNX files: FP32 fused, FP16, INT8.

The files are built once, under a lock, in a folder of their own that is renamed when it is whole; a manifest ties
them to the hash of the weights, to the recipe and to the ranges of activations, so that new ones mean a new build.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime as ort
from filelock import FileLock

from itner.compress.graphs import graphs_of, int8_recipe
from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.records.files import check_space, hidden_folder, sha256_file, swap_in
from itner.records.int8 import INT8, Int8Recipe
from itner.records.store import INT8_RANGES, ONNX, ONNX_MANIFEST, Run
from itner.taggers.variants import ONNX_VARIANTS

if TYPE_CHECKING:
    from itner.compress.scales import Ranges

OPSET = 17
# Raised when the same weights give another graph, so that files that were built before are built anew.
_GRAPHS = 2
# What of a manifest says who built the files, not of what.
_BUILDERS = ("onnxruntime", "graphs")
Batch = tuple[np.ndarray, np.ndarray, np.ndarray]
_LOCK = ".onnx.lock"
# Bytes: the graph in single precision four times, half precision, eight bits; and what is not weights.
_ROOM_A_PARAMETER, _ROOM = 20, 2 * 2**20


def is_exported(run: Run, variants: Sequence[str] = ONNX_VARIANTS) -> bool:
    """Whether up-to-date ONNX files of the variants are there."""
    folder = run.path / ONNX
    try:
        manifest = json.loads((folder / ONNX_MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(manifest, dict):
        return False
    files = manifest.pop("files", None)
    return manifest == _manifest(run) and isinstance(files, dict) and _are_these(run, variants, files)


def export_run(run: Run, progress: Progress = silent, variants: Sequence[str] = ONNX_VARIANTS) -> None:
    """Build the ONNX files of a run unless they are there. Several processes may ask at once: one builds, all wait.

    INT8 is built where the ranges of activations were measured, whatever is asked for; so are the others.

    Raises:
        InputError: the weights are missing, or the libraries that training needs, or the ranges where INT8 is asked
            for, or the ranges are of other weights or another graph.
    """
    if is_exported(run, variants):
        return
    wanting = (
        "weights are" if run.weights_path is None else "PyTorch is" if importlib.util.find_spec("torch") is None else ""
    )
    if wanting:
        other = _built_by(run, variants)
        if other is not None:
            progress(f"{run.name}: ONNX files of {other} are used, {wanting} not here to build them anew", 1.0)
            return
        if run.weights_path is None:
            raise InputError(f"run {run.name} ships no weights to export; build them with `itner train`", path=run.path)
        raise InputError(
            "building ONNX files needs PyTorch, which is not installed; `pip install 'itner[train]'`, or bring the run "
            "with its onnx/ folder",
            path=run.path,
        )
    # Before the ranges are read: when others are written meanwhile, the files are built once more.
    manifest = _manifest(run)
    ranges = run.read_int8_ranges()
    if ranges is None and INT8 in variants:
        raise InputError(
            f"INT8 needs the ranges of activations, and run {run.name} has no {INT8_RANGES}; measure them with "
            f"`itner calibrate {run.name}`",
            path=run.path,
        )
    with FileLock(run.path / _LOCK):
        if is_exported(run, variants):
            return
        check_space(
            run.path, _ROOM_A_PARAMETER * (run.info.parameters_total or 0) + _ROOM, f"building {run.name}'s ONNX files"
        )
        with hidden_folder(run.path / ONNX) as build:
            progress(f"building the ONNX files of {run.name}: FP32", 0.1)
            plain = build / "plain.onnx"
            fused = build / run.onnx_path("fp32").name
            graphs_of(run).export_plain(run, plain, OPSET)
            graphs_of(run).fuse(run, plain, fused)
            progress(f"building the ONNX files of {run.name}: FP16", 0.5)
            convert_fp16(fused, build / run.onnx_path("fp16").name)
            recipe = int8_recipe(run)
            if ranges is not None:
                progress(f"building the ONNX files of {run.name}: INT8", 0.7)
                source = prepare_int8(run, plain, build / "source.onnx", recipe)
                quantize(source, build / run.onnx_path(INT8).name, recipe, ranges.tensors)
                source.unlink()
            plain.unlink(missing_ok=True)
            manifest["files"] = {path.name: sha256_file(path) for path in sorted(build.glob("*.onnx"))}
            (build / ONNX_MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
            swap_in(build, run.path / ONNX)
        progress(f"building the ONNX files of {run.name}: done", 1.0)


def convert_fp16(source: Path, target: Path) -> None:
    """FP16 weights and arithmetic with FP32 logits."""
    import onnx
    from onnxruntime.transformers.onnx_model import OnnxModel

    model = OnnxModel(onnx.load(source))
    model.convert_float_to_float16(keep_io_types=True)
    model.save_model_to_file(str(target))


def prepare_int8(run: Run, plain: Path, target: Path, recipe: Int8Recipe) -> Path:
    """The FP32 graph that a recipe quantises: the plain one, or one that is written to `target`."""
    if not recipe.fused:
        return plain
    graphs_of(run).fuse(run, plain, target, recipe.embeddings != "rows")
    return target


def measure(source: Path, recipe: Int8Recipe, batches: Iterable[Batch]) -> dict[str, tuple[float, float]]:
    """The ranges of the activations that a recipe quantises in an FP32 graph.

    Args:
        source: in a folder where another file may be written for a while.
        batches: training text as `Scorer.score` takes it.
    """
    from itner.compress.scales import measure_ranges, quantised_tensors

    dynamic = source.with_name("dynamic.onnx")
    try:
        quantize(source, dynamic, replace(recipe, activations="dynamic"))
        names = quantised_tensors(dynamic)
    finally:
        dynamic.unlink(missing_ok=True)
    return measure_ranges(source, names, _by_input(batches))


def _by_input(batches: Iterable[Batch]) -> Iterator[Mapping[str, np.ndarray]]:
    for ids, mask, casing in batches:
        yield {"input_ids": ids, "attention_mask": mask, "token_type_ids": casing}


def quantize(source: Path, target: Path, recipe: Int8Recipe, ranges: Ranges | None = None) -> None:
    """INT8 of an FP32 graph. A failure is an error, never a silent FP32 file.

    Args:
        ranges: of the activations, by tensor of the FP32 graph; needed where the recipe fixes their scales.
    Raises:
        RuntimeError: the recipe does not fit the graph.
        InputError: the ranges do not.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    names = [node.name for node in onnx.load(source).graph.node] if recipe.fp32_nodes else []
    skipped = [name for name in names if re.search(recipe.fp32_nodes, name)]
    if recipe.fp32_nodes and not skipped:
        raise RuntimeError(f"no node of {source.name} is named like {recipe.fp32_nodes!r}")
    operators = ["MatMul", "Attention", "Gemm"]
    if recipe.embeddings == "tensor":
        operators += ["Gather", "EmbedLayerNormalization"]
    # It advises a pre-processing on the root logger that the optimizer has done, or that a plain graph goes without.
    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(
            str(source),
            str(target),
            op_types_to_quantize=operators,
            per_channel=recipe.per_channel,
            reduce_range=recipe.reduce_range,
            weight_type=QuantType[recipe.weight_type],
            nodes_to_exclude=skipped,
            # The fused operators' outputs have no inferred type; everything that is not an integer here is a float.
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    finally:
        logging.disable(logging.NOTSET)
    quantized = {node.op_type for node in onnx.load(target).graph.node}
    if not quantized & {"MatMulInteger", "QAttention"}:
        raise RuntimeError(f"quantising {source.name} produced no INT8 operator (found {sorted(quantized)})")
    from itner.compress.rows import quantize_rows
    from itner.compress.scales import fix_scales

    if recipe.embeddings == "rows":
        quantize_rows(target)
    if recipe.activations == "fixed":
        fix_scales(target, ranges if ranges is not None else {})


def _are_these(run: Run, variants: Sequence[str], files: Mapping[str, object]) -> bool:
    """Whether the ONNX files of the variants are those that were built."""
    paths = [run.onnx_path(variant) for variant in variants]
    return all(path.is_file() and files.get(path.name) == _hash(path) for path in paths)


def _hash(path: Path) -> str:
    """Of a file, once for as long as it is not written."""
    stat = path.stat()
    return _hash_once(path, stat.st_mtime_ns, stat.st_ino, stat.st_size)


@lru_cache(maxsize=256)
def _hash_once(path: Path, changed_ns: int, number: int, size: int) -> str:
    return sha256_file(path)


def _built_by(run: Run, variants: Sequence[str]) -> str | None:
    """What built other files of the same weights and recipe that are here; None when there are none.

    Another onnxruntime, or an earlier version of itner whose graphs were slower.
    """
    try:
        manifest = json.loads((run.path / ONNX / ONNX_MANIFEST).read_text(encoding="utf-8"))
        other = str(manifest["onnxruntime"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    wanted = _manifest(run)
    # Earlier versions hashed none of their files.
    files = manifest.pop("files", None)
    there = all(run.onnx_path(variant).is_file() for variant in variants)
    if files is not None:
        there = there and isinstance(files, dict) and _are_these(run, variants, files)
    if not there or {**manifest, **{key: wanted[key] for key in _BUILDERS}} != wanted:
        return None
    return f"onnxruntime {other}" if manifest.get("graphs") == _GRAPHS else "an earlier version"


def _manifest(run: Run) -> dict[str, object]:
    ranges = run.path / INT8_RANGES
    return {
        "weights_sha256": run.info.model_sha256,
        "opset": OPSET,
        "graphs": _GRAPHS,
        "int8": asdict(int8_recipe(run)),
        "int8_ranges_sha256": sha256_file(ranges) if ranges.is_file() else None,
        "onnxruntime": ort.__version__,
    }
