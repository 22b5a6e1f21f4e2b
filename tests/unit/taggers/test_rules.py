from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from synthetic import write_run
from toy import TOY

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.evaluation.predictions import write_predictions
from itner.records.codec import to_json
from itner.records.config import RulesConfig
from itner.records.evaluation import PredictionInfo
from itner.records.store import CONFIG, RUN, RunStore
from itner.records.workspace import Workspace
from itner.taggers.base import TokenScores
from itner.taggers.registry import check_variants, kind_of, lack_of, open_variant, token_scores, variants_of
from itner.taggers.rules.tagger import RulesTagger, rule_files, rules_sha256
from itner.workflows.evaluate import evaluate
from itner.workflows.prepare import prepare
from itner.workflows.rules import make_rules
from itner.workflows.score import score


def find(word: str, kind: str):
    def function(document: Document) -> list[Mention]:
        at = document.text.find(word)
        return [Mention(at, at + len(word), kind)] if at >= 0 else []

    return function


def marked(text: str, *functions) -> list[tuple[str, str]]:
    (found,) = RulesTagger(TOY, functions).tag([text])
    return [(text[m.start : m.end], m.type) for m in found]


def test_the_longest_mention_wins_and_of_equals_the_earlier_function() -> None:
    text = "a green apple pie"
    assert marked(text, find("apple", "PLACE"), find("green apple", "FRUIT")) == [("green apple", "FRUIT")]
    assert marked(text, find("apple", "PLACE"), find("apple", "FRUIT")) == [("apple", "PLACE")]
    assert marked(text, find("apple", "FRUIT"), find("pie", "PLACE")) == [("apple", "FRUIT"), ("pie", "PLACE")]


def test_a_part_of_a_token_is_no_mention() -> None:
    assert marked("pineapple", find("apple", "FRUIT")) == []


def test_offsets_count_from_the_text_whatever_the_sentence() -> None:
    text = "No fruit here.\n\nAn apple. And a pear!"
    assert marked(text, *TOY.functions) == [("apple", "FRUIT"), ("pear", "FRUIT")]
    assert RulesTagger(TOY).tag(["", "pear"]) == [[], [Mention(0, 4, "FRUIT")]]


def test_documents_are_read_by_their_own_tokens() -> None:
    text = "pear-tree"
    whole = Document(text, split_tokens(text), (), "1", "x")
    parts = Document(text, (*split_tokens("pear"), *_shifted("-", 4), *_shifted("tree", 5)), (), "2", "x")
    heard: list[float] = []
    assert RulesTagger(TOY).tag_documents([whole, parts], heard.append) == [(), (Mention(0, 4, "FRUIT"),)]
    assert heard == [1.0]


def _shifted(text: str, by: int):
    return tuple(type(token)(token.start + by, token.end + by) for token in split_tokens(text))


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, tmp_path)


def test_a_run_of_rules_is_a_whole_run(place: Workspace) -> None:
    info = make_rules("it", place)
    run = RunStore(place.models).load("it_rules")
    assert run.info == info
    assert (run.info.kind, run.info.family, run.info.parameters_total, run.info.dataset) == (
        "rules",
        "rules",
        None,
        None,
    )
    assert (lack_of(run), variants_of(run)) == (None, ("patterns",))
    assert kind_of(run) is kind_of_rules()
    tagger = open_variant(run, "patterns")
    (found,) = tagger.tag(["Outlook on Ubuntu 22.04"])
    assert [mention.type for mention in found] == ["SOFTWARE", "OS", "VERSION"]
    assert not isinstance(tagger, TokenScores)
    with pytest.raises(InputError, match="it_rules has no token probabilities"):
        token_scores(tagger, "it_rules")
    with pytest.raises(InputError, match="has no variant 'int8'; it has patterns"):
        check_variants(run, ["int8"])
    with pytest.raises(InputError, match="this run is complete"):
        make_rules("it", place)


def test_trained_runs_stand_before_the_baseline(place: Workspace) -> None:
    make_rules("it", place, "a_rules")
    write_run(place.models, "trained")
    assert [run.name for run in RunStore(place.models).load_all()[0]] == ["trained", "a_rules"]


