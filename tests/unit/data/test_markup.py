from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.types import Mention
from itner.data.markup import parse_sentence, read_markup
from itner.domains.it.scheme import SCHEME
from itner.records.files import sha256_file

TICKETS = """\
# H001 | train | email
[Outlook](SOFTWARE) [2021](VERSION) shows \\[x\\] again.
It works in [Edge](SOFTWARE).

# H002 | dev | chat
C:\\\\temp is full.

# H003 | test | phone
The [printer](HARDWARE) is off.
"""


def test_a_file_of_tickets_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "tickets.txt"
    path.write_text(TICKETS, encoding="utf-8")
    splits = read_markup(path, SCHEME, "helpdesk")
    first, second = splits["train"].documents
    assert (first.id, second.id) == ("H001-1", "H001-2")
    assert first.text == "Outlook 2021 shows [x] again."
    assert first.mentions == (Mention(0, 7, "SOFTWARE"), Mention(8, 12, "VERSION"))
    assert splits["dev"].documents[0].text == "C:\\temp is full."
    assert splits["train"].fine_types == {"SOFTWARE": 2, "VERSION": 1}
    assert {split.sha256 for split in splits.values()} == {sha256_file(path)}


def test_touching_mentions_and_code_points() -> None:
    text, mentions = parse_sentence("🙂[Windows](OS)[11](VERSION)", SCHEME)
    assert text == "🙂Windows11"
    assert mentions == [Mention(1, 8, "OS"), Mention(8, 10, "VERSION")]


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,20}", fullmatch=True))
def test_every_name_that_a_type_may_have_is_read(kind: str) -> None:
    scheme = LabelScheme("own", (kind, "OTHER_TYPE"))
    text, mentions = parse_sentence(f"Call [555 0100]({kind}) (work) or [me](OTHER_TYPE)", scheme)
    assert text == "Call 555 0100 (work) or me"
    assert mentions == [Mention(5, 13, kind), Mention(24, 26, "OTHER_TYPE")]


def test_a_missing_or_undecodable_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_markup(tmp_path / "tickets.txt", SCHEME, "x")
    path = tmp_path / "tickets.txt"
    path.write_bytes(TICKETS.encode() + b"\xfe")
    with pytest.raises(InputError, match="0xfe is not UTF-8") as caught:
        read_markup(path, SCHEME, "x")
    assert caught.value.line == 10


def test_a_check_has_no_other_split(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("# E001 | check | kb\n[Outlook](SOFTWARE) again.\n", encoding="utf-8")
    splits = read_markup(path, SCHEME, "x")
    assert list(splits) == ["check"]
    assert [document.id for document in splits["check"].documents] == ["E001-1"]
    # Train, dev and test beside it would make it a part of what is trained on.
    for other in ("train", "test"):
        mixed = f"# E001 | check | kb\nA.\n\n# E002 | {other} | kb\nB.\n"
        path.write_text(mixed, encoding="utf-8")
        with pytest.raises(InputError, match=f"has no other, but there are {other}, check"):
            read_markup(path, SCHEME, "x")


def test_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    # A checkout with core.autocrlf turns the shipped corpus into this.
    for name, newline in (("unix", "\n"), ("windows", "\r\n")):
        (tmp_path / name).write_bytes(TICKETS.replace("\n", newline).encode())
    unix, windows = (read_markup(tmp_path / name, SCHEME, "x") for name in ("unix", "windows"))
    assert [split.documents for split in windows.values()] == [split.documents for split in unix.values()]
