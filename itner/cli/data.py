"""Verbs about data: prepare, label, transfer, measure-corpus, suspects."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from itner.cli.options import (
    DataRoot,
    DomainName,
    Encoding,
    Models,
    TextColumns,
    check_one_of,
    console,
    domain_or_default,
    existing,
    reading,
    say_unusable,
)
from itner.records.workspace import Workspace

_LEFT_OUT = 1

PREPARE = """
itner prepare --source embedded
itner prepare --source embedded --dataset elsewhere    # a check: never trained on
itner prepare --source conll --path DIR    # train.txt, dev.txt, test.txt
itner prepare --source conll --path DIR --tag-column 4 --dataset mine
itner prepare --source jsonl --path DIR --dataset mine --guideline helpdesk    # also doccano, Label Studio, ...
itner prepare --source jsonl --path DIR --misaligned expand --dataset mine
itner prepare --source hub
itner prepare --domain pii --source generated    # synthetic text
itner prepare --source mix --part stackoverflow --part helpdesk --dataset mixed
"""
LABEL = """
itner label data/helpdesk/unlabelled.txt --dev helpdesk --tagger minilm_full_kd --dataset mine
itner label mails.zip log.jsonl --dev helpdesk --dataset mails
itner label exports/ --text-column description --dev helpdesk --dataset exports
itner label --hub-issues 100000 --dev stackoverflow --dataset issues
"""
TRANSFER = """
itner transfer combined --teacher minilm_full_kd --name once
itner transfer combined data/forum/unlabelled.txt --teacher minilm_full_kd --copies 4 --name raw --seed 1
"""
MEASURE_CORPUS = """
itner measure-corpus data/helpdesk
"""
SUSPECTS = """
itner suspects helpdesk    # go through them on the page Labels
itner suspects helpdesk --plant 0.05 --seed 13 --seed 14 --seed 15    # how many planted errors are found
itner suspects mine --folds 10
"""


def prepare(
    source: Annotated[str, typer.Option(metavar="SOURCE", help="hub, conll, jsonl, embedded, generated or mix.")],
    path: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder with train, dev and test (conll and jsonl); their format is recognised (docs/annotations.md).",
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name of the prepared dataset; of hub and embedded, which corpus."),
    ] = None,
    domain: DomainName = None,
    guideline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Annotation guideline that it follows (default: its corpus's, or its own)."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the oversampling.")] = 13,
    part: Annotated[
        list[str] | None, typer.Option(metavar="DATASET", help="A prepared dataset (mix); repeatable.")
    ] = None,
    weak: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A weakly labelled text for train (mix); repeatable.")
    ] = None,
    weak_ratio: Annotated[float, typer.Option(help="The share of train that weak text makes up (mix).")] = 0.3,
    tag_column: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="The column of the tags in CoNLL files (default: recognised)."),
    ] = None,
    misaligned: Annotated[
        str,
        typer.Option(
            metavar="error|expand|drop",
            help="Spans that begin or end inside a word: refuse them, take the whole word, or leave them out.",
        ),
    ] = "error",
    data_root: DataRoot = None,
) -> None:
    """Prepare a dataset: read, remap to the domain's types, repair, drop, oversample, describe."""
    from itner.data.sources import FILES, SOURCES, SourceName
    from itner.data.stats import import_in_words
    from itner.records.dataset import Misaligned
    from itner.workflows.prepare import mix
    from itner.workflows.prepare import prepare as prepare_source

    check_one_of(source, SOURCES, "--source")
    if (source == "mix") != bool(part):
        raise typer.BadParameter("--source mix and --part go together", param_hint="--part")
    if source == "mix" and (guideline is not None or domain is not None or path is not None):
        raise typer.BadParameter("a mixture has the domain and guidelines of its parts, and no --path")
    check_one_of(misaligned, get_args(Misaligned), "--misaligned")
    if source not in FILES and (tag_column is not None or misaligned != "error"):
        raise typer.BadParameter(f"--tag-column and --misaligned are for annotated files ({', '.join(FILES)})")
    if weak and source != "mix":
        raise typer.BadParameter("weakly labelled text goes into a mixture (--source mix)", param_hint="--weak")
    place = Workspace.find(data=data_root)
    if source == "mix":
        stats = mix(part or (), place, dataset, weak or (), weak_ratio, seed)
    else:
        known = cast(SourceName, source)
        rule = cast(Misaligned, misaligned)
        chosen = domain_or_default(domain)
        stats = prepare_source(known, path, chosen, place, dataset, guideline, seed, rule, tag_column)
    for name, split in stats.splits.items():
        mentions = ", ".join(f"{kind} {count}" for kind, count in split.mentions.items())
        dropped = ", ".join(f"{count} {reason}" for reason, count in split.dropped.items()) or "none"
        shared = "".join(f"; {count} also in {other}" for other, count in split.also_in.items())
        typer.echo(f"{name}: {split.sentences:,} sentences, {split.tokens_mean} tokens on average, {mentions}")
        if split.imported is not None:
            typer.echo(f"  read as {import_in_words(split.imported)}")
        typer.echo(f"  dropped {dropped}; repaired tags {split.repaired_tags}{shared}")
    if (grown := stats.oversampling) is not None:
        typer.echo(f"train oversampled: {grown.sentences_before:,} to {grown.sentences_after:,} sentences")
    followed = ", ".join(dict.fromkeys(facts.guideline for facts in stats.sources.values()))
    typer.echo(f"domain {stats.domain}, annotated by the guidelines of {followed}")
    typer.echo(f"written to {place.data.name}/processed/{stats.name}/ and {place.data.name}/processed_meta.json")


