"""Documents from a few lines of markup: no library writes what tests need."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
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
