"""A corpus is tagged once and whole, however often it is stopped."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import run_itner
from filelock import FileLock

from itner.bulk import core
from itner.bulk import pool as pool_module
from itner.bulk.core import mark_texts
from itner.bulk.shards import LOCK, hash_text
from itner.core.errors import InputError
from itner.core.reading import Marks
from itner.core.stopwatch import Stopwatch
from itner.domains.registry import get_domain
from itner.records.bulk import BulkManifest, BulkTimings
from itner.records.codec import from_json, to_json
from itner.records.workspace import Workspace
from itner.taggers.rules.tagger import RulesTagger
from itner.workflows import tag_corpus as workflow
from itner.workflows.tag_corpus import Asked, plan, tag_corpus

TEXTS = [
    "Outlook 16.0 crashes on Windows 11 with 0x80070005",
    "nothing to see",
    "Excel hangs.\nReboot of the ThinkPad T480 did not help.",
    "Outlook 16.0 crashes on Windows 11 with 0x80070005",
    "Grüße aus München: Teams 1.5 ✅",
    "Ubuntu 22.04 and macOS 13 are fine. " * 1_200,
] * 7


@pytest.fixture(autouse=True)
def tickets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [{"key": f"T-{number}", "body": text, "team": number % 3} for number, text in enumerate(TEXTS)]
    Path("in.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n{broken\n", encoding="utf-8")


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("timings.json", LOCK))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def read_rows(folder: Path) -> list[dict[str, object]]:
    return [row for path in sorted(folder.glob("tagged-*.parquet")) for row in pq.read_table(path).to_pylist()]


ASKED = Asked("names", text_columns=("body",), id_column="key", carried=("team",), block_bytes=60_000)


def test_every_text_is_tagged_as_it_is_by_itself(place: Workspace) -> None:
    manifest = tag_corpus(plan(["in.jsonl"], ASKED, place), Path("out"), place, 2)
    rows = read_rows(Path("out"))
    assert [row["id"] for row in rows] == [f"T-{number}" for number in range(len(TEXTS))]
    assert [row["team"] for row in rows] == [str(number % 3) for number in range(len(TEXTS))]
    assert [row["text_hash"] for row in rows] == list(map(hash_text, TEXTS))
    alone = [RulesTagger(get_domain("it")).tag([text])[0] for text in TEXTS]
    assert [
        [(each["start"], each["end"], each["type"], each["score"]) for each in row["mentions"]]  # type: ignore[attr-defined]
        for row in rows
    ] == [[(each.start, each.end, each.type, each.score) for each in found] for found in alone]
    counts = manifest.counts
    assert (counts.records, counts.left_out, counts.characters) == (len(TEXTS), 1, sum(map(len, TEXTS)))
    assert sum(counts.mentions.values()) == sum(map(len, alone)) > 100
    assert len(manifest.shards) > 3
    left_out = [line for path in Path("out/left_out").iterdir() for line in path.read_text("utf-8").splitlines()]
    assert [json.loads(line)["reason"] for line in left_out] == [
        "not JSON: Expecting property name enclosed in double quotes"
    ]
    assert from_json(BulkManifest, Path("out/manifest.json").read_bytes()) == manifest
    timings: BulkTimings = from_json(BulkTimings, Path("out/timings.json").read_bytes())
    assert timings.tagged == counts
    assert set(timings.stages) == {"read", "tag", "write"}
    # Called again, there is nothing to do, and nothing changes.
    before = digest(Path("out"))
    assert tag_corpus(plan(["in.jsonl"], ASKED, place), Path("out"), place, 2) == manifest
    assert digest(Path("out")) == before


class Interruption(Exception):
    pass


def test_what_was_stopped_goes_on_to_the_same(place: Workspace) -> None:
    whole = tag_corpus(plan(["in.jsonl"], ASKED, place), Path("whole"), place, 1)
    heard: list[float] = []

    def stop(message: str, share: float) -> None:
        heard.append(share)
        if len(heard) % 3 == 0:
            raise Interruption

    for _ in range(30):
        try:
            manifest = tag_corpus(plan(["in.jsonl"], ASKED, place), Path("stopped"), place, 2, progress=stop)
            break
        except Interruption:
            assert heard[-1] == 1.0 or not Path("stopped/manifest.json").exists()
    assert manifest == whole
    assert digest(Path("stopped")) == digest(Path("whole"))
    # It did not begin anew each time.
    assert max(heard) > 0.9
    assert heard.count(0.0) == 1


def test_a_receipt_without_its_shard_counts_for_nothing(place: Workspace) -> None:
    planned = plan(["in.jsonl"], ASKED, place)
    shards = workflow.Shards(Path("out"), planned.job)
    Path("out").mkdir()
    shards.begin()
    worker = workflow_worker(planned, place)
    blocks = list(workflow.cut_blocks(planned.job))
    for block in blocks[:3]:
        worker.do(block)
    assert sorted(shards.done()) == [0, 1, 2]
    Path("out/tagged-000001.parquet").unlink()
    assert sorted(shards.done()) == [0, 2]
    # A receipt of nobody's, and one that says something else.
    receipt = Path("out/.work/000002.json").read_text()
    Path("out/.work/000099.json").write_text(receipt)
    Path("out/.work/000003.json").write_text("")
    assert sorted(shards.done()) == [0, 2]
    # As a machine without power leaves it.
    Path("out/tagged-000000.parquet").write_bytes(b"")
    assert sorted(shards.done()) == [2]


def test_what_changed_since_it_was_written_is_no_work_that_is_done(place: Workspace) -> None:
    planned = plan(["in.jsonl"], ASKED, place)
    manifest = tag_corpus(planned, Path("out"), place, 1)
    assert tag_corpus(planned, Path("out"), place, 1) == manifest
    (left_out,) = Path("out/left_out").iterdir()
    for path, change in (
        (Path("out/tagged-000001.parquet"), lambda path: path.write_bytes(path.read_bytes()[:-1])),
        (Path("out/tagged-000001.parquet"), Path.unlink),
        (left_out, Path.unlink),
    ):
        before = path.read_bytes()
        change(path)
        with pytest.raises(InputError, match=f"1 file of the output changed .*, such as .*{path.name}"):
            tag_corpus(planned, Path("out"), place, 1)
        path.write_bytes(before)


def test_a_call_that_was_killed_before_it_said_what_it_is_about(place: Workspace) -> None:
    Path("out/.work").mkdir(parents=True)
    Path("out/.lock").touch()
    Path("out/.job.json.123.0123abcd.tmp").write_text("{")
    assert tag_corpus(plan(["in.jsonl"], ASKED, place), Path("out"), place, 1).counts.records == len(TEXTS)


def test_a_damaged_table_stops_no_other(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    Path("all").mkdir()
    Path("in.jsonl").rename("all/z.jsonl")
    for name, data in (("a.parquet", b"PAR1"), ("b.jsonl.gz", b"no gzip"), ("c.csv", b"\xff\xfea\0"), ("d.jsonl", b"")):
        Path(f"all/{name}").write_bytes(data)
    Path("all/_SUCCESS").touch()
    assert itner(place, "all", "--run", "names", "--output", "out") == 1
    said = capsys.readouterr()
    assert f"{len(TEXTS)} texts in" in said.out
    assert "the text is in `body`, by all/z.jsonl" in said.err
    assert all(f"not read: all/{name}: " in said.err for name in ("a.parquet", "b.jsonl.gz", "c.csv"))
    assert "_SUCCESS" not in said.err
    Path("all/z.jsonl").unlink()
    assert itner(place, "all", "--run", "names", "--output", "other") == 2
    assert "all/a.parquet" in capsys.readouterr().err


def test_carried_names_stay_apart(place: Workspace) -> None:
    Path("k.jsonl").write_text(
        '{"body": "Excel", "id": "I", "carried_id": "C", "mentions": "M", "carried_mentions": "CM"}'
    )
    carried = ("carried_id", "id", "carried_mentions", "mentions")
    tag_corpus(plan(["k.jsonl"], Asked("names", text_columns=("body",), carried=carried), place), Path("out"), place, 1)
    (row,) = read_rows(Path("out"))
    assert {name: value for name, value in row.items() if name in ("carried_id", "carried_carried_id")} == {
        "carried_id": "C",
        "carried_carried_id": "I",
    }
    assert (row["carried_mentions"], row["carried_carried_mentions"]) == ("CM", "M")


@pytest.mark.parametrize("size", [30, 200, 10_000])
def test_a_limit_ends_where_it_says(place: Workspace, size: int) -> None:
    lines = ['{"body": "Excel"}', "{broken", '{"body": ""}', '{"body": "Word"}', "{broken", "{broken", '{"body": "x"}']
    Path("k.jsonl").write_text("\n".join(lines * 3))
    asked = Asked("names", text_columns=("body",), limit=2, block_bytes=size)
    counts = tag_corpus(plan(["k.jsonl"], asked, place), Path("out"), place, 1).counts
    assert (counts.records, counts.without_text, counts.left_out) == (2, 1, 1)


def test_what_killed_calls_left_is_swept_once(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out/.work").mkdir(parents=True)
    planned = plan(["in.jsonl"], ASKED, place)
    workflow.Shards(Path("out"), planned.job).folder.joinpath("job.json").write_text(to_json(planned.job))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [Path(f"out/{name}.{gone.pid}.0123abcd.tmp") for name in (".tagged-000000.parquet", ".work/.000000.json")]
    for path in left:
        path.write_text("half")
    looked = []
    listed = os.listdir
    monkeypatch.setattr("itner.records.files.os.listdir", lambda folder: looked.append(folder) or listed(folder))
    shards = workflow.Shards(Path("out"), planned.job)
    assert shards.begin() is None
    assert not any(path.exists() for path in left)
    # Looking at a folder takes as long as there are shards in it, which a shard must not.
    looked.clear()
    worker = workflow_worker(planned, place)
    for block in workflow.cut_blocks(planned.job):
        worker.do(block)
    assert not [folder for folder in looked if "out" in Path(folder).parts]
    assert len(shards.done()) > 3


def workflow_worker(planned: workflow.Planned, place: Workspace):  # type: ignore[no-untyped-def]
    from itner.bulk.worker import Given, Worker

    return Worker(Given(planned.job, Path("out"), place.models))


def test_only_so_many_texts_and_their_own_words(place: Workspace) -> None:
    asked = Asked("names", text_columns=("body",), limit=5, with_text=True, output="jsonl", block_bytes=100)
    manifest = tag_corpus(plan(["in.jsonl"], asked, place), Path("out"), place, 1)
    assert manifest.counts.records == 5
    files = sorted(Path("out").glob("tagged-*.jsonl"))
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    length = len(Path("in.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert [row["id"] for row in rows][:2] == ["in.jsonl:0", f"in.jsonl:{length + 1}"]
    for row, text in zip(rows, TEXTS, strict=False):
        assert [each["text"] for each in row["mentions"]] == [
            text[each["start"] : each["end"]] for each in row["mentions"]
        ]


class Scored:
    """Marks each capital with a score that depends on it, and counts how much it read."""

    types = ("A", "B")

    def __init__(self) -> None:
        self.read: list[str] = []

    def tag(self, texts: list[str], guideline: str | None = None) -> list[list[object]]:
        from itner.core.types import Mention

        self.read += texts
        return [
            [Mention(at, at + 1, "AB"[at % 2], (at % 7) / 7) for at, sign in enumerate(text) if sign.isupper()]
            for text in texts
        ]


def test_equal_texts_are_read_once_and_long_ones_in_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "_SLICE_CHARACTERS", 100)
    tagger = Scored()
    texts = ["One two", "", "Three", "One two", "x" * 99 + "Y", "Three"]
    marks = mark_texts(tagger, texts, None, Stopwatch())  # type: ignore[arg-type]
    expected = Marks.of(Scored().tag(texts), tagger.types)  # type: ignore[arg-type]
    for name in ("texts", "starts", "ends", "types", "scores"):
        assert np.array_equal(getattr(marks, name), getattr(expected, name)), name
    assert tagger.read == ["One two", "", "Three", "x" * 99 + "Y"]
    long = "\n".join(f"Line {number}" for number in range(4_000))
    (found,) = mark_texts(tagger, [long], None, Stopwatch()).as_mentions(1, tagger.types)  # type: ignore[arg-type]
    assert [long[each.start] for each in found] == ["L"] * 4_000
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert max(map(len, tagger.read)) < len(long)
    assert len(mark_texts(tagger, [], None, Stopwatch())) == 0  # type: ignore[arg-type]


def itner(place: Workspace, *words: str) -> int:
    return run_itner("tag-corpus", *words, "--models", str(place.models), "--data-root", str(place.data))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gone.jsonl",), "gone.jsonl: cannot be read"),
        (("in.jsonl", "--run", "nope"), "no run 'nope'"),
        (("in.jsonl", "--variant", "int4"), "has no variant 'int4'"),
        (("in.jsonl", "--guideline", "nope"), "no guideline"),
        (("in.jsonl", "--encoding", "utf-16"), "utf-16 cannot be read in pieces"),
        (("in.jsonl", "--encoding", "nope"), "no encoding 'nope'"),
        (("in.jsonl", "--delimiter", "ab"), "'ab' is not one sign"),
        (("in.jsonl", "--block", "0"), "0 is not between"),
        (("in.jsonl", "--format", "xml"), "'xml' is none of parquet, jsonl"),
        (("in.jsonl", "--input", "xml"), "'xml' is none of jsonl, csv, lines, parquet"),
        (("in.jsonl", "--input", "lines", "--text-column", "body"), "have no columns"),
        (("in.jsonl", "--threshold", "2"), "threshold"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_bad_usage_exits_with_2_and_writes_nothing(
    place: Workspace, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = words if "--run" in words else (*words, "--run", "names")
    assert itner(place, *words, "--output", "out") == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not Path("out").exists()


def test_the_command_says_what_it_assumed_and_left_out(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert itner(place, "in.jsonl", "--output", "out", "--run", "names", "--processes", "1") == 1
    said = capsys.readouterr()
    assert "the text is in `body`, by in.jsonl" in said.err
    assert "left out: 1 record; the reasons are in out/left_out" in said.err
    assert f"{len(TEXTS)} texts in 2 shards, out written: " in said.out
    # Another job's folder stays as it is, and so does a folder that holds something else, or that is being written.
    before = digest(Path("out"))
    assert itner(place, "in.jsonl", "--output", "out", "--run", "names", "--threshold", "0.5") == 2
    assert "the output of another job is here, which differs in threshold" in " ".join(capsys.readouterr().err.split())
    assert digest(Path("out")) == before
    Path("full").mkdir()
    Path("full/notes.txt").write_text("mine")
    assert itner(place, "in.jsonl", "--output", "full", "--run", "names") == 2
    assert itner(place, "in.jsonl", "--output", "in.jsonl", "--run", "names") == 2
    Path("busy").mkdir()
    with FileLock(Path("busy", LOCK)):
        assert itner(place, "in.jsonl", "--output", "busy", "--run", "names") == 2
    assert "another call is writing into this folder" in capsys.readouterr().err
    # What has changed since is another job.
    Path("in.jsonl").write_text('{"body": "Excel"}\n')
    assert itner(place, "in.jsonl", "--output", "out", "--run", "names", "--text-column", "body") == 2


def test_a_name_that_stands_twice_is_said(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.csv").write_text("body,team,body\nOutlook crashes,a,Excel\n", encoding="utf-8")
    assert itner(place, "x.csv", "--run", "names", "--text-column", "body", "--output", "out") == 0
    assert "`body` stands 2 times in the header of x.csv; the first is read" in capsys.readouterr().err
    (row,) = read_rows(Path("out"))
    assert row["text_hash"] == hash_text("Outlook crashes")


def test_what_is_written_is_read_by_no_later_call(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    Path("all").mkdir()
    Path("in.jsonl").rename("all/in.jsonl")
    for output in ("all", "all/out", "all/a/b"):
        assert itner(place, "all", "--run", "names", "--text-column", "body", "--output", output) == 2
        assert "name a folder outside" in capsys.readouterr().err
    for source in ("all/*", "all/**/*.parquet", "al?", f"file://{Path('all').resolve()}"):
        assert itner(place, source, "--run", "names", "--text-column", "body", "--output", "all/out") == 2
    assert [path.name for path in Path("all").iterdir()] == ["in.jsonl"]
    assert itner(place, "all/in.jsonl", "--run", "names", "--text-column", "body", "--output", "all/out") == 1


def test_a_dry_run_says_how_long_and_writes_nothing(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert itner(place, "in.jsonl", "--output", "out", "--run", "names", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "1 source, " in said
    assert "by a sample of 42 texts" in said
    assert "USD at 0.04 an hour of a core" in said
    assert not Path("out").exists()


def test_a_column_that_is_nowhere_is_said_and_no_text_is_no_success(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("in.jsonl", "--run", "names", "--text-column", "boddy", "--carry", "nope", "--carry", "team")
    assert itner(place, *words, "--output", "out") == 1
    said = capsys.readouterr().err
    assert "`boddy` is in none of the first records of in.jsonl" in said
    assert "`nope` is in none" in said
    assert "`team`" not in said
    assert "there was no text; is --text-column right?" in said
    # Nor is a table without a row, which has nothing to try.
    Path("bare.csv").write_text("key,body\n")
    Path("empty.jsonl").write_text("")
    for name in ("bare.csv", "empty.jsonl"):
        column = ("--run", "names", "--text-column", "body")
        assert itner(place, name, *column, "--output", "none", "--dry-run") == 2
        assert "there is no text in the sample" in capsys.readouterr().err
        assert itner(place, name, *column, "--output", name.split(".")[0]) == 1
    # What is no source is named once.
    Path("in.doc").write_text("x")
    assert itner(place, "in.jsonl", "in.doc", *words[1:], "--output", "again") == 1
    assert capsys.readouterr().err.count("in.doc") == 1


@pytest.fixture
def bucket() -> Iterator[str]:
    """A store on this machine that speaks S3."""
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def test_objects_of_a_store(place: Workspace, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    s3fs = pytest.importorskip("s3fs")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket)
    store = s3fs.S3FileSystem()
    store.mkdir("tickets")
    store.put("in.jsonl", "tickets/2026/in.jsonl")
    asked = Asked("names", text_columns=("body",), id_column="key", carried=("team",), block_bytes=60_000)
    remote = tag_corpus(plan(["s3://tickets/2026/"], asked, place), Path("remote"), place, 2)
    local = tag_corpus(plan(["in.jsonl"], asked, place), Path("local"), place, 2)
    assert [each.address for each in remote.job.sources] == ["s3://tickets/2026/in.jsonl"]
    assert [each.sha256 for each in remote.shards] == [each.sha256 for each in local.shards]


def test_a_folder_of_something_else_is_left_as_it_is(place: Workspace) -> None:
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("x")
    given = ["in.jsonl", "--run", "names", "--text-column", "body"]
    assert itner(place, *given, "--output", "mine") == 2
    assert [path.name for path in Path("mine").iterdir()] == ["letter.txt"]
    assert itner(place, *given, "--output", "mine/letter.txt/out") == 2


@pytest.mark.parametrize(("given", "fits"), [("utf-8-sig", True), ("UTF_8_SIG", True), ("undefined", False)])
def test_names_of_encodings(place: Workspace, given: str, fits: bool) -> None:
    Path("x.csv").write_text("body\nOutlook crashes\n", encoding="utf-8-sig")
    words = ["x.csv", "--run", "names", "--text-column", "body", "--output", "out", "--encoding", given]
    assert itner(place, *words) == (0 if fits else 2)


def test_a_tab_can_be_spelled(place: Workspace) -> None:
    Path("x.csv").write_text("body\tteam\nOutlook, crashes\ta\n", encoding="utf-8")
    words = ["x.csv", "--run", "names", "--text-column", "body", "--output", "out", "--delimiter", r"\t"]
    assert itner(place, *words) == 0
    (row,) = read_rows(Path("out"))
    assert row["text_hash"] == hash_text("Outlook, crashes")


def test_what_was_done_before_is_said(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["in.jsonl", "--run", "names", "--text-column", "body", "--output", "out"]
    for said in ("out written: ", "out was done before: "):
        assert itner(place, *given) == 1
        assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    "first",
    [
        "The printer on floor two prints only every second page since Monday.",
        "anna@nord.example",
        "x" * 100,
        "Wanda Obermoser cannot log in",
        "Anna Berg",
    ],
)
def test_a_table_without_a_header_is_not_taken_for_one_with(
    place: Workspace, capsys: pytest.CaptureFixture[str], first: str
) -> None:
    Path("bare.csv").write_text(
        f"17,{first}\n" + "".join(f"{n},Outlook hangs again on Windows {n}\n" for n in range(9))
    )
    assert itner(place, "bare.csv", "--run", "names", "--output", "out") == 2
    said = capsys.readouterr().err
    assert "bare.csv: its first row holds what others hold" in said
    assert first not in said
    assert not Path("out").exists()
    # Who names one knows what they do.
    assert itner(place, "bare.csv", "--run", "names", "--output", "out", "--text-column", first) == 0


def test_mentions_without_a_score_are_counted_where_there_is_a_threshold(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert itner(place, "in.jsonl", "--run", "names", "--output", "out") == 1
    assert "--threshold" not in capsys.readouterr().err
    assert itner(place, "in.jsonl", "--run", "names", "--output", "high", "--threshold", "0.9") == 1
    manifest = from_json(BulkManifest, Path("high/manifest.json").read_bytes())
    assert manifest.counts.unscored == sum(manifest.counts.mentions.values()) > 0
    assert f"leaves out none of {manifest.counts.unscored:,} mentions" in capsys.readouterr().err


def test_a_call_that_is_stopped_says_how_to_go_on(
    place: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("itner.workflows.tag_corpus.run_pool", stop)
        assert itner(place, "in.jsonl", "--run", "names", "--output", "out") == 130
    assert "stopped; what is done is kept in out: call again to go on" in capsys.readouterr().err
    assert itner(place, "in.jsonl", "--run", "names", "--output", "out") == 1


def test_a_table_without_a_header_behind_one_with_shows_none_of_its_cells(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.csv").write_text("body,team\nOutlook hangs,3\n")
    Path("b.csv").write_text("Anna Berg cannot log in,2026-11-29\nJim Fox called,2026-11-30\n")
    Path("c.csv").write_text("text,day\nTeams hangs,2026-11-29\n")
    assert itner(place, "a.csv", "b.csv", "c.csv", "--run", "names", "--output", "out", "--text-column", "body") == 1
    said = capsys.readouterr().err
    assert "b.csv: no column 'body'; its first row holds what others hold" in said
    assert "c.csv: no column 'body'; there are text, day" in said
    assert "Anna" not in said + Path("out/manifest.json").read_text()


def test_questions_of_a_survey_are_names_of_columns(place: Workspace) -> None:
    question = "What happened when you tried to use the printer on your floor?"
    rows = "".join(f"2026-11-{day},Outlook hangs again since {day} o'clock\n" for day in range(10, 20))
    Path("survey.csv").write_text(f"Timestamp,{question}\n{rows}")
    assert itner(place, "survey.csv", "--run", "names", "--output", "out") == 0


def test_ctrl_c_reaches_no_process_but_the_one_that_deals_out(monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = []

    class Pool(ProcessPoolExecutor):
        def __init__(self, processes: int, context: object, **_: object):
            super().__init__(processes, get_context("spawn"))

        def submit(self, _: object, block: object) -> Future[object]:  # type: ignore[override]
            # The first call starts the process.
            asked = super().submit(signal.pthread_sigmask, signal.SIG_BLOCK, ())
            blocked.append(asked.result())
            return asked  # type: ignore[return-value]

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    monkeypatch.setattr(pool_module, "ProcessPoolExecutor", Pool)
    assert len(list(pool_module.run_pool(None, [1, 2], 1))) == 2  # type: ignore[arg-type, list-item]
    assert all(signal.SIGINT in each for each in blocked)
    assert len(blocked) == 2
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
