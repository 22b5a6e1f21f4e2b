"""What every command line owes its user: help with examples, exit codes, and files that stay whole."""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from commands import parse, run_itner
from shipped import HERE, REPOSITORY

from itner.cli import app as cli
from itner.records.workspace import Workspace
from itner.workflows.rules import make_rules

SCRIPTS = sorted(path for path in (REPOSITORY / "scripts").glob("*.py"))
OF_NO_VERB = ("benchmark_bulk", "measure_app", "measure_service", "prove_bulk")
OF_A_VERB = [path for path in SCRIPTS if path.stem not in OF_NO_VERB]


@pytest.mark.parametrize("verb", cli.VERBS)
def test_help_shows_examples_that_parse(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_itner(verb, "--help") == 0
    shown = capsys.readouterr().out
    examples = [line.strip() for line in shown.split("examples:")[1].splitlines() if line.strip()]
    assert examples
    for example in examples:
        parse(example)


def test_a_parser_that_accepts_anything_would_show() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse("itner train minilm_full --no-such-option")


@pytest.mark.parametrize("verb", cli.VERBS)
def test_bad_usage_exits_with_2(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_itner(verb, "--no-such-option") == 2
    assert "Usage:" in capsys.readouterr().err


def test_the_version_and_the_verbs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_itner("--version") == 0
    assert re.fullmatch(r"itner \d+\.\d+\.\d+\n", capsys.readouterr().out)
    assert run_itner("--help") == 0
    commands = capsys.readouterr().out.split("Commands:\n")[1]
    assert re.findall(r"^  ([\w-]+)  ", commands, re.MULTILINE) == list(cli.VERBS)


@pytest.mark.parametrize("script", OF_A_VERB, ids=lambda path: path.stem)
def test_every_script_is_a_verb_and_shows_examples(
    script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(script), "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert not ended.value.code
    shown = capsys.readouterr().out
    assert re.findall(r"^Usage: itner ([\w-]+) ", shown, re.MULTILINE)[0] in cli.VERBS
    assert "examples:\n  " in shown
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 8


# One of a verb stands for all: they differ in the verb's name.
@pytest.mark.parametrize("name", ["tag_files", *OF_NO_VERB])
def test_a_script_is_a_program_of_its_own(name: str) -> None:
    command = [sys.executable, f"scripts/{name}.py", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert "examples:\n  " in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("tag", "README.md", "--run", "minilm_l3", "--output", "out.zip", "--threshold", "2"),
        ("tag", "README.md", "--run", "minilm_l3", "--output", "out.zip", "--format", "XML"),
        ("tag", "README.md", "--encoding", "zip"),
        ("label", "README.md", "--dev", "helpdesk", "--dataset", "x", "--encoding", "nope"),
        ("prepare", "--source", "mix"),
        ("prepare", "--source", "elsewhere"),
        ("prepare", "--source", "embedded", "--weak", "tickets"),
        ("prepare", "--source", "mix", "--part", "a", "--part", "b", "--guideline", "c"),
        ("label", "README.md", "--dev", "helpdesk", "--dataset", "x", "--threshold", "7"),
        ("label", "--dev", "helpdesk", "--dataset", "x"),
        ("evaluate", "minilm_l3", "--dataset", "helpdesk", "--split", "all"),
        ("train", "minilm_l3", "--data", "helpdesk", "--device", "tpu"),
        ("train", "minilm_full_kd", "--data", "helpdesk"),
        ("ablate", "--arm", "nothing"),
        ("study-compression", "--point", "nothing"),
        ("benchmark", "minilm_l3", "--dataset", "helpdesk", "--rounds", "0"),
    ],
    ids=" ".join,
)
def test_values_out_of_range_exit_with_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("Windows 11", encoding="utf-8")
    assert run_itner(*arguments) == 2
    said = capsys.readouterr().err
    assert "Usage:" in said
    assert "Error: Invalid value" in said
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("prepare", "--source", "conll"), "needs --path"),
        (("prepare", "--source", "conll", "--path", "nowhere"), "nowhere: no such folder"),
        (("prepare", "--source", "embedded", "--dataset", "a/b"), "cannot name a run"),
        (("prepare", "--source", "embedded", "--domain", "weather"), "unknown domain 'weather'; the domains are it"),
        (("train", "nope", "--data", "helpdesk"), "the presets are"),
        (("train", "minilm_full", "--data", "nope", "--run", "x"), "is not prepared"),
        (("train", "minilm_l3", "--data", "stackoverflow"), "this run is complete"),
        (("train", "minilm_l3", "--data", "elsewhere", "--run", "x"), "has no train split, only check. It is a check"),
        (("transfer", "elsewhere", "--teacher", "nope", "--name", "x"), "has no train split, only check"),
        (("prepare", "--source", "mix", "--part", "helpdesk", "--part", "elsewhere"), "has no train split, only check"),
        (("prepare", "--source", "embedded", "--dataset", "mine"), "--dataset names one of helpdesk, elsewhere"),
        (("evaluate", "it_rules", "--dataset", "elsewhere"), "has no test split, only check"),
        (("evaluate", "it_rules", "--dataset", "helpdesk", "--split", "check"), "has no check split, only train, dev"),
        (("evaluate", "nope", "--dataset", "helpdesk"), "no run 'nope'"),
        (("benchmark", "it_rules", "--dataset", "elsewhere"), "has no dev split, only check"),
        (("evaluate", "it_rules", "--dataset", "helpdesk", "--variant", "int8"), "has no variant 'int8'"),
        (("score", "nope"), "no run 'nope'"),
        (("rules", "nope"), "unknown domain"),
        (("measure-corpus", "nowhere"), "no such file"),
        (("distill", "minilm_l3", "--teacher", "nope", "--data", "helpdesk", "--run", "x"), "no run 'nope'"),
        (("distill", "minilm_l3", "--teacher", "x", "--data", "x", "--run", "x", "--soft-weight", "2"), "soft_weight"),
        (("benchmark", "nope", "--dataset", "helpdesk"), "no run 'nope'"),
        (("export", "../data"), "cannot name a run"),
        (("study-compression", "--transfer", "nope"), "no transfer set 'nope' is here"),
        (("tag", "nowhere.txt", "--run", "minilm_l3", "--output", "out.zip"), "nowhere.txt: no such file"),
        (("tag", "nowhere/*.txt", "--output", "out.zip"), "nowhere/*.txt: no file matches this pattern"),
        (("tag", "README.md", "--run", "nope", "--output", "out.zip"), "no run 'nope'"),
        (("tag", "README.md", "--output", "nowhere/out.zip"), "nowhere: no such folder"),
        (("reproduce", "--source", "embedded", "--models", "README.md"), "not a folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_input_errors_exit_with_2_and_change_nothing(
    arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(REPOSITORY)

    def stamps() -> dict[Path, int]:
        return {
            path: path.stat().st_mtime_ns for root in ("data", "models") for path in (REPOSITORY / root).rglob("*.json")
        }

    before = stamps()
    assert run_itner(*arguments) == 2
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith("error: ")
    assert message in said
    assert stamps() == before
    assert not (REPOSITORY / "out.zip").exists()


def test_files_are_tagged_in_an_empty_folder_by_the_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "none"))
    (tmp_path / "a.txt").write_text("Outlook hangs on Windows 11", encoding="utf-8")
    (tmp_path / "b.log").write_bytes(b"a\0b")
    assert run_itner("tag", "a.txt") == 0
    assert "tagged by the rules of domain 'it', because there is no run" in capsys.readouterr().err
    with zipfile.ZipFile(tmp_path / "tagged.zip") as archive:
        (line,) = map(json.loads, archive.read("tagged.jsonl").splitlines())
    assert [(span["text"], span["type"]) for span in line["spans"]] == [
        ("Outlook", "SOFTWARE"),
        ("Windows", "OS"),
        ("11", "VERSION"),
    ]
    # A file that could not be read is told, and the exit code says that something was left out.
    assert run_itner("tag", "a.txt", "b.log") == 1
    assert "b.log: holds NUL bytes" in capsys.readouterr().err


