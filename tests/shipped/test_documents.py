"""README and data card say what the committed files say."""

from __future__ import annotations

from shipped import HERE, REPOSITORY, release, shipped_run

from itner.data.processed import read_corpus_report, read_stats
from itner.records.files import sha256_file
from itner.records.store import read_ablation, read_study, read_trials
from itner.reporting.corpus_card import fill_data_card
from itner.reporting.peers import read_peers
from itner.reporting.readme import APP_TIMINGS, fill_readme, read_app_timings, read_published


def test_the_dashboard_is_as_fast_as_promised_where_it_was_measured() -> None:
    timings = read_app_timings(REPOSITORY / APP_TIMINGS).timings
    assert {timing.runs for timing in timings} == {len(release().runs), 100}
    limited = [timing for timing in timings if timing.limit_ms is not None]
    assert len(limited) >= 12
    assert [timing.what for timing in limited if timing.median_ms > (timing.limit_ms or 0)] == []


def test_the_readme_of_this_repository_shows_the_shipped_numbers() -> None:
    runs = [shipped_run(name) for name in release().runs]
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    timings, peers = read_app_timings(REPOSITORY / APP_TIMINGS), read_peers(HERE, "it")
    filled = fill_readme(text, runs, read_published(HERE), timings, peers, read_trials(HERE.models))
    assert filled == text, "run `itner readme`"


def test_the_data_card_of_this_repository_shows_the_measured_corpus() -> None:
    folder = REPOSITORY / "data" / "helpdesk"
    report = read_corpus_report(folder)
    assert report is not None
    text = (folder / "README.md").read_text(encoding="utf-8")
    runs = [shipped_run(name) for name in release().runs]
    stats, ablation, peers = read_stats("helpdesk", HERE), read_ablation(HERE.models), read_peers(HERE, "it")
    filled = fill_data_card(text, report, stats, runs, release(), ablation, peers, read_study(HERE.models))
    assert filled == text, "run `itner readme`"
    # The report is of the files as they are.
    for name in ("tickets.txt", "first_pass.txt", "second_pass.txt"):
        assert report.sha256[name] == sha256_file(folder / name), "run `itner measure-corpus data/helpdesk`"


def test_the_check_corpus_says_how_far_its_annotators_agreed() -> None:
    folder = REPOSITORY / "data" / "elsewhere"
    report = read_corpus_report(folder)
    assert report is not None
    text = (folder / "README.md").read_text(encoding="utf-8")
    for name, counts in report.agreement.per_type.items():
        assert f"{name} {counts.f1:.3f}" in text
    assert f"F1 {report.agreement.overall.f1:.3f}" in text
    for name in ("texts.txt", "first_pass.txt", "second_pass.txt"):
        assert report.sha256[name] == sha256_file(folder / name), "run `itner measure-corpus data/elsewhere`"


def test_the_corpus_is_what_was_promised() -> None:
    report = read_corpus_report(REPOSITORY / "data" / "helpdesk")
    stats = read_stats("helpdesk", HERE)
    assert report is not None
    assert report.tickets >= 450
    assert report.sentences >= 2500
    assert min(stats.splits["test"].mentions.values()) >= 120
    assert len(report.channels) == 5
