"""The runs that ship for utility specifications, and how few sentences they need."""

from __future__ import annotations

from itner.domains.release import Aim, CurvePlan, OwnPreset, Release, TrackPlan, TransferPlan
from itner.records.config import LoraSettings

_ALL = "specifications"
_DEEP, _STANDARD, _SMALL = "utility_lora_deep", "utility_lora", "utility_compact"
_TAUGHT = "utility_lora_kd"
# The first two teach, the third one is begun with; none ships.
_FULL, _OTHER_FULL, _WIDE = "utility_full", "utility_full_b", "utility_lora_wide"
_RULES = "utility_rules"
_FORTY = "specifications-40"
_TRACKS = (TrackPlan(_DEEP, _FORTY), TrackPlan(_STANDARD, _FORTY))
_ATTENTION = ("query", "value")
# Few sentences make few steps: an average over several hundred of them would still hold the beginning.
_FEW = {"context": False, "batch_size": 16, "ema_decay": 0.0}
_WHOLE = _FEW | {"learning_rate": 3e-4, "epochs": 20, "early_stopping_patience": 20}

RELEASE = Release(
    runs=(_TAUGHT, _SMALL, _DEEP, _STANDARD, *(plan.name for plan in _TRACKS), _RULES),
    rules=_RULES,
    default=_TAUGHT,
    annotated=(_ALL,),
    mixture=_ALL,
    corpus=_ALL,
    presets=(
        OwnPreset(
            _DEEP,
            "minilm_lora",
            _FEW
            | {
                "lora": LoraSettings(r=16, alpha=32, targets=_ATTENTION),
                "learning_rate": 2e-3,
                "epochs": 50,
                "early_stopping_patience": 50,
            },
        ),
        OwnPreset(
            _STANDARD,
            "minilm_lora",
            _FEW
            | {
                "lora": LoraSettings(r=8, alpha=16, targets=_ATTENTION),
                "learning_rate": 2e-3,
                "epochs": 20,
                "early_stopping_patience": 20,
            },
        ),
        OwnPreset(_FULL, "minilm_full", _WHOLE),
        OwnPreset(_OTHER_FULL, "minilm_full", _WHOLE | {"seed": 14}),
        OwnPreset(_WIDE, "minilm_lora", _WHOLE | {"learning_rate": 1e-3}),
        # Few windows make few steps.
        OwnPreset(_TAUGHT, "minilm_lora_kd", {"epochs": 2}),
        OwnPreset(_SMALL, "compact_s", {"epochs": 16}),
    ),
    transfers=(TransferPlan("utility", (), (_FULL, _OTHER_FULL), copies=20, learners={_TAUGHT: _WIDE, _SMALL: None}),),
    tracks=_TRACKS,
    # The last two are what a published system of this kind says of itself, on ten dev sentences of its own.
    aims=(
        Aim(_TAUGHT, _ALL, 0.9),
        Aim(_DEEP, _ALL, 0.9),
        Aim(_TRACKS[0].name, _FORTY, 0.92, split="dev"),
        Aim(_TRACKS[1].name, _FORTY, 0.85, split="dev"),
    ),
    curve=CurvePlan(_DEEP, _ALL, (10, 20, 40, 80, 160, None), (13, 14, 15)),
)
