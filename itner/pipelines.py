"""What the workbench does, each one call with a progress callback: prepare, train, export, evaluate, benchmark, tag."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itner.ablation import ARMS, BOTH, DEV_SETS, PRESET, SEEDS, Arm
from itner.card import write_card
from itner.config import ONNX_PRECISIONS, PRECISIONS, Precision, TrainConfig, preset
from itner.data.corpus import sha256_file
from itner.data.diversity import measure_diversity
from itner.data.issues import HUB_ISSUES, sample_sentences, stream_issues
from itner.data.jsonl import write_lines
from itner.data.markup import count_channels, read_markup
from itner.data.mix import mix_datasets
from itner.data.oversample import OVERSAMPLING_SEED
from itner.data.processed import (
    CORPUS_REPORT,
    WEAK,
    read_oversampling,
    read_split,
    read_stats,
    write_processed,
)
from itner.data.sources import DATA_ROOT, DEFAULT_DATASET, SourceName, read_source
from itner.data.stats import count_mentions
from itner.data.weak import collect_votes, label_settled, measure_functions, score_settled
from itner.domains.it import IT5, RARE_TYPES
from itner.domains.it_weak import IT_FUNCTIONS
from itner.encoding import follows
from itner.errors import InputError
from itner.eval.annotators import compare_annotators
from itner.eval.confusion import list_errors, summarize_confusion
from itner.eval.scoring import score_documents
from itner.export.benchmark import BenchSettings, benchmark_run
from itner.export.onnx import RECIPE, export_run
from itner.export.trials import try_recipes
from itner.files.readers import ReadResult, TextItem, Upload, read_uploads
from itner.files.tagging import above, tag_items
from itner.files.writers import write_zip
from itner.infer.load import load_tagger
from itner.infer.tagger import ModelTagger, list_segments
from itner.labels import PREDICTION_RULE
from itner.progress import Progress, silent
from itner.provenance import collect_provenance
from itner.results import (
    Ablation,
    AblationArm,
    AblationRun,
    BenchReport,
    BenchResult,
    CorpusReport,
    DatasetRef,
    DataStats,
    ErrorReport,
    EvalReport,
    Int8Trials,
    RunInfo,
    WeakReport,
    from_json,
    to_json,
)
from itner.store import (
    ABLATION,
    CARD,
    INCOMPLETE,
    INT8_TRIALS,
    MODELS_ROOT,
    RUN,
    Run,
    RunStore,
    check_run_name,
    read_ablation,
    write_atomic,
    write_bench,
    write_errors,
    write_metrics,
)
from itner.types import Document, LabellingFunction, Mention

if TYPE_CHECKING:
    from itner.train.distill import Lesson

DOMAIN = "it"
_BLANK_LINE = re.compile(r"\n\s*\n")
WEAK_RATIO = 0.3
ABLATION_PARTS = ".ablation"
SHIPPED = ("minilm_full_kd", "minilm_lora_kd", "minilm_l3", "minilm_l3_kd")
# These learn from the weakly labelled texts that ship as well: one like our corpus, one like the public one.
WEAKLY_TAUGHT = frozenset({"minilm_full_kd", "minilm_lora_kd", "minilm_l3_kd"})
OWN_WEAK, PUBLIC_WEAK = "tickets", "stackoverflow-forum"


@dataclass(frozen=True)
class Workspace:
    """The folders that the pipelines read and write."""

    models: Path = MODELS_ROOT
    data: Path = DATA_ROOT


HERE = Workspace()


def prepare(
    source: SourceName,
    path: Path | None,
    dataset: str | None = None,
    seed: int = OVERSAMPLING_SEED,
    place: Workspace = HERE,
) -> DataStats:
    """Read a source, remap it to the scheme, oversample train, write `data/processed/<dataset>/`."""
    name = check_run_name(dataset or DEFAULT_DATASET[source])
    splits = read_source(source, path, IT5, name)
    return write_processed(splits, name, source, IT5, RARE_TYPES, seed, place.data)


def mix(
    names: Sequence[str],
    dataset: str | None = None,
    weak: Sequence[str] = (),
    weak_ratio: float = WEAK_RATIO,
    seed: int = OVERSAMPLING_SEED,
    place: Workspace = HERE,
) -> DataStats:
    """Prepare a dataset out of prepared ones and of weakly labelled text."""
    name = check_run_name(dataset or DEFAULT_DATASET["mix"])
    splits, parts = mix_datasets(names, IT5, weak, weak_ratio, seed, place.data)
    return write_processed(splits, name, "mix", IT5, RARE_TYPES, seed, place.data, parts)


def measure_corpus(folder: Path) -> CorpusReport:
    """Diversity and annotator agreement of an annotated corpus of ours, written to its `report.json`.

    `folder` holds `tickets.txt`, which is what was settled on, and both independent passes over the same sentences.
    """
    paths = {name: folder / f"{name}.txt" for name in ("tickets", "first_pass", "second_pass")}
    read = {
        name: [document for split in read_markup(path, IT5, folder.name).values() for document in split.documents]
        for name, path in paths.items()
    }
    channels = count_channels(paths["tickets"])
    report = CorpusReport(
        tickets=sum(channels.values()),
        sentences=len(read["tickets"]),
        channels=channels,
        diversity=measure_diversity(read["tickets"]),
        agreement=compare_annotators(read["first_pass"], read["second_pass"], IT5.types),
        first_to_gold=compare_annotators(read["tickets"], read["first_pass"], IT5.types),
        second_to_gold=compare_annotators(read["tickets"], read["second_pass"], IT5.types),
        sha256={path.name: sha256_file(path) for path in paths.values()},
        provenance=collect_provenance(),
    )
    write_atomic(folder / CORPUS_REPORT, to_json(report))
    return report


def label_weakly(
    paths: Sequence[Path],
    dev: str,
    dataset: str,
    tagger: str | None = None,
    tagger_threshold: float = 0.9,
    threshold: float = 0.8,
    hub_issues: int = 0,
    seed: int = OVERSAMPLING_SEED,
    place: Workspace = HERE,
    progress: Progress = silent,
) -> WeakReport:
    """Turn unlabelled text into weakly labelled sentences: `data/weak/<dataset>.jsonl`, and a report beside it.

    Args:
        paths: files of text.
        hub_issues: as many GitHub issues from the hub as well, one sentence each, chosen by `seed`.
        dev: the prepared dataset whose dev split says how often each labelling function is right.
        tagger: a run that votes beside the functions, apart for mentions of at least `tagger_threshold` and below.
        threshold: a mention is kept when it is right with at least this probability, by the votes for it.
    """
    check_run_name(dataset)
    read = read_uploads([Upload(path.name, _read_file(path)) for path in paths])
    if read.problems:
        raise InputError("; ".join(f"{problem.file}: {problem.reason}" for problem in read.problems))
    documents = _list_sentences(read.items, dataset)
    inputs = {path.name: sha256_file(path) for path in paths}
    if hub_issues:
        progress(f"reading {hub_issues:,} issues from the hub", 0.0)
        issues = sample_sentences(stream_issues(hub_issues, seed), seed, dataset)
        inputs[HUB_ISSUES] = hashlib.sha256("\n".join(document.text for document in issues).encode()).hexdigest()
        documents += issues
    if not documents:
        raise InputError("there is no text to label: pass files, or a number of issues from the hub")
    gold = read_split(dev, "dev", IT5, place.data)
    functions: dict[str, LabellingFunction] = {function.__name__: function for function in IT_FUNCTIONS}
    if tagger is not None:
        model = open_tagger(tagger, "fp32", place, progress)
        functions |= _as_functions(model, [*documents, *gold], dev, tagger_threshold, progress)
    progress("voting", 0.0)
    voted, voted_dev = collect_votes(functions, documents), collect_votes(functions, gold)
    stats = measure_functions(voted, voted_dev, IT5.types)
    labelled = label_settled(voted, stats, threshold)
    if not labelled:
        raise InputError("no sentence is left: no votes were certain enough; lower --threshold")
    settled_dev = label_settled(voted_dev, stats, threshold)
    folder = place.data / WEAK
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / f"{dataset}.jsonl"
    write_atomic(text, write_lines(labelled))
    report = WeakReport(
        name=dataset,
        inputs=inputs,
        dev=dev,
        tagger=tagger,
        tagger_sha256=_weights_sha256(tagger, place) if tagger is not None else None,
        tagger_threshold=tagger_threshold if tagger is not None else None,
        threshold=threshold,
        sentences=len(documents),
        kept=len(labelled),
        mentions=count_mentions(labelled, IT5.types),
        functions=stats,
        dev_sentences=len(gold),
        dev_settled_sentences=len(settled_dev),
        dev_settled=score_settled(gold, settled_dev, IT5.types),
        weak_sha256=sha256_file(text),
        provenance=collect_provenance(),
    )
    write_atomic(folder / f"{dataset}.json", to_json(report))
    return report


def _read_file(path: Path) -> bytes:
    if not path.is_file():
        raise InputError("no such file", path=path)
    return path.read_bytes()


def _list_sentences(items: Sequence[TextItem], source: str) -> list[Document]:
    """The different sentences of the texts, as documents without mentions; a blank line ends a text."""
    seen: dict[str, Document] = {}
    for number, item in enumerate(items):
        blanks = [blank.start() for blank in _BLANK_LINE.finditer(item.text)]
        for start, document in list_segments(item.text):
            group = f"{number}-{bisect(blanks, start)}"
            seen.setdefault(document.text, replace(document, id=f"{number}-{start}", source=source, group=group))
    return list(seen.values())


def _as_functions(
    model: ModelTagger, documents: Sequence[Document], dataset: str, threshold: float, progress: Progress
) -> dict[str, LabellingFunction]:
    """A tagger as labelling functions for these documents, tagged at once, by the guideline of `dataset`.

    What it is less sure of than `threshold` is a function by itself, which is less often right: where nothing else
    supports such a mention, the sentence is doubtful and must not pass for one without it.
    """
    progress("tagging", 0.0)
    asked = [replace(document, source=dataset) for document in documents]
    sure: dict[tuple[str, str], list[Mention]] = {}
    unsure: dict[tuple[str, str], list[Mention]] = {}
    for document, prediction in zip(documents, model.predict(asked), strict=True):
        place = document.source, document.id
        sure[place] = [m for m in prediction.mentions if m.score is None or m.score >= threshold]
        unsure[place] = [m for m in prediction.mentions if m.score is not None and m.score < threshold]
    return {
        "tagger": lambda document: sure[document.source, document.id],
        "tagger_unsure": lambda document: unsure[document.source, document.id],
    }


def train(
    config: TrainConfig,
    dataset: str,
    name: str | None = None,
    resume: bool = False,
    place: Workspace = HERE,
    progress: Progress = silent,
    teachers: Workspace | None = None,
) -> RunInfo:
    """Train a run into `models/<name>/`; `name` is the preset's unless given.

    `teachers` is where the runs are that it learns from, if not in the same place.
    """
    from itner.train.trainer import train_run

    folder = place.models / check_run_name(name or config.preset)
    if _is_complete(folder):
        raise InputError("this run is complete; choose another name with --run, or remove the folder", path=folder)
    if (folder / INCOMPLETE).exists() and not resume:
        raise InputError("a training was begun here; go on with --resume, or remove the folder", path=folder)
    stats = read_stats(dataset, place.data)
    config = _follow(config, dataset, place)
    documents = read_split(dataset, "train", IT5, place.data)
    lesson = None
    if config.distill is not None:
        lesson = prepare_lesson(config, documents, teachers or place, progress)
    indices = read_oversampling(dataset, place.data) if config.oversample else list(range(len(documents)))
    ref = DatasetRef(
        name=dataset,
        source=stats.source,
        sha256=stats.sha256,
        train_documents=len(documents),
        train_documents_oversampled=len(indices),
    )
    return train_run(
        config,
        folder,
        IT5,
        DOMAIN,
        ref,
        documents,
        indices,
        read_split(dataset, "dev", IT5, place.data),
        resume,
        progress,
        lesson,
    )


def _follow(config: TrainConfig, dataset: str, place: Workspace) -> TrainConfig:
    """The configuration with the guidelines of which there are sentences to train on; one alone needs no mark."""
    sources = [part.name for part in read_stats(dataset, place.data).parts] or [dataset]
    known = tuple(name for name in config.guidelines if any(follows(source, name) for source in sources))
    return replace(config, guidelines=known if len(known) > 1 else ())


def _teachers(config: TrainConfig, place: Workspace) -> dict[str, str]:
    """SHA-256 of the weights of the runs that a configuration learns from."""
    names = config.distill.teachers if config.distill is not None else ()
    return {name: _weights_sha256(name, place) for name in names}


def _weights_sha256(name: str, place: Workspace) -> str:
    return RunStore(place.models).load(name).info.weights_sha256


def _reading(config: TrainConfig) -> tuple[object, ...]:
    return config.backbone, config.casing, config.guidelines


def prepare_lesson(
    config: TrainConfig, documents: Sequence[Document], place: Workspace = HERE, progress: Progress = silent
) -> Lesson:
    """What a configuration's teachers say about the documents. InputError when one is not here or tags other types."""
    from itner.train.distill import Lesson, soften
    from itner.train.model import load_model

    settings = config.distill
    if settings is None:
        raise ValueError("the configuration has no teachers")
    runs = [RunStore(place.models).load(name) for name in settings.teachers]
    if settings.hidden_weight and _reading(runs[0].config) != _reading(config):
        raise InputError(f"teacher {runs[0].name} reads its input otherwise; its hidden states cannot be learned")
    logits = []
    offsets = np.zeros(0)
    for run in runs:
        tagger = open_tagger(run.name, "fp32", place, progress)
        if tagger.scheme.types != IT5.types:
            raise InputError(f"teacher {run.name} tags {tagger.scheme.types}, the dataset holds {IT5.types}")
        step = f"asking teacher {run.name}"
        found, offsets = tagger.token_logits(documents, lambda share, step=step: progress(step, share))  # type: ignore[misc]
        logits.append(found)
    mixed = soften(logits, settings.temperature)
    # An O row follows each document's tokens.
    probabilities = [mixed[first : last - 1] for first, last in pairwise(offsets)]
    teacher = load_model(runs[0]) if settings.hidden_weight else None
    return Lesson(settings, probabilities, teacher, {run.name: run.info.weights_sha256 for run in runs})


