"""What is written is read back: every export by its reader, and any format by way of any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from imports import imported, read

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.core.view import read_view
from itner.data.corpus import Split
from itner.data.jsonl import write_lines
from itner.files.readers import TextItem
from itner.files.tagging import TaggedItem
from itner.files.writers import to_bytes

TYPES = st.sampled_from(["OS", "SOFTWARE", "VERSION"])
WORDS = ["Outlook", "C#", ".NET", "don't", "11.", "[x]", "😀", "é", "日本", "\ufeff", "\u200b"]
PARTS = st.sampled_from([*WORDS, "\n", "\n\n", "\r\n", "\t", "\u3000"])


@st.composite
def tagged(draw: st.DrawFn) -> TaggedItem:
    """A text with mentions of one or several of its tokens, at least one."""
    text = "".join(part + draw(st.sampled_from(["", " ", "  "])) for part in draw(st.lists(PARTS, max_size=12))) + "x"
    tokens = split_tokens(text)
    mentions, place = [], 0
    while place < len(tokens):
        length = draw(st.integers(0, 3))
        if length:
            last = tokens[min(place + length, len(tokens)) - 1]
            mentions.append(
                Mention(tokens[place].start, last.end, draw(TYPES), draw(st.sampled_from([None, 0.5, 1.0])))
            )
        place += max(length, 1)
    return TaggedItem(
        TextItem("a.txt", "row 1", text), tuple(mentions or [Mention(tokens[0].start, tokens[0].end, "OS")])
    )


def accepted(data: bytes) -> bytes:
    """Label Studio's export of tasks whose predictions somebody accepted as they are."""
    tasks = json.loads(data)
    for task in tasks:
        task["annotations"] = task.pop("predictions")
    return json.dumps(tasks).encode()


# The file that a format's export is read from, and what its tool makes of it before.
WAYS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "JSONL": ("train.jsonl", bytes),
    "spaCy JSON": ("train.json", bytes),
    "Label Studio": ("train.json", accepted),
    "doccano": ("train.jsonl", bytes),
    "CoNLL": ("train.conll", bytes),
}


def export(items: list[TaggedItem], name: str, folder: Path, personal: Collection[str] = ()) -> Split:
    """The items written in a format and read back."""
    file, through = WAYS[name]
    (folder / file).write_bytes(through(to_bytes(items, name, personal)))
    return read(folder / file)


def visible(text: str) -> str:
    """What taggers read of a text, without white space."""
    return "".join(read_view(text).text.split())


def inside(text: str) -> str:
    """The same of what stands in the middle of a line, where `# x` is no heading."""
    return visible(f"x {text}")[1:]


def spans(document: Document | TaggedItem) -> list[tuple[int, int, str]]:
    return [(m.start, m.end, m.type) for m in document.mentions]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(tagged(), min_size=1, max_size=4))
@pytest.mark.parametrize("name", [name for name in WAYS if name != "CoNLL"])
def test_text_and_mentions_come_back(name: str, tmp_path: Path, items: list[TaggedItem]) -> None:
    split = export(items, name, tmp_path)
    assert [(document.text, spans(document)) for document in split.documents] == [
        (item.item.text, spans(item)) for item in items
    ]
    assert imported(split).offsets == "code points"
    assert not imported(split).notes
    assert set(imported(split).changes) <= {"predictions not read (they are suggestions, not gold)"}


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(tagged(), min_size=1, max_size=4))
@example([TaggedItem(TextItem("a.txt", "row 1", ".NETC#x", ()), (Mention(5, 7, "OS"),))])
def test_conll_keeps_every_token_and_mention(tmp_path: Path, items: list[TaggedItem]) -> None:
    documents = export(items, "CoNLL", tmp_path).documents
    assert "".join("".join(document.token_texts()) for document in documents) == "".join(
        visible(item.item.text) for item in items
    )
    found = [(inside(d.text[m.start : m.end]), m.type) for d in documents for m in d.mentions]
    marked = [(inside(item.item.text[m.start : m.end]), m.type) for item in items for m in item.mentions]
    # What cannot be seen is no token, and no tagger marks it.
    assert found == [(word, kind) for word, kind in marked if word]


@pytest.mark.parametrize("name", WAYS)
def test_the_flag_of_what_points_at_a_person_changes_nothing(name: str, tmp_path: Path) -> None:
    items = [TaggedItem(TextItem("a", "", "Outlook on Windows"), (Mention(0, 7, "SOFTWARE"), Mention(11, 18, "OS")))]
    with_flag, without = (export(items, name, tmp_path, personal) for personal in (("OS",), ()))
    assert with_flag.documents == without.documents
    assert not imported(with_flag).notes


@pytest.mark.parametrize("text", ["\ufeff Word", "\ufeffWord", "\ufeff\ufeff Word", "x\n\ufeff Word"])
def test_a_byte_order_mark_in_the_text_is_no_token_of_conll(text: str, tmp_path: Path) -> None:
    start = text.index("Word")
    item = TaggedItem(TextItem("a", "", text), (Mention(start, start + 4, "SOFTWARE"),))
    documents = export([item], "CoNLL", tmp_path).documents
    assert [word for document in documents for word in document.token_texts()] == read_view(text).text.split()
    assert [d.text[m.start : m.end] for d in documents for m in d.mentions] == ["Word"]


@pytest.mark.parametrize("span", [(0, 3), (3, 7), (2, 5), (8, 16), (13, 26)])
def test_conll_loses_no_mention_that_fits_no_token_or_sentence(span: tuple[int, int], tmp_path: Path) -> None:
    text = "Windows Server 11.\nIt hangs. Always, and again."
    items = [TaggedItem(TextItem("a", "", text), (Mention(*span, "OS"), Mention(40, 45, "ERROR")))]
    documents = export(items, "CoNLL", tmp_path).documents
    found = [("".join(d.text[m.start : m.end].split()), m.type) for d in documents for m in d.mentions]
    assert found == [("".join(text[slice(*span)].split()), "OS"), ("".join(text[40:45].split()), "ERROR")]


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_any_format_by_way_of_any_other(first: str, second: str, tmp_path: Path) -> None:
    text = "Für 😀: Outlook 2021 hangs on Windows Server 2019"
    marked = [("Outlook", "SOFTWARE"), ("2021", "VERSION"), ("Windows Server", "OS"), ("2019", "VERSION")]
    mentions = tuple(Mention(text.index(word), text.index(word) + len(word), kind) for word, kind in marked)
    items = [TaggedItem(TextItem("a", "", text), mentions), TaggedItem(TextItem("b", "", "Thanks"), ())]
    documents = export(items, first, tmp_path).documents
    again = [TaggedItem(TextItem(document.id, "", document.text), document.mentions) for document in documents]
    result = export(again, second, tmp_path).documents
    assert [(d.text[m.start : m.end], m.type) for d in result for m in d.mentions] == marked
    if "CoNLL" not in (first, second):
        assert [document.text for document in result] == [text, "Thanks"]


@given(st.lists(tagged(), min_size=1, max_size=3))
def test_prepared_documents_are_read_as_any_file_of_the_format(
    tmp_path_factory: pytest.TempPathFactory, items: list[TaggedItem]
) -> None:
    documents = [
        Document(
            item.item.text, split_tokens(item.item.text), tuple(Mention(*span) for span in spans(item)), str(n), "x"
        )
        for n, item in enumerate(items)
    ]
    path = tmp_path_factory.mktemp("own") / "train.jsonl"
    path.write_text(write_lines(documents), encoding="utf-8")
    assert read(path).documents == documents
