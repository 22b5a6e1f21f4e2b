"""Model cards in the hub's format, written from a run's own files."""

from __future__ import annotations

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from itner.ablation import BOTH, OWN, PUBLIC, WEAK
from itner.config import EMBEDDED_BACKBONE, PRECISION_NAMES
from itner.results import EvalReport
from itner.store import Run

_HUB_NAMES = {EMBEDDED_BACKBONE: "sentence-transformers/all-MiniLM-L6-v2"}
_LICENSES = {EMBEDDED_BACKBONE: "apache-2.0"}

# The datasets that hold the public corpus, and those that hold the helpdesk tickets, as reproduce.py names them.
_PUBLIC_SETS = {PUBLIC, f"{PUBLIC}-hub", BOTH, WEAK, f"{BOTH}-{PUBLIC}-hub"}
_OWN_SETS = {OWN, BOTH, WEAK, f"{BOTH}-{PUBLIC}-hub"}


def write_card(run: Run) -> str:
    """The card as Markdown with YAML front matter; `huggingface_hub` reads and pushes it as it is."""
    reports = [report for report in run.metrics.reports if report.split == "test"]
    reference = next((report for report in reports if report.precision == "torch-fp32"), None)
    data = ModelCardData(
        language="en",
        license=_LICENSES.get(run.info.backbone),
        library_name="peft" if run.info.family == "lora" else "transformers",
        pipeline_tag="token-classification",
        base_model=_HUB_NAMES.get(run.info.backbone, run.info.backbone),
        tags=["ner", "it-support", "onnx"],
        metrics=["precision", "recall", "f1"],
        model_name=run.name,
        eval_results=_eval_results(reference) if reference else None,
    )
    parts = [
        f"---\n{data.to_yaml()}\n---",
        f"# {run.name}",
        _summary(run),
        "## Use\n\n"
        "```python\nfrom itner.pipelines import open_tagger\n\n"
        f'tagger = open_tagger("{run.name}", "int8")\n'
        'tagger.tag(["Outlook 2021 shows 0x80070057 on Windows 11."])\n```',
        _data_section(run),
        _quality_section(reports),
        _speed_section(run),
        _limits_section(run),
        f"## Provenance\n\nSeed {run.info.seed}, commit `{run.info.provenance.commit}`, "
        f"weights SHA-256 `{run.info.weights_sha256}`, backbone SHA-256 `{run.info.backbone_sha256}`, "
        f"dataset SHA-256 `{run.info.dataset.sha256}`, PyTorch {run.info.provenance.versions['torch']}, "
        f"Transformers {run.info.provenance.versions['transformers']}. Written by itner from `run.json`, "
        "`metrics.json` and `bench.json` in this folder.",
    ]
    text = "\n\n".join(parts) + "\n"
    ModelCard(text)  # refuses a card that the hub would refuse
    return text


def _eval_results(report: EvalReport) -> list[EvalResult]:
    scores = {"precision": report.micro.precision, "recall": report.micro.recall, "f1": report.micro.f1}
    return [
        EvalResult(
            task_type="token-classification",
            dataset_type=report.dataset,
            dataset_name=report.dataset,
            dataset_split=report.split,
            metric_type=name,
            metric_name=f"micro {name}",
            metric_value=round(value, 4),
        )
        for name, value in scores.items()
    ]


def _summary(run: Run) -> str:
    info = run.info
    how = {
        "full": "all weights fine-tuned",
        "lora": "low-rank adapters (LoRA) and a classifier trained, the backbone frozen",
        "distilled architecture": f"layers {', '.join(map(str, run.config.layers or ()))} of the backbone kept, "
        "all weights fine-tuned",
    }[info.family]
    if info.family == "distilled architecture" and run.config.layers is None:
        how = "all weights of a distilled backbone fine-tuned"
    types = ", ".join(label[2:] for label in info.labels if label.startswith("B-"))
    return (
        f"A tagger for IT-support text that finds {types}. Backbone: {info.backbone}; {how}. "
        f"{info.parameters_total:,} parameters, {info.parameters_trainable:,} of them trained."
    )


