"""Finding again what is known, however it is written: in capitals, accented, spaced, grouped, parted or encoded.

A text is folded: letters without case and accents, digits of any script as those of ASCII, what stands between two
words as one space, what nobody sees as nothing. What is known is folded alike and looked up by how it begins, so that
the time depends on how long a text is and hardly on how much is known.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from itertools import accumulate
from urllib.parse import unquote

from itner.core.characters import IGNORED, SPACES

# Shorter ones than this are found where they were said to be, and not wherever the same letters stand.
_FEWEST_CHARACTERS = 3
# Of a number whose grouping does not matter.
_FEWEST_DIGITS = 7
# Of a number in something longer, such as one with an extension, that is known by itself, too.
_FEWEST_INSIDE = 9
# A shorter word than this stands within others by chance, such as "Ann" in "Johann".
_LONG_WORD = 4
# Of letters that every encoding has alike, for what others were to be missing.
_FEWEST_LEGIBLE = 5
_NO_ASCII = re.compile(r"[^\x00-\x7f]")
# Up to which each stretch of something is known as a part of it.
_MOST_WORDS = 12

# Everything between words is folded to these; one space is left as it is.
_NO_WORD = r"\x00-/:-@\[-`{-\x7f"
_GAP = re.compile(rf"[{_NO_WORD}]{{2,}}|[\x00-\x1f!-/:-@\[-`{{-\x7f]")
_WORD = re.compile(rf"[^{_NO_WORD}]+")
_IN_WORD = re.compile(rf"[^{_NO_WORD}]")
# What stands for the digits that are not shown.
_HIDING = frozenset("*•●·#█■")
_LETTER = re.compile(rf"[^{_NO_WORD}0-9]")
_SENTENCE_END = re.compile(r"[.!?]\s")
# Behind an initial or the number of a day, a point ends no sentence.
_SHORT = re.compile(rf"(?:[{_NO_WORD}]|\A)(?:[^{_NO_WORD}0-9]|[0-9]{{1,2}})\Z")
_BORDERS = frozenset("\0\t\n\r;|")
_DIGITS = frozenset("0123456789")
_DIGIT = re.compile("[0-9]")
_NUMBER = re.compile(rf"[0-9](?:[{_NO_WORD}]{{0,4}}[0-9]){{6,}}+")
# Percent-encoding, entities, and escapes of JSON; each of them may have been encoded again by itself.
_CODE = (
    r"(?P<code>%(?:25){0,4}+(?:[2-7][0-9A-Fa-f]|[C-Fc-f][0-9A-Fa-f](?:%(?:25){0,4}+[89ABab][0-9A-Fa-f]){1,3})"
    r"|&(?:amp;){0,4}+(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|\\{1,8}+u[dD][89abAB][0-9a-fA-F]{2}\\{1,8}+u[dD][c-fC-F][0-9a-fA-F]{2}|\\{1,8}+u[0-9a-fA-F]{4})"
)
# What can be read in two ways: characters without width and ends of lines, which part words or stand within one;
# escapes of programs, whose letter is none of the word behind them; and bytes as programs write them, which also stand
# in names of folders.
_DOUBTS = {
    "unseen": "[\u115f\u1160\u200b\u2060\u2800\u3164\ufeff\uffa0]",
    "broken": r"(?:[-\u00ad\u2010\u2011]|&shy;)[ \t]*(?:\r\n?|\n)[ \t>|*/#]*|\r?\n[ \t]+",
    "escape": r"\\[nrtbfv]",
    "byte": r"(?:\\{1,8}+x[0-9a-fA-F]{2}){1,4}|(?:\\{1,8}+[0-3][0-7]{2}){1,4}|\\{1,8}+u\{[0-9a-fA-F]{1,6}\}",
}
_DOUBTFUL = {name: re.compile(pattern) for name, pattern in _DOUBTS.items()}
_SPECIAL = re.compile("|".join((_CODE, *(f"(?P<{name}>{pattern})" for name, pattern in _DOUBTS.items()))))
# Where a line ends within an address, which is read by itself.
_WRAPPED = re.compile(r"(?<!\S)(\S{1,80})(\r?\n[ \t>|]*)(\S{1,80})")
_CODES = re.compile(f"{_CODE}|{_DOUBTS['byte']}")
_NOTHING = "\0\0"
_ODD = re.compile(r"[%&\\\r\n]")
# A hyphen at a line's end that is none of the word.
_BROKEN_LINE = re.compile(r"(?<=[^\W\d_])[-\u2010][ \t]*\r?\n[ \t>|]*(?=[^\W\d_A-Z])")
# Signs between words that have a meaning of their own, and blanks that line something up.
_PARTING = re.compile(r"[\r\n\t\0,;:|\"<>\[\]{}=*`~#\\]|\s{4}")


# Letters with a stroke and the like, which have no accent to be left out, as they are written without.
_STROKED = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe"}
# Arabic and Hebrew are mostly written without them, and Arabic with a stretch for looks.
_VOWEL_SIGNS = frozenset((*map(chr, range(0x591, 0x5BE)), *map(chr, range(0x64B, 0x653)), "\u0640", "\u0670"))


class _Folding(dict[int, str]):
    """What each character is folded to, worked out where it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = "".join(map(_fold_letter, unicodedata.normalize("NFKD", _without_case(chr(code)))))
        return folded


