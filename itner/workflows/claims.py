"""Testing claims about what compression costs, and where, on stored predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.data.processed import read_stats
from itner.domains.registry import get_domain
from itner.evaluation.claims import QUESTIONS, Question, measure_effect, question_of_types
from itner.evaluation.significance import correct
from itner.evaluation.uncertainty import LEVEL, RESAMPLES, unit_of
from itner.records.claims import Claim, ClaimReport, Claims, ModelRef, Step
from itner.records.files import change_record
from itner.records.store import CLAIMS, Run, RunStore
from itner.records.workspace import Workspace
from itner.taggers.registry import kind_of
from itner.workflows.score import Splits, read_stored


def measure_claims(
    domain_name: str, dataset: str, place: Workspace, split: str = "test", progress: Progress = silent
) -> tuple[ClaimReport, dict[str, str]]:
    """Test whether compression costs rare mentions, names of several words and some types more than others.

    The steps go from the domain's largest run to each smaller one that learned from the same data, as they were
    trained, and from each run to the variant of it that is deployed. Written to `models/claims.json`.

    Returns:
        the report, and the folders that had no say because they cannot be used, with the reason.
    """
    domain = get_domain(domain_name)
    questions = [*QUESTIONS]
    if domain.release is not None:
        questions += [question_of_types(c.name, c.title, c.hard, c.easy) for c in domain.release.type_claims]
    splits = Splits(place)
    train = splits.train_sha256(dataset)
    if train is None:
        raise InputError(f"dataset {dataset!r} has no train split, by which mentions are rare")
    runs, broken = RunStore(place.models).load_all()
    pairs = _list_steps(runs, domain_name, dataset, split)
    if not pairs:
        raise InputError(
            f"no two runs of {domain_name} have stored predictions on {dataset} {split}; make them with "
            "`itner evaluate`"
        )
    parted = splits.parted(dataset, split)
    models = list(dict.fromkeys(model for pair in pairs for model in pair))
    known = {run.name: run for run in runs}
    counts: dict[tuple[str, str], list[np.ndarray]] = {}
    for number, (name, variant) in enumerate(models):
        progress(f"counting {dataset} {split}", number / len(models))
        _, pred = read_stored(known[name], (dataset, split, variant), splits)
        counts[name, variant] = [question.count(parted, pred) for question in questions]
    report = ClaimReport(
        domain=domain_name,
        dataset=dataset,
        split=split,
        split_sha256=read_stats(dataset, place).splits[split].processed_sha256,
        train_sha256=train,
        units=len({unit_of(document) for document in parted.documents}),
        resamples=RESAMPLES,
        level=LEVEL,
        claims=_correct(
            [
                Claim(
                    question.name,
                    question.title,
                    question.hard,
                    question.easy,
                    question.score,
                    tuple(_measure(splits, known, dataset, split, pair, counts, number, question) for pair in pairs),
                )
                for number, question in enumerate(questions)
            ]
        ),
        provenance=collect_provenance(),
    )
    change_record(place.models / CLAIMS, Claims, lambda claims: (claims or Claims()).with_report(report))
    return report, {run.name: run.reason for run in broken}


_Model = tuple[str, str]


def _list_steps(runs: Sequence[Run], domain: str, dataset: str, split: str) -> list[tuple[_Model, _Model]]:
    """From the largest run to each smaller one, and from each to its deployed variant, where predictions are stored.

    What learned from other data than the largest differs by more than its size.
    """
    trained = sorted(
        (run for run in runs if run.info.domain == domain and kind_of(run).reference is not None),
        key=lambda run: (-(run.info.parameters_total or 0), run.name),
    )
    whole: list[_Model] = []
    learned = None
    steps: list[tuple[_Model, _Model]] = []
    for run in trained:
        kind = kind_of(run)
        exact, deployed = (run.name, kind.exact[0]), (run.name, kind.live[0])
        here = [model for model in (exact, deployed) if run.predictions_path(dataset, split, model[1]).is_file()]
        if exact in here and (not whole or run.info.dataset == learned):
            learned = learned or run.info.dataset
            whole.append(exact)
        if here == [exact, deployed] and exact != deployed:
            steps.append((exact, deployed))
    return [(whole[0], other) for other in whole[1:]] + steps if whole else []


def _measure(
    splits: Splits,
    runs: dict[str, Run],
    dataset: str,
    split: str,
    pair: tuple[_Model, _Model],
    counts: dict[_Model, list[np.ndarray]],
    number: int,
    question: Question,
) -> Step:
    base, other = (counts[model][number] for model in pair)
    effect = measure_effect(splits.documents(dataset, split), base, other, question.column)
    first, second = (ModelRef(name, variant, runs[name].info.model_sha256) for name, variant in pair)
    return Step(first, second, effect.hard, effect.easy, effect.apart, effect.p, *effect.mentions)


def _correct(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims with p-values corrected for all their steps."""
    corrected = iter(correct([step.p for claim in claims for step in claim.steps]))
    return tuple(
        replace(claim, steps=tuple(replace(step, p=next(corrected)) for step in claim.steps)) for claim in claims
    )
