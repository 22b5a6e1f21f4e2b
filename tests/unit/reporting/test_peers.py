from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from datasets_at import at
from peer_samples import OTHER_HASH, peer, peers, personal_peers, write_personal_run
from synthetic import write_run

from itner.core.errors import InputError
from itner.domains import registry
from itner.domains.registry import get_domain, list_domains
from itner.records.codec import to_json
from itner.records.store import Run, RunStore
from itner.reporting.peers import (
    PeerRow,
    list_peer_rows,
    peers_file,
    peers_in_words,
    peers_table,
    read_peers,
    timing_in_words,
)
from itner.reporting.readme import peers_section
from itner.reporting.rows import list_rows


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    write_run(tmp_path, "good", tp=90)
    return RunStore(tmp_path).load_all()[0]


def listed(runs: list[Run], found: object) -> list[PeerRow]:
    return list_peer_rows(found, runs, list_rows(runs, "stackoverflow"), "stackoverflow", "test")  # type: ignore[arg-type]


def test_the_runs_timed_beside_come_first_with_their_own_scores(runs: list[Run]) -> None:
    own, other = listed(runs, peers())
    assert (own.label, own.peer, own.timed and own.timed.tokens_per_s) == ("good · INT8", None, 4000.0)
    report = runs[0].report("stackoverflow", "test", "int8")
    assert report is not None
    assert own.micro == report.micro
    assert (other.label, other.row, other.size_mb) == ("spaCy NER", None, pytest.approx(4.718592))
    assert other.micro is not None
    assert other.micro.f1 == pytest.approx(130 / 185)


def test_who_is_better_and_faster_by_how_much_is_computed(runs: list[Run]) -> None:
    assert peers_in_words(listed(runs, peers())) == [
        "good · INT8 (micro-F1 0.868 [0.812 to 0.909]): 0.165 better than spaCy NER (0.703 [0.623 to 0.772]) and 2.0 "
        "times as fast."
    ]
    better = dataclasses.replace(peers(tp=99), timing=None)
    assert peers_in_words(listed(runs, better)) == []


@pytest.mark.parametrize(
    ("tp", "rate", "words"),
    [
        (99, 8000.0, "0.061 worse than spaCy NER (0.929 [0.885 to 0.956]), which is 2.0 times as fast"),
        (87, 4100.0, "as good as spaCy NER (0.868 [0.812 to 0.909]) and as fast"),
        (60, 3900.0, "0.165 better than spaCy NER (0.703 [0.623 to 0.772]) and as fast"),
    ],
)
def test_who_is_not_better_or_faster_is_told_as_well(runs: list[Run], tp: int, rate: float, words: str) -> None:
    found = peers(tp=tp)
    assert found.timing is not None
    theirs, ours = (dataclasses.replace(timed, round_tokens_per_s=(4000.0,)) for timed in found.timing.timed)
    theirs = dataclasses.replace(theirs, round_tokens_per_s=(rate,))
    found = dataclasses.replace(found, timing=dataclasses.replace(found.timing, timed=(theirs, ours)))
    assert peers_in_words(listed(runs, found)) == [f"good · INT8 (micro-F1 0.868 [0.812 to 0.909]): {words}."]


def test_a_score_on_other_text_does_not_count(runs: list[Run]) -> None:
    own, other = listed(runs, peers(split_sha256=OTHER_HASH))
    assert other.micro is None
    assert peers_in_words([own, other]) == [
        "good · INT8 (micro-F1 0.868 [0.812 to 0.909]): 2.0 times as fast as spaCy NER."
    ]


def test_without_speeds_there_is_nothing_beside_the_peers(runs: list[Run]) -> None:
    found = peers(timed=False)
    (only,) = listed(runs, found)
    assert only.timed is None
    assert peers_in_words([only]) == []
    assert timing_in_words(found) == "Their speed was not measured."


def test_a_run_with_other_weights_is_not_the_one_that_was_timed(runs: list[Run]) -> None:
    changed = dataclasses.replace(runs[0], info=dataclasses.replace(runs[0].info, weights_sha256=OTHER_HASH))
    assert [row.label for row in listed([changed], peers())] == ["spaCy NER"]


