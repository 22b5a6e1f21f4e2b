from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core import sentences
from itner.core.sentences import list_sentences, split_passages, split_sentences
from itner.core.types import Mention

LINES = st.lists(
    st.sampled_from(
        [
            "2024-05-01 12:00:01 host sshd: failed",
            "We run Microsoft Visual Studio on a Lenovo ThinkPad T14 and",
            "Windows Server 2019, and it hangs since the update of last",
            "week. Nobody knows why.",
            "- item",
            "",
            "\x1b[31mred\x1b[0m and **bold** &amp; more",
            "x" * 70,
        ]
    ),
    max_size=30,
)


@given(st.text(alphabet=st.sampled_from("aB1.!? \n\t(\"'"), max_size=60))
def test_sentences_lose_no_visible_character(text: str) -> None:
    covered = [index for start, end in split_sentences(text) for index in range(start, end)]
    assert covered == sorted(set(covered))
    assert {index for index, char in enumerate(text) if not char.isspace()} <= set(covered)


def test_sentences_are_lines_and_sentences() -> None:
    text = "It fails. Then it works!\n\nLog line\nwith v1.2 inside. see below"
    assert [text[start:end] for start, end in split_sentences(text)] == [
        "It fails.",
        "Then it works!",
        "Log line",
        "with v1.2 inside. see below",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Ask Dr. Berg on ext. 4471.",
        "See fig. 3 vs. Windows 11.",
        "Nr. 5 z.B. Outlook",
        "Rev. 2 e.g. SAP",
        "per G.O. 95 at 17 ft. 8 in. over a 4 in. PVC duct",
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert split_sentences(text) == [(0, len(text))]


@pytest.mark.parametrize("text", ["Did it help? No. Then try again.", "It is version v. Then nothing.", "a b. 5 c"])
def test_a_word_that_only_looks_like_one_does(text: str) -> None:
    assert len(split_sentences(text)) > 1


def test_a_line_of_thousands_of_characters_is_cut_at_white_space() -> None:
    text = "Windows 11 error 0x80070057 " * 1000
    spans = split_sentences(text)
    assert max(end - start for start, end in spans) <= 4000
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(text[end - 1] == " " for _, end in spans)
    assert split_sentences("x" * 9000) == [(0, 4000), (4000, 8000), (8000, 9000)]


@given(LINES, st.integers(1, 6), st.integers(40, 400))
def test_a_passage_of_a_text_is_its_own_only_passage(lines: list[str], most: int, characters: int) -> None:
    text = "\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "PASSAGE_LINES", most)
        patch.setattr(sentences, "PASSAGE_CHARACTERS", characters)
        whole = list(list_sentences(text))
        passages = split_passages(text)
        for start, end in passages:
            assert split_passages(text[start:end]) == [(0, end - start)]
        parts = [
            (start + sentence.span(0, 1)[0], sentence.document.text)
            for start, end in passages
            for sentence in list_sentences(text[start:end])
        ]
    assert [(sentence.span(0, 1)[0], sentence.document.text) for sentence in whole] == parts
    covered = {index for start, end in passages for index in range(start, end)}
    assert {index for index, char in enumerate(text) if not char.isspace()} <= covered


def test_passages_are_bounded_whatever_the_lines() -> None:
    for text in ("line without any end\n" * 5_000, "word " * 100_000, "x" * 300_000, "a. B\n\n" * 5_000):
        passages = split_passages(text)
        assert max(end - start for start, end in passages) <= 2 * sentences.PASSAGE_CHARACTERS


def test_mentions_come_back_to_where_they_stand() -> None:
    text = "\x1b[1mWin\u00addows\x1b[0m 11 crashed.\nIt's **Outlook** 🔥"
    first, second = list_sentences(text)
    assert first.document.text == "Windows 11 crashed."
    assert [text[m.start : m.end] for m in first.place([Mention(0, 7, "OS", 0.9)])] == ["Win\u00addows"]
    place = second.document.text.index("Outlook")
    marked = [Mention(place, place + 7, "SOFTWARE"), Mention(place + 8, place + 9, "SOFTWARE")]
    assert [text[m.start : m.end] for m in second.place(marked)] == ["Outlook"], "a symbol alone is no mention"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("🔥 Outlook 💥💥", "Outlook"),
        ("└─ docker", "docker"),
        ("Windows™ 11", "Windows™ 11"),
        ("C#", "C#"),
        ("x\u0323", "x\u0323"),
    ],
)
def test_pictures_at_the_ends_are_no_part_of_a_mention(text: str, shown: str) -> None:
    (sentence,) = list_sentences(text)
    found = sentence.place([Mention(0, len(sentence.document.text), "OS")])
    assert [text[m.start : m.end] for m in found] == [shown]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ThinkPad T14的", "ThinkPad T14"),
        ("我的MacBook Pro", "MacBook Pro"),
        ("Windows 11で", "Windows 11"),
        ("11에서", "11"),
        ("T14หน้าจอ", "T14"),
        ("ERR_CONNECTION出现", "ERR_CONNECTION"),
        ("微信", "微信"),
        ("微信 11 版", "微信 11 版"),
        ("Büro-PC", "Büro-PC"),
        ("Ошибка", "Ошибка"),
    ],
)
def test_words_of_another_script_that_are_glued_on_are_no_part_of_a_mention(text: str, shown: str) -> None:
    (sentence,) = list_sentences(f"x {text} y")
    found = sentence.place([Mention(2, 2 + len(text), "OS")])
    assert [f"x {text} y"[m.start : m.end] for m in found] == [shown]


def test_cells_are_read_apart() -> None:
    assert [sentence.document.text for sentence in list_sentences("OS\tWindows 11\nApp\t\tOutlook")] == [
        "OS", "Windows 11", "App", "Outlook",
    ]  # fmt: skip