# An ONNX FP32 file further than this from PyTorch is a broken export, not rounding.
MAX_LOGIT_DIFFERENCE = 1e-3


def export(name: str, place: Workspace = HERE, progress: Progress = silent) -> Run:
    """Build a run's ONNX files unless they are there and up to date."""
    run = RunStore(place.models).load(name)
    export_run(run, progress)
    return run


def open_tagger(
    name: str, precision: Precision = "int8", place: Workspace = HERE, progress: Progress = silent
) -> ModelTagger:
    """A run's tagger at a weight precision; ONNX files are built first when they are missing."""
    run = export(name, place, progress) if precision in ONNX_PRECISIONS else RunStore(place.models).load(name)
    return load_tagger(run, precision)


def evaluate(
    name: str,
    dataset: str,
    split: str = "test",
    precisions: Sequence[Precision] = PRECISIONS,
    place: Workspace = HERE,
    progress: Progress = silent,
) -> list[EvalReport]:
    """Score a run on a dataset split at each weight precision; writes metrics.json, errors.json and the card.

    Every precision is compared with FP32 in PyTorch, tag by tag. Raises RuntimeError when the FP32 export differs
    from it by more than `MAX_LOGIT_DIFFERENCE`.
    """
    run = export(name, place, progress)
    documents = read_split(dataset, split, IT5, place.data)
    sha256 = read_stats(dataset, place.data).splits[split].processed_sha256
    reference: np.ndarray | None = None
    reports: list[EvalReport] = []
    errors: list[ErrorReport] = []
    ordered: list[Precision] = ["torch-fp32", *(p for p in precisions if p != "torch-fp32")]
    for precision in ordered:
        tagger = load_tagger(run, precision)
        if tagger.scheme.types != IT5.types:
            raise InputError(f"run {name} tags {tagger.scheme.types}, the dataset holds {IT5.types}")
        step = f"evaluating {name} on {dataset} {split}, {precision}"
        logits, offsets = tagger.token_logits(documents, lambda share, step=step: progress(step, share))  # type: ignore[misc]
        difference = agreement = None
        if reference is None:
            reference = logits
        else:
            both = np.isfinite(reference) & np.isfinite(logits)
            difference = float(np.abs(logits[both] - reference[both]).max())
            token_rows = np.delete(np.arange(len(logits)), offsets[1:] - 1)
            agreement = float((logits.argmax(1) == reference.argmax(1))[token_rows].mean())
            if precision == "fp32" and difference > MAX_LOGIT_DIFFERENCE:
                raise RuntimeError(f"{name}: FP32 ONNX logits differ from PyTorch by {difference:.2g}")
        if precision not in precisions:
            continue
        predictions = tagger.decode(documents, logits, offsets)
        pred_mentions = [prediction.mentions for prediction in predictions]
        counts = score_documents(documents, [prediction.spans for prediction in predictions], IT5)
        reports.append(
            EvalReport(
                dataset=dataset,
                split=split,
                split_sha256=sha256,
                precision=precision,
                weights_sha256=run.info.weights_sha256,
                int8=RECIPE if precision == "int8" else None,
                repair_rule=PREDICTION_RULE,
                max_logit_difference=difference,
                tag_agreement=agreement,
                provenance=collect_provenance(),
                **counts,
            )
        )
        gold_mentions = [document.mentions for document in documents]
        errors.append(
            ErrorReport(
                dataset=dataset,
                split=split,
                split_sha256=sha256,
                precision=precision,
                weights_sha256=run.info.weights_sha256,
                confusion=summarize_confusion(gold_mentions, pred_mentions, IT5.types),
                gold_mentions={document.id: len(document.mentions) for document in documents if document.mentions},
                errors=tuple(
                    record
                    for document, found in zip(documents, pred_mentions, strict=True)
                    for record in list_errors(document.id, document.mentions, found)
                ),
            )
        )
    write_metrics(run, reports)
    write_errors(run, errors)
    write_run_card(name, place)
    return reports