def test_files_of_one_name_stay_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "none"))
    for folder in ("a/logs", "b/logs", "b"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "x.log").write_text(f"Outlook in {folder}", encoding="utf-8")
    (tmp_path / "b" / "y.log").write_text("Word", encoding="utf-8")
    assert run_itner("tag", "a/logs/x.log", "b/logs/x.log", "b/x.log", "b/y.log") == 0
    with zipfile.ZipFile(tmp_path / "tagged.zip") as archive:
        files = [json.loads(line)["file"] for line in archive.read("tagged.jsonl").splitlines()]
    assert files == ["a/logs/x.log", "b/logs/x.log", "b/x.log", "y.log"]


def test_what_is_tagged_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("Outlook", encoding="utf-8")
    (tmp_path / "other.txt").write_text("mine", encoding="utf-8")
    # It has no end, and nobody writes into it.
    os.mkfifo(tmp_path / "pipe.zip")
    for output, said in (
        ("./a.txt", "this file is to be tagged"),
        ("pipe.zip", "no zip that could be replaced"),
        ("other.txt", "no zip that could be replaced"),
        (".", "this is a folder"),
    ):
        assert run_itner("tag", "a.txt", "--output", output) == 2
        assert said in capsys.readouterr().err
    assert (tmp_path / "a.txt").read_text() + (tmp_path / "other.txt").read_text() == "Outlookmine"
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "none"))
    assert [run_itner("tag", "a.txt", "--output", "new.zip") for _ in range(2)] == [0, 0]


