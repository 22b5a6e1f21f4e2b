from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from peer_samples import peer, peers, personal_peers, write_personal_run
from synthetic import write_run

from itner.dashboard.peers import peer_bars, peer_scatter, peers_columns, peers_frame, trials_frame
from itner.records.peers import Peers
from itner.records.store import RunStore
from itner.reporting.peers import PeerRow, list_peer_rows
from itner.reporting.rows import list_rows


def listed(root: Path, found: Peers) -> list[PeerRow]:
    runs, _ = RunStore(root).load_all()
    return list_peer_rows(found, runs, list_rows(runs, "stackoverflow"), "stackoverflow", "test")


@pytest.fixture
def rows(tmp_path: Path) -> list[PeerRow]:
    write_run(tmp_path, "good", tp=90)
    untimed = dataclasses.replace(peer("CRF"), scores=())
    return listed(tmp_path, dataclasses.replace(peers(), peers=(peer(), untimed)))


def test_the_table_tells_peers_from_runs_and_leaves_out_what_was_not_measured(rows: list[PeerRow]) -> None:
    frame = peers_frame(rows)
    assert list(frame["tagger"]) == ["good · INT8", "spaCy NER", "CRF"]
    assert list(frame["kind"]) == ["run of ours", "measured peer", "measured peer"]
    assert list(frame["library"])[1:] == ["spacy 3.8.18"] * 2
    assert frame["F1 SOFTWARE"][1] == "0.706 (0.623 to 0.777)"
    assert list(frame["times as fast"])[:2] == [1.0, 0.5]
    assert list(frame["rounds differ by"])[:2] == [pytest.approx(2 / 3), 1.5]
    missing = frame.iloc[2][["micro-F1", "precision", "recall", "F1 SOFTWARE", "tokens/s", "times as fast", "setting"]]
    assert missing.isna().all()
    assert set(peers_columns(frame, rows)) <= set(frame.columns)


def test_what_redaction_would_leave_is_shown_where_it_was_counted(tmp_path: Path, rows: list[PeerRow]) -> None:
    write_personal_run(tmp_path / "personal")
    runs, _ = RunStore(tmp_path / "personal").load_all()
    found = list_peer_rows(personal_peers(), runs, list_rows(runs, "personal"), "personal", "test")
    frame = peers_frame(found)
    assert list(frame["F1 of personal types"]) == ["0.900 (0.848 to 0.936)", "0.706 (0.623 to 0.777)"]
    assert list(frame["personal characters left"]) == [0.1, 0.4]
    assert list(frame["harmless characters hidden"]) == [0.01, 0.05]
    assert set(peers_columns(frame, found)) <= set(frame.columns)
    assert "personal characters left" not in peers_frame(rows).columns


def test_every_trial_is_shown(rows: list[PeerRow]) -> None:
    expected = pd.DataFrame(
        {
            "peer": ["spaCy NER", "spaCy NER", "CRF", "CRF"],
            "tried": ["one model", "two models"] * 2,
            "kept": ["yes", "no"] * 2,
            "micro-F1, stackoverflow dev": [0.7, 0.6] * 2,
        }
    )
    pd.testing.assert_frame_equal(trials_frame(rows), expected)


def test_the_scatter_shows_what_has_both_numbers_and_sets_peers_apart(rows: list[PeerRow]) -> None:
    own, other = peer_scatter(rows).data
    assert (own.x, other.x) == ((4000.0,), (1500.0,))
    assert other.y == (pytest.approx(130 / 185),)
    assert (own.name, other.name) == ("good · INT8 (run of ours)", "spaCy NER (measured peer)")
    assert own.marker.symbol != other.marker.symbol
    assert own.marker.color != other.marker.line.color


def test_a_hover_says_what_was_measured_and_takes_the_file_for_text(rows: list[PeerRow]) -> None:
    heading, about = peer_scatter(rows).data[1].customdata[0]
    assert heading == "<b>spaCy NER</b>, spacy 3.8.18"
    text = about.replace("<br>", " ")
    assert text == "A &lt;b&gt;CNN&lt;/b&gt;, trained on the annotated text alone. Setting: batch_size 256. 4.7 MB."


def test_the_bars_reach_from_the_slowest_round_to_the_fastest(rows: list[PeerRow]) -> None:
    own, others = peer_bars(rows).data
    assert (own.x, own.y) == (("good · INT8",), (4000.0,))
    assert (others.x, others.y) == (("spaCy NER",), (1500.0,))
    assert (others.error_y.array, others.error_y.arrayminus) == ((1000.0,), (500.0,))
    assert others.marker.pattern.shape != own.marker.pattern.shape
