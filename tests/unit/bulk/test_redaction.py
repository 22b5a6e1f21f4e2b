"""What is redacted stands nowhere in what is written, the same in every call."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import run_itner
from shipped import HERE

from itner.bulk.redaction import fingerprint
from itner.bulk.shards import LOCK
from itner.domains.registry import get_domain
from itner.files.redaction import STILL, redact_texts
from itner.records.bulk import BulkManifest
from itner.records.codec import from_json
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.taggers.registry import open_variant
from itner.workflows.estimate_corpus import estimate
from itner.workflows.redact import make_plan
from itner.workflows.tag_corpus import Asked, Redacting, plan, tag_corpus

ADDRESS, NUMBER, CARD = "mira.kessel@widgets.example", "+49 30 1234567", "4111 1111 1111 1111"
TEXTS = [
    f"Write to {ADDRESS}, or call {NUMBER}.",
    "Nothing of anybody.",
    f"paid with {CARD}",
    "as mira.kessel@widgets.example said: MIRA.KESSEL@WIDGETS.EXAMPLE",
] * 40


@pytest.fixture(autouse=True)
def mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [{"key": f"M-{n}", "body": text, "sender": ADDRESS, "room": n % 3} for n, text in enumerate(TEXTS)]
    Path("in.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    Path("key").write_bytes(b"0123456789abcdef")


def itner(place: Workspace, *words: str) -> int:
    return run_itner("tag-corpus", *words, "--models", str(place.models), "--data-root", str(place.data))


def asked(how: Redacting, **other: object) -> Asked:
    known = {"text_columns": ("body",), "id_column": "key", "carried": ("sender", "room"), "block_bytes": 2_000}
    return Asked("persons", redacting=how, **(known | other))  # type: ignore[arg-type]


def read_rows(folder: Path) -> list[dict[str, str]]:
    return [row for path in sorted(folder.glob("redacted-*.parquet")) for row in pq.read_table(path).to_pylist()]


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("timings.json", LOCK))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("method", ["mask", "label", "hash", "pseudonym"])
def test_texts_and_what_is_carried_are_redacted_as_by_themselves(place: Workspace, method: str) -> None:
    how = Redacting(method, key=b"secret")  # type: ignore[arg-type]
    manifest = tag_corpus(plan(["in.jsonl"], asked(how), place), Path("out"), place, 2)
    rows = read_rows(Path("out"))
    assert [row["id"] for row in rows] == [f"M-{n}" for n in range(len(TEXTS))]
    assert set(rows[0]) == {"id", "sender", "room", "text"}
    assert len(manifest.shards) > 3
    tagger = open_variant(RunStore(place.models).load("persons"), "patterns")
    alone, counts = redact_texts(
        [*TEXTS, ADDRESS],
        make_plan(get_domain("pii"), method, key=b"secret"),
        lambda texts: tagger.tag(list(texts)),  # type: ignore[arg-type]
    )
    assert [row["text"] for row in rows] == alone[:-1]
    assert {row["sender"] for row in rows} == {alone[-1]}
    assert [row["room"] for row in rows] == [str(n % 3) for n in range(len(TEXTS))]
    assert manifest.counts.mentions["CREDIT_CARD"] == counts["CREDIT_CARD"] == 40
    for path in Path("out").rglob("*"):
        data = path.read_bytes().lower() if path.is_file() else b""
        assert not any(said.encode() in data for said in (ADDRESS, NUMBER, CARD, "secret")), path
    assert (manifest.job.key_sha256 is not None) == (method in ("hash", "pseudonym"))
    # The same whoever does it.
    tag_corpus(plan(["in.jsonl"], asked(how), place), Path("again"), place, 1)
    assert digest(Path("again")) == digest(Path("out"))


def test_what_cannot_be_replaced_is_left_out(place: Workspace) -> None:
    hidden = base64.b64encode(f"reach me at {ADDRESS} today".encode()).decode()
    rows = [{"body": f"from {ADDRESS}"}, {"body": f"Content-Transfer-Encoding: base64\n\n{hidden}\n"}, {"body": "fine"}]
    Path("in.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    assert itner(place, "in.jsonl", "--output", "out", "--run", "persons", "--redact", "label") == 1
    assert [row["text"] for row in read_rows(Path("out"))] == ["from [EMAIL]", "fine"]
    (line,) = Path("out/left_out/left_out-000000.jsonl").read_text().splitlines()
    assert json.loads(line) == {"source": "in.jsonl", "place": len(json.dumps(rows[0])) + 1, "reason": STILL}
    manifest: BulkManifest = from_json(BulkManifest, Path("out/manifest.json").read_bytes())
    assert (manifest.counts.records, manifest.counts.left_out) == (2, 1)


def test_another_key_is_another_job(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["in.jsonl", "--output", "out", "--run", "persons", "--text-column", "body", "--redact", "hash"]
    assert itner(place, *words) == 2
    assert "--key-file" in capsys.readouterr().err
    assert itner(place, *words, "--key-file", "key") == 0
    assert itner(place, *words, "--key-file", "key") == 0
    Path("other").write_bytes(b"fedcba9876543210")
    assert itner(place, *words, "--key-file", "other") == 2
    assert "differs in key" in capsys.readouterr().err
    assert fingerprint(b"a") != fingerprint(b"b")


@pytest.mark.parametrize(
    "words",
    [
        ["--redact", "shred"],
        ["--redact", "label", "--spans"],
        ["--redact", "label", "--type", "OS"],
        ["--redact", "label", "--as", "EMAIL=shred"],
        ["--redact", "label", "--recall", "0.9", "--threshold", "0.5"],
        # Rules have no threshold.
        ["--redact", "label", "--recall", "0.9"],
        ["--redact", "hash", "--key-file", "nowhere"],
        ["--type", "EMAIL"],
        ["--key-file", "key"],
        ["--recall", "0.9"],
    ],
    ids=" ".join,
)
def test_bad_usage_exits_with_2_and_writes_nothing(place: Workspace, words: list[str]) -> None:
    given = ["in.jsonl", "--output", "out", "--run", "persons", "--text-column", "body"]
    assert itner(place, *given, *words) == 2
    assert not Path("out").exists()


def test_single_types_can_be_chosen_and_are_said(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--redact", "label", "--type", "EMAIL", "--as", "CREDIT_CARD=mask", "--id-column", "key"]
    assert itner(place, "in.jsonl", "--output", "out", "--run", "persons", "--text-column", "body", *words) == 0
    said = capsys.readouterr()
    assert "CREDIT_CARD 40 (mask), EMAIL 120 (label)" in said.out
    assert "written as it is" in said.err
    texts = {row["text"] for row in read_rows(Path("out"))}
    assert f"Write to [EMAIL], or call {NUMBER}." in texts
    assert not any(CARD in text for text in texts)


def test_a_share_of_what_is_personal_sets_the_network(tmp_path: Path) -> None:
    Path("in.jsonl").write_text(json.dumps({"body": "Ask Mira Kessel about it."}) + "\n", encoding="utf-8")
    texts = ("body",)
    planned = plan(["in.jsonl"], Asked("pii_union", text_columns=texts, redacting=Redacting("label", share=0.97)), HERE)
    assert planned.job.decides_at is not None
    assert 0 < planned.job.decides_at < 0.5
    assert estimate(planned, HERE).sample.records == 1
    tag_corpus(planned, Path("out"), HERE, 1)
    (row,) = read_rows(Path("out"))
    assert "[PERSON_NAME]" in row["text"]
