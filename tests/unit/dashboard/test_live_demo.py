"""What a demonstration shows of a text."""

from __future__ import annotations

import re

import pytest
from shipped import HERE, shipped_run

from itner.core.types import Mention
from itner.dashboard.live import Tagged, list_choices, recommend, times_in_words, view
from itner.dashboard.live_demo import count_types, list_found, looks_like_log
from itner.dashboard.live_demo import view as demo
from itner.domains.registry import list_domains
from itner.evaluation.agreement import find_places
from itner.records.store import RunStore
from itner.reporting.latency import pool_timings

LOG = "2024-05-01 12:00:01 ERROR lost\n2024-05-01 12:00:02 WARN again\n"
TRACE = "It broke:\njava.lang.NullPointerException: x\n\tat a.b.C.d(C.java:16)\n\tat a.b.E.f(E.java:2)\n"
TEXT = "Excel, <b> & excel\n2019"
MENTIONS = [
    Mention(0, 5, "SOFTWARE", 0.98),
    Mention(7, 10, "ERROR"),
    Mention(13, 18, "SOFTWARE", 0.5),
    Mention(19, 23, "SOFTWARE", 0.25),
]


@pytest.mark.parametrize("text", [LOG, TRACE, 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n'])
def test_logs_and_traces_look_like_logs(text: str) -> None:
    assert looks_like_log(text)


@pytest.mark.parametrize(
    "text",
    ["", "At 12:00 Outlook froze.\nAt noon it came back.", LOG.splitlines()[0], "Words of a mail.\n" * 9 + LOG]
    + [text for domain in list_domains() for name, text in domain.examples.items() if name != "Log"],
)
def test_prose_does_not(text: str) -> None:
    assert not looks_like_log(text)


def test_each_entry_of_the_list_links_to_its_highlight() -> None:
    listed, shown = list_found(TEXT, MENTIONS, ["ERROR", "SOFTWARE"]), demo(TEXT, MENTIONS, large=True, mono=False)
    ids = re.findall(r'id="([^"]+)"', shown)
    assert len(set(ids)) == len(ids) == 4
    assert sorted(re.findall(r'href="#([^"]+)"', listed)) == sorted(ids)
    assert re.findall("<h3>(.*?)</h3>", listed) == ["ERROR (1)", "SOFTWARE (3)"]
    assert '>Excel</a><span class="score">0.98</span>' in listed
    assert ">&lt;b&gt;</a></li>" in listed  # without a confidence, and no tag
    assert "<b>" not in listed + shown
    assert shown.startswith('<div class="itner-large">')


def test_equal_wordings_are_counted_and_each_is_linked() -> None:
    listed = list_found("tea tea", [Mention(0, 3, "A", 0.9), Mention(4, 7, "A")], ["A"])
    assert "tea ×2" in listed
    assert 'href="#mention-0" aria-label="tea, 1 of 2, 0.90">0.90</a>' in listed
    assert 'href="#mention-1" aria-label="tea, 2 of 2, 2">2</a>' in listed


def test_types_are_counted_in_the_order_of_the_scheme() -> None:
    assert list(count_types(MENTIONS, ["ERROR", "OS", "SOFTWARE"]).items()) == [("ERROR", 1), ("SOFTWARE", 3)]
    # One that the scheme does not have is not lost.
    assert count_types(MENTIONS, ["SOFTWARE"]) == {"SOFTWARE": 3, "ERROR": 1}


def test_what_several_see_alike_has_no_colour_and_what_one_sees_has() -> None:
    one, two = Tagged((MENTIONS[0], MENTIONS[1]), 1.0, 1), Tagged((MENTIONS[0],), 1.0, 1)
    both = find_places({"one": one.mentions, "two": two.mentions})
    assert 'class="itner-text dimmed"' in view(TEXT, "one", one, both)
    assert re.findall('class="(agreed|differs)"', view(TEXT, "one", one, both)) == ["agreed", "differs"]
    assert "dimmed" not in view(TEXT, "one", one, find_places({"one": one.mentions}))


def test_what_overview_advises_is_recommended_of_what_can_be_opened() -> None:
    runs = [run for run in RunStore(HERE.models).load_all()[0] if run.info.domain == "utility"]
    choices = list_choices(runs)
    chosen, why = recommend(runs, choices)
    assert (chosen.key, why) == ("utility_compact@int8", "what Overview advises on specifications test, without limits")
    others = [choice for choice in choices if choice.run.name != "utility_compact"]
    assert recommend(runs, others)[0].run.name != "utility_compact"
    rules = [choice for choice in choices if choice.run.info.kind == "rules"]
    assert recommend([], rules)[0] == rules[0]
    assert "nothing here was both scored and timed" in recommend([], rules)[1]


def test_times_of_here_and_of_the_benchmark_have_their_names() -> None:
    run = shipped_run("compact_s")
    choice = next(choice for choice in list_choices([run]) if choice.variant == "int8")
    said = times_in_words(choice, Tagged((), 12.34, 3), pool_timings([run]))
    assert re.fullmatch(
        r"12\.3 ms here, now \(median of 3 calls\); benchmark: [\d.]+ ms for 128 pieces \(median\)", said
    )
    assert times_in_words(choice, Tagged((), 1, 1), {}) == ("1.0 ms here, now (one call); benchmark: –, not measured")
