"""Highlighted text as HTML. Everything that comes from outside is escaped here, and only here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal

from itner.core.types import Mention
from itner.domains.colours import type_colour

STYLE = """<style>
.itner-text { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2.1; unicode-bidi: plaintext; }
.itner-text mark { color: inherit; padding: 0.15em 0.25em; border-radius: 0.3em; border: 1px solid transparent;
  border-bottom: 2px solid var(--c); background: color-mix(in srgb, var(--c) 18%, transparent); }
.itner-text mark:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
.itner-text mark.differs { border: 1px dashed var(--c); border-bottom: 2px dashed var(--c); }
.itner-text .tag { font-size: 0.68em; font-weight: 600; letter-spacing: 0.02em; margin-left: 0.4em;
  white-space: nowrap; }
.itner-text .differs .tag::before { content: "\\2260\\00a0"; }
.itner-text mark:target { outline: 3px solid currentColor; outline-offset: 2px; scroll-margin-top: 6rem; }
.itner-text.dimmed mark.agreed { background: none;
  border-bottom: 1px solid color-mix(in srgb, currentColor 45%, transparent); }
.itner-text.dimmed mark.agreed .tag { font-weight: 400; }
.itner-text .gap { border-bottom: 2px dotted currentColor; opacity: 0.75; }
.itner-aligned { --step: 1.125rem; --glyph: 1.26rem; --high: calc((var(--rows) + 2) * var(--step)); position: relative;
  overflow: hidden; padding: 0 min(2.5rem, 12%) 0 2.4rem; line-height: var(--high); }
.itner-aligned .lines { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext;
  margin-top: calc(0.2rem - (var(--high) - var(--glyph)) / 2);
  padding-bottom: calc(((var(--rows) - 2) * var(--step) + var(--glyph)) / 2 + 0.3rem); }
.itner-aligned .lines::before { content: attr(data-names); content: attr(data-names) / ""; position: absolute; left: 0;
  top: calc(0.2rem + var(--glyph)); direction: ltr; white-space: pre; font-size: 0.6875rem;
  line-height: var(--step); }
.itner-aligned .bar { position: relative; padding-bottom: calc(var(--row) * var(--step));
  border-bottom: 2px solid var(--c);
  background: linear-gradient(color-mix(in srgb, var(--c) 18%, transparent) 0 0) bottom / 100% 1rem no-repeat; }
.itner-aligned .bar[data-label]::after { content: attr(data-label); content: attr(data-label) / ""; position: absolute;
  inset-inline-start: 0; top: calc(var(--glyph) + (var(--row) - 1) * var(--step) + 2px); box-sizing: border-box;
  max-width: calc(var(--room) * 0.44rem); overflow: hidden; white-space: pre; font-size: 0.6875rem;
  line-height: 1rem; padding-inline-start: 0.15rem; border-inline-start: 3px solid var(--c); pointer-events: none; }
.itner-aligned .differs, .itner-aligned .spurious { border-bottom-style: dashed; }
.itner-aligned .missed { border-bottom-style: dotted; background: none; }
.itner-aligned .missed::after { font-style: italic; }
.itner-aligned .said { position: absolute; width: 1px; height: 1px; margin: 0; padding: 0; overflow: hidden;
  clip-path: inset(50%); user-select: none; -webkit-user-select: none; }
