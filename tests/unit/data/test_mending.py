"""Patches of annotated files: what `git apply` makes of them is what was decided."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.data.markup import parse_sentence, read_markup, write_sentence
from itner.data.mending import make_patch, mend_markup
from itner.domains.it.scheme import SCHEME

TEXT = (
    "# H001 | train | email\n[Outlook](SOFTWARE) hangs\nsecond \\[one\\] with a disk\n\n"
    "# H002 | dev | chat\n[Excel](SOFTWARE) too\n\n# H003 | test | chat\nlast line without an end"
)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_patch_is_applied_by_git(ends: str, tmp_path: Path) -> None:
    file = tmp_path / "data" / "tickets.txt"
    file.parent.mkdir()
    file.write_bytes(TEXT.replace("\n", ends).encode())
    changes = {"H001-1": [], "H001-2": [Mention(20, 24, "HARDWARE")], "H003-1": [Mention(0, 4, "OS", 0.5)]}
    before, after = mend_markup(file, changes, SCHEME)
    assert before.encode() == file.read_bytes()
    (tmp_path / "a.patch").write_bytes(make_patch(before, after, "data/tickets.txt").encode())
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "a.patch"], cwd=tmp_path, check=True)
    assert file.read_bytes() == after.encode()
    splits = read_markup(file, SCHEME, "t")
    found = {document.id: document for split in splits.values() for document in split.documents}
    assert found["H001-1"].mentions == ()
    assert found["H001-2"].text[20:24] == "disk"
    assert found["H001-2"].mentions == (Mention(20, 24, "HARDWARE"),)
    assert found["H002-1"].mentions == (Mention(0, 5, "SOFTWARE"),)
    assert found["H003-1"].mentions == (Mention(0, 4, "OS"),)


def test_nothing_is_changed_where_nothing_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text(TEXT, encoding="utf-8")
    before, after = mend_markup(file, {}, SCHEME)
    assert before == after == TEXT
    assert make_patch(before, after, "t.txt") == ""


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text(TEXT, encoding="utf-8")
    with pytest.raises(InputError, match="no sentence H009-1"):
        mend_markup(file, {"H009-1": []}, SCHEME)
    with pytest.raises(InputError, match="do not fit"):
        mend_markup(file, {"H002-1": [Mention(0, 99, "OS")]}, SCHEME)
    with pytest.raises(InputError, match="do not fit"):
        mend_markup(file, {"H002-1": [Mention(0, 5, "FRUIT")]}, SCHEME)


@given(text=st.text(st.sampled_from("ab []()\\x"), min_size=1, max_size=12), cuts=st.sets(st.integers(0, 12)))
def test_a_written_sentence_is_read_as_it_was(text: str, cuts: set[int]) -> None:
    places = sorted(cut for cut in cuts if cut <= len(text))
    mentions = [Mention(a, b, "OS") for a, b in zip(places[::2], places[1::2], strict=False)]
    assert parse_sentence(write_sentence(text, mentions), SCHEME) == (text, mentions)
