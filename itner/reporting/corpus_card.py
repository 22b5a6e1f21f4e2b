"""The data card's tables: an annotated corpus of ours, and what taggers reach with it."""

from __future__ import annotations

from collections.abc import Sequence

from itner.domains.release import Release
from itner.records.dataset import CorpusReport, DataStats
from itner.records.peers import Peers
from itner.records.store import Run
from itner.records.study import Ablation, CompressionStudy
from itner.reporting.ablation import ablation_in_words, dev_sets, measure_gain, rarest_type
from itner.reporting.aims import aims_table, list_aims
from itner.reporting.readme import README_BEGIN, README_END, peers_section, replace_section, results_section
from itner.reporting.rows import FROM_COUNTS, MISSING, counted_in_words
from itner.reporting.tracks import tracks_in_words

CORPUS_BEGIN = "<!-- corpus: written by `itner readme` -->"
CORPUS_END = "<!-- end of corpus -->"
AIMS_BEGIN = "<!-- aims: written by `itner readme` -->"
AIMS_END = "<!-- end of aims -->"


def corpus_tables(report: CorpusReport, stats: DataStats) -> str:
    """Sizes, agreement and diversity of an annotated corpus of ours as Markdown."""
    splits = list(stats.splits)
    kinds = list(report.agreement.per_type)
    channels = ", ".join(f"{count:,} {name}" for name, count in report.channels.items())
    sizes = [f"| | {' | '.join(splits)} |", f"|---|{'---|' * len(splits)}"]
    sizes.append(f"| sentences | {' | '.join(f'{stats.splits[name].sentences:,}' for name in splits)} |")
    sizes.append(f"| tokens | {' | '.join(f'{stats.splits[name].tokens:,}' for name in splits)} |")
    for kind in kinds:
        sizes.append(f"| {kind} mentions | {' | '.join(f'{stats.splits[name].mentions[kind]:,}' for name in splits)} |")
    test = stats.splits["test"]
    for kind in kinds:
        unseen, total = test.unseen_mentions[kind], test.mentions[kind]
        share = f"{unseen / total:.0%}" if total else MISSING
        sizes.append(f"| {kind} mentions of test not in train | | | {unseen:,} ({share}) |")
    pairs = (report.agreement, report.first_to_gold, report.second_to_gold)
    agreed = ["| F1 | first to second pass | first to settled | second to settled |", "|---|---|---|---|"]
    agreed.append(f"| all types | {' | '.join(counted_in_words(pair.overall) for pair in pairs)} |")
    for kind in kinds:
        agreed.append(f"| {kind} | {' | '.join(counted_in_words(pair.per_type[kind]) for pair in pairs)} |")
    for name, kappas in (
        ("all tokens", [pair.kappa for pair in pairs]),
        ("tokens that either marked", [pair.kappa_marked for pair in pairs]),
    ):
        cells = [f"{kappa:.3f}" if kappa is not None else MISSING for kappa in kappas]
        agreed.append(f"| Cohen's kappa, {name} | {' | '.join(cells)} |")
    same = report.agreement
    varied = report.diversity
    return (
        f"{report.tickets:,} {report.what} ({channels}), {report.sentences:,} sentences.\n\n"
        + "\n".join(sizes)
        + f"\n\nThe two passes are identical in {same.identical_sentences:,} of {same.sentences:,} sentences.\n\n"
        + "\n".join(agreed)
        + f"\n\n{FROM_COUNTS}"
        + f"\n\nDiversity: {varied.distinct_4gram_share:.1%} of all 4-grams are distinct, the type/token ratio is "
        f"{varied.type_token_ratio:.3f}, {varied.once_only_share:.1%} of the {varied.mention_strings:,} different "
        f"mention strings occur once, the different openings (two tokens) are {varied.distinct_opening_share:.1%} of "
        "all."
    )


def tried_table(ablation: Ablation) -> str:
    """What each step of the training brought on dev, as Markdown: mean F1 over the seeds, gain, noise of the gain."""
    datasets = dev_sets(ablation)
    rarest = rarest_type(ablation)
    header = ["step", "what it adds", "to", "seeds"]
    for dataset in datasets:
        header += [f"{dataset} dev", "gain (noise)", rarest]
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    for arm in ablation.arms:
        cells = [arm.name, arm.what, arm.against or MISSING, str(len(arm.runs))]
        for dataset in datasets:
            found = measure_gain(ablation, arm, dataset)
            gain = f"{found.gain:+.3f}" if found.gain is not None else MISSING
            noise = f"{found.noise:.3f}" if found.noise is not None else MISSING
            error = measure_gain(ablation, arm, dataset, rarest).mean
            cells += [f"{found.mean:.3f}", f"{gain} ({noise})", f"{error:.3f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def fill_data_card(
    text: str,
    report: CorpusReport,
    stats: DataStats,
    runs: Sequence[Run],
    release: Release,
    ablation: Ablation | None,
    peers: Peers | None = None,
    study: CompressionStudy | None = None,
) -> str:
    """A corpus's data card with its numbers, and those of the taggers trained on it, written anew, between markers.

    The card of a domain whose results the README does not show has them itself, and those of the measured peers.
    """
    text = replace_section(text, CORPUS_BEGIN, CORPUS_END, corpus_tables(report, stats))
    if README_BEGIN in text:
        results = f"{results_section(runs)}\n\n{peers_section(runs, peers)}".rstrip()
        text = replace_section(text, README_BEGIN, README_END, results)
    section = [aims_table(list_aims(runs, release, peers, study), release.aim_variant)] if release.aims else []
    section += tracks_in_words(runs, release)
    if ablation is not None:
        section += [ablation_in_words(ablation), tried_table(ablation)]
    return replace_section(text, AIMS_BEGIN, AIMS_END, "\n\n".join(section)) if section else text