def _data_section(run: Run) -> str:
    dataset = run.info.dataset
    text = (
        f"## Data\n\nTrained on `{dataset.name}` ({dataset.train_documents:,} sentences, "
        f"{dataset.train_documents_oversampled:,} after oversampling). Best of at most {run.config.epochs} epochs by "
        f"dev micro-F1: epoch {run.info.best_epoch:.0f}."
    )
    if dataset.name in _PUBLIC_SETS:
        text += (
            " The public corpus is the StackOverflow NER corpus of Tabassum et al., *Code and Named Entity Recognition "
            "in StackOverflow*, ACL 2020 (MIT licence), its 28 types mapped to five."
        )
    if dataset.name in _OWN_SETS:
        text += " The helpdesk tickets are the project's own, in `data/helpdesk/`."
    if dataset.name == WEAK:
        text += " So are the weakly labelled texts in `data/weak/`, which name lists, patterns and a tagger labelled."
    if run.info.teachers:
        text += f" It learned from the annotation and from the token probabilities of {', '.join(run.info.teachers)}."
    if run.config.context:
        text += " Sentences of one text are read together, as many as fit into a window."
    if run.config.guidelines:
        names = " and ".join(run.config.guidelines)
        text += (
            f" The annotation guidelines of {names} differ, so a mark at the beginning of each window says whose to "
            f"follow; text of any other source is tagged as {run.config.guidelines[-1]} is annotated."
        )
    return text


def _limits_section(run: Run) -> str:
    limits = [
        "English only.",
        "INT8 quantises activations at run time per batch, so a confidence can change in its last digits with the "
        "batch, and results differ slightly on CPUs without VNNI.",
    ]
    if run.info.backbone == EMBEDDED_BACKBONE and not run.config.casing:
        limits.append("The backbone is uncased: it cannot tell `Word` from `word` by its letters.")
    if run.info.dataset.name in _PUBLIC_SETS - _OWN_SETS:
        limits.append(
            "Trained on programmers' questions. Support tickets differ from them, and the rare types (ERROR, OS) "
            "rest on few examples."
        )
    if run.info.dataset.name in _OWN_SETS:
        limits.append("The helpdesk tickets were written for the corpus; tickets of your own organisation may differ.")
    return "## Limits\n\n" + "\n".join(f"- {limit}" for limit in limits)


def _quality_section(reports: list[EvalReport]) -> str:
    if not reports:
        return "## Quality\n\nNot evaluated."
    rows = [
        "| dataset | weight precision | P | R | micro-F1 | 95% interval | macro-F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    for report in reports:
        micro, interval = report.micro, report.micro_f1_interval
        rows.append(
            f"| {report.dataset} test | {PRECISION_NAMES[report.precision]} | {micro.precision:.3f} "
            f"| {micro.recall:.3f} | {micro.f1:.3f} | {interval.low:.3f} to {interval.high:.3f} "
            f"| {report.macro_f1:.3f} |"
        )
    last = reports[-1]
    types = ["| type | P | R | F1 | gold mentions |", "|---|---|---|---|---|"]
    types += [
        f"| {name} | {c.precision:.3f} | {c.recall:.3f} | {c.f1:.3f} | {c.support} |"
        for name, c in last.per_type.items()
    ]
    return (
        "## Quality\n\nEntity level, strict IOB2.\n\n"
        + "\n".join(rows)
        + f"\n\nPer type at {PRECISION_NAMES[last.precision]} on {last.dataset} test:\n\n"
        + "\n".join(types)
    )


def _speed_section(run: Run) -> str:
    bench = run.bench
    if bench is None:
        return "## Speed\n\nNot benchmarked."
    rows = ["| weight precision | MiB | p50 ms, 128 pieces | p95 ms | tokens/s in bulk |", "|---|---|---|---|---|"]
    for result in bench.results:
        forward = result.forward[max(result.forward)]
        rows.append(
            f"| {PRECISION_NAMES[result.precision]} | {result.file_mib:.1f} | {forward.p50_ms:.1f} "
            f"| {forward.p95_ms:.1f} | {result.bulk_tokens_per_s:,.0f} |"
        )
    machine = bench.provenance.machine
    return (
        f"## Speed\n\n{machine.cpu}, {bench.threads} threads, batch 1, {bench.rounds} interleaved rounds.\n\n"
        + "\n".join(rows)
    )
