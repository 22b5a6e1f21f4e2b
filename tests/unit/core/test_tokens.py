from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.tokens import split_segments, split_tokens


@given(st.text(max_size=80))
def test_tokens_cover_every_visible_character_once(text: str) -> None:
    tokens = split_tokens(text)
    covered = [index for token in tokens for index in range(token.start, token.end)]
    assert covered == sorted(set(covered))
    assert {index for index, char in enumerate(text) if not char.isspace()} <= set(covered)


@given(st.text(alphabet=st.sampled_from("aB1.!? \n\t(\"'"), max_size=60))
def test_segments_lose_no_visible_character(text: str) -> None:
    spans = split_segments(text)
    covered = [index for start, end in spans for index in range(start, end)]
    assert covered == sorted(set(covered))
    assert {index for index, char in enumerate(text) if not char.isspace()} <= set(covered)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Outlook's crash", ["Outlook", "'s", "crash"]),
        ("don't", ["do", "n't"]),
        ("C# and C++, .NET 4.5", ["C#", "and", "C++", ",", ".NET", "4.5"]),
        ("Word/Excel (v2.3.1-rc2).", ["Word", "/", "Excel", "(", "v2.3.1-rc2", ")", "."]),
        ("foo() e.g. 10:30", ["foo()", "e.g", ".", "10:30"]),
        ("0x80070057:", ["0x80070057", ":"]),
        ("ERR_CONNECTION_RESET", ["ERR_CONNECTION_RESET"]),
        ("node.js on AS/400", ["node.js", "on", "AS", "/", "400"]),
    ],
)
def test_tokens_by_hand(text: str, tokens: list[str]) -> None:
    assert [text[token.start : token.end] for token in split_tokens(text)] == tokens


def test_segments_are_lines_and_sentences() -> None:
    text = "It fails. Then it works!\n\nLog line\nwith v1.2 inside. see below"
    assert [text[start:end] for start, end in split_segments(text)] == [
        "It fails.",
        "Then it works!",
        "Log line",
        "with v1.2 inside. see below",
    ]


def test_a_line_of_thousands_of_characters_is_cut_at_white_space() -> None:
    text = "Windows 11 error 0x80070057 " * 1000
    spans = split_segments(text)
    assert max(end - start for start, end in spans) <= 4000
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(text[end - 1] == " " for _, end in spans)
    solid = split_segments("x" * 9000)
    assert solid == [(0, 4000), (4000, 8000), (8000, 9000)]


def test_a_long_line_without_spaces_is_split_in_linear_time() -> None:
    assert len(split_tokens("a" * 1_000_000)) == 1
    assert len(split_tokens("a." * 200_000)) == 2
    assert len(split_tokens("." * 200_000)) == 200_000
