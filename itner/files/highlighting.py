"""Highlighted text as HTML. Everything that comes from outside is escaped here, and only here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from itertools import pairwise

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
.itner-aligned { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; line-height: 1.7; }
.itner-aligned .piece { display: inline-grid; vertical-align: top; justify-items: stretch; margin-bottom: 0.35em; }
.itner-aligned .bar { font-size: 0.72em; line-height: 1.35; height: 1.5em; margin: 0.1em 0; padding: 0 0.35em;
  white-space: nowrap; border: 1px solid var(--c); border-left: 4px solid var(--c);
  background: color-mix(in srgb, var(--c) 18%, transparent); }
.itner-aligned .bar.wrong { border-style: dashed; border-left-style: solid; }
.itner-aligned .bar.goes-on { border-left-width: 1px; }
.itner-aligned .none { font-size: 0.72em; height: 1.5em; margin: 0.1em 0; }
.itner-legend span { display: inline-block; margin-right: 1.1em; font-size: 0.85em; }
.itner-legend i { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 0.2em; margin-right: 0.35em; }
</style>"""


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
    """The text with several annotations of it one under the other; the first row is what the others are held against.

    Args:
        rows: a name and its mentions, in text order and without overlap.
    """
    cuts = {0, len(text)}
    for _, mentions in rows:
        cuts |= {place for mention in mentions for place in (mention.start, mention.end)}
    expected = {(mention.start, mention.end, mention.type) for mention in rows[0][1]} if rows else set()
    bounds = sorted(cuts)
    parts = []
    for start, end in pairwise(bounds):
        covering = [next((m for m in mentions if m.start <= start < m.end), None) for _, mentions in rows]
        word = escape(text[start:end])
        if not any(covering):
            parts.append(word)
            continue
        bars = []
        for (name, _), mention in zip(rows, covering, strict=True):
            if mention is None:
                bars.append('<span class="none"></span>')
                continue
            wrong = (mention.start, mention.end, mention.type) not in expected
            classes = "bar" + (" wrong" if wrong else "") + (" goes-on" if start > mention.start else "")
            said = f"{name}: {mention.type}" + (", differs" if wrong else "")
            # A mention that other rows cut into pieces is named at its first piece.
            label = "" if start > mention.start else ("≠\u00a0" if wrong else "") + f"{name} {mention.type}"
            bars.append(
                f'<span class="{classes}" style="--c:{type_colour(mention.type)}" title="{escape(said, quote=True)}">'
                f"{escape(label)}</span>"
            )
        parts.append(f'<span class="piece"><span>{word}</span>{"".join(bars)}</span>')
    return f'<div class="itner-aligned" dir="auto">{"".join(parts)}</div>'


def legend(types: Sequence[str]) -> str:
    """Colour and name of each type."""
    items = "".join(f'<span><i style="background:{type_colour(name)}"></i>{escape(name)}</span>' for name in types)
    return f'<div class="itner-legend">{items}</div>'


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
