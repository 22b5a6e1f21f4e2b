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
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, get_args

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.files.items import Upload
from itner.files.names import extension
from itner.files.rewriting import Edit, Found, Known, Opened, Unit, change, identify, open_file, readings
from itner.files.tagging import Stopped

Method = Literal["mask", "label", "hash", "pseudonym"]
METHODS: tuple[Method, ...] = get_args(Method)
Pseudonym = Callable[[str, str, Callable[[str], random.Random]], str]
Find = Callable[[Sequence[str]], Sequence[Sequence[Mention]]]
# Where something begins and ends, and its type.
Span = tuple[int, int, str]

_MASK = "*"
_TRIES = 50
# Between units that are searched as one: a sign that parts words and lines up with nothing.
_SEAM = "\0"


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


class Redactor:
    """Replaces mentions by a plan, the same by the same."""

    def __init__(self, plan: Plan):
        self._plan = plan
        # Every way in which something was written, with its type.
        self._surfaces: dict[str, str] = {}
        self._known = Known()
        self._made: dict[tuple[str, str], str] = {}
        names = "|".join(re.escape(kind).replace("_", "[_ ]") for kind in plan.methods) or "(?!)"
        # What stands in the place of something; a type can be a name as well.
        self._own = re.compile(rf"\[(?:{names})\]|(?:{names})[_ ][0-9a-f]{{12}}")

    @property
    def mapping(self) -> dict[str, tuple[str, str]]:
        """What was replaced, as it was written: its type, and by what."""
        return {surface: (kind, self.replace(surface, kind)) for surface, kind in self._surfaces.items()}

    def learn(self, texts: Sequence[str], mentions: Sequence[Sequence[Mention]]) -> None:
        """Remember what was found, to hide it wherever it stands."""
        for text, found in zip(texts, mentions, strict=True):
            for mention in found:
                surface = text[mention.start : mention.end]
                if mention.type in self._plan.methods and surface not in self._surfaces:
                    self._surfaces[surface] = mention.type
                    self._known.add(surface, mention.type)
        self._made = {}

    def replace(self, surface: str, kind: str) -> str:
        """What stands in the place of a mention."""
        made = self._made.get((surface, kind))
        if made is None:
            made = self._made[surface, kind] = self._make(surface, kind)
        return made

    def redact(self, text: str, mentions: Sequence[Mention] = ()) -> tuple[str, Counter[str]]:
        """A text without the mentions and without whatever else is known, and how many of each type that were."""
        known = [(start, end, found.kind) for found in self.find(text) for start, end in found.parts]
        edits, counts = self.edits(text, mentions, known)
        return change(text, [(edit.start, edit.end, edit.text) for edit in edits]), counts

    def edits(self, text: str, mentions: Sequence[Mention], known: Iterable[Span]) -> tuple[list[Edit], Counter[str]]:
        """What is to stand where in a text, in order and without overlap, and how many of each type that is.

        Args:
            known: where what is known stands in it.
        """
        spans = [(m.start, m.end, m.type) for m in mentions if m.type in self._plan.methods]
        edits: list[Edit] = []
        counts: Counter[str] = Counter()
        for start, end, kind in _join([*spans, *known]):
            edits.append(Edit(start, end, self.replace(text[start:end], kind)))
            counts[kind] += 1
        return edits, counts

    def find(self, text: str, free: bool = True) -> list[Found]:
        """Where anything that is known stands in a text; some of it may overlap.

        Args:
            free: whether somebody wrote the text as they liked; where the format prescribes it, a single word is none
                of anybody's.
        """
        found = self._known.find(text, free)
        if found:
            own = [(-1, -1), *(match.span() for match in self._own.finditer(text))]
            begins = [begin for begin, _ in own]
            found = [each for each in found if each.end > own[bisect_right(begins, each.start) - 1][1]]
        return found

    def is_left(self, text: str, free: bool = True) -> bool:
        """Whether anything that is known stands in a text."""
        return bool(self.find(text, free))

    def _make(self, surface: str, kind: str) -> str:
        method = self._plan.methods[kind]
        if method == "mask":
            return re.sub(r"\S", _MASK, surface)
        if method == "label":
            return f"[{kind}]"
        if method == "hash":
            return f"{kind}_{self._digest(f'{kind} {identify(surface)}')[:12]}"
        return self._invent(surface, kind)

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
    opened: list[tuple[Upload, Opened, list[list[Mention]]]] = []
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
        stem = _spaced(upload.name)
        redactor.learn([stem], find([stem]))
        opened.append((upload, file, found))
    done = []
    # What stands in one file only in part may stand whole in another, so all are read before one is written.
    for upload, file, found in opened:
        _go_on(should_stop)
        try:
            done.append(_write(upload, file, found, redactor, should_stop))
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
    found = dict(zip(asked, find(asked), strict=True))
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


def _write(
    upload: Upload,
    file: Opened,
    found: Sequence[Sequence[Mention]],
    redactor: Redactor,
    should_stop: Callable[[], bool],
) -> Redacted:
    counts: Counter[str] = Counter()
    edits: list[list[Edit]] = []
    known = _find_known(file.units, redactor)
    for number, (unit, mentions) in enumerate(zip(file.units, found, strict=True)):
        if not mentions and number not in known:
            edits.append([])
            continue
        own, more = redactor.edits(unit.text, mentions, known.get(number, ()))
        edits.append(own)
        counts.update(more)
    name, more = _rename(upload.name, redactor)
    counts.update(more)
    written = Upload(name, file.write(edits))
    _go_on(should_stop)
    try:
        again = open_file(written).units
    except InputError as error:
        raise InputError(f"could not be opened again after it was written ({error.problem})") from None
    if (
        _find_known(again, redactor)
        or redactor.is_left(_spaced(name))
        or any(redactor.is_left(reading.text, reading.free) for reading in readings(written))
    ):
        raise InputError(
            "something that was found still stands in it, in a form that could not be replaced, such as encoded; it is "
            "left out"
        )
    return Redacted(written, dict(sorted(counts.items())), tuple(file.notes), tuple(file.left_out))


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
    for found in redactor.find(_SEAM.join(texts), free):
        for start, end in found.parts:
            # No part goes over a seam.
            place = bisect_right(begins, start) - 1
            spans.setdefault(chosen[place], []).append((start - begins[place], end - begins[place], found.kind))


def _rename(name: str, redactor: Redactor) -> tuple[str, Counter[str]]:
    """A file's name without what is known; what it is by its extension stays."""
    suffix = extension(name)
    stem = name[: len(name) - len(suffix)] if suffix else name
    hidden, counts = redactor.redact(stem)
    if redactor.is_left(_spaced(hidden)):
        hidden, counts = redactor.redact(_spaced(stem))
    # An asterisk names no file everywhere.
    return hidden.replace(_MASK, "x") + suffix, counts


def _spaced(name: str) -> str:
    """A file's name as words."""
    suffix = extension(name)
    return re.sub(r"[_\-+.]+|%20", " ", name[: len(name) - len(suffix)] if suffix else name)


def _join(spans: Iterable[Span]) -> list[Span]:
    """In order and without overlap: what overlaps becomes one, of the type of the longest."""
    joined: list[tuple[int, int, str, int]] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if joined and start < joined[-1][1]:
            low, high, known, size = joined[-1]
            longer = end - start > size
            joined[-1] = (low, max(high, end), kind if longer else known, max(size, end - start))
        else:
            joined.append((start, end, kind, end - start))
    return [(start, end, kind) for start, end, kind, _ in joined]
