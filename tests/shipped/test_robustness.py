"""What perturbations cost the runs that ship: of these runs, made again from the corpora, and told as it is."""

from __future__ import annotations

import pytest
from shipped import HERE, REPOSITORY, release, shipped, shipped_run

from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.evaluation.robustness.measuring import checksum
from itner.evaluation.robustness.perturbing import PERTURBATIONS, SEVERITIES, perturb
from itner.evaluation.robustness.sampling import draw_parts
from itner.records.robustness import RobustnessReport
from itner.records.store import ROBUSTNESS, RunStore
from itner.reporting.robustness import fill_robustness
from itner.taggers.registry import is_current, kind_of, lack_of

MEASURED = [name for name in shipped() if (HERE.models / name / ROBUSTNESS).is_file()]
# All of them together, in bytes.
MOST = 800_000


def reports(name: str) -> tuple[RobustnessReport, ...]:
    return shipped_run(name).robustness.reports


def test_every_run_that_can_be_opened_is_measured_on_both_corpora_at_all_severities() -> None:
    opened = [run for run in map(shipped_run, release().runs) if lack_of(run) is None]
    assert len(opened) >= 6
    every = {(name, severity) for name in PERTURBATIONS for severity in SEVERITIES}
    for run in opened:
        for dataset in release().annotated:
            report = run.robustness_report(dataset, "test", kind_of(run).live[0])
            assert report is not None, f"run `itner robustness {run.name} --dataset {dataset}`"
            assert {(effect.perturbation, effect.severity) for effect in report.effects} == every
    assert sum((HERE.models / name / ROBUSTNESS).stat().st_size for name in MEASURED) < MOST


@pytest.mark.parametrize("name", MEASURED)
def test_it_is_of_the_run_and_of_the_text_as_they_are(name: str) -> None:
    run = shipped_run(name)
    for report in reports(name):
        assert is_current(run, report)
        assert report.split_sha256 == read_stats(report.dataset, HERE).splits[report.split].processed_sha256
        for effect in report.effects:
            low, high = effect.interval
            # Ends are rounded to four digits.
            assert low - 1e-4 <= effect.change <= high + 1e-4
            if effect.perturbation != "truncation":
                assert effect.before == report.clean


def test_examples_are_made_again_from_the_corpora_that_ship() -> None:
    checked = 0
    for domain in {domain.name: domain for domain in shipped().values()}.values():
        for corpus in (corpus for corpus in domain.corpora if corpus.source == "embedded"):
            runs = [name for name in MEASURED if shipped()[name].name == domain.name]
            found = [report for name in runs for report in reports(name) if report.dataset == corpus.dataset]
            if not found:
                continue
            documents = read_split(corpus.dataset, found[0].split, HERE)
            known = {document.id: document for document in documents}
            parts = draw_parts(documents, found[0].sentences, found[0].seed)
            assert len({part[0].group for part in parts}) == found[0].units
            for report, effect in [(each, effect) for each in found for effect in each.effects]:
                for example in effect.examples:
                    part = [known[each] for each in example.documents]
                    names = get_domain(domain.name).lexicons
                    made = perturb(PERTURBATIONS[effect.perturbation], effect.severity, part, names, report.seed)
                    assert checksum(made) == example.check
                    checked += 1
    assert checked > 100


def test_the_document_shows_the_measured_numbers() -> None:
    runs = sorted(RunStore(HERE.models).load_all()[0], key=lambda run: (run.info.domain, run.name))
    text = (REPOSITORY / "docs" / "robustness.md").read_text(encoding="utf-8")
    assert fill_robustness(text, runs) == text, "run `itner readme`"
