"""Model cards in the hub's format, written from a run's own files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2  # noqa: F401 - what the template is filled with; without it, the card would fail after the work
from huggingface_hub import EvalResult, ModelCard, ModelCardData

from itner.domains.registry import Corpus, Domain, get_domain
from itner.records.config import EMBEDDED_BACKBONE, EncoderConfig
from itner.records.evaluation import EvalReport
from itner.records.run import DatasetRef, EncoderRun
from itner.records.store import Run
from itner.reporting.rows import mebibytes
from itner.taggers.registry import VARIANT_NAMES, kind_of

_TEMPLATE = Path(__file__).with_name("templates") / "card.md.jinja"
_HUB_NAMES = {EMBEDDED_BACKBONE: "sentence-transformers/all-MiniLM-L6-v2"}
_LICENSES = {EMBEDDED_BACKBONE: "apache-2.0"}


def write_card(run: Run) -> str:
    """The card as Markdown with YAML front matter; `huggingface_hub` reads and pushes it as it is."""
    domain = get_domain(run.info.domain)
    reports = [report for report in run.metrics.reports if report.split == "test"]
    kind = kind_of(run)
    reference = next((report for report in reports if report.variant == (kind.reference or kind.live[0])), None)
    bench = run.bench
    card = ModelCard.from_template(
        _front_matter(run, domain, reference),
        template_path=str(_TEMPLATE),
        run=run,
        names=VARIANT_NAMES,
        mebibytes=mebibytes,
        summary=_summary(run, domain),
        variant_argument=f', "{kind.live[0]}"' if len(kind.variants) > 1 else "",
        sample=domain.sample,
        data=_data(run, domain),
        quality=reports,
        last=reports[-1] if reports else None,
        bench=bench,
        longest=max(bench.results[0].forward) if bench else None,
        unit=bench.results[0].unit if bench else None,
        limits=_limits(run, domain),
        provenance=_provenance(run),
    )
    return str(card.content).rstrip() + "\n"


def _front_matter(run: Run, domain: Domain, reference: EvalReport | None) -> ModelCardData:
    info = run.info
    about: dict[str, Any] = {"library_name": "itner"}
    if isinstance(info, EncoderRun):
        about = {
            "license": _LICENSES.get(info.backbone),
            "library_name": "peft" if info.family == "lora" else "transformers",
            "base_model": _HUB_NAMES.get(info.backbone, info.backbone),
        }
    return ModelCardData(
        language="en",
        pipeline_tag="token-classification",
        tags=["ner", *domain.tags, *(["onnx"] if isinstance(info, EncoderRun) else [])],
        metrics=["precision", "recall", "f1"],
        model_name=run.name,
        eval_results=_eval_results(reference) if reference else None,
        **about,
    )


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


def _summary(run: Run, domain: Domain) -> str:
    info, config = run.info, run.config
    found = f"A tagger for {domain.title} that finds {', '.join(info.types)}."
    if not isinstance(info, EncoderRun) or not isinstance(config, EncoderConfig):
        return (
            f"{found} It is made of {len(domain.functions)} labelling functions, name lists and patterns written by "
            "hand, and was not trained: the baseline that a trained tagger has to beat."
        )
    how = {
        "full": "all weights fine-tuned",
        "lora": "low-rank adapters (LoRA) and a classifier trained, the backbone frozen",
        "distilled architecture": f"layers {', '.join(map(str, config.layers or ()))} of the backbone kept, "
        "all weights fine-tuned",
    }[info.family]
    if info.family == "distilled architecture" and config.layers is None:
        how = "all weights of a distilled backbone fine-tuned"
    return (
        f"{found} Backbone: {info.backbone}; {how}. "
        f"{info.parameters_total:,} parameters, {info.parameters_trainable:,} of them trained."
    )


def _corpora(dataset: DatasetRef, domain: Domain) -> list[Corpus]:
    """The known corpora that are in a dataset, each credit once."""
    names = dict.fromkeys(facts.corpus for facts in dataset.sources.values() if facts.corpus is not None)
    return [corpus for name in names if (corpus := domain.corpus(name)) is not None]


def _data(run: Run, domain: Domain) -> str:
    info, config = run.info, run.config
    if not isinstance(info, EncoderRun) or not isinstance(config, EncoderConfig):
        return (
            "None. The rules follow the domain's annotation guideline; how often each is right is measured on a dev "
            "set when they vote on unlabelled text."
        )
    dataset = info.dataset
    text = (
        f"Trained on `{dataset.name}` ({dataset.train_documents:,} sentences, "
        f"{dataset.train_documents_oversampled:,} after oversampling). Best of at most {config.epochs} epochs by "
        f"dev micro-F1: epoch {info.best_epoch:.0f}."
    )
    for credit in dict.fromkeys(corpus.credit for corpus in _corpora(dataset, domain) if corpus.credit):
        text += f" {credit}"
    weak = [name for name, facts in dataset.sources.items() if facts.weak]
    if weak:
        text += (
            f" It holds weakly labelled text as well ({', '.join(weak)}), which name lists, patterns and a tagger "
            "labelled."
        )
    if info.teachers:
        text += f" It learned from the annotation and from the token probabilities of {', '.join(info.teachers)}."
    if config.context:
        text += " Sentences of one text are read together, as many as fit into a window."
    if config.guidelines:
        names = " and ".join(config.guidelines)
        text += (
            f" The annotation guidelines of {names} differ, so a mark at the beginning of each window says whose to "
            f"follow; text of any other source is tagged as {config.guidelines[-1]} is annotated."
        )
    return text


def _limits(run: Run, domain: Domain) -> list[str]:
    info, config = run.info, run.config
    limits = ["English only."]
    if not isinstance(info, EncoderRun) or not isinstance(config, EncoderConfig):
        return [*limits, "Only what a list names or a pattern describes is found; it has no confidence."]
    limits.append(
        "INT8 quantises activations at run time per batch, so a confidence can change in its last digits with the "
        "batch, and results differ slightly on CPUs without VNNI."
    )
    if info.backbone == EMBEDDED_BACKBONE and not config.casing:
        limits.append("The backbone is uncased: it cannot tell `Word` from `word` by its letters.")
    corpora = _corpora(info.dataset, domain)
    annotated = [facts for facts in info.dataset.sources.values() if not facts.weak]
    if len(annotated) == 1:
        limits += [corpus.limit_alone for corpus in corpora if corpus.limit_alone]
    return limits + [corpus.limit for corpus in corpora if corpus.limit]


def _provenance(run: Run) -> str:
    info = run.info
    made = info.provenance
    if not isinstance(info, EncoderRun):
        return f"Commit `{made.commit}`, SHA-256 of the rules `{info.rules_sha256}`."
    return (
        f"Seed {info.seed}, commit `{made.commit}`, weights SHA-256 `{info.weights_sha256}`, "
        f"backbone SHA-256 `{info.backbone_sha256}`, dataset SHA-256 `{info.dataset.sha256}`, "
        f"PyTorch {made.versions['torch']}, Transformers {made.versions['transformers']}."
    )
