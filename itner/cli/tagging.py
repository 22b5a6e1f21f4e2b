"""The verbs that tag files, hold taggers against each other on them, redact and judge them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itner.cli.options import (
    DataRoot,
    DomainName,
    Encoding,
    Models,
    TextColumns,
    Variant,
    check_one_of,
    console,
    existing,
    given_path,
    named,
    read_key,
    reading,
)
from itner.core.words import counted

if TYPE_CHECKING:
    from itner.files.items import FileNotice

TAG = """
itner tag tickets.csv
itner tag tickets.csv mails.zip --run minilm_full_kd --output tagged.zip
itner tag system.log --run minilm_l3_kd --format HTML --threshold 0.5 --output tagged.zip
itner tag jira.csv --text-column Summary --text-column Description --carry --format CSV
itner tag export.json --text-column fields.description
itner tag no_header.csv old.txt --text-column 2 --encoding cp850
itner tag questions.jsonl --run minilm_full_kd --guideline stackoverflow
itner tag logs/ 'archive/**/*.log' --strict
itner tag bid.docx --domain utility    # by the run of another domain that tags there
"""
DISAGREE = """
itner disagree minilm_full_kd:fp32 minilm_full_kd:int8 tickets.csv    # what compression changes on text of yours
itner disagree minilm_full_kd minilm_l3_kd logs/ mails.zip --output differing.csv
itner disagree minilm_full_kd it_rules jira.csv --text-column Summary --threshold 0.5 --output differing.jsonl
"""
REDACT = """
itner redact ticket.txt mails.eml --output redacted
itner redact export.csv --method pseudonym --key-file key.bin --output redacted    # the same names next time
itner redact letters/ --type PERSON_NAME --type EMAIL --method label --output redacted
itner redact cv.docx --as DATE=label --mapping mapping.json --output redacted
itner redact mails/ --recall 0.95 --output redacted    # hide more than what is likely, and more that is harmless
"""
GOBACK = """
itner goback reports.txt
itner goback inspections.csv --text-column note --confidence 0.95 --output verdicts.jsonl
itner goback inspections.csv --text-column note --text-column reading    # a row is one report
itner goback reports.txt --rules our_rules.yaml
itner goback --text "16 ft clearance over the street"
itner goback --decided data/utility/infractions_dev.tsv    # how often verdicts are as decided by hand
"""
_LEFT_OUT = 1
# Of the places where two taggers differ, what is printed; --output has all.
_SHOWN = 10
_FORMATS = "JSONL, CSV, CoNLL, spaCy JSON, HTML, Label Studio or doccano; repeatable (default: JSONL)."


def tag(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", parser=given_path, help="Files, folders, or patterns.")
    ],
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run that tags (default: the domain's, or its rules).")
    ] = None,
    output: Annotated[Path, typer.Option(help="The zip to write.")] = Path("tagged.zip"),
    variant: Variant = None,
    format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help=_FORMATS,
        ),
    ] = None,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Leave out mentions less certain.")] = 0.0,
    domain: DomainName = None,
    guideline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Read as this guideline annotates (default: the run's choice for raw text)."),
    ] = None,
    text_column: TextColumns = None,
    encoding: Encoding = None,
    carry: Annotated[
        bool, typer.Option("--carry", help="Write the row's other columns beside each text, to join results back.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing when anything is left out.")] = False,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Tag files, or all in a folder.

    Kinds: .txt, .log, .md, .csv, .tsv, .json, .jsonl, .ndjson, .xlsx, .docx, .odt, .rtf, .pdf, .html, .htm, .eml,
    .msg, .mbox, .zip.

    A row of a table without text is skipped and counted. Files of one name are told apart by their folders. What was
    assumed of a file, such as its encoding or the column with the text, is said. Without --run, the domain's default
    run tags, or, where it is not here, the domain's rules, which need no model; what tags is said. Exits with 1 when
    anything was left out; the rest is tagged, except with --strict.
    """
    from itner.files.writers import FORMATS
    from itner.workflows.tag import choose_tagger, list_notices, read_files, tag_files

    # A format that is named twice is written once.
    formats = list(dict.fromkeys(named(name, tuple(FORMATS), "--format") for name in format or ("JSONL",)))
    read = read_files(files, output, reading(text_column, encoding, carry))
    if strict and read.problems:
        _say(read.problems)
        typer.echo(f"nothing written: {len(read.problems):,} left out, and --strict", err=True)
        raise typer.Exit(_LEFT_OUT)
    with console() as progress:
        chosen = choose_tagger(run, variant, guideline, existing(models, data_root), progress, domain)
        unscored = tag_files(read, chosen, output, formats, threshold, progress)
    _say((*read.problems, *read.notes, *list_notices(chosen)))
    typer.echo(f"tagged by {chosen.what}", err=True)
    if threshold and unscored:
        typer.echo(f"--threshold leaves out none of {counted(unscored, 'mention')} that have no score", err=True)
    typer.echo(f"{counted(len(read.items), 'text')} tagged, {output} written")
    if read.problems:
        raise typer.Exit(_LEFT_OUT)


