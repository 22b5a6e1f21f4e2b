"""Simulated clusters do all the work once, and lose what they must."""

from __future__ import annotations

from dataclasses import replace

import pytest

from itner.bulk.simulation import simulate
from itner.records.bulk import Cluster

CALM = Cluster(
    machines=5,
    cores=4,
    input_mib=4_000.0,
    seconds_per_mib=3.0,
    overhead_seconds=0.0,
    spread=0.0,
    slow_share=0.0,
    slow_times=1.0,
    losses_per_day=0.0,
    back_after_seconds=300.0,
)


def test_where_nothing_happens_all_cores_work_all_the_time() -> None:
    found = simulate(CALM, 4.0, 1)
    assert found.blocks == 1000
    # 50 blocks a core, of 12 seconds each.
    assert found.hours == pytest.approx(50 * 12 / 3600)
    assert found.ideal_hours == pytest.approx(found.hours)
    assert (found.lost_share, found.overhead_share) == (0, 0)
    assert found.idle_share == pytest.approx(0, abs=1e-9)


def test_what_does_not_divide_leaves_cores_idle() -> None:
    found = simulate(replace(CALM, input_mib=21 * 4.0), 4.0, 1)
    # A second block for one core, and none for the other nineteen.
    assert found.hours == pytest.approx(2 * 12 / 3600)
    assert found.idle_share == pytest.approx(19 / 40)


def test_every_block_has_its_overhead() -> None:
    small, large = (simulate(replace(CALM, overhead_seconds=1.0), size, 1) for size in (1.0, 10.0))
    assert small.overhead_share == pytest.approx(1 / 4)
    assert large.overhead_share == pytest.approx(1 / 31)
    assert small.hours > large.hours


def test_a_slow_machine_is_waited_for_at_the_end() -> None:
    slow = replace(CALM, slow_share=0.3, slow_times=4.0)
    tails = [[simulate(slow, size, seed).idle_share for seed in range(5)] for size in (1.0, 16.0)]
    assert max(tails[0]) < 0.1
    assert sum(tails[0]) < sum(tails[1])


@pytest.mark.parametrize("seed", range(5))
def test_losses_cost_the_more_the_larger_a_block_is(seed: int) -> None:
    stormy = replace(CALM, input_mib=40_000.0, losses_per_day=200.0, spread=0.3)
    found = [simulate(stormy, size, seed) for size in (1.0, 4.0, 16.0)]
    assert [each.blocks for each in found] == [40_000, 10_000, 2_500]
    assert 0 < found[0].lost_share < found[1].lost_share < found[2].lost_share < 1
    assert all(each.hours > each.ideal_hours for each in found)
    # About every loss costs half a block of every core.
    for each, size in zip(found, (1.0, 4.0, 16.0), strict=True):
        losses = stormy.losses_per_day * stormy.machines * each.hours / 24
        half = 0.5 * size * stormy.seconds_per_mib * stormy.cores * losses / (each.hours * 3600 * 20)
        assert each.lost_share == pytest.approx(half, rel=0.6)


def test_the_same_seed_gives_the_same() -> None:
    cluster = replace(CALM, losses_per_day=50.0, spread=0.3, slow_share=0.2, slow_times=3.0)
    assert simulate(cluster, 4.0, 3) == simulate(cluster, 4.0, 3)
    assert simulate(cluster, 4.0, 3) != simulate(cluster, 4.0, 4)
