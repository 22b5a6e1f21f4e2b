"""OpenDocument texts: every word that the page shows, once and in order."""

from __future__ import annotations

import pytest
from documents import make_odt, make_zip, unzip
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.files.items import DEFAULTS
from itner.files.odt import read_odt


def parts(body: str, styles: str = "") -> list[tuple[str, str]]:
    return [(part.name, part.text) for part in read_odt(make_odt(body, styles), DEFAULTS).parts]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<text:h>Head</text:h><text:p>one</text:p><text:p/><text:p>two</text:p>", "Head\none\n\ntwo"),
        ('<text:p>a<text:tab/>b<text:line-break/>c<text:s text:c="3"/>d<text:s/>e</text:p>', "a\tb\nc   d e"),
        ("<text:p>\n  Out<text:span>look</text:span>\n 2021</text:p>", "Outlook 2021"),
        ("<text:list><text:list-item><text:p>a</text:p></text:list-item></text:list>", "a"),
        ('<text:p><text:a xmlns:x="x" x:href="y">link</text:a> <text:title>T</text:title></text:p>', "link T"),
        ("<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:p>x</text:p>", "x"),
        (
            "<text:p><text:ruby><text:ruby-base>b</text:ruby-base><text:ruby-text>r</text:ruby-text></text:ruby></text:p>",
            "b",
        ),
        (
            "<table:table><table:table-row><table:table-cell><text:p>OS</text:p><text:p>x</text:p></table:table-cell>"
            "<table:table-cell><text:p>11</text:p></table:table-cell></table:table-row></table:table>",
            "OS\nx\t11",
        ),
        (
            '<table:table><table:table-row><table:table-cell table:number-columns-repeated="100000000"><text:p>'
            "a</text:p></table:table-cell><table:covered-table-cell><text:p>no</text:p></table:covered-table-cell>"
            "</table:table-row></table:table>",
            "a",
        ),
        (
            "<text:p>See <draw:frame><draw:text-box><text:p>Box</text:p></draw:text-box><svg:title>no</svg:title>"
            "<svg:desc>no</svg:desc></draw:frame>it</text:p><text:p>after</text:p>",
            "See it\nBox\nafter",
        ),
        ("<text:p>a<draw:custom-shape><text:p>shape</text:p></draw:custom-shape></text:p>", "a\nshape"),
    ],
)
def test_the_body(body: str, text: str) -> None:
    assert parts(body) == [("", text)]


def test_spaces_written_as_a_number_do_not_fill_the_memory() -> None:
    assert parts('<text:p>a<text:s text:c="100000000"/>b</text:p>') == [("", "a" + " " * 1_000 + "b")]


def test_headers_notes_and_comments_are_parts_of_their_own() -> None:
    note = (
        '<text:note text:note-class="{}"><text:note-citation>1</text:note-citation><text:note-body><text:p>{}</text:p>'
        "</text:note-body></text:note>"
    )
    notes = note.format("footnote", "See KB1") + note.format("endnote", "End") + note.format("footnote", "two")
    body = (
        f"<text:p>Body{notes}"
        "<office:annotation><creator>no</creator><date>no</date><text:p>Really?</text:p></office:annotation>"
        " on</text:p>"
    )
    master = (
        "<style:master-page><style:header><text:p>{}</text:p></style:header><style:footer><text:p>F</text:p>"
        "</style:footer></style:master-page>"
    )
    assert parts(body, "".join(master.format(name) for name in ("T14", "X1", "T14"))) == [
        ("header", "T14"),
        ("header 2", "X1"),
        ("", "Body on"),
        ("footnotes", "See KB1\ntwo"),
        ("endnotes", "End"),
        ("comments", "Really?"),
        ("footer", "F"),
    ]


def test_what_is_not_read_is_said() -> None:
    frame = "<draw:frame>{}<draw:image/></draw:frame>"
    found = read_odt(make_odt(f"<text:p>x{frame.format('')}{frame.format('<draw:object/>')}</text:p>"), DEFAULTS)
    assert found.notes == ["1 picture not read", "1 embedded object not read"]


@pytest.mark.parametrize(
    "unit", ["table:table><table:table-row><table:table-cell", "text:section", "text:list><text:list-item"]
)
def test_depth_costs_no_stack(unit: str) -> None:
    depth = 10_000
    names = unit.split("><")
    end = "".join(f"</{name}>" for name in reversed(names))
    assert parts(f"<{unit}>" * depth + "<text:p>deep</text:p>" + end * depth) == [("", "deep")]


def test_other_files_are_refused_in_words() -> None:
    files = unzip(make_odt("<text:p>x</text:p>"))
    with pytest.raises(InputError, match="protected by a password"):
        read_odt(make_zip({**files, "META-INF/manifest.xml": b"<m><encryption-data/></m>"}), DEFAULTS)
    with pytest.raises(InputError, match="give it its own extension"):
        read_odt(
            make_zip({"content.xml": files["content.xml"].replace(b"office:text", b"office:spreadsheet")}), DEFAULTS
        )
    with pytest.raises(InputError, match=r"not an OpenDocument text \(.odt\) that can be read"):
        read_odt(make_zip({"x": b""}), DEFAULTS)
    found = read_odt(make_zip({**files, "styles.xml": b"<x"}), DEFAULTS)
    assert found.parts[0].text == "x"
    assert found.notes == ["headers and footers could not be read (ExpatError)"]


words = st.text("abcäß€", min_size=1, max_size=5)


@given(st.lists(st.lists(words, min_size=1, max_size=3), max_size=4))
def test_no_word_is_lost_or_added(rows: list[list[str]]) -> None:
    row = "<table:table-row>{}</table:table-row>"
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    markup = "".join(row.format("".join(cell.format(word) for word in found)) for found in rows)
    text = dict(parts(f"<table:table>{markup}</table:table>")).get("", "")
    assert [line.split("\t") for line in text.split("\n") if line] == rows
