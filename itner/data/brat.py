"""brat's standoff: a folder of texts (`a.txt`), each with its annotations beside it (`a.ann`).

A span whose fragments have nothing but white space between them (brat cuts spans at line ends) is one span; any other
discontinuous span is left out and counted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from itner.core.errors import InputError
from itner.core.words import listed
from itner.data.annotations import AnnotatedFile, AnnotatedText
from itner.data.corpus import decode, read_content
from itner.data.fitting import Span

TEXT, ANNOTATIONS = ".txt", ".ann"
_SPAN = re.compile(r"(?P<type>\S+) (?P<fragments>\d+ \d+(?:;\d+ \d+)*)")
# Relations, events, attributes, modifications, normalisations, equivalences and notes.
_OTHERS = "REAMN*#"


def find_texts(path: Path) -> list[Path]:
    """The texts of a folder (and of folders in it), or of one pair of files, that stand beside annotations.

    Empty where there are no annotations: then it is something else.
    """
    if path.is_dir():
        texts = sorted(path.rglob("*.txt"))
        return texts if any(path.rglob("*.ann")) else []
    return [path] if path.suffix == TEXT and path.with_suffix(ANNOTATIONS).is_file() else []


def read_brat(path: Path) -> tuple[AnnotatedFile, str]:
    """A folder's texts, or the one text at `path`, and the SHA-256 of all files. A text without annotations beside it
    was not annotated, and is left out."""
    texts = find_texts(path)
    whole = path.is_dir()
    beside = sorted(path.rglob("*.ann")) if whole else [path.with_suffix(ANNOTATIONS)]

    def name(part: Path) -> str:
        return str(part.relative_to(path).with_suffix("")) if whole else part.stem

    return read_pairs({part: read_content(part) for part in (*texts, *beside)}, name)


def read_pairs(files: Mapping[Path, bytes], name: Callable[[Path], str]) -> tuple[AnnotatedFile, str]:
    """Texts and the annotations beside them, by path, and the SHA-256 of all that were read.

    Args:
        name: what a text's document is called.
    """
    texts = [path for path in files if path.suffix == TEXT]
    alone = [path for path in files if path.suffix == ANNOTATIONS and path.with_suffix(TEXT) not in files]
    if alone:
        raise InputError(f"the text that belongs to it ({alone[0].stem}.txt) is not here", path=alone[0])
    file = AnnotatedFile("brat standoff")
    encodings = set()
    digest = hashlib.sha256()
    for text_path in texts:
        ann = text_path.with_suffix(ANNOTATIONS)
        if ann not in files:
            file.dropped["not annotated"] += 1
            continue
        decoded = decode(files[text_path], text_path)
        encodings.add(decoded.encoding)
        for part in (text_path, ann):
            digest.update(hashlib.sha256(files[part]).digest())
        text = decoded.text
        spans = tuple(_spans(decode(files[ann], ann).text, ann, text, file))
        unix = text.replace("\r\n", "\n")
        if unix != text and _fitting(spans, unix) > _fitting(spans, text):
            # Copied to Windows, a text gets another character at every line's end; its annotations do not know.
            text = unix
            file.changes["texts read with line ends of one character"] += 1
        file.texts.append(AnnotatedText(text, spans, ann, None, id=name(text_path)))
    file.encoding = listed(sorted(encodings)) if encodings else None
    return file, digest.hexdigest()


def _fitting(spans: Sequence[Span], text: str) -> int:
    return sum(span.text is not None and text[span.start : span.end] == span.text for span in spans)


def _spans(lines: str, path: Path, text: str, file: AnnotatedFile) -> list[Span]:
    spans = []
    for number, raw in enumerate(lines.split("\n"), start=1):
        line = raw.rstrip("\r")
        if not line.strip():
            continue
        if line[0] in _OTHERS:
            file.changes["relations, events, attributes and notes not read"] += 1
            continue
        columns = line.split("\t")
        match = _SPAN.fullmatch(columns[1].strip()) if line[0] == "T" and len(columns) > 1 else None
        if match is None:
            raise InputError(
                "not a line of brat: a span is `T1`, a tab, type, start and end, a tab, and the text",
                path=path,
                line=number,
            )
        fragments = [tuple(map(int, pair.split())) for pair in match["fragments"].split(";")]
        if not _joined(fragments, text):
            file.changes["discontinuous spans dropped"] += 1
            continue
        recorded = columns[2] if len(columns) > 2 else None
        spans.append(Span(fragments[0][0], fragments[-1][1], match["type"], recorded, number))
    return spans


def _joined(fragments: Sequence[tuple[int, ...]], text: str) -> bool:
    """Whether there is nothing but white space between the fragments, which stand in order."""
    return all(a[1] <= b[0] and not text[a[1] : b[0]].strip() for a, b in pairwise(fragments))
