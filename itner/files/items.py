"""What is read of files, and how: uploads, settings, texts, notes and problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Settings:
    """How a file is read.

    Attributes:
        columns: the columns of a table, or the keys of records, that hold the text, by name or by number from 1;
            guessed where none is given.
        encoding: of text; found out where none is given.
        carry: whether each text of a table or of records keeps the row's other fields.
        joined: whether the texts of a row or of a record are one text.
    """

    columns: tuple[str, ...] = ()
    encoding: str | None = None
    carry: bool = False
    joined: bool = False


DEFAULTS = Settings()


@dataclass(frozen=True)
class TextItem:
    """A text to tag.

    Attributes:
        part: where in the file it stands: "row 17", "page 2", "" for the whole file.
        fields: names and values that are carried along, such as the row's other columns.
    """

    file: str
    part: str
    text: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FileNotice:
    """Something to know about a file: why it could not be read, or what was assumed."""

    file: str
    reason: str


@dataclass(frozen=True)
class Columns:
    """The columns of a table or the keys of records, and those that were read as the text."""

    names: tuple[str, ...] = ()
    read: tuple[str, ...] = ()


@dataclass
class ReadResult:
    """Texts in file order, files that could not be read, notes on those that could, and the columns of tables."""

    items: list[TextItem] = field(default_factory=list)
    problems: list[FileNotice] = field(default_factory=list)
    notes: list[FileNotice] = field(default_factory=list)
    columns: dict[str, Columns] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A text in a file; see `TextItem`."""

    name: str
    text: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass
class Parsed:
    """What a parser found in one file.

    Attributes:
        notes: what was assumed, repaired or left out, without a word of the text.
        files: files inside it, such as attachments, named from here; each is read by its own parser.
        problems: files inside it that cannot be read, named likewise; "" names the file itself, of which a part is
            left out.
        columns: of a table or of records.
    """

    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[Upload] = field(default_factory=list)
    problems: list[FileNotice] = field(default_factory=list)
    columns: Columns | None = None


Parser = Callable[[bytes, Settings], Parsed]
