"""Presets that learn from a transfer set, by name."""

from __future__ import annotations

import pytest

from itner.core.errors import InputError
from itner.records.config import CompactConfig, TransferLesson
from itner.taggers.compact.presets import PRESETS as COMPACT
from itner.taggers.encoder.presets import PRESETS, TAUGHT
from itner.taggers.generative.presets import PRESETS as GENERATIVE
from itner.workflows.student import check_preset, taught_config


def test_an_unknown_preset_is_refused_with_those_of_all_kinds() -> None:
    with pytest.raises(InputError, match="unknown preset 'compact'") as refused:
        taught_config("compact", TransferLesson("set"))
    named = refused.value.problem.split("the presets are ")[1].split(", ")
    assert {*PRESETS, *TAUGHT, *COMPACT, "pii_compact"} <= set(named)
    assert len(named) == len(set(named))
    assert {*PRESETS, *GENERATIVE} <= set(named)
    for name in named:
        check_preset(name)
        if name in GENERATIVE:
            with pytest.raises(InputError, match=f"{name} learns from a dataset: itner train {name} --data NAME"):
                taught_config(name, TransferLesson("set"))
        else:
            taught_config(name, TransferLesson("set"))
    assert isinstance(taught_config("compact_m", TransferLesson("set")), CompactConfig)
