"""CoNLL files: one token a line with its tag in one of any number of columns, blank lines between sentences.

Columns are separated by tabs, or by any white space in lines without a tab. The column of the tags is recognised by
what the columns hold: the one of known types, as in the layouts of CoNLL-2003 and of Label Studio. Of the StackOverflow
corpus's four columns it is the second. Lines `-DOCSTART-` begin a new text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.data.annotations import Request
from itner.data.corpus import Decoded, Split
from itner.data.tag_schemes import TAG
from itner.data.tagged import HEADER, Sentence, to_split
from itner.records.dataset import ImportStats

# A file of which some lines have two columns, and others the StackOverflow corpus's four, is read by the second.
_MIXED = {2, 4}

_Row = tuple[str, ...]


class _Block(NamedTuple):
    """Lines between blank ones, as columns, and the number of the first of them."""

    line: int
    rows: list[_Row]

    @property
    def header(self) -> bool:
        return self.rows[0][0] == HEADER


@dataclass(frozen=True)
class _Layout:
    """Columns from 0, how many there are, and whether header lines begin texts."""

    token: int
    tag: int
    width: int
    grouped: bool = True


def read_conll(decoded: Decoded, request: Request, sha256: str) -> Split:
    """Read one file. Raises InputError with file and line for anything that is not as described above."""
    blocks, comments = _without_comments(_read_blocks(decoded))
    sentences = [block for block in blocks if not block.header]
    if not sentences:
        raise InputError(f"the {request.split} split holds no sentence", path=request.path)
    _check_widths(sentences, request)
    layout = _recognise_layout(sentences, request)
    tagged = []
    for block in blocks:
        lines = range(block.line, block.line + len(block.rows))
        if block.header:
            tagged.append(Sentence([HEADER], ["O"], lines))
            continue
        words = [row[layout.token] for row in block.rows]
        if not all(words):
            line = lines[words.index("")]
            raise InputError(f"the token in column {layout.token + 1} is empty", path=request.path, line=line)
        tagged.append(Sentence(words, [row[layout.tag] for row in block.rows], lines))
    split, changes = to_split(tagged, request, sha256, layout.tag + 1, layout.grouped)
    if comments:
        changes["comment lines not read"] += comments
    split.imported = ImportStats(
        format=f"CoNLL, {layout.width} columns",
        encoding=decoded.encoding,
        tag_column=layout.tag + 1,
        asked_column=request.tag_column is not None,
        misaligned=request.misaligned,
        changes=dict(sorted(changes.items())),
    )
    return split


def _read_blocks(decoded: Decoded) -> list[_Block]:
    """The sentences, and header lines as blocks of their own, even where no blank line follows."""
    text = decoded.text
    if decoded.marked and text.startswith(("\t", " ")):
        # No line begins with an empty token: the mark was one.
        text = "\ufeff" + text
    blocks: list[_Block] = []
    ended = True
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        line = raw.rstrip()
        if not line:
            ended = True
            continue
        row = tuple(map(str.strip, line.split("\t")) if "\t" in line else line.split())
        if ended or row[0] == HEADER:
            blocks.append(_Block(number, []))
        blocks[-1].rows.append(row)
        ended = row[0] == HEADER
    return blocks


def _without_comments(blocks: Sequence[_Block]) -> tuple[list[_Block], int]:
    """The blocks without the lines `# ...` before a sentence's first token, and how many there were.

    A token can be `#`, too: a line that has as many columns as the others is no comment.
    """

    def may_be(row: _Row) -> bool:
        return row[0] == "#" or row[0].startswith("# ")

    widths = {len(row) for block in blocks if not block.header for row in block.rows if not may_be(row)}
    kept, comments = [], 0
    for block in blocks:
        first = 0
        while first < len(block.rows) and may_be(block.rows[first]) and widths and len(block.rows[first]) not in widths:
            first += 1
        comments += first
        if first < len(block.rows):
            kept.append(_Block(block.line + first, block.rows[first:]) if first else block)
    return kept, comments


def _check_widths(sentences: Sequence[_Block], request: Request) -> None:
    if {len(row) for block in sentences for row in block.rows} == _MIXED:
        return
    usual = len(sentences[0].rows[0])
    for block in sentences:
        for line, row in enumerate(block.rows, start=block.line):
            counted = f"{len(row)} column{'' if len(row) == 1 else 's'}"
            if len(row) < 2:
                problem = f"{counted}; a line has a token and its tag, separated by a tab or spaces, or is blank"
            elif len(row) != usual:
                problem = f"{counted}, where the lines before have {usual}; every line has as many, or is blank"
            else:
                continue
            raise InputError(problem, path=request.path, line=line)


def _recognise_layout(sentences: Sequence[_Block], request: Request) -> _Layout:
    rows = [row for block in sentences for row in block.rows]
    width, largest = min(map(len, rows)), max(map(len, rows))
    if request.tag_column is not None:
        if request.tag_column > width:
            raise InputError(f"there is no column {request.tag_column}: the lines have {width}", path=request.path)
        tag = request.tag_column - 1
    else:
        tag = _find_tags(rows, width, largest, request)
    if tag == 0:
        return _Layout(1, 0, largest)
    numbered = tag > 1 and all(
        row[0] == str(number) for block in sentences for number, row in enumerate(block.rows, start=1)
    )
    # Of Label Studio's export nothing but the first line is a header, and every sentence is a task of its own.
    tasks = width == 4 and all(row[1:3] == ("-X-", "_") for row in rows)
    return _Layout(1 if numbered else 0, tag, largest, not tasks)


def _find_tags(rows: Sequence[_Row], width: int, largest: int, request: Request) -> int:
    """The column, from 0, that holds the tags."""
    columns = [[row[number] for row in rows] for number in range(width)]
    candidates = [number for number, values in enumerate(columns) if all(map(TAG.fullmatch, set(values)))]
    # The tokens may stand behind the tags, but where there is a choice, they stand in front.
    candidates = [number for number in candidates if number > 0] or candidates
    if largest == 4 and 1 in candidates and all(row[0] == row[2] for row in rows if len(row) == 4):
        return 1
    marked = [number for number in candidates if set(columns[number]) != {"O"}]
    known = [number for number in marked if _all_known(columns[number], request.scheme)]
    different = {tuple(columns[number]): number for number in reversed(known)}
    if len(different) > 1:
        raise InputError(
            f"columns {' and '.join(str(number + 1) for number in sorted(different.values()))} both hold tags of known "
            "types; say with --tag-column which one is meant",
            path=request.path,
        )
    if different:
        return next(iter(different.values()))
    if marked or candidates:
        return (marked or candidates)[-1]
    # No column holds nothing but tags: the one with the most is meant, and what is wrong in it is told by its line.
    shares = [sum(TAG.fullmatch(value) is not None for value in values) for values in columns]
    best = max(range(1, width), key=lambda number: (shares[number], -number))
    if width > 2 and not shares[best]:
        raise InputError(
            f"none of the {width} columns holds tags (O, B-TYPE, I-TYPE); a line is a token, and behind it, in any "
            "order, its tag and other columns",
            path=request.path,
        )
    return best


def _all_known(tags: Sequence[str], scheme: LabelScheme) -> bool:
    names = {tag[2:] for tag in set(tags) - {"O"}}
    return all(name in scheme.types or name in scheme.mapping for name in names)
