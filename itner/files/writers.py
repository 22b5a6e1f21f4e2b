"""Tagged texts as JSON Lines, CSV, CoNLL, spaCy JSON, HTML, and pre-annotations for Label Studio and doccano.

One file of results, or several in a zip.
What `itner prepare` reads, it reads back from here; spaCy reads its JSON with `Doc.from_json`. Where a domain says
which of its types point at a person, each mention has a flag for that, called pii in every format.

The same thing has the same name in all of them: file, part and fields of a text; start, end, type, score, text and pii
of a mention; corrected of either; model, variant, threshold and date of the tagging, in each record, in columns, or
once at the beginning of the file. Where a format that others read has names of its own, those stand.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import IO, Any

from itner.core.sentences import list_sentences
from itner.core.tokens import split_tokens
from itner.core.types import Mention, Token
from itner.core.view import read_view
from itner.files.highlighting import STYLE, highlight, legend
from itner.files.tagging import Origin, TaggedItem

_MARK = "\ufeff"
# What a spreadsheet runs, ASCII or full-width, also behind blanks and quotation marks, which it may drop.
_NUMBER = re.compile(r"[+-]?\d[\d.,]*%?")
_FORMULA = re.compile(r"[\t\r\n]|[\s\ufeff\u200b\"'\u201c\u201d\u2018\u2019]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_FLAG = "pii"
_CORRECTED = "corrected"
_CSV_HEADER = ("file", "part", "start", "end", "type", "score", "text")

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
    """A file format of results.

    Attributes:
        write: the results into a file, with the types that point at a person; none where the domain does not tell; and
            what they come from.
        stem: what its file is called in a zip of several.
    """

    extension: str
    mime: str
    write: Callable[[Sequence[TaggedItem], IO[bytes], Collection[str], Origin | None], None]
    stem: str = "tagged"


def write_jsonl(
    results: Sequence[TaggedItem], file: IO[bytes], personal: Collection[str] = (), origin: Origin | None = None
) -> None:
    """One JSON object a text: file, part, text, and spans with start, end, type, score and text."""
    with _text(file) as out:
        for entry in results:
            record: dict[str, Any] = {
                "file": entry.item.file,
                "part": entry.item.part,
                "text": entry.item.text,
                "spans": [span(entry, mention) | _flag(mention, personal) for mention in entry.mentions],
            }
            record |= _about(entry, origin)
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_csv(
    results: Sequence[TaggedItem], file: IO[bytes], personal: Collection[str] = (), origin: Origin | None = None
) -> None:
    """One row a mention, and columns of what was carried along, marked as UTF-8 for spreadsheets.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    carried = list(dict.fromkeys(name for entry in results for name, _ in entry.item.fields))
    flag = (_FLAG,) if personal else ()
    corrected = (_CORRECTED,) if any(entry.by_hand is not None for entry in results) else ()
    source = origin.as_record() if origin is not None else {}
    with _text(file) as out:
        out.write(_MARK)
        table = csv.writer(out)
        header = (*_CSV_HEADER, *flag, *corrected, *source)
        own = [f"{name} (of the row)" if name in header else name for name in carried]
        table.writerow([*header, *map(harmless_cell, own)])
        for entry in results:
            fields = dict(entry.item.fields)
            for m in entry.mentions:
                score = "" if m.score is None else f"{m.score:.4f}"
                mention = entry.item.text[m.start : m.end]
                cells = [entry.item.file, entry.item.part, m.start, m.end, m.type, score, mention]
                cells += [str(m.type in personal).lower()] if personal else []
                cells += [str(m in (entry.by_hand or ())).lower()] if corrected else []
                cells += ["" if value is None else value for value in source.values()]
                cells += [fields.get(name, "") for name in carried]
                table.writerow([harmless_cell(cell) for cell in cells])


def write_conll(
    results: Sequence[TaggedItem], file: IO[bytes], personal: Collection[str] = (), origin: Origin | None = None
) -> None:
    """Token, tab, BIO tag, with the flag between them where there is one; a blank line after each sentence.

    Tokens are as the taggers read them (`itner.core.view`): a word that a soft hyphen or a line's end parts is whole.
    They are cut where a mention begins or ends inside. What the results come from stands in comments at the beginning,
    which is read back as such.
    """
    with _text(file) as out:
        begun = origin is not None
        if origin is not None:
            out.writelines(f"# {name} = {_in_line(value)}\n" for name, value in origin.as_record().items())
            out.write("\n")
        for entry in results:
            for rows in _tagged_tokens(entry):
                if not begun and rows[0][0].startswith(_MARK):
                    # As the file's first character it would be a byte order mark, not a token.
                    out.write("\n")
                begun = True
                out.writelines(f"{token}\t{_flag_column(tag, personal)}{tag}\n" for token, tag in rows)
                out.write("\n")