def test_rules_that_have_changed_are_not_taken_for_those_of_the_record(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rules("it", place)
    run = RunStore(place.models).load("it_rules")
    monkeypatch.setattr("itner.taggers.rules.kind.rules_sha256", lambda domain: "0" * 64)
    with pytest.raises(InputError, match="itner rules it --run it_rules"):
        open_variant(run, "patterns")


def test_a_function_that_is_gone_is_not_left_out_in_silence(place: Workspace) -> None:
    make_rules("it", place)
    (place.models / "it_rules" / CONFIG).write_text(to_json(RulesConfig("it", ("os_names", "gone"))), encoding="utf-8")
    with pytest.raises(InputError, match=r"are not those that run\.json describes"):
        open_variant(RunStore(place.models).load("it_rules"), "patterns")


def test_record_and_configuration_are_of_one_kind(place: Workspace) -> None:
    make_rules("it", place)
    path = place.models / "it_rules" / RUN
    path.write_text(path.read_text(encoding="utf-8").replace('"rules"', '"prompted"'), encoding="utf-8")
    _, (broken,) = RunStore(place.models).load_all()
    assert "prompted" in broken.reason


def test_the_hash_is_of_the_files_that_hold_the_rules() -> None:
    domain = get_domain("it")
    assert [path.name for path in rule_files(domain)] == ["functions.py", "lexicons.py"]
    texts = b"".join(path.read_bytes() for path in rule_files(domain))
    assert rules_sha256(domain) == hashlib.sha256(texts).hexdigest()
    # What they are made of is in the hash, too, wherever the domains keep it.
    assert [path.name for path in rule_files(get_domain("utility"))] == [
        "finding.py", "functions.py", "lexicons.py", "quantities.py",
    ]  # fmt: skip
    kind = kind_of_rules()
    assert kind.recipe("patterns") is None


def kind_of_rules():
    from itner.taggers.registry import KINDS

    return KINDS["rules"]


def test_kinds_that_share_a_variant_share_what_it_is_called() -> None:
    from itner.taggers.registry import KINDS, VARIANT_NAMES

    assert len(set(VARIANT_NAMES.values())) == len(VARIANT_NAMES)
    for kind in KINDS.values():
        assert kind.variants == {name: VARIANT_NAMES[name] for name in kind.variants}
        assert set(kind.live) == set(kind.variants)
        assert set(kind.exact) <= set(kind.variants)
        assert kind.reference is None or kind.reference in kind.variants


def stored(place: Workspace, split: str, variant: str) -> Path:
    run = RunStore(place.models).load("it_rules")
    (document, *_) = read_split("helpdesk", "dev", place)
    info = PredictionInfo(
        "it_rules", "helpdesk", split, read_stats("helpdesk", place).splits["dev"].processed_sha256, variant,
        run.info.model_sha256, None, "none", 1, None, None, run.info.provenance,
    )  # fmt: skip
    path = run.predictions_path("helpdesk", split, variant)
    write_predictions(path, info, [document], [[]])
    return path


@pytest.mark.parametrize(
    ("split", "variant", "said"),
    [
        ("dev", "fp32", "has no variant 'fp32'"),
        ("foo", "patterns", "another version of helpdesk foo"),
        ("dev", "patterns", "of other documents"),
    ],
)
def test_stray_predictions_are_named(place: Workspace, split: str, variant: str, said: str) -> None:
    prepare("embedded", None, "it", place)
    make_rules("it", place)
    path = stored(place, split, variant)
    with pytest.raises(InputError, match=said) as caught:
        score("it_rules", place)
    assert caught.value.path == path


def test_a_variant_that_is_asked_for_twice_is_predicted_once(place: Workspace) -> None:
    prepare("embedded", None, "it", place)
    make_rules("it", place)
    assert len(evaluate("it_rules", "helpdesk", place, "dev", ["patterns", "patterns"])) == 1
    assert len(RunStore(place.models).load("it_rules").metrics.reports) == 1


def test_a_function_that_marks_what_its_domain_has_not_is_named() -> None:
    with pytest.raises(ValueError, match="function marks 'CAR', which is no type of its domain"):
        marked("a red car", find("car", "CAR"))
