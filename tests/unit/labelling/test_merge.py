"""Labelled texts merged: every one accounted for, none twice, none of what is held out, balanced, split."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from commands import run_itner
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import HERE

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.data.processed import read_split
from itner.labelling.held_out import HeldOut
from itner.labelling.merge import TRAIN, VALIDATION, Plan, Rules, plan_merge
from itner.labelling.shards import LABELLED, REPORT, TEXTS, Text, count_shards, read_shards, write_shards
from itner.records.engine import MergeReport
from itner.records.files import read_record
from itner.records.workspace import Workspace
from itner.workflows.merge import merge
from itner.workflows.prepare import prepare

NAMES = ("Outlook", "Excel", "Teams", "Zoom", "Slack", "Jira", "Signal", "Skype", "Gimp", "Blender")
ENDINGS = ("cannot be opened", "asks for a licence again", "loses every setting", "writes nothing at all", "is slow")


def text(number: int, words: str, *marks: tuple[str, str], language: str | None = "en") -> Text:
    mentions = []
    for surface, kind in marks:
        at = words.index(surface)
        mentions.append(Mention(at, at + len(surface), kind))
    return Text(str(number), words, language, "made", tuple(sorted(mentions, key=lambda m: m.start)), "test")


def write(folder: Path, texts: Sequence[Text], shard: int = 7) -> Path:
    folder.mkdir(parents=True)
    write_shards(texts, folder, LABELLED, shard)
    (folder / REPORT).write_text("{}", encoding="utf-8")
    return folder


def plan(tmp_path: Path, folders: Sequence[Path], rules: Rules = Rules(), held: Sequence[str] = ()) -> Plan:  # noqa: B008
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return plan_merge(folders, HeldOut(held), rules, scratch)


def ordinary(count: int) -> list[Text]:
    """Texts that have nothing in common but words."""
    made = []
    for number in range(count):
        name, ending = NAMES[number % len(NAMES)], ENDINGS[number % len(ENDINGS)]
        odd = " ".join(f"{chr(97 + (number * 7 + k) % 26)}{chr(97 + (number // 26 + k) % 26)}q{k}x" for k in range(6))
        made.append(text(number, f"{odd} {name} {ending}", (name, "SOFTWARE")))
    return made


def test_shards_are_read_as_they_were_written(tmp_path: Path) -> None:
    texts = [*ordinary(20), text(20, "é \U0001f600 Zoom\n", ("Zoom", "SOFTWARE"), language=None)]
    folder = write(tmp_path / "a", texts)
    assert [path.name for path in sorted(folder.glob("*.parquet"))] == [f"labelled-0000{n}.parquet" for n in range(3)]
    assert list(read_shards(folder, LABELLED)) == texts
    assert count_shards(folder, LABELLED) == 21
    (folder / REPORT).unlink()
    with pytest.raises(InputError, match="not done"):
        list(read_shards(folder, LABELLED))
    (folder / REPORT).write_text("{}", encoding="utf-8")
    (folder / "labelled-00001.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(InputError, match="cannot be read"):
        list(read_shards(folder, LABELLED))
    (folder / "labelled-00001.parquet").unlink()
    write_shards(ordinary(3), folder, TEXTS)
    (folder / "texts-00000.parquet").rename(folder / "labelled-00001.parquet")
    with pytest.raises(InputError, match="columns are id, text, language, source, not"):
        list(read_shards(folder, LABELLED))


def test_what_fails_while_it_writes_leaves_no_half_shard(tmp_path: Path) -> None:
    def failing():  # type: ignore[no-untyped-def]
        yield from ordinary(2500)
        raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        write_shards(failing(), tmp_path, LABELLED)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mentions", [((3, 9),), ((0, 3), (2, 4)), ((2, 2),)])
def test_mentions_outside_of_a_text_are_noticed(tmp_path: Path, mentions: Sequence[tuple[int, int]]) -> None:
    wrong = Text("0", "short", None, "made", tuple(Mention(0, 1, "OS") for _ in mentions), "test")
    object.__setattr__(wrong, "mentions", tuple(_Span(*span) for span in mentions))
    with pytest.raises(InputError, match=r"overlap, or lie outside|cannot be read"):
        list(read_shards(write(tmp_path / "a", [wrong]), LABELLED))


class _Span:
    def __init__(self, start: int, end: int):
        self.start, self.end, self.type = start, end, "OS"


def test_copies_are_one_text_and_a_rule_says_what_its_label_is(tmp_path: Path) -> None:
    same = "Zoom and Teams fail since Monday morning here"
    first = write(tmp_path / "a", [text(0, same, ("Zoom", "SOFTWARE")), *ordinary(30)])
    second = write(tmp_path / "b", [text(0, same.upper() + "!"), text(1, f"  {same}"), *ordinary(3)])
    for rule, kept, reasons in (
        ("first", [True, False, False], {"repeated": 5, "conflict": 0}),
        ("vote", [False, True, False], {"repeated": 5, "conflict": 0}),
        ("drop", [False, False, False], {"repeated": 3, "conflict": 3}),
    ):
        (tmp_path / rule).mkdir()
        made = plan(tmp_path / rule, [first, second], Rules(rule, alike=2.0))  # type: ignore[arg-type]
        assert (made.split[[0, 31, 32]] >= 0).tolist() == kept, rule
        assert made.conflicts == 1
        assert {reason: made.left_out[reason] for reason in reasons} == reasons
    # Two labels, one each: nobody knows.
    tie = write(tmp_path / "tie", [text(0, same)])
    made = plan(tmp_path, [first, tie], Rules("vote"))
    assert made.left_out["conflict"] == 2


def test_texts_that_differ_in_a_number_or_a_word_are_near(tmp_path: Path) -> None:
    long = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60))
    texts = [text(0, f"ticket 4711 {long}"), text(1, f"ticket 99 {long}"), text(2, f"ticket 5 {long} Zoom")]
    folder = write(tmp_path / "a", [*texts, *ordinary(40)])
    made = plan(tmp_path, [folder])
    assert made.left_out == {"held out": 0, "conflict": 0, "repeated": 0, "near": 2}
    assert (made.split[:3] >= 0).tolist() == [True, False, False]
    assert plan(tmp_path, [folder], Rules(alike=1.5)).left_out["near"] == 0


def test_what_is_held_out_is_left_out_first(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", [*ordinary(10), text(10, "Well: OUTLOOK was never opened on the laptop, by anyone")])
    made = plan(tmp_path, [folder], held=["Outlook was never opened on the laptop"])
    assert made.left_out["held out"] == 1
    assert made.split[10] < 0


def test_no_stratum_outweighs_the_middle_one_by_more_than_was_asked_for(tmp_path: Path) -> None:
    made = ordinary(200)
    languages = ("de", "en", "en", "en", "en")
    texts = [
        Text(each.id, each.text, languages[number % 5], "made", each.mentions if number % 4 else (), "x")
        for number, each in enumerate(made)
    ]
    folder = write(tmp_path / "a", texts)
    result = plan(tmp_path, [folder], Rules(alike=2.0, balance=1.0, validation=0.2))

    def count(chosen: np.ndarray) -> Counter[tuple[str | None, bool]]:
        return Counter((texts[n].language, bool(texts[n].mentions)) for n in np.flatnonzero(chosen))

    kept = count(result.split >= 0)
    # Strata of 10, 30, 40 and 120: the middle is 35.
    assert kept == {("de", False): 10, ("de", True): 30, ("en", False): 35, ("en", True): 35}
    assert result.left_out["balance"] == 90
    validation = count(result.split == VALIDATION)
    assert validation == {("de", False): 2, ("de", True): 6, ("en", False): 7, ("en", True): 7}
    # What is drawn does not depend on where a text stands.
    other = write(tmp_path / "b", texts[::-1])
    again = plan(tmp_path, [other], Rules(alike=2.0, balance=1.0, validation=0.2))
    assert again.split[::-1].tolist() == result.split.tolist()
    assert plan(tmp_path, [folder], Rules(alike=2.0, balance=1.0, seed=1)).split.tolist() != result.split.tolist()
    for endless in (float("inf"), 1e308):
        assert plan(tmp_path, [folder], Rules(alike=2.0, balance=endless)).left_out["balance"] == 0


def test_texts_that_only_a_sign_tells_apart_are_several(tmp_path: Path) -> None:
    said = [
        "\u0915\u0940 \u0932\u092a", "\u0915\u093e \u0932\u092a", "C++ stopped here", "C# stopped here",
        "C stopped here", "!!!", "???", "\U0001f600", "It stopped!", "it  STOPPED",
    ]  # fmt: skip
    folder = write(tmp_path / "a", [Text(str(n), each, None, "made", (), "x") for n, each in enumerate(said)])
    assert plan(tmp_path, [folder], Rules(alike=2.0)).left_out["repeated"] == 1


def test_a_folder_of_the_other_kind_says_what_to_do(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_shards([Text("1", "It stopped", None, "made")], raw, TEXTS)
    (raw / REPORT).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="label-batch"):
        list(read_shards(raw, LABELLED))
    with pytest.raises(InputError, match="but labelled texts"):
        list(read_shards(write(tmp_path / "a", ordinary(1)), TEXTS))
    assert run_itner("merge", str(raw), "--output", str(tmp_path / "b"), "--validation", "0") == 2


words = st.lists(st.sampled_from(["zoom", "fails", "on", "teams", "again", "7"]), min_size=1, max_size=7).map(" ".join)


labelled = st.lists(st.tuples(words, st.booleans()), max_size=25)


@given(folders=st.lists(labelled, min_size=1, max_size=3), rule=st.sampled_from(["first", "vote", "drop"]))
@settings(max_examples=40, deadline=None)
def test_every_text_is_kept_once_or_left_out_for_one_reason(folders, rule, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    root = tmp_path_factory.mktemp("merge")
    given_texts = [
        [text(n, said, *([(said.split()[0], "OS")] if marked else [])) for n, (said, marked) in enumerate(folder)]
        for folder in folders
    ]
    paths = [write(root / str(number), texts) for number, texts in enumerate(given_texts)]
    made = plan(root, paths, Rules(rule, balance=2.0, validation=0.25), ["teams fails on zoom"])
    every = [each for texts in given_texts for each in texts]
    assert len(made.split) == len(every)
    assert (made.split >= 0).sum() + sum(made.left_out.values()) == len(every)
    kept = [every[n].text for n in np.flatnonzero(made.split >= 0)]
    assert len({" ".join(each.casefold().split()) for each in kept}) == len(kept)
    assert set(made.split.tolist()) <= {-1, TRAIN, VALIDATION}


def test_a_corpus_is_written_whole_and_prepared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    prepare("embedded", None, "it", place)
    dev = read_split("helpdesk", "dev", HERE)
    leaked = next(document for document in dev if len(document.tokens) > 8)
    texts = [*ordinary(120), text(120, leaked.text), text(121, "Vim is a Mystery to all of us here", ("Vim", "EDITOR"))]
    folder = write(tmp_path / "labelled", texts, 50)
    output = tmp_path / "corpus"
    words = ["merge", str(folder), "--domain", "it", "--test", "helpdesk", "--alike", "2", "--output", str(output)]
    assert run_itner(*words, "--data-root", str(place.data)) == 1
    said = capsys.readouterr()
    assert "1 text left out: held out" in said.err
    assert "1 mention of a type that it has not: EDITOR" in said.err
    assert "texts to train on" in said.out
    report = read_record(output / REPORT, MergeReport)
    assert report is not None
    assert (report.train + report.validation, report.left_out["held out"]) == (121, 1)
    assert (report.validation, report.mentions) == (12, {"SOFTWARE": 120})
    assert {path.name for path in output.iterdir()} == {"train.jsonl", "val.jsonl", "test.jsonl", REPORT}
    lines = [
        json.loads(line) for name in ("train", "val") for line in (output / f"{name}.jsonl").open(encoding="utf-8")
    ]
    assert len({line["id"] for line in lines}) == 121
    stats = prepare("jsonl", output, "it", place, "own")
    assert stats.splits["train"].sentences == report.train
    assert stats.splits["test"].sentences == len(read_split("helpdesk", "test", HERE))
    # Nothing is written over, and nothing half-written stays.
    assert run_itner(*words, "--data-root", str(place.data)) == 2
    bare = write(tmp_path / "bare", [text(0, leaked.text)])
    with pytest.raises(InputError, match="too few are left to train and validate on"):
        merge([bare], "it", tmp_path / "none", place)
    assert not (tmp_path / "none").exists()
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []
