"""What a corpus mentions, in tables: a tally of each block, and all of them together, in bounded memory.

Texts are counted by week where a column tells their day. What is mentioned is counted by its words, case ignored, and
shown as it is most often written.
"""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from itner.bulk.records import Records
from itner.core.reading import Marks
from itner.files.writers import harmless_cell
from itner.records.bulk import ALL_WEEKS, NO_WEEK, BulkJob, CorpusSummary, SurfaceCount, TypeCount
from itner.records.codec import to_json
from itner.records.files import write_atomic

SUMMARY, BY_TYPE, TOP = "summary.json", "mentions_by_type.csv", "top_mentions.csv"
MOST = 50
# So many rows of tallies are held at once; where there are more, their words are counted in several turns.
_ROWS = 2_000_000
_DAY = re.compile(
    r"(?:(?P<year>\d{4})(?:(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})|(?P<months>\d{2})(?P<days>\d{2})"
    r"(?:\d{4}|\d{6})?)|(?P<first>\d{1,2})\.(?P<second>\d{1,2})\.(?P<last>\d{4}))(?!\d)"
)
# As much as tells the day, with and without a time in digits right behind it.
_LONGEST_DAY, _LONGEST_TIME = 11, 15
# A row counts texts of a week (no type), mentions of a type (no words), or mentions of words as they were written.
_SCHEMA = pa.schema(
    [
        ("week", pa.string()),
        ("type", pa.int16()),
        ("words", pa.string()),
        ("written", pa.string()),
        ("part", pa.uint32()),
        ("mentions", pa.int64()),
        ("texts", pa.int64()),
    ]
)


@lru_cache(maxsize=4096)
def _week_of(day: str) -> str:
    found = _DAY.match(day)
    if found is None:
        return NO_WEEK
    said = found.groupdict()
    year = said["year"] or said["last"]
    month = said["month"] or said["months"] or said["second"]
    number = said["day"] or said["days"] or said["first"]
    try:
        known = date(int(year), int(month), int(number)).isocalendar()
    except ValueError:
        return NO_WEEK
    return f"{known.year:04}-W{known.week:02}"


def week_of(said: str | None) -> str:
    """The ISO week of a day as people and systems write it, year or day first; `NO_WEEK` where it is none.

    A time after it is ignored, and so is its zone. Days with the month first are not known from others, and are none.
    """
    if not said:
        return NO_WEEK
    said = said.lstrip()
    return _week_of(said[: _LONGEST_TIME if said[:8].isdecimal() else _LONGEST_DAY])


def tally(records: Records, marks: Marks, job: BulkJob) -> Any:
    """The counts of a block, as a table that `summarize` reads."""
    weeks = list(map(week_of, records.dates)) if job.date_column else [ALL_WEEKS] * len(records)
    rows: list[tuple[str, int | None, str | None, str | None, int, int, int]] = []
    rows += [(week, None, None, None, 0, 0, count) for week, count in Counter(weeks).items()]
    mentions = Counter(zip((weeks[text] for text in marks.texts.tolist()), marks.types.tolist(), strict=True))
    pairs = np.unique(np.column_stack([marks.texts, marks.types]), axis=0)
    texts = Counter((weeks[text], kind) for text, kind in pairs.tolist())
    rows += [(*key, None, None, 0, count, texts[key]) for key, count in mentions.items()]
    places = zip(*(each.tolist() for each in (marks.texts, marks.starts, marks.ends, marks.types)), strict=True)
    written = Counter(
        (weeks[text], kind, " ".join(records.texts[text][start:end].split())) for text, start, end, kind in places
    )
    for (week, kind, said), count in written.items():
        words = said.casefold()
        rows.append((week, kind, words, said, zlib.crc32(words.encode()), count, 0))
    return pa.Table.from_pylist([dict(zip(_SCHEMA.names, row, strict=True)) for row in rows], _SCHEMA)


