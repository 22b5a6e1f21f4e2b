"""Documents from a few lines of markup: no library writes what tests need."""

from __future__ import annotations

import functools
import io
import struct
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import docx
from docx.document import Document

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLE_ID = f"{{{_W}}}styleId"
_HIDDEN = 'state="hidden"'
_SPACES = (
    f'xmlns:w="{_W}" xmlns:r="{_RELATIONS}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def make_zip(files: dict[str, bytes | str], **options: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def unzip(data: bytes) -> dict[str, bytes]:
    """The files in an archive by their names."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@functools.cache
def _template() -> bytes:
    """What python-docx begins with, less 800 kB of styles that nothing is written in."""
    document = docx.Document()
    styles = document.styles.element
    for element in list(styles):
        if not any(word in str(element.get(_STYLE_ID, "")) for word in ("Normal", "Heading", "Title", "Default")):
            styles.remove(element)
    for key, relation in list(document.part.rels.items()):
        if relation.reltype.endswith("stylesWithEffects"):
            del document.part.rels[key]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def new_document() -> Document:
    """A document to write in, as `docx.Document()` is one, but small: to redact it is to read all its styles."""
    return docx.Document(io.BytesIO(_template()))


def make_docx(body: str, **stories: str) -> bytes:
    """A .docx of a body and other stories, each as markup.

    Args:
        stories: by file name without its extension, such as `header1`, `footnotes`, `comments`; a digit at the end is
            no part of the kind. The relation of each has its name as its id.
    """
    office = f"{_RELATIONS}/officeDocument"
    relations = [f'<Relationship Id="m" Type="{office}" Target="word/document.xml"/>']
    inner = [
        f'<Relationship Id="{name}" Type="{_RELATIONS}/{name.rstrip("0123456789")}" Target="{name}.xml"/>'
        for name in stories
    ]
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": _content_types(stories),
        "_rels/.rels": _relationships(relations),
        "word/_rels/document.xml.rels": _relationships(inner),
        "word/document.xml": f"<w:document {_SPACES}><w:body>{body}</w:body></w:document>",
    }
    for name, markup in stories.items():
        files[f"word/{name}.xml"] = f"<w:story {_SPACES}>{markup}</w:story>"
    return make_zip(files)


def paragraph(text: str) -> str:
    """A paragraph of one run."""
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def table(*rows: Sequence[str], cell: str = "") -> str:
    """A table of rows of cells; each cell is markup, and `cell` the properties of each."""
    return "<w:tbl>{}</w:tbl>".format(
        "".join("<w:tr>{}</w:tr>".format("".join(f"<w:tc>{cell}{text}</w:tc>" for text in row)) for row in rows)
    )


def text_box(text: str) -> str:
    """A run with a text box, as Word writes it: once for itself and once for older versions."""
    content = f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{content}</wps:txbx></w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )


def _relationships(entries: Sequence[str]) -> str:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{"".join(entries)}</Relationships>'


def _content_types(stories: dict[str, str]) -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{word}.{name.rstrip("0123456789")}+xml"/>'
        for name in ("document", *stories)
    ).replace("document+xml", "document.main+xml")
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def make_odt(body: str, styles: str = "") -> bytes:
    """An .odt of a body and of what stands in its master pages, as markup."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "draw", "style", "svg")
    )
    return make_zip(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {spaces}><office:body><office:text>{body}</office:text>"
            "</office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {spaces}><office:master-styles>{styles}</office:master-styles>"
            "</office:document-styles>",
        }
    )


def make_xlsx(sheets: dict[str, str], hidden: Sequence[str] = (), **files: bytes) -> bytes:
    """An .xlsx of sheets by name, each the markup of its rows; style 1 is a date, style 2 a date with a time.

    Args:
        hidden: the names of sheets that are.
    """
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    entries = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="r{number}" {_HIDDEN if name in hidden else ""}/>'
        for number, name in enumerate(sheets, start=1)
    )
    relations = [
        f'<Relationship Id="r{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    ]
    relations.append(f'<Relationship Id="s" Type="{_RELATIONS}/styles" Target="styles.xml"/>')
    root = f'<Relationship Id="m" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 22))
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relationships([root]),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_RELATIONS}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relationships(relations),
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs>{styles}</cellXfs></styleSheet>',
    }
    for number, rows in enumerate(sheets.values(), start=1):
        markup = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        members[f"xl/worksheets/sheet{number}.xml"] = markup
    return make_zip({**members, **files})


def row(number: int, *cells: str | float) -> str:
    """A row of a sheet: texts and numbers, from the first column on."""
    found = []
    for column, cell in zip("ABCDEFGHIJ", cells, strict=False):
        place = f'r="{column}{number}"'
        if isinstance(cell, str):
            found.append(f'<c {place} t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>')
        else:
            found.append(f"<c {place}><v>{cell}</v></c>")
    return f'<row r="{number}">{"".join(found)}</row>'


