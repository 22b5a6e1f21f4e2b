"""A sample is of the whole corpus, as far as it can be read anywhere; what it says is of what is going to be done."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import run_itner

from itner.bulk.records import read_block
from itner.records.bulk import BulkJob
from itner.records.workspace import Workspace
from itner.workflows import estimate_corpus
from itner.workflows.estimate_corpus import _sample, estimate
from itner.workflows.tag_corpus import Asked, plan

Job = Callable[..., BulkJob]


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate_corpus, "_SAMPLE_BYTES", 8_000)


def lines(count: int, begin: int = 0) -> str:
    return "".join(f"Outlook crashes on PC {number:06}\n" for number in range(begin, begin + count))


def numbers(job: BulkJob) -> list[int]:
    found = [text for block, small in _sample(job) for text in read_block(block, small).texts]
    return [int(text.split()[-1]) for text in found]


def test_one_large_source_is_looked_at_all_over(job: Job) -> None:
    Path("a.log").write_text(lines(10_000))
    found = numbers(job("a.log"))
    assert found[-1] > 9_990
    assert found[0] == 0
    assert len(found) == len(set(found)) == pytest.approx(8_000 / 28, rel=0.1)
    # In each eighth of it.
    assert {number // 1_250 for number in found} == set(range(8))


@pytest.mark.parametrize("count", [1, 3, 290, 400, 1000])
def test_a_small_source_is_counted_once(job: Job, count: int) -> None:
    Path("a.log").write_text(lines(count))
    found = numbers(job("a.log"))
    assert len(found) == len(set(found))
    if count < 250:
        assert found == list(range(count))


def test_of_many_sources_the_first_and_the_last_are_among_the_sample(job: Job) -> None:
    names = [f"{number:02}.log" for number in range(15)]
    for number, name in enumerate(names):
        # Those that are empty take nobody's place.
        Path(name).write_text("" if number % 2 else lines(100, number * 100))
    found = {number // 100 for number in numbers(job(*names))}
    assert found == {0, 2, 4, 6, 8, 10, 12, 14}


def test_of_two_sources_each_is_looked_at_in_several_places(job: Job) -> None:
    for number, name in enumerate(("a.log", "b.log")):
        Path(name).write_text(lines(10_000, number * 10_000))
    assert len({number // 2_500 for number in numbers(job("a.log", "b.log"))}) == 8


@pytest.mark.parametrize("name", ["x.csv", "x.log.gz", "x.parquet"])
def test_other_kinds_are_sampled_as_they_can_be(job: Job, name: str) -> None:
    # Packed text is read a megabyte at a time.
    count = 60_000
    texts = lines(count).splitlines()
    if name == "x.parquet":
        pq.write_table(pa.table({"text": texts}), name)
    elif name == "x.csv":
        Path(name).write_text("text\n" + lines(count))
    else:
        Path(name).write_bytes(gzip.compress(lines(count).encode()))
    found = numbers(job(name, text_columns=() if name == "x.log.gz" else ("text",)))
    assert len(found) == len(set(found)) > 50
    assert (max(found) > 0.95 * count) == (name == "x.parquet")


def test_a_limit_is_part_of_it(place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.log").write_text(lines(10_000))
    whole, few = (estimate(plan(["a.log"], Asked("names", limit=limit), place), place) for limit in (None, 100))
    assert whole.texts == pytest.approx(10_000, rel=0.05)
    assert few.texts == 100
    assert few.hours(1) < whole.hours(1)
    assert whole.hours(2) == pytest.approx(whole.hours(1) / 2)


def test_the_command_says_what_it_counted_with(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text("".join(json.dumps({"body": text}) + "\n" for text in lines(50).splitlines()))
    Path("note.doc").write_text("x")
    words = [
        "--run",
        "names",
        "--output",
        "out",
        "--dry-run",
        "--models",
        str(place.models),
        "--data-root",
        str(place.data),
    ]
    assert run_itner("tag-corpus", "in.jsonl", "--processes", "3", "--threads", "2", *words) == 0
    said = capsys.readouterr().out
    assert "about 50 texts, less than a second with 3 processes of 2 threads" in said
    assert run_itner("tag-corpus", "in.jsonl", "note.doc", *words) == 1


@pytest.mark.parametrize("name", ["a.log.gz", "a.csv.gz"])
def test_what_is_packed_well_is_not_underestimated(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    head = "body\n" if "csv" in name else ""
    Path(name).write_bytes(gzip.compress((head + lines(100_000)).encode()))
    asked = Asked("names", text_columns=("body",) if head else ())
    found = estimate(plan([name], asked, place), place)
    assert found.sample.records < 20_000
    assert found.texts == pytest.approx(100_000, rel=0.02)


def test_each_kind_counts_for_itself(place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Packed, a text takes a fraction of the bytes; in records with much beside it, many times as much.
    Path("a.log.gz").write_bytes(gzip.compress(lines(20_000).encode()))
    rows = (json.dumps({"body": text, "beside": "x" * 500}) for text in lines(3_000).splitlines())
    Path("b.jsonl").write_text("\n".join(rows) + "\n")
    asked = Asked("names", text_columns=("body",))
    found = estimate(plan(["a.log.gz", "b.jsonl"], asked, place), place)
    assert [part.total for part in found.parts] == [Path(name).stat().st_size for name in ("a.log.gz", "b.jsonl")]
    assert found.texts == pytest.approx(23_000, rel=0.02)
    assert found.hours(1) == pytest.approx(sum(part.seconds * part.share for part in found.parts) / 3600)


def test_what_of_the_sample_would_be_left_out_is_said(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text('{"body": "Outlook hangs"}\n{"body": \n{"body": "Windows 11"}\n')
    where = ["--models", str(place.models), "--data-root", str(place.data)]
    assert run_itner("tag-corpus", "in.jsonl", "--run", "names", "--output", "out", "--dry-run", *where) == 0
    assert "of the sample 1 record would be left out" in capsys.readouterr().err
