from __future__ import annotations

import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from synthetic import HASH, PROVENANCE, bench_report, eval_report, latency

from itner.core.validation import describe
from itner.records.bench import BenchReport, Latency
from itner.records.codec import from_json, to_json
from itner.records.evaluation import ErrorRecord, ErrorReport, Errors, EvalReport, Metrics, PredictionInfo, Span
from itner.records.int8 import FFN_OUTPUT, Int8Ranges, Int8Recipe
from itner.records.scores import Counts, Interval


def test_scores_of_a_report_by_hand() -> None:
    # SOFTWARE 80/10/20, OS 5/0/5, three types that occur nowhere.
    report = eval_report("int8", 80)
    assert report.micro == Counts(85, 10, 25)
    assert report.micro.precision == pytest.approx(85 / 95)
    assert report.micro.recall == pytest.approx(85 / 110)
    assert report.micro.f1 == pytest.approx(170 / 205)
    assert report.micro.support == 110
    assert report.macro_f1 == pytest.approx((160 / 190 + 10 / 15) / 2)
    assert report.macro_precision == pytest.approx((80 / 90 + 1.0) / 2)
    assert report.macro_recall == pytest.approx((0.8 + 0.5) / 2)
    assert report.token_accuracy == 0.9


def test_a_type_that_is_only_predicted_counts_in_the_macro_mean() -> None:
    report = eval_report("int8", 100)
    report.per_type["ERROR"] = Counts(fp=3)
    assert report.macro_f1 == pytest.approx((200 / 210 + 10 / 15 + 0.0) / 3)


@given(*(st.integers(0, 1000) for _ in range(3)))
def test_f1_is_the_harmonic_mean(tp: int, fp: int, fn: int) -> None:
    counts = Counts(tp, fp, fn)
    p, r = counts.precision, counts.recall
    assert counts.f1 == pytest.approx(2 * p * r / (p + r) if p + r else 0.0)


def test_the_spread_of_a_latency() -> None:
    assert latency(2.0).spread == pytest.approx(1.5)
    assert Latency(1.0, 1.0, 1.0, 2, (2.0, 4.0, 3.0)).spread == 2.0


def test_int8_numbers_say_how_the_weights_were_quantised() -> None:
    assert eval_report("int8", 1).int8 == Int8Recipe()
    with pytest.raises(ValidationError, match="how the weights were quantised"):
        dataclasses.replace(eval_report("int8", 1), int8=None)
    with pytest.raises(ValidationError, match="how the weights were quantised"):
        dataclasses.replace(bench_report(20.0).results[0], int8=Int8Recipe())


def test_recipes_have_names_that_tell_them_apart() -> None:
    assert Int8Recipe().name == (
        "QInt8, per channel, embeddings INT8 by row, fused graph, reduced range, fixed activation scales"
    )
    assert (
        Int8Recipe(per_channel=False, reduce_range=False, embeddings="tensor", fp32_nodes=FFN_OUTPUT).name
        == "QInt8, per tensor, embeddings INT8, fused graph, FFN output FP32, fixed activation scales"
    )
    other = Int8Recipe(
        "QUInt8",
        per_channel=True,
        reduce_range=True,
        embeddings="fp32",
        fp32_nodes="classifier",
        fused=False,
        activations="dynamic",
    )
    assert other.name == (
        "QUInt8, per channel, embeddings FP32, plain graph, reduced range, FP32 nodes classifier, "
        "dynamic activation scales"
    )


def ranges_with(tensors: object, **changes: object) -> str:
    data = {
        "tensors": tensors,
        "inside": 0.9999,
        "dataset": "helpdesk",
        "dataset_sha256": HASH,
        "sentences": 800,
        "seed": 13,
        "weights_sha256": HASH,
        "provenance": json.loads(to_json(PROVENANCE)),
    }
    return json.dumps(data | changes)


def test_ranges_go_to_json_and_back() -> None:
    ranges = from_json(Int8Ranges, ranges_with({"a": [-1.5, 2.0], "b": [0, 0]}))
    assert ranges.tensors == {"a": (-1.5, 2.0), "b": (0.0, 0.0)}
    assert from_json(Int8Ranges, to_json(ranges)) == ranges


