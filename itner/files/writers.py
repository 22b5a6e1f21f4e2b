"""Tagged texts as JSON Lines, CSV, CoNLL, spaCy JSON and HTML, one file or many in a zip."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import IO, Any

from itner.core.labels import document_tags
from itner.core.tokens import split_segments, split_tokens
from itner.core.types import Document, Mention
from itner.files.highlighting import STYLE, highlight, legend
from itner.files.tagging import TaggedItem

# What a spreadsheet runs, ASCII or full-width, also behind blanks and quotation marks, which it may drop.
_FORMULA = re.compile(r"[\t\r\n]|[\s\ufeff\u200b\"'\u201c\u201d\u2018\u2019]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_CSV_HEADER = ("file", "part", "start", "end", "type", "score", "mention")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tagged texts</title>
<style>
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8888; margin-top: 1rem; }
h2 { font-size: 1rem; }
</style>
"""


@dataclass(frozen=True)
class Format:
    """A file format of results."""

    extension: str
    mime: str
    write: Callable[[Sequence[TaggedItem], IO[bytes]], None]


def write_jsonl(results: Sequence[TaggedItem], file: IO[bytes]) -> None:
    """One JSON object a text: file, part, text, and spans with start, end, type, score and text.

    What was carried along is in `fields`.
    """
    with _text(file) as out:
        for entry in results:
            record: dict[str, Any] = {
                "file": entry.item.file,
                "part": entry.item.part,
                "text": entry.item.text,
                "spans": [_span(entry, mention) for mention in entry.mentions],
            }
            if entry.item.fields:
                record["fields"] = dict(entry.item.fields)
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_csv(results: Sequence[TaggedItem], file: IO[bytes]) -> None:
    """One row a mention, and columns of what was carried along, marked as UTF-8 for spreadsheets.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    carried = list(dict.fromkeys(name for entry in results for name, _ in entry.item.fields))
    with _text(file) as out:
        out.write("\ufeff")
        table = csv.writer(out)
        own = [f"{name} (of the row)" if name in _CSV_HEADER else name for name in carried]
        table.writerow([*_CSV_HEADER, *map(harmless_cell, own)])
        for entry in results:
            fields = dict(entry.item.fields)
            for m in entry.mentions:
                score = "" if m.score is None else f"{m.score:.4f}"
                mention = entry.item.text[m.start : m.end]
                cells = [entry.item.file, entry.item.part, m.start, m.end, m.type, score, mention]
                cells += [fields.get(name, "") for name in carried]
                table.writerow([harmless_cell(cell) for cell in cells])


def write_conll(results: Sequence[TaggedItem], file: IO[bytes]) -> None:
    """Token, tab, BIO tag; a blank line after each sentence."""
    with _text(file) as out:
        for entry in results:
            for document in _sentences(entry):
                tags, _ = document_tags(document)
                for token, tag in zip(document.token_texts(), tags, strict=True):
                    out.write(f"{token}\t{tag}\n")
                out.write("\n")


def write_spacy(results: Sequence[TaggedItem], file: IO[bytes]) -> None:
    """A JSON list in the format of displaCy's manual mode: text, ents with start, end and label, title."""
    with _text(file) as out:
        out.write("[")
        for number, entry in enumerate(results):
            record = {
                "text": entry.item.text,
                "ents": [{"start": m.start, "end": m.end, "label": m.type} for m in entry.mentions],
                "title": title(entry),
            }
            out.write((",\n" if number else "\n") + json.dumps(record, ensure_ascii=False))
        out.write("\n]\n")


def write_html(results: Sequence[TaggedItem], file: IO[bytes]) -> None:
    """A page that stands alone: no script, nothing loaded, light and dark."""
    types = sorted({mention.type for entry in results for mention in entry.mentions})
    with _text(file) as out:
        out.write(f"{_PAGE}{STYLE}\n</head>\n<body>\n<h1>Tagged texts</h1>\n{legend(types)}\n")
        for entry in results:
            body = highlight(entry.item.text, entry.mentions)
            out.write(f"<section>\n<h2>{escape(title(entry))}</h2>\n{body}\n</section>\n")
        out.write("</body>\n</html>\n")


FORMATS: dict[str, Format] = {
    "JSONL": Format("jsonl", "application/jsonl", write_jsonl),
    "CSV": Format("csv", "text/csv", write_csv),
    "CoNLL": Format("conll", "text/plain", write_conll),
    "spaCy JSON": Format("json", "application/json", write_spacy),
    "HTML": Format("html", "text/html", write_html),
}


def write_zip(results: Sequence[TaggedItem], formats: Iterable[str], file: IO[bytes]) -> None:
    """The results in each of the formats (keys of `FORMATS`), compressed."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in formats:
            chosen = FORMATS[name]
            member = f"tagged-spacy.{chosen.extension}" if name == "spaCy JSON" else f"tagged.{chosen.extension}"
            with archive.open(member, "w") as out:
                chosen.write(results, out)


def to_bytes(results: Sequence[TaggedItem], format: str) -> bytes:
    """The results in one format, in memory."""
    buffer = io.BytesIO()
    FORMATS[format].write(results, buffer)
    return buffer.getvalue()


def title(entry: TaggedItem) -> str:
    """The file and where in it."""
    return f"{entry.item.file}, {entry.item.part}" if entry.item.part else entry.item.file


def _span(entry: TaggedItem, mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "type": mention.type,
        "score": None if mention.score is None else round(mention.score, 4),
        "text": entry.item.text[mention.start : mention.end],
    }


def _sentences(entry: TaggedItem) -> Iterator[Document]:
    mentions = list(entry.mentions)
    first = 0
    for start, end in split_segments(entry.item.text):
        inside = []
        while first < len(mentions) and mentions[first].end <= end:
            mention = mentions[first]
            inside.append(Mention(mention.start - start, mention.end - start, mention.type))
            first += 1
        part = entry.item.text[start:end]
        yield Document(part, split_tokens(part), tuple(inside), str(start), entry.item.file)


def harmless_cell(cell: object) -> object:
    """The cell, with an apostrophe in front when a spreadsheet would take it for a formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


@contextmanager
def _text(file: IO[bytes]) -> Iterator[io.TextIOWrapper]:
    # A lone half of a surrogate pair has no UTF-8; it becomes a question mark.
    out = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    try:
        yield out
    finally:
        # Closing the wrapper would close the caller's file.
        out.flush()
        out.detach()