def _without_case(char: str) -> str:
    # Of capitals with marks, folding makes letters with marks again.
    return unicodedata.normalize("NFKD", char).casefold().replace("ı", "i")


def _fold_letter(char: str) -> str:
    kind = unicodedata.category(char)
    if "\u0300" <= char <= "\u036f" or "\ufe00" <= char <= "\ufe0f" or kind in ("Cf", "Me") or char in _VOWEL_SIGNS:
        return ""
    if char in _STROKED:
        return _STROKED[char]
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char.isascii() or char.isalnum() or kind[0] == "M":
        return char
    return "-" if kind == "Pd" else " " if char.isspace() else ","


_FOLDING = _Folding()


class _Folded:
    """A text as it is compared.

    Attributes:
        marks: with everything that stands between words.
        text: with one space between words.

    Args:
        otherwise: what is doubtful and read the other way: what looks like the end of a word as none, and an escape as
            one.
    """

    def __init__(self, source: str, otherwise: Collection[str] = ()):
        self._source = source
        self._otherwise = otherwise
        self.marks = "".join(folded for folded, *_ in self._stretches())
        self.text = _GAP.sub(_fold_gap, self.marks)
        # Of each character of `marks`, the stretch of the source that it stands for, where somebody asks.
        self._starts, self._ends = array("Q"), array("Q")
        # Where gaps end in `text` and in `marks`.
        self._gaps: tuple[list[int], list[int]] | None = None

    def _stretches(self) -> Iterator[tuple[str, int, int, bool]]:
        """Folded characters, where they stand, and whether they are a code, so that each stands for all of it."""
        at = 0
        for match in _SPECIAL.finditer(self._source):
            folded = self._fold_special(match)
            if folded is not None:
                yield self._source[at : match.start()].translate(_FOLDING), at, match.start(), False
                at = match.end()
                yield folded, match.start(), at, True
        yield self._source[at:].translate(_FOLDING), at, len(self._source), False

    def _fold_special(self, match: re.Match[str]) -> str | None:
        """What a code or something doubtful stands for; None for what stands there."""
        kind = match.lastgroup
        if kind == "code":
            return _decode(match[0]).translate(_FOLDING)
        if kind == "unseen":
            return "" if kind in self._otherwise else " "
        if kind not in self._otherwise:
            return None
        if kind == "byte":
            return _decode_bytes(match[0]).translate(_FOLDING)
        return " " if kind == "escape" else ""

    def place(self, low: int, high: int) -> tuple[int, int]:
        """The stretch of the source that a stretch of `marks` stands for."""
        if not self._starts:
            self._locate()
        start, end = self._starts[low], self._ends[high - 1]
        # Accents and what nobody sees belong to the letter before.
        while end < len(self._source) and not _FOLDING[ord(self._source[end])]:
            end += 1
        return start, end

    def begins_word(self, place: int) -> bool:
        """Whether a character of `text` within a word is a capital, or something that nobody sees stands before it."""
        if not self._starts:
            self._locate()
        mark = self.mark(place)
        start, end = self._starts[mark], self._ends[mark - 1]
        return start > end or (self._source[start].isupper() and self._source[end - 1].islower())

    def mark(self, place: int) -> int:
        """Where a character of `text` stands in `marks`."""
        if self._gaps is None:
            texts, marks, shift = [0], [0], 0
            for match in _GAP.finditer(self.marks):
                shift += len(_fold_gap(match)) - len(match[0])
                texts.append(match.end() + shift)
                marks.append(match.end())
            self._gaps = texts, marks
        texts, marks = self._gaps
        number = bisect_right(texts, place) - 1
        return marks[number] + place - texts[number]

    def _locate(self) -> None:
        for folded, start, end, code in self._stretches():
            if code:
                self._starts.extend([start] * len(folded))
                self._ends.extend([end] * len(folded))
            elif self._source[start:end].isascii():
                self._starts.extend(range(start, end))
                self._ends.extend(range(start + 1, end + 1))
            else:
                for place in range(start, end):
                    size = len(_FOLDING[ord(self._source[place])])
                    self._starts.extend([place] * size)
                    self._ends.extend([place + 1] * size)


