"""Verbs that measure and describe runs: calibrate, export, evaluate, score, benchmark, try-int8, readme, migrate,
adopt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from itner.cli.options import (
    DataRoot,
    Dataset,
    DomainName,
    Models,
    RunName,
    Variants,
    check_one_of,
    console,
    domain_or_default,
    existing,
    say_left_out,
    say_unusable,
)
from itner.core.errors import InputError
from itner.data.corpus import CHECK, SPLITS
from itner.records.evaluation import MACRO, EvalReport
from itner.records.workspace import Workspace

CALIBRATE = """
itner calibrate minilm_full_kd
itner calibrate mine --dataset helpdesk    # where what it learned from is not prepared here
"""
EXPORT = """
itner export minilm_full_kd
"""
EVALUATE = """
itner evaluate minilm_full_kd --dataset stackoverflow
itner evaluate minilm_full_kd --dataset stackoverflow --split dev --variant int8
itner evaluate it_rules --dataset helpdesk
itner evaluate it_rules --dataset elsewhere --split check
"""
SCORE = """
itner score minilm_full_kd    # seconds, without a model
itner score minilm_l3 it_rules
itner score compact_m minilm_full_kd --dataset helpdesk --split test --variant int8
"""
BENCHMARK = """
itner benchmark minilm_full_kd --dataset stackoverflow
itner benchmark minilm_full_kd --dataset helpdesk --rounds 3 --threads 1
"""
TRY_INT8 = """
itner try-int8 minilm_full_kd --dataset stackoverflow
"""
CLAIMS = """
itner claims --dataset stackoverflow    # seconds, without a model
itner claims --domain utility --dataset specifications
"""
README = """
itner readme
"""
MIGRATE = """
itner migrate
itner migrate --models again
"""
ADOPT = """
itner adopt compact_m-before    # after `cp -r models/compact_m models/compact_m-before`
"""
_SPLITS = (*SPLITS, CHECK)
_MOST_CONFUSIONS = 6
_LEFT_OUT = 1


def calibrate(
    run: RunName,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="DATASET", help="A prepared dataset (default: the one that the run learned from)."),
    ] = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Measure what a run's activations range over on training text, which INT8 is built by.

    A training does this at its end; runs of earlier versions need it once. Written to int8_ranges.json.
    """
    from itner.workflows.calibrate import calibrate as calibrate_run

    with console() as progress:
        made = calibrate_run(run, existing(models, data_root), dataset, progress)
    ranges = made.ranges
    typer.echo(f"{run}: ranges of {len(ranges.tensors)} tensors on {ranges.sentences:,} sentences of {ranges.dataset}")
    if made.outdated:
        typer.echo(
            "its INT8 was measured with other ranges; measure anew with "
            f"`itner evaluate {run} --dataset DATASET --variant int8` and `itner benchmark`"
        )


def export(run: RunName, models: Models = None) -> None:
    """Build what the variants of a run are opened from: for an encoder, ONNX files (FP32, FP16, INT8)."""
    from itner.reporting.rows import in_megabytes, megabytes
    from itner.taggers.registry import kind_of
    from itner.workflows.open import built

    with console() as progress:
        exported = built(run, existing(models), progress=progress)
    kind = kind_of(exported)
    for variant in kind.variants:
        size = kind.deployed_bytes(exported, variant) / 2**20
        typer.echo(f"{exported.name} {variant}: {megabytes(in_megabytes(size))} MB to deploy")


