"""The runs that ship for personal data."""

from __future__ import annotations

from itner.domains.release import Aim, LatencyAim, OwnPreset, Release, SizeAim, TransferPlan, UnionPlan

_MADE, _WRITTEN, _BOTH = "personal-made", "personal", "personal-both"
_TEACHER, _STUDENT, _UNION, _RULES = "pii_minilm", "pii_compact", "pii_union", "pii_rules"

RELEASE = Release(
    runs=(_UNION, _TEACHER, _STUDENT, _RULES),
    rules=_RULES,
    default=_UNION,
    annotated=(_MADE, _WRITTEN),
    mixture=_BOTH,
    corpus=_WRITTEN,
    # Adapters, because whole weights of a second tagger would be another 45 MB to fetch.
    presets=(
        OwnPreset(_TEACHER, "minilm_lora", {"context": False, "batch_size": 32, "learning_rate": 1e-3, "epochs": 14}),
        OwnPreset(_STUDENT, "compact_s"),
    ),
    transfers=(TransferPlan("pii", ("helpdesk/unlabelled.txt",), (_TEACHER,), copies=10, learners={_STUDENT: None}),),
    # Those that raise F1 on the dev set written by hand or leave less of it, and have a check or words that tell.
    unions=(
        UnionPlan(
            _UNION,
            _TEACHER,
            ("emails", "odd_emails", "cards", "masked_cards", "phones", "told_phones", "streets", "rooms"),
        ),
    ),
    # What a published system of this kind says of itself, on a synthetic dev set of its own.
    aims=(
        Aim(_TEACHER, _MADE, 1.0, macro=True, split="dev"),
        LatencyAim(_TEACHER, 8.0),
        LatencyAim(_TEACHER, 15.0, "fp32"),
        LatencyAim(_UNION, 8.0),
        LatencyAim(_STUDENT, 8.0),
        SizeAim(_TEACHER, 130.0),
    ),
)
