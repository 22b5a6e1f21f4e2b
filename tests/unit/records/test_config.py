from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.records.codec import from_json, to_json
from itner.records.config import EncoderConfig, LoraSettings
from itner.taggers.encoder.presets import PRESETS, preset

configs = st.builds(
    EncoderConfig,
    preset=st.text(min_size=1, max_size=8),
    family=st.just("lora"),
    backbone=st.text(min_size=1, max_size=8),
    layers=st.none() | st.sets(st.integers(0, 11), min_size=1).map(lambda found: tuple(sorted(found))),
    lora=st.builds(LoraSettings, r=st.integers(1, 64), dropout=st.floats(0, 0.9)),
    learning_rate=st.floats(1e-9, 1),
    dropout=st.none() | st.floats(0, 0.9),
    seed=st.integers(0, 2**31),
)


@given(configs)
def test_json_and_back_loses_nothing(config: EncoderConfig) -> None:
    assert from_json(EncoderConfig, to_json(config)) == config


@pytest.mark.parametrize(
    ("change", "named"),
    [({"epoch": 3}, "epoch"), ({"epochs": 0}, "epochs"), ({"learning_rate": float("inf")}, "learning_rate"),
     ({"schema_version": 9}, "schema_version"), ({"lora": {"rank": 1}}, "lora.rank"), ({"layers": [2, 1]}, "layers")],
)  # fmt: skip
def test_what_does_not_fit_is_named(change: dict, named: str) -> None:
    data = json.loads(to_json(PRESETS["minilm_full"])) | change
    with pytest.raises(ValidationError) as caught:
        from_json(EncoderConfig, json.dumps(data))
    assert named in describe(caught.value)


def test_the_reference_configuration_of_the_hub_presets() -> None:
    for name in ("bert_full", "bert_lora", "distil_full"):
        config = PRESETS[name]
        assert (config.max_length, config.epochs, config.batch_size, config.label_smoothing) == (128, 6, 16, 0.05)
        assert (config.scheduler, config.gradient_checkpointing, config.early_stopping_patience) == ("cosine", True, 1)
    assert PRESETS["bert_full"].learning_rate == PRESETS["distil_full"].learning_rate == 2e-5
    assert PRESETS["bert_lora"].learning_rate == 1e-4
    assert PRESETS["bert_lora"].lora == LoraSettings(16, 32, 0.05, ("query", "key", "value", "dense"))
    assert PRESETS["minilm_l3"].layers == (0, 2, 4)


def test_presets_take_changes_and_refuse_nonsense() -> None:
    assert preset("minilm_full", epochs=2, learning_rate=None).epochs == 2
    assert preset("minilm_full", learning_rate=None) == PRESETS["minilm_full"]
    with pytest.raises(InputError, match="the presets are bert_full"):
        preset("nope")
    with pytest.raises(InputError, match="epochs"):
        preset("minilm_full", epochs=-1)
    with pytest.raises(ValidationError, match="go together"):
        EncoderConfig(preset="x", family="lora", backbone="y")