@pytest.mark.parametrize(
    ("tensors", "named"),
    [
        ({}, "tensors"),
        ({"a": [0.5, 1.0]}, "tensors.a.0"),
        ({"a": [-1.0, -0.5]}, "tensors.a.1"),
        ({"a": [1.0, -1.0]}, "tensors.a.0"),
        ({"a": [-1.0, math.inf]}, "tensors.a.1"),
        ({"a": [math.nan, 1.0]}, "tensors.a.0"),
        # More than a 32-bit float holds, so that the scale would be infinite.
        ({"a": [-1.0, 1e300]}, "tensors.a.1"),
        ({"a": [-1.0]}, "tensors.a"),
        ({"a": ["-1", 1.0]}, "tensors.a.0"),
        ([[-1.0, 1.0]], "tensors"),
    ],
)
def test_ranges_that_are_none_are_refused(tensors: object, named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        from_json(Int8Ranges, ranges_with(tensors))
    assert named in describe(caught.value)


def test_the_share_inside_is_a_share() -> None:
    for share in (0.0, 1.5, -1.0):
        with pytest.raises(ValidationError, match="inside"):
            from_json(Int8Ranges, ranges_with({"a": [-1.0, 1.0]}, inside=share))


def test_quantised_as_earlier_versions_said_it() -> None:
    old = {
        "weight_type": "QInt8", "per_channel": True, "reduce_range": True, "embeddings": True, "fp32_nodes": "",
        "fused": True,
    }  # fmt: skip
    info = {
        "run": "r", "dataset": "d", "split": "dev", "split_sha256": HASH, "variant": "int8", "model_sha256": HASH,
        "repair_rule": "discard", "documents": 1, "max_logit_difference": None, "tag_agreement": None,
        "provenance": json.loads(to_json(PROVENANCE)), "schema_version": 1,
    }  # fmt: skip

    def read(recipe: object) -> Int8Recipe | None:
        found: PredictionInfo = from_json(PredictionInfo, json.dumps(info | {"int8": recipe}))
        return found.int8

    assert read(old) == Int8Recipe(embeddings="tensor", activations="dynamic")
    assert read(old | {"embeddings": False}) == Int8Recipe(embeddings="fp32", activations="dynamic")
    assert read(old | {"activations": "fixed"}) == Int8Recipe(embeddings="tensor", activations="fixed")
    fp32 = from_json(PredictionInfo, json.dumps(info | {"variant": "fp32", "int8": None}))
    assert fp32.int8 is None
    with pytest.raises(ValidationError, match="embeddings"):
        read(old | {"embeddings": "columns"})


def test_reports_go_to_json_and_back_without_loss() -> None:
    bench = bench_report(20.0)
    assert from_json(BenchReport, to_json(bench)) == bench
    assert list(from_json(BenchReport, to_json(bench)).results[0].forward) == [16, 128]  # integers, not strings
    metrics = Metrics((eval_report("int8", 1), eval_report("torch-fp32", 2)))
    assert from_json(Metrics, to_json(metrics)) == metrics
    records = (
        ErrorRecord("d-1", "missed", Span(0, 3, "OS"), None),
        ErrorRecord("d-2", "spurious", None, Span(4, 9, "ERROR")),
    )
    confusion, groups = {"OS": {"O": 1}, "O": {"ERROR": 1}}, {"d-1": "d", "d-2": "d"}
    reports = [
        ErrorReport("x", "dev", HASH, variant, HASH, confusion, {"d": 1}, records[:number], groups)
        for number, variant in enumerate(("fp32", "fp16", "int8"))
    ]
    errors = Errors.of(reports)
    assert from_json(Errors, to_json(errors, indent=None)) == errors
    assert errors.reports == tuple(reports)
    # What gold holds is the same for all, and stands there once.
    assert len(errors.gold) == 1
    assert to_json(errors, indent=None).count("\n") == 1


def test_what_does_not_fit_is_named() -> None:
    data = json.loads(to_json(eval_report("int8", 80)))
    for change, named in (
        ({"f1": 0.9}, "f1"),
        ({"precision": "int4"}, "precision"),
        ({"split_sha256": "abc"}, "split_sha256"),
        ({"per_type": {"OS": {"tp": -1}}}, "per_type.OS.tp"),
        ({"tokens": None}, "tokens"),
    ):
        with pytest.raises(ValidationError) as caught:
            from_json(EvalReport, json.dumps(data | change))
        assert named in describe(caught.value)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="finite number"):
        Interval(math.nan, 1.0, 0.95, 10)
    with pytest.raises(ValidationError, match="finite number"):
        from_json(Interval, '{"low": NaN, "high": 1.0, "level": 0.95, "resamples": 10}')


def test_a_report_holds_no_text_of_a_document() -> None:
    # Licences: text is looked up in the dataset, never stored beside the scores.
    assert set(ErrorRecord.__dataclass_fields__) == {"document", "kind", "gold", "pred"}
    assert set(Span.__dataclass_fields__) == {"start", "end", "type"}
    assert set(ErrorReport.__dataclass_fields__) == {
        "dataset", "split", "split_sha256", "variant", "model_sha256", "confusion", "gold_mentions", "errors", "groups",
    }  # fmt: skip
