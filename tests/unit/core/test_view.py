"""What is read of a text, and the way back: every kind of noise, and any text at all."""

from __future__ import annotations

import re
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from views import shown_as

from itner.core.characters import caseless_letters, marks, variants
from itner.core.sentences import list_sentences
from itner.core.view import read_view

# A few characters of every block of the Basic Multilingual Plane and of the planes with emoji and mathematical letters.
BLOCKS = [chr(code) for code in range(0x80, 0x20000, 0x35) if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")]
NOISE = [
    "\x1b[1;32m",
    "\x1b[0m",
    "&nbsp;",
    "&amp;",
    "\u00ad",
    "\u200b",
    "**",
    "`",
    "{code}",
    "<b>",
    "</b>",
    "\r\n",
    "\n",
]
WORDS = ["Windows", "11", "0x80070057", "docker-compose", "e\u0301", "\ufb03", "ＡＢ", "上的"]


def read(text: str) -> str:
    return read_view(text).text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[1;32mUbuntu\x1b[0m \x1b[38;5;208m22.04\x1b[K", "Ubuntu 22.04"),
        ("\x1b]8;;https://x.example\x07link\x1b]8;;\x07 and \x1b]0;title\x1b\\text", "link and text"),
        ("^[[31mred^[[0m [0;32mgreen[0m [5m]", "red green [5m]"),
        ("\x9b31mDocker\x9b0m \x9d0;title\x9c24", "Docker 24"),
        (
            r"#033[1mA#033[0m \x1b[31mB\x1b[0m \033[1;2mC\033[m \u001b[32mD\u001b[39m \e[KE C:\e[x]",
            "A B C D E C:\\e[x]",
        ),
        ("[31mMaven[0m [1mWin[22m rate(x[5m]) [31m[1mA[m", "Maven Win rate(x[5m]) A"),
        ("\x9bhello \x9bWindows", "hello Windows"),
        ("rate(x[5m]) of [5m and 31m", "rate(x[5m]) of [5m and 31m"),
        (
            "O\x08Ou\x08ut\x08tlook _\x08W_\x08in dockr\x08\x1b[Ker Excle\x08 \x08\x1b[K",
            "Outlook Win docker Excl",
        ),
        ("[code]<p>0x80070057</p>[/code] [quote=a]b[/quote]", "  0x80070057    b "),
        ("[b]Win[/b] [url=https://x.example]Docker[/url] [color=#f00]red[/color]", "Win Docker red"),
        ("<https://x.example/a?b|Docker> <mailto:a@x.example|Ann>", "Docker Ann"),
        ("Win\x00dows\x08 \x7f11", "Windows 11"),
        ("a&nbsp;b &lt;c&gt; R&amp;D &#x57;&#105;n &unknown; AT&T; a&b", "a b <c> R&D Win &unknown; AT&T; a&b"),
        ("Win\u00addows Thunder\u200bbird \ufeff11\ufe0f \u2066x\u2069", "Windows Thunderbird 11 x"),
        ("a\u00a0b\u2009c\u3000d", "a b c d"),
        ("U\u0308ber e\u0301 \u1112\u1161\u11ab", "Über é 한"),
        ("O\ufb03ce Ｗｉｎ１１ 𝗢𝘂𝘁𝗹𝗼𝗼𝗸 ﾊﾞｸﾞ server\u2011side", "Office Win11 Outlook バグ server-side"),
        ("™ ½ ² … º µ ㎏ ①", "™ ½ ² … º µ ㎏ ①"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("\x1b]0;title\r\x1etwo\x07text \x9d1\x1e2\x9cmore", "text more"),
        ("<b>Docker</b> and<br>more <span class='x'>Excel</span> <T> a<b", "Docker and more Excel <T> a<b"),
        ("**Docker** *bold* __Big Word__ _it_ ~~old~~ `nginx` ``a`b``", "Docker bold Big Word it old nginx a`b"),
        ("**bold with `code`** and ***both***", "bold with code and both"),
        ("{code:java}x{code} {{mono}} {color:red}r{color}", " x  mono  r "),
        ("[Outlook](https://x.example/a) [Teams|https://x.example]", "Outlook  Teams "),
        ("## Windows\nh2. Linux\nbq. said", " Windows\n Linux\n said"),
        ("```bash\nsudo apt\n```", " \nsudo apt\n "),
    ],
)
def test_noise_is_left_out_or_said_plainly(text: str, seen: str) -> None:
    assert read(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "rm *.log and *.txt",
        "5*3*2 a*b*c 2 * 3 * 4",
        "__init__ and snake_case_name _private",
        "def f(**kwargs, **more): char *p, *q",
        "SELECT * FROM t WHERE a * b",
        "if a < b and c > d",
        "array[0] [ERROR] [12:00] a[i](x y)",
        "~/.config ~user #1 C# F#",
        "&copy=1&reg=2 https://x.example/?a=1&amp=2",
        "{name} {0} ${HOME} {{ not jinja",
    ],
)
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert read(text) == text


@pytest.mark.parametrize(
    ("text", "word", "shown"),
    [
        ("x \x1b[1mUbuntu\x1b[0m", "Ubuntu", "Ubuntu"),
        ("Thunder\u00adbird 115", "Thunderbird", "Thunder\u00adbird"),
        ("(Win\u200bdows\u200b)", "Windows", "Win\u200bdows"),
        ("LO\u0308VE", "LÖVE", "LO\u0308VE"),
        ("x\u0323\u0302 11", "x\u0323\u0302", "x\u0323\u0302"),
        ("O\ufb03ceScan", "OfficeScan", "O\ufb03ceScan"),
        ("**Visual Studio** 17", "Visual Studio", "Visual Studio"),
        ("Visual&nbsp;Studio", "Visual Studio", "Visual&nbsp;Studio"),
        ("run &#87;indows", "Windows", "&#87;indows"),
        ("11\ufe0f\u20e3 x", "11\u20e3", "11\ufe0f\u20e3"),
        ("Docker\ufe0f", "Docker", "Docker\ufe0f"),
    ],
)
def test_the_way_back(text: str, word: str, shown: str) -> None:
    assert shown_as(text, word) == shown


@given(st.lists(st.sampled_from([*NOISE, *WORDS, " "]) | st.text(max_size=5), max_size=15).map("".join))
def test_every_span_goes_back_in_order_and_inside_the_text(text: str) -> None:
    view = read_view(text)
    places = [view.back(place, place + 1) for place in range(len(view.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(first[0] <= second[0] and first[1] <= second[1] for first, second in pairwise(places))
    if view.text:
        assert view.back(0, len(view.text)) == (places[0][0], places[-1][1])


@given(st.text(max_size=60))
def test_every_character_of_the_view_is_made_of_those_that_it_stands_for(text: str) -> None:
    view = read_view(text)
    for place, character in enumerate(view.text):
        start, end = view.back(place, place + 1)
        source = text[start:end]
        plain = {form for name in ("NFC", "NFKC") for form in unicodedata.normalize(name, source)}
        # Spaces, line breaks and hyphens are said plainly; an entity is what it stands for.
        said = character in " \n-" or source.startswith("&")
        assert character in plain or character in source or said, (text, place)
    if view.text == text:
        assert [view.back(place, place + 1)[0] for place in range(len(text))] == list(range(len(text)))


@pytest.mark.parametrize("begin", range(0x80, 0x20000, 0x2000))
def test_beside_any_character_a_word_is_a_token(begin: int) -> None:
    """A symbol is a token of its own; a letter or mark may be part of the word, but never half a character."""
    for symbol in (symbol for symbol in BLOCKS if begin <= ord(symbol) < begin + 0x2000):
        kind = unicodedata.category(symbol)
        for text in (f"{symbol}Docker 24.0", f"Docker{symbol} 24.0", f"{symbol}24.0 Docker"):
            for sentence in list_sentences(text):
                shown = [text[slice(*sentence.span(t.start, t.end))] for t in sentence.document.tokens]
                (word,) = [word for word in shown if "Docker" in word]
                # Signs that join words, and what is not shown, may stand inside of one.
                if kind[0] in "SPZC" and kind not in ("Cf", "Pc"):
                    assert word == "Docker" or unicodedata.normalize("NFKC", symbol).isalnum(), repr(text)
                for part in shown:
                    assert not unicodedata.category(part[0]).startswith("M") or part[0] == text[0], repr(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.sampled_from(["NFC", "NFD"]))
def test_a_mention_never_ends_before_a_mark(text: str, form: str) -> None:
    text = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    for sentence in list_sentences(text):
        for token in sentence.document.tokens:
            _, end = sentence.span(token.start, token.end)
            assert end == len(text) or not unicodedata.category(text[end]).startswith("M")


def test_the_classes_hold_what_they_say() -> None:
    held = {
        name: re.compile(f"[{make()}]").fullmatch
        for name, make in (("marks", marks), ("caseless", caseless_letters), ("variants", variants))
    }
    assert all(held["marks"](char) for char in "\u0301\u0e31\u20e3\u3099")
    assert not any(held["marks"](char) for char in "aé\ufe0f日")
    assert all(held["caseless"](char) for char in "日あ한عא")
    assert not any(held["caseless"](char) for char in "aéЯ1")
    assert all(held["variants"](char) for char in "\ufb03Ａ𝗢ﾊ")
    assert not any(held["variants"](char) for char in "aé™½²ºµ①日")


@pytest.mark.parametrize(
    "text", [mark * 50_000 for mark in ("[", "`", "*a", "&a", "<a ", "\x1b", "**", "_a ", "{{", "[a](")]
)
def test_marks_without_end_take_no_time(text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 5
