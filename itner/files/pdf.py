"""The text of PDF documents, page by page."""

from __future__ import annotations

import io
import logging

from itner.core.errors import InputError
from itner.files.items import Parsed, Part, Settings
from itner.files.limits import MAX_PDF_PAGES


def read_pdf(data: bytes, settings: Settings) -> Parsed:
    from pypdf import PdfReader

    parsed = Parsed()
    # It warns about every oddity of a damaged file, and a warning can quote what is in it.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        document = PdfReader(io.BytesIO(data))
        locked = document.is_encrypted and not document.decrypt("")
        pages = 0 if locked else len(document.pages)
        if not locked and pages <= MAX_PDF_PAGES:
            for number, page in enumerate(document.pages, start=1):
                parsed.parts.append(Part(f"page {number}", page.extract_text()))
    except Exception as error:  # pypdf raises many kinds on a damaged file
        raise InputError(f"not a PDF that can be read ({type(error).__name__})") from error
    if locked:
        raise InputError("protected by a password; save it without one and upload it again")
    if pages > MAX_PDF_PAGES:
        raise InputError(f"has {pages:,} pages; at most {MAX_PDF_PAGES:,} are read")
    return parsed
