"""A run of rules and another run: made, built, scored, timed, moved and damaged."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from commands import run_itner
from datasets_at import begin_tiny
from tiny import Tiny

from itner.benchmark.protocol import BenchSettings
from itner.core.errors import InputError
from itner.core.types import Mention
from itner.domains.registry import get_domain
from itner.files.tagging import find_mentions
from itner.records.codec import to_json
from itner.records.config import UnionConfig
from itner.records.store import CARD, CONFIG, INCOMPLETE, ONNX, RUN, Run, RunStore
from itner.records.workspace import Workspace
from itner.reporting.seeds import list_seed_rows
from itner.taggers.base import Adjustable
from itner.taggers.registry import is_current, kind_of, lack_of, open_variant, recipe_of, variants_of
from itner.taggers.rules.kind import open_rules
from itner.taggers.union.tagger import overrule
from itner.workflows.benchmark import benchmark
from itner.workflows.card import write_run_card
from itner.workflows.evaluate import evaluate
from itner.workflows.open import open_tagger
from itner.workflows.rules import make_rules
from itner.workflows.score import score
from itner.workflows.union import make_union

pytestmark = pytest.mark.slow
FIRST = ("dotted_versions", "os_names")
TEXTS = ["The windows crashed on the excel 3.12.4", "Linux or the laptop?", ""]


@pytest.fixture(scope="module")
def made(tiny: Tiny, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("union")
    place = begin_tiny(tiny, tiny_root, root)
    # Other tests may have built it where it was copied from.
    shutil.rmtree(place.models / "full" / ONNX, ignore_errors=True)
    make_union("full", FIRST, place, "both")
    return root


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(made, tmp_path / "work")
    return Workspace(tmp_path / "work" / "models", tmp_path / "work" / "data")


def load(place: Workspace) -> Run:
    return RunStore(place.models).load("both")


def test_rules_have_the_first_word_at_every_variant(place: Workspace) -> None:
    run = load(place)
    assert not (place.models / "full" / ONNX).exists()
    rules = open_rules(get_domain("it"), FIRST).tag(TEXTS)
    assert any(rules)
    for variant in variants_of(run):
        member = open_tagger("full", variant, place)
        found = open_tagger("both", variant, place).tag(TEXTS)
        expected = [overrule(firm, others) for firm, others in zip(rules, member.tag(TEXTS), strict=True)]
        assert list(map(tuple, found)) == expected
        assert any(mention.score is not None for mentions in found for mention in mentions)
    # What the other run is opened from was built in its folder.
    assert not (run.path / ONNX).exists()
    assert (
        kind_of(run).deployed_bytes(run, "int8") > RunStore(place.models).load("full").onnx_path("int8").stat().st_size
    )
    assert recipe_of(run, "int8") == recipe_of(RunStore(place.models).load("full"), "int8") is not None
    assert recipe_of(run, "fp32") is None


def test_it_is_scored_timed_and_described_like_any_run(place: Workspace) -> None:
    reports = evaluate("both", "tiny", place, "dev", ["fp32", "int8"])
    assert [report.variant for report in reports] == ["fp32", "int8"]
    assert {report.variant for report in load(place).metrics.reports} == {"fp32", "int8"}
    assert score("both", place)[0].per_type == reports[0].per_type
    short = BenchSettings(rounds=1, calls_per_round=2, warmup_calls=1, lengths=(8, 16))
    timed = benchmark("both", "tiny", place, settings=short, variants=["int8"])
    assert (timed.results[0].unit, timed.results[0].int8) == ("pieces", recipe_of(load(place), "int8"))
    run = load(place)
    assert list_seed_rows(run) == []
    assert run.info.parameters_total == RunStore(place.models).load("full").info.parameters_total
    assert kind_of(run).facts(run) == {
        "opens": "full",
        "SHA-256 of that run": RunStore(place.models).load("full").info.model_sha256,
        "SHA-256 of both": run.info.model_sha256,
    }
    card = (run.path / CARD).read_text(encoding="utf-8")
    assert "What 2 rules of its domain mark (`dotted_versions` and `os_names`) stands" in card
    assert "As `full`: " in card
    assert "English only." in card
    words = kind_of(run).remake(run, "again").words
    assert run_itner(*words, "--models", str(place.models)) == 0
    again = RunStore(place.models).load("again")
    assert (again.config, again.info.model_sha256) == (run.config, run.info.model_sha256)


def test_without_the_other_run_it_says_what_it_lacks(place: Workspace) -> None:
    evaluate("both", "tiny", place, "dev", ["fp32"])
    shutil.rmtree(place.models / "full")
    runs, broken = RunStore(place.models).load_all()
    assert [run.name for run in runs] == ["both"]
    assert not broken
    lack = lack_of(runs[0])
    assert lack is not None
    assert lack.what == "the run full beside it"
    assert kind_of(runs[0]).guidelines(runs[0]) == ()
    with pytest.raises(InputError, match="no run 'full'"):
        open_tagger("both", "fp32", place)
    # What was predicted is scored all the same.
    score("both", place)
    assert "As `full`." in (place.models / "both" / CARD).read_text(encoding="utf-8")


def replace_member(place: Workspace, tiny_root: Path) -> None:
    """Another run of the same types by the name of the one that the union was made of."""
    shutil.rmtree(place.models / "full")
    shutil.copytree(tiny_root / "lora", place.models / "full")
    for path in (place.models / "full").glob("*.json"):
        path.write_text(path.read_text(encoding="utf-8").replace('"lora"', '"full"', 1), encoding="utf-8")


@pytest.mark.parametrize("how", ["replaced", "damaged", "itself", "other labels", "own labels"])
def test_what_it_was_made_of_is_lacking_when_it_is_another_one(place: Workspace, tiny_root: Path, how: str) -> None:
    run_file, config = place.models / "both" / RUN, place.models / "both" / CONFIG
    if how == "replaced":
        replace_member(place, tiny_root)
    elif how == "damaged":
        (place.models / "full" / RUN).write_text("{}", encoding="utf-8")
    elif how == "itself":
        config.write_text(config.read_text(encoding="utf-8").replace('"full"', '"both"'), encoding="utf-8")
    else:
        path = run_file if how == "own labels" else place.models / "full" / RUN
        info = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(info | {"labels": info["labels"][:-2]}), encoding="utf-8")
    run = load(place)
    lack = lack_of(run)
    assert lack is not None
    assert lack.what.endswith("that it was made of")
    assert lack.words[0] == "union"
    assert kind_of(run).guidelines(run) == ()
    assert not is_current(run, ErrorReportLike("int8", run.info.model_sha256))
    with pytest.raises(InputError):
        open_variant(run, "fp32")
    # A card can be written where the scores are alone.
    write_run_card("both", place)


@dataclass(frozen=True)
class ErrorReportLike:
    """What was measured of a variant."""

    variant: str
    model_sha256: str
    int8: None = None


def test_a_union_needs_a_run_that_marks_what_its_domain_has(place: Workspace) -> None:
    path = place.models / "full" / RUN
    info = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(info | {"labels": info["labels"][:-2]}), encoding="utf-8")
    with pytest.raises(InputError, match="full marks other types than the domain 'it'"):
        make_union("full", FIRST, place, "again")
    assert not (place.models / "again").exists()


def test_an_unfinished_training_keeps_its_folder(place: Workspace) -> None:
    folder = place.models / "half"
    folder.mkdir()
    (folder / CONFIG).write_text("{}", encoding="utf-8")
    (folder / INCOMPLETE).write_text("{}", encoding="utf-8")
    for make in (lambda: make_union("full", FIRST, place, "half"), lambda: make_rules("it", place, "half")):
        with pytest.raises(InputError, match="a training of that name is not finished"):
            make()
    assert {path.name: path.read_text() for path in folder.iterdir()} == {CONFIG: "{}", INCOMPLETE: "{}"}


def test_other_rules_than_those_of_the_record_are_refused(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    open_tagger("both", "fp32", place)
    (place.models / "both" / CONFIG).write_text(to_json(UnionConfig("full", FIRST[:1])), encoding="utf-8")
    with pytest.raises(InputError, match=r"are not those that run\.json describes; make it anew"):
        open_variant(load(place), "fp32")
    (place.models / "both" / CONFIG).write_text(to_json(UnionConfig("full", FIRST)), encoding="utf-8")
    open_variant(load(place), "fp32")
    monkeypatch.setattr("itner.taggers.union.kind.rules_sha256", lambda domain: "0" * 64)
    with pytest.raises(InputError, match="are not those"):
        open_variant(load(place), "fp32")


@pytest.mark.parametrize("member", ["..", "../full", "a/b", "", "both"])
def test_a_record_names_a_network_beside_it_and_nothing_else(place: Workspace, member: str) -> None:
    path = place.models / "both" / CONFIG
    path.write_text(path.read_text(encoding="utf-8").replace('"full"', f'"{member}"'), encoding="utf-8")
    runs, broken = RunStore(place.models).load_all()
    if member == "both":
        # A union of itself ends at once.
        run = next(run for run in runs if run.name == "both")
        with pytest.raises(InputError, match="both is another model now"):
            open_variant(run, "fp32")
    else:
        assert [run.name for run in broken] == ["both"]


def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    make_rules("it", place, "ruled")
    before = sorted(path.name for path in place.models.iterdir())
    root = ("--models", str(place.models))
    for words, problem in (
        (("full", "--function", "gone"), "the domain 'it' has no labelling function 'gone'; it has software_names,"),
        (("ruled", "--function", "os_names"), "ruled is of kind 'rules'; rules can stand before runs of kind encoder"),
        (("both", "--function", "os_names"), "both is of kind 'union'"),
        (("nobody", "--function", "os_names"), "no run 'nobody'"),
        (("full", "--function", "os_names", "--run", "both"), "this run is complete"),
        (("full", "--function", "os_names", "--run", "../x"), "cannot name a run"),
    ):
        assert run_itner("union", *words, *root) == 2
        assert problem in capsys.readouterr().err
    assert sorted(path.name for path in place.models.iterdir()) == before
    # The usual name, and a function that is named twice.
    assert run_itner("union", "full", "--function", "os_names", "--function", "os_names", *root) == 0
    assert RunStore(place.models).load("full_union").config == UnionConfig("full", ("os_names",))


def test_a_confidence_takes_what_the_network_found_and_leaves_the_rules(place: Workspace) -> None:
    found = find_mentions(TEXTS, open_tagger("both", "fp32", place), 1.0)
    assert found == [tuple(mentions) for mentions in open_rules(get_domain("it"), FIRST).tag(TEXTS)]
    assert Mention(4, 11, "OS") in found[0]


def test_the_network_s_threshold_can_be_set_and_the_rules_stand(place: Workspace) -> None:
    union, member = open_tagger("both", "fp32", place), open_tagger("full", "fp32", place)
    assert isinstance(union, Adjustable)
    assert isinstance(member, Adjustable)
    rules = open_rules(get_domain("it"), FIRST).tag(TEXTS)
    found = [list(map(tuple, union.at(threshold).tag(TEXTS))) for threshold in (0.999999, 1e-6)]
    for threshold, marked in zip((0.999999, 1e-6), found, strict=True):
        others = member.at(threshold).tag(TEXTS)
        assert marked == [overrule(firm, other) for firm, other in zip(rules, others, strict=True)]
    assert found[0] != found[1]
