"""The runs that ship for IT-support text, and the study behind them."""

from __future__ import annotations

from itner.domains.release import AblationPlan, Aim, Arm, Release, TransferPlan
from itner.records.config import DistillSettings

_PUBLIC, _OWN, _BOTH, _WEAK = "stackoverflow", "helpdesk", "combined", "combined-weak"
_STUDENT, _UNTAUGHT = "distillation with weak labels", "casing"

_PLAIN = {
    "oversample": False,
    "casing": False,
    "context": False,
    "mark_guidelines": False,
    "ema_decay": 0.0,
    "layer_decay": 1.0,
    "batch_size": 16,
}
_OVERSAMPLED = _PLAIN | {"oversample": True}
_MARKED = _OVERSAMPLED | {"mark_guidelines": True}
_CASED = _MARKED | {"casing": True}
_TAUGHT = _CASED | {"distill": DistillSettings(teachers=("minilm_full_kd", "minilm_lora"))}

_ARMS: tuple[Arm, ...] = (
    Arm("base", None, "the public corpus alone, every sentence once and by itself", _PUBLIC, _PLAIN),
    Arm("oversampling", "base", "sentences with mentions 1.5 times, with rare types twice", _PUBLIC, _OVERSAMPLED),
    Arm("helpdesk", "oversampling", "the helpdesk corpus", _BOTH, _OVERSAMPLED),
    Arm("guidelines", "helpdesk", "a mark that says whose guideline to follow", _BOTH, _MARKED),
    Arm(_UNTAUGHT, "guidelines", "how each piece is capitalised, as its token type", _BOTH, _CASED),
    Arm(
        "context",
        _UNTAUGHT,
        "sentences of one text read together (8 windows a batch, not 16)",
        _BOTH,
        _CASED | {"context": True, "batch_size": 8},
    ),
    Arm("averaging", _UNTAUGHT, "a moving average of the weights", _BOTH, _CASED | {"ema_decay": 0.998}),
    Arm("layer decay", _UNTAUGHT, "each layer down learns at 0.7 times the rate", _BOTH, _CASED | {"layer_decay": 0.7}),
    Arm("weak labels", _UNTAUGHT, "weakly labelled tickets and forum threads", _WEAK, _CASED),
    Arm("distillation", _UNTAUGHT, "the token probabilities of two larger runs", _BOTH, _TAUGHT),
    Arm(_STUDENT, "weak labels", "the same on weakly labelled text, too", _WEAK, _TAUGHT),
)

RELEASE = Release(
    presets=("minilm_full_kd", "minilm_lora_kd", "minilm_l3", "minilm_l3_kd"),
    rules="it_rules",
    default="minilm_full_kd",
    annotated=(_PUBLIC, _OWN),
    mixture=_BOTH,
    weak_texts={"tickets": _OWN, "stackoverflow-forum": _PUBLIC},
    weakly_taught=frozenset({"minilm_full_kd", "minilm_lora_kd", "minilm_l3_kd"}),
    transfer=TransferPlan(
        name="it",
        raw=("mixed/unlabelled.txt",),
        teacher="minilm_full_kd",
        copies=10,
        learners=("compact_s", "compact_m"),
    ),
    corpus_folder=_OWN,
    ablation=AblationPlan(
        preset="minilm_l3",
        seeds=(13, 14, 15),
        dev_sets=(_PUBLIC, _OWN),
        arms=_ARMS,
        student=_STUDENT,
        untaught=_UNTAUGHT,
        student_adds="Weak labels and distillation",
    ),
    aims=(Aim(_PUBLIC, None, 0.78), Aim(_PUBLIC, "ERROR", 0.35), Aim(_OWN, None, 0.85)),
    aim_variant="int8",
    taught="minilm_l3_kd",
    largest="minilm_full_kd",
    most_lost=0.015,
)