def write_spacy(
    results: Sequence[TaggedItem], file: IO[bytes], personal: Collection[str] = (), origin: Origin | None = None
) -> None:
    """A JSON list of what `Doc.from_json` reads: text, ents with start, end and label, tokens.

    With `title`, it is also the format of displaCy's manual mode.
    """
    with _text(file) as out:
        out.write("[")
        for number, entry in enumerate(results):
            record = {
                "text": entry.item.text,
                "ents": [
                    # spaCy takes numbers there, and no truth values.
                    {"start": m.start, "end": m.end, "label": m.type}
                    | {key: int(value) for key, value in _flag(m, personal).items()}
                    for m in entry.mentions
                ],
                "tokens": [
                    {"id": place, "start": start, "end": end} for place, (start, end) in enumerate(_spacy_tokens(entry))
                ],
                "title": title(entry),
                "file": entry.item.file,
                "part": entry.item.part,
                **_about(entry, origin),
            }
            out.write((",\n" if number else "\n") + json.dumps(record, ensure_ascii=False))
        out.write("\n]\n")


def write_label_studio(
    results: Sequence[TaggedItem], file: IO[bytes], personal: Collection[str] = (), origin: Origin | None = None
) -> None:
    """A JSON list of tasks whose mentions are predictions, for a project with `<Labels name="label" toName="text">`."""
    version = " ".join(filter(None, (origin.model, origin.variant))) if origin is not None else "itner"
    with _text(file) as out:
        out.write("[")
        for number, entry in enumerate(results):
            regions = [
                {
                    "id": f"{number}-{place}",
                    "from_name": "label",
                    "to_name": "text",
                    "type": "labels",
                    "value": {
                        "start": m.start,
                        "end": m.end,
                        "text": entry.item.text[m.start : m.end],
                        "labels": [m.type],
                    },
                    **({} if m.score is None else {"score": round(m.score, 4)}),
                    **({"meta": _flag(m, personal)} if personal else {}),
                }
                for place, m in enumerate(entry.mentions)
            ]
            record = {
                "data": {
                    "text": entry.item.text,
                    "file": entry.item.file,
                    "part": entry.item.part,
                    **_about(entry, origin),
                },
                "predictions": [{"model_version": version, "result": regions}],
            }
            out.write((",\n" if number else "\n") + json.dumps(record, ensure_ascii=False))
        out.write("\n]\n")


def write_doccano(
    results: Sequence[TaggedItem], file: IO[bytes], personal: Collection[str] = (), origin: Origin | None = None
) -> None:
    """One JSON object a text, as doccano imports it: text, label with start, end and type, file and part.

    A label has no room for more, so the flags of all stand beside them, in their order.
    """
    with _text(file) as out:
        for entry in results:
            record: dict[str, Any] = {
                "text": entry.item.text,
                "label": [[m.start, m.end, m.type] for m in entry.mentions],
                "file": entry.item.file,
                "part": entry.item.part,
                **_about(entry, origin),
            }
            if personal:
                record[_FLAG] = [m.type in personal for m in entry.mentions]
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_html(
    results: Sequence[TaggedItem], file: IO[bytes], personal: Collection[str] = (), origin: Origin | None = None
) -> None:
    """A page that stands alone: no script, nothing loaded, light and dark."""
    types = sorted({mention.type for entry in results for mention in entry.mentions})
    with _text(file) as out:
        out.write(f"{_PAGE}{STYLE}\n</head>\n<body>\n<h1>Tagged texts</h1>\n")
        if origin is not None:
            told = (f"{name}: {_in_line(value)}" for name, value in origin.as_record().items())
            out.write(f"<p>{escape('; '.join(told))}</p>\n")
        out.write(f"{legend(types)}\n")
        for entry in results:
            body = highlight(entry.item.text, entry.mentions, personal=personal)
            name = title(entry) + (f", {_CORRECTED}" if entry.by_hand is not None else "")
            out.write(f"<section>\n<h2>{escape(name)}</h2>\n{body}\n</section>\n")
        out.write("</body>\n</html>\n")


FORMATS: dict[str, Format] = {
    "JSONL": Format("jsonl", "application/jsonl", write_jsonl),
    "CSV": Format("csv", "text/csv", write_csv),
    "CoNLL": Format("conll", "text/plain", write_conll),
    "spaCy JSON": Format("json", "application/json", write_spacy, "tagged-spacy"),
    "HTML": Format("html", "text/html", write_html),
    "Label Studio": Format("json", "application/json", write_label_studio, "tagged-label-studio"),
    "doccano": Format("jsonl", "application/jsonl", write_doccano, "tagged-doccano"),
}


