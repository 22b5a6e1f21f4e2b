"""The Live page's work: which taggers can be chosen, tagging with a time, and the highlighted view."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from itner.config import PRECISION_NAMES, PRECISIONS, Precision
from itner.eval.agreement import Place
from itner.highlight import highlight
from itner.store import Run
from itner.types import Mention
from itner.ui.cache import get_tagger

MAX_CHARACTERS = 20_000
_TIMED_CALLS = 3


@dataclass(frozen=True)
class Choice:
    """A run at a weight precision."""

    run: Run
    precision: Precision

    @property
    def label(self) -> str:
        """Unique among choices."""
        return f"{self.run.name} · {PRECISION_NAMES[self.precision]}"


@dataclass(frozen=True)
class Tagged:
    """A tagger's mentions in a text, and the median time of a call."""

    mentions: tuple[Mention, ...]
    milliseconds: float


def list_choices(runs: Sequence[Run]) -> list[Choice]:
    """Every run with weights at every weight precision, INT8 first."""
    return [
        Choice(run, precision) for precision in reversed(PRECISIONS) for run in runs if run.weights_path is not None
    ]


def tag_with(choice: Choice, text: str) -> Tagged:
    """Tag a text; the time is the median of a few calls, without loading the model."""
    tagger = get_tagger(choice.run, choice.precision)
    times = []
    for _ in range(_TIMED_CALLS):
        started = time.perf_counter()
        (mentions,) = tagger.tag([text])
        times.append(time.perf_counter() - started)
    return Tagged(tuple(mentions), statistics.median(times) * 1000)


def view(text: str, label: str, result: Tagged, places: Sequence[Place]) -> str:
    """The highlighted text of one tagger; what others see differently is marked."""
    differing = {
        (mention.start, mention.end, mention.type)
        for place in places
        if not place.agreed
        for mention in place.mentions[label]
    }
    gaps = [(place.start, place.end) for place in places if not place.mentions[label]]
    return highlight(text, result.mentions, differing, gaps)
