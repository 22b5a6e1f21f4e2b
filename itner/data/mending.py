"""Changes to an annotated file that ships, as a patch: the file itself stays as it is."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.types import Mention
from itner.data.corpus import read_content
from itner.data.markup import parse_sentence, read_markup, write_sentence


def mend_markup(path: Path, changes: Mapping[str, Sequence[Mention]], scheme: LabelScheme) -> tuple[str, str]:
    """An annotated file as it is, and with other mentions in some of its sentences.

    Args:
        changes: the mentions of a sentence, in text order, by document id.
    Raises:
        InputError: the file is damaged, or has no sentence of such an id, or the mentions do not fit its text.
    """
    # Whatever is wrong with the file is said with its line; and then ids can be counted as it does.
    read_markup(path, scheme, path.stem)
    # As it is, with its own ends of lines, which are part of what a patch changes.
    before = read_content(path).decode("utf-8")
    lines = before.split("\n")
    open_changes = dict(changes)
    ticket, sentence = "", 0
    for number, raw in enumerate(lines):
        line = raw.removesuffix("\r").removeprefix("\ufeff")
        if not line.strip():
            ticket = ""
            continue
        if not ticket:
            ticket, sentence = line.removeprefix("# ").split(" | ")[0], 0
            continue
        sentence += 1
        mentions = open_changes.pop(f"{ticket}-{sentence}", None)
        if mentions is None:
            continue
        text, _ = parse_sentence(line, scheme)
        mended = write_sentence(text, mentions)
        try:
            fits = parse_sentence(mended, scheme) == (text, [Mention(m.start, m.end, m.type) for m in mentions])
        except ValueError:
            fits = False
        if not fits:
            raise InputError("these mentions do not fit the sentence", path=path, line=number + 1)
        lines[number] = mended + ("\r" if raw.endswith("\r") else "")
    if open_changes:
        raise InputError(f"no sentence {min(open_changes)} is there", path=path)
    return before, "\n".join(lines)


def make_patch(before: str, after: str, name: str) -> str:
    """A unified diff that `git apply` takes in the folder that `name` is a path from; empty where nothing changes."""
    lines = difflib.unified_diff(_cut(before), _cut(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _cut(text: str) -> list[str]:
    """Lines at line feeds alone, as git has them; carriage returns and other ends of lines stay in them."""
    return [line + "\n" for line in text.split("\n")[:-1]] + [rest for rest in text.split("\n")[-1:] if rest]
