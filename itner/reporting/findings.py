"""Findings in words, each from the numbers of the runs and with the page that holds its evidence."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from itner.core.errors import InputError
from itner.core.words import listed
from itner.domains.registry import get_domain
from itner.evaluation.compare import Difference
from itner.records.int8 import INT8
from itner.records.prices import Prices
from itner.records.store import Run
from itner.reporting.advice import Compare, compare_rows
from itner.reporting.cost import list_costs, worth_in_words
from itner.reporting.languages import languages_in_words, list_language_rows
from itner.reporting.rows import Row, f1_in_words, in_words, list_rows, row_f1_in_words
from itner.taggers.encoder.variants import CUT, DISTILLED, TAUGHT, facts_of
from itner.taggers.registry import VARIANT_NAMES, kind_of

# Below this many gold mentions, one mention moves a type's F1 by several points.
FEW_MENTIONS = 30
RULES, COMPACT, GENERATIVE, PROMPTED = "rules", "compact", "generative", "prompted"
# However a backbone was made smaller.
_SMALLER = "smaller"
_MEANT = {_SMALLER: (CUT, TAUGHT, DISTILLED)}
_TITLES = {"full": "Full", "lora": "LoRA", _SMALLER: "a smaller backbone"}
_NAMES = {"lora": "Training adapters alone (LoRA)", _SMALLER: "A smaller backbone"}
_OTHERS = {"full": "training all weights", "lora": "adapters on the whole one"}


@dataclass(frozen=True)
class Finding:
    """What was found, and where to look: a page's name and the query parameters that open it at the evidence.

    `claim` is one sentence for people who do not read numbers, `text` the numbers behind it.
    """

    title: str
    claim: str
    text: str
    page: str
    query: dict[str, str | list[str]] = field(default_factory=dict)


def list_findings(
    runs: Sequence[Run],
    dataset: str,
    split: str = "test",
    compare: Compare = compare_rows,
    prices: Prices | None = None,
) -> list[Finding]:
    """What the numbers say about the families, the variants, the types and the data sets; with prices, about costs."""
    rows = list_rows(runs, dataset, split)
    makers: list[Callable[[], Finding | None]] = [
        lambda: _families(runs, rows, "full", "lora", dataset, compare),
        lambda: _families(runs, rows, "lora", _SMALLER, dataset, compare),
        lambda: _compact(rows, dataset, compare),
        lambda: _rules(rows, dataset, compare),
        lambda: _quantisation(rows, dataset, compare),
        lambda: _types(rows, dataset),
        lambda: _domains(runs, dataset, split),
        lambda: _languages(runs),
        lambda: _generative(rows, dataset, compare),
        lambda: _worth(runs, rows, dataset, prices),
    ]
    return [finding for make in makers if (finding := make()) is not None]


def _generative(rows: Sequence[Row], dataset: str, compare: Compare) -> Finding | None:
    """What writing mentions word for word loses and costs, against the best tagger of another family."""
    writing = [row for row in rows if row.family == GENERATIVE and row.micro_f1 is not None]
    others = [row for row in rows if row.family not in (GENERATIVE, PROMPTED, RULES)]
    large = _best(others, INT8)
    best = max(writing, key=lambda row: row.micro_f1 or 0.0, default=None)
    if best is None or large is None or best.micro_f1 is None or large.micro_f1 is None:
        return None
    parts = [
        f"{best.label}, a decoder that writes mentions, reaches micro-F1 {row_f1_in_words(best)}, "
        f"{large.label} {row_f1_in_words(large)}: {best.micro_f1 - large.micro_f1:+.3f}, "
        f"{describe_difference(compare(best, large))}."
    ]
    if best.p50_ms and large.p50_ms and best.tokens_per_s and large.tokens_per_s:
        parts.append(
            f"It takes {best.p50_ms / large.p50_ms:,.0f} times as long for one text ({best.p50_ms:,.0f} ms against "
            f"{large.p50_ms:.1f} ms), and {large.tokens_per_s / best.tokens_per_s:,.0f} times as long for many."
        )
    query: dict[str, str | list[str]] = {"dataset": dataset, "run": [large.run, best.run]}
    slower = f" and takes {best.p50_ms / large.p50_ms:,.0f} times as long" if best.p50_ms and large.p50_ms else ""
    claim = f"A model that writes mentions {_against(best, large, compare)} the best that marks them{slower}."
    return Finding("Writing mentions, or marking them", claim, " ".join(parts), "quality", query)


def _worth(runs: Sequence[Run], rows: Sequence[Row], dataset: str, prices: Prices | None) -> Finding | None:
    """What a language model would have to cost to be worth it."""
    words = worth_in_words(runs, rows, list_costs(runs, rows, prices), prices)
    if words is None:
        return None
    claim, text = words
    return Finding("What a language model would have to cost", claim, text, "efficiency", {"dataset": dataset})


def _languages(runs: Sequence[Run]) -> Finding | None:
    """What is lost in languages that were not learned; by which type, and what to do then, says the page."""
    rows = list_language_rows(runs, get_domain(runs[0].info.domain)) if runs else []
    words = languages_in_words(rows)
    if not words:
        return None
    foreign = next(row.report for row in rows if not row.home)
    away = listed(dict.fromkeys(row.language for row in rows if not row.home))
    claim = f"In {away} even the best tagger misses much of what it finds in the language that it learned."
    query: dict[str, str | list[str]] = {"dataset": foreign.dataset, "split": foreign.split}
    return Finding("Other languages", claim, words[0], "quality", query)


def describe_difference(difference: Difference | None) -> str:
    """Whether a difference stands, with its interval."""
    if difference is None:
        return "whether that is more than chance was not recorded"
    interval = f"{difference.level:.0%} interval {difference.low:+.3f} to {difference.high:+.3f}"
    if difference.significant:
        return f"more than the choice of sentences explains ({interval})"
    return f"which the choice of sentences alone may explain ({interval})"


def _against(row: Row, other: Row, compare: Compare) -> str:
    """How a row does beside another one, as far as that can be told, for a sentence that goes on with the other."""
    difference = compare(row, other)
    gap = (row.micro_f1 or 0.0) - (other.micro_f1 or 0.0)
    if difference is not None and not difference.significant:
        return "does as well, as far as this data tells, as"
    points = f"{abs(gap) * 100:.0f}" if abs(gap) >= 0.01 else f"{abs(gap) * 100:.1f}"
    return f"scores {points} F1 {'point' if points == '1' else 'points'} {'more' if gap > 0 else 'less'} than"


def _best(rows: Sequence[Row], variant: str, *families: str) -> Row | None:
    fitting = [
        row
        for row in rows
        if row.variant == variant and row.micro_f1 is not None and (not families or row.family in families)
    ]
    return max(fitting, key=lambda row: row.micro_f1 or 0.0, default=None)


def _families(
    runs: Sequence[Run], rows: Sequence[Row], first: str, second: str, dataset: str, compare: Compare
) -> Finding | None:
    one, other = _best(rows, "fp32", first), _best(rows, "fp32", *_MEANT.get(second, (second,)))
    if one is None or other is None or one.micro_f1 is None or other.micro_f1 is None:
        return None
    better, worse = (one, other) if one.micro_f1 >= other.micro_f1 else (other, one)
    gap = (better.micro_f1 or 0.0) - (worse.micro_f1 or 0.0)
    parts = [
        f"{better.run} reaches micro-F1 {row_f1_in_words(better)}, {worse.run} {row_f1_in_words(worse)}, at FP32: "
        f"{gap:.3f} apart, {describe_difference(compare(better, worse))}."
    ]
    if one.p50_ms and other.p50_ms and one.parameters and other.parameters and one.parameters != other.parameters:
        parts.append(
            f"{other.run} answers in {other.p50_ms:.1f} ms where {one.run} takes {one.p50_ms:.1f} ms, "
            f"with {other.parameters / 1e6:.1f} M parameters against {one.parameters / 1e6:.1f} M."
        )
    by_name = {run.name: run for run in runs}
    also = _other_differences(by_name[one.run], by_name[other.run])
    if also:
        parts.append(f"They differ in {', '.join(also)} as well: the gap is not the family's alone.")
    trained = by_name[other.run].info.parameters_trainable
    if second == "lora" and trained and other.parameters:
        share = trained / other.parameters
        parts.append(f"{other.run} trained {share:.1%} of its parameters; deployed, its adapters are merged.")
    title = f"{_TITLES[first]} or {_TITLES[second]}"
    query: dict[str, str | list[str]] = {"dataset": dataset, "run": [one.run, other.run], "variant": "fp32"}
    claim = f"{_NAMES[second]} {_against(other, one, compare)} {_OTHERS[first]}."
    return Finding(title, claim, " ".join(parts), "quality", query)


def _compact(rows: Sequence[Row], dataset: str, compare: Compare) -> Finding | None:
    """What a network without attention loses, and what it saves, against the best tagger of another family."""
    small = _best(rows, INT8, COMPACT)
    others = [row for row in rows if row.family not in (COMPACT, RULES)]
    large = _best(others, INT8)
    if small is None or large is None or small.micro_f1 is None or large.micro_f1 is None:
        return None
    parts = [
        f"{small.run} reaches micro-F1 {row_f1_in_words(small)}, {large.run} {row_f1_in_words(large)}, at INT8: "
        f"{small.micro_f1 - large.micro_f1:+.3f}, {describe_difference(compare(small, large))}."
    ]
    if small.p50_ms and large.p50_ms and small.size_mb and large.size_mb:
        parts.append(
            f"It answers {large.p50_ms / small.p50_ms:.0f} times as fast ({small.p50_ms:.2f} ms against "
            f"{large.p50_ms:.1f} ms) and takes {small.size_mb:.1f} MB instead of {large.size_mb:.1f} MB."
        )
    query: dict[str, str | list[str]] = {"dataset": dataset, "run": [large.run, small.run], "variant": INT8}
    faster = f" and answers {large.p50_ms / small.p50_ms:.0f} times as fast" if small.p50_ms and large.p50_ms else ""
    claim = f"A network without attention {_against(small, large, compare)} the best{faster}."
    return Finding("Convolutions instead of attention", claim, " ".join(parts), "quality", query)


def _rules(rows: Sequence[Row], dataset: str, compare: Compare) -> Finding | None:
    """What a trained tagger gains over the best rules, at the variant of each that is best."""
    scored = [row for row in rows if row.micro_f1 is not None]
    rules = max((row for row in scored if row.family == RULES), key=lambda row: row.micro_f1 or 0.0, default=None)
    best = max((row for row in scored if row.family != RULES), key=lambda row: row.micro_f1 or 0.0, default=None)
    if rules is None or best is None or rules.micro_f1 is None or best.micro_f1 is None:
        return None
    text = (
        f"Name lists and patterns alone ({rules.run}) reach micro-F1 {row_f1_in_words(rules)}, {best.label} "
        f"{row_f1_in_words(best)}: training is worth {best.micro_f1 - rules.micro_f1:+.3f}, "
        f"{describe_difference(compare(best, rules))}."
    )
    query: dict[str, str | list[str]] = {
        "dataset": dataset,
        "run": [best.run, rules.run],
        "variant": [best.variant, rules.variant],
    }
    claim = f"A tagger of name lists and patterns {_against(rules, best, compare)} the best trained tagger."
    return Finding("What training brings over rules", claim, text, "quality", query)


def _other_differences(one: Run, other: Run) -> list[str]:
    """What else than the family sets two runs apart."""
    (first, how), (second, also) = facts_of(one), facts_of(other)
    told = {
        "training data": first.dataset.sha256 != second.dataset.sha256,
        "teachers": first.teachers != second.teachers,
        "context": how.context != also.context,
    }
    return [what for what, differs in told.items() if differs]


def _quantisation(rows: Sequence[Row], dataset: str, compare: Compare) -> Finding | None:
    parts = []
    worse: list[str] = []
    speeds: list[float] = []
    sizes: list[float] = []
    for run in dict.fromkeys(row.run for row in rows):
        pair = {row.variant: row for row in rows if row.run == run}
        full, small = pair.get("fp32"), pair.get("int8")
        if full is None or small is None or full.micro_f1 is None or small.micro_f1 is None:
            continue
        change = f"{run}: micro-F1 {small.micro_f1 - full.micro_f1:+.3f}"
        difference = compare(small, full)
        if difference is not None:
            change += f" ({difference.low:+.3f} to {difference.high:+.3f})"
            if difference.high < 0:
                worse.append(run)
        if full.p50_ms and small.p50_ms and full.size_mb and small.size_mb:
            speed = full.p50_ms / small.p50_ms
            speeds.append(speed)
            sizes.append(full.size_mb / small.size_mb)
            change += f", {speed:.1f} times as fast, {small.size_mb / full.size_mb:.0%} of the size"
        parts.append(change)
    if not parts:
        return None
    text = f"From FP32 to INT8 — {'; '.join(parts)}."
    loses = f"costs {listed(worse)} F1" if worse else "costs no F1 that can be measured"
    brings = (
        f", answers {statistics.median(speeds):.1f} times as fast in {1 / statistics.median(sizes):.0%} of the space"
        if speeds
        else ""
    )
    claim = f"INT8 {loses}{brings}."
    return Finding("What INT8 costs and brings", claim, text, "efficiency", {"dataset": dataset})


def _types(rows: Sequence[Row], dataset: str) -> Finding | None:
    best = max((row for row in rows if row.report), key=lambda row: row.micro_f1 or 0.0, default=None)
    if best is None or best.report is None:
        return None
    counts = {name: found for name, found in best.report.per_type.items() if found.support}
    if len(counts) < 2:
        return None
    frequent = max(counts, key=lambda name: counts[name].support)
    rare = min(counts, key=lambda name: (counts[name].support, name == frequent))
    hardest = min(counts, key=lambda name: counts[name].f1)
    easiest = max(counts, key=lambda name: counts[name].f1)
    told = [
        f"{name} {in_words(counts[name].f1, best.report.interval('f1', name))} on {counts[name].support:,}"
        for name in dict.fromkeys((frequent, rare, hardest, easiest))
    ]
    text = f"{best.label}, F1 and gold mentions: {frequent} is the most frequent, {rare} the rarest. {'; '.join(told)}."
    few = [name for name, found in counts.items() if found.support < FEW_MENTIONS]
    if few:
        text += f" With fewer than {FEW_MENTIONS} mentions, {listed(few)} can be judged only roughly."
    query: dict[str, str | list[str]] = {"dataset": dataset, "run": best.run, "variant": best.variant}
    claim = f"{hardest} has the lowest F1 of the types, {easiest} the highest."
    return Finding("Frequent and rare types", claim, text, "quality", query)


def _domains(runs: Sequence[Run], dataset: str, split: str) -> Finding | None:
    """The best run's score here and on the other data it was scored on."""
    rows = [row for row in list_rows(runs, dataset, split) if row.report]
    best = max(rows, key=lambda row: row.micro_f1 or 0.0, default=None)
    if best is None or best.report is None:
        return None
    run = next(run for run in runs if run.name == best.run)
    others = [
        report
        for report in run.metrics.reports
        if report.split == split and report.variant == best.variant and report.dataset != dataset
    ]
    if not others:
        return None
    elsewhere = ", ".join(f"{f1_in_words(report)} on {report.dataset}" for report in others)
    learned = _learned_from(run)
    trained = f"was trained on the dataset {learned}" if learned is not None else "was not trained"
    text = (
        f"{best.run} ({VARIANT_NAMES[best.variant]}) {trained}. It scores "
        f"{f1_in_words(best.report)} on {dataset} and {elsewhere}: judge a tagger on text like yours."
    )
    worst = min(others, key=lambda report: report.micro.f1)
    if worst.micro.f1 < best.report.micro.f1:
        claim = f"The best tagger here does worse on {worst.dataset}: judge it on text like yours."
    else:
        claim = f"The best tagger here does no worse on {listed(report.dataset for report in others)}."
    return Finding("Other text", claim, text, "quality", {"dataset": others[0].dataset, "run": best.run})


def _learned_from(run: Run) -> str | None:
    """The dataset that a run, or one that it opens, was trained on; None for what was not trained, or is not here."""
    try:
        opened = (run, *kind_of(run).parts(run))
    except InputError:
        opened = (run,)
    return next((each.info.dataset.name for each in opened if each.info.dataset is not None), None)
