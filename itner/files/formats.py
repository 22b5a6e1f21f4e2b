"""The formats that are read, by extension."""

from __future__ import annotations

from itner.files.archives import read_zip
from itner.files.items import Parsed, Parser, Settings
from itner.files.mail import read_eml, read_mbox
from itner.files.odt import read_odt
from itner.files.outlook import read_msg
from itner.files.pdf import read_pdf
from itner.files.rtf import read_rtf
from itner.files.sheets import read_xlsx
from itner.files.tables import read_csv, read_jsonl, read_tsv
from itner.files.text import read_text
from itner.files.web import read_html
from itner.files.word import read_docx


# Mails are told which of the files attached to them can be read; only this module knows.
def _read_eml(data: bytes, settings: Settings) -> Parsed:
    return read_eml(data, settings, PARSERS)


def _read_msg(data: bytes, settings: Settings) -> Parsed:
    return read_msg(data, settings, PARSERS)


def _read_mbox(data: bytes, settings: Settings) -> Parsed:
    return read_mbox(data, settings, PARSERS)


# Files that hold other files, and no text of their own.
ARCHIVES = (".zip",)
# Files of rows or records, each a text by itself; the others hold running text.
TABLES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xlsx")
PARSERS: dict[str, Parser] = {
    ".txt": read_text,
    ".log": read_text,
    ".md": read_text,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".json": read_jsonl,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".xlsx": read_xlsx,
    ".docx": read_docx,
    ".odt": read_odt,
    ".rtf": read_rtf,
    ".pdf": read_pdf,
    ".html": read_html,
    ".htm": read_html,
    ".eml": _read_eml,
    ".msg": _read_msg,
    ".mbox": _read_mbox,
    ".zip": read_zip,
}
