"""Go-back analysis of files: for every text what follows from it by the domain's rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itner.core.errors import InputError
from itner.core.paragraphs import list_paragraphs
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.core.types import Mention, Verdict
from itner.domains.registry import Domain, Rulebook, list_domains
from itner.evaluation.verdicts import read_reports, score_verdicts
from itner.files.formats import TABLES
from itner.files.items import TextItem
from itner.files.names import extension
from itner.files.tagging import above, tag_items
from itner.records.files import sha256_file
from itner.records.verdicts import VERDICTS, VerdictReport, VerdictScores
from itner.workflows.tag import Chosen

# Verdicts that are less certain are for a person to decide.
CONFIDENCE = 0.9


@dataclass(frozen=True)
class Judged:
    """A text, what was found in it, and what follows."""

    item: TextItem
    mentions: tuple[Mention, ...]
    verdict: Verdict


def judging_domain(name: str | None = None) -> Domain:
    """The domain of that name, or the first one that has rules to judge by; InputError where it has none."""
    domains = [domain for domain in list_domains() if domain.judging is not None and name in (None, domain.name)]
    if not domains:
        raise InputError(
            "no domain here has rules to judge by" if name is None else f"the domain {name!r} has no rules to judge by"
        )
    return domains[0]


def finder_of(domain: Domain) -> str | None:
    """The run whose mentions a domain's verdicts rest on where none is named."""
    return domain.judging.finder if domain.judging is not None else None


def read_rulebook(domain: Domain, table: Path | None = None) -> Rulebook:
    """The rules of a table, None for the one that ships with the domain; InputError where it is wrong."""
    if domain.judging is None:
        raise InputError(f"the domain {domain.name!r} has no rules to judge by")
    return domain.judging.read(table)


def go_back(
    items: Sequence[TextItem],
    domain: Domain,
    chosen: Chosen,
    threshold: float = 0.0,
    confidence: float = CONFIDENCE,
    progress: Progress = silent,
    rulebook: Rulebook | None = None,
) -> Iterator[Judged]:
    """What follows from each text.

    Args:
        threshold: mentions that are less certain count as not found.
        confidence: a verdict that is less certain becomes one for review, and says so.
        rulebook: by which to judge; None for the one that ships with the domain.
    """
    judge = (rulebook or read_rulebook(domain)).judge
    tagged = tag_items(
        items, chosen.tagger, lambda done, total: progress("tagging", done / max(total, 1)), lambda: False
    )
    for entry in above(tagged, threshold):
        yield decide(Judged(entry.item, entry.mentions, judge(entry.item.text, entry.mentions)), confidence)


def decide(judged: Judged, confidence: float) -> Judged:
    """The same, for review where the verdict is less certain than `confidence`; then it says so."""
    verdict = judged.verdict
    if verdict.verdict == "review" or verdict.confidence >= confidence:
        return judged
    why = f"{verdict.verdict} by {', '.join(verdict.rules)}, but less certain than {confidence:g}: {verdict.why}"
    return replace(judged, verdict=replace(verdict, verdict="review", why=why))


def describe(judged: Judged) -> dict[str, object]:
    """A verdict as plain values, the same in every output."""
    text, verdict = judged.item.text, judged.verdict
    return {
        "file": judged.item.file,
        "part": judged.item.part,
        "text": text,
        "verdict": verdict.verdict,
        "confidence": verdict.confidence,
        "rules": list(verdict.rules),
        "why": verdict.why,
        "evidence": [
            {"start": e.start, "end": e.end, "role": e.role, "text": text[e.start : e.end]} for e in verdict.evidence
        ],
        "mentions": [
            {"start": m.start, "end": m.end, "type": m.type, "score": m.score, "text": text[m.start : m.end]}
            for m in judged.mentions
        ],
    }


def as_json_lines(judged: Iterable[Judged]) -> str:
    """Verdicts as JSON Lines, one a text, as `describe` tells them."""
    return "".join(f"{json.dumps(describe(each), ensure_ascii=False)}\n" for each in judged)


def count_verdicts(judged: Iterable[Judged]) -> dict[str, int]:
    """How many texts have each verdict, in the order in which they are told."""
    found = [each.verdict.verdict for each in judged]
    return {word: found.count(word) for word in VERDICTS}


def score_reports(
    path: Path,
    domain: Domain,
    chosen: Chosen,
    threshold: float = 0.0,
    confidence: float = CONFIDENCE,
    progress: Progress = silent,
    rulebook: Rulebook | None = None,
) -> VerdictScores:
    """How often verdicts on reports are as decided by hand, given as `go_back` gives them.

    Args:
        path: a table as `itner.evaluation.verdicts.read_reports` reads it.
    """
    reports = read_reports(path)
    items = [TextItem(path.name, report.id, report.text) for report in reports]
    # Every verdict as it is; which of them are certain enough is counted afterwards.
    judged = go_back(items, domain, chosen, threshold, 0.0, progress, rulebook)
    return score_verdicts(reports, [each.verdict for each in judged], confidence)


def report_scores(path: Path, scores: VerdictScores, chosen: Chosen) -> VerdictReport:
    """What `score_reports` found, with what it was measured on."""
    return VerdictReport(path.name, sha256_file(path), chosen.what, scores, collect_provenance())


def list_reports(items: Sequence[TextItem]) -> list[TextItem]:
    """The reports that texts hold: a row or a record is one, running text has one a line, item or wrapped paragraph."""
    reports = []
    for item in items:
        if extension(item.file) in TABLES:
            reports.append(item)
            continue
        for each in list_paragraphs(item.text):
            part = ", ".join(filter(None, (item.part, each.where)))
            reports.append(TextItem(item.file, part, each.text, item.fields))
    return reports