.itner-legend span { display: inline-block; margin-right: 1.1em; font-size: 0.85em; }
.itner-legend i { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 0.2em; margin-right: 0.35em; }
</style>"""
# Characters that a label may reach beyond the end of the text.
_MARGIN = 20


def highlight(
    text: str,
    mentions: Sequence[Mention],
    differing: Collection[tuple[int, int, str]] = (),
    gaps: Iterable[tuple[int, int]] = (),
    personal: Collection[str] = (),
    *,
    dimmed: bool = False,
    anchor: str | None = None,
) -> str:
    """The text with its mentions marked, white space kept.

    Args:
        mentions: in text order, without overlap.
        differing: (start, end, type) of mentions that not every tagger shares; marked with a dashed border and a sign.
        gaps: spans (start, end) where others mark something and this tagger nothing; underlined with dots.
        personal: types that point at a person, which is said; none where the domain does not tell.
        dimmed: whether what is not `differing` is marked without a colour.
        anchor: what the ids of the mentions begin with, before their number in the text; without ids for None.
    """
    numbers = {(mention.start, mention.end): number for number, mention in enumerate(mentions)}
    marked = {(mention.start, mention.end): mention for mention in mentions}
    spans: list[tuple[int, int]] = list(marked)
    for start, end in gaps:
        if all(end <= low or high <= start for low, high in spans):
            spans.append((start, end))
    parts = []
    position = 0
    for start, end in sorted(spans):
        parts.append(escape(text[position:start]))
        found = marked.get((start, end))
        if found is None:
            parts.append(f'<span class="gap" title="others mark this">{escape(text[start:end])}</span>')
        else:
            name = "" if anchor is None else f"{anchor}{numbers[start, end]}"
            parts.append(_mark(text[start:end], found, (start, end, found.type) in differing, personal, name))
        position = end
    parts.append(escape(text[position:]))
    return f'<div class="itner-text{" dimmed" if dimmed else ""}" dir="auto">{"".join(parts)}</div>'


def aligned(text: str, rows: Sequence[tuple[str, Sequence[Mention]]]) -> str:
    """The text once, and under each of its lines a row for each annotation of it; the first is what the others are held
    against.

    The text keeps the width and the breaks that it has without annotations, and is all that is copied: names and labels
    are drawn by the style sheet, and said to screen readers in a list behind the text.

    Args:
        rows: a name and its mentions, in text order and without overlap.
    """
    expected = rows[0][1] if rows else ()
    lanes = [_list_bars(mentions, expected, len(text)) for _, mentions in rows]
    cuts = {0, len(text), *(place for bars in lanes for bar in bars for place in (bar.start, bar.end))}
    parts = []
    for start, end in pairwise(sorted(cuts)):
        part = escape(text[start:end])
        # The upper rows lie inside, so that a pointer meets the row that it is on.
        for row, (bars, (name, _)) in enumerate(zip(lanes, rows, strict=True), start=1):
            bar = next((bar for bar in bars if bar.start <= start < bar.end), None)
            if bar is not None:
                part = _draw(bar, part, name, row, start == bar.start)
        parts.append(part)
    # As many as there may be lines: what is too much is cut off.
    names = "\n".join([*(name for name, _ in rows), "", "", ""]) * (text.count("\n") + len(text) // 4 + 2)
    said = "".join(f"<li>{escape(_say(text, name, bars))}</li>" for bars, (name, _) in zip(lanes, rows, strict=True))
    return (
        f'<div class="itner-aligned" style="--rows:{len(rows)}">'
        f'<div class="lines" dir="auto" data-names="{escape(names, quote=True)}">{"".join(parts)}</div>'
        f'<ul class="said">{said}</ul></div>'
    )


def legend(types: Sequence[str]) -> str:
    """Colour and name of each type."""
    items = "".join(f'<span><i style="background:{type_colour(name)}"></i>{escape(name)}</span>' for name in types)
    return f'<div class="itner-legend">{items}</div>'


@dataclass(frozen=True)
class _Bar:
    """What a row of `aligned` shows from `start` to `end`; `room` counts the characters up to the row's next bar."""

    start: int
    end: int
    type: str
    state: Literal["agreed", "differs", "spurious", "missed"]
    score: float | None
    room: int

    @property
    def label(self) -> str:
        """What stands in the row, cut off where there is no room; what it is comes first."""
        if self.state == "missed":
            return "missed"
        return self.type if self.state == "agreed" else f"\u2260\u00a0{self.type}" + self.spurious

    @property
    def words(self) -> str:
        """What it says."""
        if self.state == "missed":
            return f"{self.type} missed"
        score = "" if self.score is None else f" {self.score:.2f}"
        return f"{self.type}{score}" + (", differs" if self.state == "differs" else self.spurious)

    @property
    def spurious(self) -> str:
        """That nothing is expected here."""
        return " spurious" if self.state == "spurious" else ""


def _list_bars(mentions: Sequence[Mention], expected: Sequence[Mention], length: int) -> list[_Bar]:
    """A row's mentions, and what is expected where it has none, in text order."""
    known = {(mention.start, mention.end, mention.type) for mention in expected}
    found: list[tuple[Mention, Literal["agreed", "differs", "spurious", "missed"]]] = []
    for mention in mentions:
        if (mention.start, mention.end, mention.type) in known:
            found.append((mention, "agreed"))
        else:
            found.append((mention, "differs" if _overlaps(mention, expected) else "spurious"))
    found += [(mention, "missed") for mention in expected if not _overlaps(mention, mentions)]
    found.sort(key=lambda pair: pair[0].start)
    ends = [*(mention.start for mention, _ in found), length + _MARGIN][1:]
    return [
        _Bar(mention.start, mention.end, mention.type, state, mention.score, end - mention.start)
        for (mention, state), end in zip(found, ends, strict=True)
    ]


def _overlaps(mention: Mention, others: Sequence[Mention]) -> bool:
    return any(mention.start < other.end and other.start < mention.end for other in others)


def _draw(bar: _Bar, part: str, name: str, row: int, begins: bool) -> str:
    # A mention that other rows cut into pieces is named at its first piece.
    label = f' data-label="{escape(bar.label, quote=True)}"' if begins else ""
    return (
        f'<span class="bar {bar.state}" style="--row:{row};--room:{bar.room};--c:{type_colour(bar.type)}" '
        f'title="{escape(f"{name}: {bar.words}", quote=True)}"{label}>{part}</span>'
    )


def _say(text: str, name: str, bars: Sequence[_Bar]) -> str:
    return f"{name}: " + ("; ".join(f"{text[bar.start : bar.end]}: {bar.words}" for bar in bars) or "nothing")


def _mark(part: str, mention: Mention, differs: bool, personal: Collection[str], anchor: str = "") -> str:
    name = escape(mention.type)
    score = "" if mention.score is None else f" {mention.score:.2f}"
    points = mention.type in personal
    said = f"{name}{score}" + (", points at a person" if points else "")
    said += ", not every model agrees" if differs else ""
    place = f'id="{escape(anchor, quote=True)}" ' if anchor else ""
    flag = f'data-pii="{str(points).lower()}" ' if personal else ""
    return (
        f'<mark {place}{flag}tabindex="0" class="{"differs" if differs else "agreed"}" '
        f'style="--c:{type_colour(mention.type)}" title="{said}" '
        f'aria-label="{escape(part, quote=True)}: {said}">{escape(part)}'
        f'<span class="tag">{name}{score}</span></mark>'
    )
