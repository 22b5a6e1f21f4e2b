"""What stands in the place of what was found: the same for the same thing, however and wherever it is written.

A replacement depends on a key and on what is replaced, so that it is the same in every text and every file.
"""

from __future__ import annotations

import hmac
import random
import re
import secrets
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args
from urllib.parse import quote

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.files.asides import Aside, list_divisions, list_views
from itner.files.rewriting import (
    Edit,
    Found,
    Known,
    change,
    identify,
    read_digits,
    read_plainly,
)

Method = Literal["mask", "label", "hash", "pseudonym"]
METHODS: tuple[Method, ...] = get_args(Method)
Pseudonym = Callable[[str, str, Callable[[str], random.Random]], str]

MASK = "*"
_TRIES = 50
_TRUNK = "(\0)"
# What mark-up within something that was found has in it.
_MARKISH = re.compile(r"[<>*_`~{}\[\]|\\^#\x01-\x08\x0e-\x1f\x7f-\x9f]")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_WORD = re.compile(r"\S+")
_LINE_END = re.compile(r"[\r\n]")
# Between texts that are searched as one: a sign that parts words and lines up with nothing.
SEAM = "\0"
_UNIT = re.compile(rf"[^{SEAM}]+")


@dataclass(frozen=True)
class Plan:
    """How redaction works.

    Attributes:
        methods: of each type that is hidden; other types stay.
        key: what hashes and pseudonyms depend on beside what they replace. Whoever has it can try out names.
        pseudonym: from a type, what was found, and a source of chance for a label, to what stands in its place.
    """

    methods: Mapping[str, Method]
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    pseudonym: Pseudonym | None = None


@dataclass(frozen=True)
class Span:
    """What is to stand in the place of a stretch of a text.

    Attributes:
        new: what is to stand there.
        size: of all that it is a part of.
        pair: what is replaced, as it is meant, and by what; None where another span tells it.
        whole: what all of it is known as.
    """

    start: int
    end: int
    kind: str
    new: str
    size: int
    pair: tuple[str, str] | None
    whole: str = ""


@dataclass(frozen=True)
class Hidden:
    """The edits of a text.

    Attributes:
        edits: in order and without overlap.
        counts: replacements of each type.
        pairs: what was replaced, as it was written, with its type and what stands there instead.
    """

    edits: list[Edit]
    counts: Counter[str]
    pairs: dict[str, tuple[str, str]]


