"""What every worker does when it is called: train, find, predict, or time. Jobs come as JSON, results go as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from tools.peers.handover import Sentence, Span, read_sentences, to_characters, write_spans

# In the library's own terms; what a model is trained and opened with.
Settings = dict[str, Any]
Train = Callable[[Path, Path, Path, Settings], None]
# The folder of what comes with a library and is opened as it is.
Find = Callable[[Settings], Path]
# Marks the beginning of the line with a job's result, among what a library prints.
RESULT = "RESULT "
_WARM_UP = 100


@dataclass(frozen=True)
class Model:
    """A model that is ready to read.

    Attributes:
        prepare: from sentences to what the library takes; that is not timed, as a user of it has its own objects.
        tag: marks them; one list of spans each, in order.
        unit: what the spans count.
    """

    prepare: Callable[[Sequence[Sentence]], list[Any]]
    tag: Callable[[list[Any]], Iterable[Sequence[Span]]]
    unit: Literal["tokens", "characters"]


Load = Callable[[Path, Settings], Model]


def predict(model: Model, sentences: Sequence[Sentence]) -> list[list[Span]]:
    """The spans of each sentence, in characters."""
    found = [list(spans) for spans in model.tag(model.prepare(sentences))]
    if len(found) != len(sentences):
        raise ValueError(f"{len(sentences)} sentences were read, {len(found)} were tagged")
    if model.unit == "characters":
        return found
    return [to_characters(sentence, spans) for sentence, spans in zip(sentences, found, strict=True)]


def time_passes(parts: Sequence[tuple[Model, Sequence[Sentence]]], passes: int) -> list[float]:
    """Seconds of each pass of the models over their sentences, after some were read to warm up."""
    for model, sentences in parts:
        list(model.tag(model.prepare(sentences[:_WARM_UP])))
    times = []
    for _ in range(passes):
        seconds = 0.0
        for model, sentences in parts:
            prepared = model.prepare(sentences)
            started = time.perf_counter()
            list(model.tag(prepared))
            seconds += time.perf_counter() - started
        times.append(seconds)
    return times


def main(train: Train | None, load: Load, find: Find | None = None) -> None:
    """Do the job that stands in the first argument, and print its result."""
    job = json.loads(sys.argv[1])
    result: object = None
    match job["verb"]:
        case "version":
            result = version(job["library"])
        case "train" if train is not None:
            train(Path(job["folder"]), Path(job["train"]), Path(job["dev"]), job["settings"])
        case "find" if find is not None:
            result = str(find(job["settings"]))
        case "predict":
            for folder, source, target in job["files"]:
                write_spans(Path(target), predict(load(Path(folder), job["settings"]), read_sentences(Path(source))))
        case "time":
            parts = [
                (load(Path(folder), job["settings"]), read_sentences(Path(source))) for folder, source in job["files"]
            ]
            result = time_passes(parts, job["passes"])
        case verb:
            raise ValueError(f"no verb {verb!r}")
    print(RESULT + json.dumps(result), flush=True)
