"""Word documents: every word that the page shows, once and in order."""

from __future__ import annotations

import io

import docx
import pytest
from documents import make_compound, make_docx, make_zip, paragraph, table, text_box, unzip
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.files.items import DEFAULTS, Parsed, Upload
from itner.files.readers import read_uploads
from itner.files.word import read_docx


def body(markup: str, **stories: str) -> str:
    return dict(parts(markup, **stories)).get("", "")


def parts(markup: str, **stories: str) -> list[tuple[str, str]]:
    return [(part.name, part.text) for part in read(markup, **stories).parts]


def read(markup: str, **stories: str) -> Parsed:
    return read_docx(make_docx(markup, **stories), DEFAULTS)


def run(*inner: str) -> str:
    return f"<w:p><w:r>{''.join(inner)}</w:r></w:p>"


def span(columns: int) -> str:
    return f'<w:tcPr><w:gridSpan w:val="{columns}"/></w:tcPr>'


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (table([paragraph("Windows 11")], cell=span(3)) + table([paragraph("a"), paragraph("b")]), "Windows 11\na\tb"),
        # A span that would fill the memory if it were laid out.
        (table([paragraph("Windows 11"), paragraph("b")], cell=span(10**8)), "Windows 11\tb"),
        # Merged downwards: Word keeps an empty paragraph in the cells below.
        (
            table([paragraph("OS"), paragraph("11")], cell='<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>')
            + table(["<w:p/>", paragraph("10")], cell="<w:tcPr><w:vMerge/></w:tcPr>"),
            "OS\t11\n\t10",
        ),
        (table([paragraph("a") + paragraph("b"), paragraph("c")]), "a\nb\tc"),
        (table([paragraph("a"), "<w:p/>", "<w:p/>"], ["<w:p/>"], [paragraph("b")]), "a\nb"),
        (
            table([paragraph("out") + table([paragraph("x"), paragraph("y")]) + "<w:p/>", paragraph("z")]),
            "out\nx\ty\tz",
        ),
        (paragraph("before") + table([paragraph("in")]) + paragraph("after"), "before\nin\nafter"),
        (paragraph("a") + "<w:p/>" + paragraph("b"), "a\n\nb"),
    ],
)
def test_tables(markup: str, text: str) -> None:
    assert body(markup) == text


def test_a_merged_cell_that_word_itself_would_write() -> None:
    document = docx.Document()
    cells = document.add_table(2, 3)
    cells.cell(0, 0).merge(cells.cell(0, 2)).text = "Incident on Windows 11"
    cells.cell(1, 0).text = "Outlook"
    out = io.BytesIO()
    document.save(out)
    assert read_docx(out.getvalue(), DEFAULTS).parts[0].text == "Incident on Windows 11\nOutlook"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{p}</w:sdtContent></w:sdt>", "Teams"),
        ("<w:p><w:sdt><w:sdtContent>{r}</w:sdtContent></w:sdt></w:p>", "Teams"),
        ("<w:tbl><w:sdt><w:sdtContent><w:tr><w:tc>{p}</w:tc></w:tr></w:sdtContent></w:sdt></w:tbl>", "Teams"),
        ("<w:tbl><w:tr><w:sdt><w:sdtContent><w:tc>{p}</w:tc></w:sdtContent></w:sdt></w:tr></w:tbl>", "Teams"),
        ("<w:customXml>{p}</w:customXml>", "Teams"),
        ("<w:p><w:smartTag>{r}</w:smartTag></w:p>", "Teams"),
        ('<w:p><w:hyperlink r:id="x">{r}</w:hyperlink></w:p>', "Teams"),
        ('<w:p><w:fldSimple w:instr="DATE">{r}</w:fldSimple></w:p>', "Teams"),
        (
            '<w:p><w:ins w:id="1">{r}</w:ins><w:del w:id="2"><w:r><w:delText>Zoom</w:delText></w:r></w:del></w:p>',
            "Teams",
        ),
        ('<w:ins w:id="1">{p}</w:ins>', "Teams"),
        ('<w:p><w:moveTo w:id="1">{r}</w:moveTo><w:moveFrom w:id="2">{r}</w:moveFrom></w:p>', "Teams"),
        ("<w:p><m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath></w:p>", "x+1"),
        ("<w:p><w:ruby><w:rt><w:r><w:t>aid</w:t></w:r></w:rt><w:rubyBase>{r}</w:rubyBase></w:ruby></w:p>", "Teams"),
    ],
)
def test_what_wraps_text_hides_none_of_it(inner: str, text: str) -> None:
    assert body(inner.format(p=paragraph("Teams"), r="<w:r><w:t>Teams</w:t></w:r>")) == text


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:cr/>", "a\tb\nc\n"),
        ("<w:t>web</w:t><w:noBreakHyphen/><w:t>03</w:t>", "web-03"),
        ("<w:t>Thunder</w:t><w:softHyphen/><w:t>bird</w:t>", "Thunderbird"),
        ('<w:t>File </w:t><w:sym w:font="Wingdings" w:char="F0E0"/>', "File →"),
        ('<w:sym w:font="Symbol" w:char="F0B0"/>', "°"),
        ('<w:sym w:font="Arial" w:char="20AC"/>', "€"),
        ('<w:rPr><w:tab/><w:b/></w:rPr><w:t>x</w:t><w:footnoteReference w:id="2"/>', "x"),
        ('<w:fldChar w:fldCharType="begin"/><w:instrText> PAGE </w:instrText><w:t>7</w:t>', "7"),
        (
            '<w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="Linux"/>'
            '<w:listEntry w:val="macOS"/></w:ddList></w:ffData></w:fldChar>',
            "macOS",
        ),
    ],
)
def test_characters_that_are_elements(inner: str, text: str) -> None:
    assert body(run(inner)) == text


