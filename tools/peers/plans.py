"""Which libraries are measured, what is tried of each on dev, and what has to be said about them."""

from __future__ import annotations

from dataclasses import dataclass

from tools.peers.worker import Settings


@dataclass(frozen=True)
class Candidate:
    """One way to do it, in words and in the worker's settings; `apart` means a model for each corpus."""

    what: str
    settings: Settings
    apart: bool = False


@dataclass(frozen=True)
class Plan:
    """A peer.

    Attributes:
        key: names its folder and, before `_worker`, its worker module.
        own: whether it runs in the environment of the peers, and is trained; else it opens a run in ours.
        deployed: pattern of the files in a model's folder that are deployed.
        candidates: those whose micro-F1 on dev is compared, the mean over the corpora.
        speeds: settings whose speed is compared; one that is empty where there is nothing to choose.
    """

    key: str
    name: str
    library: str
    about: str
    own: bool
    deployed: str
    candidates: tuple[Candidate, ...]
    speeds: tuple[Settings, ...]


def _crf(c1: float, c2: float, told: bool = True, apart: bool = False) -> Candidate:
    models = "a model a corpus" if apart else "one model, guideline told" if told else "one model, guideline not told"
    return Candidate(f"{models}, L1 {c1:g}, L2 {c2:g}", {"c1": c1, "c2": c2, "told": told}, apart)


SPACY = Plan(
    key="spacy",
    name="spaCy NER",
    library="spacy",
    about="spaCy's own NER on a blank English pipeline (tok2vec CNN, the defaults of `init config --optimize "
    "efficiency`, no pretrained vectors), trained by `spacy train` on the annotated text alone, early stopping on dev. "
    "It reads our tokens and is not told the guideline. One process, which computes on one core.",
    own=True,
    deployed="**/*",
    candidates=(
        Candidate("one model of all corpora", {}),
        Candidate("a model a corpus", {}, apart=True),
    ),
    speeds=tuple({"batch_size": size} for size in (64, 256, 1000)),
)
CRF = Plan(
    key="crf",
    name="CRF",
    library="python-crfsuite",
    about="A linear-chain CRF (CRFsuite, L-BFGS) on words, shapes, prefixes, suffixes and neighbours, trained on the "
    "annotated text alone; L1 and L2 chosen on dev. It reads our tokens; features are computed in Python, on one core.",
    own=True,
    deployed="model.crfsuite",
    candidates=(
        _crf(0.1, 0.01),
        _crf(0.1, 0.1),
        _crf(0.1, 0.01, told=False),
        _crf(0.1, 0.01, told=False, apart=True),
    ),
    speeds=({},),
)
PIPELINE = Plan(
    key="pipeline",
    name="Transformers pipeline",
    library="transformers",
    about='`pipeline("token-classification")` in FP32 on the weights of {run}, as they come out of the run\'s folder. '
    "It passes neither the casing codes nor the guideline marks that the model was trained with, and its words end at "
    "punctuation (13.6 is three), where the model was trained on our tokens: the F1 is that of this use, not of the "
    "weights.",
    own=False,
    deployed="model.safetensors",
    candidates=tuple(
        Candidate(f"aggregation {name!r}", {"aggregation": name}) for name in ("simple", "first", "average", "max")
    ),
    speeds=tuple({"batch_size": size} for size in (1, 8, 32, 128)),
)
PLANS = (SPACY, CRF, PIPELINE)
