from __future__ import annotations

from shipped import release

from itner.records.config import CompactConfig, EncoderConfig, TransferLesson
from itner.workflows.compress_study import run_name
from itner.workflows.student import taught_config

PLAN = release().study


def test_every_arm_is_a_valid_network_of_its_own_and_learns_as_long() -> None:
    configs = {
        arm.name: taught_config(arm.preset, TransferLesson("it", "teacher" if arm.begins else None), **arm.changes)
        for arm in PLAN.arms
    }
    assert len(configs) == len(PLAN.arms)
    networks = [repr(config) for config in configs.values()]
    assert len(set(networks)) == len(networks)
    assert {config.batch_size for config in configs.values()} == {128}
    assert len({run_name(arm, 13) for arm in PLAN.arms}) == len(PLAN.arms)
    assert {type(config) for config in configs.values()} == {CompactConfig, EncoderConfig}
    assert PLAN.base in configs
    assert PLAN.reference in release().runs
    assert set(PLAN.dev_sets) == set(release().annotated)
    assert PLAN.transfer in {plan.name for plan in release().transfers}
    assert [configs[f"{n} layers"].layers for n in (2, 3, 6)] == [(0, 3), (0, 2, 4), (0, 1, 2, 3, 4, 5)]  # type: ignore[union-attr]


def test_an_arm_changes_one_thing_unless_it_says_several() -> None:
    for arm in PLAN.arms:
        changed = set(arm.changes) - {"batch_size"}
        assert (len(changed) <= 1) == (arm.varies != "several"), arm.name
