"""CoNLL files: one token a line with its BIO tag in column 2, blank lines between sentences.

Two columns (tab or space) or the StackOverflow corpus's four (tab; columns 3 and 4 are ignored).
"""

from __future__ import annotations

from pathlib import Path

from itner.core.errors import InputError
from itner.core.labels import LabelScheme, split_tag
from itner.data.corpus import Split, add_sentence, read_text
from itner.records.files import sha256_file

_SUFFIXES = (".txt", ".conll", ".bio")


def find_split_file(folder: Path, split: str, suffixes: tuple[str, ...] = _SUFFIXES) -> Path:
    """The file of a split in `folder`; an InputError names what was looked for."""
    for suffix in suffixes:
        path = folder / f"{split}{suffix}"
        if path.is_file():
            return path
    names = " or ".join(f"{split}{suffix}" for suffix in suffixes)
    raise InputError(f"no {split} split here; expected {names}", path=folder)


def read_conll(path: Path, scheme: LabelScheme, source: str, split_name: str) -> Split:
    """Read one file. Raises InputError with file and line for anything that is not as described above."""
    split = Split(sha256=sha256_file(path) if path.is_file() else "")
    words: list[str] = []
    tags: list[str] = []
    lines = read_text(path).split("\n")
    for number, line in enumerate((*lines, ""), start=1):
        if not line.strip():
            if words:
                add_sentence(split, words, tags, scheme, f"{split_name}-{len(split.documents):05d}", source)
            words, tags = [], []
            continue
        columns = line.rstrip("\r").split("\t") if "\t" in line else line.split()
        if len(columns) not in (2, 4):
            raise InputError(
                f"{len(columns)} columns; a line has 2 (token, tag) or 4, or is blank", path=path, line=number
            )
        word, tag = columns[0].strip(), columns[1].strip()
        if not word:
            raise InputError("the token in column 1 is empty", path=path, line=number)
        try:
            _, name = split_tag(tag)
            if name is not None:
                scheme.target(name)
        except ValueError as error:
            raise InputError(str(error), path=path, line=number) from None
        except KeyError:
            raise InputError(
                f"entity type {name!r} has no mapping in label scheme {scheme.name!r}; "
                f"add it to the scheme's mapping (None reads it as O)",
                path=path,
                line=number,
            ) from None
        words.append(word)
        tags.append(tag)
    if not split.documents:
        raise InputError(f"the {split_name} split holds no sentence", path=path)
    return split
