from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ablations import ablation, arm
from shipped import HERE, REPOSITORY, release
from synthetic import write_run

from itner.data.processed import read_corpus_report, read_stats
from itner.records.dataset import Agreement
from itner.records.scores import Counts
from itner.records.store import RunStore
from itner.reporting.corpus_card import aims_table, corpus_tables, tried_table


def test_the_aims_are_told_with_what_was_reached(tmp_path: Path) -> None:
    write_run(tmp_path, "minilm_full_kd")
    write_run(tmp_path, "minilm_l3_kd", tp=70)
    runs, _ = RunStore(tmp_path).load_all()
    full, taught = (run.report("stackoverflow", "test", "int8") for run in runs)
    assert full is not None
    assert taught is not None
    lines = aims_table(runs, release()).splitlines()[2:]
    assert lines[0] == f"| stackoverflow micro-F1 at least 0.78 | minilm_full_kd | {full.micro.f1:.3f} | 110 | yes |"
    # The run that is best overall is asked for its ERROR, whoever is best there.
    error = full.per_type["ERROR"].f1
    assert lines[1] == f"| stackoverflow ERROR F1 at least 0.35 | minilm_full_kd | {error:.3f} | 0 | no |"
    assert lines[2] == "| helpdesk micro-F1 at least 0.85 | – | – | – | not measured |"
    lost = taught.micro.f1 - full.micro.f1
    assert lost < -0.015
    assert (
        lines[3] == f"| stackoverflow micro-F1 within 0.015 of minilm_full_kd | minilm_l3_kd | {lost:+.3f} | 110 | no |"
    )
    assert lines[4] == "| helpdesk micro-F1 within 0.015 of minilm_full_kd | minilm_l3_kd | – | – | not measured |"
    assert "minilm_l3_kd | – | – | not measured" in aims_table(runs[:1], release())


def test_what_was_tried_is_told_with_its_noise() -> None:
    base, step = arm("base", None, {1: 70, 2: 72, 3: 74}), arm("step", "base", {1: 75, 2: 77, 3: 79})
    lines = tried_table(ablation(base, step)).splitlines()
    assert lines[0] == "| step | what it adds | to | seeds | d dev | gain (noise) | ERROR |"
    assert lines[2:] == [
        "| base |  | – | 3 | 0.720 | – (–) | 0.000 |",
        "| step |  | base | 3 | 0.770 | +0.050 (0.016) | 0.000 |",
    ]


def test_the_tables_of_a_corpus_by_hand() -> None:
    report = read_corpus_report(REPOSITORY / "data" / "helpdesk")
    assert report is not None
    pair = Agreement(4, 3, {"OS": Counts(tp=8, fp=2, fn=2), "ERROR": Counts()}, kappa=0.5, kappa_marked=None)
    by_hand = replace(report, tickets=2, sentences=4, channels={"chat": 2}, agreement=pair, first_to_gold=pair)
    by_hand = replace(by_hand, second_to_gold=pair)
    text = corpus_tables(by_hand, read_stats("helpdesk", HERE))
    assert text.startswith("2 tickets (2 chat), 4 sentences.")
    assert "| all types | 0.800 | 0.800 | 0.800 |" in text
    assert "| Cohen's kappa, all tokens | 0.500 | 0.500 | 0.500 |" in text
    assert "| Cohen's kappa, tokens that either marked | – | – | – |" in text
    assert "The two passes are identical in 3 of 4 sentences." in text
