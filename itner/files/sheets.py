"""Workbooks (.xlsx): each sheet is a table."""

from __future__ import annotations

import datetime
import io
import re
import zipfile

from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.items import Parsed, Part, Settings
from itner.files.limits import MAX_SHEET_CELLS
from itner.files.office import open_office
from itner.files.tables import read_rows

_WHAT = "an Excel workbook (.xlsx)"
# Where a cell or a row says that it stands.
_PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,3})(\d{1,7})\s*["']""")


def read_xlsx(data: bytes, settings: Settings) -> Parsed:
    """The texts of all sheets, their rows named "Sheet1 row 7", or "row 7" where there is one sheet."""
    parsed = Parsed()
    tables = [(name, rows) for name, rows in sheet_tables(data, parsed) if rows]
    for name, rows in tables:
        prefix = f"{name} " if len(tables) > 1 else ""
        if len(rows) == 1:
            # No table: the one row would be taken for the columns' names.
            parsed.parts.append(Part(f"{prefix}row 1", "\t".join(cell for cell in rows[0] if cell)))
            continue
        read_rows(rows, settings, parsed, prefix)
    refused = [note for note in parsed.notes if ": not read: " in note]
    if refused and not parsed.parts:
        raise InputError(refused[0].replace(": not read: ", ": "))
    return parsed


def sheet_starts(data: bytes) -> dict[str, int]:
    """The place, from 1, of the first row of each sheet that has one; the workbook is one that was read."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    starts = {name: workbook.get_sheet_by_name(name).start for name in sheets}
    return {name: start[0] + 1 for name, start in starts.items() if start is not None}


def sheet_tables(data: bytes, parsed: Parsed | None = None) -> list[tuple[str, list[list[str]]]]:
    """The rows of each sheet by its name, as shown but for the format of numbers; without empty rows above and below.

    Formulas are their values as last computed; of merged cells the first holds what is in them.

    Args:
        parsed: hears which sheets are hidden, and that there are pictures.
    """
    with open_office(data, _WHAT) as archive:
        _check_extent(archive)
        pictures = sum(name.startswith("xl/media/") for name in archive.namelist())
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        found = []
        hidden = 0
        for sheet in workbook.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=True)
            found.append((sheet.name, [[_shown(cell) for cell in row] for row in rows]))
            hidden += bool(rows) and sheet.visible != SheetVisibleEnum.Visible
    except PasswordError:
        raise InputError(f"protected by a password; save it as {_WHAT} without one") from None
    except (CalamineError, ValueError, OSError) as error:
        raise InputError(f"not {_WHAT} that can be read ({type(error).__name__})") from None
    if parsed is not None and hidden:
        parsed.notes.append(f"{counted(hidden, 'hidden sheet')} read like the rest")
    if parsed is not None and pictures:
        parsed.notes.append(f"{counted(pictures, 'picture')} not read")
    return found


def _check_extent(archive: zipfile.ZipFile) -> None:
    """Refuse sheets in which cells lie so far apart that the empty ones between them fill the memory.

    Sheets may have any name, so every file is looked at.
    """
    for name in archive.namelist():
        if name.startswith("xl/media/"):
            continue
        columns, rows = 0, 0
        for match in _PLACE.finditer(archive.read(name)):
            columns = max(columns, _column(match[1]))
            rows = max(rows, int(match[2]))
        if columns * rows > MAX_SHEET_CELLS:
            raise InputError(
                f"a sheet reaches over {columns * rows:,} cells, at most {MAX_SHEET_CELLS:,} are read; "
                "delete what stands far from the table, or save the sheet as .csv"
            )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _shown(cell: object) -> str:
    """A cell as text: dates in the order year, month, day; times of day and lengths of time as hours and minutes."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, datetime.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(cell)