def write_zip(
    results: Sequence[TaggedItem],
    formats: Iterable[str],
    file: IO[bytes],
    personal: Collection[str] = (),
    origin: Origin | None = None,
) -> None:
    """The results in each of the formats (keys of `FORMATS`), compressed.

    Args:
        personal: the types that point at a person; none where the domain does not tell.
        origin: what they come from, where that is to be said.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in formats:
            chosen = FORMATS[name]
            with archive.open(f"{chosen.stem}.{chosen.extension}", "w") as out:
                chosen.write(results, out, personal, origin)


def to_bytes(
    results: Sequence[TaggedItem], format: str, personal: Collection[str] = (), origin: Origin | None = None
) -> bytes:
    """The results in one format, in memory; see `write_zip`."""
    buffer = io.BytesIO()
    FORMATS[format].write(results, buffer, personal, origin)
    return buffer.getvalue()


def title(entry: TaggedItem) -> str:
    """The file and where in it."""
    return f"{entry.item.file}, {entry.item.part}" if entry.item.part else entry.item.file


def span(entry: TaggedItem, mention: Mention) -> dict[str, Any]:
    """A mention as JSON."""
    record = {
        "start": mention.start,
        "end": mention.end,
        "type": mention.type,
        "score": None if mention.score is None else round(mention.score, 4),
        "text": entry.item.text[mention.start : mention.end],
    }
    return record | ({_CORRECTED: True} if mention in (entry.by_hand or ()) else {})


def _about(entry: TaggedItem, origin: Origin | None) -> dict[str, Any]:
    """What was carried along with a text, whether somebody corrected it, and what its mentions come from."""
    record: dict[str, Any] = {"fields": dict(entry.item.fields)} if entry.item.fields else {}
    if entry.by_hand is not None:
        record[_CORRECTED] = True
    return record | (origin.as_record() if origin is not None else {})


def _in_line(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def _flag(mention: Mention, personal: Collection[str]) -> dict[str, bool]:
    """Whether a mention points at a person, where the domain tells."""
    return {_FLAG: mention.type in personal} if personal else {}


def _flag_column(tag: str, personal: Collection[str]) -> str:
    if not personal:
        return ""
    return "_\t" if tag == "O" else f"{str(tag[2:] in personal).lower()}\t"


def _tagged_tokens(entry: TaggedItem) -> Iterator[list[tuple[str, str]]]:
    """The sentences' tokens with their tags; a sentence that a mention runs on from goes on with the next."""
    text = entry.item.text
    cuts = _cuts(entry.mentions)
    mentions = iter(entry.mentions)
    mention = next(mentions, None)
    begun = False
    rows: list[tuple[str, str]] = []
    for sentence in list_sentences(text):
        document = sentence.document
        for token, word in zip(document.tokens, document.token_texts(), strict=True):
            start, end = sentence.span(token.start, token.end)
            inside = cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]
            for first, last in pairwise([start, *inside, end]):
                piece = "".join(read_view(text[first:last]).text.split()) if inside else word
                while mention is not None and mention.end <= first:
                    mention, begun = next(mentions, None), False
                if not piece:
                    continue
                if mention is not None and mention.start <= first:
                    rows.append((piece, f"{'I' if begun else 'B'}-{mention.type}"))
                    begun = True
                else:
                    rows.append((piece, "O"))
        if rows and not (begun and mention is not None and mention.end > end):
            yield rows
            rows = []
    if rows:
        yield rows


def _cut_tokens(text: str, mentions: Sequence[Mention]) -> tuple[Token, ...]:
    """The tokens of a text, cut where a mention begins or ends inside one."""
    cuts = _cuts(mentions)
    tokens = []
    for token in split_tokens(text):
        inside = cuts[bisect_right(cuts, token.start) : bisect_left(cuts, token.end)]
        tokens += [Token(*pair) for pair in pairwise([token.start, *inside, token.end])]
    return tuple(tokens)


def _cuts(mentions: Sequence[Mention]) -> list[int]:
    """Where mentions begin and end, in order."""
    return sorted({m.start for m in mentions} | {m.end for m in mentions})


def _spacy_tokens(entry: TaggedItem) -> Iterator[tuple[int, int]]:
    """Tokens as spaCy counts them: behind a token, one space belongs to it; any other white space is a token itself."""
    text = entry.item.text
    place = 0
    for token in _cut_tokens(text, entry.mentions):
        if place < token.start:
            yield place, token.start
        yield token.start, token.end
        place = token.end + text.startswith(" ", token.end)
    if place < len(text):
        yield place, len(text)


def harmless_cell(cell: object) -> object:
    """The cell, with an apostrophe in front when a spreadsheet would take it for a formula.

    A number that begins with a sign runs nothing, and would be none with an apostrophe.
    """
    runs = isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if runs else cell


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
