from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import HASH, error_report, eval_report, write_run

from itner.core.errors import InputError
from itner.records.codec import to_json
from itner.records.evaluation import Errors, Metrics
from itner.records.gate import GateRule
from itner.records.store import ERRORS, METRICS
from itner.workflows.compare import compare, open_side

RULE = GateRule(0.05, 0.05)
OTHER = "cd" * 32


@pytest.fixture
def models(tmp_path: Path) -> Path:
    write_run(tmp_path, "old", tp=80)
    write_run(tmp_path, "same", tp=80)
    write_run(tmp_path, "worse", tp=30)
    return tmp_path


def test_the_same_answers_pass_and_half_as_many_fail(models: Path) -> None:
    old = open_side("old", None, models)
    assert old.label == "old:int8"
    same = compare(old, open_side("same", None, models), RULE)
    (only,) = same.comparisons
    assert (only.name, only.difference, only.mentions, only.verdict) == ("stackoverflow test", 0.0, 110, "passed")
    assert same.passed
    worse = compare(old, open_side("worse:int8", None, models), RULE, ["stackoverflow"], per_type=True)
    assert [each.type for each in worse.comparisons] == [None, "OS", "SOFTWARE"]
    assert [each.verdict for each in worse.comparisons] == ["failed", "undecided", "failed"]
    whole = worse.comparisons[0]
    # By hand: 77 and 27 of 100 found of one type (INT8 is the fourth variant), 5 of 10 of the other, 10 wrong.
    assert (whole.old_f1, whole.new_f1) == (pytest.approx(2 * 82 / (82 + 10 + 110)), pytest.approx(64 / 152))
    assert whole.difference == pytest.approx(whole.new_f1 - whole.old_f1)
    # Holm: three comparisons, and no exchange at random led as far.
    assert (whole.finding, whole.p) == ("worse", pytest.approx(0.0003))
    assert not worse.passed


def test_a_model_of_another_folder_is_compared_under_its_own_name(models: Path, tmp_path: Path) -> None:
    before = tmp_path / "before"
    write_run(before, "worse", tp=80)
    report = compare(open_side("worse", "fp32", before), open_side("worse", "fp32", models), RULE)
    assert (report.old, report.comparisons[0].verdict) == (report.new, "failed")


def rewrite(folder: Path, **facts: object) -> None:
    """Make what is stored of a run another one's."""
    reports = (replace(eval_report("int8", 77), **facts),)  # type: ignore[arg-type]
    (folder / METRICS).write_text(to_json(Metrics(reports)), encoding="utf-8")
    errors = Errors.of([replace(error_report("int8", 77), **facts)])  # type: ignore[arg-type]
    (folder / ERRORS).write_text(to_json(errors), encoding="utf-8")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"split_sha256": OTHER}, "another version of stackoverflow test than same:int8; prepare one version and "
         "evaluate both on it: `itner evaluate old --dataset stackoverflow --split test --variant int8` and `itner "
         "evaluate same"),
        ({"model_sha256": OTHER}, "measured with another model than the run is now; run `itner evaluate old --dataset"),
        ({"dataset": "helpdesk"}, "old:int8 was not evaluated on stackoverflow test; run `itner evaluate old --dataset "
         "stackoverflow --split test --variant int8`"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_what_to_run(models: Path, facts: dict[str, object], message: str) -> None:
    rewrite(models / "old", **facts)
    with pytest.raises(InputError, match=re.escape(message)):
        compare(open_side("old", None, models), open_side("same", None, models), RULE, ["stackoverflow"])


def test_nothing_in_common_and_errors_that_are_missing_say_what_to_run(models: Path) -> None:
    rewrite(models / "old", dataset="helpdesk")
    sides = open_side("old", None, models), open_side("same", None, models)
    with pytest.raises(InputError, match=r"old:int8 on helpdesk and same:int8 on stackoverflow.*; run `itner evaluate"):
        compare(*sides, RULE)
    (models / "same" / ERRORS).unlink()
    with pytest.raises(InputError, match=r"no errors are stored of same:int8 .* run `itner score same`"):
        compare(open_side("worse", None, models), open_side("same", None, models), RULE)
    with pytest.raises(InputError, match="has no variant 'int4'"):
        open_side("same:int4", None, models)
    with pytest.raises(InputError, match="no run 'nope'"):
        open_side("nope", None, models)


def test_errors_that_do_not_count_by_type_cannot_be_compared_by_type(models: Path) -> None:
    report = error_report("int8", 77)
    coarse = replace(report, gold_mentions=dict.fromkeys(report.gold_mentions, 1))
    (models / "old" / ERRORS).write_text(to_json(Errors.of([coarse])), encoding="utf-8")
    sides = open_side("old", None, models), open_side("same", None, models)
    assert len(compare(*sides, RULE).comparisons) == 1
    with pytest.raises(InputError, match="does not count gold mentions by type; run `itner score old`"):
        compare(*sides, RULE, per_type=True)


def test_what_one_of_both_was_evaluated_on_alone_is_told(models: Path) -> None:
    reports = (eval_report("int8", 77), eval_report("int8", 77, dataset="helpdesk"))
    (models / "same" / METRICS).write_text(to_json(Metrics(reports)), encoding="utf-8")
    report = compare(open_side("old", None, models), open_side("same", None, models), RULE)
    assert report.left_out == ("helpdesk test: same:int8 was evaluated on it and old:int8 was not",)


def test_the_report_names_the_weights(models: Path) -> None:
    report = compare(open_side("old", None, models), open_side("same", None, models), RULE)
    assert {report.comparisons[0].old_model_sha256, report.comparisons[0].new_model_sha256} == {HASH}
