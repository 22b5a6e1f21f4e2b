"""The text of word processors' documents."""

from __future__ import annotations

import io

from itner.core.errors import InputError
from itner.files.archives import open_zip
from itner.files.items import Parsed, Part, Settings


def read_docx(data: bytes, settings: Settings) -> Parsed:
    from docx import Document
    from docx.table import Table

    open_zip(data).close()
    try:
        document = Document(io.BytesIO(data))
        lines = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
    except Exception as error:  # python-docx, lxml and zipfile raise many kinds on a damaged file
        raise InputError(f"not a Word document that can be read ({type(error).__name__})") from error
    return Parsed([Part("", "\n".join(lines))])