def evaluate(
    run: RunName,
    dataset: Dataset,
    split: Annotated[
        str, typer.Option(help="Tune on dev; test is for shipped runs, once; check is all that a check has.")
    ] = "test",
    variant: Variants = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Predict a prepared dataset with variants of a run, store the predictions, and score them.

    An encoder's FP32 in PyTorch is predicted whatever is asked for: the others are compared with it.
    """
    from itner.workflows.evaluate import evaluate as evaluate_run

    check_one_of(split, _SPLITS, "--split")
    place = existing(models, data_root)
    with console() as progress:
        reports = evaluate_run(run, dataset, place, split, variant, progress)
    _print_scores(reports)
    last = reports[-1]
    from itner.evaluation.confusion import list_confusions
    from itner.records.store import RunStore
    from itner.reporting.answers import describe

    record = RunStore(place.models).load(run)
    made = {(report.dataset, report.split, report.variant) for report in reports}
    accounts = [each.account for each in record.answers.reports if (each.dataset, each.split, each.variant) in made]
    for line in (line for account in accounts for line in describe(account)):
        typer.echo(line)
    found = record.error_report(last.dataset, last.split, last.variant)
    if found is not None:
        listed = ", ".join(f"{gold} → {pred}: {n}" for gold, pred, n in list_confusions(found)[:_MOST_CONFUSIONS])
        typer.echo(f"most frequent confusions of {last.variant}: {listed}")
    if any(account.unreadable for account in accounts):
        # Texts without an answer count as texts without mentions.
        raise typer.Exit(1)


def score(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs with stored predictions.")],
    dataset: Annotated[
        str | None, typer.Option(metavar="DATASET", help="Those on this dataset alone (default: on all).")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Those on this split alone (default: on all).")] = None,
    variant: Variants = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Score stored predictions anew, without a model: scores with their intervals, errors, buckets, calibration.

    Exits with 1 when those of a run cannot be scored.
    """
    from itner.records.store import RunStore
    from itner.workflows.score import list_stored, score_runs

    if split is not None:
        check_one_of(split, _SPLITS, "--split")
    place = existing(models, data_root)
    known = {name: RunStore(place.models).load(name) for name in runs}
    left_out: list[InputError] = []
    asked = {}
    for name, run in known.items():
        try:
            asked[name] = list_stored(run, dataset, split, variant)
        except InputError as error:
            # What nothing fits was asked for wrongly.
            if not asked and len(left_out) + 1 == len(known):
                raise
            left_out.append(error)
            typer.echo(f"left out: {error}", err=True)
    for name, scored in score_runs(asked, place):
        if isinstance(scored, InputError):
            left_out.append(scored)
            typer.echo(f"left out: {scored}", err=True)
            continue
        typer.echo(name)
        _print_scores(scored)
    if left_out:
        raise typer.Exit(_LEFT_OUT)


def _print_scores(reports: Sequence[EvalReport]) -> None:
    for report in reports:
        micro, known = report.micro, report.interval
        said = {
            "micro P": (micro.precision, known("precision")),
            "R": (micro.recall, known("recall")),
            "F1": (micro.f1, known("f1")),
            "macro-F1": (report.macro_f1, known("f1", MACRO)),
            "token accuracy": (report.token_accuracy, report.uncertainty.interval(report.uncertainty.token_accuracy)),
        }
        scores = "  ".join(
            f"{name} {value:.4f}" + (f" [{within.low:.4f}, {within.high:.4f}]" if within is not None else "")
            for name, (value, within) in said.items()
        )
        typer.echo(f"{report.dataset} {report.split} {report.variant:10s} {scores}")


def benchmark(
    run: RunName,
    dataset: Annotated[
        str, typer.Option(metavar="DATASET", help="A prepared dataset, for natural lengths and bulk throughput.")
    ],
    split: Annotated[str, typer.Option(help="Its split.")] = "dev",
    variant: Variants = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds in which the variants take turns.")] = 5,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads of the runtimes (default: all usable cores).")
    ] = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Measure a run's latency, throughput, memory and load time, each variant in turn."""
    from itner.benchmark.protocol import BenchSettings
    from itner.reporting.rows import in_megabytes
    from itner.workflows.benchmark import benchmark as benchmark_run

    check_one_of(split, _SPLITS, "--split")
    settings = BenchSettings(rounds=rounds, threads=threads)
    place = existing(models, data_root)
    with console() as progress:
        report = benchmark_run(run, dataset, place, split, settings, variant, progress)
    for result in report.results:
        lengths = "  ".join(
            f"{length} {result.unit} p50 {latency.p50_ms:.2f} p95 {latency.p95_ms:.2f} ms "
            f"(rounds x{latency.spread:.2f})"
            for length, latency in result.forward.items()
        )
        typer.echo(
            f"{result.variant:10s} {lengths}  sentence p50 {result.end_to_end.p50_ms:.2f} ms  "
            f"{result.bulk_tokens_per_s:,.0f} tokens/s  {in_megabytes(result.file_mib):.2f} MB  "
            f"load {result.load_s:.2f} s  peak {result.peak_rss_mib:.0f} MiB"
        )


