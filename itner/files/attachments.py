"""Files attached to mails: which are read, and what is said of the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from itner.core.words import counted
from itner.files.items import Parsed, Upload
from itner.files.names import extension, last_name

# What a part is that has no name, or one without an extension.
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/rtf": ".rtf",
    "application/rtf": ".rtf",
    "message/rfc822": ".eml",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/vnd.ms-outlook": ".msg",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
# So many are named; the rest is counted.
_NAMED = 50
_MAX_NAME = 150


@dataclass
class Attachments:
    """What is attached to one mail and to those that it forwards.

    Attributes:
        kinds: the extensions of files that are read.
        folder: stands before the name of each file that is read.
    """

    kinds: Collection[str]
    folder: str = ""
    _files: list[Upload] = field(default_factory=list)
    _names: dict[str, int] = field(default_factory=dict)
    _unread: list[str] = field(default_factory=list)
    _pictures: int = 0
    _unnamed: int = 0

    def add(self, name: str, kind: str, data: bytes, embedded: bool) -> None:
        """Take one in.

        Args:
            name: "" where it has none.
            kind: its media type.
            embedded: whether the text shows it in its place, as it does the logo in a signature.
        """
        name = readable_name(name)
        if not extension(name) and kind in _EXTENSIONS:
            name = (name or "attachment") + _EXTENSIONS[kind]
        if self.reads(name):
            self._files.append(Upload(self.folder + self._unique(name), data))
        elif embedded or (not name and kind.startswith("image/")):
            self._pictures += 1
        elif name:
            self._unread.append(self._unique(name))
        else:
            self._unnamed += 1

    def reads(self, name: str) -> bool:
        """Whether a file of this name is read."""
        return extension(name) in self.kinds

    def give(self, parsed: Parsed, hidden: int) -> Parsed:
        """What was parsed with the files that are read, a note for each that is not, and one on hidden passages."""
        if hidden:
            parsed.notes.append(f"{counted(hidden, 'hidden passage')} not read")
        parsed.notes = list(dict.fromkeys(parsed.notes))
        parsed.files += self._files
        parsed.notes += [f"attachment {name} not read" for name in self._unread[:_NAMED]]
        for number, noun, where in (
            (len(self._unread) - _NAMED, "more attachment", ""),
            (self._pictures, "picture", " in the text"),
            (self._unnamed, "attachment", " without a name"),
        ):
            if number > 0:
                parsed.notes.append(f"{counted(number, noun)}{where} not read")
        return parsed

    def _unique(self, name: str) -> str:
        self._names[name] = self._names.get(name, 0) + 1
        return name if self._names[name] == 1 else f"({self._names[name]}) {name}"


def readable_name(name: str) -> str:
    """A name on one line, without folders and of a length to show, its extension kept."""
    name = "".join(character for character in last_name(name) if character.isprintable()).strip()
    kind = extension(name)
    return name if len(name) <= _MAX_NAME else name[: _MAX_NAME - len(kind[:20])] + kind[:20]
