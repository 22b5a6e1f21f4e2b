"""What runs were to reach, beside what they do, and in their cards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from peer_samples import peers, timing
from shipped import release
from studies import study
from synthetic import HASH, write_run

from itner.domains import registry
from itner.domains.release import Aim, LatencyAim, SizeAim, SpeedAim, StudyAim
from itner.records.codec import to_json
from itner.records.peers import Timed
from itner.records.store import CARD, RUN, RunStore
from itner.records.workspace import Workspace
from itner.reporting.aims import aims_table, list_aims
from itner.workflows.card import write_run_card


def test_f1_and_size_are_told_with_what_was_reached(tmp_path: Path) -> None:
    write_run(tmp_path, "full")
    write_run(tmp_path, "taught", tp=70)
    runs, _ = RunStore(tmp_path).load_all()
    full, taught = (run.report("stackoverflow", "test", "int8") for run in runs)
    assert full is not None
    assert taught is not None
    aims = (
        Aim("full", "stackoverflow", 0.78),
        Aim("full", "stackoverflow", 0.35, "ERROR"),
        Aim("full", "helpdesk", 0.85),
        Aim("taught", "stackoverflow", 0.78),
        Aim("gone", "stackoverflow", 0.7),
        Aim("full", "stackoverflow", 0.5, macro=True),
        Aim("full", "stackoverflow", 0.5, split="dev"),
        LatencyAim("full", 100.0),
        LatencyAim("full", 0.1, "fp32"),
        LatencyAim("gone", 3.0),
        SizeAim("full", 21),
        SizeAim("full", 20.9),
        SizeAim("gone", 3),
    )
    rows = list_aims(runs, replace(release(), aims=aims), None)
    timed = {result.variant: result.end_to_end.p95_ms for result in runs[0].bench.results}  # type: ignore[union-attr]
    error = full.per_type["ERROR"].f1
    off = "(interval unknown)"
    on = "(0.500 to 0.900) on 110 gold mentions"
    # The INT8 file of 20 MiB is 20.97 MB.
    assert aims_table(rows, "int8").splitlines() == [
        "| run | aim (INT8) | reached | |",
        "|---|---|---|---|",
        f"| full | stackoverflow test micro-F1 at least 0.780 | {full.micro.f1:.3f} {on} | yes |",
        f"| full | stackoverflow test ERROR F1 at least 0.350 | {error:.3f} {off} on 0 gold mentions | no |",
        "| full | helpdesk test micro-F1 at least 0.850 | – | not measured |",
        f"| taught | stackoverflow test micro-F1 at least 0.780 | {taught.micro.f1:.3f} {on} | no |",
        "| gone | stackoverflow test micro-F1 at least 0.700 | – | not measured |",
        f"| full | stackoverflow test macro-F1 at least 0.500 | {full.macro_f1:.3f} {off} on 110 gold mentions | yes |",
        "| full | stackoverflow dev micro-F1 at least 0.500 | – | not measured |",
        f"| full | a sentence in at most 100 ms, p95 | {timed['int8']:.1f} ms | yes |",
        f"| full | a sentence in at most 0.1 ms at FP32, p95 | {timed['fp32']:.1f} ms | no |",
        "| gone | a sentence in at most 3 ms, p95 | – | not measured |",
        "| full | at most 21 MB | 20.97 MB | yes |",
        "| full | at most 20.9 MB | 20.97 MB | no |",
        "| gone | at most 3 MB | – | not measured |",
    ]


@pytest.mark.parametrize(("times", "met"), [(20.0, True), (20.1, False)])
def test_speed_is_of_the_turns_that_both_had(tmp_path: Path, times: float, met: bool) -> None:
    write_run(tmp_path, "fast")
    write_run(tmp_path, "slow")
    runs, _ = RunStore(tmp_path).load_all()
    planned = replace(release(), aims=(SpeedAim("fast", "slow", times),))
    # Round by round 30, 20 and 10 times as fast; the medians themselves are 15 times apart.
    turns = (
        Timed("fast", "int8", HASH, "", (3000.0, 4000.0, 3000.0)),
        Timed("slow", "int8", HASH, "", (100.0, 200.0, 300.0)),
    )
    record = replace(peers(), timing=replace(timing(), timed=turns))
    [row] = list_aims(runs, planned, record)
    assert (row.reached, row.met) == ("20.0 times", met)
    # Other weights had the turn, or one of the two had none, or nobody timed anything.
    strange = replace(turns[1], model_sha256="12" * 32)
    for timed in ((turns[0], strange), turns[:1]):
        [row] = list_aims(runs, planned, replace(record, timing=replace(timing(), timed=timed)))
        assert (row.reached, row.met) == (None, None)
    for record_of, there in ((None, runs), (replace(record, timing=None), runs), (record, runs[:1])):
        [row] = list_aims(there, planned, record_of)
        assert (row.reached, row.met) == (None, None)


def test_what_a_network_of_the_study_was_to_reach_is_told_of_the_nearest() -> None:
    aims = (StudyAim("d", 0.82, 1.6), StudyAim("d", 0.80, 1.6), StudyAim("d", 0.5, 0.5), StudyAim("gone", 0.5, 9.0))
    planned = replace(release(), aims=aims)
    # The networks of at most 1.6 MB at INT8 are those of 1.0 and 1.5 MiB.
    found = [(row.reached, row.met) for row in list_aims([], planned, None, study())]
    reached = "0.810 with 1.57 MB (vocabulary 4000)"
    assert found == [(reached, False), (reached, True), (None, None), (None, None)]
    assert [row.met for row in list_aims([], planned, None)] == [None] * 4
    assert list_aims([], planned, None, study(), of="compact_s") == []


def test_what_was_measured_of_other_weights_counts_for_nothing(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "full")
    aims = (
        Aim("full", "stackoverflow", 0.5),
        Aim("full", "stackoverflow", 0.5, "GONE"),
        LatencyAim("full", 99),
        SizeAim("full", 99),
    )
    planned = replace(release(), aims=aims)
    run = RunStore(tmp_path).load("full")
    assert [row.met for row in list_aims([run], planned, None)] == [True, None, True, True]
    text = (
        (folder / RUN)
        .read_text(encoding="utf-8")
        .replace(f'"weights_sha256": "{HASH}"', f'"weights_sha256": "{"12" * 32}"')
    )
    (folder / RUN).write_text(text, encoding="utf-8")
    run = RunStore(tmp_path).load("full")
    assert [row.met for row in list_aims([run], planned, None)] == [None] * 4


@pytest.mark.parametrize("damaged", ["slow/run.json", "peers.json"])
def test_what_cannot_be_read_of_others_leaves_a_card_a_figure_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: str
) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    write_run(place.models, "fast")
    write_run(place.models, "slow")
    place.data.mkdir()
    (place.data / "peers.json").write_text(to_json(peers()), encoding="utf-8")
    ((place.data if damaged == "peers.json" else place.models) / damaged).write_text("{", encoding="utf-8")
    changed = replace(
        registry.get_domain("it"), release=replace(release(), aims=(SpeedAim("fast", "slow", 2), SizeAim("fast", 50)))
    )
    monkeypatch.setattr("itner.workflows.card.get_domain", lambda name: changed)
    write_run_card("fast", place)
    text = (place.models / "fast" / CARD).read_text(encoding="utf-8")
    assert "in turns: not measured." in text
    assert "- at most 50 MB: 20.97 MB." in text


def test_a_card_has_the_aims_of_its_run_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    write_run(place.models, "fast")
    write_run(place.models, "slow")
    domain = registry.get_domain("it")
    aims = (
        Aim("fast", "stackoverflow", 0.99),
        SizeAim("fast", 50),
        SpeedAim("fast", "slow", 1.5),
        SpeedAim("slow", "missing", 2),
    )
    changed = replace(domain, release=replace(release(), aims=aims))
    monkeypatch.setattr("itner.workflows.card.get_domain", lambda name: changed)
    place.data.mkdir()
    turns = tuple(Timed(name, "int8", HASH, "", (speed,)) for name, speed in (("fast", 30.0), ("slow", 10.0)))
    record = replace(peers(), timing=replace(timing(), timed=turns))
    (place.data / "peers.json").write_text(to_json(record), encoding="utf-8")
    for name in ("fast", "slow"):
        write_run_card(name, place)
    fast, slow = ((place.models / name / CARD).read_text(encoding="utf-8") for name in ("fast", "slow"))
    section = fast[fast.index("## Aims") : fast.index("## Limits")].splitlines()
    assert [line for line in section if line.startswith("- ")] == [
        "- stackoverflow test micro-F1 at least 0.990: 0.812 (0.500 to 0.900) on 110 gold mentions, missed.",
        "- at most 50 MB: 20.97 MB.",
        "- at least 1.5 times the tokens per second of slow, in turns: 3.0 times.",
    ]
    assert "At INT8, where nothing else is said:" in fast
    assert "What was tried to reach what is missed stands in `data/helpdesk/README.md`" in fast
    assert "- at least 2 times the tokens per second of missing, in turns: not measured." in slow
    assert "What was tried" not in slow
    monkeypatch.setattr("itner.workflows.card.get_domain", lambda name: replace(changed, release=None))
    write_run_card("fast", place)
    assert "## Aims" not in (place.models / "fast" / CARD).read_text(encoding="utf-8")
