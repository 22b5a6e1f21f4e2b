"""Wrapped paragraphs are one text; lists, logs, forms and chats are lines."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from views import shown_as

from itner.core.sentences import split_sentences
from itner.core.view import read_view

PARAGRAPH = (
    "Since the update of last night the laptops of the whole purchasing department, all of them Lenovo ThinkPad T14 "
    "with Windows 11, show a black screen when somebody opens Microsoft Visual Studio Code while SQL Server Management "
    "Studio is running. We have tried another dock and a clean profile, and neither of them has helped us so far. "
    "Could somebody from second level please look at it before the month is closed?"
)
WORDS = [
    "we",
    "run",
    "the",
    "old",
    "server",
    "and",
    "nobody",
    "knows",
    "why",
    "it",
    "hangs",
    "under",
    "load",
    "printers",
]
PROSE = st.lists(st.sampled_from(WORDS), min_size=30, max_size=120).map(
    lambda words: " ".join(words).capitalize() + "."
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def lines(text: str) -> list[str]:
    return read_view(text).text.split("\n")


@pytest.mark.parametrize("width", [40, 50, 60, 65, 72, 76, 80, 100])
@pytest.mark.parametrize("prefix", ["", "> ", ">> ", "    ", "| "])
def test_a_wrapped_paragraph_is_one_line(width: int, prefix: str) -> None:
    wrapped = textwrap.indent(textwrap.fill(PARAGRAPH, width), prefix, lambda _: True)
    view = read_view(wrapped).text
    # A break where a sentence ends anyway may stay.
    assert [sentence.lstrip(" >|") for sentence in sentences(view)] == sentences(PARAGRAPH)


@pytest.mark.parametrize("width", [50, 72])
def test_an_item_with_an_indented_rest_is_one_line(width: int) -> None:
    items = [textwrap.fill(PARAGRAPH, width, initial_indent="- ", subsequent_indent="  ") for _ in range(2)]
    assert lines("\n".join(items)) == ["- " + PARAGRAPH] * 2


@given(PROSE, st.integers(45, 90))
def test_any_wrapped_prose_is_one_line(prose: str, width: int) -> None:
    wrapped = textwrap.fill(prose, width)
    assert lines(wrapped) == [prose]


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01 12:00:01 host sshd[81]: Connection reset\n2024-05-01 12:00:02 host sshd[81]: Failed password\n"
        "2024-05-01 12:00:09 host kernel: oom",
        "May  1 12:00:01 pc-17 systemd[1]: Started Docker\nMay  1 12:00:02 pc-17 systemd[1]: Reached target",
        "[ERROR] Outlook is not responding after the update\n[WARN] Teams uses too much memory on it\n[INFO] ok",
        "ERROR Executor: Exception in task 17.0 in stage 4.0\njava.lang.OutOfMemoryError: Java heap space\n"
        "    at org.example.Main.run(Main.java:17)\n    at org.example.Main.main(Main.java:3)",
        'Traceback (most recent call last): File "/opt/load.py", line 88, in run\n'
        "psycopg2.OperationalError: could not connect to host\nBoth were updated by the build.",
        "FATAL EXCEPTION: main, Process: de.example.fleet, with PID: 20931\n"
        "java.lang.IllegalStateException: Fragment not attached to a context\nIt runs the beta of Android 15.",
        "- Outlook 2021 hangs when it is started\n- Teams does not ring any more\n- Excel 2019 is slow",
        "1. Install Docker Desktop on the machine\n2. Restart Windows 11 as it is told\n3. Log in",
        "Name: Anna\nDevice: ThinkPad T14\nSystem: Windows 11\nProblem: it does not start",
        "OS\tWindows 11\nApp\tOutlook 2021\nError\t0x80070057",
        "| OS | Windows 11 |\n| App | Outlook 2021 |",
        "Outlook 2021 hangs\nTeams does not start any more\nVPN down",
        "my outlook hangs again since yesterday\nrestarted twice, still the same thing\nwindows 11 btw",
        "anna: outlook is down for me today\nben: same here since this morning\nanna: ok",
        "$ docker ps --all --no-trunc\n$ systemctl status docker.service",
        "Hi team,\n\nthe printer is broken.\n\nThanks\nAnna",
        "<1> wan port link up 1000M\n<2> wan port link down\n<3> wan port link up 1000M again",
        "node1 ready after the restart of kubelet today\nnode2 ready after the restart of it\nnode3 ready too.",
    ],
)
def test_records_stay_lines(text: str) -> None:
    assert lines(text) == text.split("\n")


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("We run Microsoft Visual\nStudio Code and SQL Server\nManagement Studio here.", 1),
        ("They use Mozilla Thunder-\nbird on this old laptop.", 1),
        (f"{textwrap.fill(PARAGRAPH, 70)}\n\n{textwrap.fill(PARAGRAPH, 70)}", 3),
        (f"Hi,\n{textwrap.fill(PARAGRAPH, 70)}\nThanks", None),
    ],
)
def test_short_and_neighbouring_paragraphs(text: str, joined: int | None) -> None:
    found = lines(text)
    assert len(found) == joined if joined is not None else len(found) < len(text.split("\n"))


@pytest.mark.parametrize(
    ("text", "word", "shown"),
    [
        ("The client installed Mozilla Thunder-\nbird 115 on a Lenovo ThinkPad\nT14 that it runs.", "d T1", "d\nT1"),
        ("It shows the code 0x8007\n0057 at the start of the\nmachine.", "0x80070057", "0x8007\n0057"),
        ("They have used Mozilla Thunder-\nbird on this laptop.", "Thunderbird", "Thunder-\nbird"),
        ("It is the access point for the guest Wi-\nFi that is slow to day.", "Wi-Fi", "Wi-\nFi"),
        (
            "We run Microsoft Visual\nStudio Code and SQL Server\nManagement Studio here.",
            "Visual Studio",
            "Visual\nStudio",
        ),
        ("> We run Microsoft Visual\n> Studio Code and SQL Server\n> Management Studio here.", "l S", "l\n> S"),
    ],
)
def test_a_mention_runs_over_a_wrapped_line(text: str, word: str, shown: str) -> None:
    assert shown_as(text, word) == shown