def _list_doubts(text: str) -> list[tuple[str, ...]]:
    """Ways to read what is doubtful in a text: as it stands, each kind the other way, and all of them."""
    kinds = tuple(name for name, pattern in _DOUBTFUL.items() if pattern.search(text))
    return list(dict.fromkeys(((), *((kind,) for kind in kinds), kinds)))


def _list_spellings(surface: str) -> Iterator[str]:
    """Other ways in which something is written: an address in words, and letters read in a wrong encoding."""
    name, sign, host = surface.partition("@")
    if name and sign and host:
        yield f"{name} at {host}"
        yield f"{name} at {host.replace('.', ' dot ')}"
        yield f"{name.replace('.', ' dot ')} at {host.replace('.', ' dot ')}"
    if not surface.isascii() and sum(char.isascii() and char.isalpha() for char in surface) >= _FEWEST_LEGIBLE:
        data = surface.encode("utf-8", "surrogatepass")
        yield data.decode("latin-1")
        yield "".join(data[at : at + 1].decode("cp1252", "ignore") or chr(data[at]) for at in range(len(data)))
        yield _NO_ASCII.sub("?", surface)


def _decode(code: str) -> str:
    if code[0] == "%":
        return unquote(code.replace("%25", "%") if len(code) > 3 else code)
    if code[0] == "&":
        return unescape(code.replace("&amp;", "&") if code != "&amp;" else code)
    return bytes.fromhex(re.sub(r"\\+u", "", code)).decode("utf-16-be", "replace")


def _decode_bytes(code: str) -> str:
    """What bytes stand for that a program wrote in hexadecimal or octal digits, or one character by its number."""
    if "{" in code:
        number = int(code[code.index("{") + 1 : -1], 16)
        return chr(number) if number < sys.maxunicode else "\ufffd"
    base, digits = (16, re.findall(r"x(..)", code)) if "x" in code else (8, re.findall(r"\d{3}", code))
    data = bytes(int(each, base) for each in digits)
    try:
        return data.decode()
    except UnicodeError:
        return data.decode("latin-1")


def _fold_gap(match: re.Match[str]) -> str:
    text, (start, end) = match.string, match.span()
    if start and end < len(text) and text[start - 1] in _DIGITS and text[end] in _DIGITS:
        # Between digits, a single sign tells a date from a version; a blank or the border of a field does not.
        return match[0] if len(match[0]) == 1 and match[0] not in _BORDERS else " "
    return ". " if _SENTENCE_END.search(match[0]) and not _SHORT.search(text, max(start - 3, 0), start) else " "


def identify(surface: str) -> str:
    """What is the same however something is written: a number's digits, or its letters and what parts them."""
    folded = _Folded(surface)
    return _read_number(folded.marks) or folded.text.strip() or surface


def read_plainly(surface: str) -> str:
    """Something as it is meant: without codes, what nobody sees, and the ends of lines."""
    if surface.isascii() and not _ODD.search(surface):
        return surface
    text = re.sub(_CODE, lambda match: _decode(match[0]), surface)
    text = _BROKEN_LINE.sub("", text)
    return _unlike().sub(lambda match: " " if match["blank"] else "", text)


@cache
def _unlike() -> re.Pattern[str]:
    return re.compile(rf"(?P<blank>[ \t]*[\r\n]+[ \t>|]*|[{SPACES}])|[{IGNORED}]")


def read_digits(text: str) -> str:
    """The digits of a number, without the zero that is dialled within its country alone."""
    return _read_digits("".join(_FOLDING[ord(char)] for char in text))