def try_int8(
    run: RunName,
    dataset: Annotated[str, typer.Option(metavar="DATASET", help="A prepared dataset; its dev split is used.")],
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Try INT8 recipes on a run: dev F1, latency, size; written to int8_trials.json."""
    from itner.reporting.rows import in_megabytes
    from itner.workflows.benchmark import try_int8 as try_recipes

    with console() as progress:
        trials = try_recipes(run, dataset, existing(models, data_root), progress=progress)
    for trial in trials.trials:
        typer.echo(
            f"{'* ' if trial.kept else '  '}{trial.recipe.name:75s} dev F1 {trial.dev_f1:.4f} "
            f"(FP32 {trial.dev_f1_fp32:.4f})  p50 {trial.forward.p50_ms:.2f} ms (x{trial.forward_ratio:.2f})  "
            f"{in_megabytes(trial.file_mib):.1f} MB"
            + (
                f"  alone as in a batch {trial.dev_alone_agreement:.1%}"
                if trial.dev_alone_agreement is not None
                else ""
            )
        )


def claims(
    dataset: Dataset,
    domain: DomainName = None,
    split: Annotated[str, typer.Option(help="Its split.")] = "test",
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Test on stored predictions whether compression costs rare mentions, long names and some types more than others.

    Written to claims.json beside the runs. Exits with 1 when a folder cannot be used.
    """
    from itner.reporting.claims import claim_in_words, method_in_words
    from itner.workflows.claims import measure_claims

    check_one_of(split, _SPLITS, "--split")
    with console() as progress:
        report, left_out = measure_claims(
            domain_or_default(domain), dataset, existing(models, data_root), split, progress
        )
    for claim in report.claims:
        typer.echo(f"{claim.title}? {claim_in_words(claim).replace('**', '')}")
    typer.echo(method_in_words(report))
    say_left_out(left_out)
    if left_out:
        raise typer.Exit(_LEFT_OUT)


def readme(domain: DomainName = None) -> None:
    """Write the README's tables from the files of the shipped runs, and the data card's from the corpus's report.

    The README is of the domain that is meant where none is named; for another one the data card alone is written.
    Exits with 1 when a folder of a run cannot be used.
    """
    from itner.data.processed import read_corpus_report, read_stats
    from itner.domains.registry import default_domain, get_domain, release_of
    from itner.records.files import write_atomic
    from itner.records.prices import read_prices
    from itner.records.store import RunStore, read_ablation, read_study, read_trials
    from itner.records.workspace import CHECKOUT
    from itner.reporting.bulk import BULK_BEGIN, BULK_END, measured_on, rates_table, read_bulk_bench
    from itner.reporting.bulk_proof import fill_bulk, read_bulk_proof
    from itner.reporting.corpus_card import fill_data_card
    from itner.reporting.endurance import fill_digest, fill_endurance, read_endurance
    from itner.reporting.languages import fill_languages_card, languages_card, list_language_rows
    from itner.reporting.peers import read_peers
    from itner.reporting.readme import (
        APP_TIMINGS,
        SERVICE_TIMINGS,
        TIMINGS_BEGIN,
        TIMINGS_END,
        fill_readme,
        read_app_timings,
        read_published,
        read_service_timings,
        replace_section,
        service_timings_table,
    )
    from itner.reporting.robustness import fill_robustness

    if CHECKOUT is None:
        raise InputError("the README is a file of the checkout, and this is an installed itner")
    place = Workspace.find()
    name = domain_or_default(domain)
    release = release_of(name, "tables are written")
    corpus = get_domain(name).corpus(release.corpus)
    if corpus is None or corpus.folder is None:
        raise InputError(f"the corpus {release.corpus} has no folder, so no data card")
    folder = place.data / corpus.folder
    report = read_corpus_report(folder)
    if report is None:
        raise InputError("no report; run `itner measure-corpus`", path=folder)
    card, page = folder / "README.md", CHECKOUT / "README.md"
    runs = [RunStore(place.models).load(shipped) for shipped in release.runs]
    stats, ablation = read_stats(release.corpus, place), read_ablation(place.models)
    ablation = ablation if ablation is not None and ablation.domain == name else None
    # Every run that is here, of which a release holds those that are to be made again.
    others = [run for run in RunStore(place.models).load_all()[0] if run.info.domain == name and run not in runs]
    abroad = list_language_rows([*runs, *others], get_domain(name))
    other = languages_card(abroad, get_domain(name))
    peers, study = read_peers(place, name), read_study(place.models)
    study = study if study is not None and study.domain == name else None
    filled = fill_data_card(card.read_text(encoding="utf-8"), report, stats, runs, release, ablation, peers, study)
    if other is not None:
        told = place.data / other
        write_atomic(told, fill_languages_card(told.read_text(encoding="utf-8"), abroad))
        typer.echo(f"{other}: {len(abroad)} scores")
    if name != default_domain():
        write_atomic(card, filled)
        typer.echo(f"{folder.name}/{card.name}: {report.tickets:,} texts, results of {len(runs)} runs")
        return
    timings = read_app_timings(CHECKOUT / APP_TIMINGS)
    page_text = fill_readme(
        page.read_text(encoding="utf-8"), runs, read_published(place), timings, peers, read_trials(place.models)
    )
    served, document = read_service_timings(CHECKOUT / SERVICE_TIMINGS), CHECKOUT / "docs" / "service.md"
    text = document.read_text(encoding="utf-8")
    if served is not None:
        text = replace_section(text, TIMINGS_BEGIN, TIMINGS_END, service_timings_table(served))
    bears = CHECKOUT / "docs" / "deploy.md"
    endurance = read_endurance(CHECKOUT / "assets")
    bears_text = fill_endurance(bears.read_text(encoding="utf-8"), *endurance)
    page_text = fill_digest(page_text, *endurance)
    bulk, rates, proof = CHECKOUT / "docs" / "bulk.md", read_bulk_bench(place), read_bulk_proof(place)
    bulk_text = bulk.read_text(encoding="utf-8")
    if rates is not None:
        page_text = replace_section(
            page_text, BULK_BEGIN, BULK_END, f"{rates_table(rates)}\n\nOn {measured_on(rates)}."
        )
        bulk_text = fill_bulk(bulk_text, rates, proof, read_prices(place))
    robust = CHECKOUT / "docs" / "robustness.md"
    every = sorted(RunStore(place.models).load_all()[0], key=lambda run: (run.info.domain, run.name))
    robust_text = fill_robustness(robust.read_text(encoding="utf-8"), every)
    write_atomic(card, filled)
    write_atomic(page, page_text)
    write_atomic(bears, bears_text)
    write_atomic(robust, robust_text)
    write_atomic(bulk, bulk_text)
    if served is not None:
        write_atomic(document, text)
        typer.echo(f"{document.name}: {len(served.timings)} response times")
    typer.echo(f"{folder.name}/{card.name}: {report.tickets:,} tickets")
    typer.echo(f"{page.name}: results of {len(runs)} runs")
    if say_unusable(place.models):
        raise typer.Exit(_LEFT_OUT)


def migrate(models: Models = None, data_root: DataRoot = None) -> None:
    """Bring the files of an earlier version to today's schemas; weights are never touched."""
    from itner.records.store import PREDICTIONS, RunStore
    from itner.workflows.migrate import migrate as migrate_files

    place = existing(models, data_root)
    changed = migrate_files(place)
    for path in changed:
        typer.echo(path.relative_to(place.models if path.is_relative_to(place.models) else place.data))
    typer.echo(f"{len(changed)} files changed")
    bare = [run.name for run in RunStore(place.models).load_all()[0] if not (run.path / PREDICTIONS).is_dir()]
    if bare:
        typer.echo(f"no predictions are stored of {', '.join(bare)}; `itner evaluate` makes them")


def adopt(
    run: Annotated[str, typer.Argument(metavar="FOLDER", help="The copied or renamed folder under models/.")],
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Make a copied or renamed run folder a run of its own, under the folder's name; weights are never touched."""
    from itner.workflows.adopt import adopt as adopt_folder

    former = adopt_folder(run, existing(models, data_root))
    typer.echo(f"{run} is a run of its own; it was {former}")
