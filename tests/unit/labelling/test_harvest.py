"""Texts are harvested from every kind of source, what is left out is counted, and hostile files do no harm."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import itner.labelling.harvest as harvesting
import itner.workflows.harvest as workflow
from itner.cli import engine
from itner.core.errors import InputError
from itner.core.provenance import Provenance, collect_provenance
from itner.labelling.harvest import Languages, Tally, choose_texts, find_boilerplate
from itner.labelling.raw_sources import Item, list_sources, read_sources
from itner.labelling.shards import REPORT, TEXTS, Text, read_shards
from itner.labelling.wiki import strip_wiki
from itner.records.codec import from_json
from itner.records.engine import HarvestReport, HarvestSettings
from itner.records.files import filling
from itner.workflows.harvest import harvest

ENGLISH = "The printer on the second floor does not print anything since Monday morning."
GERMAN = "Der Drucker im zweiten Stock druckt seit Montag leider überhaupt nichts mehr."
ALL = HarvestSettings(shortest=1, boilerplate=0)


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages(0.5)


@pytest.fixture(scope="module")
def provenance() -> Provenance:
    return collect_provenance()


def read(*given: Path | str, key: str = "text") -> list[Item]:
    return list(read_sources(list_sources([str(each) for each in given]), key))


def texts(*given: Path | str, key: str = "text") -> list[str]:
    return [item.text for item in read(*given, key=key) if not item.reason]


def reasons(*given: Path | str, key: str = "text") -> list[str]:
    return [item.reason for item in read(*given, key=key) if item.reason]


def choose(
    items: Sequence[Item], settings: HarvestSettings = ALL, boilerplate: frozenset[bytes] = frozenset()
) -> tuple[list[Text], Tally]:
    tally = Tally()
    kept = list(choose_texts(items, settings, boilerplate, lambda text: "en", tally))
    assert tally.read == tally.kept + tally.left_out.total()
    assert tally.kept == len(kept)
    return kept, tally


def items(*texts: str) -> list[Item]:
    return [Item(1, "a.txt", text) for text in texts]


def page(text: str, title: str = "A", namespace: int = 0, more: str = "") -> str:
    revision = f"<revision><id>1</id><text xml:space='preserve'>{text}</text></revision>"
    return f"<page><title>{title}</title><ns>{namespace}</ns>{more}{revision}</page>"


def dump(*pages: str, doctype: str = "") -> str:
    info = '<siteinfo><namespaces><namespace key="6">Datei</namespace></namespaces></siteinfo>'
    schema = 'xmlns="http://www.mediawiki.org/xml/export-0.11/"'
    return f"<?xml version='1.0'?>{doctype}<mediawiki {schema}>{info}{''.join(pages)}</mediawiki>"


# Reading.


@pytest.mark.parametrize("name", ["a.txt", "a.md", "A.LOG", "a.txt.gz", "a.txt.bz2"])
def test_a_paragraph_of_a_text_file_is_a_text(tmp_path: Path, name: str) -> None:
    data = "\ufeffone\r\ntwo\r\n\r\n \t\n\n  three\n".encode()
    packed = {".gz": gzip.compress(data), ".bz2": bz2.compress(data)}
    (tmp_path / name).write_bytes(packed.get(Path(name).suffix, data))
    assert texts(tmp_path / name) == ["one\ntwo", "  three"]
    assert {item.source for item in read(tmp_path / name)} == {name}


def test_a_record_is_a_text_and_broken_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    deep = '{"a":{"b":' + "[" * 100_000 + "]" * 100_000 + "}}"
    lines = ['{"a": {"b": "x\\ny"}}', "", "{", "[1]", '{"a": 1}', '{"a": {"b": null}}', deep, '{"a": {"b": "\\ud800"}}']
    path.write_text("\n".join([*lines, '{"n": ' + "9" * 5000 + "}", '{"a": {"b": "last"}}']))
    assert texts(path, key="a.b") == ["x\ny", "last"]
    broken, empty = "broken line", "no text"
    assert reasons(path, key="a.b") == [broken, broken, empty, empty, broken, broken, broken]


def test_what_is_no_utf8_is_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"good\n\nbad \xff here\nmore of it\n\nalso good")
    (tmp_path / "b.ndjson").write_bytes(b'{"text": "\xe4"}\n{"text": "good"}')
    assert texts(tmp_path) == ["good", "also good", "good"]
    assert reasons(tmp_path) == ["not UTF-8", "not UTF-8"]


def test_a_line_and_a_paragraph_without_end_are_counted_and_not_held(tmp_path: Path) -> None:
    (tmp_path / "line.txt").write_bytes(b"before\n\n" + b"x" * 5_000_000 + b"\n\nafter")
    (tmp_path / "lines.txt").write_bytes(b"short line\n" * 100_000 + b"\nafter")
    (tmp_path / "record.jsonl").write_bytes(b'{"text": "' + b"x" * 5_000_000 + b'"}\n{"text": "after"}')
    tracemalloc.start()
    found = [(item.text, item.reason) for item in read(tmp_path)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    long = ("", "too long")
    assert found == [("before", ""), long, ("after", ""), long, ("after", ""), long, ("after", "")]
    assert peak < 30_000_000


def test_a_file_that_is_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    noise = "\n\n".join(os.urandom(64).hex() for _ in range(5_000)).encode()
    (tmp_path / "a.txt.bz2").write_bytes(bz2.compress(noise, 1)[:-100_000])
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(noise)[:-100])
    (tmp_path / "c.jsonl.gz").write_bytes(b"no archive")
    (tmp_path / "d.xml").write_text(dump(page("First paragraph."), page("Second."))[:-40])
    found = read(tmp_path)
    assert [item.source for item in found if item.whole] == ["a.txt.bz2", "b.txt.gz", "c.jsonl.gz", "d.xml"]
    assert {item.reason for item in found if item.whole} == {"damaged"}
    assert len(found) > 5_000
    assert "First paragraph." in [item.text for item in found]


def test_a_folder_is_read_in_order_and_links_hidden_and_other_files_are_counted(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("outside")
    folder = tmp_path / "in"
    (folder / "sub" / ".git").mkdir(parents=True)
    for name in ("b.txt", "a.txt", ".secret.txt", "picture.png", "sub/c.txt", "sub/.git/d.txt"):
        (folder / name).write_text(name)
    (folder / "loop").symlink_to(folder)
    (folder / "sub" / "up").symlink_to(tmp_path)
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    os.mkfifo(folder / "pipe.txt")
    found = read(folder)
    assert [(item.text, item.source) for item in found if not item.reason] == [
        (name, name) for name in ("a.txt", "b.txt", "sub/c.txt")
    ]
    left = sorted((item.source, item.reason) for item in found if item.reason)
    assert left == [
        (".secret.txt", "hidden"),
        ("link.txt", "a link"),
        ("loop", "a link"),
        ("picture.png", "another kind"),
        ("pipe.txt", "no file"),
        ("sub/.git", "hidden"),
        ("sub/up", "a link"),
    ]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("*.txt", ["a.txt"]), ("**/*.txt", ["a.txt", "s/b.txt"]), ("s*", ["s/b.txt"]), ("s/?.txt", ["b.txt"])],
)
def test_a_pattern_names_files_from_where_it_begins_and_follows_no_links(
    tmp_path: Path, pattern: str, expected: list[str]
) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "s" / "b.txt").write_text("b")
    for name in ("s/one", "s/two", "three.txt"):
        (tmp_path / name).symlink_to(tmp_path)
    assert [item.source for item in read(tmp_path / pattern) if not item.reason] == expected


def test_an_empty_name_is_no_folder() -> None:
    with pytest.raises(InputError, match="an empty name"):
        list_sources([""])


@pytest.mark.parametrize("suffix", ["txt", "txt.gz", "txt.bz2", "jsonl.bz2"])
def test_an_empty_file_is_not_damaged(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"a.{suffix}").touch()
    assert list(read(tmp_path)) == []


@pytest.mark.parametrize("name", ["none.txt", "*.none", "a.png", "hub:", "pipe", "x**y/[a"])
def test_what_names_nothing_is_said_before_any_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.png").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError):
        list_sources([name if name.startswith("hub:") else str(tmp_path / name)])


def test_the_hub_is_streamed_by_the_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    def stream(dataset: str, count: int, seed: int) -> Iterator[Any]:
        assert dataset == "some/name"
        yield from ("One text", None, "another")

    monkeypatch.setattr("itner.labelling.raw_sources.stream_issues", stream)
    found = read("hub:some/name")
    assert [(item.text, item.reason) for item in found] == [("One text", ""), ("", "no text"), ("another", "")]
    assert {item.source for item in found} == {"hub:some/name"}


# Dumps.

MARKUP = """{{Infobox|name={{other}}}}
'''Foo''' is a [[bar|''small'' bar]] of [http://x.y text], [[qux]]s<ref name="a">A [[note]].</ref> &amp; more.<!--x-->
[[File:a.png|thumb|A [[picture]].]][[Datei:b.png]][[de:Foo]]
== History ==
Then<br/>[http://x.y] http://z.y <math>x^2</math><nowiki>[[z]]</nowiki> <div>inside</div>.__TOC__
{| class="wikitable"
| cell
|}
[[Category:Things]][[:Category:Things]]"""


def test_a_reader_sees_prose() -> None:
    lines = [line for line in strip_wiki(MARKUP, ["Datei"]).split("\n") if line.strip()]
    assert lines == [
        "Foo is a small bar of text, quxs & more.",
        "Then",
        " http://z.y [[z]] inside.",
        "Category:Things",
    ]


def test_only_articles_of_a_dump_are_read_and_the_others_counted(tmp_path: Path) -> None:
    path = tmp_path / "wiki.xml.bz2"
    redirect = page("#REDIRECT [[A]]", more='<redirect title="A" />')
    twice = "<page><ns>0</ns><revision><text>old</text></revision><revision><text>new</text></revision></page>"
    article = page("One &amp;lt; two.\n== H ==\n[[Datei:x.png]]\n\nLast\nlines.")
    data = dump(article, page("talk", namespace=1), redirect, twice, page("&lt;b&gt;" * 20_000), "<page/>")
    path.write_bytes(bz2.compress(data.encode()))
    assert texts(path) == ["One < two.", "Last\nlines.", "new"]
    assert reasons(path) == ["another namespace", "redirect", "broken page", "no text"]


def test_xml_without_pages_is_counted(tmp_path: Path) -> None:
    (tmp_path / "pom.xml").write_text("<project><name>x</name></project>")
    assert [(item.reason, item.whole) for item in read(tmp_path)] == [("without pages", True)]


def test_entities_of_a_dump_are_not_looked_up(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("PASSWORD")
    nested = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE m [<!ENTITY l0 "lol">{nested}<!ENTITY f SYSTEM "{secret.as_uri()}">]>'
    (tmp_path / "a.xml").write_text(dump(page("Safe &l9; and &f; words."), doctype=doctype))
    (tmp_path / "b.xml").write_text(dump("<page a='&l9;'/>", doctype=doctype))
    began = time.monotonic()
    found = read(tmp_path)
    assert time.monotonic() - began < 2
    assert not any("lol" in item.text or "PASSWORD" in item.text for item in found)
    assert all(len(item.text) < 100 for item in found)


def test_memory_does_not_grow_with_a_dump(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(dump(*(page("word " * 200) for _ in range(1_000)), "<x/>" * 5_000))
    next(iter(read_sources(list_sources([str(tmp_path / "a.xml")]), "text")))
    tracemalloc.start()
    for _ in read_sources(list_sources([str(tmp_path / "a.xml")]), "text"):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


HOSTILE = [
    unit * (300_000 // len(unit))
    for unit in ("<b>", "<b></i>", "{{a|", "[[x|{{y|", "[[a }}", "{|\n", "<ref name=", "<!--")
] + ["</b>" * 40_000 + "<b>" * 40_000, "<b>" * 40_000 + "</b>" * 40_000, "x" * 3_000_000]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_markup_that_nothing_closes_costs_no_hours(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(ValueError):
        strip_wiki(text)
    assert time.monotonic() - began < 2


# Choosing.


def test_lengths_and_copies_are_counted() -> None:
    settings = HarvestSettings(shortest=3, longest=6, boilerplate=0)
    kept, tally = choose(items(" ab ", "abc", "abcdef", "abcdefg", "a  b", "a\nb", "\ta b", "abc "), settings)
    assert [(text.id, text.text) for text in kept] == [("1-2", "abc"), ("1-3", "abcdef"), ("1-5", "a  b")]
    assert tally.left_out == {"too short": 1, "too long": 1, "repeated": 3}
    assert tally.sources == {1: 3}


def test_lines_of_many_texts_are_removed_whatever_their_digits() -> None:
    settings = HarvestSettings(shortest=5, boilerplate=3)
    found = items(*(f"Text number {chr(97 + n)}\n  Page {n * 7} of 30" for n in range(3)), "Page 1 of 2", "Page\nPage")
    marks = find_boilerplate(found, settings)
    kept, tally = choose(found, settings, marks)
    assert [text.text for text in kept] == ["Text number a", "Text number b", "Text number c", "Page\nPage"]
    assert tally.left_out == {"boilerplate": 1}
    assert tally.lines_removed == 4


def test_boilerplate_is_looked_for_in_the_first_texts_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = HarvestSettings(shortest=1, boilerplate=2)
    found = items("a", "x", "y", "x", "a")
    assert len(find_boilerplate(found, settings)) == 2
    monkeypatch.setattr(harvesting, "LINES", 1)
    assert len(find_boilerplate(found, settings)) == 1
    monkeypatch.setattr(harvesting, "LOOKED_THROUGH", 4)
    assert not find_boilerplate(found, settings)
    monkeypatch.setattr(harvesting, "REMEMBERED", 1)
    assert [text.text for text in choose(found)[0]] == ["a", "x", "y", "x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(ENGLISH, "en"), (GERMAN, "de"), ("ok ok", None), ("0x80070057 12345", None), ("", None), ("\0\n", None)],
)
def test_a_language_is_told_where_it_is_sure(languages: Languages, text: str, expected: str | None) -> None:
    assert languages.guess(text) == expected


def test_only_the_languages_that_are_asked_for_are_kept(languages: Languages) -> None:
    found = items(ENGLISH, GERMAN, "0x80070057 12345")
    for asked, expected in (((), [ENGLISH, GERMAN, found[2].text]), (("de", "fr"), [GERMAN])):
        tally = Tally()
        settings = HarvestSettings(shortest=1, languages=asked)
        kept = list(choose_texts(found, settings, frozenset(), languages.guess, tally))
        assert [text.text for text in kept] == expected
        assert tally.left_out.total() == 3 - len(expected)
    assert tally.left_out == {"language": 2}


LINE = st.sampled_from(["", " ", "footer 1", "footer 22", "some words", "äöü", "x" * 30])
ITEM = st.builds(
    Item,
    st.integers(1, 2),
    st.just("a"),
    st.lists(LINE, max_size=4).map("\n".join),
    st.sampled_from(["", "", "", "broken line"]),
    st.booleans(),
)


@given(st.lists(ITEM, max_size=30), st.integers(1, 12), st.integers(12, 40), st.integers(0, 3), st.integers(1, 9))
def test_everything_that_is_read_is_kept_or_counted(
    found: list[Item], shortest: int, longest: int, boilerplate: int, limit: int
) -> None:
    settings = HarvestSettings(shortest=shortest, longest=longest, boilerplate=boilerplate, limit=limit)
    marks = find_boilerplate(found, settings) if boilerplate else frozenset()
    kept, tally = choose(found, settings, marks)
    assert tally.read + tally.files_left_out.total() == len(found) or tally.kept == limit
    assert all(shortest <= len(text.text) <= longest and text.text == text.text.strip() for text in kept)
    assert len({text.id for text in kept}) == len({" ".join(text.text.split()) for text in kept}) == len(kept) <= limit
    assert sum(tally.sources.values()) == sum(tally.languages.values()) == len(kept)


@hypothesis_settings(max_examples=40)
@given(st.binary(max_size=300), st.sampled_from([".txt", ".jsonl", ".xml", ".txt.gz", ".xml.bz2"]))
def test_no_bytes_stop_it(tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"hostile{kind}"
    path.write_bytes(data)
    choose(read(path))


# The folder.


@pytest.fixture
def mails(tmp_path: Path, languages: Languages, provenance: Provenance, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to harvest; what takes long to load or to ask is there."""
    monkeypatch.setattr(harvesting, "Languages", lambda least_sure: languages)
    monkeypatch.setattr(workflow, "collect_provenance", lambda: provenance)
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{ENGLISH}\n\n{GERMAN}\n\nshort\n\n{ENGLISH}\n")
    (folder / "b.jsonl").write_text(json.dumps({"text": f"{ENGLISH} Again."}) + "\n{broken\n")
    return folder


def test_a_harvest_is_a_whole_folder(mails: Path, tmp_path: Path) -> None:
    said: list[str] = []
    report = harvest([str(mails)], tmp_path / "new" / "out", HarvestSettings(), lambda message, _: said.append(message))
    found = list(read_shards(tmp_path / "new" / "out", TEXTS))
    assert [(text.id, text.language, text.source) for text in found] == [
        ("1-1", "en", "a.txt"),
        ("1-2", "de", "a.txt"),
        ("1-5", "en", "b.jsonl"),
    ]
    assert report.read == report.kept + sum(report.left_out.values()) == 6
    assert report.left_out == {"too short": 1, "repeated": 1, "broken line": 1}
    assert (report.unread, report.languages, report.sources) == (1, {"en": 2, "de": 1}, {"1 mails": 3})
    written = (tmp_path / "new" / "out" / REPORT).read_text()
    assert from_json(HarvestReport, written) == report
    assert str(tmp_path) not in written
    assert said == ["looking for boilerplate: 0 texts read", "harvesting: 0 texts read"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]


def test_a_folder_that_is_taken_is_left_alone_and_an_empty_one_used(mails: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    harvest([str(mails)], out, HarvestSettings(limit=1))
    before = sorted(path.name for path in out.iterdir())
    for taken in (out, mails / "a.txt"):
        with pytest.raises(InputError, match="new or empty"):
            harvest([str(mails)], taken, HarvestSettings())
    assert sorted(path.name for path in out.iterdir()) == before == ["report.json", "texts-00000.parquet"]
    with pytest.raises(InputError, match="a file is in the way"):
        harvest([str(mails)], mails / "a.txt" / "out", HarvestSettings())


def test_of_two_calls_into_one_folder_one_says_that_the_other_was_there(mails: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match="another call has filled"), filling(out):
        harvest([str(mails)], out, HarvestSettings(limit=1))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".out")) == []


def test_a_harvest_that_fails_leaves_nothing(mails: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for settings, said in (
        (HarvestSettings(languages=("xx",)), "xx: no language"),
        (HarvestSettings(languages=("fr",)), "no text is left: .*language"),
        (HarvestSettings(shortest=5000), "longer than the longest"),
    ):
        with pytest.raises(InputError, match=said):
            harvest([str(mails)], tmp_path / "out", settings)

    def stop(message: str, share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        harvest([str(mails)], tmp_path / "out", HarvestSettings(), stop)
    monkeypatch.setattr(workflow, "find_spec", lambda name: None if name == "py3langid" else True)
    with pytest.raises(InputError, match=r"py3langid, .* `pip install 'itner\[llm\]'`"):
        harvest([str(mails)], tmp_path / "out", HarvestSettings())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mails"]


def test_offline_the_hub_is_an_error_that_says_what_to_do(
    mails: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    def offline(*_: object, **__: object) -> object:
        raise ConnectionError

    monkeypatch.setattr(datasets, "load_dataset", offline)
    with pytest.raises(InputError, match=r"'some/name' could not be read \(ConnectionError\)"):
        harvest(["hub:some/name"], tmp_path / "out", HarvestSettings())
    assert list(tmp_path.iterdir()) == [mails]


def test_the_verb_says_what_it_did_and_exits_with_1_when_something_was_broken(mails: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(engine.harvest)
    call = CliRunner().invoke
    done = call(app, [str(mails), "--output", str(tmp_path / "one"), "--language", "DE"])
    assert done.exit_code == 1
    assert "left out: language 3" in done.stderr
    assert "1 of 6 texts kept (de 1)" in done.stdout
    whole = call(app, [str(mails / "a.txt"), "--output", str(tmp_path / "two"), "--limit", "1"])
    assert whole.exit_code == 0
    assert call(app, [str(mails), "--output", str(tmp_path / "three"), "--shortest", "0"]).exit_code == 2
    assert not (tmp_path / "three").exists()
