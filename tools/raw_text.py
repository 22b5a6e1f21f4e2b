"""How much is lost when a run reads a dataset's dev split as raw text instead of by its own tokens, and in which shape.

    python -m tools.raw_text minilm_full_kd minilm_l3_kd --dataset stackoverflow --dataset helpdesk

Micro-F1 with exact boundaries: by the dataset's own tokens; each sentence as a raw text, by the dataset's guideline and
by the one that the run chooses for raw text; the sentences of a text as its lines; in paragraphs, and these wrapped
after so many characters, which log lines and chats cannot survive whole. Written to data/raw_text.json.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from itner.core.provenance import collect_provenance
from itner.core.types import Document, Mention, Tagger
from itner.data.processed import read_split
from itner.evaluation.scoring import count_spans, counts_per_type
from itner.records.files import write_atomic
from itner.records.scores import Counts
from itner.records.workspace import Workspace
from itner.workflows.open import open_tagger

Text = tuple[str, list[Mention]]
_WIDTHS = (60, 72, 90)
_SENTENCE = re.compile(r"[.!?]$")
_NEXT = re.compile(r"[\"'(]?[A-Z0-9]")


def micro_f1(gold: Sequence[Sequence[Mention]], found: Sequence[Sequence[Mention]], types: Sequence[str]) -> float:
    """Of mentions, by their boundaries and types."""
    expected, marked = ([[(m.start, m.end, m.type) for m in mentions] for mentions in each] for each in (gold, found))
    counts = count_spans(expected, marked, types)
    return sum(counts_per_type(counts, types).values(), Counts()).f1


def join(documents: Sequence[Document], prose: bool) -> Text:
    """The sentences of a text as its lines; with `prose`, those that end as sentences do are one line with the next."""
    text, mentions = "", []
    for document in documents:
        if text:
            text += " " if prose and _SENTENCE.search(text) and _NEXT.match(document.text) else "\n"
        mentions += [Mention(m.start + len(text), m.end + len(text), m.type) for m in document.mentions]
        text += document.text
    return text, mentions


def wrap(text: str, width: int) -> str:
    """The text with line breaks in place of some spaces, so that no offset changes."""
    characters = list(text)
    begin = 0
    for match in re.finditer(r"\S+|\n", text):
        if match[0] == "\n":
            begin = match.end()
        elif match.end() - begin > width and match.start() > begin:
            characters[match.start() - 1] = "\n"
            begin = match.start()
    return "".join(characters)


def measure(tagger: Tagger, documents: Sequence[Document]) -> dict[str, float]:
    """Micro-F1 by how the split is read."""
    guideline = documents[0].guideline
    texts = [list(group) for _, group in groupby(documents, lambda document: document.group or document.id)]
    gold = [document.mentions for document in documents]
    sentences = [document.text for document in documents]
    types = tagger.types
    found = {
        "own tokens": micro_f1(gold, tagger.tag_documents(documents), types),
        "raw sentences": micro_f1(gold, tagger.tag(sentences, guideline), types),
        "by the run's choice of guideline": micro_f1(gold, tagger.tag(sentences), types),
    }
    shapes: dict[str, list[Text]] = {
        "lines": [join(text, False) for text in texts],
        "paragraphs": [join(text, True) for text in texts],
    }
    for width in _WIDTHS:
        shapes[f"wrapped at {width}"] = [(wrap(text, width), mentions) for text, mentions in shapes["paragraphs"]]
    for name, shaped in shapes.items():
        tagged = tagger.tag([text for text, _ in shaped], guideline)
        found[name] = micro_f1([mentions for _, mentions in shaped], tagged, types)
    return found


def main() -> None:
    """Print a table and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--dataset", action="append", required=True, help="a prepared dataset; repeatable")
    parser.add_argument("--variant", default="fp32")
    asked = parser.parse_args()
    place = Workspace.find()
    dev_f1: dict[str, dict[str, dict[str, float]]] = {}
    for run in asked.runs:
        tagger = open_tagger(run, asked.variant, place)
        dev_f1[run] = {name: measure(tagger, read_split(name, "dev", place)) for name in asked.dataset}
        for name, scores in dev_f1[run].items():
            for shape, score in scores.items():
                print(f"{run} {name:14} {shape:34} {score:.4f}", flush=True)
    record = {"variant": asked.variant, "dev_f1": dev_f1, "provenance": asdict(collect_provenance())}
    write_atomic(place.data / "raw_text.json", json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
