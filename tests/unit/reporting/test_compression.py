from __future__ import annotations

from dataclasses import replace

import pytest
from studies import POINTS, point, study

from itner.records.codec import from_json, to_json
from itner.records.config import TransferLesson
from itner.records.int8 import Int8Recipe
from itner.records.study import CompressionStudy
from itner.reporting.compression import find_front, list_study_rows, list_timings, speed_to_rank_by, study_in_words
from itner.taggers.encoder.presets import taught_preset


def test_a_study_survives_its_file() -> None:
    assert from_json(CompressionStudy, to_json(study())) == study()
    with pytest.raises(ValueError, match="int8"):
        replace(POINTS[0], variants={"fp32": replace(POINTS[0].variants["fp32"], int8=Int8Recipe())})


def test_the_ratio_is_the_median_over_the_rounds_and_pieces_are_those_of_a_call() -> None:
    timed = POINTS[0].variants["int8"]
    assert timed.forward is not None
    assert timed.bulk is not None
    assert timed.forward.ratio == pytest.approx(20.0)
    own = replace(timed.forward.own, round_p50_ms=(1.0, 2.0, 4.0))
    reference = replace(timed.forward.reference, round_p50_ms=(8.0, 8.0, 8.0))
    # Round by round 8, 4 and 2.
    assert replace(timed.forward, own=own, reference=reference).ratio == pytest.approx(4.0)
    assert timed.bulk.pieces_per_s == pytest.approx(64 * 16 / 0.001)


def test_seeds_of_one_network_are_one_row() -> None:
    rows = list_study_rows(
        study(
            point("base", "base", 13, int8=(80, 10.0, 3.0)),
            point("base", "base", 14, int8=(84, None, 3.0)),
            point("width 32", "width", 13),
        )
    )
    assert [row.label for row in rows] == ["teacher · INT8", "base · INT8"]
    reference, base = rows
    assert (reference.ratio("one window"), reference.f1["d"].mean) == (1.0, pytest.approx(0.88))
    assert base.f1["d"].mean == pytest.approx(0.82)
    assert base.f1["d"].spread == pytest.approx(0.0282842712)
    assert base.f1["e"].mean == pytest.approx(0.80)
    # One of the two was timed.
    assert (base.ratios["one window"].seeds, base.ratio("one window")) == (1, pytest.approx(10.0))


def test_what_was_not_timed_is_none_and_stands_on_no_front() -> None:
    rows = list_study_rows(study(point("base", "base", int8=(99, None, 3.0))))
    assert (rows[1].ratio("one window"), rows[1].ms, rows[1].pieces_per_s) == (None, None, None)
    assert [row.name for row in find_front(rows, "d", "one window")] == ["teacher"]


def test_the_front_is_what_nobody_beats_in_both() -> None:
    rows = list_study_rows(study())
    front = [row.label for row in find_front(rows, "d", "one window")]
    # `3 layers · FP32` is as good as INT8 and slower, `base · FP32` is better than INT8 and slower.
    assert front == ["teacher · INT8", "3 layers · INT8", "base · FP32", "base · INT8", "width 32 · INT8"]


def test_what_was_timed_on_several_machines_is_ranked_by_size() -> None:
    timed = POINTS[1].variants["int8"]
    assert timed.timed is not None
    assert speed_to_rank_by(study(), "one window") == "one window"
    machine = replace(timed.timed.machine, isa=("avx2", "other"))
    elsewhere = replace(timed, timed=replace(timed.timed, machine=machine))
    for other in (elsewhere, replace(timed, threads=1)):
        mixed = study(POINTS[0], replace(POINTS[1], variants={"int8": other}), *POINTS[2:])
        assert speed_to_rank_by(mixed, "one window") is None
        assert len(list_timings(mixed)) == 2
        rows = list_study_rows(mixed)
        front = [row.label for row in find_front(rows, "d", None)]
        assert front == [
            "teacher · INT8",
            "3 layers · INT8",
            "base · FP32",
            "base · INT8",
            "vocabulary 4000 · INT8",
            "width 32 · INT8",
        ]
        words = study_in_words(mixed, rows, "d", None)
        assert "Speeds were measured on 2 machines, or in as many manners" in words
        assert "On the front, of F1 and size, on d: teacher · INT8 (F1 0.880, 21.0 MB); " in words
        assert "times as fast" not in words


def test_the_words_say_how_long_networks_learned_by_what_they_begin_with() -> None:
    begun = point("3 layers", "layers", fp32=(89, 2.0, 60.0))
    begun = replace(begun, steps=9, config=taught_preset("minilm_l3", TransferLesson("set", "teacher")))
    whole = study(point("base", "base", fp32=(86, 4.0, 12.0)), begun)
    words = study_in_words(whole, list_study_rows(whole), "d", "one window")
    assert "24 steps for those that begin with embeddings alone and 9 steps for those that begin with" in words


def test_the_words_say_what_the_study_says() -> None:
    words = study_in_words(study(), list_study_rows(study()), "d", "one window")
    assert "4 networks with 1 seed each, taught alike: 24 steps on what teacher said of the 1,000 windows" in words
    assert "width 32 · INT8 (F1 0.800, 25.0 times as fast, 1.05 MB)." in words
    assert "F1 against base · INT8 (0.830, 3.15 MB) on d" in words
    assert "\n- vocabulary: vocabulary 4000 -0.020 at 50% of its size\n" in words
    assert "With one seed each, a difference of a few thousandths may be chance." in words
    two = study(*POINTS, replace(POINTS[0], config=replace(POINTS[0].config, seed=14)))
    words = study_in_words(two, list_study_rows(two), "d", "many short windows")
    assert "4 networks with 1 to 2 seeds each" in words
    assert "base · INT8 (F1 0.830, 40.0 times as fast" in words
    assert "chance" not in words
    alone = study(point("base", "base"))
    assert "front" not in study_in_words(alone, list_study_rows(alone), "d", "one window")
