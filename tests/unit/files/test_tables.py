"""Tables and records as people export them: which column is read, and what is said of it."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import REPOSITORY

from itner.core.errors import InputError
from itner.files.columns import count_words, is_typed
from itner.files.items import DEFAULTS, Columns, Parsed, ReadResult, Settings, Upload
from itner.files.readers import read_uploads
from itner.files.tables import read_rows

INPUTS = REPOSITORY / "tests" / "inputs"

PROSE = [
    "Outlook hangs when it starts on Windows 11",
    "The printer in room 3 is offline, please help",
    "Teams shows 0x80070057; nothing else works",
    "Since the update, Excel is slow",
]


def read(name: str, data: bytes | str, *columns: str, carry: bool = False) -> ReadResult:
    raw = data.encode() if isinstance(data, str) else data
    return read_uploads([Upload(name, raw)], Settings(columns, None, carry))


def texts(result: ReadResult) -> list[tuple[str, str]]:
    assert result.problems == []
    return [(item.part, item.text) for item in result.items]


def numbered(values: list[str], row: str = "row") -> list[tuple[str, str]]:
    return [(f"{row} {number}", value) for number, value in enumerate(values, start=1)]


def notes(result: ReadResult) -> list[str]:
    return [notice.reason for notice in result.notes]


def problem(result: ReadResult) -> str:
    assert result.items == []
    (notice,) = result.problems
    return notice.reason


def write(rows: list[list[str]], delimiter: str = ",", **options: Any) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, **options).writerows(rows)
    return out.getvalue()


# Exports


SERVICENOW = [
    ["number", "opened_at", "caller_id", "short_description", "description", "priority", "assignment_group"],
    ["INC0001", "2024-03-01 10:00:00", "Ann Smith", "Outlook hangs", PROSE[0], "3 - Moderate", "Service Desk Tier 1"],
    ["INC0002", "2024-03-02 11:30:00", "Bob Jones", "Printer", PROSE[1], "3 - Moderate", "Service Desk Tier 1"],
    ["INC0003", "2024-03-02 11:40:00", "Bob Jones", "Teams", PROSE[2], "2 - High", "Service Desk Tier 1"],
]
ZENDESK = [
    ["Id", "Requester", "Requester email", "Status", "Subject", "Created at", "Tags", "URL"],
    [
        "11",
        "Ann Smith",
        "ann@example.org",
        "open",
        "Outlook hangs when it starts",
        "2024-03-01",
        "a b",
        "https://x.y/1",
    ],
    ["12", "Bob Jones", "bob@example.org", "new", "Printer offline in room 3", "2024-03-01", "a b", "https://x.y/2"],
]
OSTICKET = [
    ["Ticket Number", "Date Created", "Subject", "From", "From Email", "Priority", "Department", "Source"],
    ["100001", "3/1/24 10:00 AM", "Outlook hangs on start", "Ann Smith", "ann@example.org", "Normal", "Support", "Web"],
    ["100002", "3/1/24 11:00 AM", "Printer offline", "Bob Jones", "bob@example.org", "Normal", "Support", "Web"],
]
GERMAN = [
    ["Nummer", "Erstellt", "Betreff", "Beschreibung", "Bearbeiter"],
    ["1", "01.03.2024", "Outlook", "Outlook hängt beim Start unter Windows 11", "Anna Schmidt"],
    ["2", "02.03.2024", "Drucker", "Der Drucker im Büro druckt nicht", "Anna Schmidt"],
]
UNKNOWN = [
    ["Tunniste", "Luotu", "Kuvaus"],
    ["1", "2024-03-01", "Tulostin ei toimi päivityksen jälkeen"],
    ["2", "2024-03-02", "Outlook ei käynnisty tänään"],
]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (SERVICENOW, "description"),
        (ZENDESK, "Subject"),
        (OSTICKET, "Subject"),
        (GERMAN, "Beschreibung"),
        (UNKNOWN, "Kuvaus"),
    ],
    ids=["servicenow", "zendesk", "osticket", "german", "unknown words"],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_column_with_the_text_is_found_by_content_and_said(
    table: list[list[str]], column: str, delimiter: str
) -> None:
    place = table[0].index(column)
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        result = read("a.csv", write(table, delimiter, quoting=quoting))
        assert texts(result) == numbered([row[place] for row in table[1:]])
        assert notes(result) == [f"read `{column}` of {', '.join(table[0])}"]


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        # A name that promises text, over nothing.
        ([["Summary", "Description"], ["Outlook hangs", ""], ["Teams hangs", " "]], "Summary"),
        # Filled in a tenth of the rows alone.
        ([["title", "body"], *[["Outlook hangs on start", PROSE[0] if n == 0 else ""] for n in range(10)]], "title"),
        # Long, but the same in each row.
        ([["notice", "subject"], *[["Please do not answer this mail, it is not read", PROSE[n % 4]] for n in range(8)]],
         "subject"),
        # Long, but no words that anybody wrote.
        ([["user_agent", "problem"], *[["Mozilla/5.0 (X11; Linux x86_64) Gecko like Any Other", p] for p in PROSE]],
         "problem"),
        ([["logger", "message"], *[["org.example.client.net.pool.Connection", p] for p in PROSE]], "message"),
        ([["payload", "event"], *[[json.dumps({"a": p, "b": p}), p] for p in PROSE]], "event"),
        ([["comment_id", "x"], ["c 1 of many that are there", "Outlook hangs"], ["c 2", "Teams hangs"]], "x"),
        ([["name", "what"], ["Ann Smith Jones", "printer offline again"], ["Bob Jones", "Outlook hangs now"]], "what"),
        # The text of what the ticket belongs to.
        ([["Project description", "Description"], *[["All that is reported by the staff here", p[:20]] for p in PROSE]],
         "Description"),
        # Markup of the same text.
        ([["body_html", "body_plain"], *[[f"<div><p>{p}</p></div>", p] for p in PROSE]], "body_plain"),
        # Without spaces between the words.
        ([["编号", "内容"], ["1", "办公室的打印机无法工作"], ["2", "更新后无法启动"]], "内容"),
    ],
)  # fmt: skip
def test_content_decides_before_names(rows: list[list[str]], column: str) -> None:
    place = rows[0].index(column)
    result = read("a.csv", write(rows))
    assert [text for _, text in texts(result)] == [row[place] for row in rows[1:] if row[place].strip()]


def test_an_id_is_no_text() -> None:
    for table in ("id,text\nINC001,\nINC002,\n", "id,created\nINC001,2024-01-01\nINC002,2024-01-02\n"):
        assert "no column holds running text (id, " in problem(read("a.csv", table))
        assert "--text-column" in problem(read("a.csv", table))
        assert texts(read("a.csv", table, "id")) == [("row 1", "INC001"), ("row 2", "INC002")]
    # Codes are taken where a name or the lack of others says that they are what there is.
    assert len(texts(read("a.csv", "id,error\n1,0x80070057\n2,0x80070005\n"))) == 2
    assert len(texts(read("a.csv", "0x80070057\n0x80070005\n"))) == 2
    assert "no column holds" in problem(read("a.csv", "12\n13\n"))


def test_a_wide_table_is_said_in_short() -> None:
    names = [f"Custom field ({number})" for number in range(100)]
    table = [[*names, "Summary", "Description"], *[[*["x"] * 100, text[:13], text] for text in PROSE]]
    assert notes(read("a.csv", write(table))) == ["read `Description` of 102 columns; also with text: Summary"]
    assert problem(read("a.csv", write(table), "gone")).endswith("Custom field (15) and 86 more")


# Chosen columns


TABLE = "id;Subject;Body;owner\n1;Help;Outlook hangs today;ann\n2;;Teams hangs today;bob\n3;Slow;;cy\n"


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        (("Subject",), [("row 1", "Help"), ("row 3", "Slow")]),
        ((" subject ",), [("row 1", "Help"), ("row 3", "Slow")]),
        (("2",), [("row 1", "Help"), ("row 3", "Slow")]),
        (("owner", "gone"), [("row 1", "ann"), ("row 2", "bob"), ("row 3", "cy")]),
        (
            ("Subject", "3"),
            [("row 1 Subject", "Help"), ("row 1 Body", "Outlook hangs today"), ("row 2 Body", "Teams hangs today"),
             ("row 3 Subject", "Slow")],
        ),
        (("Body", "Body", "3"), [("row 1", "Outlook hangs today"), ("row 2", "Teams hangs today")]),
    ],
)  # fmt: skip
def test_columns_can_be_set_by_name_and_number(asked: tuple[str, ...], parts: list[tuple[str, str]]) -> None:
    result = read("a.csv", TABLE, *asked)
    assert texts(result) == parts
    assert not any(note.startswith("read `") for note in notes(result))
    assert ("has no column `gone`" in notes(result)) == ("gone" in asked)


def test_a_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    assert problem(read("a.csv", TABLE, "gone")) == "has no column `gone`; it has id, Subject, Body, owner"
    assert problem(read("a.csv", TABLE, "5", "0")) == "has no column `5`, `0`; it has id, Subject, Body, owner"
    said = problem(read("a.csv", "1,secret words here\n2,more secret words\n", "gone"))
    assert said == "has no column `gone`; it has no line of column names, so choose by number, from 1 to 2"


def test_a_column_whose_name_is_a_number_goes_before_the_number() -> None:
    table = "id,3,text\nINC1,a,Outlook hangs\n"
    assert texts(read("a.csv", table, "3")) == [("row 1", "a")]
    assert texts(read("a.csv", table, "1")) == [("row 1", "INC1")]
    # Where there are no names, a number in the first row is none, either.
    assert texts(read("a.csv", "2,Outlook hangs\n1,Teams hangs\n", "2")) == numbered(["Outlook hangs", "Teams hangs"])


def test_the_other_columns_are_carried_on_request() -> None:
    assert [item.fields for item in read("a.csv", TABLE).items] == [(), ()]
    found = read("a.csv", TABLE, "Subject", "Body", carry=True)
    assert [item.fields for item in found.items] == [(("id", str(n)), ("owner", o)) for n, o in
                                                     ((1, "ann"), (1, "ann"), (2, "bob"), (3, "cy"))]  # fmt: skip
    nested = '{"id": 7, "body": "Outlook hangs", "user": {"name": "ann", "vip": true}, "tags": ["a", "b"], "x": null}'
    (item,) = read("a.jsonl", nested, carry=True).items
    assert item.fields == (("id", "7"), ("user.name", "ann"), ("user.vip", "true"), ("tags", "a\nb"), ("x", ""))


def columns(name: str, data: bytes, encoding: str | None = None) -> Columns | None:
    result = read_uploads([Upload(name, data)], Settings(encoding=encoding))
    return result.columns.get(name)


def test_the_columns_are_known_and_which_was_read() -> None:
    assert columns("a.csv", TABLE.encode()) == Columns(("id", "Subject", "Body", "owner"), ("Body",))
    assert columns("a.csv", b"1,Outlook hangs\n2,Teams hangs\n") == Columns(("column 1", "column 2"), ("column 2",))
    record = b'{"id": 1, "fields": {"text": "Outlook hangs"}}'
    for name in ("a.json", "a.jsonl", "a.ndjson"):
        assert columns(name, record) == Columns(("id", "fields.text"), ("fields.text",))
    assert columns("a.csv", "id;größe text\n1;Outlook hängt\n".encode("cp1252")) == Columns(
        ("id", "größe text"), ("größe text",)
    )
    table = "id;text\n1;Büro ist zu\n".encode("cp850")
    assert columns("a.csv", table, "cp850") == Columns(("id", "text"), ("text",))
    asked = read_uploads([Upload("a.csv", TABLE.encode())], Settings(columns=("2", "owner")))
    assert asked.columns["a.csv"].read == ("Subject", "owner")
    for name, data in (("a.txt", b"a,b\n1,2\n"), ("a.csv", b""), ("a.json", b"{"), ("b", b"x")):
        assert columns(name, data) is None


def test_a_table_without_running_text_still_says_its_columns() -> None:
    result = read_uploads([Upload("a.csv", b"id,size\n1,20\n2,30\n")])
    assert result.columns["a.csv"] == Columns(("id", "size"), ())
    assert [(found.file, found.reason[:32]) for found in result.problems] == [
        ("a.csv", "no column holds running text (id")
    ]


# Names or data in the first row


@pytest.mark.parametrize(
    "rows",
    [
        [["1", PROSE[0]], ["2", PROSE[1]]],
        [["INC001", "open", PROSE[0]], ["INC002", "closed", PROSE[1]], ["INC003", "open", PROSE[2]]],
        [["2024-03-01", "Outlook"], ["2024-03-02", "Teams and Word"]],
        [["ann@example.org", "Printer problem"], ["bob@example.org", "Message lost again"]],
        [[PROSE[0], "open"], [PROSE[1], "open"]],
        [["Outlook hangs", "Ann Smith"], ["Teams hangs", "Bob Jones"]],
        [[PROSE[0]], [PROSE[3]], ["Word"]],
        [["1", PROSE[0]]],
        [["open", "Problem", "Outlook hangs"], ["closed", "Request", "Teams crashes"], ["new", "Question", "Word"]],
        [["Message lost again", "Support"], ["Email problem", "Sales"], ["Printer problem again", "Sales"]],
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_without_names_loses_no_row(rows: list[list[str]], delimiter: str) -> None:
    place = max(range(len(rows[0])), key=lambda n: sum(len(row[n].split()) for row in rows))
    result = read("a.csv", write(rows, delimiter))
    assert texts(result) == numbered([row[place] for row in rows])
    (note,) = notes(result)
    assert note == (
        f"read column {place + 1} of {len(rows[0])}; "
        "there is no line of column names, so the first row is read like the others"
    )


@pytest.mark.parametrize(
    "header",
    [["id", "text"], ["Issue key", "Summary"], ["TicketId", "ticketText"], ["Nr.", "Beschreibung"], ["k", "Kuvaus"],
     ["", "message"], ["_id", "Problem statement"]],
)  # fmt: skip
def test_names_are_no_text(header: list[str]) -> None:
    result = read("a.csv", write([header, ["1", PROSE[0]], ["2", PROSE[1]]]))
    assert texts(result) == numbered(PROSE[:2])
    assert f"read `{header[1]}` of {header[0] or 'column 1'}, {header[1]}" in notes(result)


def test_a_name_that_was_asked_for_proves_the_names() -> None:
    table = "Vika,Outlook kaatuu\nTeams kaatuu,Word kaatuu\n"
    assert texts(read("a.csv", table, "vika")) == [("row 1", "Teams kaatuu")]


def test_names_that_repeat_are_told_apart() -> None:
    table = write([["Summary", "Comment", "Comment", "Comment"], ["Outlook hangs", "one", "", "three"]])
    assert texts(read("a.csv", table, "Comment")) == [("row 1", "one")]
    assert texts(read("a.csv", table, "Comment", "Comment (3)")) == [
        ("row 1 Comment", "one"),
        ("row 1 Comment (3)", "three"),
    ]
    assert "columns of the same name are told apart by a number: Comment (2), Comment (3)" in notes(
        read("a.csv", table)
    )
    clash = write([["a", "a", "a (2)"], ["Outlook hangs", "x", "y"]])
    assert read_uploads([Upload("a.csv", clash.encode())]).columns["a.csv"].names == ("a", "a (2)", "a (2) (2)")


@pytest.mark.parametrize(
    "above",
    [
        "Tickets of March\n",
        "\n\n",
        "Report; March; all\n",
        "Tickets of March\n\nfor the desk\n",
        ";;\n",
        "Report;;\n;;\n",
    ],
)
def test_lines_above_the_names_are_left_out_and_counted(above: str) -> None:
    table = f"{above}Number;Short description;State\nINC1;{PROSE[0]};New\nINC2;{PROSE[3]};New\n"
    result = read("a.csv", table)
    assert texts(result) == [("row 1", PROSE[0]), ("row 2", PROSE[3])]
    assert any("above the column names left out" in note for note in notes(result)) == bool(above.strip("\n;"))


# Delimiters, quotation marks, ragged rows


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**6).map(str),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(
                lambda text: f"the text {text} ends"
            ),
            st.sampled_from(["open", "closed", ""]),
        ),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
)
def test_any_well_formed_table_is_read_as_written(
    rows: list[tuple[str, str, str]], delimiter: str, end: str, quoting: int
) -> None:
    table = write([["id", "text", "state"], *map(list, rows)], delimiter, lineterminator=end, quoting=quoting)
    assert texts(read("a.csv", table)) == numbered([text for _, text, _ in rows])


@given(st.lists(st.sampled_from([*PROSE, "a, b, c", "x; y", "1,5; 2,5", "tab\there"]), min_size=2, max_size=12))
def test_cells_may_hold_delimiters_quotation_marks_and_line_breaks(cells: list[str]) -> None:
    rows = [[str(n), f'He wrote: "{cell}"\r\n\n{cell}, and left'] for n, cell in enumerate(cells)]
    for delimiter in ",;\t|":
        table = write([["id", "text"], *rows], delimiter)
        assert texts(read("a.csv", table)) == numbered([row[1] for row in rows])


@pytest.mark.parametrize("header", [True, False])
def test_prose_with_commas_is_one_column(header: bool) -> None:
    lines = ["Outlook hangs, please help", "Teams crashes", "Word, Excel, all down", "Well, no; yes, or | no"]
    for start in range(len(lines)):
        chosen = [*lines[start:], *lines[:start]]
        table = "\n".join([*(["text"] if header else []), *chosen])
        assert texts(read("a.csv", table)) == numbered(chosen)


@pytest.mark.parametrize("named", [True, False])
def test_decimal_commas_are_no_delimiters(named: bool) -> None:
    table = "id;price;text\n" * named + "1;3,50;Outlook hangs, again\n2;4,20;Teams crashes today\n3;4,90;Word\n"
    assert texts(read("a.csv", table)) == numbered(["Outlook hangs, again", "Teams crashes today", "Word"])


def test_tabs_separate_in_tsv() -> None:
    # By commas, these would make as even a table.
    table = "a,b\tHello, my Outlook hangs\nc,d\tHi, the printer is off\n"
    assert texts(read("a.tsv", table)) == numbered(["Hello, my Outlook hangs", "Hi, the printer is off"])
    assert texts(read("a.tsv", "id;text\n1;Outlook hangs\n")) == numbered(["Outlook hangs"])


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        *((cell, True) for cell in ("17", "-3,50 €", "1 234.5", "2024-03-01T10:00:00Z", "01/Mar/24 3:14 PM")),
        *((cell, True) for cell in ("Mon, 03 Mar 2024 10:00:00 GMT", "3. März 2024 10:15 Uhr", "INC0001", "10.0.0.1")),
        *((cell, True) for cell in ("https://example.org/a?b=c", "ann@example.org", "C:\\new\\x.dll", "0x80070057")),
        *((cell, False) for cell in ("Outlook", "Windows 11", "Monitor 24", "Samsung 24", "May I ask", "")),
        *((cell, False) for cell in ("at 10 the printer fails", "see https://example.org")),
    ],
)
def test_what_is_no_running_text(cell: str, typed: bool) -> None:
    assert is_typed(cell) == typed
    assert (count_words(cell) == 0) == (typed or not cell)


@pytest.mark.parametrize("sign", [";", ",", "\t", "|", "^", "~"])
@pytest.mark.parametrize("line", ["sep={}\r\n", '"sep={}"\n', "\ufeffSEP={}\n"])
def test_a_first_line_can_name_the_delimiter(sign: str, line: str) -> None:
    table = f"{line.format(sign)}id{sign}text\n1{sign}Outlook hangs: no help\n"
    result = read("a.csv", table)
    assert texts(result) == [("row 1", "Outlook hangs: no help")]
    assert notes(result) == ["read `text` of id, text"]


def test_backslashes_before_quotation_marks() -> None:
    table = 'id,text\n1,"he said \\"no, never\\" to it"\n2,"ends in a path C:\\temp\\"\n'
    assert texts(read("a.csv", table))[0][1] == 'he said "no, never" to it'
    # A backslash at the end of a cell is one.
    table = 'id,text,x\n1,"see C:\\temp\\",a\n2,"all in D:\\new\\",b\n3,"and more words",c\n'
    assert texts(read("a.csv", table)) == numbered(["see C:\\temp\\", "all in D:\\new\\", "and more words"])


def test_a_quotation_mark_that_nothing_closes_swallows_nothing() -> None:
    for lines in (
        ['1,"Outlook hangs', "2,Teams crashes", '3,"all, well"'],
        ["1,Word is down", '2,"Outlook hangs', "3,Teams crashes"],
        ['1,"Outlook hangs', '2,Word "quoted" is down', "3,Teams crashes"],
        ['1,"Outlook hangs', '2,"Word hangs', '3,"Teams hangs'],
    ):
        result = read("a.csv", "id,text\n" + "\n".join(lines) + "\n")
        assert len(texts(result)) == 3
        assert any("never closed" in note for note in notes(result))


def test_rows_of_too_few_and_too_many_fields() -> None:
    table = "id,text,owner\n1,Outlook hangs, please help, now,ann\n2\n3,Teams crashes,bob\n4,Word, too,cy\n"
    table += "5,Excel is fine,,,\n"
    result = read("a.csv", table, carry=True)
    assert texts(result) == [
        ("row 1", "Outlook hangs, please help, now"),
        ("row 3", "Teams crashes"),
        ("row 4", "Word, too"),
        ("row 5", "Excel is fine"),
    ]
    assert [dict(item.fields)["owner"] for item in result.items] == ["ann", "bob", "cy", ""]
    assert notes(result)[0] == "1 row filled up: fewer fields than there are columns"
    assert notes(result)[2] == (
        "2 rows, the first is row 1, with more fields than there are columns: "
        "what is too much is read as part of `text`"
    )
    assert notes(result)[3] == "1 row without text skipped"


def test_other_oddities_of_files() -> None:
    # Columns at the end without names and without anything in them.
    assert texts(read("a.csv", "id,text,,\n1,Outlook hangs,,\n2,Teams hangs,,\n")) == numbered(
        ["Outlook hangs", "Teams hangs"]
    )
    assert texts(read("a.csv", "id,text\n1,Outlook hangs,\n2,Teams hangs,\n")) == numbered(
        ["Outlook hangs", "Teams hangs"]
    )
    # Lines that end as on old Macs.
    assert texts(read("a.csv", "id,text\r1,Outlook hangs\r2,Teams hangs\r")) == numbered(
        ["Outlook hangs", "Teams hangs"]
    )
    # Blank lines between rows are no rows; rows of blank cells are.
    assert texts(read("a.csv", "id,text\n\n1,Outlook hangs\n\n,\n2,Teams hangs\n\n,\n")) == [
        ("row 1", "Outlook hangs"),
        ("row 3", "Teams hangs"),
    ]
    assert problem(read("a.csv", "id,text\n")) == "the file holds no row below the line of column names"
    assert problem(read("a.csv", ",,\n,\n")).startswith("no column holds running text (1 column without names)")
    # That the first line was taken for a name is said of a single column, too.
    assert notes(read("a.csv", "only\nfirst text\nsecond text\n")) == ["read `only`, the only column"]
    line = "word " * 200_000
    assert texts(read("a.csv", f'id,text\n1,"{line}"\n')) == [("row 1", line)]


def test_rows_that_others_have_read() -> None:
    parsed = Parsed()
    sheet = [
        ["Tickets", "", ""],
        ["", "", ""],
        ["id", "text", ""],
        ["1", PROSE[0], "note"],
        ["2", "", ""],
        ["", "", ""],
    ]
    read_rows(sheet, Settings(carry=True), parsed, "Sheet1 ")
    (part,) = parsed.parts
    assert (part.name, part.text, part.fields) == ("Sheet1 row 1", PROSE[0], (("id", "1"), ("column 3", "note")))
    assert parsed.notes == [
        "Sheet1: 1 line above the column names left out",
        "Sheet1: read `text` of id, text, column 3",
        "Sheet1: 1 row without text skipped",
    ]
    # One table that cannot be read leaves the others alone; a file that is one table is refused.
    read_rows([["1", "2"]], DEFAULTS, parsed, "Sheet2 ")
    assert parsed.problems == []
    assert parsed.notes[-1].startswith("Sheet2: not read: no column holds running text")
    with pytest.raises(InputError, match="holds no row"):
        read_rows([], DEFAULTS, Parsed())


# Records


@pytest.mark.parametrize(
    ("record", "key"),
    [
        ({"id": "INC001", "description": PROSE[0]}, "description"),
        ({"key": "IT-1", "fields": {"summary": "Outlook", "description": PROSE[0]}}, "fields.description"),
        ({"_id": "x", "_source": {"message": PROSE[0], "@timestamp": "2024-03-01T10:00:00Z"}}, "_source.message"),
        ({"MESSAGE": PROSE[0], "PRIORITY": "6", "_HOSTNAME": "pc-1", "__CURSOR": "s=1;i=2"}, "MESSAGE"),
        ({"number": 7, "title": "Outlook", "body": PROSE[0], "user": {"login": "ann"}}, "body"),
        ({"a": {"b": {"c": PROSE[0]}}, "n": 1}, "a.b.c"),
    ],
)
def test_keys_by_content_and_dotted_path(record: dict[str, Any], key: str) -> None:
    other = json.loads(json.dumps(record).replace(PROSE[0], PROSE[1]))
    lines = f"{json.dumps(record)}\n\n{json.dumps(other)}\n"
    pretty = f"{json.dumps(record, indent=1)}\n{json.dumps(other, indent=1)}\n"
    array = json.dumps([record, other], indent=2)
    under = json.dumps({"total": 2, "data": {"issues": [record, other]}})
    for name in ("a.json", "a.jsonl", "a.ndjson"):
        for text in (lines, pretty, array, under, lines.replace("\n", "\r\n"), "\x1e" + lines):
            result = read(name, text)
            assert texts(result) == numbered(PROSE[:2], "record")
            assert notes(result)[-1].startswith(f"read `{key}` of ")
            assert ("read the records under `data.issues`" in notes(result)) == (text is under)
            assert texts(read(name, text, key)) == numbered(PROSE[:2], "record")


def test_records_without_text_are_skipped_and_counted() -> None:
    lines = [{"id": "INC1", "t": PROSE[0]}, {"id": "INC2", "t": None}, {"id": "INC3", "t": " "}, {"id": "INC4"}]
    lines += [{"id": "INC5", "t": PROSE[1]}]
    result = read("a.jsonl", "\n".join(map(json.dumps, lines)))
    assert texts(result) == [("record 1", PROSE[0]), ("record 5", PROSE[1])]
    assert notes(result) == ["read `t` of id, t", "3 records without text skipped"]
    nothing = "\n".join(json.dumps({"id": f"INC{n}", "description": None}) for n in range(3))
    assert problem(read("a.jsonl", nothing)).startswith("no key holds running text (id, description); choose one")


@pytest.mark.parametrize("bad", ['{"text": "cut', "[1, 2]", "17", "{'text': 'x'}", "null", "[" * 100_000])
def test_a_damaged_line_is_left_out_and_named(bad: str) -> None:
    good = [json.dumps({"id": 1, "text": text}) for text in PROSE]
    result = read("a.jsonl", "\n".join([*good[:2], bad, *good[2:]]))
    assert [(item.part, item.text) for item in result.items] == [
        (f"record {n}", text) for n, text in zip((1, 2, 4, 5), PROSE, strict=True)
    ]
    (notice,) = result.problems
    assert (notice.file, notice.reason) == (
        "a.jsonl",
        "1 line is left out, the first is line 3: not valid JSON, or no object",
    )
    assert problem(read("a.jsonl", bad)).endswith("JSON objects, one a line or in a list, are read")


def test_a_list_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = json.dumps([{"id": 1, "text": text} for text in PROSE]).replace("}, {", "},\n{").replace("[", "[\n")
    result = read("a.json", whole[:-20])
    assert [item.text for item in result.items] == PROSE[:3]
    assert len(result.problems) == 1


def test_the_objects_of_a_list_are_counted_in_the_path() -> None:
    ticket = {"id": 1, "comments": [{"by": "ann", "body": PROSE[0]}, {"by": "bob", "body": PROSE[1]}]}
    text = "\n".join(json.dumps(ticket) for _ in range(2))
    assert texts(read("a.jsonl", text, "comments.body"))[:2] == [
        ("record 1 comments.0.body", PROSE[0]),
        ("record 1 comments.1.body", PROSE[1]),
    ]
    assert texts(read("a.jsonl", text, "comments.1.body")) == numbered([PROSE[1]] * 2, "record")
    # Found by content, all of a conversation is read.
    assert texts(read("a.jsonl", text)) == texts(read("a.jsonl", text, "comments.body"))
    assert notes(read("a.jsonl", text)) == ["read `comments.body` of id, comments.by, comments.body"]


ROWS = [{"id": number, "text": text} for number, text in enumerate(PROSE)]


@pytest.mark.parametrize(
    "whole",
    [
        ROWS,
        {"columns": ["id", "text"], "index": [0, 1, 2, 3], "data": [[row["id"], row["text"]] for row in ROWS]},
        {"id": {str(n): n for n in range(4)}, "text": {str(n): text for n, text in enumerate(PROSE)}},
        {str(n): row for n, row in enumerate(ROWS)},
        [["id", "text"], *[[row["id"], row["text"]] for row in ROWS]],
        [[row["id"], row["text"]] for row in ROWS],
        {"schema": {"fields": [{"name": "id"}, {"name": "text"}]}, "data": ROWS},
        PROSE,
        {"ok": True, "result": {"items": ROWS, "pages": [{"n": 1}]}},
    ],
    ids=["records", "split", "columns", "index", "values with names", "values", "table", "strings", "nested"],
)
def test_tables_as_json(whole: Any) -> None:
    assert [item.text for item in read("a.json", json.dumps(whole)).items] == PROSE


@pytest.mark.parametrize("key", ["IT-{}", "ticket {}", "{}"])
def test_an_object_of_records_is_records(key: str) -> None:
    whole = {key.format(number): {**row, f"only {number}": number} for number, row in enumerate(ROWS)}
    assert [item.text for item in read("a.json", json.dumps(whole)).items] == PROSE


def test_an_object_of_other_objects_is_one_record() -> None:
    whole = {"fields": {"text": PROSE[0], "id": 1}, "author": {"name": "Ann", "mail": "ann@x.example", "id": 1}}
    assert [item.text for item in read("a.json", json.dumps(whole)).items] == [PROSE[0]]


@pytest.mark.parametrize("rows", [5, 20, 200])
@pytest.mark.parametrize("other", [("status", "open"), ("assignee", "Ann Lee"), ("status", "In progress")])
def test_a_nearly_empty_text_goes_before_a_status(rows: int, other: tuple[str, str]) -> None:
    name, value = other
    records = [{"id": f"INC{number}", "description": None, name: value} for number in range(rows)]
    records.append({"id": "INC999", "description": PROSE[0], name: value})
    found = read("a.jsonl", "\n".join(map(json.dumps, records)))
    assert texts(found) == [(f"record {rows + 1}", PROSE[0])]
    assert f"{rows} records without text skipped" in notes(found)


def test_a_record_that_holds_a_list_is_one_record() -> None:
    ticket = {"id": 1, "description": PROSE[0], "history": [{"at": "10:00", "by": "ann"}, {"at": "11:00", "by": "bob"}]}
    assert texts(read("a.json", json.dumps(ticket))) == [("record 1", PROSE[0])]


def test_the_journals_messages_of_bytes() -> None:
    line = {"MESSAGE": list("Büro ist zu".encode()), "PRIORITY": "6"}
    assert texts(read("a.jsonl", json.dumps(line))) == [("record 1", "Büro ist zu")]


@pytest.mark.usefixtures("in_process")
def test_keys_beyond_bound_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itner.files.records.MAX_KEYS", 3)
    record = {f"k{number}": PROSE[0] for number in range(5)}
    assert notes(read("a.jsonl", json.dumps(record)))[0].startswith("has 2 keys more than the ")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
                    max_leaves=20))  # fmt: skip
def test_no_json_raises_anything_else(value: Any) -> None:
    for name in ("a.json", "a.jsonl"):
        result = read(name, json.dumps(value), carry=True)
        assert result.items or result.problems
        assert not any("damaged" in notice.reason for notice in result.problems)


@given(st.text(st.sampled_from('ab1 ,;|\t"\\\n\r.=é'), max_size=80))
def test_no_table_raises_anything_else(text: str) -> None:
    result = read("a.csv", f"x{text}", carry=True)
    assert result.items or result.problems
    assert not any("damaged" in notice.reason for notice in result.problems)


@pytest.mark.parametrize("cell", ["a@" + "." * 100_000 + " x", "1" * 100_000 + "x", "1 " * 50_000 + "x", "/" * 100_000])
def test_long_cells_are_told_in_linear_time(cell: str) -> None:
    start = time.perf_counter()
    is_typed(cell)
    assert time.perf_counter() - start < 2


def test_what_went_wrong_before() -> None:
    def of(name: str) -> list[str]:
        return [item.text for item in read(name, (INPUTS / name).read_bytes()).items]

    assert of("empty_description_column.csv") == ["Outlook 2021 hangs", "Windows 11 hangs"]
    assert of("jira_repeated_columns.csv") == ["Outlook 2021 hangs", "Teams hangs"]
    assert of("no_header.csv") == ["Outlook 2021 shows 0x80070057", "Windows 11 hangs"]
    assert of("subject_and_ticket_text.csv")[0].startswith("Outlook 2021 shows 0x80070057")
    assert of("one_null_description.jsonl") == ["Outlook 2021 hangs", "Windows 11 shows 0x80070057"]


@pytest.mark.parametrize("secret", ["hunter2-password", "swordfish swordfish", "Meine Katze heisst Mohrle"])
def test_no_message_quotes_a_text(secret: str) -> None:
    tables = [
        f"{secret},1\n{secret} too,2\n",
        f"1;{secret}\n2;{secret}\n",
        f'{secret},"{secret}\n{secret}',
        f"id,text\n1,{secret},{secret},{secret}\n2,x y z\n",
        f"{secret}\n{secret} again and again\n",
    ]
    heard: list[str] = []
    for table in tables:
        for result in (read("a.csv", table), read("a.csv", table, "gone"), read("a.csv", table, "2")):
            heard += [notice.reason for notice in (*result.problems, *result.notes)]
    assert heard
    assert not [reason for reason in heard if secret in reason]
