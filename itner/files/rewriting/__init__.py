"""Files whose texts are replaced while everything else about them stays: their format, encoding and layout.

A file is opened as units, everything in it that somebody may read, and written with edits of them: only the characters
that an edit names are others afterwards. What cannot be rewritten is left out and said.
"""

from itner.files.rewriting.known import Found, Known, identify, read_digits, read_plainly
from itner.files.rewriting.open import OPENERS, open_file
from itner.files.rewriting.readings import Reading, readings
from itner.files.rewriting.units import Edit, Opened, Unit, change

__all__ = [
    "OPENERS",
    "Edit",
    "Found",
    "Known",
    "Opened",
    "Reading",
    "Unit",
    "change",
    "identify",
    "open_file",
    "read_digits",
    "read_plainly",
    "readings",
]
