from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.tokens import join_tokens, part_tokens, split_tokens
from itner.core.types import Document


@given(st.text(max_size=80))
def test_tokens_cover_every_visible_character_once(text: str) -> None:
    tokens = split_tokens(text)
    covered = [index for token in tokens for index in range(token.start, token.end)]
    assert covered == sorted(set(covered))
    assert {index for index, char in enumerate(text) if not char.isspace()} <= set(covered)


@given(st.text(alphabet=st.sampled_from("aé1.-' ü日本é\u0301\u0300→🔥上 "), max_size=40))
def test_no_token_begins_with_an_accent_or_mixes_scripts(text: str) -> None:
    for token in split_tokens(text):
        word = text[token.start : token.end]
        follows = token.start > 0 and not text[token.start - 1].isspace()
        assert not (follows and unicodedata.category(word[0]) == "Mn")
        kinds = {unicodedata.category(char) == "Lo" for char in word if char.isalnum()}
        assert len(kinds) <= 1


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
        ("11上的Outlook崩溃了", ["11", "上的", "Outlook", "崩溃了"]),
        ("Windows에서 オフィス365", ["Windows", "에서", "オフィス", "365"]),
        ("على Windows11 вWindows", ["على", "Windows11", "вWindows"]),
        ("LO\u0308VE didn’t", ["LO\u0308VE", "did", "n’t"]),
    ],
)
def test_tokens_by_hand(text: str, tokens: list[str]) -> None:
    assert [text[token.start : token.end] for token in split_tokens(text)] == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("see https://kb.example.org/v2/11.3?a=1.", ["see", "https://kb.example.org/v2/11.3?a=1", "."]),
        ("run apt --fix-broken install -y", ["run", "apt", "--fix-broken", "install", "-y"]),
        ("-outlook hangs", ["-", "outlook", "hangs"]),
        ("C++11 on DS920+ and PL/SQL", ["C++11", "on", "DS920+", "and", "PL/SQL"]),
        (
            "x.isLess(than:1.0) printer(s) Outlook(2021)",
            ["x.isLess(than:1.0)", *["printer", "(", "s", ")"], *["Outlook", "(", "2021", ")"]],
        ),
        ("pam_unix(sudo:auth): failed", ["pam_unix", "(", "sudo", ":", "auth", ")", ":", "failed"]),
        ("atMost(1.0) android:minSdk Note:windows", ["atMost(1.0)", "android:minSdk", "Note", ":", "windows"]),
        (
            "press Ctrl+Alt+Del or win+r, Win7+Chrome",
            ["press", "Ctrl+Alt+Del", "or", "win+r", ",", "Win7", "+", "Chrome"],
        ),
        ("Word/Excel, a+b", ["Word", "/", "Excel", ",", "a", "+", "b"]),
    ],
)
def test_what_is_one_token_in_raw_text(text: str, tokens: list[str]) -> None:
    assert [text[token.start : token.end] for token in join_tokens(text, split_tokens(text))] == tokens


@given(st.text(alphabet=st.sampled_from("ab1+-/().:é日🔥 http"), max_size=60))
def test_joined_tokens_cover_what_they_covered(text: str) -> None:
    tokens = split_tokens(text)
    joined = join_tokens(text, tokens)
    assert "".join(text[t.start : t.end] for t in joined) == "".join(text[t.start : t.end] for t in tokens)
    assert all(first.end <= second.start for first, second in pairwise(joined))


@given(st.text(max_size=60))
def test_parted_tokens_are_the_same_words(text: str) -> None:
    document = Document(text, split_tokens(text), (), "1", "test")
    parted = part_tokens(document)
    assert parted.token_texts() == document.token_texts()
    for first, second in pairwise(parted.tokens):
        if first.end == second.start:
            assert (parted.text[first.end - 1] + parted.text[second.start]).isascii()


@pytest.mark.parametrize("text", ["a" * 1_000_000, "e\u0301" * 300_000, "日" * 500_000, "a-" * 200_000, "a." * 200_000])
def test_a_long_line_without_spaces_is_split_in_linear_time(text: str) -> None:
    assert len(join_tokens(text, split_tokens(text))) <= 2


def test_full_stops_are_split_in_linear_time() -> None:
    assert len(split_tokens("." * 200_000)) == 200_000
