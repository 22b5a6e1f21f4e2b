"""A gate's report for people and for build servers: lines for a terminal, Markdown, and JUnit's XML."""

from __future__ import annotations

from xml.etree import ElementTree

from itner.core.words import counted
from itner.records.gate import Comparison, GateReport, Verdict
from itner.reporting.rows import MISSING

_SIGNS: dict[Verdict, str] = {"passed": "✅", "failed": "❌", "undecided": "❔"}
_HEADS = ("comparison", "old F1", "new F1", "difference", "interval", "p, corrected", "gold mentions", "verdict")


def verdict_in_words(report: GateReport) -> str:
    """The answer in one sentence."""
    stopped = [each for each in report.comparisons if not report.lets_pass(each)]
    lost = sum(each.verdict == "failed" for each in stopped)
    may = f"{report.new.label} may replace {report.old.label}"
    if report.passed:
        undecided = sum(each.verdict == "undecided" for each in report.comparisons)
        rest = f"; {undecided} of {len(report.comparisons)} comparisons undecided" if undecided else ""
        return f"passed: {may}{rest}"
    reasons = [f"{lost} lost too much"] if lost else []
    reasons += [f"{len(stopped) - lost} undecided, for too little data"] if len(stopped) > lost else []
    return f"failed: not shown that {may}; of {len(report.comparisons)} comparisons {' and '.join(reasons)}"


def rule_in_words(report: GateReport) -> str:
    """By what it was decided."""
    rule = report.rule
    return (
        f"Passed: the {100 * (1 - rule.alpha):.4g}% interval of the difference in F1 is above -{rule.max_drop:g}. "
        f"Failed: it is below, corrected for {counted(len(report.comparisons), 'comparison')} (Holm). Undecided: "
        f"neither; this counts as {rule.undecided} over all mentions, as {rule.undecided_type} on a type."
    )


def reason(comparison: Comparison) -> str:
    """The verdict on one comparison, with what it would take where data are too few."""
    if comparison.verdict != "undecided":
        return comparison.verdict
    if comparison.needed > comparison.mentions:
        return f"undecided: {comparison.mentions:,} mentions, {comparison.needed:,} needed"
    return "undecided: close to what may be lost"


def as_lines(report: GateReport) -> list[str]:
    """A table for a terminal, the verdict last."""
    table = [_HEADS, *(_cells(each) for each in report.comparisons)]
    widths = [max(len(row[place]) for row in table) for place in range(len(_HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return [
        *lines,
        *(f"not compared: {said}" for said in report.left_out),
        rule_in_words(report),
        verdict_in_words(report),
    ]


def _cells(each: Comparison) -> tuple[str, ...]:
    return (
        each.name,
        f"{each.old_f1:.4f}",
        f"{each.new_f1:.4f}",
        f"{each.difference:+.4f}",
        f"{each.low:+.4f} to {each.high:+.4f}",
        f"{each.p:.4f} ({each.finding})" if each.finding in ("better", "worse") else f"{each.p:.4f}",
        f"{each.mentions:,}",
        reason(each),
    )


def as_markdown(report: GateReport) -> str:
    """A comment for a change that somebody proposes."""
    lines = [f"### {'✅' if report.passed else '❌'} {_plain(verdict_in_words(report))}", ""]
    lines += [f"| {' | '.join(_HEADS)} |", f"|{'---|' * len(_HEADS)}"]
    for each in report.comparisons:
        *cells, verdict = _cells(each)
        lines.append(f"| {' | '.join([*map(_plain, cells), f'{_SIGNS[each.verdict]} {verdict}'])} |")
    lines += ["", *(f"- not compared: {_plain(said)}" for said in report.left_out)]
    commit = report.provenance.commit
    made = f"itner at commit {commit[:12]}" if commit is not None else f"itner, commit {MISSING}"
    return "\n".join([*lines, f"{rule_in_words(report)} {made}, {report.provenance.created}.", ""])


def _plain(text: str) -> str:
    """Names as they are: what would end a cell or become emphasis in Markdown does not."""
    return "".join(f"\\{sign}" if sign in "\\|*_`<>[]" else sign for sign in text)


def as_junit(report: GateReport) -> str:
    """JUnit's XML: a test suite for the gate, a test case for each comparison.

    What stops the gate is a failure; what is undecided and does not is a skipped test.
    """
    stopped = [each for each in report.comparisons if not report.lets_pass(each)]
    skipped = [each for each in report.comparisons if each.verdict == "undecided" and report.lets_pass(each)]
    counts = {
        "tests": str(len(report.comparisons)),
        "failures": str(len(stopped)),
        "errors": "0",
        "skipped": str(len(skipped)),
        "time": "0",
    }
    root = ElementTree.Element("testsuites", {"name": "itner compare", **counts})
    # Readers of the schema of old want a date without its zone.
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {
            "name": f"{report.old.label} → {report.new.label}",
            "timestamp": report.provenance.created[:19],
            "hostname": "localhost",
            **counts,
        },
    )
    for each in report.comparisons:
        group = f"itner.compare.{each.dataset}.{each.split}"
        case = ElementTree.SubElement(
            suite, "testcase", {"classname": group, "name": each.type or "all mentions", "time": "0"}
        )
        words = f"{reason(each)}; {_numbers(each)}"
        if each in stopped:
            found = ElementTree.SubElement(case, "failure", {"type": each.verdict, "message": words})
            found.text = rule_in_words(report)
        elif each in skipped:
            ElementTree.SubElement(case, "skipped", {"message": words})
        else:
            ElementTree.SubElement(case, "system-out").text = words
    if report.left_out:
        ElementTree.SubElement(suite, "system-out").text = "\n".join(
            f"not compared: {said}" for said in report.left_out
        )
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _numbers(each: Comparison) -> str:
    return (
        f"F1 {each.old_f1:.4f} to {each.new_f1:.4f}, difference {each.difference:+.4f} ({each.low:+.4f} to "
        f"{each.high:+.4f}), p {each.p:.4f} of no difference, {each.p_drop:.4f} of no larger drop than allowed"
    )
