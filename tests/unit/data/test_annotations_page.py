"""The examples of docs/annotations.md: every format shows one, and it is read as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from imports import imported
from shipped import HERE, REPOSITORY

from itner.data.formats import JSON_FORMATS
from itner.data.sources import read_source
from itner.data.token_records import NAME as TOKENS
from itner.domains.registry import get_domain

PAGE = (REPOSITORY / "docs" / "annotations.md").read_text(encoding="utf-8")
WHOLE = [
    ("Outlook", "SOFTWARE"), ("2021", "VERSION"), ("Windows", "OS"), ("11", "VERSION"),
    ("dock", "HARDWARE"), ("ThinkPad", "HARDWARE"), ("0x80070057", "ERROR"),
    ("Word", "SOFTWARE"), ("Excel", "SOFTWARE"),
]  # fmt: skip
# A sentence of five tokens.
SENTENCE = [("Outlook", "SOFTWARE"), ("2021", "VERSION"), ("Windows", "OS")]


def examples() -> list[tuple[str, dict[str, str]]]:
    """The heading of each example, and its files; both files of a brat text are one example."""
    found: list[tuple[str, dict[str, str]]] = []
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        heading = section.split("\n", 1)[0]
        for name, content in re.findall(r"^```\w+ (train\S+)\n(.*?)^```", section, re.DOTALL | re.MULTILINE):
            if name.endswith(".ann"):
                found[-1][1][name] = content
            else:
                found.append((heading, {name: content}))
    return found


@pytest.mark.parametrize(("heading", "files"), examples(), ids=[heading for heading, _ in examples()])
@pytest.mark.parametrize("source", ["conll", "jsonl"])
def test_an_example_is_read_as_the_page_says(heading: str, files: dict[str, str], source: str, tmp_path: Path) -> None:
    for split in ("train", "dev", "test"):
        for name, content in files.items():
            path = tmp_path / name.replace("train", split, 1)
            path.parent.mkdir(exist_ok=True)
            path.write_text(content.removesuffix("\n"), encoding="utf-8")
            # An example is five lines; of annotations beside a text, one for each mention.
            assert content.count("\n") == (len(WHOLE) if name.endswith(".ann") else 5)
    splits = read_source(source, tmp_path, get_domain("it"), "mine", HERE)  # type: ignore[arg-type]
    for split in splits.values():
        mentions = [(d.text[m.start : m.end], m.type) for d in split.documents for m in d.mentions]
        assert mentions == (SENTENCE if heading == "CoNLL" else WHOLE)
        assert split.repaired_tags == 0
        known = {"Our tagging output": "itner JSONL", "doccano": "doccano JSONL", "Prodigy": "Prodigy JSONL"}
        assert imported(split).format.startswith(known.get(heading, heading))


def test_every_format_has_an_example() -> None:
    shown = {heading for heading, _ in examples()}
    named = {known.name.removesuffix(" JSONL") for known in JSON_FORMATS} | {TOKENS, "brat standoff", "CoNLL"}
    assert named - {"itner"} <= shown
    assert {"itner JSONL", "Our tagging output"} <= shown
