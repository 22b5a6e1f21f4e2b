"""Perturbations: gold goes along to the letter, whatever the text; and what they cost, by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.core.types import Document, Mention
from itner.evaluation.robustness.drops import interval_of_change
from itner.evaluation.robustness.edits import Given, apply_edits, list_pieces, list_units
from itner.evaluation.robustness.measuring import checksum, count_clean, measure_effect, read_sample
from itner.evaluation.robustness.perturbing import (
    PERTURBATIONS,
    SEVERITIES,
    Perturbation,
    get_perturbation,
    join_documents,
    perturb,
)
from itner.evaluation.robustness.sampling import draw_parts, number_units
from itner.records.robustness import Effect

NAMES = {"A": ("Outlook", "acrobat reader", "C++"), "B": ("7-Zip",)}
# What perturbations look for, and what no one expects.
ALPHABET = st.one_of(
    st.sampled_from(list("aeiolmrnSOB015.,!?  \n\t'-#+éßИß")),
    st.characters(exclude_categories=("Cs",)),
)
ALL = list(PERTURBATIONS.values())


@st.composite
def documents(draw: st.DrawFn, id: str = "d1", group: str | None = "g") -> Document:
    text = draw(st.text(ALPHABET, max_size=60))
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    mentions = tuple(Mention(start, end, draw(st.sampled_from("AB"))) for start, end in pairs)
    return Document(text, (), mentions, id, "test", group)


def document(text: str, *surfaces: tuple[str, str], id: str = "d1", group: str | None = None) -> Document:
    mentions = tuple(Mention(text.index(s), text.index(s) + len(s), kind) for s, kind in surfaces)
    return Document(text, (), mentions, id, "test", group)


def follow(text: str, edits: Sequence[tuple[int, int, str]], start: int, end: int) -> str:
    """What becomes of a stretch: its characters one by one, with what is put in between them."""
    out = []
    for place in range(start, end):
        out += [new for first, last, new in edits if first == last == place and place > start]
        covering = next(((a, b, new) for a, b, new in edits if a <= place < b), None)
        if covering is None:
            out.append(text[place])
        elif covering[0] == place:
            out.append(covering[2])
    return "".join(out)


@pytest.mark.parametrize("perturbation", ALL, ids=lambda each: each.name)
@settings(max_examples=25)
@given(one=documents("d1"), other=documents("d2"), severity=st.sampled_from(list(SEVERITIES)), seed=st.integers(0, 99))
def test_gold_follows_every_edit_to_the_letter(
    perturbation: Perturbation, one: Document, other: Document, severity: int, seed: int
) -> None:
    part = (one, other) if perturbation.joins else (one,)
    made = perturb(perturbation, severity, part, NAMES, seed)
    source, edited = made.source, made.edited
    shifted = [(first + 1, last + 1, new) for first, last, new in edited.edits]
    assert edited.text == follow(f"<{source.text}>", shifted, 0, len(source.text) + 2)[1:-1]
    # Mentions are in order, without overlap, within the text, and of the same types.
    Document(edited.text, (), edited.mentions, "after", "test")
    expected = [number for number, m in enumerate(source.mentions) if m.end <= made.left]
    assert list(edited.kept) == expected
    assert len(expected) == len(source.mentions) or perturbation.cuts
    for number, mention in zip(edited.kept, edited.mentions, strict=True):
        old = source.mentions[number]
        assert mention.type == old.type
        surface = edited.text[mention.start : mention.end]
        assert surface == follow(source.text, edited.edits, old.start, old.end)
        before = source.text[old.start : old.end]
        assert surface.strip() or not before.strip()
        assert surface == surface.strip() or before != before.strip()
    # Chance is the seed's alone, and without severity nothing happens.
    assert perturb(perturbation, severity, part, NAMES, seed) == made
    assert not perturb(perturbation, 0, part, NAMES, seed).changed


@given(
    one=documents(), edits=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6), st.text(max_size=3)), max_size=9)
)
def test_any_edits_are_applied_once_and_in_order(one: Document, edits: list[tuple[int, int, str]]) -> None:
    inside = [(start, start + size, new) for start, size, new in edits if start + size <= len(one.text)]
    done = apply_edits(one.text, one.mentions, inside)
    assert set(done.edits) <= set(inside)
    assert all(a[1] <= b[0] for a, b in zip(done.edits, done.edits[1:], strict=False))
    assert len(done.text) == len(one.text) + sum(len(new) - (end - start) for start, end, new in done.edits)
    assert done.kept == tuple(range(len(one.mentions)))
    for old, new in zip(one.mentions, done.mentions, strict=True):
        assert done.text[new.start : new.end] == follow(one.text, done.edits, old.start, old.end)


def test_borders_by_hand() -> None:
    text = "run Outlook 365 now"
    mentions = [Mention(4, 11, "A"), Mention(12, 15, "B")]
    done = apply_edits(
        text,
        mentions,
        [
            (4, 4, "("),  # before a mention: no part of it
            (5, 6, "uu"),  # inside
            (11, 11, ")"),  # behind
            (10, 12, "-"),  # over a border: left out
            (12, 15, "366"),  # the whole mention
            (15, 16, ""),  # beside it
        ],
    )
    assert done.text == "run (Ouutlook) 366now"
    assert [done.text[m.start : m.end] for m in done.mentions] == ["Ouutlook", "366"]
    # Nothing of a mention would be left, or white space at its end.
    assert apply_edits("a b", [Mention(0, 1, "A")], [(0, 1, "")]).text == "a b"
    assert apply_edits("a bc", [Mention(0, 4, "A")], [(2, 4, "")]).text == "a bc"
    # Cut away, or not, with what holds it.
    assert apply_edits("go to R", [Mention(6, 7, "A")], [(5, 7, "")]).text == "go to R"
    cut = apply_edits("C to R", [Mention(0, 1, "A"), Mention(5, 6, "B")], [(4, 6, "")], cuts=True)
    assert (cut.text, cut.mentions, cut.kept) == ("C to", (Mention(0, 1, "A"),), (0,))


def test_pieces_end_at_the_borders_of_mentions() -> None:
    given_text = Given("Excel's up", (Mention(0, 5, "A"),))
    word = re.compile(r"\S+")
    assert list(list_pieces(given_text, word)) == [(0, 5), (5, 7), (8, 10)]
    two = Given("ab cd ef", (Mention(0, 5, "A"),))
    assert list_units(two, word) == [(0, 5), (6, 8)]


def test_what_each_does_by_hand() -> None:
    one = document("The Outlook app fails on Windows 10.", ("Outlook", "A"), ("Windows 10", "B"))

    def after(name: str, severity: int = 3, text: Document = one) -> str:
        return perturb(PERTURBATIONS[name], severity, (text,), NAMES, 1).edited.text

    assert after("lower") == one.text.lower()
    assert after("upper") == one.text.upper()
    assert after("title") == "The Outlook App Fails On Windows 10."
    assert after("truncation") == "The Outlook"
    assert after("truncation", 1) == "The Outlook app fails on"
    assert after("wraps") == "The Outlook app\nfails on Windows 10."
    assert after("wraps", 1) == one.text
    assert after("ansi").count("\x1b[0m") == 7
    assert re.sub(r"\x1b\[[\d;]*m", "", after("ansi")) == one.text
    assert re.fullmatch(r"\[?[\d:. ]+\]? The Outlook app fails on Windows 10\.", after("logs", 1))
    assert re.search(r"(ERROR|WARN|INFO|DEBUG).*The Outlook", after("logs", 2))
    assert " ".join(after("spaces").split()) == one.text
    assert after("spaces") != one.text
    assert len(after("lookalikes", text=document("Exposition"))) == len("Exposition")
    swapped = perturb(PERTURBATIONS["swaps"], 3, (one,), NAMES, 1).edited
    surfaces = [swapped.text[m.start : m.end] for m in swapped.mentions]
    assert surfaces[0] in ("Acrobat reader", "C++")
    assert surfaces[1] == "7-Zip"
    numbered = document("to 16.0.07 and 22H2, not v2x-", ("16.0.07", "A"), ("22H2", "A"), ("v2x-", "A"))
    changed = perturb(PERTURBATIONS["numbers"], 3, (numbered,), NAMES, 1).edited
    assert re.fullmatch(r"to [1-9]\d\.\d\.[1-9]\d and [1-9]\dH\d, not v2x-", changed.text)
    assert changed.text != numbered.text


def test_shares_are_what_they_say() -> None:
    text = document(" ".join(["terminal"] * 4000))
    for name, severity, share in (("typos", 1, 0.05), ("typos", 3, 0.3), ("lookalikes", 2, 0.15), ("upper", 1, 1 / 3)):
        made = perturb(PERTURBATIONS[name], severity, (text,), NAMES, 5)
        assert len(made.edited.edits) / 4000 == pytest.approx(share, abs=0.025)


def test_two_texts_become_one() -> None:
    one = document("It broke.", ("broke", "A"), group="g")
    other = document("Outlook hangs.", ("Outlook", "B"), id="d2", group="g")
    texts = [perturb(PERTURBATIONS["joins"], severity, (one, other), NAMES, 1).edited.text for severity in SEVERITIES]
    assert texts == ["It broke. Outlook hangs.", "It broke Outlook hangs.", "It broke.Outlook hangs."]
    joined = join_documents((one, other))
    assert joined.text == "It broke.\nOutlook hangs."
    assert [joined.text[m.start : m.end] for m in joined.mentions] == ["broke", "Outlook"]
    alone = perturb(PERTURBATIONS["joins"], 1, (one,), NAMES, 1)
    assert not alone.changed


def test_a_sample_is_of_neighbours_and_of_the_size_asked_for() -> None:
    corpus = [document(f"s{n}", id=f"d{n}", group=f"g{n // 5}") for n in range(40)]
    parts = draw_parts(corpus, 11, 3)
    assert sum(map(len, parts)) == 11
    numbers = [int(each.id[1:]) for part in parts for each in part]
    assert numbers == sorted(set(numbers))
    for part in parts:
        assert len({each.group for each in part}) == 1
        assert [int(each.id[1:]) for each in part] == list(range(int(part[0].id[1:]), int(part[0].id[1:]) + len(part)))
    assert draw_parts(corpus, 11, 3) == parts != draw_parts(corpus, 11, 4)
    assert [each for part in draw_parts(corpus, 99, 3) for each in part] == corpus
    alone = [document("a", id=f"d{n}") for n in range(3)]
    assert number_units(draw_parts(alone, 3, 1)) == [0, 1, 2]
    assert max(number_units(draw_parts(corpus, 99, 3))) == 7


def test_the_interval_is_of_the_paired_change() -> None:
    # The same loss in every unit is no matter of chance.
    before = np.tile([4, 0, 0], (50, 1))
    low, high = interval_of_change(before, np.tile([2, 0, 2], (50, 1)), 13)
    assert low == high == pytest.approx(2 / 3 - 1, abs=1e-5)
    assert interval_of_change(before, before, 13) == (0.0, 0.0)
    # One of two units loses all: each sample has none, one or both of it.
    low, high = interval_of_change(np.array([[1, 0, 0], [1, 0, 0]]), np.array([[1, 0, 0], [0, 0, 1]]), 13)
    assert (low, high) == (-1.0, 0.0)
    # Against resampling written out.
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 5, (30, 3)), rng.integers(0, 5, (30, 3))
    draws = np.random.default_rng(1).integers(0, 30, (4000, 30))

    def f1(counts: np.ndarray) -> np.ndarray:
        tp, fp, fn = counts[draws].sum(axis=1).T
        return 2 * tp / (2 * tp + fp + fn)

    expected = np.quantile(f1(after) - f1(before), [0.025, 0.975])
    assert interval_of_change(before, after, 13) == pytest.approx(expected, abs=0.02)


class Spelled:
    """Finds the words that it knows, as they are spelled."""

    types = ("A", "B")

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        self.asked.append(guideline)
        known = {"Outlook": "A", "Zip": "B"}
        return [
            [Mention(*match.span(), known[match[0]]) for match in re.finditer("Outlook|Zip", text)] for text in texts
        ]


def test_what_a_perturbation_costs_by_hand() -> None:
    corpus = [
        document("run Outlook now", ("Outlook", "A"), id="d1", group="g1"),
        document("run Zip and Excel", ("Zip", "B"), ("Excel", "A"), id="d2", group="g1"),
        document("nothing", id="d3", group="g2"),
    ]
    parts = draw_parts(corpus, 10, 1)
    tagger = Spelled()
    readings = read_sample(tagger, parts, ("known",))  # type: ignore[arg-type]
    assert tagger.asked == [None]
    assert count_clean(readings).tolist() == [[[1, 0, 1], [1, 0, 0]], [[0, 0, 0], [0, 0, 0]]]

    def measure(name: str, severity: int = 3) -> Effect:
        return measure_effect(tagger, readings, PERTURBATIONS[name], severity, {}, ("known",), 13)  # type: ignore[arg-type]

    lower = measure("lower")
    assert (lower.before, lower.after) == (((1, 0, 1), (1, 0, 0)), ((0, 0, 2), (0, 0, 1)))
    assert (lower.changed, lower.lost, lower.won, lower.cut) == (2, 2, 0, 0)
    assert lower.change == pytest.approx(-0.8)
    assert lower.change_of(1) == -1.0
    low, high = lower.interval
    assert low <= -0.8 <= high
    # An example is found again by its id, and is the text that was read.
    example = lower.examples[1]
    assert (example.documents, example.before, example.after) == (("d2",), ((4, 7, 1),), ())
    again = perturb(PERTURBATIONS["lower"], 3, [corpus[1]], {}, 13)
    assert checksum(again) == example.check
    # Cut away: "Excel" on both sides, so that what is left is as right as before.
    cut = measure("truncation", 2)
    assert (cut.cut, cut.before, cut.after) == (1, ((1, 0, 0), (1, 0, 0)), ((1, 0, 0), (1, 0, 0)))
    assert (cut.interval, cut.examples) == ((0.0, 0.0), ())
    # Joined, the sentences are the same, and found in them is the same.
    joined = measure("joins")
    assert (joined.changed, joined.before, joined.after) == (1, lower.before, lower.before)


def test_a_guideline_is_asked_for_where_it_is_known() -> None:
    corpus = [replace(document("Zip", ("Zip", "B"), id=f"d{n}"), guideline=g) for n, g in enumerate(("a", "b", "a"))]
    tagger = Spelled()
    readings = read_sample(tagger, draw_parts(corpus, 9, 1), ("a",))  # type: ignore[arg-type]
    assert tagger.asked == ["a", None]
    assert [[m.type for m in found] for part in readings.found for found in part] == [["B"]] * 3


def test_an_unknown_perturbation_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match="unknown perturbation 'fog'; there are typos, ocr"):
        get_perturbation("fog")
    assert all(each.name == name and len(each.severities) == 3 for name, each in PERTURBATIONS.items())
