from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from commands import parse, run_itner
from lxml import html
from synthetic import deploy, write_run

from itner.domains.registry import get_domain

TYPES = get_domain("it").scheme.types


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "models"
    monkeypatch.setenv("ITNER_MODELS", str(folder))
    deploy(write_run(folder, "good", tp=90))
    deploy(write_run(folder, "quick", "minilm_l3", tp=60, p50=4.0))
    return folder


def test_the_command_in_a_report_makes_it_again(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--run", "quick", "--variant", "int8", "--max-ms", "30", "--weight", "OS=2", "--quantile", "p50")
    assert run_itner("report", *asked, "--output", "one.html") == 0
    assert capsys.readouterr().out == ("one.html: 1 model on stackoverflow test. Under ≤ 30 ms median: quick · INT8\n")
    text = (tmp_path / "one.html").read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    (command,) = html.document_fromstring(text).xpath("//pre")
    words = command.text_content()
    parse(words)
    assert run_itner(*shlex.split(words)[1:]) == 0
    again = (tmp_path / "report.html").read_text(encoding="utf-8")
    made = re.compile(r"20\d\d-\d\d-\d\dT[\d:+]+")
    assert made.sub("", again) == made.sub("", text)


def test_a_folder_that_cannot_be_used_is_named_on_the_page_and_in_the_exit_code(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (models / "good" / "metrics.json").write_text("{", encoding="utf-8")
    assert run_itner("report", "--output", "one.html") == 1
    assert "left out: good: " in capsys.readouterr().err
    page = " ".join(
        html.document_fromstring((tmp_path / "one.html").read_text(encoding="utf-8")).text_content().split()
    )
    assert "Left out, because their folders cannot be used: good." in page
    (models / "quick").rename(models / "renamed")
    assert run_itner("report", "--output", "two.html") == 2
    assert "folders that cannot be used: good and renamed" in " ".join(capsys.readouterr().err.split())


def test_an_output_replaces_no_run_and_no_device(models: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("old", encoding="utf-8")
    (tmp_path / "link.html").symlink_to("page.html")
    assert run_itner("report", "--output", "link.html") == 0
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
    assert run_itner("report", "--output", "pipe") == 0
    assert reader.communicate(timeout=30)[0].startswith("<!DOCTYPE html>")
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing option '--output'"),
        (("--output", "nowhere/x.html"), "nowhere: no such folder"),
        (("--output", "x.pdf"), "the page is HTML, so name it FILE.html, not .pdf"),
        (("--output", "models"), "models: a folder stands there"),
        (("--output", "models/good/metrics.json"), "that is a run's own folder"),
        (("--output", "x.html", *(word for t in TYPES for word in ("--weight", f"{t}=0"))), "no type weighs anything"),
        (("--output", "x.html", "--min-f1", "2"), "2 is not above 0 and at most 1"),
        (("--output", "x.html", "--max-ms", "nan"), "nan is not a number above 0"),
        (("--output", "x.html", "--weight", "OS=-1"), "'OS=-1' is no TYPE=N"),
        (("--output", "x.html", "--weight", "FRUIT=1"), "'FRUIT' is no type of the domain 'it'"),
        (("--output", "x.html", "--variant", "int4"), "no kind of tagger has a variant 'int4'"),
        (("--output", "x.html", "--run", "nope"), "no run 'nope'"),
        (("--output", "x.html", "--domain", "pii"), "there is no run of the domain 'pii'"),
        (("--output", "x.html", "--domain", "pii", "--run", "good"), "no run of the domain 'pii': good"),
        (("--output", "x.html", "--split", "dev"), "scored on any dev split; run `itner evaluate good"),
        (("--output", "x.html", "--dataset", "nope"), "scored on nope test; run `itner evaluate RUN"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_reported_exits_with_2_and_writes_nothing(
    models: Path, tmp_path: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_itner("report", *arguments) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["models"]
