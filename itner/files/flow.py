"""Text that grows as a document is walked: lines, table rows whose cells are kept apart, boxes set beside the line."""

from __future__ import annotations

import re

_WHITE = re.compile(r"[ \t\r\n\f]+")


class Flow:
    """The text of one story of a document, in the order in which it is read on the page."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        # Where the cells and the rows begin that are open.
        self._cells: list[int] = []
        self._rows: list[int] = []
        # Per paragraph that is open, the texts of the boxes anchored in it.
        self._boxes: list[list[str]] = []

    def write(self, text: str) -> None:
        """Text as it is."""
        if text:
            self._pieces.append(text)

    def flow(self, text: str) -> None:
        """Text in which any white space is one space, as in HTML; none where a line or a cell begins."""
        text = _WHITE.sub(" ", text)
        if text.startswith(" ") and (self._at_start() or self._pieces[-1].endswith((" ", "\t"))):
            text = text[1:]
        self.write(text)

    def end_line(self) -> None:
        """The line ends, also one without text."""
        self._pieces.append("\n")

    def fresh_line(self) -> None:
        """What follows stands on a line of its own; nothing happens where one begins anyway."""
        if not self._at_start():
            self._pieces.append("\n")

    def begin_row(self) -> None:
        """Cells follow; the row is a line of its own."""
        self.fresh_line()
        self._rows.append(len(self._pieces))

    @property
    def in_row(self) -> bool:
        """Whether a row is open."""
        return bool(self._rows)

    def begin_cell(self) -> None:
        self._cells.append(len(self._pieces))

    def end_cell(self) -> None:
        """A tab stands behind the cell, in place of the end of its last line."""
        self._drop(("\n", " "), self._cells.pop() if self._cells else 0)
        self._pieces.append("\t")

    def end_row(self) -> None:
        """The row's line ends, without the tabs of cells that are empty to its end."""
        self._drop(("\t",), self._rows.pop() if self._rows else 0)
        self.fresh_line()

    def begin_paragraph(self) -> None:
        self._boxes.append([])

    def end_paragraph(self, joined: bool = False) -> None:
        """The line ends, and below it come the boxes that were anchored in it.

        Args:
            joined: whether the next paragraph goes on in the same line.
        """
        boxes = self._boxes.pop() if self._boxes else []
        if not joined:
            self.end_line()
        for text in boxes:
            self._pieces += [text, "\n"]

    def add_box(self, text: str) -> None:
        """A text that stands beside the paragraph that is open."""
        if not text.strip():
            return
        if self._boxes:
            self._boxes[-1].append(text)
        else:
            self.fresh_line()
            self._pieces += [text, "\n"]

    def text(self) -> str:
        """What was written, without the end of the last line."""
        return "".join(self._pieces).removesuffix("\n")

    def _at_start(self) -> bool:
        if not self._pieces or (self._cells and self._cells[-1] == len(self._pieces)):
            return True
        return self._pieces[-1].endswith("\n")

    def _drop(self, endings: tuple[str, ...], start: int) -> None:
        while len(self._pieces) > start and self._pieces[-1] in endings:
            self._pieces.pop()