def label(
    dev: Annotated[
        str, typer.Option(metavar="DATASET", help="Its dev split says how often each labelling function is right.")
    ],
    dataset: Annotated[str, typer.Option(metavar="NAME", help="Name of what is written under data/weak/.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Files, folders or patterns, as `itner tag` reads them."),
    ] = None,
    hub_issues: Annotated[
        int, typer.Option(min=0, metavar="N", help="Also N issues of the domain's hub text, one sentence each.")
    ] = 0,
    tagger: Annotated[str | None, typer.Option(metavar="RUN", help="A run that votes, too.")] = None,
    tagger_threshold: Annotated[
        float, typer.Option(min=0, max=1, help="What it is less sure of votes apart, and leaves a sentence doubtful.")
    ] = 0.9,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Least probability of a mention.")] = 0.8,
    text_column: TextColumns = None,
    encoding: Encoding = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Label text that nobody annotated: name lists, patterns and a trained tagger vote on every sentence."""
    from itner.data.processed import WEAK
    from itner.workflows.label import label_weakly

    if not files and not hub_issues:
        raise typer.BadParameter("pass files, or a number of issues with --hub-issues", param_hint="FILE")
    place = Workspace.find(models, data_root)
    settings = reading(text_column, encoding)
    with console() as progress:
        report = label_weakly(
            files or (),
            dev,
            dataset,
            place,
            tagger,
            tagger_threshold,
            threshold,
            hub_issues,
            progress=progress,
            settings=settings,
            tell=lambda notice: typer.echo(f"{notice.file}: {notice.reason}", err=True),
        )
    typer.echo(f"{'function':22} coverage mentions overlap conflict  right on {report.dev} dev")
    for name, stats in report.functions.items():
        shares = " ".join(
            f"{share:8.1%}" if share is not None else f"{'–':>8}" for share in (stats.overlap, stats.conflict)
        )
        right = ", ".join(f"{kind} {c.tp} of {c.tp + c.fp}" for kind, c in stats.dev.items()) or "no vote"
        typer.echo(f"{name:22} {stats.coverage:8.1%} {stats.mentions:8,} {shares}  {right}")
    kept = sum(report.mentions.values())
    typer.echo(f"kept {report.kept:,} of {report.sentences:,} sentences, {kept:,} mentions")
    settled = ", ".join(f"{kind} P {c.precision:.2f} R {c.recall:.2f}" for kind, c in report.dev_settled.items())
    typer.echo(
        f"on the {report.dev_settled_sentences:,} of {report.dev_sentences:,} dev sentences kept likewise: {settled}"
    )
    folder = f"{place.data.name}/{WEAK}"
    typer.echo(f"written to {folder}/{report.name}.jsonl and {folder}/{report.name}.json")


def transfer(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A prepared dataset; its train split is used.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Raw text besides, in any format that is tagged.")
    ] = None,
    teacher: Annotated[
        list[str] | None, typer.Option(metavar="RUN", help="A run that labels; repeatable: the mean of several.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the folder under data/transfer/.")] = "transfer",
    copies: Annotated[int, typer.Option(min=0, help="Altered copies of each document, beside itself.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="Of what is altered.")] = 13,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Make transfer text: altered copies of training text, labelled by teachers at every word piece.

    Called again after a stop, it goes on with the next shard.
    """
    from itner.core.words import counted
    from itner.records.transfer import TransferSettings
    from itner.workflows.transfer import TRANSFER as FOLDER
    from itner.workflows.transfer import make_transfer

    if not teacher:
        raise typer.BadParameter("name at least one run that labels", param_hint="--teacher")
    place = Workspace.find(models, data_root)
    with console() as progress:
        record = make_transfer(
            dataset,
            name,
            teacher,
            place,
            files or (),
            TransferSettings(copies=copies, seed=seed),
            progress,
            tell=lambda notice: typer.echo(f"{notice.file}: {notice.reason}", err=True),
        )
    done = ", ".join(f"{count:,} {what}" for what, count in (record.operations or {}).items())
    what = f"{record.windows:,} windows, {record.pieces:,} pieces of {counted(record.documents, 'document')}"
    typer.echo(what + (f" ({done})" if done else ""))
    typer.echo(f"written to {place.data.name}/{FOLDER}/{record.name}/")


def measure_corpus(
    folder: Annotated[Path, typer.Argument(help="Holds the settled corpus, first_pass.txt and second_pass.txt.")],
    domain: DomainName = None,
) -> None:
    """Measure an annotated corpus of ours: how varied it is, and how far its two annotators agreed."""
    from itner.data.processed import CORPUS_REPORT
    from itner.records.dataset import Agreement
    from itner.workflows.prepare import measure_corpus as measure

    def in_words(agreement: Agreement) -> str:
        types = ", ".join(f"{name} {counts.f1:.3f}" for name, counts in agreement.per_type.items())
        kappas = ", ".join(
            f"{name} {value:.3f}" if value is not None else f"{name} not defined"
            for name, value in (("kappa", agreement.kappa), ("kappa of marked tokens", agreement.kappa_marked))
        )
        return f"F1 {agreement.overall.f1:.3f} ({types}), {kappas}"

    report = measure(folder, domain_or_default(domain))
    channels = ", ".join(f"{count} {name}" for name, count in report.channels.items())
    typer.echo(f"{report.tickets:,} {report.what} ({channels}), {report.sentences:,} sentences")
    varied = report.diversity
    typer.echo(
        f"distinct 4-grams {varied.distinct_4gram_share:.1%}, type/token ratio {varied.type_token_ratio:.3f}, "
        f"{varied.mention_strings:,} mention strings, {varied.once_only_share:.1%} of them once, "
        f"distinct openings {varied.distinct_opening_share:.1%}"
    )
    typer.echo(f"first against second pass: {in_words(report.agreement)}")
    typer.echo(f"first pass against gold: {in_words(report.first_to_gold)}")
    typer.echo(f"second pass against gold: {in_words(report.second_to_gold)}")
    typer.echo(f"written to {folder / CORPUS_REPORT}")


def suspects(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A prepared dataset; all of its splits are read.")],
    folds: Annotated[int, typer.Option(min=2, help="Parts, each read by a tagger that learned from the others.")] = 5,
    plant: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Also test the ranking on copies of the annotation with this share of its mentions made wrong.",
        ),
    ] = None,
    seed: Annotated[
        list[int] | None, typer.Option(min=0, help="Of what is planted; repeatable, a test each (default: 13).")
    ] = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Rank the labels of a dataset that a tagger which never saw them finds implausible; nothing of it is changed.

    Stop it at any time and call it again: folds that are done are kept. Exits with 1 when a folder of a run, whose
    predictions could have had a say, cannot be used.
    """
    from itner.domains.registry import get_domain
    from itner.reporting.suspects import KIND_WORDS, planted_in_words
    from itner.workflows.suspects import find_suspects, suspects_file

    if plant is not None and not 0 < plant <= 0.5:
        raise typer.BadParameter("a share above 0 and at most 0.5, such as 0.05", param_hint="--plant")
    if plant is None and seed:
        raise typer.BadParameter("--seed is of what is planted: give --plant as well", param_hint="--seed")
    place = existing(models, data_root)
    seeds = tuple(dict.fromkeys(seed or [13])) if plant is not None else ()
    left_out = say_unusable(place.models)
    with console() as progress:
        report = find_suspects(dataset, place, folds, planted_share=plant or 0.0, plant_seeds=seeds, progress=progress)
    for split, scored in report.scores.items():
        counts, interval = scored.counts, scored.interval
        typer.echo(
            f"{split}: out of sample F1 {counts.f1:.3f} [{interval.low:.3f}, {interval.high:.3f}] "
            f"on {counts.support:,} mentions"
        )
    if report.runs:
        typer.echo(f"stored predictions that have a say: {', '.join(report.runs)}")
    kinds = ", ".join(f"{number:,} {KIND_WORDS[kind]}" for kind, number in report.found.items())
    typer.echo(f"{sum(report.found.values()):,} suspects in {report.sentences:,} sentences: {kinds}")
    for test in report.planted:
        typer.echo(planted_in_words(test))
    typer.echo(f"written to {place.data.name}/{suspects_file(dataset, get_domain(report.domain))}")
    if left_out:
        raise typer.Exit(_LEFT_OUT)
