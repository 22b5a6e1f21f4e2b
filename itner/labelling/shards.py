"""Much text in a folder of Parquet shards, which every stage of the data engine reads and writes in a stream.

A folder of texts holds `texts-00000.parquet` and so on, with one row a text: `id` (unique in the folder), `text`,
`language` (ISO 639-1, null where nobody found out), `source` (what it was read from, without a machine's path). A
folder of labelled texts holds `labelled-00000.parquet`, which has besides `mentions`, a list of `start`, `end`
(characters) and `type`, and `by`, what labelled it. Shards are written under another name and renamed, and
`report.json` comes last: a folder without one is not whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from itner.core.errors import InputError
from itner.core.types import Mention

TEXTS, LABELLED, REPORT = "texts", "labelled", "report.json"
# Texts of a shard, and of a group in it, which is what is in memory at once.
SHARD, GROUP = 50_000, 2_000
# A text of a shard that somebody made is no longer than this, in characters.
LONGEST = 1_000_000
_MENTION = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("type", pa.string())])
_TEXT = [("id", pa.string()), ("text", pa.string()), ("language", pa.string()), ("source", pa.string())]
_SCHEMAS = {
    TEXTS: pa.schema(_TEXT),
    LABELLED: pa.schema([*_TEXT, ("mentions", pa.list_(_MENTION)), ("by", pa.string())]),
}


@dataclass(frozen=True)
class Text:
    """A text before or after it was labelled.

    Attributes:
        language: ISO 639-1; None where nobody found out.
        source: what it was read from.
        mentions: in order, without overlap; of a text that was not labelled, none.
        by: what labelled it; None before.
    """

    id: str
    text: str
    language: str | None
    source: str
    mentions: tuple[Mention, ...] = ()
    by: str | None = None


def write_shards(texts: Iterable[Text], folder: Path, kind: str, shard: int = SHARD) -> int:
    """Write texts into an existing folder, `shard` at most in a file; how many they were.

    Args:
        kind: `TEXTS` or `LABELLED`.
    """
    schema = _SCHEMAS[kind]
    written = number = 0
    writer: pq.ParquetWriter | None = None
    target = hidden = folder
    waiting: list[Text] = []

    def flush() -> None:
        nonlocal writer, target, hidden, number
        if not waiting:
            return
        if writer is None:
            target = folder / f"{kind}-{number:05}.parquet"
            hidden = target.with_name(f".{target.name}.tmp")
            writer = pq.ParquetWriter(hidden, schema, compression="zstd")
            number += 1
        writer.write_table(_table(waiting, schema))
        waiting.clear()

    def close() -> None:
        nonlocal writer
        if writer is not None:
            writer.close()
            hidden.replace(target)
            writer = None

    try:
        for text in texts:
            waiting.append(text)
            written += 1
            if len(waiting) == GROUP:
                flush()
            if written % shard == 0:
                flush()
                close()
        flush()
        close()
    except BaseException:
        if writer is not None:
            writer.close()
            hidden.unlink(missing_ok=True)
        raise
    return written


def read_shards(folder: Path, kind: str) -> Iterator[Text]:
    """The texts of a whole folder, shard after shard, a group in memory at once.

    Raises:
        InputError: there is none, it is not whole, or a shard is not what it is to be.
    """
    paths = _list(folder, kind)
    schema = _SCHEMAS[kind]
    for path in paths:
        try:
            file = pq.ParquetFile(path)
            if file.schema_arrow.names != schema.names:
                raise InputError(
                    f"columns are {', '.join(file.schema_arrow.names)}, not {', '.join(schema.names)}", path=path
                )
            for batch in file.iter_batches(GROUP):
                for row in batch.cast(schema).to_pylist():
                    yield _text(row, path)
        except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
            raise InputError(f"this shard cannot be read ({type(error).__name__})", path=path) from error


def count_shards(folder: Path, kind: str) -> int:
    """How many texts a folder holds, by what its shards say of themselves."""
    try:
        return sum(pq.ParquetFile(path).metadata.num_rows for path in _list(folder, kind))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"a shard cannot be read ({type(error).__name__})", path=folder) from error


def _list(folder: Path, kind: str) -> list[Path]:
    if not (folder / REPORT).is_file():
        raise InputError(
            f"this folder has no {REPORT}, so it is none of ours, or what makes it is not done", path=folder
        )
    paths = sorted(folder.glob(f"{kind}-*.parquet"))
    other = next((name for name in _SCHEMAS if name != kind and any(folder.glob(f"{name}-*.parquet"))), None)
    if not paths and other is not None:
        what = "raw texts; `itner label-batch` labels them" if kind == LABELLED else "labelled texts"
        raise InputError(f"this folder holds no {kind}-*.parquet, but {what}", path=folder)
    return paths


def _text(row: dict[str, object], path: Path) -> Text:
    mentions = tuple(
        Mention(int(each["start"]), int(each["end"]), str(each["type"]))
        for each in row.get("mentions") or ()  # type: ignore[attr-defined]
    )
    text, name = row["text"], row["id"]
    if not isinstance(text, str) or not isinstance(name, str) or len(text) > LONGEST:
        raise InputError("a row has no text or no id, or its text is too long", path=path)
    at = 0
    for mention in mentions:
        if not at <= mention.start < mention.end <= len(text):
            raise InputError(f"the mentions of {name!r} overlap, or lie outside its text", path=path)
        at = mention.end
    language, by = row["language"], row.get("by")
    return Text(
        name,
        text,
        language if isinstance(language, str) else None,
        str(row["source"]),
        mentions,
        by if isinstance(by, str) else None,
    )


def _table(texts: list[Text], schema: pa.Schema) -> pa.Table:
    columns: dict[str, list[object]] = {
        name: [getattr(text, name) for text in texts] for name in schema.names if name != "mentions"
    }
    if "mentions" in schema.names:
        columns["mentions"] = [
            [{"start": m.start, "end": m.end, "type": m.type} for m in text.mentions] for text in texts
        ]
    return pa.table(columns, schema=schema)
