"""What is left out for speed changes nothing: with and without, a text is read alike."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from itner.core import lines, view

PARTS = st.sampled_from(
    [
        "a", "The printer in the hall", "ends here.", "really?!", "field:", "(so.)", '"quoted."', "list;", "...", "…",
        ">", "| ", "word-", "0x8007", "0005", "- item", "\n", "\n", "\n", " \n", "\t\n", "\n\n", "  ", "\u00a0",
        "\x1c", "\r", "\r\n", "\x1b[31m", "\x1b[0m", "[31m", "[0m", "[1;2m", "^[[1m", "␛[0m", "#033[1m", "\\x1b[0m",
        "\\e[1m", "\x9b1m", "\x9dt\x9c", "a\x08a", "_\x08", "\x00", "\x85", "\u2028", "\x7f", "\x1b]0;t\x07",
        "C:\\x", "#4",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(PARTS, max_size=25).map("".join),
    st.lists(PARTS, max_size=25).map(" ".join),
    st.lists(st.lists(PARTS, max_size=12).map(" ".join), max_size=8).map("\n".join),
    st.text(max_size=40),
)


@settings(max_examples=1_000)
@given(TEXTS)
def test_lines_are_joined_alike(text: str) -> None:
    found, hint = lines.join_lines(text), lines._OPEN_END
    try:
        lines._OPEN_END = re.compile("")
        assert lines.join_lines(text) == found
    finally:
        lines._OPEN_END = hint


@settings(max_examples=1_000)
@given(TEXTS)
def test_controls_are_found_alike(text: str) -> None:
    everything = [(*match.span(), "\n" if match["line_break"] else "") for match in view._CONTROL.finditer(text)]
    assert view._find_controls(text) == everything


def test_the_texts_of_the_comparison_have_what_is_looked_for() -> None:
    wrapped = (
        "The printer in the hall on the second floor does not\nprint since the update of last week, and\nnobody knows."
    )
    assert lines.join_lines(wrapped)
    assert view._find_controls("a\x1b[31mb\r\n")
