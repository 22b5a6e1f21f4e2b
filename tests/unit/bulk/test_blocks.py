"""Every record is in exactly one block, wherever the cuts fall."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itner.bulk import blocks as cutting
from itner.bulk import records as reading
from itner.bulk.blocks import Block, cut_blocks
from itner.bulk.columns import find_table
from itner.bulk.records import Records, read_block
from itner.bulk.sources import ChangedError, find_sources, open_source
from itner.core.errors import InputError
from itner.files.delimited import RowReader
from itner.records.bulk import BulkJob

Job = Callable[..., BulkJob]
SLOW = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=12), max_size=40)
CELLS = st.lists(
    st.tuples(st.text(st.sampled_from('ab,"\n\r;é '), max_size=10), st.text(st.sampled_from("xy"), min_size=1)),
    max_size=30,
)
TEXTS = st.lists(st.one_of(st.none(), st.text("ab ", max_size=6)), max_size=5000)


def read_all(job: BulkJob) -> Iterator[tuple[Block, Records]]:
    for block in cut_blocks(job):
        yield block, read_block(block, job)


def list_texts(job: BulkJob) -> list[tuple[str, str]]:
    found = [pair for _, records in read_all(job) for pair in zip(records.ids, records.texts, strict=True)]
    stored = sum(block.stored for block in cut_blocks(job))
    assert stored == sum(source.size for source in job.sources) or not found
    assert [block.number for block in cut_blocks(job)] == list(range(len(list(cut_blocks(job)))))
    return found


def pack(data: bytes, name: str) -> None:
    kind = name.rsplit(".", 1)[-1]
    if kind == "zst":
        with pa.output_stream(name, compression="zstd") as out:
            out.write(data)
    else:
        Path(name).write_bytes({"gz": gzip.compress, "bz2": bz2.compress}.get(kind, bytes)(data))


@SLOW
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(1, 60), st.sampled_from(["log", "log.gz"]))
def test_lines(job: Job, lines: list[str], end: str, ended: bool, size: int, suffix: str) -> None:
    data = (end.join(lines) + (end if ended else "")).encode()
    pack(data, f"x.{suffix}")
    expected = []
    place = 0
    for line in data.split(b"\n"):
        text = line.removesuffix(b"\r").decode()
        if text.strip() and not reading.is_blank(text):
            expected.append((f"x.{suffix}:{place}", text.removeprefix("\ufeff") if place == 0 else text))
        place += len(line) + 1
    found = list_texts(job(f"x.{suffix}", block_bytes=size))
    assert [text for _, text in found if not reading.is_blank(text)] == [text for _, text in expected if text.strip()]
    assert found == expected or not data.strip()


@SLOW
@given(CELLS, st.integers(1, 40), st.sampled_from(["csv", "csv.gz", "csv.zst", "csv.bz2"]))
def test_rows_of_tables(job: Job, cells: list[tuple[str, str]], size: int, suffix: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([("text", "key"), *cells])
    pack(out.getvalue().encode(), f"x.{suffix}")
    made = job(f"x.{suffix}", block_bytes=size, text_columns=("text",), id_column="key", carried=("key", "text"))
    rows = [(text, key) for text, key in csv.reader(io.StringIO(out.getvalue()))][1:]
    expected = [(key, text) for text, key in rows if not reading.is_blank(text)]
    assert list_texts(made) == expected
    carried = [text for _, records in read_all(made) for text in records.carried["text"]]
    assert carried == [text for _, text in expected]


@SLOW
@given(TEXTS, st.integers(1, 900), st.integers(1, 9), st.integers(1, 20))
def test_rows_of_parquet(job: Job, texts: list[str | None], group: int, size: int, at_once: int) -> None:
    pq.write_table(pa.table({"text": pa.array(texts, pa.string())}), "x.parquet", row_group_size=group)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_ROWS", at_once)
        patch.setattr(cutting, "_ROWS_AT_LEAST", 3)
        found = list_texts(job("x.parquet", block_bytes=size, text_columns=("text",)))
    expected = [(f"x.parquet:{number}", text) for number, text in enumerate(texts, 1) if text and text.strip()]
    assert found == expected


def test_small_files_share_a_block_and_large_ones_are_cut(job: Job) -> None:
    for number in range(5):
        Path(f"{number}.log").write_text("aaaa\n" * 4)
    Path("large.log").write_text("bbbb\n" * 100)
    found = list(read_all(job(*[f"{number}.log" for number in range(5)], "large.log", block_bytes=60)))
    assert [len(records) for _, records in found][:3] == [12, 8 + 12, 12]
    assert sum(len(records) for _, records in found) == 120


@pytest.mark.parametrize("suffix", ["log", "log.gz"])
def test_what_is_no_record_is_left_out_and_named_with_its_place(
    job: Job, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (cutting, reading):
        monkeypatch.setattr(module, "LONGEST_RECORD", 50)
        monkeypatch.setattr(module, "_READ", 16)
    data = b"first\n" + b"x" * 200 + b"\nafter\n\xff\xfe bad\n" + b"y" * 51 + b"\n" + b"z" * 50 + b"\nlast"
    pack(data, f"x.{suffix}")
    for size in (1, 7, 40, 1000):
        found = list(read_all(job(f"x.{suffix}", block_bytes=size)))
        texts = [text for _, records in found for text in records.texts]
        assert texts == ["first", "after", "z" * 50, "last"], size
        left = [each for _, records in found for each in records.left_out]
        assert [(each.place, each.reason[:12]) for each in sorted(left, key=lambda each: each.place)] == [
            (6, "longer than "),
            (213, "not utf-8: b"),
            (220, "longer than "),
        ]


def test_json_that_holds_no_text_says_why(job: Job) -> None:
    lines = ['{"a": {"b": "deep"}, "id": 7}', '{"a.b": "dotted", "id": null}', "{", "[1]", '{"a": {"b": ["x"]}}',
             '{"a": {"b": 5}, "id": {"k": 1}}', '{"a": {"b": " "}}', '{"a": {}}', '{"a": {"b": "\\ud800"}}',
             "[" * 100_000]  # fmt: skip
    Path("x.jsonl").write_text("\n".join(lines))
    ((_, records),) = read_all(job("x.jsonl", text_columns=("a.b",), id_column="id", block_bytes=10**6))
    assert list(zip(records.ids, records.texts, strict=True)) == [
        ("7", "deep"),
        ("x.jsonl:30", "dotted"),
        ('{"k": 1}', "5"),
    ]
    assert records.without_text == 2
    assert [each.reason for each in records.left_out] == [
        "not JSON: Expecting property name enclosed in double quotes",
        "no object, but list",
        "'a.b' holds no text, but list",
        "holds half of a surrogate pair",
        "not JSON: nested too deeply",
    ]


def test_several_columns_of_text_are_read_apart(job: Job) -> None:
    Path("x.csv").write_text("\ufefftitle;body;team\nOne;Two;A\nThree;;B\nto;few\n", encoding="utf-8")
    made = job("x.csv", text_columns=("title", "body"), carried=("team",))
    ((_, records),) = read_all(made)
    assert list(zip(records.columns, records.texts, records.carried["team"], strict=True)) == [
        ("title", "One", "A"),
        ("body", "Two", "A"),
        ("title", "Three", "B"),
    ]
    assert [(each.place, each.reason) for each in records.left_out] == [(3, "2 cells under a header of 3")]


@pytest.mark.parametrize("head", ["sep=|\n", "", "\ufeff", '\ufeff"sep=|"\r\n', "\n"])
def test_what_separates_a_table_is_said_or_seen(job: Job, head: str) -> None:
    # More commas and semicolons than bars, though not as even.
    rows = [
        f"{number}|The printer hangs; it blinks, and nobody knows why {', and' * (number % 7)}" for number in range(40)
    ]
    Path("x.csv").write_text(head + "\n".join(["id|text", *rows]), encoding="utf-8")
    found = list_texts(job("x.csv", text_columns=("text",), id_column="id"))
    assert [name for name, _ in found] == list(map(str, range(40)))
    table = find_table(find_sources(["x.csv"]).sources, (), "utf-8", None)
    assert table is not None
    assert table.texts == ("text",)


def test_rows_of_nothing_take_no_end_of_memory(job: Job) -> None:
    Path("x.csv").write_text("a,text\n" + "1,\n" * 100 + "1\n" * 100)
    found = list(read_all(job("x.csv", text_columns=("text",), block_bytes=640)))
    assert len(found) == 20
    assert sum(records.without_text for _, records in found) == 100
    assert sum(len(records.left_out) for _, records in found) == 100


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.csv", b"a,b\n1,2\n", "no column 'text'; there are a, b"),
        ("x.parquet", b"PAR1 not at all", "ArrowInvalid"),
        ("x.jsonl.gz", b"\x1f\x8b\x08 no", "OSError"),
        ("x.jsonl.gz", gzip.compress(random.Random(1).randbytes(50_000) + b"\n")[:-9_000], "OSError"),
    ],
    ids=["column", "parquet", "gzip", "cut off"],
)
def test_a_source_that_cannot_be_read_costs_the_others_nothing(job: Job, name: str, data: bytes, reason: str) -> None:
    Path(name).write_bytes(data)
    Path("y.jsonl").write_text('{"text": "here"}\n')
    made = job(name, "y.jsonl", text_columns=("text",))
    found = list(read_all(made))
    assert [text for _, records in found for text in records.texts] == ["here"]
    (unread,) = (records.unread for _, records in found if records.unread)
    assert unread[name].startswith(reason)
    assert sum(block.stored for block, _ in found) == sum(source.size for source in made.sources)


def test_sources_are_found_once_and_named_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("in/b.log", "in/deep/a.log.gz", "in/c.doc", "in/.hidden.log", "d.jsonl"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x")
    found = find_sources(["in", "in/b.log", "d.jsonl"])
    assert [(each.address, each.form, each.packing) for each in found.sources] == [
        ("d.jsonl", "jsonl", ""),
        ("in/b.log", "lines", ""),
        ("in/deep/a.log.gz", "lines", "gzip"),
    ]
    assert found.problems == {"in/c.doc": ".doc is no kind that is read here"}
    assert [each.address for each in find_sources(["in/*.log", "./in/deep/"]).sources] == [
        "./in/deep/a.log.gz",
        "in/b.log",
    ]
    assert [each.address for each in find_sources([str(tmp_path / "in" / "*.log")]).sources] == [
        str(tmp_path / "in" / "b.log")
    ]
    assert [each.form for each in find_sources(["in/c.doc"], "lines").sources] == ["lines"]
    memory = "memory://bulk/one.jsonl"
    import fsspec

    with fsspec.open(memory, "wb") as file:
        file.write(b'{"text": "x"}\n')
    assert [each.address for each in find_sources(["memory://bulk/"]).sources] == ["memory:///bulk/one.jsonl"]
    wrong = {"gone": "cannot be read", "in/*.csv": "no such file", "in/c.doc": "no kind", "nope://x": "no address"}
    for name, said in wrong.items():
        with pytest.raises(InputError, match=said):
            find_sources([name])


def test_a_name_is_a_pattern_only_where_nothing_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {"a[1]/one.log": "of a folder", "b*.txt": "a star", "b1.txt": "beside it", "c[2].log": "brackets"}
    for name, text in texts.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    for name, below in (("b*.txt", "b*.txt"), ("c[2].log", "c[2].log"), ("a[1]", "a[1]/one.log")):
        (source,) = find_sources([name]).sources
        assert source.address == below
        with open_source(source) as file:
            assert file.read().decode() == texts[below]
    # What a pattern finds may be called like one, too.
    for source in find_sources(["b?.txt", "*[]].log"]).sources:
        with open_source(source) as file:
            assert file.read().decode() == texts[source.address]
    # One file, however it is named.
    Path("link.txt").symlink_to("b1.txt")
    assert [each.address for each in find_sources(["b1.txt", "./b1.txt", "a[1]/../b1.txt", "link.txt"]).sources] == [
        "b1.txt"
    ]


def test_what_is_hidden_is_read_where_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("in/a.log", "in/.b.log", "in/.git/c.log", "in/deep/.d/e.log"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x")
    for name, found in (
        ("in", ["in/a.log"]),
        ("in/*", ["in/a.log"]),
        ("in/**", ["in/a.log"]),
        ("in/.b.log", ["in/.b.log"]),
        ("in/.git", ["in/.git/c.log"]),
        ("in/.*.log", ["in/.b.log"]),
        ("in/deep/.d/*.log", ["in/deep/.d/e.log"]),
    ):
        assert [each.address for each in find_sources([name]).sources] == found, name


def test_what_parquet_has_beside_texts_goes_along_as_text(job: Job) -> None:
    day = datetime(2026, 11, 29, 8, tzinfo=UTC)
    rows = [{"text": "a", "tags": [1, 2], "at": day, "deep": {"x": day}}, {"text": "b", "tags": None, "at": None}]
    pq.write_table(pa.Table.from_pylist(rows), "x.parquet")
    made = job("x.parquet", block_bytes=10_000, text_columns=("text",), carried=("tags", "at", "deep"))
    ((_, records),) = read_all(made)
    assert records.carried == {
        "tags": ["[1, 2]", None],
        "at": ["2026-11-29 08:00:00.000000Z", None],
        "deep": ['{"x": "2026-11-29 08:00:00+00:00"}', None],
    }
    ((_, none),) = read_all(job("x.parquet", block_bytes=10_000, text_columns=("tags",)))
    assert none.unread == {"x.parquet": "column 'tags' holds list<element: int64>, which is no text"}


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.log", "x.csv.gz", "x.jsonl.zst"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_utf_16_is_told(job: Job, name: str, encoding: str) -> None:
    pack("id,text\n1,Büro\n".encode("utf-16"), name)
    columns = () if name == "x.log" else ("text",)
    ((_, records),) = read_all(job(name, block_bytes=10_000, text_columns=columns, encoding=encoding))
    assert records.unread == {name: "is UTF-16, which cannot be cut by bytes; convert it to UTF-8 first"}
    assert not len(records)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_lines_of_utf_16_without_a_mark_are_told_and_a_gap_in_a_log_is_none(job: Job, encoding: str) -> None:
    Path("x.log").write_bytes("Outlook hangs on Windows 11\nTeams too\n".encode(encoding))
    ((_, records),) = read_all(job("x.log", block_bytes=10_000))
    # What is left behind the last end of a line says nothing.
    assert not "".join(records.texts).strip("\0")
    assert {each.reason for each in records.left_out} == {
        "a NUL at every second place, as in UTF-16; convert it to UTF-8 first"
    }
    # A few of them are where a machine without power stopped writing.
    Path("y.log").write_bytes(b"Outlook hangs on Windows\0\0\0\0\n")
    ((_, records),) = read_all(job("y.log", block_bytes=10_000))
    assert (len(records), records.left_out) == (1, [])


def test_names_are_shown_as_far_as_they_can_be() -> None:
    assert cutting.list_names(["a", "b\0c", "\udcff"]) == "a, b\ufffdc, \ufffd"
    assert len(cutting.list_names(["x" * 400] * 9)) == 500


@pytest.mark.parametrize("at", [3, 150, 299])
@pytest.mark.parametrize("column", [1, 2])
@pytest.mark.parametrize("closed_at", [None, 200, 4])
def test_a_quotation_mark_that_nothing_closes_costs_its_row_alone(
    job: Job, at: int, column: int, closed_at: int | None
) -> None:
    rows = [[str(number), f"team {number}", f"Excel {number} hangs"] for number in range(1, 301)]
    for number in {at, closed_at} - {None}:
        rows[number - 1][column] = f'"{rows[number - 1][column]}'
    # Marks within a cell are part of it, and cells of several lines are what they are.
    rows[9][2] = '"He said ""no"",\nand, well, left"'
    rows[19][2] = 'a 14" screen'
    Path("x.csv").write_text("id,team,body\n" + "\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    made = job("x.csv", text_columns=("body",), id_column="id", block_bytes=3000)
    found = list(read_all(made))
    texts = {name: text for _, records in found for name, text in zip(records.ids, records.texts, strict=True)}
    left = [each for _, records in found for each in records.left_out]
    lost = {at, closed_at} - {None}
    assert set(texts) >= {str(number) for number in range(1, 301)} - {str(number) for number in lost}
    assert len(texts) + len(left) == 300
    assert {each.reason for each in left} <= {RowReader.OPEN}
    assert texts["10"] == 'He said "no",\nand, well, left'
    assert texts["20"] == 'a 14" screen'


def test_quotation_marks_may_have_a_backslash_in_front(job: Job) -> None:
    rows = [f'{number},"say \\"Excel {number}\\", and Word"' for number in range(20)]
    Path("x.csv").write_text("id,body\n" + "\n".join(rows) + "\n", encoding="utf-8")
    texts = [text for _, text in list_texts(job("x.csv", text_columns=("body",), id_column="id"))]
    assert texts == [f'say "Excel {number}", and Word' for number in range(20)]


def test_a_long_cell_is_whole_or_left_out_by_itself(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "Excel " * 250_000
    Path("x.csv").write_text(f"id,body\n1,Word\n2,{long}\n3,Teams\n", encoding="utf-8")
    made = job("x.csv", text_columns=("body",), id_column="id")
    assert [len(text) for _, text in list_texts(made)] == [4, len(long), 5]
    for module in (cutting, reading):
        monkeypatch.setattr(module, "LONGEST_RECORD", 1000)
    found = list(read_all(made))
    assert [name for _, records in found for name in records.ids] == ["1", "3"]
    (left,) = (each for _, records in found for each in records.left_out)
    assert (left.place, left.reason) == (2, "a cell is longer than 1,000 characters")
    pq.write_table(pa.table({"body": ["Word", long, "Teams"]}), "x.parquet")
    ((_, records),) = read_all(job("x.parquet", text_columns=("body",)))
    assert records.texts == ["Word", "Teams"]
    assert [each.place for each in records.left_out] == [2]


def test_half_a_character_costs_its_record_alone(job: Job) -> None:
    lines = ['{"b": "one", "id": "\\ud800"}', '{"b": "two", "id": "2", "c": {"x": ["\\udfff"]}}',
             '{"b": "three", "id": "3", "c": NaN}', '{"b": NaN, "id": "4"}', '{"b": "five", "id": ""}',
             '{"b": ' + "9" * 5000 + "}"]  # fmt: skip
    Path("x.jsonl").write_text("\n".join(lines))
    made = job("x.jsonl", text_columns=("b",), id_column="id", carried=("c",), block_bytes=10**6)
    ((_, records),) = read_all(made)
    assert records.texts == ["three", "five"]
    assert (records.ids[0], records.carried["c"], records.without_text) == ("3", [None, None], 1)
    assert records.ids[1].startswith("x.jsonl:")
    assert [each.reason for each in records.left_out] == [
        "'id' holds half of a surrogate pair",
        "'c' holds half of a surrogate pair",
        "not JSON: a number is too long",
    ]


def test_parquet_with_bytes_that_are_no_text_and_a_name_that_stands_twice(job: Job) -> None:
    raw = pa.array([b"fine", b"b\xffd", b"well"]).cast(pa.binary())
    body = pa.StringArray.from_buffers(3, raw.buffers()[1], raw.buffers()[2])
    days = pa.array([2**40, 1, 2], pa.timestamp("s"))
    pq.write_table(pa.Table.from_arrays([body, body.slice(0), days], ["body", "body", "far"]), "x.parquet")
    made = job("x.parquet", text_columns=("body",), carried=("far",))
    ((_, records),) = read_all(made)
    assert records.texts == ["fine", "well"]
    assert [(each.place, each.reason) for each in records.left_out] == [(2, "not utf-8")]
    # What nobody asked for is not looked into.
    table = find_table(made.sources, (), "utf-8", None)
    assert table is not None
    assert table.texts == ("body",)
    assert table.count_repeated(["body", "far"]) == {"body": 2}


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.parquet", "x.jsonl.gz"])
@pytest.mark.parametrize("change", ["cut", "grown", "replaced", "gone"])
def test_what_changes_after_it_was_found_is_no_source_any_more(job: Job, name: str, change: str) -> None:
    rows = [{"body": f"Excel {number} hangs"} for number in range(50)]
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(rows), name)
    elif name.endswith("csv"):
        Path(name).write_text("body\n" + "\n".join(row["body"] for row in rows) + "\n")
    else:
        pack("\n".join(map(json.dumps, rows)).encode(), name)
    made = job(name, text_columns=("body",))
    data = Path(name).read_bytes()
    if change == "gone":
        Path(name).unlink()
    else:
        changed = {"cut": data[: len(data) // 2], "grown": data + data, "replaced": data[::-1]}[change]
        Path(name).write_bytes(changed)
        os.utime(name, ns=(1, 1))
    with pytest.raises(ChangedError, match="any more" if change == "gone" else "has changed"):
        list(read_all(made))


def test_whole_lines_before_damage_are_read(job: Job) -> None:
    lines = [f"Excel {number} hangs {random.Random(number).getrandbits(400):x}" for number in range(30_000)]
    Path("x.log.gz").write_bytes(gzip.compress("\n".join(lines).encode())[:-200_000])
    found = list(read_all(job("x.log.gz", block_bytes=2**20)))
    texts = [text for _, records in found for text in records.texts]
    assert texts == lines[: len(texts)]
    assert 0.7 * len(lines) < len(texts) < len(lines)
    assert [reason for _, records in found for reason in records.unread] == ["x.log.gz"]