class Redactor:
    """Replaces mentions by a plan, the same by the same."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._learned: set[str] = set()
        self._known = Known()
        self._made: dict[tuple[str, str, str], str] = {}
        self._hashes: set[str] = set()
        self._pairs: dict[str, tuple[str, str]] = {}
        names = "|".join(re.escape(kind).replace("_", "[_ ]") for kind in plan.methods) or "(?!)"
        # What stands in the place of something; a type can be a name as well.
        self._own = re.compile(rf"\[(?:{names})\]|(?:{names})[_ ][0-9a-f]{{12}}")

    @property
    def mapping(self) -> dict[str, tuple[str, str]]:
        """What was replaced and kept so, as it was written: its type, and by what."""
        return dict(self._pairs)

    def keep(self, hidden: Hidden) -> None:
        """Count what was replaced among what is mapped."""
        for said, pair in hidden.pairs.items():
            self._pairs.setdefault(said, pair)

    def learn(self, texts: Sequence[str], mentions: Sequence[Sequence[Mention]]) -> None:
        """Remember what was found, to hide it wherever it stands."""
        for text, found in zip(texts, mentions, strict=True):
            seen = _Seen(text)
            for mention in found:
                shown = "".join(text[start:end] for start, end in seen.parts(mention.start, mention.end))
                if mention.type in self._plan.methods and shown not in self._learned:
                    self._learned.add(shown)
                    for surface in dict.fromkeys((read_plainly(shown), shown)):
                        self._known.add(surface, mention.type)
        self._made = {}

    def replace(self, surface: str, kind: str, whole: str = "") -> str:
        """What stands in the place of a mention.

        Args:
            whole: what it is another way to write of; found out where it is not told.
        """
        made = self._made.get((surface, kind, whole))
        if made is None:
            made = self._make(surface, kind, self._known.name(whole or surface))
            self._made[surface, kind, whole] = made
        return made

    def redact(
        self, text: str, mentions: Sequence[Mention] = (), known: Iterable[Found] | None = None
    ) -> tuple[str, Counter[str]]:
        """A text without the mentions and without whatever else is known, and how many of each type that were.

        Args:
            known: where anything known stands in it; looked for where that is not given.
        """
        known = self.find(text) if known is None else known
        hidden = self.hide(text, mentions, [span for found in known for span in self.span(text, found)])
        self.keep(hidden)
        return change(text, [(edit.start, edit.end, edit.text) for edit in hidden.edits]), hidden.counts

    def hide(self, text: str, mentions: Sequence[Mention], known: Iterable[Span]) -> Hidden:
        """What is to stand where in a text, and what that replaces.

        Args:
            known: what is to stand in the place of what is known.
        """
        spans: list[Span] = []
        seen = _Seen(text)
        for mention in mentions:
            if mention.type in self._plan.methods:
                spans += self._spread(text, seen.parts(mention.start, mention.end), mention.type)
        for span in known:
            parts = seen.parts(span.start, span.end)
            if len(parts) == 1:
                spans.append(replace(span, start=parts[0][0], end=parts[0][1]))
            else:
                spans += self._spread(text, parts, span.kind, span.whole if span.end - span.start == span.size else "")
        edits: list[Edit] = []
        counts: Counter[str] = Counter()
        pairs: dict[str, tuple[str, str]] = {}
        for span in self._join(text, spans):
            edits.append(Edit(span.start, span.end, _spell(text[span.start : span.end], span.new)))
            if span.pair is not None:
                counts[span.kind] += 1
                pairs.setdefault(span.pair[0], (span.kind, span.pair[1]))
        return Hidden(edits, counts, pairs)

    def span(self, text: str, found: Found) -> list[Span]:
        """What is to stand in the place of something known, part by part."""
        size = found.end - found.start
        parts = [read_plainly(text[start:end]) for start, end in found.parts]
        shared = self._share(" ".join(parts), parts, found.kind, found.whole) if len(parts) > 1 else None
        spans = []
        for place, ((start, end), part) in enumerate(zip(found.parts, parts, strict=True)):
            new = shared[place] if shared is not None else self.replace(part, found.kind, found.whole)
            spans.append(Span(start, end, found.kind, new, size, (part, new), found.whole))
        return spans

    def _spread(self, text: str, parts: Sequence[tuple[int, int]], kind: str, known: str = "") -> list[Span]:
        """What is to stand in the place of a mention: what it says in the first of its parts, between which there is
        mark-up, or each word where it stood.

        Args:
            known: what it is known as; otherwise what its parts say.
        """
        said = [read_plainly(text[start:end]) for start, end in parts]
        whole = known or "".join(said)
        new = self.replace(whole, kind)
        method = self._plan.methods[kind]
        if method == "mask":
            shared = [self.replace(part, kind) for part in said]
        else:
            joined = "" if whole == "".join(said) else " "
            fits = method == "pseudonym" and len(parts) > 1 and whole == joined.join(said)
            words = _share_words(whole, said, new, joined) if fits else None
            shared = words or [new, *[""] * (len(parts) - 1)]
            if not words and len(parts) > 1:
                # The lines between them stay as many.
                ends = ["".join(_LINE_END.findall(text[start:end])) for start, end in parts]
                shared = [each + end for each, end in zip(shared, ends, strict=True)]
        size = parts[-1][1] - parts[0][0]
        return [
            Span(start, end, kind, each, size, None if place else (whole, new))
            for place, ((start, end), each) in enumerate(zip(parts, shared, strict=True))
        ]

    def _share(self, whole: str, parts: Sequence[str], kind: str, known: str) -> list[str] | None:
        """What stands in each place of something that is parted; None where each part is replaced by itself."""
        method = self._plan.methods[kind]
        if method == "hash":
            return [self.replace(known, kind)] * len(parts)
        if method != "pseudonym":
            return None
        return _share_words(whole, parts, self.replace(whole, kind, known), joined=" ")

    def _join(self, text: str, spans: Iterable[Span]) -> list[Span]:
        """In order and without overlap: what overlaps becomes one, of the type of the longest."""
        joined: list[Span] = []
        for span in sorted(spans, key=lambda span: (span.start, -span.end, -span.size)):
            last = joined[-1] if joined else None
            if last is None or span.start >= last.end:
                joined.append(span)
            elif span.end > last.end:
                kind = span.kind if span.end - span.start > last.end - last.start else last.kind
                said = read_plainly(text[last.start : span.end])
                new = self.replace(said, kind)
                joined[-1] = Span(last.start, span.end, kind, new, span.end - last.start, (said, new))
        return joined

    def find(self, text: str, free: bool = True, divided: bool = True) -> list[Found]:
        """Where anything that is known stands in a text; some of it may overlap.

        Args:
            free: whether somebody wrote the text as they liked; where the format prescribes it, a single word is none
                of anybody's.
            divided: whether mark-up may divide what is looked for.
        """
        found = self._find_known(text, free) if divided else self._known.find(text, free)
        if found:
            own = [(-1, -1), *(match.span() for match in self._own.finditer(text) if self._is_own(match[0]))]
            begins = [begin for begin, _ in own]
            found = [each for each in found if each.end > own[bisect_right(begins, each.start) - 1][1]]
        return found

    def _find_known(self, text: str, free: bool) -> list[Found]:
        """In the text as it stands, and in what is left of it without its mark-up."""
        found: dict[tuple[int, int], Found] = {}
        for each in self._known.find(text, free):
            found.setdefault((each.start, each.end), each)
        if not self._known.is_empty and _MARKISH.search(text):
            # What a seam parts are no two halves of a word.
            for aside in list_views(text.replace(SEAM, "\n")):
                for each in self._known.find(aside.view.text, free):
                    here = _place(text, aside, each)
                    found.setdefault((here.start, here.end), here)
        return sorted(found.values(), key=lambda each: each.start)

    def is_left(self, text: str, free: bool = True, divided: bool = True) -> bool:
        """Whether anything that is known stands in a text; see `find`."""
        return bool(self.find(text, free, divided))

    def is_part(self, surface: str) -> bool:
        """Whether something that is known has this among its words."""
        return self._known.is_part(surface)

    def _is_own(self, text: str) -> bool:
        # A number behind the name of its type looks like a hash.
        return text[0] == "[" or text.replace(" ", "_") in self._hashes

    def _make(self, surface: str, kind: str, whole: str) -> str:
        method = self._plan.methods[kind]
        if method == "mask":
            return re.sub(r"\S", MASK, surface)
        if method == "label":
            return f"[{kind}]"
        if method == "hash":
            made = f"{kind}_{self._digest(f'{kind} {identify(whole)}')[:12]}"
            self._hashes.add(made.replace(" ", "_"))
            return made
        if whole != surface:
            made = self._reshape(surface, kind, whole)
            if made and not self.is_left(made):
                return made
        return self._invent(surface, kind)

    def _reshape(self, surface: str, kind: str, whole: str) -> str:
        """What stands in the place of a whole, in the form of another way to write it; "" where it has none of its own.

        A number as it is grouped within its country; names without a blank between them.
        """
        own, digits = read_digits(surface), read_digits(whole)
        zeros = next((size for size in range(3) if own[:size] == "0" * size and digits.endswith(own[size:])), None)
        if digits and own and zeros is not None and not any(map(str.isalpha, surface)):
            made = read_digits(self.replace(whole, kind))
            if len(made) != len(digits):
                return ""
            new = iter(own[:zeros] + made[len(made) - len(own) + zeros :])
            kept = surface.replace("(0)", _TRUNK)
            return "".join(next(new) if char.isdecimal() else char for char in kept).replace(_TRUNK, "(0)")
        words = whole.split()
        if len(words) > 1 and surface.isalpha() and identify("".join(words)) == identify(surface):
            return "".join(self.replace(whole, kind).split())
        return ""

    def _invent(self, surface: str, kind: str) -> str:
        if self._plan.pseudonym is None:
            raise InputError("this domain has no pseudonyms; choose mask, label or hash")
        for attempt in range(_TRIES):
            salt = f" {attempt}" if attempt else ""

            def draw(label: str, salt: str = salt) -> random.Random:
                return random.Random(self._digest(f"{identify(label)}{salt}"))

            made = self._plan.pseudonym(kind, surface, draw)
            # What was found must not come back by chance: of few digits, or of dates, there are not many.
            if identify(made) != identify(surface) and not self.is_left(made):
                return made
        return f"[{kind}]"

    def _digest(self, text: str) -> str:
        return hmac.new(self._plan.key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


class _Seen:
    """A text, and what of it is no mark-up."""

    def __init__(self, text: str):
        self._text = text
        self._marks: list[tuple[int, int]] | None = None

    def parts(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches of a stretch that are no mark-up; all of it where nothing else is."""
        if not _MARKISH.search(self._text, start, end):
            return [(start, end)]
        if self._marks is None:
            self._marks = list_divisions(self._text)
        parts = []
        at = start
        for first, last in self._marks[bisect_right(self._marks, (start, 0)) :]:
            if first >= end:
                break
            if first > at:
                parts.append((at, first))
            at = max(at, last)
        if at < end:
            parts.append((at, end))
        return parts or [(start, end)]


