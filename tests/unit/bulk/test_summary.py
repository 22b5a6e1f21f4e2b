"""What a corpus mentions: the same tables as counting all at once gives, however it was cut and stopped."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from commands import run_itner
from hypothesis import given
from hypothesis import strategies as st

from itner.bulk import summary as module
from itner.bulk.records import Records
from itner.bulk.shards import WORK
from itner.bulk.summary import BY_TYPE, SUMMARY, TOP, summarize, tally, week_of
from itner.core.reading import Marks
from itner.records.bulk import ALL_WEEKS, NO_WEEK, BulkJob, CorpusSummary, Source
from itner.records.codec import from_json
from itner.records.workspace import Workspace


@pytest.mark.parametrize(
    ("said", "week"),
    [
        ("2026-11-29", "2026-W48"),
        ("2026-11-30T23:59:59+02:00", "2026-W49"),
        (" 2026/11/30 08:00", "2026-W49"),
        ("20261130T0800", "2026-W49"),
        ("30.11.2026 08:00", "2026-W49"),
        ("1.2.2026", "2026-W05"),
        ("2026-2-1", "2026-W05"),
        ("2026/2/1 7:30", "2026-W05"),
        ("20261130073000", "2026-W49"),
        ("202611300730", "2026-W49"),
        ("20261130073000Z", "2026-W49"),
        ("2026113007300", NO_WEEK),
        ("202611300730001", NO_WEEK),
        ("1764460800000", NO_WEEK),
        ("2026-2-111", NO_WEEK),
        # Days of a year's first and last week can be of another year.
        ("2027-01-03", "2026-W53"),
        ("2024-12-30", "2025-W01"),
        ("11/30/2026", NO_WEEK),
        ("2026-13-01", NO_WEEK),
        ("30.02.2026", NO_WEEK),
        ("2026-11/30", NO_WEEK),
        ("202611301", NO_WEEK),
        ("1764460800", NO_WEEK),
        ("yesterday", NO_WEEK),
        ("", NO_WEEK),
        (None, NO_WEEK),
    ],
)
def test_weeks_of_days_as_they_are_written(said: str | None, week: str) -> None:
    assert week_of(said) == week


@given(st.dates())
def test_every_day_has_its_week(day: date) -> None:
    year, week, _ = day.isocalendar()
    assert {
        week_of(f"{day:%d.%m}.{day.year:04}"),
        *map(week_of, (day.isoformat(), day.isoformat().replace("-", ""))),
    } == {f"{year:04}-W{week:02}"}


TYPES = ("ERROR", "OS", "SOFTWARE")
DAYS = ["2026-11-29", "2026-11-30", "2025-01-01", "?", None]
WORDS = ["Outlook", "OUTLOOK", "outlook", "Windows  11", "windows 11", "Straße", "STRASSE", "=1+1", "0x5"]
MENTIONS = st.tuples(st.integers(0, 2), st.sampled_from(WORDS))
BLOCKS = st.lists(st.lists(st.tuples(st.sampled_from(DAYS), st.lists(MENTIONS, max_size=4)), max_size=5), max_size=5)


def make_job(date_column: str | None) -> BulkJob:
    return BulkJob(
        (Source("in.jsonl", 1, "", "jsonl"),), ("text",), None, (), "utf-8", None, "names", "patterns", "0" * 64, "it",
        TYPES, None, 0.0, False, "parquet", 1, None, {}, summarized=True, date_column=date_column,
    )  # fmt: skip


@pytest.mark.parametrize("dated", [True, False])
@given(blocks=BLOCKS, most=st.integers(1, 3), rows=st.sampled_from([1, 7, 1000]))
def test_tallies_together_are_the_counts_of_all(
    blocks: list[list[tuple[str | None, list[tuple[int, str]]]]],
    most: int,
    rows: int,
    dated: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("tallies")
    job = make_job("day" if dated else None)
    paths = []
    for number, block in enumerate(blocks):
        records, found = Records(), []
        for text, (day, mentions) in enumerate(block):
            start = 0
            for kind, words in mentions:
                found.append((text, start, start + len(words), kind))
                start += len(words) + 1
            records.texts.append(" ".join(words for _, words in mentions) or "-")
            records.dates += [day] if dated else []
        columns = [[row[place] for row in found] for place in range(4)]
        marks = Marks.of([[]], TYPES) if not found else Marks(*map(_array, columns), _array([0.5] * len(found)))
        paths.append(folder / f"{number}.tally")
        pq.write_table(tally(records, marks, job), paths[-1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST", most)
        found_all = summarize(paths, job, rows)

    texts: Counter[str] = Counter()
    by_type: Counter[tuple[str, str]] = Counter()
    having: Counter[tuple[str, str]] = Counter()
    words: Counter[tuple[str, str, str]] = Counter()
    spelled: dict[str, Counter[tuple[str, str, str]]] = {}
    for day, mentions in (entry for block in blocks for entry in block):
        for week in {week_of(day), ALL_WEEKS} if dated else {ALL_WEEKS}:
            texts[week] += 1
            for kind in {TYPES[kind] for kind, _ in mentions}:
                having[week, kind] += 1
            for kind, said in mentions:
                by_type[week, TYPES[kind]] += 1
                plain = " ".join(said.split())
                words[week, TYPES[kind], plain.casefold()] += 1
                spelled.setdefault(plain.casefold(), Counter())[week, TYPES[kind], plain] += 1
    assert {week: count for week, count in found_all.texts.items() if count} == texts
    assert {(each.week, each.type): (each.mentions, each.texts) for each in found_all.by_type} == {
        key: (count, having[key]) for key, count in by_type.items()
    }
    expected = []
    for week, kind in by_type:
        mine = sorted((-count, said) for (w, k, said), count in words.items() if (w, k) == (week, kind))[:most]
        for count, said in mine:
            shown = min((-n, text) for (w, k, text), n in spelled[said].items() if (w, k) == (week, kind))[1]
            expected.append((week, kind, shown, -count))
    assert sorted((each.week, each.type, each.text, each.mentions) for each in found_all.top) == sorted(expected)
    weeks = [each.week for each in found_all.by_type]
    assert weeks == sorted(weeks, key=lambda week: (week != ALL_WEEKS, week == NO_WEEK, week))


def _array(values: list[float]):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.array(values)


def test_the_command_writes_tables_once(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    days = ["2026-11-29", "2026-11-30 10:00", "11/30/2026"]
    rows = [{"body": "Excel and excel on Windows 11", "day": days[number % 3]} for number in range(90)]
    Path("in.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    given = ["in.jsonl", "--run", "names", "--text-column", "body", "--block", "0.001"]
    where = ["--models", str(place.models), "--data-root", str(place.data)]

    def itner(*words: str) -> int:
        return run_itner("tag-corpus", *given, *words, *where)

    assert itner("--output", "out", "--summary", "--date-column", "day") == 0
    assert "30 texts without a day in day that is known" in capsys.readouterr().err
    found: CorpusSummary = from_json(CorpusSummary, Path("out", SUMMARY).read_bytes())
    assert found.texts == {"all": 90, "2026-W48": 30, "2026-W49": 30, "no date": 30}
    assert {(each.type, each.text, each.mentions) for each in found.top if each.week == "all"} == {
        ("OS", "Windows", 90),
        ("SOFTWARE", "Excel", 180),
        ("VERSION", "11", 90),
    }
    top = list(csv.DictReader(Path("out", TOP).read_text(encoding="utf-8").splitlines()))
    assert {"week": "2026-W48", "type": "SOFTWARE", "text": "Excel", "mentions": "60"} in top
    types = list(csv.DictReader(Path("out", BY_TYPE).read_text(encoding="utf-8").splitlines()))
    assert {"week": "no date", "type": "SOFTWARE", "mentions": "60", "texts_with_it": "30", "texts": "30"} in types
    assert not Path("out", WORK).exists()
    # Without the option nothing of what texts say is written; and days without it are of no use.
    assert itner("--output", "plain") == 0
    assert not Path("plain", SUMMARY).exists()
    assert itner("--output", "other", "--date-column", "day") == 2
    assert itner("--output", "other", "--summary", "--redact", "mask", "--run", "persons") == 2
