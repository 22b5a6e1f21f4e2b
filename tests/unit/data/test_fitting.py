"""Spans that do not fit the tokens, and offsets that count something else than code points."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imports import imported, read

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.data.fitting import Fitting, Span, trim
from itner.data.offsets import convert_spans, recognise_unit

TRIMMED = "spans trimmed of outer white space"
TEXT = "We run Windows 11 on it."


def fit(text: str, spans: list[Span], rule: str = "error") -> tuple[list[tuple[str, str]], dict[str, int]]:
    fitting = Fitting(rule)  # type: ignore[arg-type]
    found = fitting.fit(text, split_tokens(text), spans, Path("a"), 1)
    return [(text[span.start : span.end], span.type) for span in found], dict(+fitting.changes)


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "  "])
def test_outer_white_space_of_any_kind_is_trimmed(space: str) -> None:
    text = f"We run{space}Windows 11{space}on it."
    start, end = text.index("Windows"), text.index("11") + 2
    for left, right in ((len(space), 0), (0, len(space)), (len(space), len(space))):
        assert fit(text, [Span(start - left, end + right, "OS")]) == ([("Windows 11", "OS")], {TRIMMED: 1})
    assert fit(text, [Span(start, end, "OS")]) == ([("Windows 11", "OS")], {})
    assert fit(text, [Span(start - len(space), start, "OS")]) == ([], {"empty spans dropped": 1})


@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [(8, 14, "Windows"), (7, 13, "Windows"), (8, 17, "Windows 11"), (5, 14, "run Windows"), (10, 11, "Windows")],
)
def test_a_boundary_inside_a_word(start: int, end: int, whole: str) -> None:
    span = Span(start, end, "OS")
    with pytest.raises(InputError, match="begins or ends inside a word") as caught:
        fit(TEXT, [span])
    assert repr(TEXT[start:end]) in caught.value.problem
    assert "--misaligned expand" in caught.value.problem
    assert "--misaligned drop" in caught.value.problem
    assert fit(TEXT, [span], "expand") == ([(whole, "OS")], {"spans expanded to whole words": 1})
    assert fit(TEXT, [span], "drop") == ([], {"spans that do not fit the text dropped": 1})


@pytest.mark.parametrize(
    "span",
    [Span(7, 99, "OS"), Span(99, 100, "OS"), Span(-3, 4, "OS"), Span(14, 7, "OS"), Span(7, 14, "OS", "Word")],
    ids=str,
)
def test_a_span_that_means_no_place_cannot_be_widened(span: Span) -> None:
    for rule in ("error", "expand"):
        with pytest.raises(InputError, match="--misaligned drop") as caught:
            fit(TEXT, [span], rule)
        assert "expand" not in caught.value.problem
    assert fit(TEXT, [span], "drop") == ([], {"spans that do not fit the text dropped": 1})


def test_a_recorded_text_may_differ_in_white_space() -> None:
    text = "Windows\nServer fails"
    for recorded in ("Windows\nServer", "Windows Server", "Windows\\nServer", " Windows Server "):
        assert fit(text, [Span(0, 14, "OS", recorded)])[0] == [("Windows\nServer", "OS")]


def test_overlaps_doubles_and_spans_without_a_type_are_counted() -> None:
    spans = [Span(15, 17, "VERSION"), Span(7, 17, "OS"), Span(7, 14, "OS"), Span(7, 17, "OS"), Span(7, 17, "SOFTWARE")]
    spans += [Span(0, 2, ""), Span(0, 0, "OS"), Span(0, 2, "HARDWARE")]
    assert fit(TEXT, spans) == (
        [("We", "HARDWARE"), ("Windows 11", "OS")],
        {
            "duplicate spans dropped": 1,
            "overlapping spans dropped (the longest is kept)": 3,
            "spans without a type dropped": 1,
            "empty spans dropped": 1,
        },
    )


def test_what_is_read_as_o_is_fitted_as_well(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    spans = [{"start": 0, "end": 7, "type": "Website"}, {"start": 0, "end": 3, "type": "OS"}]
    path.write_text(json.dumps({"text": "Win OSX", "spans": spans}), encoding="utf-8")
    split = read(path)
    # The longest is kept, whatever becomes of it: its words were marked as something else.
    assert split.documents[0].mentions == ()
    assert split.fine_types == {"Website": 1}
    assert imported(split).changes == {"overlapping spans dropped (the longest is kept)": 1}


def units(text: str) -> int:
    """How many UTF-16 units a text has."""
    return len(text.encode("utf-16-le")) // 2


words = st.lists(st.sampled_from(["Windows", "C#", "😀", "é", "naïve", "🙂🙂", "日本", "x"]), min_size=2, max_size=12)


@given(words, st.data(), st.sampled_from(["code points", "UTF-16 units", "bytes"]), st.booleans())
def test_offsets_of_any_unit_come_back(parts: list[str], data: st.DataObject, unit: str, recorded: bool) -> None:
    text = " ".join(parts)
    spans, place = [], 0
    for part in parts:
        if data.draw(st.booleans()):
            spans.append(Span(place, place + len(part), "OS", part if recorded else None))
        place += len(part) + 1
    widths = {
        "code points": len,
        "UTF-16 units": units,
        "bytes": lambda s: len(s.encode()),
    }
    width = widths[unit]
    written = [Span(width(text[: s.start]), width(text[: s.end]), s.type, s.text) for s in spans]
    assert convert_spans(text, written, unit) == spans  # type: ignore[arg-type]
    if recorded and len(set(parts)) == len(parts):
        found = recognise_unit([(text, split_tokens(text), written)])
        # Where a unit tells nothing, or only how much white space is trimmed, none has to be converted; otherwise the
        # recorded words leave no doubt.
        assert [trim(span, text) for span in convert_spans(text, written, found.name)] == spans
        assert not found.doubtful


@pytest.mark.parametrize(
    ("text", "word", "unit"),
    [
        ("😀 Update failed on Windows today", "Windows", "UTF-16 units"),
        ("😀 Update failed on Windows today", "Windows", "bytes"),
        ("Für das Café: Windows hängt", "Windows", "bytes"),
        ("日本 Windows hangs", "Windows", "bytes"),
    ],
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.integers(0, 3))
def test_a_file_says_what_its_offsets_count(text: str, word: str, unit: str, before: int, tmp_path: Path) -> None:
    front = text[: text.index(word)]
    width = units(front) if unit == "UTF-16 units" else len(front.encode())
    # Texts of ASCII say nothing of the unit, and are not touched by it.
    plain = {"text": "Windows hangs", "spans": [{"start": 0, "end": 7, "type": "OS"}]}
    telling = {"text": text, "spans": [{"start": width, "end": width + len(word), "type": "OS"}]}
    path = tmp_path / "train.jsonl"
    path.write_text("\n".join(map(json.dumps, [plain] * before + [telling])), encoding="utf-8")
    split = read(path)
    assert imported(split).offsets == unit
    assert [d.text[m.start : m.end] for d in split.documents for m in d.mentions] == ["Windows"] * (before + 1)


def test_offsets_that_fit_no_unit_are_doubted(tmp_path: Path) -> None:
    record = {"text": "😀 Windows11 is slow", "spans": [{"start": 2, "end": 9, "type": "OS"}]}
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="offsets may count UTF-16 units or bytes"):
        read(path)
    assert any("UTF-16" in note for note in imported(read(path, misaligned="expand")).notes)
    # Where everything is ASCII, there is nothing to doubt.
    path.write_text(json.dumps(record | {"text": "x Windows11 is slow"}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(path)
    assert "UTF-16" not in caught.value.problem
