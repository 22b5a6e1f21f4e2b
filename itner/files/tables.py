"""Tables and records: which column or key holds the text, and the rows' texts.

A row is named by its place below the line of column names, from 1, blank lines apart and rows without text included; a
record by its place in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeVar

from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.columns import kind_of_name, names_or_data, rank_columns
from itner.files.delimited import split_rows
from itner.files.encodings import decode
from itner.files.items import Columns, FileNotice, Parsed, Part, Settings
from itner.files.records import MAX_KEYS, list_keys, parse_records, without_numbers

# Rows that are looked at, spread over the table, to see where the text is.
_LOOKED_AT = 600
# Of those, how many a row that may hold names is held against.
_COMPARED = 60
_MOST_TITLES = 10
_MOST_NAMED = 8
# Columns that hold this share as much text as the one that is read are named with it.
_ALSO = 0.3
_LONGEST_NAME = 40
# What a text may end with that another one follows.
_ENDS = (".", "!", "?", "…", ":", ";")

T = TypeVar("T")
# A row of a table by place, or a record, which has few of all keys.
Row = Sequence[str] | Mapping[int, str]
# In the place of a damaged record, which is no record without text.
_LEFT_OUT: Row = {}


@dataclass
class _Table:
    """Rows under names.

    Attributes:
        named: whether the names are the file's own.
        what, row: the words for a column and a row.
        separator: what stood between the fields, "" where nothing did.
        ranked: the rates and places of the columns with text, once they are known.
        above: the rows above, that of the names the last one where they are the file's own.
    """

    header: list[str]
    rows: list[Row]
    named: bool = True
    what: str = "column"
    row: str = "row"
    separator: str = ""
    notes: list[str] = field(default_factory=list)
    ranked: list[tuple[float, int]] = field(default_factory=list)
    above: list[Sequence[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Grid:
    """A table as it was read, to be written with more columns.

    Attributes:
        above: the rows above, without that of the names.
        names: of the columns, as they stand in the file; "column 1" and so on where it has none.
        named: whether the names are the file's own.
        rows: as wide as the names.
        texts: of each row the parts that were read of it, and the columns that they stand in.
    """

    above: list[list[str]]
    names: list[str]
    named: bool
    rows: list[list[str]]
    texts: list[list[tuple[str, str]]]


def lay_out(rows: list[list[str]], settings: Settings, separator: str = "", prefix: str = "") -> Grid:
    """The rows of a table as `read_rows` reads them, all of them, and where in them the texts stand.

    Raises:
        InputError: when the table has no row, or no column that was asked for.
    """
    table = _make_table(rows, settings.columns, separator)
    chosen = _find_asked(table, settings.columns, lambda said: None) if settings.columns else _guess(table)
    if chosen:
        _join_surplus(table, chosen, lambda said: None)
    width = len(table.header)
    filled = [[_cell(row, place) for place in range(width)] for row in table.rows]
    first = [*table.above[-1], *[""] * width][:width] if table.named else table.header
    above = table.above[:-1] if table.named else table.above
    texts = [
        [(_part_name(table, prefix, number, place, chosen), table.header[place]) for place in chosen]
        for number in range(1, len(filled) + 1)
    ]
    return Grid([list(row) for row in above], list(first), table.named, filled, texts)


def read_csv(data: bytes, settings: Settings) -> Parsed:
    """The texts of a table whose fields are separated by commas, semicolons, tabs or bars."""
    parsed = Parsed()
    _add_parts(_load_csv(decode(data, settings, parsed), settings, parsed), settings, parsed, "")
    return parsed


def read_tsv(data: bytes, settings: Settings) -> Parsed:
    """The texts of a table whose fields are separated by tabs."""
    parsed = Parsed()
    _add_parts(_load_tsv(decode(data, settings, parsed), settings, parsed), settings, parsed, "")
    return parsed


def read_jsonl(data: bytes, settings: Settings) -> Parsed:
    """The texts of records of JSON, one a line or in a list."""
    parsed = Parsed()
    _add_parts(_load_json(decode(data, settings, parsed), settings, parsed), settings, parsed, "")
    return parsed


def read_rows(rows: list[list[str]], settings: Settings, parsed: Parsed, prefix: str = "") -> None:
    """Add the texts of a table as read, line of column names included, to what was found in a file.

    Args:
        prefix: of the names of the parts, when the file holds several tables, such as "Sheet1 ". That a table has
            no text then is a note, because other sheets may be no tables of texts.

    Raises:
        InputError: without a prefix, when the table has no row, or no column that was asked for.
    """
    try:
        _add_parts(_make_table(rows, settings.columns), settings, parsed, prefix)
    except InputError as error:
        if not prefix:
            raise
        parsed.notes.append(f"{prefix.strip()}: not read: {error}")


def _load_tsv(text: str, settings: Settings, parsed: Parsed) -> _Table:
    return _load_csv(text, settings, parsed, "\t")


def _load_csv(text: str, settings: Settings, parsed: Parsed, usual: str | None = None) -> _Table:
    found = split_rows(text, usual)
    parsed.notes += found.notes
    return _make_table(found.rows, settings.columns, found.separator)


def _load_json(text: str, settings: Settings, parsed: Parsed) -> _Table:
    found = parse_records(text)
    if found.under:
        parsed.notes.append(f"read the records under `{_short(found.under)}`")
    if found.rows:
        return _make_table(found.rows, settings.columns)
    if found.damaged:
        lines = "1 line is" if len(found.damaged) == 1 else f"{len(found.damaged):,} lines are"
        reason = f"{lines} left out, the first is line {found.damaged[0]:,}: not valid JSON, or no object"
        parsed.problems.append(FileNotice("", reason))
    header, more = list_keys(found.records)
    if more:
        parsed.notes.append(f"has {more:,} keys more than the {MAX_KEYS:,} that are read")
    places = {name: place for place, name in enumerate(header)}
    rows = [
        {places[name]: value for name, value in record.items() if name in places} if record is not None else _LEFT_OUT
        for record in found.records
    ]
    return _Table(header, rows, what="key", row="record")


def _make_table(rows: Iterable[Sequence[str]], asked: Sequence[str], separator: str = "") -> _Table:
    """Names and rows: what stands above the names is left out, a name that repeats gets a number.

    Where the first row holds data, the columns have numbers for names. Rows of too few fields are filled up.
    """
    kept = [row for row in rows if row]
    while kept and not any(cell.strip() for cell in kept[-1]):
        kept.pop()
    notes = []
    titles = _count_titles(kept)
    above, kept = kept[:titles], kept[titles:]
    said = sum(any(cell.strip() for cell in row) for row in above)
    if said:
        notes.append(f"{counted(said, 'line')} above the column names left out")
    if not kept:
        raise InputError("the table holds no row")
    first, below = kept[0], kept[1:]
    # A name that was asked for is the best proof that the first row holds names; a number may mean a place.
    names = {_plain(cell) for cell in first if cell.strip() and not cell.strip().isdecimal()}
    named = any(_plain(name) in names for name in asked) or names_or_data(first, _spread(below, _COMPARED)) > 0
    if named and not below:
        raise InputError("the file holds no row below the line of column names")
    body = below if named else kept
    widths = [_width(row) for row in body]
    if not separator:
        # Fields of their own, as in a spreadsheet: one without a name is a column without a name.
        width = max(*widths, _width(first), 1)
    elif named:
        width = max(_width(first), min(len(first), max(widths)), 1)
    else:
        width = max(Counter(widths).items(), key=lambda pair: (pair[1], pair[0]))[0]
    first = [*first, *[""] * (width - len(first))]
    header = _distinct(first[:width], notes) if named else [f"column {place}" for place in range(1, width + 1)]
    short = sum(len(row) < width for row in body)
    if short:
        notes.append(f"{counted(short, 'row')} filled up: fewer fields than there are columns")
    filled: list[Row] = [[*row, *[""] * (width - len(row))] if len(row) < width else row for row in body]
    above = [*above, kept[0]] if named else above
    return _Table(header, filled, named, separator=separator, notes=notes, above=above)


def _count_titles(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the line of column names, such as a report's title: one field each, or blank."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[: _MOST_TITLES + 1]]
    blank = sum(1 for _ in takewhile(lambda count: count == 0, filled))
    if blank >= len(rows):
        return blank
    at_first = names_or_data(rows[blank], _spread(rows[blank + 1 :], _COMPARED))
    titles = sum(1 for _ in takewhile(lambda count: count <= 1, filled))
    for count in range(blank + 1, min(len(rows) - 1, _MOST_TITLES)):
        votes = names_or_data(rows[count], _spread(rows[count + 1 :], _COMPARED))
        # A title may have commas of its own; names beyond doubt stand out below it.
        beyond_doubt = votes >= 4 and votes >= at_first + 3
        if _width(rows[count]) > 1 and (beyond_doubt or (count == titles and votes > 0 >= at_first)):
            return count
    return blank


def _width(row: Sequence[str]) -> int:
    """How many fields there are up to the last that is not blank."""
    return next((place for place in range(len(row), 0, -1) if row[place - 1].strip()), 0)


def _distinct(names: Sequence[str], notes: list[str]) -> list[str]:
    header: list[str] = []
    seen: set[str] = set()
    numbered = []
    for place, cell in enumerate(names, start=1):
        name = " ".join(cell.split()) or f"column {place}"
        number = 1
        while (unique := name if number == 1 else f"{name} ({number})") in seen:
            number += 1
        if number > 1:
            numbered.append(_short(unique))
        seen.add(unique)
        header.append(unique)
    if numbered:
        shown = ", ".join(numbered[:_MOST_NAMED]) + (" and so on" if len(numbered) > _MOST_NAMED else "")
        notes.append(f"columns of the same name are told apart by a number: {shown}")
    return header


def _add_parts(table: _Table, settings: Settings, parsed: Parsed, prefix: str) -> None:
    def note(text: str) -> None:
        parsed.notes.append(f"{prefix.strip()}: {text}" if prefix else text)

    for text in table.notes:
        note(text)
    chosen = _find_asked(table, settings.columns, note) if settings.columns else _guess(table, settings.joined)
    if not table.header:
        raise InputError("the file holds no text")
    before = parsed.columns or Columns()
    names, read = ([table.header[place] for place in places] for places in (range(len(table.header)), chosen))
    # The sheets of a workbook are asked for their columns together.
    parsed.columns = Columns(_merged(before.names, names), _merged(before.read, read))
    if not chosen:
        shown = _list_names(table, range(len(table.header)))
        said = f"no {table.what} holds running text ({shown}); choose one, with --text-column or on the page"
        if prefix:
            note(f"not read: {said}")
        else:
            parsed.problems.append(FileNotice("", said))
        return
    if not settings.columns:
        _say_choice(table, chosen, note, settings.joined)
    _join_surplus(table, chosen, note)
    without = 0
    for number, row in enumerate(table.rows, start=1):
        if row is _LEFT_OUT:
            continue
        texts = [(place, cell) for place in chosen if (cell := _cell(row, place)).strip()]
        without += not texts
        carried = _carry(table, row, chosen) if settings.carry and texts else ()
        if settings.joined and texts:
            name = f"{prefix}{table.row} {number}"
            parsed.parts.append(Part(name, _in_one(table, texts, len(chosen) > 1), carried))
            continue
        for place, cell in texts:
            parsed.parts.append(Part(_part_name(table, prefix, number, place, chosen), cell, carried))
    if without:
        note(f"{counted(without, table.row)} without text skipped")


def _part_name(table: _Table, prefix: str, number: int, place: int, chosen: Sequence[int]) -> str:
    name = f"{prefix}{table.row} {number}"
    return name if len(chosen) == 1 else f"{name} {table.header[place]}"


def _merged(known: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _carry(table: _Table, row: Row, chosen: Sequence[int]) -> tuple[tuple[str, str], ...]:
    places = sorted(row) if isinstance(row, Mapping) else range(len(table.header))
    return tuple((table.header[place], _cell(row, place)) for place in places if place not in chosen)


def _in_one(table: _Table, texts: Sequence[tuple[int, str]], several: bool) -> str:
    """The cells of a row as one text, each behind the name of its column where there are several columns."""
    names = {place: without_numbers(table.header[place]).rpartition(".")[2] for place, _ in texts}
    # A conversation is the same key again and again.
    named = several and table.named and (table.row != "record" or len(set(names.values())) == len(names))
    said = [f"{names[place]}: {cell.strip()}" if named else cell.strip() for place, cell in texts]
    return " ".join([*(each if each.endswith(_ENDS) else f"{each}." for each in said[:-1]), said[-1]])


def _cell(row: Row, place: int) -> str:
    return row.get(place, "") if isinstance(row, Mapping) else row[place]


def _find_asked(table: _Table, asked: Sequence[str], note: Callable[[str], None]) -> list[int]:
    """The places of the columns that were asked for, by name or by number from 1; InputError when there is none."""
    found: list[int] = []
    missing = []
    for name in asked:
        places = _find_column(table, name)
        found += [place for place in places if place not in found]
        if not places:
            missing.append(f"`{_short(name)}`")
    if not found:
        names = _list_names(table, range(len(table.header)))
        if not table.named:
            raise InputError(
                f"has no {table.what} {', '.join(missing)}; it has no line of column names, "
                f"so choose by number, from 1 to {len(table.header)}"
            )
        raise InputError(f"has no {table.what} {', '.join(missing)}; it has {names}")
    if missing:
        note(f"has no {table.what} {', '.join(missing)}")
    return found


def _find_column(table: _Table, name: str) -> list[int]:
    if name in table.header:
        return [table.header.index(name)]
    plain = _plain(name)
    alike = [place for place, known in enumerate(table.header) if _plain(known) == plain]
    if alike:
        return alike[:1]
    if table.row == "record":
        # The same key of each object in a list.
        within = [place for place, known in enumerate(table.header) if without_numbers(known) == name]
        if within:
            return within
    if plain.isdecimal() and 1 <= int(plain[:9]) <= len(table.header):
        return [int(plain[:9]) - 1]
    return []


def _guess(table: _Table, joined: bool = False) -> list[int]:
    """The place of the column that holds the most running text, of a key in the objects of a list all of its places.

    None when no column holds any. Where columns are joined, those beside it whose names promise text, too.
    """
    if not table.ranked:
        looked_at = _spread([row for row in table.rows if row is not _LEFT_OUT])
        cells: dict[int, list[str]] = {place: [] for place in range(len(table.header))}
        for row in looked_at:
            for place, cell in row.items() if isinstance(row, Mapping) else enumerate(row[: len(table.header)]):
                if cell.strip():
                    cells[place].append(cell)
        table.ranked = rank_columns(table.header, cells, len(looked_at))
        if not table.ranked:
            # Codes alone, say. A single column is what there is, and a name that promises text is believed.
            promising = [
                place
                for place, column in cells.items()
                if _promises(table, place) and any(any(map(str.isalpha, cell)) for cell in column)
            ]
            table.ranked = [(0.0, place) for place in promising]
    if not table.ranked:
        return []
    best = table.ranked[0][1]
    beside = [place for _, place in table.ranked if place != best and table.named] if joined else []
    also = [place for place in beside if kind_of_name(table.header[place]) == "text"]
    if table.row != "record":
        return sorted([best, *also])
    # A conversation is a list of objects with a text each.
    keys = {without_numbers(table.header[place]) for place in (best, *also)}
    return [place for place, name in enumerate(table.header) if without_numbers(name) in keys]


def _promises(table: _Table, place: int) -> bool:
    return len(table.header) == 1 or (table.named and kind_of_name(table.header[place]) == "text")


def _say_choice(table: _Table, chosen: Sequence[int], note: Callable[[str], None], joined: bool) -> None:
    others = [place for _, place in table.ranked if place not in chosen]
    if joined and others:
        more = _list_names(table, others)
        note(f"{table.what}s that hold text, too: {more}; choose all of a report, with --text-column or on the page")
    if not table.named:
        note(
            f"read column {chosen[0] + 1} of {len(table.header)}; "
            "there is no line of column names, so the first row is read like the others"
        )
    elif len(table.header) == 1:
        note(f"read `{_short(table.header[0])}`, the only {table.what}")
    else:
        everything = range(len(table.header))
        read = "`, `".join(_shown(table, chosen))
        if len(_shown(table, everything)) <= _MOST_NAMED:
            note(f"read `{read}` of {_list_names(table, everything)}")
        else:
            least = table.ranked[0][0] * _ALSO
            others = [place for rate, place in table.ranked if rate >= least and place not in chosen][:_MOST_NAMED]
            also = f"; also with text: {_list_names(table, others)}" if others else ""
            note(f"read `{read}` of {len(table.header):,} {table.what}s{also}")


def _list_names(table: _Table, places: Iterable[int]) -> str:
    if not table.named:
        return f"{counted(len(table.header), 'column')} without names"
    shown = _shown(table, places)
    more = len(shown) - 2 * _MOST_NAMED
    return ", ".join(shown[: 2 * _MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _shown(table: _Table, places: Iterable[int]) -> list[str]:
    """The names, of a key in the objects of a list once."""
    names = (table.header[place] for place in places)
    return list(dict.fromkeys(_short(without_numbers(name) if table.row == "record" else name) for name in names))


def _join_surplus(table: _Table, chosen: Sequence[int], note: Callable[[str], None]) -> None:
    """Where a row has too many fields, a separator in its text was not quoted: what is too much belongs to the text."""
    width = len(table.header)
    text = next((place for place in _guess(table) if place in chosen), chosen[0])
    joined = []
    for index, row in enumerate(table.rows):
        surplus = 0 if isinstance(row, Mapping) else _width(row) - width
        if surplus > 0 and not isinstance(row, Mapping):
            end = text + surplus + 1
            table.rows[index] = [*row[:text], table.separator.join(row[text:end]), *row[end : width + surplus]]
            joined.append(index + 1)
    if joined:
        name = f"`{_short(table.header[text])}`" if table.named else table.header[text]
        note(
            f"{counted(len(joined), 'row')}, the first is row {joined[0]:,}, with more fields than there are columns: "
            f"what is too much is read as part of {name}"
        )


def _spread(rows: Sequence[T], most: int = _LOOKED_AT) -> Sequence[T]:
    return rows[:: max(1, len(rows) // most)]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