@dataclass(frozen=True)
class Found:
    """Where something known stands in a text.

    Attributes:
        parts: the stretches, in order, that are replaced each by itself, so that what parts them stays.
        whole: what is known, as it was written where it was found.
        turned: whether its last word stands first.
    """

    kind: str
    parts: tuple[tuple[int, int], ...]
    whole: str = ""
    turned: bool = False

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.parts[0][0]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.parts[-1][1]


@dataclass(frozen=True)
class _Way:
    """One way in which something known is written.

    Attributes:
        whole: what is known.
        specific: whether it can be nothing else: several words, an address, a long number.
        apart: whether no letter or digit may stand before and behind it.
        around: the signs before it and behind it that are part of it.
        bare: whether it is nothing without them.
        turned: whether it is a guess that somebody writes the last word first.
        borders: where words meet, of which something that is hardly seen must tell.
    """

    kind: str
    whole: str
    specific: bool
    apart: tuple[bool, bool]
    around: tuple[str, str]
    bare: bool
    turned: bool = False
    borders: tuple[int, ...] = ()


class Known:
    """What is known, each with its type."""

    def __init__(self) -> None:
        self._ways: dict[str, _Way] = {}
        # By how they begin, the lengths of the ways, the longest first.
        self._lengths: dict[str, list[int]] = {}
        # By their digits, the type and the whole number, of which these may be those within its country.
        self._numbers: dict[str, tuple[str, str]] = {}
        self._sizes: list[int] = []
        # What stands within something of several words.
        self._inner: set[str] = set()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not (self._ways or self._numbers)

    def is_part(self, surface: str) -> bool:
        """Whether something that is known has this among its words."""
        return _Folded(surface).text.strip() in self._inner

    def add(self, surface: str, kind: str) -> None:
        """Know something as it is written somewhere."""
        folded = _Folded(surface)
        number = _read_number(folded.marks)
        if number:
            self._add_number(number, kind, surface)
            self._add_number(_read_within_country(folded.marks), kind, surface)
            return
        for match in _NUMBER.finditer(folded.marks):
            digits = _read_digits(match[0])
            if len(digits) >= _FEWEST_INSIDE:
                self._add_number(digits, kind, match[0])
        forms = dict.fromkeys(_Folded(surface, otherwise).text for otherwise in _list_doubts(surface))
        for form in forms | dict.fromkeys(_Folded(said).text for said in _list_spellings(surface)):
            self._add_form(form, surface, kind)

    def find(self, text: str, free: bool = True) -> list[Found]:
        """Everything known in a text, in order of where it begins; some of it may overlap.

        Args:
            free: whether a single word counts; where the format prescribes what stands, it is none of anybody's.
        """
        found: list[Found] = []
        # What stands beside something that goes stands apart afterwards.
        while more := self._find_once(text, free):
            found += more
            text = _without(text, more)
        return sorted(found, key=lambda each: each.start)

    def _find_once(self, text: str, free: bool) -> list[Found]:
        # What is found in several ways is parted as in the first.
        found: dict[tuple[int, int], Found] = {}
        for otherwise in () if self.is_empty else _list_doubts(text):
            folded = _Folded(text, otherwise)
            for each in (*self._find_words(text, folded, free), *self._find_numbers(text, folded)):
                found.setdefault((each.start, each.end), each)
        for match in _WRAPPED.finditer(text) if "@" in text and not self.is_empty else ():
            joined = match[1] + match[3]
            for each in self._find_words(joined, _Folded(joined), free) if "@" in joined else ():
                parts = tuple(_place_wrapped(match, *part) for part in each.parts)
                found.setdefault((parts[0][0], parts[-1][1]), replace(each, parts=parts))
        return list(_without_turned(sorted(found.values(), key=lambda each: each.start)))

    def name(self, surface: str) -> str:
        """What something is known as: a number as the longest that it is a part of, all else as it is written."""
        number = _read_number(_Folded(surface).marks)
        if not number:
            return surface
        known = [self._numbers[form][1] for form in (number, number.removeprefix("0")) if form in self._numbers]
        return max(known, key=_count_digits, default=surface)

    def _add_number(self, digits: str, kind: str, whole: str) -> None:
        if len(digits) < _FEWEST_DIGITS:
            return
        known = self._numbers.get(digits)
        if known is None:
            self._sizes = sorted({*self._sizes, len(digits)}, reverse=True)
        if known is None or _count_digits(known[1]) < _count_digits(whole):
            self._numbers[digits] = (kind, whole) if known is None else (known[0], whole)

    def _add_form(self, form: str, surface: str, kind: str) -> None:
        begin, end = _WORD.search(form), len(form.rstrip())
        if begin is None:
            return
        while not _WORD.match(form, end - 1):
            end -= 1
        form = form[begin.start() : end]
        words = surface.split()
        signs = re.fullmatch(r"([\W_]*)(.*?)([\W_]*)", surface.strip(), re.DOTALL)
        around = (signs[1], signs[3]) if signs is not None else ("", "")
        several = len(words) > 1
        specific = several or "@" in surface or len(_read_digits(form)) >= _FEWEST_DIGITS
        parts = _WORD.findall(form)
        way = _Way(
            kind,
            surface,
            specific,
            (_stands_apart(parts[0], several), _stands_apart(parts[-1], several)),
            around,
            bare=not _LETTER.search(form) and any(sign in _HIDING for sign in "".join(around)),
        )
        # "J. Berg" is written "J.Berg", too.
        ways = dict.fromkeys((form, form.replace(". ", " ")), way)
        blanks = [_Folded(word).text.strip() for word in surface.split()]
        if 2 <= len(blanks) <= 3 and all(len(word) > 1 and word.replace(" ", "").isalpha() for word in blanks):
            # As in a list: the last name first.
            ways.setdefault(
                " ".join((blanks[-1], *blanks[:-1])), replace(way, apart=(True, True), around=("", ""), turned=True)
            )
        if len(parts) > 1 and all(map(str.isalpha, parts)):
            ways.setdefault("".join(parts), replace(way, borders=tuple(accumulate(map(len, parts[:-1])))))
        self._inner |= {
            " ".join(parts[low:high])
            for low in range(min(len(parts), _MOST_WORDS))
            for high in range(low + 1, min(len(parts), _MOST_WORDS) + 1)
            if high - low < len(parts)
        }
        for each, way in ways.items():
            if len(each) >= _FEWEST_CHARACTERS and each not in self._ways:
                self._ways[each] = way
                lengths = self._lengths.setdefault(each[:_FEWEST_CHARACTERS], [])
                if len(each) not in lengths:
                    lengths.append(len(each))
                    lengths.sort(reverse=True)

    def _find_words(self, source: str, folded: _Folded, free: bool) -> Iterator[Found]:
        text, heads = folded.text, self._lengths
        begins = [at for at in range(len(text) - 2) if text[at : at + _FEWEST_CHARACTERS] in heads]
        for low in begins:
            for length in heads[text[low : low + _FEWEST_CHARACTERS]]:
                high = low + length
                way = self._ways.get(text[low:high])
                if way is None or not (free or way.specific):
                    continue
                if (way.apart[0] and low and _IN_WORD.match(text, low - 1)) or (way.apart[1] and _goes_on(text, high)):
                    continue
                if not all(folded.begins_word(low + border) for border in way.borders):
                    continue
                words = [
                    folded.place(folded.mark(low + word.start()), folded.mark(low + word.end() - 1) + 1)
                    for word in _WORD.finditer(text[low:high])
                ]
                if _take_signs(source, way, words):
                    yield Found(way.kind, _merge(source, words), way.whole, way.turned)
                    break

    def _find_numbers(self, source: str, folded: _Folded) -> Iterator[Found]:
        for match in _NUMBER.finditer(folded.marks) if self._numbers else ():
            run = _without_trunk(match[0])
            places = [digit.start() for digit in _DIGIT.finditer(run)]
            digits = "".join(run[place] for place in places)
            # A number begins and ends where a group of digits does.
            edges = [number for number, place in enumerate(places) if not number or place > places[number - 1] + 1]
            ends = {*edges[1:], len(places)}
            for edge in edges:
                # Zeros may stand for a plus, or for its absence.
                zeros = int(digits[edge] == "0" and edge + 1 not in ends)
                if (
                    digits.startswith("00", edge)
                    and "+" not in run[places[edge] : places[min(edge + 2, len(places) - 1)]]
                ):
                    zeros = 2
                for first in dict.fromkeys((edge, edge + zeros)):
                    lasts = (first + size for size in self._sizes if first + size in ends)
                    last = next((last for last in lasts if digits[first:last] in self._numbers), None)
                    if last is None:
                        continue
                    inside = [edge, *edges[bisect_right(edges, edge) : bisect_left(edges, last)]]
                    words = [
                        folded.place(match.start() + places[begin], match.start() + places[end - 1] + 1)
                        for begin, end in zip(inside, (*inside[1:], last), strict=True)
                    ]
                    if source.startswith("+", words[0][0] - 1) and words[0][0]:
                        words[0] = (words[0][0] - 1, words[0][1])
                    kind, whole = self._numbers[digits[first:last]]
                    yield Found(kind, _merge(source, words), whole)


