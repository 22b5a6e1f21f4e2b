from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from itner.core.types import Mention
from itner.domains.colours import type_colour
from itner.domains.registry import get_domain
from itner.files.highlighting import aligned, highlight, legend


def plain(html: str) -> str:
    """The text a reader sees, without the type chips."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r'<span class="tag">[^<]*</span>', "", html)))


def test_user_text_never_becomes_markup() -> None:
    text = '<script>alert("x")</script> & \' done'
    html = highlight(text, [Mention(0, 8, "OS", 0.5)], gaps=[(9, 14)])
    assert "<script" not in html
    assert plain(html) == text
    assert "&lt;script&gt;" in html


def test_quotes_cannot_leave_an_attribute() -> None:
    html = highlight('a"b onclick="x', [Mention(0, 14, "OS", 0.5)])
    assert html.count("onclick=&quot;x") == 2  # once as text, once in the label
    assert 'onclick="' not in html


TYPE = '"><img src=x>'


def test_a_type_from_a_foreign_run_is_escaped_and_has_a_colour() -> None:
    html = highlight("abc", [Mention(0, 3, TYPE, 0.5)])
    assert "<img" not in html
    assert f"--c:{type_colour(TYPE)}" in html
    assert "<b>" not in legend(["<b>"])
    assert "&lt;b&gt;" in legend(["<b>"])


@given(st.text(max_size=60), st.data())
def test_white_space_and_every_character_survive(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    mentions = [Mention(a, b, "OS", 0.5) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    assert plain(highlight(text, mentions)) == text


def test_a_mark_says_type_score_and_disagreement_in_words() -> None:
    html = highlight("Windows 11", [Mention(0, 7, "OS", 0.876), Mention(8, 10, "VERSION")], {(0, 7, "OS")})
    assert 'aria-label="Windows: OS 0.88, not every model agrees"' in html
    assert 'class="differs"' in html
    assert 'aria-label="11: VERSION"' in html
    assert html.count('tabindex="0"') == 2


def test_a_gap_is_underlined_unless_a_mention_covers_it() -> None:
    html = highlight("one two", [Mention(0, 3, "OS")], gaps=[(1, 3), (4, 7)])
    assert html.count('class="gap"') == 1
    assert ">two</span>" in html


def test_types_have_colours_of_their_own() -> None:
    colours = get_domain("it").colours
    assert len({type_colour(name) for name in colours}) == 5
    # A type that no domain knows has a colour of its own, the same in every process.
    assert type_colour("PERSON") == "#AB2B7E"
    assert type_colour("PLACE") not in {type_colour("PERSON"), *colours.values()}


def words(html: str) -> str:
    """The sentence in an aligned view, without the bars under its words."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r'<span class="(?:bar|none)[^>]*>[^<]*</span>', "", html)))


@given(st.text(max_size=40), st.data())
def test_an_aligned_view_keeps_every_character(text: str, data: st.DataObject) -> None:
    rows = []
    for name in ("gold", "A", "B"):
        cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
        rows.append((name, [Mention(a, b, "OS") for a, b in zip(cuts[::2], cuts[1::2], strict=False)]))
    assert words(aligned(text, rows)) == text


def test_an_aligned_view_marks_what_differs_from_the_first_row() -> None:
    gold = [Mention(0, 10, "OS")]
    html = aligned("Windows 11 <b>", [("gold", gold), ("A", gold), ("B", [Mention(0, 7, "SOFTWARE")])])
    assert html.count("wrong") == 1
    assert "≠\u00a0B SOFTWARE" in html
    assert 'title="B: SOFTWARE, differs"' in html
    # B's boundary cuts the others in two; the second piece goes on without a name.
    assert html.count(">gold OS</span>") == 1
    assert html.count("goes-on") == 2
    assert html.count('<span class="none">') == 1
    assert "<b>" not in html
    assert "itner-aligned" in aligned("nothing", [])
    assert words(aligned("nothing", [])) == "nothing"
