"""Tables as they came, with columns of what was found in their rows.

Every row and column of the file is there, in its order; rows without text have nothing in the new columns. A table of
text keeps its separator and becomes UTF-8 with a mark, which spreadsheets read right; a workbook stays one, and nothing
in it changes but the cells that are added.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.delimited import split_rows
from itner.files.encodings import decode
from itner.files.items import Parsed, Settings, Upload
from itner.files.limits import MIB
from itner.files.names import extension
from itner.files.office import open_office
from itner.files.sheets import sheet_starts, sheet_tables
from itner.files.tables import Grid, lay_out
from itner.files.tagging import Origin, TaggedItem
from itner.files.writers import harmless_cell, span

# What can be given back.
TABLES = (".csv", ".tsv", ".xlsx")

_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_LINK = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
# A sheet is taken apart in memory, which takes tenfold.
_MOST_SHEET_BYTES = 32 * MIB
# More characters make a spreadsheet take the file for damaged; so does what XML has no sign for.
_MOST_CELL_CHARACTERS = 32_767
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACE = re.compile(r"([A-Z]+)(\d+)")
_Cell = str | float


@dataclass(frozen=True)
class Found:
    """What was found, as columns.

    Attributes:
        by_part: the results of the file's texts by the names of their parts as they were read.
        types: that have a column.
        origin: what the results come from.
    """

    by_part: Mapping[str, TaggedItem]
    types: Sequence[str]
    origin: Origin

    def names(self, taken: Sequence[str]) -> list[str]:
        """The names of the columns; one that the table has itself is told apart."""
        own = [*self.types, "mentions", *(["corrected"] if self._corrected() else []), *self.origin.as_record()]
        return [f"{name} (found)" if name in taken else name for name in own]

    def cells(self, texts: Sequence[tuple[str, str]]) -> list[_Cell]:
        """The cells of a row; nothing in them where none of its texts was tagged.

        Args:
            texts: the names of the row's parts, and of the columns that they stand in.
        """
        tagged = [(self.by_part[part], column) for part, column in texts if part in self.by_part]
        width = len(self.names(()))
        if not tagged:
            return [""] * width
        words: dict[str, list[str]] = {name: [] for name in self.types}
        spans: list[dict[str, Any]] = []
        for entry, column in tagged:
            for mention in entry.mentions:
                words.setdefault(mention.type, []).append(
                    " ".join(entry.item.text[mention.start : mention.end].split())
                )
                spans.append(span(entry, mention) | ({"column": column} if len(texts) > 1 else {}))
        corrected = [str(any(entry.by_hand is not None for entry, _ in tagged)).lower()] if self._corrected() else []
        source = ["" if value is None else value for value in self.origin.as_record().values()]
        found = ["; ".join(words[name]) for name in self.types]
        return [*found, json.dumps(spans, ensure_ascii=False), *corrected, *source]

    def _corrected(self) -> bool:
        return any(entry.by_hand is not None for entry in self.by_part.values())


def give_back(upload: Upload, settings: Settings, found: Found) -> Upload:
    """The table with the columns of what was found, named `...-tagged`.

    It is read in this process: it has to be one that was read in a process with limits before.

    Args:
        settings: by which it was read.
    Raises:
        InputError: when it cannot be written so.
    """
    stem, dot, suffix = upload.name.rpartition(".")
    write = _write_workbook if extension(upload.name) == ".xlsx" else _write_text
    return Upload(f"{stem}-tagged{dot}{suffix}", write(upload, settings, found))


def _write_text(upload: Upload, settings: Settings, found: Found) -> bytes:
    text = decode(upload.data, settings, Parsed())
    usual = "\t" if extension(upload.name) == ".tsv" else None
    split = split_rows(text, usual)
    grid = lay_out(split.rows, settings, split.separator)
    out = io.StringIO(newline="")
    # A table of one column has nothing between its fields.
    table = csv.writer(out, delimiter=split.separator if split.separator in text else usual or ",")
    for row in grid.above:
        table.writerow(map(harmless_cell, row))
    table.writerow([*map(harmless_cell, grid.names), *found.names(grid.names)])
    for row, texts in zip(grid.rows, grid.texts, strict=True):
        table.writerow([*map(harmless_cell, row), *map(harmless_cell, found.cells(texts))])
    return out.getvalue().encode("utf-8-sig", "replace")


def _write_workbook(upload: Upload, settings: Settings, found: Found) -> bytes:
    with open_office(upload.data, "a workbook") as archive:
        # Before anything of it is in memory.
        sizes = [entry.file_size for entry in archive.infolist() if not entry.filename.startswith("xl/media/")]
        if max(sizes) > _MOST_SHEET_BYTES:
            raise InputError(f"a sheet is larger than {_MOST_SHEET_BYTES // MIB} MiB; save it as .csv")
    tables = [(name, rows) for name, rows in sheet_tables(upload.data) if rows]
    starts = sheet_starts(upload.data)
    out = io.BytesIO()
    with open_office(upload.data, "a workbook") as archive:
        paths = _sheet_paths(archive)
        changed: dict[str, bytes] = {}
        for name, rows in tables:
            if len(rows) == 1:
                # No table: its one row was read as a text.
                continue
            try:
                grid = lay_out(rows, settings, prefix=f"{name} " if len(tables) > 1 else "")
            except InputError:
                # As it was read: no table of texts, which was said.
                continue
            if not any(part in found.by_part for texts in grid.texts for part, _ in texts):
                continue
            if not grid.named:
                raise InputError("a sheet has no line of column names, so that more could have none; give it one")
            first = starts[name] + len(grid.above)
            changed[paths[name]] = _add_cells(archive.read(paths[name]), grid, found, first)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
            for entry in archive.infolist():
                written.writestr(entry, changed.get(entry.filename) or archive.read(entry))
    data = out.getvalue()
    _check_same(tables, sheet_tables(data))
    return data


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where in the archive each sheet stands, by its name."""
    listed = _parse(archive.read("xl/_rels/workbook.xml.rels")).iter("{*}Relationship")
    links = {link.get("Id"): link.get("Target", "") for link in listed}
    sheets = _parse(archive.read("xl/workbook.xml")).iter("{*}sheet")
    targets = {sheet.get("name", ""): links.get(sheet.get(_LINK) or sheet.get(_STRICT_LINK)) or "" for sheet in sheets}
    return {name: target.lstrip("/") if target.startswith("/") else f"xl/{target}" for name, target in targets.items()}


