"""Example texts for the Live page, written for it."""

from __future__ import annotations

EXAMPLES = {
    "Mail client": (
        "Since the update to Outlook 2021 last night my ThinkPad T14 freezes as soon as a calendar invite opens. "
        "It runs Windows 11 23H2. The log says 0x80070057 and then nothing."
    ),
    "Printer": (
        "The LaserJet in room 204 prints blank pages from Chrome 126, but the same file is fine from Acrobat Reader. "
        "Two colleagues on macOS 14.5 see it too."
    ),
    "Developer tooling": (
        "docker build fails on Ubuntu 22.04 with exit code 137 since I moved to Docker 27.0.3.\n"
        "Python 3.12 and Node.js are installed, the CI runner has 8 GB of RAM.\n"
        "Last line before it stops: java.lang.OutOfMemoryError"
    ),
    "Server": (
        "web-03 answers HTTP 503 after the nginx upgrade. PostgreSQL 16 on the same host is up, "
        "and the SSD is not full. Could this be the kernel panic from Monday again?"
    ),
    "No entity": "Could somebody please call me back after lunch? It is not urgent, I am at my desk until five.",
}
