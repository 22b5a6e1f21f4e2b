"""The generative tagger with a writer of our own: what it is asked, and what becomes of what it writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.records.answers import Losses
from itner.taggers.generative.tagger import GenerativeTagger
from itner.taggers.generative.wording import Question, word_answer
from itner.taggers.placing import Pair

TYPES = ("OS", "SOFTWARE")


@dataclass(frozen=True)
class Said:
    content: str
    cut: bool = False
    pieces_in: int = 7
    pieces_out: int = 3


class Writer:
    """Writes what a function finds in a text; a word is a piece."""

    positions, longest = 30, 10

    def __init__(self, find: Callable[[str], Said]):
        self._find = find
        self.prompts: list[str] = []

    def count(self, prompt: str) -> int:
        return len(prompt.split())

    def write(self, questions: Sequence[Question], on_share: Callable[[float], None] | None = None) -> list[Said]:
        prompts = [question.prompt for question in questions]
        self.prompts += prompts
        return [self._find(prompt.split("\n")[1].removeprefix("Text: ")) for prompt in prompts]


def known(text: str) -> Said:
    pairs = [Pair("Windows", "OS")] * text.count("Windows") + [Pair("Outlook", "SOFTWARE")] * text.count("Outlook")
    return Said(word_answer(pairs))


def document(text: str) -> Document:
    return Document(text, tuple(split_tokens(text)), (), text[:20] or "0", "made")


def test_what_is_written_is_looked_for_in_the_text() -> None:
    writer = Writer(known)
    tagger = GenerativeTagger(writer, TYPES)
    assert tagger.tag_documents([document("Outlook on Windows, Windows"), document("nothing")]) == [
        (Mention(0, 7, "SOFTWARE"), Mention(11, 18, "OS"), Mention(20, 27, "OS")),
        (),
    ]
    assert writer.prompts[0] == "Types: OS, SOFTWARE\nText: Outlook on Windows, Windows\nMentions: "
    account = tagger.account()
    assert (account.answers, account.repaired, account.tokens_in, account.tokens_out) == (2, 0, 14, 6)
    assert tagger.tag(["My Outlook.\nWindows", ""]) == [[Mention(3, 10, "SOFTWARE"), Mention(12, 19, "OS")], []]
    assert tagger.account().answers == 4


def test_what_breaks_off_keeps_its_whole_pairs_and_is_counted() -> None:
    answers = iter([Said('{"Outlook": "SOFTWARE", "Win', True), Said('{"Out', True), Said('{"Teams": "SOFTWARE"}')])
    tagger = GenerativeTagger(Writer(lambda text: next(answers)), TYPES)
    assert tagger.tag_documents([document("Outlook on Windows")] * 3) == [(Mention(0, 7, "SOFTWARE"),), (), ()]
    assert tagger.account().repaired == 2
    assert tagger.account().losses == Losses(absent=1)


def test_a_text_that_leaves_no_room_for_an_answer_is_read_in_parts() -> None:
    text = " ".join(["Outlook", *["x"] * 40, "Windows", *["y"] * 30, "Windows"])
    writer = Writer(known)
    (found,) = GenerativeTagger(writer, TYPES).tag_documents([document(text)])
    assert [text[mention.start : mention.end] for mention in found] == ["Outlook", "Windows", "Windows"]
    assert len(writer.prompts) > 2
    assert all(writer.count(prompt) <= 20 for prompt in writer.prompts)
    assert GenerativeTagger(writer, TYPES).tag_documents([Document("", (), (), "0", "x")]) == [()]


def test_any_types_can_be_asked_for_and_mapped_into_a_scheme() -> None:
    writer = Writer(lambda text: Said('{"Outlook": "program", "Windows": "system", "Bonn": "city"}'))
    scheme = {"program": "SOFTWARE", "system": "OS"}.get
    tagger = GenerativeTagger(writer, ("program", "system", "city"), scheme)
    assert tagger.types == ("SOFTWARE", "OS")
    assert tagger.tag_documents([document("Outlook on Windows in Bonn")]) == [
        (Mention(0, 7, "SOFTWARE"), Mention(11, 18, "OS")),
    ]
    assert writer.prompts[0].startswith("Types: program, system, city\n")