def count_wholes(found: Iterable[Found]) -> Counter[str]:
    """How often each thing that is known stands in a text; once, where it was found in several ways.

    Args:
        found: in order of where it begins.
    """
    counts: Counter[str] = Counter()
    ends: dict[str, int] = {}
    for each in found:
        counts[each.whole] += each.start >= ends.get(each.whole, 0)
        ends[each.whole] = max(each.end, ends.get(each.whole, 0))
    return counts


def _place(text: str, aside: Aside, found: Found) -> Found:
    """Where something stands in a text that was found in a view of it; what a seam parts stays in parts."""
    parts = []
    for first, last in found.parts:
        start, end = aside.place(first, last)
        parts += [(start + piece.start(), start + piece.end()) for piece in _UNIT.finditer(text[start:end])]
    return replace(found, parts=tuple(parts))


def _share_words(whole: str, parts: Sequence[str], new: str, joined: str = "") -> list[str] | None:
    """Other words in the places of those of a whole, part by part; None where they are not as many.

    Args:
        joined: what stands between the parts.
    """
    words = new.split()
    begins = [match.start() for match in _WORD.finditer(whole)]
    if len(words) != len(begins):
        return None
    shared = []
    at = 0
    for part in parts:
        inside = [word for begin, word in zip(begins, words, strict=True) if at <= begin < at + len(part)]
        blank = " " * (part[:1].isspace() and bool(inside))
        shared.append(blank + " ".join(inside) + " " * (part[-1:].isspace() and bool(part.strip())))
        at += len(part) + len(joined)
    return shared


def _spell(text: str, new: str) -> str:
    """What is to stand in the place of a text, in percent-encoding where that was."""
    return quote(new, safe="@[]*+,:()/") if _PERCENT.search(text) else new
