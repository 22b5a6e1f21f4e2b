"""Predictions as artefacts: what a variant marked in a dataset split, as offsets without any text, in a Parquet file.

Whatever is said of a tagger's quality is computed from these files and the gold annotation, without a model.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.types import Document, Mention
from itner.core.validation import describe
from itner.records.codec import from_json, to_json
from itner.records.evaluation import PredictionInfo
from itner.records.files import replacing

_INFO = b"itner"
_COLUMNS = ("document", "start", "end", "type", "score")
# A file larger than this is not ours.
_MAX_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Predictions:
    """Stored predictions: what they are of, and the mentions of each document that has any, by document id."""

    info: PredictionInfo
    mentions: dict[str, tuple[Mention, ...]]


def write_predictions(
    path: Path, info: PredictionInfo, documents: Sequence[Document], mentions: Sequence[Sequence[Mention]]
) -> None:
    """Write one file, whole: document id, start, end, type and score of every mention, in document order."""
    pa, _ = load_arrow()
    rows = [(d.id, m) for d, found in zip(documents, mentions, strict=True) for m in found]
    table = pa.table(
        {
            "document": pa.array([name for name, _ in rows], pa.string()).dictionary_encode(),
            "start": pa.array([m.start for _, m in rows], pa.int32()),
            "end": pa.array([m.end for _, m in rows], pa.int32()),
            "type": pa.array([m.type for _, m in rows], pa.string()).dictionary_encode(),
            "score": pa.array([m.score for _, m in rows], pa.float32()),
        }
    ).replace_schema_metadata(_metadata(info))
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(table, path)


def read_info(path: Path) -> PredictionInfo:
    """What one file is of, without its mentions; InputError as of `read_predictions`."""
    pa, pq = load_arrow()
    _check_size(path)
    try:
        info: PredictionInfo = from_json(PredictionInfo, (pq.read_schema(path).metadata or {})[_INFO])
    except ValidationError as error:
        raise InputError(f"not predictions: {describe(error)}", path=path) from None
    except (pa.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
        raise InputError(f"not predictions that can be read ({type(error).__name__}: {error})", path=path) from None
    return info


def _check_size(path: Path) -> None:
    if not path.is_file():
        raise InputError("no such predictions; make them with `itner evaluate`", path=path)
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(f"larger than {_MAX_BYTES // 2**20} MiB", path=path)


def read_predictions(path: Path) -> Predictions:
    """Read one file; InputError when it is missing, damaged, or none of ours."""
    pa, pq = load_arrow()
    _check_size(path)
    try:
        table = _read_table(pq, path)
        info: PredictionInfo = from_json(PredictionInfo, (table.schema.metadata or {})[_INFO])
        _check_columns(pa, table)
        columns = [table.column(name).to_pylist() for name in _COLUMNS]
        found: dict[str, list[Mention]] = {}
        for document, start, end, kind, score in zip(*columns, strict=True):
            # Rounding to 32 bits may lift a probability a little above 1.
            certainty = None if score is None else min(float(score), 1.0)
            found.setdefault(document, []).append(Mention(start, end, kind, certainty))
    except ValidationError as error:
        raise InputError(f"not predictions: {describe(error)}", path=path) from None
    except (pa.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
        raise InputError(f"not predictions that can be read ({type(error).__name__}: {error})", path=path) from None
    return Predictions(info, {name: tuple(mentions) for name, mentions in found.items()})


def name_predictions(paths: Sequence[Path], run: str) -> None:
    """Say that stored predictions are of a run of this name; the mentions stay.

    InputError as of `read_predictions`, before anything is written.
    """
    _, pq = load_arrow()
    tables = []
    for path in paths:
        info = replace(read_predictions(path).info, run=run)
        tables.append(_read_table(pq, path).replace_schema_metadata(_metadata(info)))
    for path, table in zip(paths, tables, strict=True):
        _write(table, path)


def _read_table(pq: Any, path: Path) -> Any:
    # `read_table` loads pandas and all of Arrow's datasets first, which takes longer than the file.
    return pq.ParquetFile(io.BytesIO(path.read_bytes())).read()


def _write(table: Any, path: Path) -> None:
    _, pq = load_arrow()
    with replacing(path) as file:
        pq.write_table(table, file, compression="zstd")


def _metadata(info: PredictionInfo) -> dict[bytes, str]:
    return {_INFO: to_json(info, indent=None).strip()}


def _check_columns(pa: Any, table: Any) -> None:
    """ValueError where a column holds what it should not, or nothing where it must hold something."""
    kinds = {
        "document": lambda kind: pa.types.is_string(getattr(kind, "value_type", kind)),
        "start": pa.types.is_integer,
        "end": pa.types.is_integer,
        "type": lambda kind: pa.types.is_string(getattr(kind, "value_type", kind)),
        "score": pa.types.is_floating,
    }
    for name, fits in kinds.items():
        column = table.column(name)
        if not fits(column.type) or (name != "score" and column.null_count):
            raise ValueError(f"column {name!r} holds {column.type} with {column.null_count} gaps")


def load_arrow() -> tuple[Any, Any]:
    """pyarrow and its Parquet part, which a tagger alone does not need."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError("predictions are Parquet files, which need pyarrow: `pip install pyarrow`") from None
    return pyarrow, pyarrow.parquet
