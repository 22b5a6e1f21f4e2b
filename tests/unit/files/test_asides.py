"""What a tagger does not see of a text is read by itself, with an exact way back."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.files.asides import list_asides, list_marks


def read(text: str) -> list[str]:
    return [" | ".join(aside.view.text.split("\n\n")).strip(" |") for aside in list_asides(text)]


@pytest.mark.parametrize(
    ("text", "asides"),
    [
        ("write to [me](mailto:ann.lee@x.example)", ["mailto: ann.lee@x.example"]),
        ("![a](Ann%20Lee.png)", ["Ann Lee.png"]),
        ("[x|https://x.example/Ann%20Lee]", ["https: | x.example | Ann Lee", "https: | x.example | Ann Lee]"]),
        ("<mailto:ann@x.example|write>", ["mailto: ann@x.example"]),
        ("<img alt='Ann Lee' class=wide width=30>", ["Ann Lee"]),
        ('<a href="tel:+4722550143" title="J&ouml;rg &amp; Ann">x</a>', ["tel: +4722550143", "J&ouml;rg  |  Ann"]),
        ("{panel:title=Ann Lee|borderStyle=dashed}x{panel}", ["panel: title: Ann Lee | borderStyle: dashed"]),
        ("[quote=Ann Lee]x[/quote] [url=x.example/ann]y[/url]", ["quote: Ann Lee", "url: x.example | ann"]),
        ("\x1b]8;;mailto:ann@x.example\x07x\x1b]8;;\x07", ["8;;mailto: ann@x.example", "8;;"]),
        ("\x1b]0;Ann Lee\x1b\\", ["0;Ann Lee"]),
        ("GET /u?mail=ann%40x.example&tel=%2B47+22 200", ["u | mail: ann@x.example | tel: +47 22"]),
        ("born=1;mail=ann@x.example;by=Ann+Lee", ["born: 1 | mail: ann@x.example | by: Ann Lee"]),
        ("https://x.example/2024/05/03#Ann", ["https: | x.example | 2024/05/03 | Ann"]),
        ("[x](mailto:ann+tag@x.example)", ["mailto: ann+tag@x.example"]),
        ("<a title='born 14/03/1984'>x</a>", ["born 14/03/1984"]),
        ("```python\nx\n```", ["python"]),
        ("<b>x</b> {code}y{code} **z** [i]k[/i] h1. l a < b \x1b[31mm\x1b[0m R&D; a/b c=d 10:30", []),
    ],
)  # fmt: skip
def test_what_is_not_seen_is_read_by_itself(text: str, asides: list[str]) -> None:
    assert read(text) == asides


PIECES = (
    "[x](", "Ann%20", "%C3%B6", ")", "<a title='", "'>", "</a>", "https://", "?a=", "&b=", "+", "{panel:x=", "}", " ",
    "\n", "|",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14).map("".join))
def test_every_character_goes_back_into_the_text(text: str) -> None:
    for aside in list_asides(text):
        for place, char in enumerate(aside.view.text):
            start, end = aside.place(place, place + 1)
            assert 0 <= start < end <= len(text)
            # A letter with its marks is one place.
            held = unicodedata.normalize("NFC", text[start:end])
            assert char in " \n:" or char in held or text[start] == "%"
    marks = list_marks(text)
    assert all(0 <= start < end <= len(text) for start, end in marks)


@pytest.mark.parametrize("piece", ["&", "?a=", "a=", "<a ", "%41", "[x](", ":/"])
def test_no_text_takes_the_square_of_its_length(piece: str) -> None:
    begun = time.process_time()
    list_asides(piece * (100_000 // len(piece)))
    assert time.process_time() - begun < 10
