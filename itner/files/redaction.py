"""Replacing what was found in texts and files, so that it is found again in none of them.

What is found once is hidden everywhere: in other texts, in other files of the same call, in names of files, in the
properties of a document, however it is spaced, grouped or encoded there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.core.view import View, read_edited
from itner.files.asides import list_asides
from itner.files.items import Upload
from itner.files.names import extension
from itner.files.redactor import MASK, SEAM, Hidden, Plan, Redactor, Span, count_wholes
from itner.files.rewriting import (
    Edit,
    Found,
    Opened,
    Unit,
    change,
    open_file,
    readings,
)
from itner.files.tagging import Stopped

Find = Callable[[Sequence[str]], Sequence[Sequence[Mention]]]

# In names of files, words are parted by these.
_SIGNS = re.compile(r"[_\-+.]+|%20")
STILL = (
    "something that was found still stands in it, in a form that could not be replaced, such as encoded; it is left out"
)


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
        known = redactor.find(text)
        hidden, more = redactor.redact(text, found, known)
        left = (
            _is_covered(text, known, redactor) or redactor.is_left(hidden) or _is_left_in(_as_upload(hidden), redactor)
        )
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
    for number, spans in known.items():
        # Of each text by itself: what is hidden in a field may be a part of something that goes over several.
        text = file.units[number].text
        if any(redactor.is_part(span.whole) for span in spans) and _is_covered(text, redactor.find(text), redactor):
            raise InputError(STILL)
    if _find_known(again, redactor) or redactor.is_left(_read_name(name).text) or _is_left_in(written, redactor):
        raise InputError(STILL)
    for hidden in (*done, renamed):
        redactor.keep(hidden)
    return Redacted(written, dict(sorted(counts.items())), tuple(file.notes), tuple(file.left_out))


def _as_upload(text: str) -> Upload:
    return Upload("", text.encode("utf-8", "surrogatepass"))


def _is_covered(text: str, known: Sequence[Found], redactor: Redactor) -> bool:
    """Whether a reading of a text has more of something than the text itself, of which a part will be replaced.

    Afterwards nobody would find it: of a name whose first half is encoded, the second is hidden.

    Args:
        known: what is found in the text.
    """
    seen = count_wholes(found for found in known if redactor.is_part(found.whole))
    if not seen:
        return False
    others = [span for found in known if found.whole not in seen for span in redactor.span(text, found)]
    hidden = redactor.hide(text, (), others)
    rest = change(text, [(edit.start, edit.end, edit.text) for edit in hidden.edits])
    found_in = (redactor.find(each.text, each.free, divided=False) for each in readings(_as_upload(rest)))
    return any(count_wholes(found) - seen for found in found_in)


def _is_left_in(upload: Upload, redactor: Redactor) -> bool:
    # Readings are without what divides.
    return any(redactor.is_left(reading.text, reading.free, divided=False) for reading in readings(upload))


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
    begins = list(accumulate((len(text) + len(SEAM) for text in texts), initial=0))
    joined = SEAM.join(texts)
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
    return hidden.replace(MASK, "x") + ending, done


def _hide_name(stem: str, mentions: Sequence[Mention], redactor: Redactor) -> tuple[str, Hidden]:
    known = [span for found in redactor.find(stem) for span in redactor.span(stem, found)]
    done = redactor.hide(stem, mentions, known)
    return change(stem, [(edit.start, edit.end, edit.text) for edit in done.edits]), done


def _read_name(name: str) -> View:
    """A file's name without its extension, as words."""
    stem = name[: len(name) - len(extension(name))]
    return read_edited(stem, [(*match.span(), " ") for match in _SIGNS.finditer(stem)])