def benchmark(
    name: str,
    dataset: str,
    split: str = "dev",
    settings: BenchSettings = BenchSettings(),  # noqa: B008 - frozen
    place: Workspace = HERE,
    progress: Progress = silent,
) -> BenchReport:
    """Time a run's weight precisions in turn; writes bench.json and the card."""
    run = export(name, place, progress)
    documents = read_split(dataset, split, IT5, place.data)
    report = benchmark_run(run, documents, dataset, split, settings, progress=progress)
    write_bench(run, report)
    write_run_card(name, place)
    return report


def write_run_card(name: str, place: Workspace = HERE) -> None:
    """Write the model card from what the run folder holds now."""
    run = RunStore(place.models).load(name)
    write_atomic(run.path / CARD, write_card(run))


def try_int8(
    name: str, dataset: str, split: str = "dev", place: Workspace = HERE, progress: Progress = silent
) -> Int8Trials:
    """Measure every INT8 recipe on a run; writes `models/int8_trials.json`."""
    if split == "test":
        raise InputError("recipes are chosen on dev; test is for shipped runs")
    run = RunStore(place.models).load(name)
    trials = try_recipes(run, read_split(dataset, split, IT5, place.data), dataset, split, progress=progress)
    write_atomic(place.models / INT8_TRIALS, to_json(trials))
    return trials


