"""Which line breaks are only the edge of the paper: hard-wrapped paragraphs against lists, logs and forms.

The sign of a wrapped paragraph is that the first word of each line would not have fitted on the line above. Lines that
begin as records, items or fields do stay lines by themselves, whatever their lengths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# A line's prefix, such as quotation marks of mails; a break leaves the next line's prefix out.
_LINE = re.compile(r"^(?P<prefix>[ \t]*(?:[>|][ \t]?)*[ \t]*)(?P<body>[^\n]*?)[ \t]*$", re.MULTILINE)
_ITEMS = r"""
    [-*+•·▪◦‣–—→►▶✓✔✗✘☐☑][\s]                           # items of lists
  | \(?(?:\d{1,3}|[A-Za-z])[.)](?:\s|$)                  # numbered ones
"""
_ITEM = re.compile(_ITEMS, re.VERBOSE)
_RECORD = re.compile(
    _ITEMS
    + r"""
  | [\[(<{"']*\d{1,4}[-/.:]\d{1,2}[-/.:]\d                # dates and times
  | [^\n]{0,24}\b\d{1,2}:\d\d:\d\d\b
  | [\[(<]*\d{1,2}:\d\d\b
  | [\[(<]*\d{9,}                                         # seconds since 1970
  | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6},?\s+\d{1,2}\b
  | [\[(<]*(?:EMERG|ALERT|CRIT|CRITICAL|FATAL|ERROR|ERR|WARN|WARNING|NOTICE|INFO|DEBUG|TRACE|VERBOSE)\b[\])>]?[\s:|]
  | [\[<{|\#$%@/\\]                                       # tags, tables, prompts, paths
  | at\s[^\W\d]\w*[.(]                                    # stack traces, and what was raised
  | \w+(?:[.$]\w+)+:\s
  | [\w.-]+@[\w.-]+\s                                     # addresses
  | [^\s:]{1,20}(?:\s[^\s:]{1,20}){0,2}:(?:\s|$)          # fields of forms, speakers of chats
  | [^\s=]{1,40}=
    """,
    re.VERBOSE,
)
# More than one gap inside a line, or a tab, makes columns.
_COLUMNS = re.compile(r"\t|\S[ ]{2,}\S.*?\S[ ]{2,}\S|[;|].*[;|].*[;|]|[{};\\]$")
_STOP = re.compile(r"[.!?…:;][\"'”’)\]]*$")
_OPEN_END = re.compile(r"[^.!?…:;\n \t][ \t]*\n")
_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_WORD = re.compile(r"\S+")
_HYPHEN = re.compile(r"[^\W\d_]-$")
# What stands behind a hyphen that stays: "pre- and postprocessing".
_JOINS = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|e)\b")
# Codes are eight or sixteen digits long; a narrow column breaks them without a sign.
_HEX_START = re.compile(r"\b0[xX]([0-9A-Fa-f]{1,15})$")
_HEX_REST = re.compile(r"[0-9A-Fa-f]{1,15}\b")
# So short a line is a heading, a greeting, a word.
_SHORT = 20
# In lines that may be so long, one that is full and goes on in lower case is broken, whatever the others are.
_WIDE = 45
# The share of lines without a full stop that must be full in a paragraph; the others are where somebody wrote by hand.
_MOST = 0.6
# Of the widest line, so much the others must fill where letters are of different widths.
_TYPESET = 0.75
# So many full lines are no accident.
_MANY = 4


@dataclass(frozen=True)
class _Line:
    start: int
    body: int
    end: int
    text: str
    prefix: str

    @property
    def width(self) -> int:
        return self.end - self.start

    @property
    def first_word(self) -> str:
        found = _WORD.match(self.text)
        return found[0] if found else ""


def begins_record(line: str) -> bool:
    """Whether a line cannot belong to a paragraph above it: an item, a log entry, a field, a row of columns."""
    line = line.strip()
    return bool(_RECORD.match(line) or _COLUMNS.search(line))


def has_columns(line: str) -> bool:
    """Whether a line is a row of columns, such as one of a table or of code."""
    return bool(_COLUMNS.search(line))


def is_item(line: str) -> bool:
    """Whether a line begins as an item of a list does, with a mark or a number."""
    return bool(_ITEM.match(line))


def join_lines(text: str) -> list[tuple[int, int, str]]:
    """Edits (start, end, what to read) that join the lines of wrapped paragraphs; see `itner.core.view`.

    A word that a hyphen breaks at a line's end is one word: the hyphen goes where the word goes on in lower case.
    """
    # Lines are joined only where no sentence ends.
    if not _OPEN_END.search(text):
        return []
    edits = []
    block: list[_Line] = []
    for match in _LINE.finditer(text):
        line = _Line(match.start(), match.start("body"), match.end("body"), match["body"], match["prefix"])
        if block and not _goes_on(block, line):
            edits += _join(block)
            block = []
        if line.text:
            block.append(line)
    return edits + _join(block)


def _goes_on(block: Sequence[_Line], line: _Line) -> bool:
    """Whether a line can belong to the paragraph of those above it."""
    if not line.text or begins_record(line.text):
        return False
    above = block[-1]
    if _COLUMNS.search(above.text) or above.text.endswith(":"):
        return False
    if line.prefix == above.prefix:
        return True
    # Below an item of a list its text is indented; below a first line it may go on at the margin.
    hangs = len(block) == 1 and not line.prefix.strip() and not above.prefix.strip()
    return hangs and (len(line.prefix) <= len(above.prefix) + 8)


def _join(block: Sequence[_Line]) -> list[tuple[int, int, str]]:
    edits = []
    for above, line in _wrapped_pairs(block):
        if _is_broken(above, line):
            keeps = not line.text[0].islower()
            edits.append((above.end if keeps else above.end - 1, line.body, ""))
        elif _is_broken_number(above, line):
            edits.append((above.end, line.body, ""))
        else:
            edits.append((above.end, line.body, " "))
    return edits


def _wrapped_pairs(block: Sequence[_Line]) -> list[tuple[_Line, _Line]]:
    """The neighbours in a block of lines between which the break is only the edge of the paper."""
    if len(block) < 2:
        return []
    width = max(line.width for line in block)
    if width < _SHORT:
        return []
    if len(block) > 2 and _begin_alike(block):
        return []
    return max(_find_pairs(block, width), _find_typeset(block, width), key=len)


def _begin_alike(block: Sequence[_Line]) -> bool:
    """Whether most lines begin with a word that others begin with, too, as records do; those of prose are small."""
    words = [line.first_word for line in block if line.text[0].isalnum() and not line.first_word.islower()]
    return len(words) > len(block) // 2 and len(set(words)) <= len(block) // 2


def _find_pairs(block: Sequence[_Line], width: int) -> list[tuple[_Line, _Line]]:
    """The same for lines that are wrapped after so many characters."""
    full, free = _part(block, width)
    ends = bool(_END.search(block[-1].text))
    # What follows an entry of a log may be the next one; below an item its text is indented.
    entry = begins_record(block[0].text) and block[1].prefix == block[0].prefix
    # In chats lines begin in lower case for no other reason than that all do.
    lower = not entry and sum(line.text[0].islower() for line in free) <= len(free) // 5
    goes_on = [pair for pair in full if pair[1].text[0].islower()] if lower else []
    if len(full) >= _MOST * _count_open(block) and (
        (len(full) > 1 and (ends or goes_on or len(full) > _MANY)) or (goes_on and ends)
    ):
        return full
    return [pair for pair in full if (pair in goes_on and width >= _WIDE) or _is_broken(*pair)]


def _find_typeset(block: Sequence[_Line], width: int) -> list[tuple[_Line, _Line]]:
    """The same for lines as wide as the page, whose letters are not: all are about as long, and words go on."""
    full, free = _part(block, _TYPESET * width)
    prose = bool(_END.search(block[-1].text)) and not any(line.text[0].islower() for line in free)
    goes_on = any(_is_broken(*pair) for pair in full) or sum(line.text[0].islower() for _, line in full) > 1
    whole = len(full) == _count_open(block)
    return full if prose and goes_on and whole and not begins_record(block[0].text) else []


def _part(block: Sequence[_Line], width: float) -> tuple[list[tuple[_Line, _Line]], list[_Line]]:
    """Neighbours of which the first word of the second would not have fitted, and the lines that begin freely.

    Where a sentence ends at the edge it does not matter: joined or not, the next one is read by itself.
    """
    full, free = [], [block[0]]
    for above, line in pairwise(block):
        if above.width + 1 + len(line.first_word) <= width or _STOP.search(above.text):
            free.append(line)
        else:
            full.append((above, line))
    return full, free


def _count_open(block: Sequence[_Line]) -> int:
    """The lines but the last at whose end no sentence ends."""
    return sum(not _STOP.search(line.text) for line in block[:-1])


def _is_broken(above: _Line, line: _Line) -> bool:
    """Whether a hyphen at the end of a line breaks a word."""
    return bool(_HYPHEN.search(above.text)) and line.text[0].isalnum() and not _JOINS.match(line.text)


def _is_broken_number(above: _Line, line: _Line) -> bool:
    """Whether the end of a line breaks a hexadecimal code."""
    start, rest = _HEX_START.search(above.text), _HEX_REST.match(line.text)
    return start is not None and rest is not None and len(start[1]) + len(rest[0]) in (8, 16)
