"""Raw texts as the sentences that taggers read, and what they find there as mentions of the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from itner.core.characters import caseless_letters, marks
from itner.core.lines import begins_record
from itner.core.tokens import join_tokens, split_tokens
from itner.core.types import Document, Mention
from itner.core.view import View, read_view

# A tab parts the cells of a table and the fields of a log.
_SENTENCE_END = re.compile(r"[\n\t]+|(?<=[.!?])[ ]+(?=[\"'(]?[A-Z0-9])")
# After these a full stop ends no sentence; after the second sort, where a number follows.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:Prof|Dr|Mr|Mrs|Ms|St|vs|approx|ca|e\.g|i\.e|z\.B|d\.h|u\.a|bzw|ggf|inkl|evtl|resp)\.$"
)
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(])(?:[Nn]o|[Nn]r|[Ee]xt|[Tt]el|[Vv]|[Vv]er|[Pp]p?|[Ff]ig|[Ss]ec|[Rr]ev|(?:[A-Z]\.)+[A-Z])\.$"
    r"|\d ?(?:ft|in)\.$"
)
# A unit between its number and what is measured: 4 in. PVC conduit.
_BEFORE_NAME = re.compile(r"\d ?(?:ft|in|lb|dia)\.$")
_LONGEST_ABBREVIATION = 12
# A longer line is no sentence but a dump; cut, it can be read in bounded memory.
_LONGEST_SENTENCE = 4_000
# A passage ends at the first line after so many that cannot belong to the paragraph above it, or at twice as many.
PASSAGE_LINES, PASSAGE_CHARACTERS = 50, 20_000
_LINE = re.compile(r"[^\n]+")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_LATIN = re.compile("[A-Za-z0-9]")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a raw text.

    Attributes:
        document: what is read, without mentions.
        view: of the passage that the sentence belongs to.
        passage: where in the text the passage begins.
        start: where in the view the sentence begins.
    """

    document: Document
    view: View
    passage: int
    start: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text a span of the document stands."""
        first, last = self.view.back(self.start + start, self.start + end)
        return self.passage + first, self.passage + last

    def place(self, mentions: Iterable[Mention]) -> list[Mention]:
        """Mentions of the document as mentions of the text; see `place_span`."""
        placed = []
        for mention in mentions:
            span = place_span(self.document.text, self.view, self.start, mention.start, mention.end)
            if span is not None:
                placed.append(replace(mention, start=self.passage + span[0], end=self.passage + span[1]))
        return placed


def place_span(sentence: str, view: View, begin: int, start: int, end: int) -> tuple[int, int] | None:
    """Where in its passage a mention of a sentence stands that begins so far into the passage's view.

    What has no letter and no digit is none; pictures at its ends, such as emoji, are no part of one, and neither are
    words of a script without capitals that are glued to a name in Latin letters.
    """
    start, end = _without_pictures(sentence, start, end)
    start, end = _without_neighbours(sentence, start, end)
    if not _LETTER_OR_DIGIT.search(sentence, start, end):
        return None
    return view.back(begin + start, begin + end)


def list_sentences(text: str, name: str = "", guideline: str | None = None) -> Iterator[Sentence]:
    """The sentences of a raw text, in order, as the view of it shows them.

    Those of one passage are a group. Their ids are where in the text they begin.
    """
    for number, (first, last) in enumerate(split_passages(text)):
        view = read_view(text[first:last])
        for start, end in split_sentences(view.text):
            part = view.text[start:end]
            tokens = join_tokens(part, split_tokens(part))
            begin = first + view.back(start, end)[0]
            document = Document(part, tokens, (), str(begin), "text", f"{name}:{number}", guideline)
            yield Sentence(document, view, first, start)


def _without_pictures(text: str, start: int, end: int) -> tuple[int, int]:
    if text.isascii():
        return start, end
    outer = [index for index in range(start, end) if not (text[index].isspace() or _is_picture(text[index]))]
    return (outer[0], outer[-1] + 1) if outer else (start, start)


def _without_neighbours(text: str, start: int, end: int) -> tuple[int, int]:
    if text.isascii() or not _LATIN.search(text, start, end):
        return start, end
    before, after = _glued()
    first, last = before.match(text, start, end), after.search(text, start, end)
    return first.end() if first else start, last.start() if last else end


@cache
def _glued() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What begins and what ends in letters without capitals, directly beside one of ASCII."""
    word = f"(?:[{caseless_letters()}][{marks()}]*)+"
    return re.compile(f"{word}(?=[A-Za-z0-9])"), re.compile(rf"(?<=[A-Za-z0-9]){word}\Z")