def _place_wrapped(match: re.Match[str], start: int, end: int) -> tuple[int, int]:
    """Where a stretch of the ends of two lines stands in their text."""
    size, gap = len(match[1]), len(match[2])
    first, last = (place + gap if place >= size else place for place in (start, end - 1))
    return match.start() + first, match.start() + last + 1


def _without_trunk(marks: str) -> str:
    """A number without the zero that is dialled within its country alone."""
    return marks.replace("(0)", "   ")


def _read_digits(marks: str) -> str:
    return "".join(_DIGIT.findall(_without_trunk(marks)))


def _read_number(marks: str) -> str:
    """The digits of a number whose grouping does not matter, without zeros for a plus; "" where it is none."""
    digits = "" if _LETTER.search(marks) else _read_digits(marks)
    if digits.startswith("00") and len(digits) >= _FEWEST_DIGITS + 2:
        return digits[2:]
    return digits if len(digits) >= _FEWEST_DIGITS else ""


def _count_digits(surface: str) -> int:
    """Of a number, without zeros for a plus."""
    return len(_read_number(_Folded(surface).marks))


def _read_within_country(marks: str) -> str:
    """The digits of a number as it is dialled within its country, without a zero before it."""
    abroad = re.match(rf"[{_NO_WORD}]*(?:\+|00)[{_NO_WORD}]*[0-9]{{1,3}}[{_NO_WORD}]+(?=[0-9])", marks)
    return "" if abroad is None else _read_digits(marks[abroad.end() :])


