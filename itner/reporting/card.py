"""Model cards in the hub's format, written from a run's own files."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import jinja2  # noqa: F401 - what the template is filled with; without it, the card would fail after the work
from huggingface_hub import EvalResult, ModelCard, ModelCardData

from itner.core.words import listed
from itner.domains.registry import Domain, get_domain
from itner.records.evaluation import EvalReport
from itner.records.store import BENCH, METRICS, RUN, SEEDS, Run
from itner.reporting.aims import AimRow
from itner.reporting.rows import MISSING, in_megabytes, in_words, megabytes, milliseconds, percent_in_words
from itner.reporting.seeds import list_seed_rows
from itner.taggers.base import CardText
from itner.taggers.registry import VARIANT_NAMES, kind_of

_TEMPLATE = Path(__file__).with_name("templates") / "card.md.jinja"


def write_card(run: Run, aims: Sequence[AimRow] = (), beside: str | None = None) -> str:
    """The card as Markdown with YAML front matter; `huggingface_hub` reads and pushes it as it is.

    Args:
        aims: what this run was to reach.
        beside: a file that is not in the run's folder, by which some of that is told.
    """
    domain = get_domain(run.info.domain)
    reports = [report for report in run.metrics.reports if report.split == "test"]
    kind = kind_of(run)
    reference = next((report for report in reports if report.variant == (kind.reference or kind.live[0])), None)
    bench, text, seeds = run.bench, kind.card(run), list_seed_rows(run)
    lack = kind.lack(run)
    words = lack.words if lack is not None else ()
    card = ModelCard.from_template(
        _front_matter(run, domain, text, reference),
        template_path=str(_TEMPLATE),
        run=run,
        names=VARIANT_NAMES,
        megabytes=megabytes,
        in_megabytes=in_megabytes,
        milliseconds=milliseconds,
        in_words=in_words,
        percent=percent_in_words,
        summary=f"A tagger for {domain.title} that finds {', '.join(run.info.types)}. {text.made}",
        lack=lack,
        remedy=shlex.join(["itner", *words]),
        # What is made in its place has a name of its own.
        opened=words[words.index("--run") + 1] if "--run" in words else run.name,
        variant_argument=f', "{kind.live[0]}"' if len(kind.variants) > 1 else "",
        sample=domain.sample,
        data=text.data,
        quality=reports,
        seeds=seeds,
        drawn=list(dict.fromkeys(seed for row in seeds for seed in row.f1)),
        missing=MISSING,
        last=reports[-1] if reports else None,
        bench=bench,
        aims=aims,
        aimed_at=VARIANT_NAMES[domain.release.aim_variant] if domain.release is not None else None,
        tried=_tried(domain) if any(row.met is False for row in aims) else None,
        longest=max(bench.results[0].forward) if bench else None,
        unit=bench.results[0].unit if bench else None,
        limits=("English only.", *text.limits),
        provenance=text.provenance,
        uncommitted=run.info.provenance.commit_dirty is True,
        beside=beside,
        files=_in_words(
            [
                RUN,
                *([METRICS] if run.metrics.reports else []),
                *([SEEDS] if run.seeds.runs else []),
                *([BENCH] if bench else []),
            ]
        ),
    )
    return str(card.content).rstrip() + "\n"


def _front_matter(run: Run, domain: Domain, text: CardText, reference: EvalReport | None) -> ModelCardData:
    return ModelCardData(
        language="en",
        pipeline_tag="token-classification",
        tags=["ner", *domain.tags, *text.tags],
        metrics=["precision", "recall", "f1"],
        model_name=run.name,
        eval_results=_eval_results(reference) if reference else None,
        **text.hub,
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


def _tried(domain: Domain) -> str | None:
    """Where it stands what was tried to reach more; None where nothing was."""
    release = domain.release
    corpus = domain.corpus(release.corpus) if release is not None and release.ablation is not None else None
    return f"data/{corpus.folder}/README.md" if corpus is not None and corpus.folder is not None else None


def _in_words(files: list[str]) -> str:
    marked = [f"`{name}`" for name in files]
    return listed(marked)
