"""A prompted run from the command line: made, evaluated, described, opened again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import run_itner
from llm_server import DIGEST, Behaviour, Pairs, serving

from itner.core.errors import InputError
from itner.dashboard import run as record
from itner.data.processed import read_split
from itner.records.run import PromptedRun
from itner.records.store import ANSWERS, CARD, RunStore
from itner.records.workspace import Workspace
from itner.taggers.registry import kind_of, lack_of, open_variant
from itner.workflows.prepare import prepare

DATASET = "specifications-40"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("prompt")
    (root / "models").mkdir()
    (root / "data").mkdir()
    prepare("embedded", None, "utility", Workspace(root / "models", root / "data"), DATASET)
    return root


@pytest.fixture
def place(prepared: Path, tmp_path: Path) -> Workspace:
    (tmp_path / "models").mkdir()
    return Workspace(tmp_path / "models", prepared / "data")


@pytest.fixture
def behaviour(place: Workspace) -> Behaviour:
    known = {d.text: d for d in (*read_split(DATASET, "dev", place), *read_split(DATASET, "train", place))}

    def answer(text: str) -> Pairs:
        """Every mention, and one that is made up."""
        found = [
            (line[m.start : m.end], m.type) for line in text.split("\n") if line in known for m in known[line].mentions
        ]
        return [*found, ("a flying saucer", "EQUIPMENT")]

    return Behaviour(answer)


@pytest.fixture
def endpoint(behaviour: Behaviour) -> Iterator[str]:
    with serving(behaviour) as address:
        yield address


def itner(place: Workspace, *words: str) -> int:
    roots = ("--models", str(place.models), "--data-root", str(place.data))
    return run_itner(*words, *roots)


def make(place: Workspace, endpoint: str, *words: str) -> int:
    return itner(place, "prompt", "tiny", "--domain", "utility", "--endpoint", endpoint, "--run", "asked", *words)


def test_made_evaluated_and_described(
    place: Workspace, endpoint: str, behaviour: Behaviour, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = ("--shots", "3", "--data", DATASET)
    prices = ("--price-in", "1", "--price-out", "2", "--currency", "EUR")
    assert make(place, endpoint, *examples, *prices) == 0
    assert f"tiny at {endpoint}, digest abababababab, asked for" in capsys.readouterr().out
    run = RunStore(place.models).load("asked")
    assert isinstance(run.info, PromptedRun)
    assert (run.info.digest, run.info.examples and run.info.examples.name) == (DIGEST, DATASET)
    assert lack_of(run) is None
    assert itner(place, "evaluate", "asked", "--dataset", DATASET, "--split", "dev") == 0
    said = capsys.readouterr().out
    assert "not in the text, left out" in said
    assert "cost now: " in said
    run = RunStore(place.models).load("asked")
    documents = read_split(DATASET, "dev", place)
    report = run.report(DATASET, "dev", "answers")
    assert report is not None
    assert report.micro.f1 == 1.0
    (answers,) = run.answers.reports
    asked = len(behaviour.bodies)
    assert answers.account.answers == asked
    assert answers.account.losses.absent == asked
    assert answers.account.cost == pytest.approx(asked * 120e-6)
    assert asked <= len(documents)
    # The three examples come from train alone.
    train = {document.text for document in read_split(DATASET, "train", place)}
    for body in behaviour.bodies:
        shown = [message["content"] for message in body["messages"] if message["role"] == "user"][:-1]
        assert len(shown) == 3
        assert set(shown) <= train
    # Again, nothing is asked; what is kept names no word of a text.
    assert itner(place, "evaluate", "asked", "--dataset", DATASET, "--split", "dev") == 0
    assert len(behaviour.bodies) == asked
    shown_rows = record.answers(RunStore(place.models).load("asked"))
    assert list(shown_rows["not in text"]) == [asked]
    for name in (ANSWERS, CARD, "run.json", "config_resolved.json"):
        assert documents[0].text not in (place.models / "asked" / name).read_text(encoding="utf-8")
    card = (place.models / "asked" / CARD).read_text(encoding="utf-8")
    assert "Texts leave this machine for the server" in card
    assert "shown the 3 examples of `specifications-40` train" in card


def test_made_again_by_its_own_words(place: Workspace, endpoint: str) -> None:
    told = ("--temperature", "server", "--max-tokens", "99", "--structured", "none", "--concurrency", "2")
    limits = ("--max-requests", "7", "--max-cost", "0.5", "--price-in", "1", "--price-out", "2", "--currency", "EUR")
    assert make(place, endpoint, *told, *limits) == 0
    run = RunStore(place.models).load("asked")
    assert itner(place, *kind_of(run).remake(run, "again").words) == 0
    assert RunStore(place.models).load("again").config == run.config
    assert RunStore(place.models).load("again").info.model_sha256 == run.info.model_sha256
    # A run of that name is kept.
    assert make(place, endpoint) == 2


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--shots", "3"), "examples need a dataset and a number"),
        (("--data", DATASET), "examples need a dataset and a number"),
        (("--shots", "41", "--data", DATASET), "fewer than 41 examples"),
        (("--max-cost", "1"), "a budget in money needs a price"),
        (("--price-in", "1"), "both --price-in and --price-out"),
        (("--temperature", "hot"), "is no number"),
        (("--temperature", "3"), "temperature"),
        (("--endpoint", "http://me:secret@127.0.0.1"), "endpoint"),
        (("--endpoint", "file:///etc"), "endpoint"),
        (("--endpoint", "http://host:99999"), "endpoint"),
        (("--endpoint", "http://[::1"), "endpoint"),
        (("--endpoint", "http://"), "endpoint"),
        (("--provider", "other"), "--provider"),
        (("--key-variable", "NO_SUCH_KEY"), "NO_SUCH_KEY, which is not set"),
    ],
)
def test_what_cannot_be_made_says_why_and_leaves_nothing(
    words: tuple[str, ...], problem: str, place: Workspace, endpoint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(place, endpoint, *words) == 2
    assert problem in " ".join(capsys.readouterr().err.split())
    assert not (place.models / "asked").exists()


def test_a_moved_run_says_what_it_lacks(place: Workspace, endpoint: str) -> None:
    assert make(place, endpoint, "--shots", "1", "--data", DATASET) == 0
    run = RunStore(place.models).load("asked")
    shots = run.path / ".shots.jsonl"
    whole = shots.read_text(encoding="utf-8")
    for damage in (whole + "{}\n", "{"):
        shots.write_text(damage, encoding="utf-8")
        with pytest.raises(InputError, match=r"not the examples that run\.json describes"):
            open_variant(run, "answers")
    shots.unlink()
    lack = lack_of(run)
    assert lack is not None
    assert "examples" in lack.what
    assert lack.words[:2] == ("prompt", "tiny")


def test_a_text_without_a_readable_answer_is_a_failure_of_the_command(
    place: Workspace, endpoint: str, behaviour: Behaviour, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(place, endpoint, "--retries", "0") == 0
    behaviour.write = lambda pairs: "No."
    assert itner(place, "evaluate", "asked", "--dataset", DATASET, "--split", "dev") == 1
    assert "without a readable answer, where nothing is marked" in capsys.readouterr().out
    assert itner(place, "benchmark", "asked", "--dataset", DATASET) == 2
    assert "says nothing of this machine" in capsys.readouterr().err


def test_a_config_of_a_run_is_untrusted(place: Workspace, endpoint: str) -> None:
    assert make(place, endpoint) == 0
    path = place.models / "asked" / "config_resolved.json"
    good = json.loads(path.read_text(encoding="utf-8"))
    for change in ({"endpoint": "http://x y"}, {"key_variable": "A B"}, {"model": ""}, {"shots": -1}, {"more": 1}):
        path.write_text(json.dumps(good | change), encoding="utf-8")
        with pytest.raises(InputError):
            RunStore(place.models).load("asked")