def test_symbols_without_a_known_look_are_said() -> None:
    found = read(run('<w:sym w:font="Webdings" w:char="F041"/><w:sym w:font="Wingdings" w:char="oops"/>'))
    assert found.parts[0].text == "\ufffd\ufffd"
    assert found.notes == ["2 characters of symbol fonts read as \ufffd"]


def test_a_paragraph_whose_end_was_deleted_goes_on() -> None:
    end = "<w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr>"
    assert body(f"<w:p>{end}<w:r><w:t>Think</w:t></w:r></w:p>" + paragraph("Pad")) == "ThinkPad"


def test_text_boxes_stand_once_where_they_are_anchored() -> None:
    markup = f"<w:p><w:r><w:t>See the </w:t></w:r>{text_box('Error 5')}<w:r><w:t>box.</w:t></w:r></w:p>"
    assert body(markup + paragraph("After")) == "See the box.\nError 5\nAfter"
    # Only the older way of writing it holds text; a box in a box.
    old = "<mc:Fallback><w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
    empty = "<mc:AlternateContent><mc:Choice Requires='wpg'><w:drawing/></mc:Choice>{}</mc:AlternateContent>"
    inner = f"<w:p><w:r><w:t>outer</w:t></w:r>{text_box('inner')}</w:p>"
    assert body(run(empty.format(old.format(inner)))) == "\nouter\ninner"
    assert body(run('<w:pict><v:shape><v:textpath string="DRAFT"/></v:shape></w:pict>')) == "\nDRAFT"


def test_headers_notes_and_comments_are_parts_of_their_own() -> None:
    references = "".join(f'<w:headerReference w:type="default" r:id="header{number}"/>' for number in (1, 2, 3))
    section = f'<w:sectPr>{references}<w:footerReference w:type="default" r:id="footer1"/></w:sectPr>'
    note = '<w:footnote w:id="{}" {}>{}</w:footnote>'
    assert parts(
        f"<w:p><w:pPr>{section}</w:pPr><w:r><w:t>Body</w:t></w:r></w:p>",
        header1=paragraph("Asset: ThinkPad T14"),
        header2=paragraph("Second"),
        header3=paragraph("Asset: ThinkPad T14"),
        footer1=paragraph("Page 1"),
        footnotes=note.format(0, 'w:type="separator"', paragraph("____"))
        + note.format(2, "", paragraph("See KB5034441"))
        + note.format(3, "", paragraph("and this")),
        comments=f'<w:comment w:id="0">{paragraph("Really Teams?")}</w:comment>',
    ) == [
        ("header", "Asset: ThinkPad T14"),
        ("header 2", "Second"),
        ("", "Body"),
        ("footnotes", "See KB5034441\nand this"),
        ("comments", "Really Teams?"),
        ("footer", "Page 1"),
    ]