def ablate(
    arms: Sequence[Arm] = ARMS,
    names: Sequence[str] | None = None,
    seeds: Sequence[int] = SEEDS,
    base: str = PRESET,
    epochs: int | None = None,
    dev_sets: Sequence[str] = DEV_SETS,
    place: Workspace = HERE,
    progress: Progress = silent,
) -> Ablation:
    """Train arms with every seed, score them on dev, write what is known of all `arms` to `models/ablation.json`.

    Each training's scores are kept beside the runs as soon as it is done, its weights are not: called again, the
    ablation goes on where it was stopped, and several processes can share the work. What `models/ablation.json` holds
    already is not trained again either, unless data, configuration or teachers are others now.

    Args:
        names: the arms to train; None for all.
    """
    kept = place.models / ABLATION_PARTS
    kept.mkdir(parents=True, exist_ok=True)
    for arm in arms:
        for seed in seeds if names is None or arm.name in names else ():
            made_of = _ablation_inputs(arm, seed, base, epochs, dev_sets, place)
            if _find_ablation_run(arm, seed, made_of, place) is None:
                result = _train_ablation_run(arm, made_of, dev_sets, place, progress)
                write_atomic(_ablation_part(arm, seed, place), to_json(result))
    known = _ablation_runs(place)
    done = []
    for arm in arms:
        found = [
            run
            for seed in sorted({run.seed for run in known if run.arm == arm.name})
            if (run := _find_ablation_run(arm, seed, _ablation_inputs(arm, seed, base, epochs, dev_sets, place), place))
        ]
        if found:
            done.append(AblationArm(arm.name, arm.against, arm.what, tuple(found)))
    ablation = Ablation(base, "dev", tuple(done))
    write_atomic(place.models / ABLATION, to_json(ablation))
    return ablation


