"""Running text as reports: its paragraphs and the items of its lists, each whole, with the lines where it stands.

A verdict on half of a sentence is worse than one on two sentences: what a line may be the middle of is joined more
readily than for a tagger (`itner.core.lines`), which reads sentences either way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from itner.core.lines import begins_record, has_columns, is_item, join_lines

_STOP = re.compile(r"[.!?…][\"'”’)\]]*$")
# No sentence ends with these words, nor in the middle of a list.
_OPEN = re.compile(
    r"[,(/&+–—-]$|(?<=\s)(?:the|an?|of|at|to|from|with|by|and|or|but|nor|if|when|than|is|are|was|were|be|been|had|has|have"
    r"|for|our|its|their|via|between|into|onto|because|unless|until|while|whether|as|which|who|where|not)$"
)
_QUOTED = re.compile(r"[ \t]*(?:[>|][ \t]?)*")


@dataclass(frozen=True)
class Paragraph:
    """A stretch of a text.

    Attributes:
        first, last: its lines, from 1.
        text: what it says, on one line.
    """

    first: int
    last: int
    text: str

    @property
    def where(self) -> str:
        """Its lines in words."""
        return f"line {self.first}" if self.first == self.last else f"lines {self.first}-{self.last}"


@dataclass
class _Line:
    """A line, and those that go on where it ends.

    Attributes:
        first, last: see `Paragraph`.
        parts: what the lines say.
        indent: how far the first one is set in.
        width, widest: how long the last one is, and the longest one.
    """

    first: int
    last: int
    parts: list[str]
    indent: int
    width: int
    widest: int

    @property
    def quote(self) -> int:
        """How long the mark of a quotation is."""
        found = _QUOTED.match(self.parts[0])
        return found.end() if found is not None else 0

    @property
    def words(self) -> str:
        """What the first line says without it."""
        return self.parts[0][self.quote :]

    @property
    def first_word(self) -> str:
        return self.words.split(maxsplit=1)[0]

    @property
    def tail(self) -> str:
        """What the last line says."""
        return self.parts[-1].rstrip()


@dataclass(frozen=True)
class _Block:
    """Lines without a blank one between them.

    Attributes:
        begins: the words that they begin with.
        with_number: whether the first one begins with a number.
        ends: whether a sentence ends with the last one.
        wrapped: whether some of them are wrapped.
        widest: how long the longest one is.
    """

    begins: Counter[str]
    with_number: bool
    ends: bool
    wrapped: bool
    widest: int


def list_paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a text, in order: a line that goes on in the next one is joined with it."""
    found: list[Paragraph] = []
    block: list[_Line] = []
    for line in _join_wrapped("\n".join(text.splitlines())):
        if line.words.strip():
            block.append(line)
        else:
            found += _join_open(block)
            block = []
    return found + _join_open(block)


def _join_wrapped(text: str) -> list[_Line]:
    """The lines of a text, those of wrapped paragraphs joined."""
    edits = {text.index("\n", start, end): (start, end, plain) for start, end, plain in join_lines(text)}
    lines: list[_Line] = []
    begin = 0
    for number, line in enumerate(text.split("\n"), start=1):
        width = len(line)
        if edit := edits.get(begin - 1):
            start, end, plain = edit
            above = lines[-1]
            above.parts[-1] = above.parts[-1][: len(above.parts[-1]) - (begin - 1 - start)] + plain
            above.parts.append(text[end : begin + width])
            above.last, above.width, above.widest = number, width, max(above.widest, width)
        else:
            lines.append(_Line(number, number, [line.lstrip()], width - len(line.lstrip()), width, width))
        begin += width + 1
    return lines


def _join_open(lines: Sequence[_Line]) -> list[Paragraph]:
    """Neighbours of which the first one is open joined."""
    if not lines:
        return []
    block = _Block(
        begins=Counter(line.first_word for line in lines),
        with_number=lines[0].first_word[0].isdigit(),
        ends=bool(_STOP.search(lines[-1].tail)),
        wrapped=any(line.first < line.last for line in lines),
        widest=max(line.widest for line in lines),
    )
    joined: list[_Line] = []
    for line in lines:
        if joined and _goes_on(joined[-1], line, block):
            above = joined[-1]
            above.parts[-1] = f"{above.tail} "
            above.parts += [line.words, *line.parts[1:]]
            above.last, above.width = line.last, line.width
        else:
            joined.append(line)
    return [Paragraph(line.first, line.last, "".join(line.parts).strip()) for line in joined]


def _goes_on(above: _Line, line: _Line, block: _Block) -> bool:
    """Whether a line is the rest of what stands above it."""
    if bool(line.quote) != bool(above.quote) or begins_record(line.words) or has_columns(above.tail):
        return False
    if is_item(above.words) and line.indent > above.indent:
        return True
    first = line.first_word
    if _STOP.search(above.tail):
        # In a wrapped paragraph a sentence may end at the edge.
        return block.wrapped and above.width + 1 + len(first) > block.widest
    if above.tail.endswith(":"):
        return False
    if _OPEN.search(above.tail):
        return True
    # Prose that is wrapped by hand ends with a full stop, and its lines begin differently; notes, a line each, do not.
    prose = block.ends and block.begins[first] == 1
    return prose and (first[0].islower() or (first[0].isdigit() and not block.with_number))
