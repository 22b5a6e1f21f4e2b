"""Rich Text Format: characters of every charset, stories, and documents made to take time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.files.items import DEFAULTS
from itner.files.rtf import read_rtf

FONTS = rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Gothic;}}\pard"


def parts(body: bytes, head: bytes = rb"\ansi\ansicpg1252") -> list[tuple[str, str]]:
    found = read_rtf(rb"{\rtf1" + head + FONTS + body + b"}", DEFAULTS)
    return [(part.name, part.text) for part in found.parts]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"B\'fcro \'84x\'93", "Büro „x“"),
        (rb"\f1\'cf\'f0\f0\'e4", "Прä"),
        (rb"{\f2\'83\'65\'83X}x", "テスx"),
        (rb"\u8364?5 \uc0\u228 x\uc2\u246 oey", "€5 äxöy"),
        (rb"\u-10179?\u-8704?", "😀"),
        (rb"\u8364\'80x", "€x"),
        (rb"a\~b\_c\-d\{\}\\", "a\u00a0b-cd{}\\"),
        (rb"\lquote x\rquote\emdash\ldblquote y\rdblquote  z\bullet", "‘x’—“y” z•"),
        (b"one\r\ntwo\\par three\\line four\\tab x\\\nfive", "onetwo\nthree\nfour\tx\nfive"),
        (rb"{\b Out}{\i look}\b0\fs20  2021", "Outlook 2021"),
        (rb"{\field{\*\fldinst HYPERLINK http://no}{\fldrslt Teams}}", "Teams"),
        (rb"{\deleted gone}{\revised kept}\deleted x\deleted0 y", "kepty"),
        (rb"{\info{\title no}}{\*\unknown no}{\stylesheet{\s0 no;}}{\colortbl;}x", "x"),
        (rb"{\upr{old}{\*\ud{new\u8364 ?}}}", "new€"),
        (rb"{\pntext 1.\tab}item{\listtext\'b7\tab}", "item"),
        (rb"x\bin5 {{{{{y", "xy"),
        (rb"{\shp{\*\shpinst{\sp{\sn no}{\sv no}}{\shptxt Box\par}}{\shprslt{\par no}}}x", "Box\nx"),
        (rb"\trowd\cellx1\cellx2 OS\cell Linux\cell\row\trowd\cell b\cell\row after", "OS\tLinux\n\tb\nafter"),
        (rb"p\par\trowd\intbl a\par b\cell c\cell\trowd\row q", "p\na\nb\tc\nq"),
    ],
)
def test_the_text_of_control_words(body: bytes, text: str) -> None:
    assert parts(b" " + body) == [("", text)]


def test_stories_are_parts_and_what_is_left_out_is_said() -> None:
    found = read_rtf(
        rb"{\rtf1{\header Asset T14\par}{\footerf Page}Body{\footnote one}{\footnote two}{\*\annotation Really?}"
        rb"{\pict\pngblip 0102}{\*\shppict{\pict 01}}{\nonshppict{\pict 01}}{\object{\*\objdata 01}}{\v hid}",
        DEFAULTS,
    )
    assert [(part.name, part.text) for part in found.parts] == [
        ("header", "Asset T14"),
        ("", "Bodyhid"),
        ("footnotes", "one\ntwo"),
        ("comments", "Really?"),
        ("footer", "Page"),
    ]
    assert found.notes == [
        "2 pictures not read",
        "1 embedded object not read",
        "1 passage of hidden text read like the rest",
        "cut off before its end",
    ]


def test_a_page_that_was_put_into_it_is_read_as_a_page() -> None:
    page = (
        rb"{\*\htmltag64 <p>}\htmlrtf {\fs20 \htmlrtf0 B\'fcro &lt; \{x\}{\*\htmltag84 &amp;}{\*\htmltag84 &nbsp;}"
        rb"\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}\par {\*\htmltag64 <table><tr><td>}OS{\*\htmltag64 </td>\par <td>}"
        rb"\htmlrtf no\cell\htmlrtf0 11{\*\htmltag64 </td></tr></table>}{\*\mhtmltag64 <p>no}"
    )
    found = read_rtf(rb"{\rtf1\fromhtml1 {\*\htmltag <p hidden>}x{\*\htmltag </p>}y}", DEFAULTS)
    assert found.parts[0].text == "y"
    assert found.notes == ["1 hidden passage not read"]
    assert parts(page, rb"\ansi\fromhtml1") == [("", "Büro &lt; {x}&\u00a0\nOS\t11")]


def test_documents_made_to_take_time() -> None:
    assert parts(rb"{\b " * 9_000 + b"x" + b"}" * 9_000) == [("", "x")]
    with pytest.raises(InputError, match="nested more than 10,000 deep"):
        parts(b"{" * 50_000)
    assert parts(rb" x\bin99999999999 y") == [("", "x")]
    assert parts(rb" x\uc2000000000\u65 " + b"y" * 200) == [("", "xA" + "y" * 100)]
    with pytest.raises(InputError, match="not in Rich Text Format"):
        read_rtf(b"Dear all,", DEFAULTS)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_any_text_survives_as_code_points(text: str) -> None:
    units = text.encode("utf-16-le")
    words = b"".join(
        b"\\u%d?" % int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)
    )
    assert [found for _, found in parts(b" x" + words)] == [f"x{text}"]


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_words(data: bytes) -> None:
    read_rtf(rb"{\rtf1 " + data, DEFAULTS)
