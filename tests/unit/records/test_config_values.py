"""Values that a configuration must refuse because nothing later would."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.records.codec import from_json, to_json
from itner.records.config import EncoderConfig
from itner.taggers.encoder.presets import PRESETS, TAUGHT, preset


@pytest.mark.parametrize(
    ("key", "value"),
    [("epochs", "3"), ("epochs", True), ("oversample", "no"), ("oversample", 1), ("backbone", 7)],
    ids=lambda value: json.dumps(value),
)
def test_a_wrong_type_is_an_error_that_names_the_key(key: str, value: object) -> None:
    data = json.loads(to_json(PRESETS["minilm_full"])) | {key: value}
    with pytest.raises(ValidationError) as caught:
        from_json(EncoderConfig, json.dumps(data))
    assert describe(caught.value).startswith(f"{key}: ")


def test_whole_numbers_do_for_fractions() -> None:
    data = json.loads(to_json(PRESETS["minilm_full"])) | {"weight_decay": 0}
    assert from_json(EncoderConfig, json.dumps(data)).weight_decay == 0.0


def test_a_seed_fits_every_generator() -> None:
    assert preset("minilm_full", seed=2**32 - 1).seed == 2**32 - 1
    with pytest.raises(InputError, match="seed"):
        preset("minilm_full", seed=2**32)  # numpy refuses it, in the middle of train.py


@pytest.mark.parametrize("layers", [(-1,), (-2, 0), (), (1, 1), (2, 0)])
def test_layers_name_each_layer_once_from_the_bottom(layers: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="layers"):
        preset("minilm_l3", layers=layers)


@pytest.mark.parametrize(
    "changes",
    [{"learning_rate": 0.0}, {"learning_rate": float("nan")}, {"epochs": 0}, {"seed": -1}, {"device": "tpu"}],
    ids=str,
)
def test_what_a_command_line_can_pass_is_checked_by_name(changes: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(changes))):
        preset("minilm_full", **changes)


def test_every_preset_is_named_as_it_is_filed() -> None:
    assert {name: config.preset for name, config in (PRESETS | TAUGHT).items()} == {n: n for n in (*PRESETS, *TAUGHT)}
    assert not PRESETS.keys() & TAUGHT.keys()
    assert {config.family for config in PRESETS.values()} == {"full", "lora", "distilled architecture"}
