"""The perturbations by name, and a text with one of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from itner.core.errors import InputError
from itner.core.types import Document, Mention
from itner.evaluation.robustness import content, layout, writing
from itner.evaluation.robustness.edits import Edited, Find, Given, apply_edits

SEVERITIES = {1: "mild", 2: "medium", 3: "strong"}


@dataclass(frozen=True)
class Perturbation:
    """A way in which text differs from what a tagger learned from.

    Attributes:
        name: as in records and on the command line.
        title: for people.
        what: it does, a sentence.
        severities: what each severity means, mild first.
        find: its edits.
        cuts: whether it takes mentions away with their text.
        joins: whether it makes one text of two neighbours.
    """

    name: str
    title: str
    what: str
    severities: tuple[str, str, str]
    find: Find
    cuts: bool = False
    joins: bool = False


def _shares(shares: Sequence[float], of: str) -> tuple[str, str, str]:
    mild, medium, strong = (f"{share:.0%} of the {of}" for share in shares)
    return mild, medium, strong


_WIDTHS = tuple(f"at most {width} characters a line" for width in layout.WIDTHS)
_ALL = (
    Perturbation(
        "typos",
        "Typos",
        "A key beside the right one, a letter left out, doubled or swapped with the next, never the first of a word.",
        _shares(writing.TYPO_SHARES, "words of three letters or more"),
        writing.find_typos,
    ),
    Perturbation(
        "ocr",
        "Misread letters",
        "Letters and digits that a scanner takes for others: l for 1, rn for m, 0 for O.",
        _shares(writing.MISREAD_SHARES, "words"),
        writing.find_misreadings,
    ),
    Perturbation(
        "lower",
        "Lower case",
        "Words without their capitals.",
        _shares(writing.CASE_SHARES, "words"),
        writing.find_lower,
    ),
    Perturbation("upper", "Capitals", "Words in capitals.", _shares(writing.CASE_SHARES, "words"), writing.find_upper),
    Perturbation(
        "title",
        "Title case",
        "Words with a capital at their beginning, as in headings.",
        _shares(writing.CASE_SHARES, "words"),
        writing.find_title,
    ),
    Perturbation(
        "punctuation",
        "Punctuation",
        "Signs behind words left out or doubled, and commas where none were.",
        _shares(layout.PUNCTUATION_SHARES, "signs, and commas behind half as many of the words"),
        layout.find_punctuation,
    ),
    Perturbation(
        "spaces",
        "White space",
        "Blanks doubled, or of other widths.",
        _shares(layout.SPACE_SHARES, "blanks"),
        layout.find_spaces,
    ),
    Perturbation(
        "glue",
        "Blanks left out",
        "Words run together.",
        _shares(layout.GLUE_SHARES, "blanks"),
        layout.find_glue,
    ),
    Perturbation(
        "lookalikes",
        "Look-alike letters",
        "Cyrillic and Greek letters in the place of Latin ones that look the same, one a word.",
        _shares(writing.LOOKALIKE_SHARES, "words"),
        writing.find_lookalikes,
    ),
    Perturbation(
        "symbols",
        "Glued symbols",
        "Brackets, arrows, bullets and pictures directly at words and mentions, and no part of them.",
        _shares(layout.SYMBOL_SHARES, "words and mentions"),
        layout.find_symbols,
    ),
    Perturbation(
        "truncation",
        "Truncation",
        "The end of the text cut away; mentions there are not looked for, those that the cut meets go as wholes.",
        _shares(layout.CUT_SHARES, "words, the last ones"),
        layout.find_cut,
        cuts=True,
    ),
    Perturbation(
        "swaps",
        "Other names",
        "Mentions replaced by other names of their type, of types whose names the domain lists.",
        _shares(content.SHARES, "mentions"),
        content.find_swaps,
    ),
    Perturbation(
        "numbers",
        "Other numbers",
        "Other digits, as many, in mentions that are a number, dotted or not, such as versions.",
        _shares(content.SHARES, "mentions that are a number"),
        content.find_numbers,
    ),
    Perturbation(
        "joins",
        "Joined sentences",
        "Two neighbouring sentences as one text.",
        (
            "a blank between them",
            "a blank in the place of the sign at the end of the first",
            "nothing between them",
        ),
        layout.find_join,
        joins=True,
    ),
    Perturbation(
        "logs",
        "Log prefix",
        "What loggers write before a line.",
        ("a clock", "a clock and a level", "a clock, a level and a process"),
        layout.find_log_prefix,
    ),
    Perturbation(
        "wraps",
        "Hard wraps",
        "Line breaks in the place of blanks.",
        (_WIDTHS[0], _WIDTHS[1], _WIDTHS[2]),
        layout.find_wraps,
    ),
    Perturbation(
        "ansi",
        "Terminal colours",
        "ANSI escape sequences round about words and mentions.",
        _shares(layout.COLOUR_SHARES, "words and mentions"),
        layout.find_colours,
    ),
)
PERTURBATIONS: dict[str, Perturbation] = {each.name: each for each in _ALL}


@dataclass(frozen=True)
class Perturbed:
    """A text before and after.

    Attributes:
        source: the text before, with its mentions; two neighbours have a line break between them.
        edited: the text after.
        left: how many characters of the text before were not cut away.
    """

    source: Document
    edited: Edited
    left: int

    @property
    def changed(self) -> bool:
        """Whether anything is other than before."""
        return bool(self.edited.edits)


def get_perturbation(name: str) -> Perturbation:
    """A perturbation by name; InputError names those that there are."""
    if name not in PERTURBATIONS:
        raise InputError(f"unknown perturbation {name!r}; there are {', '.join(PERTURBATIONS)}")
    return PERTURBATIONS[name]


def perturb(
    perturbation: Perturbation,
    severity: int,
    documents: Sequence[Document],
    names: Mapping[str, tuple[str, ...]],
    seed: int,
) -> Perturbed:
    """A text with a perturbation; the same for the same documents, severity and seed.

    Args:
        severity: a key of `SEVERITIES`; at 0 the text stays as it is.
        documents: one, or two neighbours.
        names: of each type, what its mentions may be replaced by.
    """
    source = join_documents(documents)
    seam = len(documents[0].text) if len(documents) > 1 else None
    chance = random.Random(f"{seed} {perturbation.name} {severity} {source.id}")
    given = Given(source.text, source.mentions, names, seam)
    edits = perturbation.find(given, severity, chance) if severity else []
    edited = apply_edits(source.text, source.mentions, edits, perturbation.cuts)
    left = min((start for start, _, _ in edited.edits), default=len(source.text)) if perturbation.cuts else None
    return Perturbed(source, edited, len(source.text) if left is None else left)


def join_documents(documents: Sequence[Document]) -> Document:
    """Documents as one, with a line break between them and without tokens; a single one without its tokens."""
    text = "\n".join(document.text for document in documents)
    mentions = join_mentions(documents, [document.mentions for document in documents])
    return replace(documents[0], text=text, tokens=(), mentions=mentions)


def join_mentions(documents: Sequence[Document], found: Sequence[Sequence[Mention]]) -> tuple[Mention, ...]:
    """Mentions of each of some documents as mentions of `join_documents`."""
    joined: list[Mention] = []
    shift = 0
    for document, mentions in zip(documents, found, strict=True):
        joined += [replace(mention, start=mention.start + shift, end=mention.end + shift) for mention in mentions]
        shift += len(document.text) + 1
    return tuple(joined)
