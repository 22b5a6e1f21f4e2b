"""The verb for more than fits into memory: tag-corpus."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from itner.cli.options import DataRoot, Models, Variant, check_one_of, console, existing, given_path, read_key
from itner.core.characters import is_encodable
from itner.core.errors import InputError
from itner.core.types import Device
from itner.core.words import counted
from itner.records.bulk import Engine, Form, Hiding, Output

if TYPE_CHECKING:
    from itner.workflows.tag_corpus import Redacting

TAG_CORPUS = """
itner tag-corpus tickets.jsonl --output tagged --run compact_s --text-column description --id-column key
itner tag-corpus exports/ --output tagged-exports --run minilm_l3_kd --carry created_at --carry team
itner tag-corpus "logs/*.log.gz" --output tagged-logs --run compact_s --dry-run    # what it takes and costs
itner tag-corpus s3://bucket/tickets/ --output tried --run compact_s --limit 1000
itner tag-corpus exports/ --output by-week --run compact_s --summary --date-column created_at    # what is said when
itner tag-corpus mails.parquet --output redacted --redact label --text-column body    # texts without personal data
itner tag-corpus /shared/logs/ --output /shared/tagged --run compact_s --engine ray --address head:6379
"""
_FORMS, _OUTPUTS, _ENGINES = ("jsonl", "csv", "lines", "parquet"), ("parquet", "jsonl"), ("local", "ray")
_DEVICES = ("cpu", "cuda")
_LEFT_OUT, _INTERRUPTED = 1, 130


def tag_corpus(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files, folders, patterns, or addresses such as s3://bucket/folder."),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="DIR", parser=given_path, help="A new folder, or that of a call which was stopped."),
    ],
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run that tags (default: the domain's default).")
    ] = None,
    variant: Variant = None,
    guideline: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read as this guideline annotates (default: the run's choice).")
    ] = None,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Mentions less certain are left out.")] = 0.0,
    form: Annotated[
        str | None,
        typer.Option("--input", metavar="|".join(_FORMS), help="What all sources are (default: by their names)."),
    ] = None,
    text_column: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Column or key (a dotted path) with text; repeatable (default: by content)."),
    ] = None,
    id_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Column that names a record (default: its source and place).")
    ] = None,
    carry: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Column to carry along as text; repeatable.")
    ] = None,
    encoding: Annotated[str, typer.Option(metavar="NAME", help="Of text.")] = "utf-8",
    delimiter: Annotated[
        str | None, typer.Option(metavar="SIGN", help="Between columns of CSV (default: by each header).")
    ] = None,
    output_form: Annotated[
        str, typer.Option("--format", metavar="|".join(_OUTPUTS), help="Of the shards.")
    ] = "parquet",
    spans: Annotated[bool, typer.Option("--spans", help="Write the mentions' own text beside their offsets.")] = False,
    block: Annotated[
        float | None,
        typer.Option("--block", metavar="MIB", help="Input of a shard (default: by the size of all, 0.25 to 2)."),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Write tables of what is mentioned, which Tag files opens.")
    ] = False,
    date_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Column with the day, by whose weeks --summary counts.")
    ] = None,
    redact: Annotated[
        str | None,
        typer.Option(
            metavar="mask|label|hash|pseudonym",
            help="Write the texts with this in the place of what is found, and no mentions.",
        ),
    ] = None,
    type: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="To redact; repeatable (default: those that point at a person)."),
    ] = None,
    as_: Annotated[
        list[str] | None,
        typer.Option("--as", metavar="TYPE=METHOD", help="Another way to redact a type; repeatable."),
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What hashes and pseudonyms depend on, the same in every call.")
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Redact this share of personal characters, as measured on dev."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, max=10**15, help="Texts at most, from the first on.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Beside each other (default: one a core).")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Of each process.")] = 1,
    engine: Annotated[
        str, typer.Option(metavar="|".join(_ENGINES), help="What shares the work out; the output is the same.")
    ] = "local",
    address: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Of a cluster of Ray (default: one on this machine).")
    ] = None,
    device: Annotated[
        str, typer.Option(metavar="|".join(_DEVICES), help="Where networks are: cuda wants onnxruntime-gpu.")
    ] = "cpu",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tag a sample, and say what all would take.")] = False,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Tag more than fits into memory: exports of millions of tickets, folders of logs, objects in a store.

    Kinds: .jsonl, .ndjson, .csv, .tsv, .parquet, .txt, .log, .md (a line a text); all but Parquet also packed: .gz,
    .zst, .bz2. A shard has a row a text: its id, a hash of it, what is carried along, and its mentions with offsets,
    types and scores; no text. Stop it at any time and call it again: what is done is kept, and the output is the same.
    What cannot be read stands in left_out/ with the reason. With --redact a row has the text, without what was found in
    any text of its block; one in which some of that still stands, as in another spelling, is left out. Exits with 1
    when anything was left out, or there was no text.
    """
    from itner.bulk.shards import MANIFEST
    from itner.core.provenance import usable_cores
    from itner.records.prices import read_prices
    from itner.workflows.estimate_corpus import estimate
    from itner.workflows.tag_corpus import Asked, default_run, plan
    from itner.workflows.tag_corpus import tag_corpus as tag_all

    if form is not None:
        check_one_of(form, _FORMS, "--input")
    check_one_of(output_form, _OUTPUTS, "--format")
    check_one_of(engine, _ENGINES, "--engine")
    check_one_of(device, _DEVICES, "--device")
    if address is not None and engine != "ray":
        raise typer.BadParameter("only --engine ray has an address", param_hint="--address")
    delimiter = "\t" if delimiter == r"\t" else delimiter
    if delimiter is not None and len(delimiter) != 1:
        raise typer.BadParameter(f"{delimiter!r} is not one sign", param_hint="--delimiter")
    if block is not None and not 0.001 <= block <= 1024:
        raise typer.BadParameter(f"{block:g} is not between 0.001 and 1024", param_hint="--block")
    if date_column is not None and not summary:
        raise typer.BadParameter("goes with --summary alone", param_hint="--date-column")
    for option, names in (
        ("--text-column", text_column),
        ("--id-column", [id_column]),
        ("--carry", carry),
        ("--date-column", [date_column]),
        ("--delimiter", [delimiter]),
    ):
        if not all(name is None or is_encodable(name) for name in names or ()):
            raise typer.BadParameter("is no UTF-8; see the terminal's encoding", param_hint=option)
    if re.match(r"\w{2,}:/", str(output)):
        raise typer.BadParameter("is written to a folder of this machine, not to an address", param_hint="--output")
    if "" in sources:
        raise typer.BadParameter("a source has no name", param_hint="SOURCE")
    encoding = _check_encoding(encoding)
    place = existing(models, data_root)
    redacting = _read_redacting(redact, type, as_, key_file, recall, threshold)
    asked = Asked(
        run=default_run(place, redacting is not None) if run is None else run,
        variant=variant,
        form=cast(Form | None, form),
        text_columns=tuple(dict.fromkeys(text_column or ())),
        id_column=id_column,
        carried=tuple(carry or ()),
        encoding=encoding,
        delimiter=delimiter,
        guideline=guideline,
        threshold=threshold,
        with_text=spans,
        output=cast(Output, output_form),
        block_bytes=round(block * 2**20) if block is not None else None,
        limit=limit,
        redacting=redacting,
        summarized=summary,
        date_column=date_column,
        device=cast(Device, device),
    )
    workers = processes or (max(1, usable_cores() // threads) if device == "cpu" else 1)
    with console() as progress:
        planned = plan(sources, asked, place, progress, output)
        job = planned.job
        for line in planned.assumed:
            typer.echo(line, err=True)
        size = sum(source.size for source in job.sources)
        if dry_run:
            found = estimate(planned, place, threads)
            unread = planned.problems | dict(found.unread)
            _say_unread(unread)
            if not found.sample.records:
                raise InputError("there is no text in the sample", path=job.sources[0].address)
            hours = found.hours(workers)
            rate = found.sample.tokens / found.seconds * workers
            speed = f" at {rate:,.0f} tokens/s" if found.sample.tokens else ""
            beside = f"{workers} process{'es' if workers > 1 else ''} of {counted(threads, 'thread')}"
            typer.echo(
                f"{counted(len(job.sources), 'source')}, {size / 1e6:,.1f} MB: about {found.texts:,.0f} texts, "
                f"{_in_words(hours)} with {beside}{speed}, by a sample of "
                f"{counted(found.sample.records, 'text')}; texts that repeat take less"
            )
            prices = read_prices(place)
            if prices is not None:
                cost = hours * workers * threads * prices.compute.core_hour
                typer.echo(f"about {cost:,.2f} {prices.currency} at {prices.compute.core_hour:g} an hour of a core")
            if found.sample.left_out:
                typer.echo(f"of the sample {counted(found.sample.left_out, 'record')} would be left out", err=True)
            if unread:
                raise typer.Exit(_LEFT_OUT)
            return
        known = (output / MANIFEST).is_file()
        try:
            manifest = tag_all(planned, output, place, processes, threads, progress, cast(Engine, engine), address)
        except KeyboardInterrupt:
            progress.close()
            typer.echo(f"stopped; what is done is kept in {output}: call again to go on", err=True)
            raise typer.Exit(_INTERRUPTED) from None
    counts = manifest.counts
    at = f", which decides at {job.decides_at:g}" if job.decides_at is not None else ""
    typer.echo(f"{'redacted' if job.hidden else 'tagged'} by run {job.run}, {job.variant}{at}", err=True)
    shown = {name: count for name, count in counts.mentions.items() if not job.hidden or name in job.hidden}
    kinds = ", ".join(
        f"{name} {count:,}" + (f" ({job.hidden[name]})" if name in job.hidden else "") for name, count in shown.items()
    )
    became = "was done before" if known else "written"
    shards = counted(len(manifest.shards), "shard")
    typer.echo(f"{counted(counts.records, 'text')} in {shards}, {output} {became}: {kinds}")
    if counts.unscored:
        typer.echo(f"--threshold leaves out none of {counted(counts.unscored, 'mention')} that have no score", err=True)
    if counts.without_text:
        typer.echo(f"{counts.without_text:,} without text", err=True)
    if job.summarized:
        _say_dates(output)
    _say_unread(manifest.unread)
    if counts.left_out:
        typer.echo(f"left out: {counted(counts.left_out, 'record')}; the reasons are in {output}/left_out", err=True)
    if not counts.records and not manifest.unread:
        typer.echo("there was no text; is --text-column right?" if job.text_columns else "there was no text", err=True)
    if counts.left_out or manifest.unread or not counts.records:
        raise typer.Exit(_LEFT_OUT)


def _say_dates(output: Path) -> None:
    """How many texts are of no week."""
    from itner.bulk.summary import SUMMARY
    from itner.records.bulk import NO_WEEK, CorpusSummary
    from itner.records.files import read_record

    found: CorpusSummary | None = read_record(output / SUMMARY, CorpusSummary)
    if found is not None and (count := found.texts.get(NO_WEEK)):
        typer.echo(f"{counted(count, 'text')} without a day in {found.date_column} that is known", err=True)


def _read_redacting(
    method: str | None,
    types: list[str] | None,
    others: list[str] | None,
    key_file: Path | None,
    recall: float | None,
    threshold: float,
) -> Redacting | None:
    """How texts are redacted, None where they are tagged; bad usage for what goes with redaction alone."""
    from itner.files.redactor import METHODS
    from itner.workflows.tag_corpus import Redacting

    if method is None:
        options = {"--type": types, "--as": others, "--key-file": key_file, "--recall": recall}
        given = next((name for name, value in options.items() if value is not None), None)
        if given is not None:
            raise typer.BadParameter("goes with --redact alone", param_hint=given)
        return None
    check_one_of(method, METHODS, "--redact")
    if recall is not None and threshold:
        raise typer.BadParameter("--threshold leaves in place what --recall is to hide; name one of them")
    methods = {}
    for given in others or ():
        name, _, how = given.partition("=")
        check_one_of(how, METHODS, "--as")
        methods[name] = cast(Hiding, how)
    key = read_key(key_file) if key_file is not None else None
    return Redacting(cast(Hiding, method), tuple(types) if types else None, methods, key, recall)


def _say_unread(reasons: Mapping[str, str]) -> None:
    for name, reason in reasons.items():
        typer.echo(f"not read: {name}: {reason}", err=True)


def _check_encoding(name: str) -> str:
    """The encoding's name; bad usage for one that there is not, or in which a line's end is no byte."""
    try:
        # A mark at the beginning is left out anyway.
        name = "utf-8" if codecs.lookup(name).name == "utf-8-sig" else name
        fits = "\n".encode(name) == b"\n" and "a".encode(name) == b"a"
    except (LookupError, UnicodeError):
        raise typer.BadParameter(f"there is no encoding {name!r}", param_hint="--encoding") from None
    if not fits:
        raise typer.BadParameter(f"{name} cannot be read in pieces; convert to UTF-8 first", param_hint="--encoding")
    return name


def _in_words(hours: float) -> str:
    if hours >= 1:
        return f"{hours:,.1f} hours"
    if hours * 60 >= 1:
        return counted(round(hours * 60), "minute")
    return counted(round(hours * 3600), "second") if hours * 3600 >= 1 else "less than a second"
