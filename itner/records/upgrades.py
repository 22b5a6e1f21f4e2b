"""What earlier versions wrote, brought to today's schemas: the one place that knows them.

An upgrade takes a file's JSON object and its `schema_version`, and returns today's object, or None when it is none of
its kind. What the older file does not say is left open, never guessed from elsewhere; `itner migrate` fills in what
other files know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from itner.records.bench import BenchReport
from itner.records.config import EncoderConfig, RunConfig
from itner.records.dataset import ProcessedMeta, WeakReport
from itner.records.evaluation import Errors, Metrics, PredictionInfo
from itner.records.run import RunRecord
from itner.records.study import Ablation, AblationRun, Int8Trials

Json = dict[str, Any]
# Before records named their domain there was one.
_FIRST_DOMAIN = "it"


def upgrade(kind: Any, data: Json) -> Json | None:
    """Today's object of a file that was written as `kind`, None when nothing is known of its schema."""
    version = data.get("schema_version")
    steps = _STEPS.get(kind, {})
    if not isinstance(version, int) or version not in steps:
        return None
    try:
        return steps[version](data)
    except (KeyError, TypeError, AttributeError):
        # Not only old but damaged: what is wrong with it is told of the file as it is.
        return None


def _config(data: Json) -> Json:
    return data | {"mark_guidelines": bool(data["guidelines"]), "kind": "encoder", "schema_version": 2}


def _run(data: Json) -> Json:
    return data | {"kind": "encoder", "schema_version": 2}


def _errors(data: Json) -> Json:
    return _shared_gold(data | {"reports": [_variant(report) for report in data["reports"]]})


def _shared_gold(data: Json) -> Json:
    """Each report said all that it has in common with others; sentences were resampled, whatever text they are of."""
    gold: list[Json] = []
    found: list[Json] = []
    stored = []

    def place(known: list[Json], record: Json) -> int:
        if record not in known:
            known.append(record)
        return known.index(record)

    for report in data["reports"]:
        own = {"split_sha256": report["split_sha256"], "mentions": report["gold_mentions"], "groups": {}}
        errors = {"gold": place(gold, own), "confusion": report["confusion"], "errors": report["errors"]}
        kept = {key: value for key, value in report.items() if key not in ("gold_mentions", "confusion", "errors")}
        stored.append(kept | {"found": place(found, errors)})
    others = {key: value for key, value in data.items() if key != "reports"}
    return others | {"gold": gold, "found": found, "stored": stored, "schema_version": 5}


def _metrics(data: Json) -> Json:
    return _uncertain(data | {"reports": [_quantised(_variant(report)) for report in data["reports"]]})


def _uncertain(data: Json) -> Json:
    """Of micro-F1 alone the interval was known."""
    return data | {"reports": [_with_uncertainty(report) for report in data["reports"]], "schema_version": 5}


def _with_uncertainty(report: Json) -> Json:
    known = report["micro_f1_interval"]
    kept = {key: value for key, value in report.items() if key != "micro_f1_interval"}
    return kept | {
        "uncertainty": {
            "unit": "sentence",
            "units": report["documents"],
            "level": known["level"],
            "resamples": known["resamples"],
            "seed": 13,
            "micro": {"f1": [known["low"], known["high"]]},
        }
    }


def _bench(data: Json) -> Json:
    return data | {"results": [_quantised(_variant(result)) for result in data["results"]], "schema_version": 4}


def _prediction(data: Json) -> Json:
    return _quantised(data) | {"schema_version": 2}


def _trials(data: Json) -> Json:
    trials = [trial | {"recipe": _recipe(trial["recipe"])} for trial in data["trials"]]
    return data | {"trials": trials, "schema_version": 2}


def _quantised(measured: Json) -> Json:
    return measured | {"int8": _recipe(measured["int8"]) if measured["int8"] is not None else None}


def _recipe(recipe: Json) -> Json:
    """Embeddings were quantised as a whole or not at all, activations as each batch asked unless something was said."""
    embeddings = {True: "tensor", False: "fp32"}[recipe["embeddings"]]
    return {"activations": "dynamic"} | recipe | {"embeddings": embeddings}


def _variant(measured: Json) -> Json:
    """What was called a weight precision is a variant, what is measured a model."""
    names = {"precision": "variant", "weights_sha256": "model_sha256"}
    return {names.get(key, key): value for key, value in measured.items()}


def _meta(data: Json) -> Json:
    return {"datasets": {name: _dataset(stats) for name, stats in data["datasets"].items()}, "schema_version": 3}


def _dataset(stats: Json) -> Json:
    parts = stats.get("parts") or [{"name": stats["name"], "weak_ratio": None}]
    annotated = [part["name"] for part in parts if part.get("weak_ratio") is None]

    def guideline(name: str) -> str:
        # A copy of a corpus was known by the beginning of its name.
        return next((other for other in annotated if name == other or name.startswith(f"{other}-")), name)

    sources = {
        part["name"]: {
            "guideline": guideline(part["name"]),
            "corpus": None,
            "weak": part.get("weak_ratio") is not None,
        }
        for part in parts
    }
    return stats | {"domain": _FIRST_DOMAIN, "sources": sources}


def _weak(data: Json) -> Json:
    return data | {"domain": _FIRST_DOMAIN, "guideline": data["dev"], "schema_version": 2}


def _ablation(data: Json) -> Json:
    arms = [arm | {"runs": [_ablation_run(run) for run in arm["runs"]]} for arm in data["arms"]]
    return data | {"domain": _FIRST_DOMAIN, "arms": arms, "schema_version": 2}


def _ablation_run(data: Json) -> Json:
    return data | {"config": _config(data["config"]), "schema_version": 2}


_STEPS: dict[Any, dict[int, Callable[[Json], Json]]] = {
    EncoderConfig: {1: _config},
    RunConfig: {1: _config},
    RunRecord: {1: _run},
    Metrics: {2: _metrics, 3: _metrics, 4: _uncertain},
    Errors: {2: _errors, 3: _shared_gold, 4: _shared_gold},
    BenchReport: {2: _bench, 3: _bench},
    PredictionInfo: {1: _prediction},
    Int8Trials: {1: _trials},
    ProcessedMeta: {2: _meta},
    WeakReport: {1: _weak},
    Ablation: {1: _ablation},
    AblationRun: {1: _ablation_run},
}
