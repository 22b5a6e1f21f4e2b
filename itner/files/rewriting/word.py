"""Word documents: every part that is XML, paragraph by paragraph; pictures are kept and said, other parts left out.

Parts whose names are none of Word's own are called by a number, because a name may be a person's.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Sequence
from html import escape, unescape
from urllib.parse import unquote

from itner.core.words import counted
from itner.files.office import open_office
from itner.files.rewriting.markup import Grammar, scan_markup
from itner.files.rewriting.pages import DRAWING
from itner.files.rewriting.units import Edit, Opened, edit_text
from itner.files.rewriting.word_names import FIELDS, PRESCRIBED, STAMPS, is_described, is_technical, is_usual

_WHAT = "a Word document (.docx)"
_XML_PARTS = (".xml", ".rels", ".vml", ".svg")
_STAMP = "1970-01-01T00:00:00Z"
DOCUMENT = Grammar(
    # What is deleted and what a field computes is no part of the line that is read.
    streams={"t": "read", "deltext": "deleted", "instrtext": "field", "delinstrtext": "field"},
    inline=None,
    blocks=frozenset(("p",)),
    breaks={"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "nobreakhyphen": "-"},
    technical=is_technical,
    prescribed=PRESCRIBED,
    orders={"field": FIELDS, "instr": FIELDS},
    ends={"fldchar": "field"},
    addresses=("target",),
    # As in a mail, of which every tagger knows that a person follows.
    labels=dict.fromkeys(("creator", "lastmodifiedby", "author", "manager"), "From: "),
    stamps=dict.fromkeys(STAMPS, _STAMP),
)
# Data of whoever made the document, in tags of their own.
_DATA = Grammar(streams={}, inline=None, technical=lambda tag, name, value: is_described(value))
_RELATED = re.compile(
    r"<((?:\w+:)?\w+)\b[^<>]*?(?P<relation>\s\w+:(?:id|embed|link|pict)=\"([^\"]+)\")[^<>]*?(?P<alone>/?)>"
)


def open_docx(data: bytes) -> Opened:
    """The document's parts."""
    texts: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    pictures = left = 0
    with open_office(data, _WHAT) as archive:
        for name in archive.namelist():
            if name.endswith("/"):
                continue
            if name.lower().endswith(_XML_PARTS):
                texts[name] = _decode_xml(archive.read(name))
            elif "/media/" in name:
                kept[name] = archive.read(name)
                pictures += 1
            else:
                left += 1
    called = _call([*texts, *kept])
    texts = {called[name]: text for name, text in _join(texts, called).items()}
    by_part = {name: scan_markup(text, _choose_grammar(name)) for name, text in texts.items()}

    def write(edits: Sequence[Sequence[Edit]]) -> bytes:
        out = io.BytesIO()
        at = 0
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
            for name, units in by_part.items():
                written.writestr(name, edit_text(texts[name], units, edits[at : at + len(units)]))
                at += len(units)
            for name, content in kept.items():
                written.writestr(called[name], content)
        return out.getvalue()

    notes = [f"{counted(pictures, 'picture')} kept, and what they show not looked at"] if pictures else []
    said = [f"{counted(left, 'embedded part')} (a thumbnail, a font, a file) left out"] if left else []
    return Opened([unit for units in by_part.values() for unit in units], write, notes, said)


def _choose_grammar(name: str) -> Grammar:
    if name.lower().endswith(".svg"):
        return DRAWING
    return _DATA if re.fullmatch(r"/?customXml/item\d*\.xml", name, re.IGNORECASE) else DOCUMENT


def _decode_xml(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            text = data.decode(encoding)
            break
    else:
        text = data.decode("utf-8")
    # Written as UTF-8, whatever it was.
    return re.sub(r"(<\?xml[^>]*encoding=)(\"[^\"]*\"|'[^']*')", r'\1"UTF-8"', text, count=1)


def _call(names: Sequence[str]) -> dict[str, str]:
    """What each part is called in what is written."""
    called = {name: name for name in names if is_usual(name)}
    others = [name for name in names if name not in called]
    owners = {_relations_of(name): name for name in names}
    # Relations are called like the part that they are of.
    for name in sorted(others, key=lambda name: name in owners):
        if name in owners:
            called[name] = _relations_of(called[owners[name]])
            continue
        number = len(called)
        ending = re.search(r"\.[A-Za-z]{3,4}\Z", name)
        while (made := f"word/{'media/' if '/media/' in name else ''}item{number}{ending[0] if ending else ''}") in {
            *called.values()
        }:
            number += 1
        called[name] = made
    return called


def _relations_of(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"


def _join(texts: dict[str, str], called: dict[str, str]) -> dict[str, str]:
    """The parts, related to each other as they are called, without relations to what is left out and its traces."""
    present = {unquote(name).lower(): new for name, new in called.items()}
    changed = dict(texts)
    for name, text in texts.items():
        if not name.endswith(".rels"):
            continue
        folder, _, file = name.partition("_rels/")
        owner = f"{folder}{file.removesuffix('.rels')}"
        moved = called.get(owner, owner) != owner
        gone: set[str] = set()

        def change(match: re.Match[str], folder: str = folder, moved: bool = moved, gone: set[str] = gone) -> str:
            target = re.search(r"\bTarget=(\"([^\"]*)\"|'([^']*)')", match[0])
            id = re.search(r"\bId=[\"']([^\"']*)[\"']", match[0])
            if target is None or id is None or re.search(r"TargetMode=[\"']External[\"']", match[0]):
                return match[0]
            value = unescape(target[1][1:-1])
            if value.startswith("#"):
                return match[0]
            path, hash, place = value.partition("#")
            path = path.lstrip("/") if path.startswith("/") else posixpath.normpath(folder + path)
            new = present.get(unquote(path).lower())
            if new is None:
                gone.add(id[1])
                return ""
            if new.lower() == path.lower() and not moved:
                return match[0]
            return f'{match[0][: target.start()]}Target="/{new}{hash}{escape(place)}"{match[0][target.end() :]}'

        changed[name] = re.sub(r"<(?:\w+:)?Relationship\b[^>]*?/>", change, text)
        if gone and owner in texts:
            changed[owner] = _without_related(changed[owner], gone)
    types = "[Content_Types].xml"
    if types in texts:
        changed[types] = re.sub(
            r'<Override\b[^>]*?PartName="/([^"]*)"[^>]*?/>',
            lambda match: (
                match[0].replace(match[1], present[unquote(unescape(match[1])).lower()])
                if unquote(unescape(match[1])).lower() in present
                else ""
            ),
            texts[types],
        )
    return changed


def _without_related(text: str, gone: Collection[str]) -> str:
    """A part without the elements that are related to what is left out; one that holds text is kept unrelated."""
    out, done = [], 0
    for match in _RELATED.finditer(text):
        if match[3] not in gone or match.start() < done:
            continue
        end = match.end() if match["alone"] else _find_end(text, match.end(), match[1])
        out.append(text[done : match.start()])
        if end is None or re.sub(r"<[^<>]*>", "", text[match.end() : end]).strip():
            first, last = match.span("relation")
            out.append(text[match.start() : first] + text[last : match.end()])
            end = match.end()
        done = end
    return "".join([*out, text[done:]])


def _find_end(text: str, start: int, name: str) -> int | None:
    """Where an element of this name ends that begins before `start`; None where it does not."""
    depth = 1
    for match in re.compile(rf"<(/?){re.escape(name)}\b[^<>]*?(/?)>").finditer(text, start):
        depth += 0 if match[2] else -1 if match[1] else 1
        if not depth:
            return match.end()
    return None
