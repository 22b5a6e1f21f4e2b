"""What a small decoder is built from: text that ships, and the documentation of installed packages that are free."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import cast

from itner.core.errors import InputError
from itner.data.markup import read_markup
from itner.domains.registry import list_domains
from itner.labelling.held_out import HeldOut
from itner.records.workspace import Workspace

# Licences that let anybody learn from the text and pass on what was learned, by how packages name them.
_FREE = re.compile(r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|0BSD|Unlicense)\b", re.IGNORECASE)
_NOT_FREE = re.compile(r"\b(A?GPL|LGPL|MPL|Mozilla|EUPL|proprietary)\b", re.IGNORECASE)
_SHORTEST, _LONGEST_FILE = 120, 1_000_000
_UNDERLINE = re.compile(r"^[-=~^#*`\s]+$", re.MULTILINE)


@dataclass
class Texts:
    """Texts in order, where they are from, and how many sentences of ours were left out (see `BaseRecord`)."""

    texts: list[str] = field(default_factory=list)
    characters: dict[str, int] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    held_out: int = 0

    def add(self, source: str, text: str) -> None:
        """Put a text behind the others."""
        self.texts.append(text)
        self.characters[source] = self.characters.get(source, 0) + len(text)

    @property
    def size(self) -> int:
        """Characters of all."""
        return sum(self.characters.values())


def gather(place: Workspace, most: int) -> Texts:
    """All text of ours that nothing is tested on, then packages' documentation, `most` characters at most."""
    found = Texts()
    _add_ours(found, place)
    for source, text in _documentation(found):
        if found.size >= most:
            break
        found.add(source, text)
    if not found.texts:
        raise InputError("there is no text to build a decoder from", path=place.data)
    return found


def _add_ours(found: Texts, place: Workspace) -> None:
    learned: list[tuple[str, str]] = []
    held: list[str] = []
    for domain in list_domains():
        for path in dict.fromkeys(corpus.path for corpus in domain.corpora if corpus.path):
            if not place.corpus(path).is_file():
                continue
            for name, split in read_markup(place.corpus(path), domain.scheme, domain.guidelines[-1]).items():
                texts = [document.text for document in split.documents]
                if name == "train":
                    learned += [(path, text) for text in texts]
                else:
                    held += texts
        if domain.unlabelled and place.corpus(domain.unlabelled).is_file():
            lines = place.corpus(domain.unlabelled).read_text(encoding="utf-8").splitlines()
            learned += [(domain.unlabelled, line) for line in lines if line.strip()]
    kept_apart = HeldOut(held)
    for source, text in learned:
        if kept_apart.holds(text):
            found.held_out += 1
        else:
            found.add(source, text)


def _documentation(found: Texts) -> Iterator[tuple[str, str]]:
    """Descriptions, then docstrings, of packages in the order of their names."""
    free = {}
    for each in importlib.metadata.distributions():
        licence = _licence(each)
        if licence is not None:
            free[each.metadata["Name"].lower()] = (each, licence)
    for name in sorted(free):
        each, licence = free[name]
        found.packages[name] = f"{each.version}, {licence}"
        description = _metadata(each).get_payload()
        if isinstance(description, str) and len(description) >= _SHORTEST:
            yield "descriptions of packages", description
    for name in sorted(free):
        for text in _docstrings(free[name][0]):
            yield "docstrings of packages", text


def _metadata(distribution: importlib.metadata.Distribution) -> Message:
    """What a package says of itself, as the message that it is."""
    return cast(Message, distribution.metadata)


def _licence(distribution: importlib.metadata.Distribution) -> str | None:
    """The licence of a package where it is a free one; None else."""
    metadata = _metadata(distribution)
    names = [metadata.get("License-Expression") or "", *(metadata.get("License") or "").splitlines()[:1]]
    names += [each for each in metadata.get_all("Classifier") or [] if each.startswith("License")]
    whole = "; ".join(names)
    if not metadata.get("Name") or _NOT_FREE.search(whole) or not (match := _FREE.search(whole)):
        return None
    return match[0]


def _docstrings(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    seen: set[str] = set()
    for file in sorted(distribution.files or [], key=str):
        if file.suffix != ".py" or "test" in str(file).lower():
            continue
        path = Path(str(distribution.locate_file(file)))
        try:
            if path.stat().st_size > _LONGEST_FILE:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
            # Somebody's file for another Python; there are enough others.
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = _UNDERLINE.sub("", ast.get_docstring(node) or "").strip()
                if len(text) >= _SHORTEST and text not in seen:
                    seen.add(text)
                    yield text
