from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from synthetic import HASH, PROVENANCE

from itner.records.codec import from_json, to_json
from itner.records.gate import Comparison, GateReport, GateRule, GateSide, Verdict
from itner.reporting.gate import as_junit, as_lines, as_markdown, verdict_in_words

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


def comparison(verdict: Verdict, name: str | None = None) -> Comparison:
    return Comparison(
        "helpdesk", "test", HASH, HASH, HASH, name, 0.88, 0.86, -0.02, -0.03, -0.011, 0.004, "worse", 0.01, 500, 2000,
        verdict,
    )  # fmt: skip


def report(*comparisons: Comparison, undecided: str = "fail") -> GateReport:
    rule = GateRule(0.01, 0.05, undecided)  # type: ignore[arg-type]
    return GateReport(GateSide("a_b", "int8"), GateSide("new", "fp32"), rule, comparisons, (), PROVENANCE)


def test_what_is_undecided_counts_as_the_rule_says() -> None:
    whole, part = comparison("undecided"), comparison("undecided", "OS")
    assert not report(whole).passed
    assert report(part).passed
    assert report(whole, part, undecided="pass").passed
    assert not report(comparison("passed"), comparison("failed", "OS"), undecided="pass").passed
    assert verdict_in_words(report(part, comparison("passed"))) == (
        "passed: new:fp32 may replace a_b:int8; 1 of 2 comparisons undecided"
    )
    assert verdict_in_words(report(whole, comparison("failed", "OS"), part)) == (
        "failed: not shown that new:fp32 may replace a_b:int8; of 3 comparisons 1 lost too much and 1 undecided, for "
        "too little data"
    )


def test_the_lines_hold_every_number_and_end_with_the_verdict() -> None:
    lines = as_lines(replace(report(comparison("failed"), comparison("undecided", "OS")), left_out=("x test: no",)))
    assert lines[1].startswith("helpdesk test      0.8800  0.8600  -0.0200     -0.0300 to -0.0110  0.0040 (worse)")
    for said in ("-0.0300 to -0.0110", "0.0040 (worse)", "undecided: 500 mentions, 2,000 needed"):
        assert any(said in line for line in lines)
    assert lines[3] == "not compared: x test: no"
    assert lines[-1].startswith("failed: ")


def test_junit_is_valid_and_counts_what_stops() -> None:
    odd = comparison("undecided", "A&B \"'")
    written = as_junit(report(comparison("failed"), odd, comparison("passed", "OS")))
    tree = etree.fromstring(written.encode())
    SCHEMA.assertValid(tree)
    assert [tree.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["3", "1", "0", "1"]
    assert tree.xpath("//testcase/@name") == ["all mentions", "A&B \"'", "OS"]
    assert tree.xpath("//failure/@message")[0].startswith("failed; F1 0.8800 to 0.8600, difference -0.0200 (-0.0300")
    assert [case.tag for case in tree.xpath("//testcase/*")] == ["failure", "skipped", "system-out"]
    counted_as_failed = etree.fromstring(as_junit(report(comparison("undecided"))).encode())
    assert counted_as_failed.xpath("//failure/@type") == ["undecided"]
    with pytest.raises(etree.DocumentInvalid):
        SCHEMA.assertValid(etree.fromstring(b'<testsuites><testsuite name="x"><fail/></testsuite></testsuites>'))


def test_markdown_shows_names_as_they_are() -> None:
    text = as_markdown(report(comparison("failed", "A|B*")))
    assert "### ❌ failed: not shown that new:fp32 may replace a\\_b:int8" in text
    (row,) = [line for line in text.splitlines() if line.startswith("| helpdesk")]
    assert row.replace("\\|", "").count("|") == 9
    assert "A\\|B\\*" in row
    assert "at commit cccccccccccc" in text


def test_a_report_is_the_same_after_json() -> None:
    given = report(comparison("failed"), comparison("undecided", "OS"))
    assert from_json(GateReport, to_json(given)) == given