def test_what_is_not_read_is_said() -> None:
    picture = "<mc:AlternateContent><mc:Choice><a:blip/></mc:Choice><mc:Fallback><v:imagedata/></mc:Fallback>"
    found = read(
        run(
            f"<w:t>x</w:t>{picture}</mc:AlternateContent><a:blip/><w:object><v:imagedata/></w:object>"
            "<w:drawing><a:chart/></w:drawing>"
        )
        + "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>"
        + '<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t></w:r></w:p>'
        + '<w:sectPr><w:headerReference r:id="gone"/></w:sectPr>'
    )
    assert found.parts[0].text == "x\nsecret\nshown"
    assert found.notes == [
        "a header could not be read (KeyError)",
        "2 pictures not read",
        "1 chart not read",
        "1 embedded object not read",
        "1 passage of hidden text read like the rest",
    ]


def test_a_file_inserted_as_text_is_read_by_its_own_parser() -> None:
    data = make_docx('<w:altChunk r:id="c"/>' + paragraph("after"))
    members = unzip(data)
    chunk = '<Relationship Id="c" Type="http://x/aFChunk" Target="chunk.html"/></Relationships>'
    members["word/_rels/document.xml.rels"] = members["word/_rels/document.xml.rels"].replace(
        b"</Relationships>", chunk.encode()
    )
    result = read_uploads([Upload("a.docx", make_zip({**members, "word/chunk.html": b"<p>Inserted"}))])
    assert [(item.file, item.text) for item in result.items] == [("a.docx", "after"), ("a.docx/chunk.html", "Inserted")]


def test_the_strict_edition_of_the_format() -> None:
    members = unzip(
        make_docx(
            paragraph("Teams") + '<w:sectPr><w:headerReference r:id="header1"/></w:sectPr>', header1=paragraph("T14")
        )
    )
    for transitional, strict in (
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
        (
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
    ):
        members = {name: data.replace(transitional, strict) for name, data in members.items()}
    found = read_docx(make_zip({**members}), DEFAULTS)
    assert [(part.name, part.text) for part in found.parts] == [("header", "T14"), ("", "Teams")]


def test_diagrams_are_parts_of_their_own() -> None:
    shape = "<dgm:pt xmlns:dgm='d'><dgm:t><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    use = "<w:drawing><dgm:relIds xmlns:dgm='d' r:dm='diagramData1'/></w:drawing>"
    assert parts(run("<w:t>x</w:t>" + use), diagramData1=shape.format("Outlook") + shape.format("Exchange")) == [
        ("", "x"),
        ("diagram", "Outlook\nExchange"),
    ]


@pytest.mark.parametrize("depth", [1_000, 20_000])
def test_depth_costs_no_stack(depth: int) -> None:
    deep = "<w:tbl><w:tr><w:tc>" * depth + paragraph("deep") + "</w:tc></w:tr></w:tbl>" * depth
    assert body(deep) == "deep"
    assert body("<w:sdt><w:sdtContent>" * depth + paragraph("x") + "</w:sdtContent></w:sdt>" * depth) == "x"


def test_other_files_are_refused_in_words() -> None:
    locked = make_compound({"EncryptedPackage": b"x" * 100})
    with pytest.raises(InputError, match="protected by a password, or in the format before 2007"):
        read_docx(locked, DEFAULTS)
    with pytest.raises(InputError, match=r"not a Word document \(.docx\) that can be read \(KeyError\)"):
        read_docx(make_zip({"word/other.xml": b"<x/>"}), DEFAULTS)
    with pytest.raises(InputError, match="although it is an office file"):
        read_docx(make_zip({"word/document.xml": b"<workbook/>"}), DEFAULTS)
    with pytest.raises(InputError, match="ExpatError"):
        read_docx(make_zip({"word/document.xml": b"<w:document><w:p>"}), DEFAULTS)


plain = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="<&>\ufffd"), min_size=1, max_size=9)


@given(st.lists(st.lists(st.lists(plain, min_size=1, max_size=3), min_size=1, max_size=3), max_size=4))
def test_every_word_is_read_once_and_in_order(tables: list[list[list[str]]]) -> None:
    markup = "".join(
        table(*[[paragraph(cell) for cell in row] for row in rows]) + f"<w:p>{text_box('box')}</w:p>" for rows in tables
    )
    words = [word for rows in tables for word in (*(cell for row in rows for cell in row), "box")]
    assert body(markup).split() == words
