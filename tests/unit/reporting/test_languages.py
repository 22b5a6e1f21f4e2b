"""What is said of text in other languages."""

from __future__ import annotations

import re

from shipped import HERE

from itner.domains.registry import get_domain
from itner.records.store import Run, RunStore
from itner.reporting.findings import list_findings
from itner.reporting.languages import (
    fill_languages_card,
    languages_card,
    languages_in_words,
    languages_table,
    list_language_rows,
)


def runs_of(name: str) -> list[Run]:
    release = get_domain(name).release
    assert release is not None
    return [RunStore(HERE.models).load(run) for run in release.runs]


def test_every_run_with_weights_is_scored_at_home_and_abroad() -> None:
    rows = list_language_rows(runs_of("it"), get_domain("it"))
    languages = list(dict.fromkeys(row.language for row in rows))
    assert languages == ["English", "German", "Spanish", "French"]
    assert [row.home for row in rows] == [row.language == "English" for row in rows]
    # The baseline's weights do not ship, so that it has no scores and is not told.
    assert {row.run for row in rows} == {run.name for run in runs_of("it")} - {"minilm_l3"}
    assert len({(row.run, row.language) for row in rows}) == len(rows) == 4 * len({row.run for row in rows})


def test_what_is_said_is_what_was_counted() -> None:
    rows = list_language_rows(runs_of("it"), get_domain("it"))
    first, types, advice = languages_in_words(rows)
    best = re.search(r"`(\w+)`", first)
    assert best is not None
    means = {
        run: sum(row.report.micro.f1 for row in rows if row.run == run and not row.home)
        for run in {row.run for row in rows}
    }
    assert best[1] == max(means, key=lambda run: means[run])
    for row in rows:
        if row.run == best[1]:
            assert f"{row.report.micro.f1:.3f}" in first
    own = [row.report for row in rows if row.run == best[1] and not row.home]
    for name in ("ERROR", "OS"):
        found, gold = (sum(getattr(report.per_type[name], key) for report in own) for key in ("tp", "support"))
        assert f"{name} {found / gold:.0%} of {gold}" in types
    # What loses least stands first.
    assert types.index("OS ") < types.index("HARDWARE ")
    assert "151 sentences a language" in advice


def test_a_domain_without_text_in_other_languages_says_nothing() -> None:
    runs = runs_of("utility")
    assert list_language_rows(runs, get_domain("utility")) == []
    assert languages_in_words([]) == []
    assert "Other languages" not in {finding.title for finding in list_findings(runs, "specifications")}


def test_the_overview_tells_it_with_a_link_to_the_evidence() -> None:
    found = {finding.title: finding for finding in list_findings(runs_of("it"), "helpdesk")}["Other languages"]
    assert found.query == {"dataset": "helpdesk-de", "split": "check"}


def test_the_card_says_what_the_table_does() -> None:
    domain = get_domain("it")
    made = runs_of("it")
    # Beside the runs of the release every other one that ships.
    every = [run for run in RunStore(HERE.models).load_all()[0] if run.info.domain == "it"]
    rows = list_language_rows([*made, *(run for run in every if run not in made)], domain)
    card = languages_card(rows, domain)
    assert card == "languages/README.md"
    text = (HERE.data / card).read_text(encoding="utf-8")
    assert languages_table(rows) in text
    assert fill_languages_card(text, rows) == text
    assert languages_card([], domain) is None