def summarize(tallies: Sequence[Path], job: BulkJob, rows: int = _ROWS) -> CorpusSummary:
    """The tallies of all blocks together.

    Args:
        rows: that are held at once.
    """
    size = sum(pq.read_metadata(path).num_rows for path in tallies)
    turns = max(1, -(-size // rows))
    texts: Counter[str] = Counter()
    # By week and type.
    mentions: Counter[tuple[str, int]] = Counter()
    having: Counter[tuple[str, int]] = Counter()
    found: list[tuple[str, int, int, str, str]] = []
    for turn in range(turns):
        parts = []
        for path in tallies:
            table = pq.read_table(path)
            if not turn:
                for row in table.filter(pc.is_null(table["words"])).to_pylist():
                    if row["type"] is None:
                        texts[row["week"]] += row["texts"]
                    else:
                        mentions[row["week"], row["type"]] += row["mentions"]
                        having[row["week"], row["type"]] += row["texts"]
            table = table.filter(pc.is_valid(table["words"]))
            if turns > 1:
                table = table.filter(pa.array(table["part"].to_numpy() % turns == turn))
            parts.append(table.select(["week", "type", "words", "written", "mentions"]))
        if parts:
            found += _top(pa.concat_tables(parts), dated=job.date_column is not None)
    top = [each for _, group in groupby(sorted(found), key=lambda row: row[:2]) for each in islice(group, MOST)]
    names = job.types
    if job.date_column is not None:
        texts[ALL_WEEKS] = texts.total()
        for counts in (mentions, having):
            for (_, kind), count in list(counts.items()):
                counts[ALL_WEEKS, kind] += count
    return CorpusSummary(
        run=job.run,
        variant=job.variant,
        model_sha256=job.model_sha256,
        domain=job.domain,
        types=job.types,
        threshold=job.threshold,
        sources=len(job.sources),
        date_column=job.date_column,
        texts={week: texts[week] for week in sorted(texts, key=_order)},
        by_type=tuple(
            TypeCount(week, names[kind], mentions[week, kind], having[week, kind])
            for week, kind in sorted(mentions, key=lambda key: (_order(key[0]), key[1]))
        ),
        top=tuple(
            SurfaceCount(week, names[kind], written, -count)
            for week, kind, count, _, written in sorted(top, key=lambda row: (_order(row[0]), *row[1:]))
        ),
    )


def _order(week: str) -> tuple[bool, str]:
    # All of them come first, those without one last.
    return week != ALL_WEEKS, "~" if week == NO_WEEK else week


def _top(table: Any, dated: bool) -> Iterator[tuple[str, int, int, str, str]]:
    """Of each week and type what is mentioned most, as week, type, mentions below zero, words, as mostly written."""
    tables = [table]
    if dated:
        tables.append(table.set_column(0, "week", pa.array([ALL_WEEKS] * len(table), pa.string())))
    for each in tables:
        written = _sum(each, "week", "type", "words", "written")
        rows = _sum(written, "week", "type", "words").sort_by(
            [("week", "ascending"), ("type", "ascending"), ("mentions", "descending"), ("words", "ascending")]
        )
        # Only what is among the first is looked at one by one.
        first = rows.filter(pa.array(_is_first(rows)))
        spelled = written.join(first.select(["week", "type", "words"]), ["week", "type", "words"], join_type="inner")
        best: dict[tuple[str, int, str], tuple[int, str]] = {}
        for row in spelled.to_pylist():
            key, known = (row["week"], row["type"], row["words"]), (-row["mentions"], row["written"])
            best[key] = min(best.get(key, known), known)
        for row in first.to_pylist():
            said = best[row["week"], row["type"], row["words"]][1]
            yield row["week"], row["type"], -row["mentions"], row["words"], said


def _sum(table: Any, *keys: str) -> Any:
    return (
        table.group_by(list(keys), use_threads=False)
        .aggregate([("mentions", "sum")])
        .rename_columns([*keys, "mentions"])
    )


def _is_first(rows: Any) -> np.ndarray:
    """Of rows in the order of week and type, which are among the first `MOST` of theirs."""
    if not len(rows):
        return np.zeros(0, bool)
    weeks = rows["week"].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    groups = weeks.astype(np.int64) * 2**16 + rows["type"].to_numpy()
    begins = np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1])))
    sizes = np.diff(np.concatenate((begins, [len(groups)])))
    return np.arange(len(groups)) - begins.repeat(sizes) < MOST


def write_summary(folder: Path, summary: CorpusSummary) -> None:
    """The summary as the dashboard opens it, and as tables for others."""
    write_atomic(
        folder / BY_TYPE,
        _table(
            ("week", "type", "mentions", "texts_with_it", "texts"),
            ((each.week, each.type, each.mentions, each.texts, summary.texts[each.week]) for each in summary.by_type),
        ),
    )
    write_atomic(
        folder / TOP,
        _table(
            ("week", "type", "text", "mentions"),
            ((each.week, each.type, harmless_cell(each.text), each.mentions) for each in summary.top),
        ),
    )
    write_atomic(folder / SUMMARY, to_json(summary))


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue()
