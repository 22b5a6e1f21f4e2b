"""format=flowed (RFC 3676): soft breaks are joined, and nothing else changes."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.files.flowed import join_flowed
from itner.files.formats import PARSERS
from itner.files.mail import read_mail


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Microsoft Visual \nStudio 2022", "Microsoft Visual Studio 2022"),
        ("Microsoft Visual \r\nStudio \r\n2022\r\nNext", "Microsoft Visual Studio 2022\nNext"),
        ("fixed\nlines\n\nstay", "fixed\nlines\n\nstay"),
        # Quoted text flows within its depth; a change of depth ends a paragraph, even behind a soft break.
        ("> on a Lenovo \n> ThinkPad\nmine", "> on a Lenovo ThinkPad\nmine"),
        (">> deep \n> less \n> still", ">> deep \n> less still"),
        ("> soft \nplain", "> soft \nplain"),
        (">\n> x", ">\n> x"),
        (">no space \n>stuffed", "> no space stuffed"),
        # A space in front protects a line, and belongs to the format.
        (" >not quoted\n From here\n  indented", ">not quoted\nFrom here\n indented"),
        # The signature's separator is no soft break, quoted or not.
        ("bye \n-- \nAnn \nBob", "bye \n-- \nAnn Bob"),
        ("> bye\n> -- \n> Ann", "> bye\n> -- \n> Ann"),
        ("--  \nx", "--  x"),
        ("ends soft ", "ends soft "),
        ("", ""),
    ],
)
def test_soft_breaks_are_joined(text: str, joined: str) -> None:
    assert join_flowed(text, delete_space=False) == joined


def test_the_space_before_a_soft_break_may_belong_to_the_format() -> None:
    assert join_flowed("Fenster \nputzer \n\n> ab \n> cd\n-- \nx", delete_space=True) == "Fensterputzer\n> abcd\n-- \nx"


@pytest.mark.parametrize(
    ("parameters", "body"),
    [
        ("; format=flowed", "a b\nc"),
        ("; Format=Flowed; DelSp=no", "a b\nc"),
        ('; format="flowed"; delsp=yes', "ab\nc"),
        ("; format=fixed", "a \nb\nc"),
        ("", "a \nb\nc"),
    ],
)
def test_only_what_is_declared_flows(parameters: str, body: str) -> None:
    mail = f"Content-Type: text/plain; charset=utf-8{parameters}\n\na \nb\nc"
    assert read_mail(mail.encode(), PARSERS).parts[1].text == body


def test_pages_do_not_flow() -> None:
    mail = b"Content-Type: text/html; format=flowed\n\n<pre>a \nb</pre>"
    assert read_mail(mail, PARSERS).parts[1].text == "a\nb"


words = st.text("abc>", min_size=1, max_size=7).filter(lambda word: not word.startswith(">"))


@given(st.lists(st.tuples(st.integers(0, 3), st.lists(words, min_size=1, max_size=12)), max_size=6), st.booleans())
def test_what_was_wrapped_is_whole_again(paragraphs: list[tuple[int, list[str]]], delete_space: bool) -> None:
    lines = []
    for depth, found in paragraphs:
        wrapped = textwrap.wrap(" ".join(found), 20, break_long_words=False, break_on_hyphens=False)
        soft = "  " if delete_space else " "
        lines += [">" * depth + " " * bool(depth) + line + soft for line in wrapped[:-1]]
        lines.append(">" * depth + " " * bool(depth) + wrapped[-1])
    whole = [">" * depth + " " * bool(depth) + " ".join(found) for depth, found in paragraphs]
    assert join_flowed("\r\n".join(lines), delete_space) == "\n".join(whole)
