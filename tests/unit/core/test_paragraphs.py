"""Running text as reports: which lines go on in the next one."""

from __future__ import annotations

import pytest

from itner.core.paragraphs import list_paragraphs


@pytest.mark.parametrize(
    "text",
    [
        "If the crew had found the\nservice drop over the street at 16 ft\nwe would have called. It was not so.",
        "Service drop over the street at\n16 ft.",
        "Drop over the street\nat 16.5 ft.",
        "- Service drop over the street\n  at 16 ft",
        "The pole was set\n5 ft deep, and the drop\nover Elm Street hangs at 19 ft.",
        "service drop at 16 ft was\ncorrected the same day to 19 ft",
        "Service drop at 16 ft,\nas found on Tuesday",
        "Drop over street is not\nat 16 ft as claimed but\n19 ft",
        "> If the drop over the street is\n> at 16 ft, call.",
        # A sentence may end at the edge of the paper.
        "The crew measured the service drop over\nElm Street at 16 ft on Monday the 4th.\n"
        "It was raised the same day and hangs at\n19 ft now.",
    ],
)
def test_a_line_that_goes_on_is_one_with_the_next(text: str) -> None:
    for shown in (text, f"\n{text}\n\n", text.replace("\n", "\r\n")):
        [found] = list_paragraphs(shown)
        assert found.text == " ".join(line.lstrip(" >") if n else line for n, line in enumerate(text.split("\n")))
        assert found.last - found.first == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "service drop over street 16 ft\nservice drop over street 19 ft\nground rod 31 ohms",
        "Service drop over street at 16 ft\nground rod 31 ohms\npole set 5 ft deep",
        "16 ft clearance over the street\n18 ft clearance over street meets G.O. 95\nall quiet",
        "1. Service drop over street at 16 ft\n2. Ground rod 31 ohms",
        "- Drop over Elm Street at 17 ft\n- Drop over Oak Street at 19 ft",
        "Not a violation:\nService drop over street at 16 ft",
        "Ground rod 12 ohms.\nPole set 5 ft deep.",
        "| drop | street | 16 ft |\n| drop | street | 19 ft |",
        "> Service drop at 16 ft and\nno, at 19 ft.",
        "phase\na\nb",
    ],
)
def test_lines_that_say_something_each_stay_apart(text: str) -> None:
    assert [each.text for each in list_paragraphs(text)] == text.split("\n")


def test_blank_lines_part_and_lines_keep_their_numbers() -> None:
    found = list_paragraphs("If at 16 ft,\n\n\ncall the\noffice\n>\n")
    assert [(each.where, each.text) for each in found] == [("line 1", "If at 16 ft,"), ("lines 4-5", "call the office")]
    assert list_paragraphs(" \n>\n") == []