@dataclass(frozen=True)
class _AblationInputs:
    config: TrainConfig
    dataset: str
    datasets_sha256: dict[str, str]
    teachers: dict[str, str]


def _ablation_inputs(
    arm: Arm, seed: int, base: str, epochs: int | None, dev_sets: Sequence[str], place: Workspace
) -> _AblationInputs:
    config = _follow(preset(base, seed=seed, epochs=epochs, **arm.settings), arm.dataset, place)
    hashes = {name: read_stats(name, place.data).sha256 for name in sorted({arm.dataset, *dev_sets})}
    return _AblationInputs(config, arm.dataset, hashes, _teachers(config, place))


def _ablation_part(arm: Arm, seed: int, place: Workspace) -> Path:
    return place.models / ABLATION_PARTS / f"{arm.name.replace(' ', '-')}-{seed}.json"


def _ablation_runs(place: Workspace) -> list[AblationRun]:
    """Every training that is known, the newer ones first."""
    parts = sorted((place.models / ABLATION_PARTS).glob("*.json"))
    written = read_ablation(place.models)
    return [
        *(from_json(AblationRun, path.read_bytes()) for path in parts),
        *(run for arm in (written.arms if written is not None else ()) for run in arm.runs),
    ]


def _find_ablation_run(arm: Arm, seed: int, made_of: _AblationInputs, place: Workspace) -> AblationRun | None:
    for run in _ablation_runs(place):
        known = _AblationInputs(run.config, run.dataset, run.datasets_sha256, run.teachers)
        if (run.arm, run.seed, known) == (arm.name, seed, made_of):
            return run
    return None


