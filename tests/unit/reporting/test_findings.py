from __future__ import annotations

from pathlib import Path

import pytest
from synthetic import eval_report, write_run

from itner.evaluation.compare import Difference
from itner.records.store import Run, RunStore, write_metrics
from itner.reporting.findings import Finding, describe_difference, list_findings


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    write_run(tmp_path, "a_full", "minilm_full", tp=90)
    write_run(tmp_path, "b_lora", "minilm_lora", tp=88)
    write_run(tmp_path, "c_small", "minilm_l3", tp=50, p50=8.0)
    return RunStore(tmp_path).load_all()[0]


def by_title(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.title: finding for finding in findings}


def test_each_finding_is_made_of_the_numbers(runs: list[Run]) -> None:
    found = by_title(list_findings(runs, "stackoverflow"))
    assert set(found) == {
        "Full or LoRA",
        "LoRA or a smaller backbone",
        "What INT8 costs and brings",
        "Frequent and rare types",
    }
    text = found["Full or LoRA"].text
    # FP32 is the second precision, so one true positive fewer: F1 = 2 (89 + 5) / (2 (89 + 5) + 10 + 11 + 5).
    assert text.startswith(
        "a_full reaches micro-F1 0.879 (0.500 to 0.900), b_lora 0.868 (0.500 to 0.900), at FP32: 0.011 apart, "
    )
    # Both read sentences in context, which the small preset does not.
    assert "They differ" not in text
    assert "They differ in context as well" in found["LoRA or a smaller backbone"].text
    assert "b_lora trained 4.5% of its parameters" in text
    assert "more than the choice of sentences explains" in found["LoRA or a smaller backbone"].text
    assert "c_small: micro-F1 -0.0" in found["What INT8 costs and brings"].text
    assert "2.0 times as fast, 50% of the size" in found["What INT8 costs and brings"].text
    rare = found["Frequent and rare types"]
    assert rare.text.startswith(
        "a_full · FP32 (PyTorch), F1 and gold mentions: SOFTWARE is the most frequent, OS the rarest. "
        "SOFTWARE 0.900 (interval unknown) on 100; OS 0.667 (0.300 to 0.900) on 10."
    )
    assert rare.text.endswith("With fewer than 30 mentions, OS can be judged only roughly.")
    assert rare.page == "quality"
    assert rare.query == {"dataset": "stackoverflow", "run": "a_full", "variant": "torch-fp32"}


def test_another_dataset_is_named(runs: list[Run]) -> None:
    write_metrics(runs[0], [eval_report("torch-fp32", 40, dataset="helpdesk")])
    again = RunStore(runs[0].path.parent).load_all()[0]
    text = by_title(list_findings(again, "stackoverflow"))["Other text"].text
    assert text == (
        "a_full (FP32 (PyTorch)) was trained on the dataset stackoverflow. It scores 0.884 (0.500 to 0.900) on "
        "stackoverflow and 0.545 (0.500 to 0.900) on helpdesk: judge a tagger on text like yours."
    )


def test_without_numbers_there_are_no_findings(tmp_path: Path) -> None:
    write_run(tmp_path, "bare", measured=False)
    assert list_findings(RunStore(tmp_path).load_all()[0], "stackoverflow") == []
    assert list_findings([], "stackoverflow") == []


def test_a_difference_says_whether_it_stands() -> None:
    assert describe_difference(None) == "whether that is more than chance was not recorded"
    assert describe_difference(Difference(0.1, 0.05, 0.2)).startswith("more than the choice of sentences explains")
    assert describe_difference(Difference(0.1, -0.05, 0.2)) == (
        "which the choice of sentences alone may explain (95% interval -0.050 to +0.200)"
    )