def test_a_folder_that_is_none_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for words in (
        ("rules", "it", "--models", "file"),
        ("prepare", "--source", "embedded", "--data-root", "file"),
        ("migrate", "--models", "gone"),
        ("tag", "file", "--models", "gone"),
        ("score", "x", "--data-root", "gone"),
    ):
        assert run_itner(*words) == 2, words
        assert "Traceback" not in capsys.readouterr().err
    # From the environment it is found later, but said as well.
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "file"))
    assert run_itner("rules", "it") == 2
    assert "Not a directory" in capsys.readouterr().err


def test_runs_that_cannot_be_scored_are_named_and_the_others_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("bare", "whole"):
        make_rules("it", Workspace(tmp_path, HERE.data), name)
    roots = ("--models", str(tmp_path))
    assert run_itner("evaluate", "whole", "--dataset", "helpdesk", "--split", "dev", *roots) == 0
    capsys.readouterr()
    assert run_itner("score", "bare", "whole", *roots) == 1
    said = capsys.readouterr()
    assert "left out: " in said.err
    assert "no stored predictions" in said.err
    assert "helpdesk dev patterns" in said.out
    # A name that is none is bad usage, before anything is written.
    assert run_itner("score", "whole", "nope", *roots) == 2
    # So is what is stored of no run that is named.
    capsys.readouterr()
    assert run_itner("score", "bare", "whole", "--dataset", "helpdesk", "--split", "test", *roots) == 2
    assert run_itner("score", "whole", "--dataset", "nope", *roots) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "no predictions of whole are stored for nope any split any variant, only for helpdesk dev patterns" in said


def test_a_check_is_evaluated_and_scored_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_rules("it", Workspace(tmp_path, HERE.data), "rules")
    assert run_itner("evaluate", "rules", "--dataset", "elsewhere", "--split", "check", "--models", str(tmp_path)) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("elsewhere check patterns")
    assert run_itner("score", "rules", "--models", str(tmp_path)) == 0
    assert capsys.readouterr().out.splitlines() == ["rules", first]


def test_ctrl_c_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("itner.workflows.migrate.migrate", stop)
    assert run_itner("migrate") == 130
    assert not capsys.readouterr().err


def test_a_printed_command_names_the_folders_it_is_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ITNER_MODELS", "ITNER_DATA"):
        monkeypatch.delenv(name, raising=False)
    usual = Workspace.find().command("evaluate", "run", "--dataset", "helpdesk")
    parse(usual)
    assert "--models" not in usual
    # The shell that it is pasted into does not know the dashboard's variables.
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "my models"))
    line = Workspace.find().command("export", "run")
    parse(line)
    assert line.endswith(f"--models '{tmp_path / 'my models'}'")


@pytest.mark.parametrize("verb", sorted(set(cli.VERBS) - {"readme", "measure-corpus", "harvest", "label-batch"}))
def test_a_command_for_other_folders_is_one_for_every_verb(verb: str, tmp_path: Path) -> None:
    place = Workspace(tmp_path / "runs", tmp_path / "texts")
    for example in cli.VERBS[verb][1].strip().splitlines():
        words = shlex.split(example, comments=True)[1:]
        line = place.command(*words)
        parse(line)
        assert str(tmp_path) in line


def test_examples_can_be_pasted() -> None:
    examples = [line for _, lines in cli.VERBS.values() for line in lines.strip().splitlines()]
    # Each by itself, in processes of a small one.
    check = 'for line; do bash -n <<< "$line" || exit; done'
    subprocess.run(["bash", "-c", check, "bash", *examples], check=True)
    for example in examples:
        parse(example)


def test_a_verb_whose_extra_is_not_installed_names_it(tmp_path: Path) -> None:
    # A process of its own: here, everything is installed and imported.
    without = (
        "import sys\n"
        "for name in ('torch', 'transformers', 'datasets', 'peft'): sys.modules[name] = None\n"
        "from itner.cli.app import main\n"
        "main(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", without, "train", "minilm_l3", "--data", "helpdesk", "--run", "never-made"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "ITNER_MODELS": str(tmp_path)},
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1].endswith("which is not installed; `pip install 'itner[train]'`")
    assert not list(tmp_path.iterdir())