def _train_ablation_run(
    arm: Arm, made_of: _AblationInputs, dev_sets: Sequence[str], place: Workspace, progress: Progress
) -> AblationRun:
    with tempfile.TemporaryDirectory(prefix=".ablation-", dir=place.models) as name:
        rooms = Workspace(models=Path(name), data=place.data)
        info = train(made_of.config, arm.dataset, "arm", place=rooms, progress=progress, teachers=place)
        tagger = load_tagger(RunStore(rooms.models).load("arm"), "torch-fp32")
        dev = {}
        for dataset in dev_sets:
            documents = read_split(dataset, "dev", IT5, place.data)
            spans = [prediction.spans for prediction in tagger.predict(documents)]
            dev[dataset] = score_documents(documents, spans, IT5)["per_type"]
    return AblationRun(
        arm=arm.name,
        seed=made_of.config.seed,
        config=made_of.config,
        dataset=made_of.dataset,
        datasets_sha256=made_of.datasets_sha256,
        dev=dev,
        best_epoch=info.best_epoch,
        teachers=info.teachers,
        train_seconds=info.train_seconds,
        provenance=info.provenance,
    )


def reproduce(
    source: SourceName,
    path: Path | None,
    presets: Sequence[str] = SHIPPED,
    place: Workspace = HERE,
    settings: BenchSettings = BenchSettings(),  # noqa: B008 - frozen
    progress: Progress = silent,
) -> list[Run]:
    """Prepare, train, export, evaluate and benchmark the shipped runs; whatever is there and up to date is kept.

    The source and the helpdesk corpus that ships are trained on together, and scored on each for itself; presets of
    `WEAKLY_TAUGHT` learn from the weakly labelled texts that ship, too. Teachers of what is to be trained come first; a
    complete run needs its teachers no more. A run trained on anything else than the corpora of record is named
    `PRESET-DATASET`; so are the teachers of such a run. Raises InputError when a complete run of that name was made
    from other data or another configuration.
    """
    scored = [prepare(source, path, place=place)]
    annotated = scored[0]
    if source != "embedded":
        scored.append(prepare("embedded", None, place=place))
        named = BOTH if source == "conll" else f"{BOTH}-{annotated.name}"
        annotated = mix([stats.name for stats in scored], named, place=place)

    def run_name(preset_name: str) -> str:
        return preset_name if annotated.name == BOTH else f"{preset_name}-{annotated.name}"

    ordered = _teachers_first(presets, lambda preset_name: _is_complete(place.models / run_name(preset_name)))
    datasets = dict.fromkeys(ordered, annotated)
    if weakly := WEAKLY_TAUGHT & datasets.keys():
        texts = [OWN_WEAK] if source == "embedded" else [OWN_WEAK, PUBLIC_WEAK]
        with_weak = mix([stats.name for stats in scored], f"{annotated.name}-weak", texts, place=place)
        datasets |= dict.fromkeys(weakly, with_weak)

    runs = []
    for preset_name, trained in datasets.items():
        config = preset(preset_name)
        if config.distill is not None:
            teachers = tuple(run_name(teacher) for teacher in config.distill.teachers)
            config = preset(preset_name, distill=replace(config.distill, teachers=teachers))
        config = _follow(config, trained.name, place)
        name = run_name(preset_name)
        folder = place.models / name
        if _is_complete(folder):
            run = RunStore(place.models).load(name)
            taught = run.config == config and all(
                _weights_sha256(teacher, place) == sha256
                for teacher, sha256 in run.info.teachers.items()
                if _is_complete(place.models / teacher)
            )
            if not taught or run.info.dataset.sha256 != trained.sha256:
                raise InputError(
                    "this run was made from other data, another configuration or other teachers; "
                    "remove the folder, or reproduce into another one with --models",
                    path=folder,
                )
        else:
            train(config, trained.name, name, resume=(folder / INCOMPLETE).exists(), place=place, progress=progress)
        run = export(name, place, progress)
        for stats in scored:
            for split in ("dev", "test"):
                known = [run.report(stats.name, split, precision) for precision in PRECISIONS]
                sha256 = stats.splits[split].processed_sha256
                if not all(report and report.split_sha256 == sha256 and _is_of(run, report) for report in known):
                    evaluate(name, stats.name, split, place=place, progress=progress)
        bench = run.bench
        if bench is None or not all(_is_of(run, result) for result in bench.results):
            benchmark(name, scored[0].name, settings=settings, place=place, progress=progress)
        runs.append(RunStore(place.models).load(name))
    return runs