def _is_picture(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in ("So", "Sk", "Cn", "Co")


def list_all_sentences(texts: Sequence[str], guideline: str | None = None) -> list[tuple[int, Sentence]]:
    """The sentences of all texts in order, each with the number of its text."""
    return [
        (index, sentence)
        for index, text in enumerate(texts)
        for sentence in list_sentences(text, str(index), guideline)
    ]


def tag_by_sentences(
    texts: Sequence[str], guideline: str | None, tag: Callable[[list[Document]], Sequence[Sequence[Mention]]]
) -> list[list[Mention]]:
    """The mentions of raw texts of any length, by what marks documents: all their sentences at once."""
    found: list[list[Mention]] = [[] for _ in texts]
    sentences = list_all_sentences(texts, guideline)
    tagged = tag([sentence.document for _, sentence in sentences])
    for (index, sentence), mentions in zip(sentences, tagged, strict=True):
        if mentions:
            found[index] += sentence.place(mentions)
    return found


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Character spans (start, end) of the lines and sentences of `text`, empty ones left out.

    Taggers are trained on sentences, so they read sentences. A cut inside an abbreviation costs context,
    never characters: every character that is not white space lies in exactly one sentence. What has no sentence
    end for thousands of characters is cut at white space.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if text[match.start()] == " " and _is_abbreviated(text, start, match.start(), match.end()):
            continue
        spans += _cut(text, start, match.start())
        start = match.end()
    spans += _cut(text, start, len(text))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def _is_abbreviated(text: str, start: int, stop: int, following: int) -> bool:
    """Whether the full stop before `stop` ends an abbreviation and no sentence."""
    before = text[max(start, stop - _LONGEST_ABBREVIATION) : stop]
    return bool(
        _ABBREVIATION.search(before)
        or (text[following].isdigit() and _BEFORE_NUMBER.search(before))
        or (text[following : following + 2].isupper() and _BEFORE_NAME.search(before))
    )


def split_passages(text: str) -> list[tuple[int, int]]:
    """Character spans of stretches of at most some `PASSAGE_CHARACTERS` and `PASSAGE_LINES`, in text order.

    A long text can be tagged in parts with the same result: the passages of a passage are itself.
    """
    spans: list[tuple[int, int]] = []
    start = end = lines = 0
    for match in _LINE.finditer(text):
        first, last = match.span()
        if not match[0].strip():
            continue
        long = last - first > PASSAGE_CHARACTERS
        full = lines >= PASSAGE_LINES or end - start >= PASSAGE_CHARACTERS
        twice = lines >= 2 * PASSAGE_LINES or last - start > 2 * PASSAGE_CHARACTERS
        if lines and (long or twice or (full and (text[end:first].count("\n") > 1 or begins_record(match[0])))):
            spans.append((start, end))
            lines = 0
        if long:
            spans += _cut_line(text, first, last)
            continue
        if not lines:
            start = first
        end = last
        lines += 1
    return [*spans, (start, end)] if lines else spans


def _cut_line(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Passages of a line that is too long for one, between sentences."""
    spans: list[tuple[int, int]] = []
    for first, last in split_sentences(text[start:end]):
        if spans and start + last - spans[-1][0] <= PASSAGE_CHARACTERS:
            spans[-1] = (spans[-1][0], start + last)
        else:
            spans.append((start + first, start + last))
    return spans


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    while end - start > _LONGEST_SENTENCE:
        stop = start + _LONGEST_SENTENCE
        space = max(text.rfind(" ", start, stop), text.rfind("\t", start, stop))
        # Without any white space there is no good place to cut.
        stop = space + 1 if space > start else stop
        spans.append((start, stop))
        start = stop
    return [*spans, (start, end)]
