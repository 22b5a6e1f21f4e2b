"""The paragraphs of a text whose format says which line breaks are soft (`format=flowed`, RFC 3676)."""

from __future__ import annotations

import re

_LINES = re.compile(r"\r\n|\r|\n")
# Stands above a signature, and ends in a space without being soft.
_SIGNATURE = "-- "


def join_flowed(text: str, delete_space: bool) -> str:
    """The text with soft breaks joined, each paragraph on a line; what is quoted stays behind its ">".

    Args:
        delete_space: whether the space before a soft break was put there for it (`DelSp=yes`).
    """
    lines: list[str] = []
    # The lines of a paragraph that goes on, and how deeply it is quoted.
    open_lines: list[str] = []
    open_depth = 0
    for line in _LINES.split(text):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        # A space in front protects what would otherwise read as a quotation, or as a mail's own line.
        content = content.removeprefix(" ")
        signature = content == _SIGNATURE
        if open_lines and (depth != open_depth or signature):
            lines.append(_quoted(open_lines, open_depth))
            open_lines = []
        soft = content.endswith(" ") and not signature
        open_lines.append(content[:-1] if soft and delete_space else content)
        open_depth = depth
        if not soft:
            lines.append(_quoted(open_lines, open_depth))
            open_lines = []
    if open_lines:
        lines.append(_quoted(open_lines, open_depth))
    return "\n".join(lines)


def _quoted(pieces: list[str], depth: int) -> str:
    text = "".join(pieces)
    return ">" * depth + (" " if depth and text else "") + text
