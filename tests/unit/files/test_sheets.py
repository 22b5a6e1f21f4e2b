"""Workbooks: cells as text, hidden sheets, and cells that lie far apart."""

from __future__ import annotations

import pytest
from documents import make_compound, make_xlsx, make_zip, row
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.files import sheets
from itner.files.items import DEFAULTS, Parsed, Settings, Upload
from itner.files.readers import read_uploads
from itner.files.sheets import read_xlsx, sheet_tables


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<v>2021</v>", "2021"),
        ("<v>22.04</v>", "22.04"),
        ("<v>0.1</v>", "0.1"),
        ("<v>-3</v>", "-3"),
        ("<v>1E+20</v>", "1e+20"),
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A1" t="str"><f>A2&amp;"x"</f><v>Outlook x</v></c>', "Outlook x"),
        ("<f>1+1</f><v>2</v>", "2"),
        ('<c r="A1" s="1"><v>45292</v></c>', "2024-01-01"),
        ('<c r="A1" s="2"><v>45292.5</v></c>', "2024-01-01 12:00:00"),
        (
            '<c r="A1" t="inlineStr"><is><r><t xml:space="preserve">Windows </t></r><r><t>11</t></r></is></c>',
            "Windows 11",
        ),
        ('<c r="A1" t="inlineStr"><is><t>two\nlines &amp; more</t></is></c>', "two\nlines & more"),
    ],
)
def test_cells_as_text(cell: str, text: str) -> None:
    cell = cell if cell.startswith("<c") else f'<c r="A1">{cell}</c>'
    assert sheet_tables(make_xlsx({"S": f'<row r="1">{cell}</row>'})) == [("S", [[text]])]


def test_sheets_are_tables_and_hidden_ones_are_said() -> None:
    data = make_xlsx(
        {
            "Tickets": row(1, "id", "text") + row(2, 1, "Outlook hangs") + row(3, 2, "Teams"),
            "Old": row(1, "text", "id") + row(2, "Lync", 3),
            "Empty": "",
        },
        hidden=["Old", "Empty"],
    )
    result = read_uploads([Upload("a.xlsx", data)])
    assert [(item.part, item.text) for item in result.items] == [
        ("Tickets row 1", "Outlook hangs"),
        ("Tickets row 2", "Teams"),
        ("Old row 1", "Lync"),
    ]
    assert "1 hidden sheet read like the rest" in [note.reason for note in result.notes]
    assert "Tickets: read `text` of id, text" in [note.reason for note in result.notes]
    one = read_uploads([Upload("a.xlsx", make_xlsx({"S": row(1, "text") + row(2, "Teams")}))])
    assert [(item.part, item.text) for item in one.items] == [("row 1", "Teams")]


def test_a_sheet_that_is_no_table_is_read_and_one_without_the_column_said() -> None:
    tables = {
        "Cover": row(1, "Asset list", "", "T14"),
        "A": row(1, "id", "what") + row(2, "1", "Teams"),
        "B": row(1, "x") + row(2, "y"),
    }
    found = read_xlsx(make_xlsx(tables), Settings(("what",)))
    assert [(part.name, part.text) for part in found.parts] == [
        ("Cover row 1", "Asset list\tT14"),
        ("A row 1", "Teams"),
    ]
    assert found.notes[-1].startswith("B: not read: has no column `what`")
    with pytest.raises(InputError, match="A: has no column `gone`"):
        read_xlsx(make_xlsx({"A": tables["A"], "B": tables["B"]}), Settings(("gone",)))


def test_merged_cells_are_read_once_and_rows_may_be_anywhere() -> None:
    rows = (
        '<row r="4"><c r="C4" t="str"><v>text</v></c></row><row r="6"><c r="C6" t="str"><v>T14</v></c><c r="D6"/></row>'
    )
    markup = rows + '</sheetData><mergeCells><mergeCell ref="C6:E6"/></mergeCells><sheetData>'
    assert sheet_tables(make_xlsx({"S": markup})) == [("S", [["text"], [""], ["T14"]])]


def test_pictures_are_said() -> None:
    parsed = Parsed()
    sheet_tables(make_xlsx({"S": row(1, "x")}, **{"xl/media/image1.png": b"x"}), parsed)
    assert parsed.notes == ["1 picture not read"]


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "CV100000"])
def test_cells_far_apart_do_not_fill_the_memory(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_SHEET_CELLS", 1_000_000)
    data = make_xlsx({"S": f'{row(1, "x")}<row><c t="str" r = "{place}"><v>y</v></c></row>'})
    with pytest.raises(InputError, match="delete what stands far from the table"):
        read_xlsx(data, DEFAULTS)


def test_other_files_are_refused_in_words() -> None:
    with pytest.raises(InputError, match="protected by a password"):
        read_xlsx(make_compound({"EncryptedPackage": b"x"}), DEFAULTS)
    for data in (make_zip({"x": b""}), make_zip({"xl/workbook.xml": b"<workbook"})):
        with pytest.raises(InputError, match="not an Excel workbook"):
            read_xlsx(data, DEFAULTS)


cells = st.text(st.characters(exclude_categories=["C"], exclude_characters="<&>"), min_size=1, max_size=8).filter(
    str.strip
)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=5))
def test_every_cell_is_read_in_its_place(table: list[list[str]]) -> None:
    markup = "".join(row(number, *texts) for number, texts in enumerate(table, start=1))
    assert sheet_tables(make_xlsx({"S": markup})) == [("S", table)]
