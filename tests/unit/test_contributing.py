"""The recipes of CONTRIBUTING.md, followed."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from commands import parse
from imports import imported, read
from shipped import REPOSITORY
from toy import register_toy

from itner.cli.app import VERBS
from itner.data.annotations import AnnotatedFile, AnnotatedText
from itner.data.fitting import Span
from itner.data.formats import JSON_FORMATS, JsonFormat
from itner.data.json_values import Record
from itner.data.processed import read_split
from itner.evaluation.predictions import read_predictions
from itner.files.formats import PARSERS
from itner.files.items import Parsed, Part, Settings, Upload
from itner.files.readers import read_uploads
from itner.records.config import RunConfig
from itner.records.run import RunRecord
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.taggers.base import Kind
from itner.taggers.registry import KINDS
from itner.workflows.evaluate import evaluate
from itner.workflows.prepare import prepare
from itner.workflows.rules import make_rules
from itner.workflows.score import score

TEXT = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")


def recipe(name: str) -> str:
    return TEXT.split(f"### {name}\n")[1].split("###")[0]


def test_every_file_that_is_named_is_there() -> None:
    names = set(re.findall(r"`((?:itner|tests|pages|scripts|docs)/[\w/.]*|\w+\.(?:py|toml|txt))`", TEXT))
    assert len(names) > 20
    for name in names:
        if "NAME" in name or name in ("functions.py", "lexicons.py"):
            continue
        assert (REPOSITORY / name).exists(), name


def test_every_command_that_is_told_is_a_command() -> None:
    lines = re.findall(r"`(itner [a-z][^`]*)`", TEXT)
    assert len(lines) >= 3
    for line in lines:
        parse(line.replace("NAME", "it").replace("RUN", "it_rules").replace("DIR", "."))
    targets = re.findall(r"^make (\w+)", TEXT, re.MULTILINE)
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.usefixtures("in_process")
def test_a_format_of_files_is_an_entry_in_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_backwards(data: bytes, settings: Settings) -> Parsed:
        return Parsed([Part("", data.decode()[::-1])])

    assert "`PARSERS`" in recipe("a format of files")
    monkeypatch.setitem(PARSERS, ".back", read_backwards)
    mail = b"Content-Disposition: attachment; filename=a.back\n\nkooltuO"
    result = read_uploads([Upload("a.back", b"smaeT"), Upload("m.eml", mail)])
    assert [(item.file, item.text) for item in result.items] == [("a.back", "Teams"), ("m.eml/a.back", "Outlook")]


def test_a_domain_comes_to_life_by_its_folder_alone(tmp_path: Path) -> None:
    """The recipe in a copy of the package, in a process of its own."""
    folder = tmp_path / "itner"
    subprocess.run(["cp", "-r", str(REPOSITORY / "itner"), str(folder)], check=True)
    domain = folder / "domains" / "fruit"
    domain.mkdir()
    (domain / "guideline.md").write_text("# Fruit\n", encoding="utf-8")
    (domain / "lexicons.py").write_text('FRUIT = ("apple", "pear")\n', encoding="utf-8")
    (domain / "functions.py").write_text(
        "from itner.core.types import Document, Mention\n"
        "from itner.domains.fruit.lexicons import FRUIT\n\n"
        "def fruit_names(document: Document) -> list[Mention]:\n"
        "    text = document.text\n"
        "    return [Mention(text.index(w), text.index(w) + len(w), 'FRUIT') for w in FRUIT if w in text]\n",
        encoding="utf-8",
    )
    (domain / "__init__.py").write_text(
        "from pathlib import Path\n"
        "from itner.core.labels import LabelScheme\n"
        "from itner.domains.fruit.functions import fruit_names\n"
        "from itner.domains.fruit.lexicons import FRUIT\n"
        "from itner.domains.registry import Domain\n"
        "DOMAIN = Domain(name='fruit', title='fruit', scheme=LabelScheme('fruit1', ('FRUIT',)),\n"
        "    rare_types=('FRUIT',), guideline_file=Path(__file__).with_name('guideline.md'),\n"
        "    guidelines=('fruit',), lexicons={'FRUIT': FRUIT},\n"
        "    functions=(fruit_names,), corpora=(), colours={'FRUIT': '#AA3377'}, sample='An apple.',\n"
        "    examples={'Fruit': 'An apple.'})\n",
        encoding="utf-8",
    )
    data = tmp_path / "source"
    data.mkdir()
    for split in ("train", "dev", "test"):
        line = {"text": f"An apple for {split}", "spans": [{"start": 3, "end": 8, "type": "FRUIT"}]}
        (data / f"{split}.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")

    def itner(*words: str) -> str:
        roots = {"ITNER_DATA": str(tmp_path / "data"), "ITNER_MODELS": str(tmp_path / "models")}
        command = [sys.executable, "-m", "itner", *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **roots})
        assert done.returncode == 0, done.stderr
        return done.stdout

    itner("prepare", "--source", "jsonl", "--path", str(data), "--domain", "fruit", "--dataset", "mine")
    assert "fruit_rules: the rules of domain fruit for FRUIT" in itner("rules", "fruit")
    assert "F1 1.0000" in itner("evaluate", "fruit_rules", "--dataset", "mine")


def test_a_registered_domain_goes_all_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register_toy(monkeypatch)
    place = Workspace(tmp_path / "models", tmp_path / "data")
    source = tmp_path / "source"
    source.mkdir()
    for split in ("train", "dev", "test"):
        lines = [
            {"text": f"An apple {split}", "spans": [{"start": 3, "end": 8, "type": "FRUIT"}]},
            {"text": f"A plum in Rome {split}", "spans": [{"start": 10, "end": 14, "type": "PLACE"}]},
        ]
        (source / f"{split}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    stats = prepare("jsonl", source, "toy", place, "mine")
    assert stats.oversampling is not None
    assert (stats.domain, stats.oversampling.rare_types) == ("toy", ("PLACE",))
    assert {document.guideline for document in read_split("mine", "dev", place)} == {"mine"}
    assert make_rules("toy", place).types == ("FRUIT", "PLACE")
    (report,) = evaluate("toy_rules", "mine", place, "dev")
    assert (report.micro.tp, report.micro.fp, report.micro.fn) == (1, 0, 1)
    assert "A tagger for fruit that finds FRUIT, PLACE" in (place.models / "toy_rules" / "README.md").read_text("utf-8")
    # The recipe for a metric: what is stored is enough to score again.
    assert list(read_predictions(place.models / "toy_rules" / "predictions" / "mine-dev-patterns.parquet").mentions)
    assert score("toy_rules", place) == [report]
    assert RunStore(place.models).load("toy_rules").metrics.reports == (report,)


def test_a_format_of_annotated_files_joins_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_record(record: Record, file: AnnotatedFile) -> None:
        spans = [Span(record.offset(at, "at"), record.offset(at, "at") + 4, "SOFTWARE") for at in record.items("marks")]
        file.texts.append(AnnotatedText(record.text("body"), tuple(spans), record.path, record.line))

    def read_all(records: Sequence[Record], file: AnnotatedFile) -> None:
        for record in records:
            read_record(record, file)

    toy = JsonFormat("toy", '{"body": ..., "marks": [0]}', lambda v: "marks" in v, lambda v: False, read_all)
    monkeypatch.setattr("itner.data.formats.JSON_FORMATS", (*JSON_FORMATS, toy))
    (tmp_path / "train.jsonl").write_text('{"body": "We use Word", "marks": [7]}', encoding="utf-8")
    split = read(tmp_path / "train.jsonl")
    assert [(m.start, m.end, m.type) for m in split.documents[0].mentions] == [(7, 11, "SOFTWARE")]
    assert imported(split).format == "toy"
    words = recipe("a format of annotated files")
    assert {"AnnotatedText", "AnnotatedFile", "JsonFormat", "JSON_FORMATS"} <= set(re.findall(r"`(\w+)`", words))


def test_every_kind_follows_the_recipe() -> None:
    assert "`KINDS`" in recipe("a kind of tagger")
    records = {record.kind for record in RunRecord.__origin__.__args__}
    configs = {config.kind for config in RunConfig.__origin__.__args__}
    assert set(KINDS) == records == configs
    for name, kind in KINDS.items():
        assert isinstance(kind, Kind)
        folder = REPOSITORY / "itner" / "taggers" / name
        assert {"tagger.py", "kind.py"} <= {path.name for path in folder.iterdir()}


def test_every_page_follows_the_recipe() -> None:
    app = (REPOSITORY / "streamlit_app.py").read_text(encoding="utf-8")
    tested = (REPOSITORY / "tests" / "pages" / "test_pages.py").read_text(encoding="utf-8")
    for path in (REPOSITORY / "pages").glob("*.py"):
        assert f"pages/{path.name}" in app
        assert (REPOSITORY / "itner" / "dashboard" / path.name).is_file(), path.name
        assert f'"{path.stem}"' in tested or (REPOSITORY / "tests" / "pages" / f"test_{path.stem}.py").is_file()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert calls & {"begin", "begin_page"}, path.name


def test_every_verb_follows_the_recipe() -> None:
    scripts = {path.read_text(encoding="utf-8") for path in (REPOSITORY / "scripts").glob("*.py")}
    for verb, (function, examples) in VERBS.items():
        assert f"itner {verb}" in examples
        assert function.__module__.startswith("itner.cli.")
        assert any(f'run_verb("{verb}")' in text for text in scripts), verb