def disagree(
    one: Annotated[str, typer.Argument(metavar="RUN_A[:VARIANT]", help="A run (default: the variant to deploy).")],
    other: Annotated[str, typer.Argument(metavar="RUN_B[:VARIANT]", help="Another run, or another variant of it.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", parser=given_path, help="Files, folders, or patterns.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write every differing place there, as JSON Lines (.jsonl) or a table (.csv)."
        ),
    ] = None,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Mentions less certain count as not found.")] = 0.0,
    guideline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Read as this guideline annotates (default: each run's choice)."),
    ] = None,
    text_column: TextColumns = None,
    encoding: Encoding = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Show where two taggers differ on text without gold, what matters most first.

    Files are read as `itner tag` reads them. A place weighs the more, the surer the taggers are there (both sure and
    different most of all), times how often they differ on the same words in the same way; without scores it comes last.
    Which of them is right, nobody says. Exits with 1 when anything was left out; the rest is compared.
    """
    from itner.records.files import replacing
    from itner.reporting.disagreements import FILES, agreement_in_words, count_kinds, say
    from itner.workflows.disagree import compare, open_pair
    from itner.workflows.inputs import check_output, read_paths
    from itner.workflows.tag import list_notices

    if output is not None:
        check_one_of(output.suffix.lower(), tuple(FILES), "--output")
        check_output(output)
    read = read_paths(files, reading(text_column, encoding), output)
    with console() as progress:
        pair = open_pair(one, other, guideline, existing(models, data_root), progress)
        found = compare(read.items, pair, threshold, progress)
    _say((*read.problems, *read.notes, *(notice for chosen in pair for notice in list_notices(chosen))))
    typer.echo(f"first {found.names[0]}, second {found.names[1]}", err=True)
    typer.echo(f"{counted(len(found.items), 'text')}: {agreement_in_words(found.agreement)}")
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in count_kinds(found.disagreements).items())
    typer.echo(f"{counted(len(found.disagreements), 'differing place')}" + (f": {kinds}" if kinds else ""))
    for place in found.disagreements[:_SHOWN]:
        item = found.items[place.text]
        weight = f"{place.weight:8.2f}" if place.weight is not None else f"{'–':>8}"
        where = ", ".join(filter(None, (item.file, item.part)))
        typer.echo(f"{weight}  {place.kind}, {where} at {place.start:,}")
        typer.echo(f"{'':10}{say(item.text, place.first)} | {say(item.text, place.second)}")
    if output is not None:
        with replacing(output) as file:
            file.write(FILES[output.suffix.lower()](found))
        typer.echo(f"{output} written")
    if read.problems:
        raise typer.Exit(_LEFT_OUT)


def redact(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", parser=given_path, help="Files, folders, or patterns.")
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder for the redacted files.")],
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run that finds (default: that for personal data, or rules).")
    ] = None,
    variant: Variant = None,
    method: Annotated[str, typer.Option(metavar="mask|label|hash|pseudonym", help="What stands instead.")] = "mask",
    type: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="To hide; repeatable (default: those that point at a person)."),
    ] = None,
    as_: Annotated[
        list[str] | None, typer.Option("--as", metavar="TYPE=METHOD", help="Another method for a type; repeatable.")
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What hashes and pseudonyms depend on (default: drawn, and forgotten)."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what replaced what, for its owner to read alone.")
    ] = None,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Leave what is less certain in place.")] = 0.0,
    recall: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Hide this share of personal characters, as measured on dev, if need be more."),
    ] = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Replace personal data in files, which keep their format.

    Kinds: .txt, .md, .log, .csv, .tsv, .json, .jsonl, .eml, .docx.

    What is found once is replaced wherever it stands: in other files of the same call, in their names, in the
    properties of a document, in hidden text. Every file is read again, in every way its bytes can be read, before it
    is written; one in which something that was found is still there is left out. What a tagger does not find stays.
    Exits with 1 when a file, or a part of one, was left out, and with 2 when nothing could be written.
    """
    from itner.domains.registry import get_domain
    from itner.files.redactor import METHODS
    from itner.records.store import RunStore
    from itner.workflows.redact import aim_at, check_places, make_plan, personal_domain
    from itner.workflows.redact import redact as redact_files
    from itner.workflows.tag import choose_tagger, list_notices

    check_one_of(method, METHODS, "--method")
    check_places(output, mapping)
    if recall is not None and threshold:
        raise typer.BadParameter("--threshold leaves in place what --recall is to hide; name one of them")
    place = existing(models, data_root)
    domain = get_domain(RunStore(place.models).load(run).info.domain) if run is not None else personal_domain()
    types = [named(name, domain.scheme.types, "--type") for name in type] if type else None
    others = {}
    for given in as_ or ():
        name, _, how = given.partition("=")
        others[named(name, domain.scheme.types, "--as")] = named(how, METHODS, "--as")
    key = read_key(key_file) if key_file is not None else None
    plan = make_plan(domain, method, types, others, key)  # type: ignore[arg-type]
    with console() as progress:
        chosen = choose_tagger(run, variant, None, place, progress, domain.name)
        if recall is not None:
            chosen = aim_at(chosen, recall, plan, place)
        done = redact_files(files, output, chosen, plan, threshold, mapping, progress)
    _say((*done.problems, *done.notes, *list_notices(chosen)))
    typer.echo(f"found by {chosen.what}", err=True)
    for name, count in done.counts.items():
        typer.echo(f"{name:14} {count:>7,} replaced ({plan.methods[name]})")
    typer.echo(f"{counted(len(done.files), 'file')} written to {output}")
    if done.problems:
        raise typer.Exit(_LEFT_OUT)


def goback(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Files, folders, or patterns; a report a row of a table, a line, or a wrapped paragraph of text.",
        ),
    ] = None,
    text: Annotated[list[str] | None, typer.Option(metavar="TEXT", help="A report; repeatable.")] = None,
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The table of rules (default: the one that ships).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JSON Lines with evidence and mentions there.")
    ] = None,
    decided: Annotated[
        Path | None,
        typer.Option(metavar="TSV", help="Score verdicts against those by hand there; --output gets the scores."),
    ] = None,
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run that finds (default: the one that judges best).")
    ] = None,
    variant: Variant = None,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Mentions less certain count as not found.")] = 0.0,
    confidence: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Verdicts less certain are for a person to review (default: 0.9)."),
    ] = None,
    domain: DomainName = None,
    text_column: TextColumns = None,
    encoding: Encoding = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Say of each field report whether it breaks a rule, keeps those that apply, or is for a person to review.

    Each verdict names the rules, the words it rests on, and why. The rules stand in a table that can be edited, or
    replaced with --rules. A row of a table is one report: the cells of several --text-column (or of the columns whose
    names promise text) are joined, each behind the name of its column. In running text a line is a report, with the
    lines that it goes on in. Exits with 1 when a file was left out.
    """

    from dataclasses import replace

    from itner.core.characters import is_blank
    from itner.files.items import ReadResult, TextItem
    from itner.records.codec import to_json
    from itner.records.files import write_atomic
    from itner.workflows.goback import (
        CONFIDENCE,
        as_json_lines,
        count_verdicts,
        describe,
        finder_of,
        go_back,
        judging_domain,
        list_reports,
        read_rulebook,
        report_scores,
        score_reports,
    )
    from itner.workflows.inputs import check_output, read_paths
    from itner.workflows.tag import choose_tagger, list_notices

    if not files and not text and decided is None:
        raise typer.BadParameter("name files, or give a --text")
    if any(is_blank(given) for given in text or ()):
        raise typer.BadParameter("a report without a word; leave it out", param_hint="--text")
    if decided is not None and (files or text):
        raise typer.BadParameter("--decided brings the reports, so files and --text are left out")
    if output is not None:
        check_output(output)
    judge = judging_domain(domain)
    rulebook = read_rulebook(judge, rules)
    place = existing(models, data_root)
    certain = CONFIDENCE if confidence is None else confidence
    if decided is not None:
        with console() as progress:
            chosen = choose_tagger(run, variant, None, place, progress, judge.name, finder_of(judge))
            scores = score_reports(decided, judge, chosen, threshold, certain, progress, rulebook)
        if rules is not None:
            chosen = replace(chosen, what=f"{chosen.what}; judged by {rules.name}")
        typer.echo(f"found by {chosen.what}", err=True)
        told = f"{scores.decided:,} decided, {scores.wrong:,} of them wrongly"
        typer.echo(f"{scores.right:,} of {scores.reports:,} as by hand; {told}")
        for point in scores.curve:
            share = f"{point.accuracy:.1%} right" if point.accuracy is not None else "none decided"
            typer.echo(f"  certain to {point.threshold:.2f}: {point.coverage:6.1%} decided, {share}")
        if output is not None:
            write_atomic(output, to_json(report_scores(decided, scores, chosen)))
        return
    read = read_paths(files, reading(text_column, encoding, joined=True), output) if files else ReadResult()
    items = [*(TextItem("", "", given) for given in text or ()), *list_reports(read.items)]
    with console() as progress:
        chosen = choose_tagger(run, variant, None, place, progress, judge.name, finder_of(judge))
        given = list(go_back(items, judge, chosen, threshold, certain, progress, rulebook))
    judged = [describe(each) for each in given]
    _say((*read.problems, *read.notes, *list_notices(chosen)))
    typer.echo(f"found by {chosen.what}", err=True)
    if output is not None:
        write_atomic(output, as_json_lines(given))
    else:
        for each in judged:
            where = ", ".join(filter(None, (str(each["file"]), str(each["part"]))))
            typer.echo(
                f"{each['verdict']!s:10} {each['confidence']:.2f}  {where + ': ' if where else ''}{each['text']}"
            )
            typer.echo(f"{'':16}{each['why']}")
    counts = [f"{count:,} {name}" for name, count in count_verdicts(given).items()]
    typer.echo(f"{counted(len(judged), 'report')}: {', '.join(counts)}" + (f"; {output} written" if output else ""))
    if read.problems:
        raise typer.Exit(_LEFT_OUT)


def _say(notices: Iterable[FileNotice]) -> None:
    for notice in notices:
        typer.echo(f"{notice.file}: {notice.reason}", err=True)
