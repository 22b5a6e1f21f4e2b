"""Replacing what was found in texts and files, so that it is found again in none of them.

What is found once is hidden everywhere: in other texts, in other files of the same call, in names of files, in the
properties of a document, however it is spaced, grouped or encoded there. A replacement depends on a key and on what is
replaced, so that the same thing has the same replacement wherever it stands.
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
from itertools import accumulate
from typing import Literal, get_args
from urllib.parse import quote

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.core.view import View, read_edited
from itner.files.asides import list_asides, list_marks
from itner.files.items import Upload
from itner.files.names import extension
from itner.files.rewriting import (
    Edit,
    Found,
    Known,
    Opened,
    Unit,
    change,
    identify,
    open_file,
    read_digits,
    read_plainly,
    readings,
)
from itner.files.tagging import Stopped

Method = Literal["mask", "label", "hash", "pseudonym"]
METHODS: tuple[Method, ...] = get_args(Method)
Pseudonym = Callable[[str, str, Callable[[str], random.Random]], str]
Find = Callable[[Sequence[str]], Sequence[Sequence[Mention]]]

_MASK = "*"
_TRIES = 50
# Between units that are searched as one: a sign that parts words and lines up with nothing.
_SEAM = "\0"
_TRUNK = "(\0)"
# What mark-up within something that was found has in it.
_MARKISH = re.compile(r"[<>*_`~{}\[\]|\\^#\x00-\x08\x0e-\x1f\x7f-\x9f]")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_WORD = re.compile(r"\S+")
# In names of files, words are parted by these.
_SIGNS = re.compile(r"[_\-+.]+|%20")
STILL = (
    "something that was found still stands in it, in a form that could not be replaced, such as encoded; it is left out"
)


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
class Redacted:
    """A file without what was found.

    Attributes:
        counts: replacements of each type.
        notes: what was not looked into.
        left_out: what of the file is not in what is written.
    """

    upload: Upload
    counts: dict[str, int]
    notes: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """What is to stand in the place of a stretch of a text.

    Attributes:
        new: what is to stand there.
        size: of all that it is a part of.
        pair: what is replaced, as it is meant, and by what; None where another span tells it.
    """

    start: int
    end: int
    kind: str
    new: str
    size: int
    pair: tuple[str, str] | None


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

    def redact(self, text: str, mentions: Sequence[Mention] = ()) -> tuple[str, Counter[str]]:
        """A text without the mentions and without whatever else is known, and how many of each type that were."""
        hidden = self.hide(text, mentions, [span for found in self.find(text) for span in self.span(text, found)])
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
                spans += self._spread(text, parts, span.kind)
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
            spans.append(Span(start, end, found.kind, new, size, (part, new)))
        return spans

    def _spread(self, text: str, parts: Sequence[tuple[int, int]], kind: str) -> list[Span]:
        """What is to stand in the place of a mention: what it says in the first of its parts, between which there is
        mark-up, or each word where it stood."""
        said = [read_plainly(text[start:end]) for start, end in parts]
        whole = "".join(said)
        new = self.replace(whole, kind)
        method = self._plan.methods[kind]
        if method == "mask":
            shared = [self.replace(part, kind) for part in said]
        else:
            words = _share_words(whole, said, new) if method == "pseudonym" and len(parts) > 1 else None
            shared = words or [new, *[""] * (len(parts) - 1)]
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

    def find(self, text: str, free: bool = True) -> list[Found]:
        """Where anything that is known stands in a text; some of it may overlap.

        Args:
            free: whether somebody wrote the text as they liked; where the format prescribes it, a single word is none
                of anybody's.
        """
        found = self._known.find(text, free)
        if found:
            own = [(-1, -1), *(match.span() for match in self._own.finditer(text) if self._is_own(match[0]))]
            begins = [begin for begin, _ in own]
            found = [each for each in found if each.end > own[bisect_right(begins, each.start) - 1][1]]
        return found

    def is_left(self, text: str, free: bool = True) -> bool:
        """Whether anything that is known stands in a text."""
        return bool(self.find(text, free))

    def _is_own(self, text: str) -> bool:
        # A number behind the name of its type looks like a hash.
        return text[0] == "[" or text.replace(" ", "_") in self._hashes

    def _make(self, surface: str, kind: str, whole: str) -> str:
        method = self._plan.methods[kind]
        if method == "mask":
            return re.sub(r"\S", _MASK, surface)
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


def redact_texts(texts: Sequence[str], plan: Plan, find: Find) -> tuple[list[str | None], dict[str, int]]:
    """Texts without what `find` finds in any of them, and how many of each type that was.

    Each is read again in every way, as files are; None stands for one in which something that was found still stands.
    """
    redactor = Redactor(plan)
    mentions = find_all(texts, find)
    redactor.learn(texts, mentions)
    counts: Counter[str] = Counter()
    done: list[str | None] = []
    for text, found in zip(texts, mentions, strict=True):
        hidden, more = redactor.redact(text, found)
        left = redactor.is_left(hidden) or _is_left_in(Upload("", hidden.encode("utf-8", "surrogatepass")), redactor)
        done.append(None if left else hidden)
        if not left:
            counts.update(more)
    return done, dict(sorted(counts.items()))


def redact_files(
    uploads: Iterable[Upload], plan: Plan, find: Find, should_stop: Callable[[], bool] = lambda: False
) -> tuple[list[Redacted], dict[str, str], Redactor]:
    """Files without what `find` finds in them.

    Every file is opened again after it was written, and its bytes are read in every way; one in which something that
    was found still stands is not among the results.

    Args:
        should_stop: asked before each file is opened, written and read again.
    Returns:
        The files, the reasons by name for those that could not be redacted, and what replaced what.
    Raises:
        Stopped: after a stop.
    """
    redactor = Redactor(plan)
    opened: list[tuple[Upload, Opened, list[list[Mention]], Sequence[Mention]]] = []
    problems: dict[str, str] = {}
    for upload in uploads:
        _go_on(should_stop)
        try:
            file = open_file(upload)
        except InputError as error:
            problems[upload.name] = error.problem
            continue
        found = find_in(file.units, find)
        redactor.learn([unit.text for unit in file.units], found)
        stem = _read_name(upload.name)
        (called,) = find([stem.text])
        redactor.learn([stem.text], [called])
        opened.append((upload, file, found, called))
    done = []
    # What stands in one file only in part may stand whole in another, so all are read before one is written.
    for upload, file, found, called in opened:
        _go_on(should_stop)
        try:
            done.append(_write(upload, file, found, called, redactor, should_stop))
        except InputError as error:
            problems[upload.name] = error.problem
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - one file must not cost the others
            problems[upload.name] = f"could not be written anew ({type(error).__name__})"
    return done, problems, redactor


def _go_on(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise Stopped


def find_in(units: Sequence[Unit], find: Find) -> list[list[Mention]]:
    """Mentions in each unit that somebody wrote freely, read with what stands before it."""
    texts = [unit.before + unit.text for unit in units]
    # Attributes and fields repeat.
    asked = list(dict.fromkeys(text for text, unit in zip(texts, units, strict=True) if unit.free))
    found = dict(zip(asked, find_all(asked, find), strict=True))
    inside = []
    for text, unit in zip(texts, units, strict=True):
        skip = len(unit.before)
        inside.append(
            [
                Mention(max(mention.start - skip, 0), mention.end - skip, mention.type, mention.score)
                for mention in (found[text] if unit.free else ())
                if mention.end > skip
            ]
        )
    return inside


def find_all(texts: Sequence[str], find: Find) -> list[list[Mention]]:
    """Mentions in each text: in what a tagger sees of it, and in mark-up and addresses, each read by itself."""
    asides = [list_asides(text) for text in texts]
    more = dict.fromkeys(aside.view.text for each in asides for aside in each)
    asked = [*texts, *more]
    answers = find(asked)
    found = [list(mentions) for mentions in answers[: len(texts)]]
    read = dict(zip(more, answers[len(texts) :], strict=True))
    for each, mentions in zip(asides, found, strict=True):
        for aside in each:
            mentions += [
                Mention(*aside.place(mention.start, mention.end), mention.type, mention.score)
                for mention in read[aside.view.text]
            ]
    return found


def _write(
    upload: Upload,
    file: Opened,
    found: Sequence[Sequence[Mention]],
    called: Sequence[Mention],
    redactor: Redactor,
    should_stop: Callable[[], bool],
) -> Redacted:
    counts: Counter[str] = Counter()
    edits: list[list[Edit]] = []
    done: list[Hidden] = []
    known = _find_known(file.units, redactor)
    for number, (unit, mentions) in enumerate(zip(file.units, found, strict=True)):
        if not mentions and number not in known:
            edits.append([])
            continue
        hidden = redactor.hide(unit.text, mentions, known.get(number, ()))
        edits.append(hidden.edits)
        counts.update(hidden.counts)
        done.append(hidden)
    name, renamed = _rename(upload.name, called, redactor)
    counts.update(renamed.counts)
    written = Upload(name, file.write(edits))
    _go_on(should_stop)
    try:
        again = open_file(written).units
    except InputError as error:
        raise InputError(f"could not be opened again after it was written ({error.problem})") from None
    if _find_known(again, redactor) or redactor.is_left(_read_name(name).text) or _is_left_in(written, redactor):
        raise InputError(STILL)
    for hidden in (*done, renamed):
        redactor.keep(hidden)
    return Redacted(written, dict(sorted(counts.items())), tuple(file.notes), tuple(file.left_out))


def _is_left_in(upload: Upload, redactor: Redactor) -> bool:
    return any(redactor.is_left(reading.text, reading.free) for reading in readings(upload))


def _find_known(units: Sequence[Unit], redactor: Redactor) -> dict[int, list[Span]]:
    """Where anything known stands in units, by their number: in one, or over several, as a name does in two fields."""
    free = [number for number, unit in enumerate(units) if unit.free]
    read_on = [number for number in free if not units[number].aside]
    spans: dict[int, list[Span]] = {}
    for chosen in (free, read_on) if len(read_on) < len(free) else (free,):
        _find_over(units, chosen, redactor, spans, free=True)
    _find_over(units, [number for number, unit in enumerate(units) if not unit.free], redactor, spans, free=False)
    return spans


def _find_over(
    units: Sequence[Unit], chosen: Sequence[int], redactor: Redactor, spans: dict[int, list[Span]], free: bool
) -> None:
    texts = [units[number].text for number in chosen]
    begins = list(accumulate((len(text) + len(_SEAM) for text in texts), initial=0))
    joined = _SEAM.join(texts)
    for found in redactor.find(joined, free):
        for span in redactor.span(joined, found):
            # No part goes over a seam.
            place = bisect_right(begins, span.start) - 1
            here = replace(span, start=span.start - begins[place], end=span.end - begins[place])
            spans.setdefault(chosen[place], []).append(here)


def _rename(name: str, mentions: Sequence[Mention], redactor: Redactor) -> tuple[str, Hidden]:
    """A file's name without what was found in it and what is known; what it is by its extension stays.

    Args:
        mentions: in its words.
    """
    suffix = extension(name)
    stem, ending = name[: len(name) - len(suffix)], name[len(name) - len(suffix) :]
    words = _read_name(name)
    placed = [
        replace(each, start=start, end=end) for each in mentions for start, end in [words.back(each.start, each.end)]
    ]
    hidden, done = _hide_name(stem, placed, redactor)
    if redactor.is_left(_read_name(hidden + ending).text):
        hidden, done = _hide_name(words.text, mentions, redactor)
    # An asterisk names no file everywhere.
    return hidden.replace(_MASK, "x") + ending, done


def _hide_name(stem: str, mentions: Sequence[Mention], redactor: Redactor) -> tuple[str, Hidden]:
    known = [span for found in redactor.find(stem) for span in redactor.span(stem, found)]
    done = redactor.hide(stem, mentions, known)
    return change(stem, [(edit.start, edit.end, edit.text) for edit in done.edits]), done


def _read_name(name: str) -> View:
    """A file's name without its extension, as words."""
    stem = name[: len(name) - len(extension(name))]
    return read_edited(stem, [(*match.span(), " ") for match in _SIGNS.finditer(stem)])


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
            self._marks = list_marks(self._text)
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
