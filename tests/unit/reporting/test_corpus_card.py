from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ablations import ablation, arm
from peer_samples import personal_peers, write_personal_run
from shipped import HERE, REPOSITORY, release

from itner.data.processed import read_corpus_report, read_stats
from itner.records.dataset import Agreement
from itner.records.scores import Counts
from itner.records.store import RunStore
from itner.reporting.corpus_card import CORPUS_BEGIN, CORPUS_END, corpus_tables, fill_data_card, tried_table
from itner.reporting.readme import README_BEGIN, README_END


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
    assert "| all types | 0.800 (0." in text
    assert "| Cohen's kappa, all tokens | 0.500 | 0.500 | 0.500 |" in text
    assert "| Cohen's kappa, tokens that either marked | – | – | – |" in text
    assert "The two passes are identical in 3 of 4 sentences." in text


def test_a_card_with_results_has_the_measured_peers_beside_them(tmp_path: Path) -> None:
    write_personal_run(tmp_path)
    runs, _ = RunStore(tmp_path).load_all()
    report = read_corpus_report(REPOSITORY / "data" / "helpdesk")
    assert report is not None
    stats = read_stats("helpdesk", HERE)
    bare = replace(release(), aims=())
    corpus = f"{CORPUS_BEGIN}\n\n{CORPUS_END}\n"
    text = f"{corpus}{README_BEGIN}\n\n{README_END}\nLicence."
    filled = fill_data_card(text, report, stats, runs, bare, None, personal_peers())
    assert "| private | INT8 | personal test | 0.884" in filled
    assert "| Presidio (spacy 3.8.18) | 0.667 (0.584 to 0.741) | 0.706 (0.623 to 0.777) |" in filled
    assert filled.endswith(f"text alone. Kept on dev: one model.\n\n{README_END}\nLicence.")
    assert fill_data_card(filled, report, stats, runs, bare, None, personal_peers()) == filled
    assert "Presidio" not in fill_data_card(filled, report, stats, runs, bare, None)
    # The README has the results of that card's domain, and its peers.
    assert "Presidio" not in fill_data_card(corpus, report, stats, runs, bare, None, personal_peers())
