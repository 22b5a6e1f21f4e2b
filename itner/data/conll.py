"""CoNLL files: one token a line with its tag in one of any number of columns, blank lines between sentences.

Columns are separated by tabs, or by any white space in lines without a tab. The column of the tags is recognised by
what the columns hold: the one of known types, as in the layouts of CoNLL-2003, CoNLL-U, CoNLL-2012 and of Label Studio.
Of the StackOverflow corpus's four columns it is the second. Lines `-DOCSTART-` begin a new text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.words import counted, listed
from itner.data.annotations import Request, is_type
from itner.data.corpus import Decoded, Split
from itner.data.tag_schemes import TAG, read_brackets, respell
from itner.data.tagged import HEADER, Sentence, to_split
from itner.records.dataset import ImportStats

# A file of which some lines have two columns, and others the StackOverflow corpus's four, is read by the second.
_MIXED = {2, 4}

_WEBANNO = "#FORMAT=WebAnno"
# What columns of tags are called where a line names the columns.
_NAMES = {"tag", "tags", "ner", "ner_tag", "ner_tags", "label", "labels", "entity", "bio", "iob"}
_RANGE = re.compile(r"\d+[-.]\d+")
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")

_Row = tuple[str, ...]


class _Block(NamedTuple):
    """Lines between blank ones, as columns, and their numbers."""

    lines: list[int]
    rows: list[_Row]

    @property
    def header(self) -> bool:
        return self.rows[0][0] == HEADER

    def without(self, places: Collection[int]) -> _Block:
        """The block without some of its lines, from 0."""
        if not places:
            return self
        kept = [place for place in range(len(self.rows)) if place not in places]
        return _Block([self.lines[place] for place in kept], [self.rows[place] for place in kept])


@dataclass(frozen=True)
class _Layout:
    """Columns from 0, how many there are, whether header lines begin texts, and whether the tags are brackets."""

    token: int
    tag: int
    width: int
    grouped: bool = True
    brackets: bool = False


def read_conll(decoded: Decoded, request: Request, sha256: str) -> Split:
    """Read one file. Raises InputError with file and line for anything that is not as described above."""
    if decoded.text.startswith(_WEBANNO):
        raise InputError(
            "WebAnno's TSV is not read; export CoNLL instead (one token a line with its tag)", path=request.path
        )
    said: Counter[str] = Counter()
    blocks = _without_names(_without_comments(_read_blocks(decoded), request, said), said)
    sentences = [block for block in blocks if not block.header]
    if not sentences:
        raise InputError(f"the {request.split} split holds no sentence", path=request.path)
    _check_widths(sentences, request)
    layout = _recognise_layout(sentences, request)
    if layout.token > 0:
        blocks = _without_ranges(blocks, layout.token - 1, said)
    tagged = []
    for block in blocks:
        lines = block.lines
        if block.header:
            tagged.append(Sentence([HEADER], ["O"], lines))
            continue
        words = [row[layout.token] for row in block.rows]
        blank = next((line for word, line in zip(words, lines, strict=True) if not word.strip()), None)
        if blank is not None:
            raise InputError(f"the token in column {layout.token + 1} is empty", path=request.path, line=blank)
        tags = [row[layout.tag] for row in block.rows]
        if layout.brackets:
            tags = read_brackets(tags) or tags
            said["tags converted from brackets"] += sum(tag != "O" for tag in tags)
        tagged.append(Sentence(words, tags, lines))
    split, changes = to_split(tagged, request, sha256, layout.tag + 1, layout.grouped)
    changes.update(+said)
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
        # A blank that does not break is part of a token, as annotators' tools write numbers.
        row = tuple(map(str.strip, line.split("\t")) if "\t" in line else filter(None, _BLANKS.split(line)))
        if ended or row[0] == HEADER:
            blocks.append(_Block([], []))
        blocks[-1].lines.append(number)
        blocks[-1].rows.append(row)
        ended = row[0] == HEADER
    return blocks


def _without_comments(blocks: Sequence[_Block], request: Request, said: Counter[str]) -> list[_Block]:
    """The blocks without comments: lines `# ...` that have not as many columns as the others, or no tag in any.

    A token can be `#`, too. In front of a sentence, and behind its last token, a comment may do without the blank.
    """
    widths = {len(row) for block in blocks if not block.header for row in block.rows if not row[0].startswith("#")}

    def may_be(row: _Row) -> bool:
        if not widths:
            return False
        return len(row) not in widths or not _has_tag(row, request)

    kept = []
    for block in blocks:
        edges = [not row[0].startswith("#") for row in block.rows]
        inside = range(edges.index(True), len(edges) - edges[::-1].index(True)) if any(edges) else range(0)
        comments = {
            place
            for place, row in enumerate(block.rows)
            if may_be(row)
            and (row[0].startswith("#") if place not in inside else row[0].startswith("# ") or row[0] == "#" != row[-1])
        }
        said["comment lines not read"] += len(comments)
        kept.append(block.without(comments))
    return [block for block in kept if block.rows]


def _has_tag(row: _Row, request: Request) -> bool:
    tags = [respell([value], lambda name: is_type(name, request.scheme)).get(value) for value in row[1:]]
    # A mark for O in front of other words is punctuation.
    return any(tag is not None and (tag != "O" or value == "O") for tag, value in zip(tags, row[1:], strict=True)) or (
        bool(tags) and tags[-1] is not None
    )


def _without_names(blocks: Sequence[_Block], said: Counter[str]) -> list[_Block]:
    """The blocks without a first line that names the columns."""
    first = blocks[0].rows[0] if blocks else ()
    if not any(value.casefold() in _NAMES for value in first[1:]) or any(map(TAG.fullmatch, first[1:])):
        return list(blocks)
    said["line of column names not read"] += 1
    rest = blocks[0].without({0})
    return [rest, *blocks[1:]] if rest.rows else list(blocks[1:])


def _without_ranges(blocks: Sequence[_Block], column: int, said: Counter[str]) -> list[_Block]:
    """The blocks without CoNLL-U's lines for words of several tokens (`1-2`), and for words that are not there (`1.1`).

    Where no line has a plain number in front, tokens are numbered with their sentence (`1-2`).
    """
    numbers = [row[column] for block in blocks if not block.header for row in block.rows]
    if not any(map(str.isdecimal, numbers)):
        return list(blocks)
    kept = []
    for block in blocks:
        ranges = {place for place, row in enumerate(block.rows) if not block.header and _RANGE.fullmatch(row[column])}
        said["words of several tokens, or of none, not read"] += len(ranges)
        kept.append(block.without(ranges))
    return kept


def _check_widths(sentences: Sequence[_Block], request: Request) -> None:
    if {len(row) for block in sentences for row in block.rows} == _MIXED:
        return
    usual = len(sentences[0].rows[0])
    for block in sentences:
        for line, row in zip(block.lines, block.rows, strict=True):
            columns = counted(len(row), "column")
            if len(row) < 2:
                problem = f"{columns}; a line has a token and its tag, separated by a tab or spaces, or is blank"
            elif len(row) != usual:
                problem = f"{columns}, where the lines before have {usual}; every line has as many, or is blank"
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
    values = [row[tag] for row in rows]
    brackets = not any(map(TAG.fullmatch, values)) and read_brackets(values) is not None
    if tag == 0:
        return _Layout(1, 0, largest, brackets=brackets)
    numbered = next((column for column in range(tag - 1) if _counts_tokens(sentences, column)), None)
    # Of Label Studio's export nothing but the first line is a header, and every sentence is a task of its own.
    tasks = width == 4 and all(row[1:3] == ("-X-", "_") for row in rows)
    return _Layout(0 if numbered is None else numbered + 1, tag, largest, not tasks, brackets)


def _counts_tokens(sentences: Sequence[_Block], column: int) -> bool:
    """Whether a column numbers the tokens of every sentence."""
    several = column == 0
    for block in sentences:
        values = [row[column] for row in block.rows]
        numbers = [int(value) for value in values if value.isascii() and value.isdecimal()]
        if not numbers:
            numbers = [int(value.partition("-")[2]) for value in values if re.fullmatch(r"\d+-\d+", value)]
        elif sum(map(bool, map(_RANGE.fullmatch, values))) + len(numbers) != len(values):
            return False
        if not numbers or numbers[0] not in (0, 1) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            return False
        several = several or len(numbers) > 1
    return several


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
            f"columns {listed(str(number + 1) for number in sorted(different.values()))} each hold tags of known "
            "types; say with --tag-column which one is meant",
            path=request.path,
        )
    if different:
        return next(iter(different.values()))
    other = [number for number in range(width) if _other_spelling(columns[number], request)]
    if other:
        # Tokens, too, may be such tags (`OS`), but where there is a choice, tags stand behind.
        return other[-1]
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


def _other_spelling(values: Sequence[str], request: Request) -> bool:
    """Whether a column holds tags of known types, spelled as other tools do, or brackets around them."""
    different = set(values)
    spelled = respell(different, lambda name: is_type(name, request.scheme))
    if len(spelled) < len(different):
        brackets = read_brackets(values)
        different = set(brackets or ())
        spelled = {tag: tag for tag in different}
    names = {tag[2:] for tag in spelled.values() if tag != "O"}
    return bool(names) and all(is_type(name, request.scheme) for name in names)