def _stands_apart(word: str, several: bool) -> bool:
    """Whether what begins or ends with this word does so at a word's border."""
    if not word.isascii() and word.upper() == word:
        # Scripts without capitals mostly do not part words either.
        return False
    return not (several and word.isalpha() and len(word) >= _LONG_WORD)


def _goes_on(text: str, high: int) -> bool:
    """Whether a word goes on behind its place; it does not where it is somebody's."""
    end = high + 1 if text.startswith("s", high) and text[high - _LONG_WORD : high].isalpha() else high
    return _IN_WORD.match(text, end) is not None


def _take_signs(source: str, way: _Way, words: list[tuple[int, int]]) -> bool:
    """Take in the signs around what was found; False where it is nothing without them, and they are not there."""
    (lead, tail), (start, last), (_, end) = way.around, words[0], words[-1]
    before = start >= len(lead) and source.startswith(lead, start - len(lead))
    behind = source.startswith(tail, end)
    if way.bare and not (before and behind):
        return False
    words[0] = (start - len(lead) * before, last)
    words[-1] = (words[-1][0], end + len(tail) * behind)
    return True


def _without(text: str, found: Sequence[Found]) -> str:
    """A text with as many characters, in which words of no language stand where something was found."""
    out, done = [], 0
    for start, end in sorted(part for each in found for part in each.parts):
        if end > done:
            start = max(start, done)
            out += [text[done:start], _NOTHING[: end - start] if end - start < 3 else f"\0{'ꙮ' * (end - start - 2)}\0"]
            done = end
    return "".join([*out, text[done:]])


def _without_turned(found: Sequence[Found]) -> Iterator[Found]:
    """Without what is read over the end of one and the beginning of another."""
    begins = [each.start for each in found if not each.turned]
    # Up to each of them, where the last one ends.
    ends = list(accumulate((each.end for each in found if not each.turned), max))
    for each in found:
        before = bisect_left(begins, each.end)
        if not each.turned or not before or ends[before - 1] <= each.start:
            yield each


def _merge(source: str, words: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Words with nothing but a blank or the like between them as one."""
    parts = [words[0]]
    for start, end in words[1:]:
        if _PARTING.search(_CODES.sub(" ", source[parts[-1][1] : start])):
            parts.append((start, end))
        else:
            parts[-1] = (parts[-1][0], end)
    return tuple((start - _is_open(source, start, end), end) for start, end in parts)


def _is_open(source: str, start: int, end: int) -> bool:
    """Whether a bracket before a stretch is closed in it."""
    return (
        source.startswith("(", start - 1)
        and start > 0
        and source.count(")", start, end) > source.count("(", start, end)
    )