def _add_cells(content: bytes, grid: Grid, found: Found, first: int) -> bytes:
    """A sheet with more cells in its rows; the line of names is at the place `first`."""
    root = _parse(content)
    space = etree.QName(root).namespace
    rows: dict[int, Any] = {}
    place = width = 0
    for row in root.iter(f"{{{space}}}row"):
        place = int(row.get("r") or place + 1)
        rows[place] = row
        column = 0
        for cell in row.iter(f"{{{space}}}c"):
            match = _PLACE.fullmatch(cell.get("r", ""))
            column = _number(match[1]) if match else column + 1
            width = max(width, column)
    # Where cells are said to reach to is no longer so.
    for dimension in root.findall(f"{{{space}}}dimension"):
        root.remove(dimension)
    lines: list[Sequence[_Cell]] = [found.names(grid.names), *map(found.cells, grid.texts)]
    for number, line in enumerate(lines, start=first):
        if not any(cell != "" for cell in line):
            continue
        row = rows[number]
        row.attrib.pop("spans", None)
        for offset, cell in enumerate(line, start=1):
            if cell != "":
                _add_cell(row, space, f"{_letters(width + offset)}{number}", cell)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _add_cell(row: Any, space: str | None, place: str, value: _Cell) -> None:
    cell = etree.SubElement(row, f"{{{space}}}c", r=place)
    if not isinstance(value, str):
        etree.SubElement(cell, f"{{{space}}}v").text = repr(value)
        return
    # A string in its place is never computed.
    cell.set("t", "inlineStr")
    text = etree.SubElement(etree.SubElement(cell, f"{{{space}}}is"), f"{{{space}}}t")
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    plain = _NO_XML.sub("\ufffd", value)
    if len(plain) > _MOST_CELL_CHARACTERS:
        plain = f"{counted(len(plain), 'character')}, more than a cell holds; they are in the other downloads"
    text.text = plain


def _parse(content: bytes) -> Any:
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        raise InputError("the workbook is damaged where its sheets are listed or in one of them") from None


def _check_same(
    before: Sequence[tuple[str, Sequence[Sequence[str]]]], after: Sequence[tuple[str, Sequence[Sequence[str]]]]
) -> None:
    """What was in the sheets is still there, as it is read: nobody takes a damaged table home."""
    now = {name: rows for name, rows in after if rows}
    for name, rows in before:
        written = now.get(name, ())
        if len(written) != len(rows) or any(
            list(new[: len(old)]) != list(old) for old, new in zip(rows, written, strict=True)
        ):
            raise InputError("the workbook could not be written as it was; save it as .csv")


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