def make_pdf(
    pages: Sequence[bytes], *objects: bytes, catalog: bytes = b"", page: bytes = b"", fonts: bytes = b""
) -> bytes:
    """A PDF of content streams, in Helvetica as /F1.

    Args:
        objects: further ones, numbered from 3 on; they come before those of the pages.
        catalog: further entries of the catalogue.
        page: further entries of each page.
        fonts: further fonts, such as `/F2 3 0 R`.
    """
    found = [b"", b"", *objects]
    kids = []
    for stream in pages:
        number = len(found) + 1
        kids.append(b"%d 0 R" % number)
        found.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << %s %s >> %s >>"
            % (number + 1, _FONT % fonts, b"/XObject << /X 3 0 R >>" if objects else b"", page)
        )
        found.append(pdf_stream(stream))
    found[0] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog
    found[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(found, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(found) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(found) + 1, start))
    return out.getvalue()


def pdf_stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def pdf_lines(*lines: str) -> bytes:
    """A content stream with lines one below the other."""
    shown = b" 0 -14 Td ".join(b"(%s) Tj" % line.encode("cp1252") for line in lines)
    return b"BT /F1 12 Tf 72 700 Td %s ET" % shown


_FONT = b"/Font << %s /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >>"
# One black dot.
PDF_PICTURE = pdf_stream(
    b"\0", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
)
_SECTOR, _MINI = 512, 64
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def make_compound(tree: dict[str, Any]) -> bytes:
    """A compound file, in which Outlook and older versions of Office save, of streams (bytes) and storages (dict)."""
    entries: list[dict[str, Any]] = []

    def add(name: str, content: Any) -> int:
        number = len(entries)
        entries.append({"name": name, "content": content, "child": _FREE, "next": _FREE})
        if isinstance(content, dict):
            # A chain to the right is a tree, too, when it is in order.
            inner = [add(key, content[key]) for key in sorted(content, key=lambda key: (len(key), key.upper()))]
            entries[number]["child"] = inner[0] if inner else _FREE
            for one, other in pairwise(inner):
                entries[one]["next"] = other
        return number

    add("Root Entry", tree)
    mini, mini_table, sectors, table = bytearray(), list[int](), list[bytes](), list[int]()

    def place(data: bytes, size: int, where: list[int]) -> int:
        first = len(where)
        number = -(-len(data) // size)
        where += [*range(first + 1, first + number), _END][:number]
        return first if number else _END

    def place_sectors(data: bytes) -> int:
        sectors.extend(data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR))
        return place(data, _SECTOR, table)

    for entry in entries[1:]:
        if isinstance(entry["content"], bytes):
            data = entry["content"]
            if len(data) < 4096:
                entry["start"] = place(data, _MINI, mini_table)
                mini += data.ljust(-(-len(data) // _MINI) * _MINI, b"\0")
            else:
                entry["start"] = place_sectors(data)
    entries[0]["start"] = place_sectors(bytes(mini))
    mini_start = place_sectors(struct.pack(f"<{len(mini_table)}I", *mini_table).ljust(_SECTOR, b"\xff"))
    directory = b""
    for number, entry in enumerate(entries):
        name = entry["name"].encode("utf-16-le") + b"\0\0"
        content = entry["content"]
        kind = 5 if number == 0 else 1 if isinstance(content, dict) else 2
        size = len(mini) if number == 0 else len(content) if kind == 2 else 0
        directory += struct.pack(
            "<64sHBBIII16sIQQIQ", name, len(name), kind, 1, _FREE, entry["next"], entry["child"], b"", 0, 0, 0,
            entry.get("start", 0), size,
        )  # fmt: skip
    directory_start = place_sectors(directory)
    fat_sectors = 1
    while fat_sectors * _SECTOR // 4 < len(table) + fat_sectors:
        fat_sectors += 1
    first_fat = len(table)
    table += [_FAT] * fat_sectors
    fat = struct.pack(f"<{len(table)}I", *table).ljust(fat_sectors * _SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, fat_sectors,
        directory_start, 0, 4096, mini_start, len(mini_table) and -(-len(mini_table) * 4 // _SECTOR), _END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", *([*range(first_fat, first_fat + fat_sectors)] + [_FREE] * 109)[:109])
    return header + b"".join(sectors) + fat


def msg_tree(
    texts: dict[str, str | bytes], attachments: Sequence[dict[str, Any]] = (), head: int = 32
) -> dict[str, Any]:
    """A message for `make_compound`.

    Args:
        texts: properties by their number, such as 0037 for the subject; text as text, other data as bytes.
        attachments: their properties, or one "message" with the tree of a message.
        head: bytes before the properties, 24 for a message inside another.
    """
    tree: dict[str, Any] = {"__properties_version1.0": bytes(head), **_substreams(texts)}
    for number, attachment in enumerate(attachments):
        inner = attachment.get("message")
        properties = {"__substg1.0_3701000D": inner} if inner else _substreams(attachment)
        tree[f"__attach_version1.0_#{number:08X}"] = {"__properties_version1.0": bytes(8), **properties}
    return tree


def _substreams(texts: dict[str, str | bytes]) -> dict[str, bytes]:
    return {
        f"__substg1.0_{key}{'001F' if isinstance(value, str) else '0102'}": value.encode("utf-16-le")
        if isinstance(value, str)
        else value
        for key, value in texts.items()
    }
