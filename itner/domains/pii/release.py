"""The runs that ship for personal data."""

from __future__ import annotations

from itner.domains.release import Aim, LatencyAim, OwnPreset, Release, SizeAim

_MADE, _WRITTEN, _BOTH = "personal-made", "personal", "personal-both"
_TEACHER, _STUDENT = "pii_minilm", "pii_compact"

RELEASE = Release(
    runs=(_TEACHER, "pii_rules"),
    rules="pii_rules",
    default=_TEACHER,
    annotated=(_MADE, _WRITTEN),
    mixture=_BOTH,
    corpus=_WRITTEN,
    # Adapters, because whole weights of a second tagger would be another 45 MB to fetch.
    presets=(
        OwnPreset(_TEACHER, "minilm_lora", {"context": False, "batch_size": 32, "learning_rate": 1e-3, "epochs": 14}),
        OwnPreset(_STUDENT, "compact_s"),
    ),
    # What a published system of this kind says of itself, on a synthetic dev set of its own.
    aims=(
        Aim(_TEACHER, _MADE, 1.0, macro=True, split="dev"),
        LatencyAim(_TEACHER, 8.0),
        LatencyAim(_TEACHER, 15.0, "fp32"),
        SizeAim(_TEACHER, 130.0),
    ),
)
