from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

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


class Rows(HTMLParser):
    """An aligned view as a browser reads it: the sentence, what each row marks of it, and what is said of the rows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.said = "", []
        self.marked: dict[int, list[int]] = {}
        self.labels: list[tuple[int, str]] = []
        self._open: list[int | None] = []
        self._listed = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "span":
            row = int(re.match(r"--row:(\d+);", found["style"] or "")[1])  # type: ignore[index]
            self._open.append(row)
            if "data-label" in found:
                self.labels.append((row, found["data-label"] or ""))
        self._listed |= tag == "li"
        if tag == "li":
            self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._open.pop()
        self._listed &= tag != "li"

    def handle_data(self, data: str) -> None:
        if self._listed:
            self.said[-1] += data
            return
        for row in self._open:
            self.marked.setdefault(row or 0, []).extend(range(len(self.text), len(self.text) + len(data)))
        self.text += data


def words(html: str) -> str:
    """What is left of an aligned view without tags and without what is said of its rows: what is seen and copied."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r'<ul class="said">.*</ul>', "", html, flags=re.DOTALL)))


@st.composite
def annotated(draw: st.DrawFn, text: str) -> list[Mention]:
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    kinds = st.sampled_from(["OS", "ERROR", TYPE])
    return [Mention(a, b, draw(kinds)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


@given(st.text(max_size=40), st.data())
def test_an_aligned_view_keeps_every_character_and_each_row_what_it_marks(text: str, data: st.DataObject) -> None:
    gold, *others = [data.draw(annotated(text)) for _ in range(3)]
    html = aligned(text, [("gold", gold), ("A", others[0]), ("B", others[1])])
    assert words(html) == text
    assert "<img" not in html
    seen = Rows(html)
    assert seen.text == text
    assert len(seen.said) == 3
    for row, mentions in enumerate([gold, *others], start=1):
        # Its mentions, and what it misses of the first row.
        missed = [g for g in gold if all(g.end <= m.start or m.end <= g.start for m in mentions)]
        expected = {place for m in [*mentions, *missed] for place in range(m.start, m.end)}
        assert seen.marked.get(row, []) == sorted(expected)
        assert [label for place, label in seen.labels if place == row].count("missed") == len(missed)
        assert seen.said[row - 1].count(" missed") == len(missed)


def test_an_aligned_view_marks_what_differs_from_the_first_row() -> None:
    gold = [Mention(0, 10, "OS")]
    html = aligned("Windows 11 <b>", [("gold", gold), ("A", gold), ("B", [Mention(0, 7, "SOFTWARE", 0.912)])])
    assert html.count("bar differs") == 1
    assert 'title="B: SOFTWARE 0.91, differs"' in html
    # B's boundary cuts the others in two; the second piece goes on without a name.
    assert Rows(html).labels == [(3, "≠\u00a0SOFTWARE"), (2, "OS"), (1, "OS")]
    assert html.count("bar agreed") == 4
    assert Rows(html).said == ["gold: Windows 11: OS", "A: Windows 11: OS", "B: Windows: SOFTWARE 0.91, differs"]
    assert "<b>" not in html
    assert words(aligned("nothing", [])) == "nothing"


def test_a_miss_and_what_is_spurious_are_said_in_words() -> None:
    gold = [Mention(0, 7, "SOFTWARE"), Mention(21, 28, "OS")]
    html = aligned("Outlook and Edge on a Windows", [("gold", gold), ("A", [Mention(12, 16, "SOFTWARE")])])
    seen = Rows(html)
    assert [label for row, label in seen.labels if row == 2] == ["missed", "≠\u00a0SOFTWARE spurious", "missed"]
    assert html.count('class="bar missed"') == 2
    assert 'title="A: SOFTWARE missed"' in html
    assert seen.said[1].startswith("A: Outlook: SOFTWARE missed; Edge: SOFTWARE spurious; ")
    assert Rows(aligned("abc", [("gold", []), ("A", [])])).said == ["gold: nothing", "A: nothing"]


def test_labels_have_the_room_up_to_the_next_one_in_their_row() -> None:
    html = aligned("9 Edge", [("gold", [Mention(0, 1, "VERSION"), Mention(2, 6, "SOFTWARE")]), ("A", [])])
    assert re.findall(r"--row:1;--room:(\d+)", html) == ["2", "24"]
    # What each line is called stands beside as many lines as there may be.
    names = re.search(r'data-names="([^"]*)"', html)
    assert names is not None
    assert names[1] == "gold\nA\n\n\n" * 3
