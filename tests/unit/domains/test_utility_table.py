"""The table of rules as people may write it: what is wrong is refused with the rule, the key and the line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from itner.core.errors import InputError
from itner.domains.utility.candidates import _phrase
from itner.domains.utility.reports import judge
from itner.domains.utility.rules import TABLE, read_rules

# The first rule of the table that ships, as it is written there.
FIRST = TABLE.read_text(encoding="utf-8").partition("\n- id: ")[2].partition("\n\n")[0]
RULE = f"- id: {FIRST}\n"
OTHER = f"- id: another\n{RULE.partition(chr(10))[2]}"


def refused(path: Path, table: str | bytes) -> InputError:
    path.write_bytes(table if isinstance(table, bytes) else table.encode())
    with pytest.raises(InputError) as found:
        read_rules(path)
    assert found.value.path == path
    return found.value


def with_key(key: str, value: str) -> str:
    """A good rule, and one whose `key` is another."""
    lines = [f"  {key}: {value}" if line.startswith(f"  {key}:") else line for line in OTHER.splitlines()]
    return "\n".join([RULE.rstrip(), *lines]) + "\n"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"\xff\xfe-", "not in UTF-8"),
        ("- &a [*a]", "has no keys"),
        ("- id: &a [*a]", "nested more deeply"),
        ("- id: {a: {b: {c: {d: e}}}}", "nested more deeply"),
        ("[" * 5_000, "nested too deeply"),
        ("- " * 5_000, "nested too deeply"),
        ("", "holds no rules: a table is a list of rules"),
        ("# nothing but a comment\n", "holds no rules"),
        ("[]", "holds no rules"),
        ("id: a", "holds no list"),
        ("- a\n", "rule 1 of the table has no keys"),
        ("- id: [\n", "not YAML: while parsing a flow node expected the node content"),
        ("- id: a\x00", "not YAML: special characters"),
        ("- id: a\n---\n- id: b\n", "expected a single document"),
        ("- {[a]: b}", "a key is to be a word"),
        ("- !rule {id: a}", "!rule means nothing"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, table: str | bytes, said: str) -> None:
    assert said in refused(tmp_path / "rules.yaml", table).problem


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("limit", '{min: "20 ft", max: "18 ft"}', "at least 20 ft and at most 18 ft"),
        ("limit", '{min: "3 m", max: "3 ft"}', "at least 3 m and at most 3 ft"),
        ("limit", '{min: "18 ft", max: "30 V"}', "'30 V' is a voltage, and the measure is a length"),
        ("limit", '{min: "18 V"}', "'18 V' is a voltage, and the measure is a length"),
        ("limit", '{min: "18 ft", min: "19 ft"}', "'min' is given twice"),
        ("limit", '{least: "18 ft"}', "'min' or 'max'"),
        ("limit", '{min: "18ft"}', "a number, a space and a unit, such as 18 ft"),
        ("limit", '{min: "18 ٣m"}', "a number, a space and a unit"),
        ("limit", f'{{min: "{"9" * 400} ft"}}', "no number to compare with"),
        ("measure", "temperature", "is a length, and the measure is a temperature"),
        ("voltage", "[750, 0]", "the lowest and the highest"),
        ("voltage", "[-1, 750]", "none below 0"),
        ("voltage", "[0, .inf]", "valid integer"),
        ("voltage", "!!int abc", "valid list"),
        ("standard", "[GO95]", "is written 'G.O. 95' here"),
        ("standard", "[NFPA 70]", "is written 'NEC' here"),
        ("standard", "[NESC, Ours]", "'Ours' is no standard that a text can cite here; the standards are G.O. 95"),
        ("note", "3", "valid string"),
        ("id", "A B", "match pattern"),
    ],
)
def test_a_rule_that_is_wrong_is_refused_with_its_key_and_line(tmp_path: Path, key: str, value: str, said: str) -> None:
    table = with_key(key, value) if key != "id" else RULE + OTHER.replace("another", value, 1)
    error = refused(tmp_path / "rules.yaml", table)
    assert said in error.problem
    assert error.line is not None
    wrong = table.splitlines()[error.line - 1]
    # A limit that does not fit its measure is told at the limit.
    assert wrong.strip("- ").startswith("limit:" if key == "measure" else f"{key}:"), wrong
    if "twice" not in error.problem:
        assert error.problem.startswith(f"rule {value if key == 'id' else 'another'!r}: `")


def test_what_is_given_twice_left_out_or_too_much_is_said(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    assert "the id 'another' is used twice, first in line 1" in refused(path, OTHER * 2).problem
    assert "the key 'note' is given twice" in refused(path, f"{RULE}  note: more\n").problem
    without = "\n".join(line for line in OTHER.splitlines() if not line.startswith("  note:"))
    assert "rule 'another': `note`: is missing" in refused(path, RULE + without).problem
    assert "`colour`: is no key of a rule; these are id, " in refused(path, f"{RULE}  colour: red\n").problem
    assert "rule 2 of the table: `id`: is missing" in refused(path, f"{RULE}- measure: depth\n").problem


def test_values_are_the_words_that_somebody_wrote(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("\ufeff" + with_key("note", "2024-02-30").replace("[street,", "[no, street,"), encoding="utf-8")
    rule = read_rules(path)[1]
    assert rule.note == "2024-02-30"
    assert rule.over[0] == "no"


def test_phrases_of_a_large_table_are_prepared_once() -> None:
    rule = read_rules()[0]
    # More phrases than any store of a fixed size would hold, and short, so that each is quickly prepared.
    rules = [replace(rule, id=f"own-{n}", subject=[f"{word}{n}" for word in "abc"]) for n in range(1_500)]
    judge("b7 over the street at 12 ft", (), rules)
    prepared = _phrase.cache_info().misses
    judge("b8 over the street at 12 ft", (), rules)
    assert _phrase.cache_info().misses == prepared
