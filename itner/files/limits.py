"""What an upload may hold. Beyond these, a file is refused with a message instead of filling the memory."""

from __future__ import annotations

MIB = 2**20

MAX_FILE_BYTES = 50 * MIB
MAX_FILES = 200
# About what two cores tag in ten minutes.
MAX_CHARACTERS = 30_000_000
MAX_PDF_PAGES = 2_000
# Of a zip, and of a .docx, which is one. Text shrinks to a fifth or less; hundredfold is a bomb.
MAX_UNPACKED_BYTES = 100 * MIB
MAX_PACKING_RATIO = 200
# Of one mail, and mails of a mailbox; each part costs the time and the memory of a message.
MAX_MAIL_PARTS = 1_000
MAX_MAILS = 10_000
# Of a header that says how a part is to be read.
MAX_HEADER_CHARACTERS = 65_536
# Of a workbook's sheet, from the first cell to the last: the library that reads it keeps the empty ones, too.
MAX_SHEET_CELLS = 5_000_000
# Of what a parser may take for one file, beside the program itself.
MAX_PARSER_MEMORY = 1024 * MIB
PARSER_SECONDS = 10
PARSER_SECONDS_PER_MIB = 1


def parser_seconds(size: int) -> int:
    """How long the parser of a file of so many bytes may compute."""
    return PARSER_SECONDS + PARSER_SECONDS_PER_MIB * (size // MIB)
