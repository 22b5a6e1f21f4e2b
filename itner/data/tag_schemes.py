"""Other ways to tag tokens than IOB2: IOB1, IOBES and its kin, BILOU; recognised from a file's tags and converted.

Where IOB2 says `B-OS I-OS`, BILOU says `B-OS L-OS`, IOBES `B-OS E-OS`, and both have a tag of their own for a mention
of one token (`U-OS`, `S-OS`). IOB1 says `I-OS I-OS`, and `B-OS` only right behind another mention of the type.

Tools also spell the tags in their own way (`b-os`, `B_OS`, `OS-B`, a bare `OS`, `_` for O), or write brackets around
mentions (`(OS*`, `*)`), as CoNLL-2012 does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

# O, or a letter of any of the ways to tag with the name of a type.
TAG = re.compile(r"O|(?P<prefix>[BILUESMW])-(?P<type>.+)")
_BEGINS, _CLOSES = "BUSW", "LUESW"
_NAMES = {frozenset("LU"): "BILOU", frozenset("ES"): "IOBES", frozenset("MES"): "BMES", frozenset("MEW"): "BMEWO"}
_LETTERS = "BILUESMWbiluesmw"
_SPELLINGS = (
    re.compile(rf"(?P<prefix>[{_LETTERS}])[-_.:/|](?P<type>.+)"),
    re.compile(rf"(?P<type>.+)[-_.:/|](?P<prefix>[{_LETTERS}])"),
)
_OUTSIDE = {"o", "_", "-", "out", "outside"}
_BRACKET = re.compile(r"(?:\((?P<type>[^()*]+))?\*?(?P<close>\))?")

Sentences = Sequence[Sequence[str]]


def recognise(sentences: Sentences) -> str:
    """What a file's tags are written in: IOB2, IOB1, BILOU or IOBES (and kin). Every tag has to match `TAG`."""
    extra = {tag[0] for tags in sentences for tag in tags} - set("BIO")
    if extra:
        return next((name for letters, name in _NAMES.items() if extra <= letters), "IOBES")
    lone = False
    for tags in sentences:
        for before, tag in _pairs(tags):
            if tag.startswith("I-") and before[2:] != tag[2:]:
                lone = True
            if tag.startswith("B-") and before[2:] != tag[2:]:
                # IOB1 begins a mention like that with I.
                return "IOB2"
    return "IOB1" if lone else "IOB2"


def convert(tags: Sequence[str], scheme: str) -> tuple[list[str], int, int]:
    """A sentence's tags as IOB2, how many had to be written otherwise for it, and how many were not valid.

    An invalid tag is repaired by the `begin` rule of `itner.core.labels`: what continues nothing begins a mention. In
    IOB2, that is left to whoever reads on.
    """
    if scheme == "IOB2":
        return list(tags), 0, 0
    converted = invalid = 0
    result = []
    opened: str | None = None  # the type of a mention that may go on
    for before, tag in _pairs(tags):
        prefix, name = tag[0], tag[2:]
        begins = prefix in _BEGINS or name != (before[2:] if scheme == "IOB1" else opened)
        if scheme != "IOB1":
            unclosed = opened is not None and (tag == "O" or begins)
            continues_nothing = tag != "O" and begins and prefix not in _BEGINS
            invalid += unclosed + continues_nothing
            opened = None if tag == "O" or prefix in _CLOSES else name
        new = tag if tag == "O" else f"{'B' if begins else 'I'}-{name}"
        converted += new != tag
        result.append(new)
    return result, converted, invalid + (opened is not None)


def respell(tags: Collection[str], is_type: Callable[[str], bool]) -> dict[str, str]:
    """The different tags of a file, each as `TAG` has it; those that are no tags are left out.

    A file has one spelling: where some of its tags are written as `TAG` has them, nothing else is taken for one.
    """
    spelled = {tag: tag for tag in tags if TAG.fullmatch(tag)}
    mentions = any(tag != "O" for tag in spelled)
    for tag in tags:
        if tag.casefold() in _OUTSIDE and "O" not in tags:
            spelled[tag] = "O"
        if tag in spelled or mentions:
            continue
        match = next((found for form in _SPELLINGS if (found := form.fullmatch(tag)) and is_type(found["type"])), None)
        if match is not None:
            spelled[tag] = f"{match['prefix'].upper()}-{match['type']}"
        elif is_type(tag):
            spelled[tag] = f"I-{tag}"
    return spelled


def read_brackets(values: Sequence[str]) -> list[str] | None:
    """A sentence's brackets as IOB2; None where a value is none."""
    tags = []
    opened: str | None = None
    for value in values:
        match = _BRACKET.fullmatch(value)
        if not value or match is None:
            return None
        begun = match["type"]
        opened = begun if begun is not None else opened
        tags.append("O" if opened is None else f"{'I' if begun is None else 'B'}-{opened}")
        if match["close"]:
            opened = None
    return tags


def _pairs(tags: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Each tag with the one before it."""
    return zip(("O", *tags), tags, strict=False)