def _is_of(run: Run, measured: EvalReport | BenchResult) -> bool:
    """Whether what was measured are the run's weights as they are, quantised as they are now if they are INT8."""
    return measured.weights_sha256 == run.info.weights_sha256 and measured.int8 in (None, RECIPE)


def _is_complete(folder: Path) -> bool:
    return (folder / RUN).exists() and not (folder / INCOMPLETE).exists()


def _teachers_first(presets: Sequence[str], is_complete: Callable[[str], bool]) -> list[str]:
    """The presets, each once, with the teachers of those that are not trained yet before them."""
    ordered: dict[str, None] = {}

    def add(name: str) -> None:
        distill = preset(name).distill
        for teacher in distill.teachers if distill is not None and not is_complete(name) else ():
            if not is_complete(teacher):
                add(teacher)
        ordered[name] = None

    for name in presets:
        add(name)
    return list(ordered)


def tag_files(
    paths: Sequence[Path],
    name: str,
    output: Path,
    precision: Precision = "int8",
    formats: Sequence[str] = ("JSONL",),
    threshold: float = 0.0,
    place: Workspace = HERE,
    progress: Progress = silent,
) -> ReadResult:
    """Tag files with a run and write the results into the zip `output`; returns what was read, with its problems.

    Raises InputError when no file could be read; then nothing is written.
    """
    for path in paths:
        if not path.is_file():
            raise InputError("no such file", path=path)
    if not output.parent.is_dir():
        raise InputError("no such folder", path=output.parent)
    read = read_uploads([Upload(path.name, path.read_bytes()) for path in paths])
    if not read.items:
        raise InputError("; ".join(f"{problem.file}: {problem.reason}" for problem in read.problems))
    tagger = open_tagger(name, precision, place, progress)
    tagged = tag_items(read.items, tagger, lambda done, total: progress("tagging", done / total), lambda: False)
    temporary = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            write_zip(above(tagged, threshold), formats, file)
        os.replace(temporary, output)
    finally:
        temporary.unlink(missing_ok=True)
    return read
