"""Annotated spans and the tokens of their text: what is trimmed, widened or left out so that each begins and ends where
tokens do. Everything is counted; what would change a mention's words needs the user's word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itner.core.errors import InputError
from itner.core.types import Token
from itner.records.dataset import Misaligned

# Enough of the user's text to find the place by.
_QUOTED = 40
DOUBT = "offsets may count UTF-16 units or bytes, but the spans of this file do not all fit as these either"


@dataclass(frozen=True)
class Span:
    """A span as annotated; `text` is what the file records as its text, `line` its own line where it has one."""

    start: int
    end: int
    type: str
    text: str | None = None
    line: int | None = None


class Fitting:
    """Fits the spans of one file, text by text, and counts in `changes` what was done."""

    def __init__(self, misaligned: Misaligned, doubt: str | None = None) -> None:
        self.misaligned = misaligned
        self.changes: Counter[str] = Counter()
        # What the file's offsets may mean instead.
        self._doubt = doubt

    def fit(
        self, text: str, tokens: Sequence[Token], spans: Iterable[Span], path: Path, line: int | None
    ) -> list[Span]:
        """The spans (in code points) in text order, without overlap, each from a token's start to a token's end."""
        edges = Edges(tokens)
        fitted = []
        for span in spans:
            if not span.type:
                self.changes["spans without a type dropped"] += 1
                continue
            if span.start == span.end:
                self.changes["empty spans dropped"] += 1
                continue
            problem = _find_problem(span, text)
            trimmed = span if problem else trim(span, text)
            if not problem and trimmed.start == trimmed.end:
                self.changes["empty spans dropped"] += 1
                continue
            advice = "correct it, or pass --misaligned drop (leave such spans out)"
            if not problem and edges.fit(trimmed):
                self.changes["spans trimmed of outer white space"] += trimmed != span
            elif not problem:
                whole = edges.expand(trimmed)
                if self.misaligned == "expand" and edges.fit(whole):
                    trimmed = whole
                    self.changes["spans expanded to whole words"] += 1
                else:
                    problem = (
                        f"the span {shorten(text[span.start : span.end])} at {span.start}–{span.end} begins or ends "
                        f"inside a word ({shorten(text[whole.start : whole.end])})"
                    )
                    advice = (
                        "correct it, or pass --misaligned expand (take whole words) or --misaligned drop (leave such "
                        "spans out)"
                    )
            if problem:
                if self.misaligned != "drop":
                    doubt = f"; {self._doubt}" if self._doubt is not None else ""
                    raise InputError(f"{problem}; {advice}{doubt}", path=path, line=span.line or line)
                self.changes["spans that do not fit the text dropped"] += 1
                continue
            fitted.append(trimmed)
        return self._without_overlap(fitted)

    def _without_overlap(self, spans: list[Span]) -> list[Span]:
        """The longest of spans that overlap, of equally long ones the one that is annotated first."""
        kept: list[Span] = []
        seen = set()
        for span in sorted(spans, key=lambda span: span.start - span.end):
            if (span.start, span.end, span.type) in seen:
                self.changes["duplicate spans dropped"] += 1
            elif any(span.start < other.end and other.start < span.end for other in kept):
                self.changes["overlapping spans dropped (the longest is kept)"] += 1
            else:
                kept.append(span)
            seen.add((span.start, span.end, span.type))
        return sorted(kept, key=lambda span: span.start)


def fits(span: Span, text: str, edges: Edges) -> bool:
    """Whether a span, without outer white space, begins and ends where tokens do and has the text that is recorded."""
    return _find_problem(span, text) is None and edges.fit(trim(span, text))


def trim(span: Span, text: str) -> Span:
    """The span without white space at either end; empty where there is nothing else in it."""
    inner = text[span.start : span.end]
    start = span.start + len(inner) - len(inner.lstrip())
    return replace(span, start=start, end=max(start, span.start + len(inner.rstrip())))


class Edges:
    """Where the tokens of a text begin and end."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._starts = {token.start for token in tokens}
        self._ends = {token.end for token in tokens}

    def fit(self, span: Span) -> bool:
        """Whether a span begins where a token does, and ends where one does."""
        return span.start in self._starts and span.end in self._ends

    def expand(self, span: Span) -> Span:
        """The span with all of every token that it touches; as it is where it touches none."""
        touched = [token for token in self._tokens if token.start < span.end and span.start < token.end]
        return replace(span, start=touched[0].start, end=touched[-1].end) if touched else span


def _find_problem(span: Span, text: str) -> str | None:
    """What is wrong with a span, whatever the tokens are."""
    if span.start < 0 or span.end < span.start:
        return f"the span {span.start}–{span.end} is none: the end stands before the start, or either is negative"
    if span.end > len(text):
        return f"the span {span.start}–{span.end} ends behind the text, which has {len(text)} characters"
    if span.text is not None and _squeeze(span.text) != _squeeze(text[span.start : span.end]):
        return (
            f"at {span.start}–{span.end} stands {shorten(text[span.start : span.end])}, where the file records "
            f"{shorten(span.text)}"
        )
    return None


def _squeeze(text: str) -> str:
    # Tools record line breaks as spaces, or as a backslash and an n.
    return " ".join(text.replace("\\n", " ").split())


def shorten(text: str) -> str:
    """A user's text in quotation marks, no more of it than is needed to find it by."""
    return repr(text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…")