def test_the_table_shows_missing_numbers_as_missing(runs: list[Run]) -> None:
    found = dataclasses.replace(peers(), peers=(peer(), dataclasses.replace(peer("CRF"), scores=())))
    rows = {"stackoverflow": list_rows(runs, "stackoverflow"), "helpdesk": list_rows(runs, "helpdesk")}
    lines = peers_table(found, runs, rows, "test").splitlines()
    assert lines[0] == "| tagger | micro-F1, stackoverflow test | micro-F1, helpdesk test | size, MB | tokens/s |"
    assert lines[2].startswith("| good · INT8 | 0.868")
    assert lines[2].endswith("| – | 21.0 | 4,000 |")
    assert lines[3] == "| spaCy NER (spacy 3.8.18) | 0.703 (0.623 to 0.772) | – | 4.7 | 1,500 |"
    assert lines[4] == "| CRF (spacy 3.8.18) | – | – | 4.7 | – |"


def test_a_file_is_read_where_it_is_and_said_to_be_damaged_where_it_is(tmp_path: Path) -> None:
    place = at(tmp_path)
    path = tmp_path / "peers.json"
    path.write_text(to_json(peers()), encoding="utf-8")
    assert read_peers(place, "it") == peers()
    path.write_text(to_json(peers()).replace('"size_mib": 4.5', '"size_mib": -1'), encoding="utf-8")
    with pytest.raises(InputError, match=r"size_mib.*measure them again"):
        read_peers(place, "it")


def test_each_domain_has_its_peers_beside_its_own_corpus(tmp_path: Path) -> None:
    place = at(tmp_path)
    (tmp_path / "pii").mkdir()
    (tmp_path / "peers.json").write_text(to_json(peers()), encoding="utf-8")
    (tmp_path / "pii" / "peers.json").write_text(to_json(personal_peers()), encoding="utf-8")
    assert read_peers(place, "it") == peers()
    assert read_peers(place, "pii") == personal_peers()
    files = [peers_file(domain.name) for domain in list_domains()]
    assert len(set(files)) == len(files)
    (tmp_path / "pii" / "peers.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"measure them again: `python -m tools.peers --domain pii`"):
        read_peers(place, "pii")


def test_a_domain_without_a_release_or_a_folder_has_no_peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its name comes late, so that it is not the domain that is meant where none is named.
    known = get_domain("pii")
    for changes in ({"release": None}, {"corpora": known.corpora[:1]}):
        monkeypatch.setitem(registry._known, "zoo", dataclasses.replace(known, name="zoo", **changes))
        assert peers_file("zoo") is None
        assert read_peers(at(tmp_path), "zoo") is None


@pytest.fixture
def personal_runs(tmp_path: Path) -> list[Run]:
    write_personal_run(tmp_path)
    return RunStore(tmp_path).load_all()[0]


def test_what_redaction_would_leave_is_told_beside_the_scores(personal_runs: list[Run]) -> None:
    rows = {"personal": list_rows(personal_runs, "personal")}
    lines = peers_table(personal_peers(), personal_runs, rows, "test").splitlines()
    assert lines[0] == (
        "| tagger | micro-F1, personal test | F1 of personal types, personal test | personal characters left, personal "
        "test | harmless characters hidden, personal test | size, MB | tokens/s |"
    )
    assert lines[1].count("---") == lines[0].count("|") - 1
    assert lines[2:-2] == [
        "| private · INT8 | 0.884 (0.831 to 0.922) | 0.900 (0.848 to 0.936) | 10.0% | 1.0% | 21.0 | 3,000 |",
        "| Presidio (spacy 3.8.18) | 0.667 (0.584 to 0.741) | 0.706 (0.623 to 0.777) | 40.0% | 5.0% | 4.7 | 1,000 |",
    ]


def test_a_peer_that_lacks_a_type_is_compared_on_the_personal_ones_as_well(personal_runs: list[Run]) -> None:
    rows = list_rows(personal_runs, "personal")
    found = list_peer_rows(personal_peers(), personal_runs, rows, "personal", "test")
    assert peers_in_words(found) == [
        "private · INT8 (micro-F1 0.884 [0.831 to 0.922]): 0.217 better than Presidio (0.667 [0.584 to 0.741]; on the "
        "personal types alone 0.900 [0.848 to 0.936] against 0.706 [0.623 to 0.777]) and 3.0 times as fast."
    ]


def test_the_section_of_a_domain_names_its_file_and_its_command(personal_runs: list[Run], runs: list[Run]) -> None:
    of_personal = [run for run in personal_runs if run.info.domain == "pii"]
    section = peers_section(of_personal, personal_peers(timed=False))
    assert "(`data/pii/peers.json`, by `python -m tools.peers --domain pii`)" in section
    assert "Their speed was not measured." in section
    assert "(`data/peers.json`, by `python -m tools.peers`)" in peers_section(runs, peers())
    assert peers_section(of_personal, None) == peers_section([], peers()) == ""
