"""Reading what language models write."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.taggers.answers import Pairs, read_answer
from itner.taggers.placing import Pair
from itner.taggers.prompted.prompt import write_answer

A, B = Pair("Windows 11", "OS"), Pair("VPN", "SOFTWARE")
WHOLE = '{"mentions": [{"text": "Windows 11", "type": "OS"}, {"text": "VPN", "type": "SOFTWARE"}]}'


@pytest.mark.parametrize(
    "content",
    [
        WHOLE,
        f"```json\n{WHOLE}\n```",
        f"Here you are:\n```\n{WHOLE}\n```\nAnything else?",
        f"<think>Windows is {{an OS}}.</think>\n{WHOLE}",
        f"Sure! {WHOLE} I hope this helps.",
        '[{"surface": "Windows 11", "label": "OS"}, {"surface": "VPN", "label": "SOFTWARE"}]',
        '{"entities": [{"entity": "Windows 11", "type": "OS", "score": 1}, {"entity": "VPN", "type": "SOFTWARE"}]}',
        '{"Windows 11": "OS", "VPN": "SOFTWARE"}',
    ],
)
def test_whole_answers_of_several_forms(content: str) -> None:
    assert read_answer(content) == Pairs((A, B))


@pytest.mark.parametrize("broken", ['{"text": "VPN"}', '"VPN"', "5", "null", '{"text": null, "type": "OS"}', "[]"])
def test_an_item_out_of_form_costs_no_other(broken: str) -> None:
    item = '{"text": "Windows 11", "type": "OS"}'
    assert read_answer(f'{{"mentions": [{item}, {broken}]}}') == Pairs((A,), repaired=True)
    assert read_answer(f'{{"mentions": [{broken}]}}') is None


def test_surfaces_by_type() -> None:
    assert read_answer('{"OS": ["Windows 11"], "SOFTWARE": ["VPN"], "ERROR": []}') == Pairs((A, B))
    assert read_answer('{"OS": [], "SOFTWARE": []}') == Pairs(())


@pytest.mark.parametrize(
    ("content", "pairs"),
    [
        (WHOLE[:-10], (A,)),
        (WHOLE[:-2], (A, B)),
        (f"```json\n{WHOLE[:-20]}", (A,)),
        ('{"mentions": [{"text": "Windows 11", "type": "OS"},, {"text": "VPN", "type": "SOFTWARE"}]}', (A, B)),
        ('{"Windows 11": "OS", "VPN": "SOFT', (A,)),
        ('{"Windows 11": "OS", "VPN": "SOFTWARE",', (A, B)),
        ("{" + '"a": {' * 2000 + '"text": "VPN", "type": "SOFTWARE"}', (B,)),
    ],
)
def test_of_a_broken_answer_the_whole_pairs_are_kept(content: str, pairs: tuple[Pair, ...]) -> None:
    assert read_answer(content) == Pairs(pairs, repaired=True)


@pytest.mark.parametrize(
    "content", ["", "none", "I cannot help.", '"a"', "{", '{"mentions": 3}', "[1, 2]", "{]", "[[]]"]
)
def test_what_is_no_list_of_mentions_is_none(content: str) -> None:
    assert read_answer(content) is None


def test_none_found_is_an_answer() -> None:
    assert read_answer('{"mentions": []}') == read_answer("{}") == read_answer("[]") == Pairs(())


def test_the_same_surface_twice_is_two_mentions() -> None:
    assert read_answer('{"VPN": "SOFTWARE", "VPN": "SOFTWARE"}') == Pairs((B, B))


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=8))), st.data())
def test_no_cut_loses_more_than_what_follows_it(pairs: list[tuple[str, str]], data: st.DataObject) -> None:
    whole = json.dumps({"mentions": [{"text": text, "type": kind} for text, kind in pairs]})
    found = read_answer(whole)
    assert found == Pairs(tuple(Pair(*pair) for pair in pairs))
    cut = read_answer(whole[: data.draw(st.integers(0, len(whole) - 1))])
    if cut is not None:
        assert cut.repaired
        assert cut.pairs == found.pairs[: len(cut.pairs)]


@given(st.text(max_size=200))
def test_nothing_makes_it_fail(content: str) -> None:
    read_answer(content)


def test_the_answer_of_an_example_is_read_back() -> None:
    from itner.core.types import Document, Mention

    document = Document("VPN on Windows 11", (), (Mention(0, 3, "SOFTWARE"), Mention(7, 17, "OS")), "0", "x")
    assert read_answer(write_answer(document)) == Pairs((B, A))
