"""How much is lost when a run reads a dataset's dev split as raw text instead of by its own tokens, and in which shape.

    python -m tools.raw_text minilm_full_kd stackoverflow helpdesk

Micro-F1 with exact boundaries: by the dataset's own tokens; each sentence as a raw text; the sentences of a text as its
lines; in paragraphs, and these wrapped after so many characters, which log lines and chats cannot survive whole.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from itner.core.types import Document, Mention, Tagger
from itner.data.processed import read_split
from itner.records.workspace import Workspace
from itner.workflows.open import open_tagger

Text = tuple[str, list[Mention]]
_WIDTHS = (60, 72, 90)
_SENTENCE = re.compile(r"[.!?]$")
_NEXT = re.compile(r"[\"'(]?[A-Z0-9]")


def micro_f1(gold: Iterable[Sequence[Mention]], found: Iterable[Sequence[Mention]]) -> float:
    """Of mentions, by their boundaries and types."""
    hits = marked = expected = 0
    for one, other in zip(gold, found, strict=True):
        left, right = ({(m.start, m.end, m.type) for m in mentions} for mentions in (one, other))
        hits += len(left & right)
        expected += len(left)
        marked += len(right)
    return 2 * hits / (marked + expected)


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
    found = {
        "own tokens": micro_f1(gold, tagger.tag_documents(documents)),
        "raw sentences": micro_f1(gold, tagger.tag([document.text for document in documents], guideline)),
    }
    shapes: dict[str, list[Text]] = {
        "lines": [join(text, False) for text in texts],
        "paragraphs": [join(text, True) for text in texts],
    }
    for width in _WIDTHS:
        shapes[f"wrapped at {width}"] = [(wrap(text, width), mentions) for text, mentions in shapes["paragraphs"]]
    for name, shaped in shapes.items():
        tagged = tagger.tag([text for text, _ in shaped], guideline)
        found[name] = micro_f1([mentions for _, mentions in shaped], tagged)
    return found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("datasets", nargs="+", help="prepared datasets")
    parser.add_argument("--variant", default="fp32")
    asked = parser.parse_args()
    place = Workspace.find()
    tagger = open_tagger(asked.run, asked.variant, place)
    for dataset in asked.datasets:
        for name, score in measure(tagger, read_split(dataset, "dev", place)).items():
            print(f"{asked.run} {dataset:14} {name:16} {score:.4f}", flush=True)


if __name__ == "__main__":
    main()
