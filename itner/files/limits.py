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
