"""The formats that are read, by extension."""

from __future__ import annotations

from itner.files.archives import read_zip
from itner.files.items import Parser
from itner.files.mail import read_eml
from itner.files.pdf import read_pdf
from itner.files.tables import read_csv, read_jsonl, read_tsv
from itner.files.text import read_text
from itner.files.word import read_docx

# Files that hold other files, and no text of their own.
ARCHIVES = (".zip",)
PARSERS: dict[str, Parser] = {
    ".txt": read_text,
    ".log": read_text,
    ".md": read_text,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".json": read_jsonl,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".docx": read_docx,
    ".pdf": read_pdf,
    ".eml": read_eml,
    ".zip": read_zip,
}
