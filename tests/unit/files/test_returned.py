"""Tables given back: as they came, with columns of what was found."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from documents import make_xlsx, row
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.files import returned
from itner.files.items import DEFAULTS, Settings, Upload
from itner.files.readers import read_uploads
from itner.files.returned import Found, give_back
from itner.files.sheets import sheet_tables
from itner.files.tagging import Origin, TaggedItem

ORIGIN = Origin("a_run", "int8", 0.5, datetime(2026, 11, 28, 7, 30, tzinfo=UTC))
SAID = ["a_run", "int8", "0.5", "2026-11-28T07:30:00Z"]
TYPES = ("OS", "SOFTWARE")


def tag(upload: Upload, settings: Settings = DEFAULTS, most: int | None = None) -> Found:
    """Every Windows and every Outlook in the texts that the file is read as, or in the first of them."""
    tagged = {}
    for item in read_uploads([upload], settings).items[:most]:
        places = [
            Mention(start, start + len(word), kind, 0.9)
            for start in range(len(item.text))
            for word, kind in (("Windows", "OS"), ("Outlook", "SOFTWARE"))
            if item.text.startswith(word, start)
        ]
        tagged[item.part] = TaggedItem(item, tuple(places))
    return Found(tagged, TYPES, ORIGIN)


def rows_of(data: bytes, separator: str = ",") -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))


def test_a_table_comes_back_with_all_its_rows_and_columns() -> None:
    data = "Überschrift;;\nid;Body;state\n1;Outlook and Outlook on Windows hang;open\n2;;-5\n3;nothing here;=1+1\n"
    upload = Upload("tickets.csv", data.encode("cp1252"))
    given = give_back(upload, DEFAULTS, tag(upload))
    assert given.name == "tickets-tagged.csv"
    title, names, first, second, third = rows_of(given.data, ";")
    assert title == ["Überschrift", "", ""]
    assert names == ["id", "Body", "state", *TYPES, "mentions", "model", "variant", "threshold", "date"]
    assert first[:5] == ["1", "Outlook and Outlook on Windows hang", "open", "Windows", "Outlook; Outlook"]
    assert json.loads(first[5])[2] == {"start": 23, "end": 30, "type": "OS", "score": 0.9, "text": "Windows"}
    assert first[6:] == SAID
    # A row without text keeps its place; a number stays one.
    assert second == ["2", "", "-5", "", "", "", "", "", "", ""]
    assert third == ["3", "nothing here", "'=1+1", "", "", "[]", *SAID]


def test_what_was_not_tagged_says_nothing() -> None:
    upload = Upload("a.csv", b"id,text\n1,Windows hangs a lot\n2,Windows hangs again\n")
    _, first, second = rows_of(give_back(upload, DEFAULTS, tag(upload, most=1)).data)
    assert first[2] == "Windows"
    assert second == ["2", "Windows hangs again", "", "", "", "", "", "", ""]


def test_several_columns_are_told_apart() -> None:
    upload = Upload("a.tsv", b"Subject\tBody\tOS\nOutlook\ton Windows\tx\n")
    settings = Settings(("Subject", "Body"))
    names, first = rows_of(give_back(upload, settings, tag(upload, settings)).data, "\t")
    # A name that the table has itself is told apart.
    assert names[:5] == ["Subject", "Body", "OS", "OS (found)", "SOFTWARE"]
    assert first[3:5] == ["Windows", "Outlook"]
    assert [span["column"] for span in json.loads(first[5])] == ["Subject", "Body"]


def test_a_table_without_names_gets_some() -> None:
    upload = Upload("a.csv", b"1,Outlook hangs on Windows\n2,Windows does not start\n")
    names, first, _ = rows_of(give_back(upload, DEFAULTS, tag(upload)).data)
    assert names[:3] == ["column 1", "column 2", "OS"]
    assert first[:4] == ["1", "Outlook hangs on Windows", "Windows", "Outlook"]


def test_one_column_and_a_separator_in_the_text() -> None:
    upload = Upload("a.csv", b"text\nOutlook hangs\nWindows does not start\n")
    assert rows_of(give_back(upload, DEFAULTS, tag(upload)).data)[2][:3] == ["Windows does not start", "Windows", ""]
    upload = Upload("b.csv", b"id,text\n1,Outlook hangs\n2,Outlook, which hangs, on Windows\n3,it works\n")
    rows = rows_of(give_back(upload, DEFAULTS, tag(upload)).data)
    assert rows[2][:4] == ["2", "Outlook, which hangs, on Windows", "Windows", "Outlook"]


def test_what_somebody_corrected_is_said() -> None:
    upload = Upload("a.csv", b"id,text\n1,Windows hangs a lot\n2,Windows hangs again\n")
    found = tag(upload)
    entry = found.by_part["row 1"]
    by_part = {**found.by_part, "row 1": TaggedItem(entry.item, (), frozenset())}
    names, first, second = rows_of(give_back(upload, DEFAULTS, Found(by_part, TYPES, ORIGIN)).data)
    place = names.index("corrected")
    assert (first[place], second[place]) == ("true", "false")


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\x1e\x1f"), max_size=12)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), st.sampled_from([",", ";", "\t"]))
def test_no_cell_is_lost(cells: list[tuple[str, str]], separator: str) -> None:
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=separator)
    table.writerows([("id", "text", "more"), *((str(n), f"Windows hangs {a}", b) for n, (a, b) in enumerate(cells))])
    upload = Upload("a.csv", out.getvalue().encode())
    settings = Settings(("text",))
    names, *rows = rows_of(give_back(upload, settings, tag(upload, settings)).data, separator)
    assert names[:4] == ["id", "text", "more", "OS"]
    assert [row[:2] for row in rows] == [[str(n), f"Windows hangs {a}"] for n, (a, _) in enumerate(cells)]
    assert [row[2] in (b, f"'{b}") for row, (_, b) in zip(rows, cells, strict=True)] == [True] * len(cells)
    assert {row[3] for row in rows} == {"Windows"}


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    return make_xlsx(
        {name: "".join(row(n, *cells) for n, cells in enumerate(rows, start=3)) for name, rows in sheets.items()}
    )


def test_a_workbook_comes_back_as_one() -> None:
    rows = [("id", "text", "cost"), (1, "Outlook hangs on Windows", 2.5), (2, "", 3), (3, "nothing here", 4)]
    upload = Upload("a.xlsx", workbook(S=rows, Other=[("only", "names")]))
    given = give_back(upload, DEFAULTS, tag(upload))
    assert given.name == "a-tagged.xlsx"
    (name, written), other = sheet_tables(given.data)
    assert (name, other) == ("S", ("Other", [["only", "names"]]))
    assert written[0] == ["id", "text", "cost", *TYPES, "mentions", "model", "variant", "threshold", "date"]
    assert written[1][:5] == ["1", "Outlook hangs on Windows", "2.5", "Windows", "Outlook"]
    assert json.loads(written[1][5])[0]["text"] == "Outlook"
    assert written[1][6:] == SAID
    assert written[2] == ["2", "", "3", *[""] * 7]
    assert written[3][3:6] == ["", "", "[]"]
    # Numbers are numbers, and nothing is computed.
    with zipfile.ZipFile(io.BytesIO(given.data)) as archive:
        sheet = next(archive.read(name) for name in archive.namelist() if b"Outlook hangs" in archive.read(name))
    assert b"<v>0.5</v>" in sheet
    assert b"<f>" not in sheet


def test_what_a_cell_cannot_hold_is_said_in_it() -> None:
    upload = Upload("a.xlsx", workbook(S=[("id", "text"), (1, "Windows " * 2_000)]))
    ((_, (_, first)),) = sheet_tables(give_back(upload, DEFAULTS, tag(upload)).data)
    assert first[2].startswith("Windows; Windows")
    assert first[4].endswith("more than a cell holds; they are in the other downloads")


def test_a_workbook_that_cannot_be_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(1, "Outlook hangs on Windows"), (2, "Windows does not start")]
    upload = Upload("a.xlsx", workbook(S=rows))
    with pytest.raises(InputError, match="no line of column names"):
        give_back(upload, DEFAULTS, tag(upload))
    upload = Upload("a.xlsx", workbook(S=[("id", "text"), *rows]))
    monkeypatch.setattr(returned, "_add_cells", lambda content, *_: content.replace(b"Outlook", b"Inlook"))
    with pytest.raises(InputError, match="could not be written as it was"):
        give_back(upload, DEFAULTS, tag(upload))
    monkeypatch.setattr(returned, "_MOST_SHEET_BYTES", 10)
    with pytest.raises(InputError, match="larger than"):
        give_back(upload, DEFAULTS, tag(upload))
