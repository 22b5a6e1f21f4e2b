"""The commands that pages print: of the domain in question, and such that they run as printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import parse
from shipped import HERE
from toy import register_toy

from itner.dashboard.commands import known_dataset, preparing_ways, reproducing_words
from itner.data.processed import read_split
from itner.domains.registry import get_domain, list_domains
from itner.records.workspace import Workspace

DOMAINS = [domain.name for domain in list_domains()]


@pytest.mark.parametrize("name", DOMAINS)
def test_a_command_is_given_data_whose_text_is_in_every_checkout(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "processed_meta.json").write_bytes((HERE.data / "processed_meta.json").read_bytes())
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    assert read_split(known_dataset(name), "test", Workspace(HERE.models, tmp_path))


def test_a_dataset_is_named_where_none_is_prepared_or_the_domain_ships_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    register_toy(monkeypatch)
    assert [known_dataset(name) for name in ("it", "pii", "utility", "toy")] == [
        "helpdesk", "personal", "specifications", "custom",
    ]  # fmt: skip
    (tmp_path / "processed_meta.json").write_text("{", encoding="utf-8")
    assert known_dataset("pii") == "personal"


def test_a_dataset_of_the_domain_stands_in_for_the_corpus_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = json.loads((HERE.data / "processed_meta.json").read_text(encoding="utf-8"))
    meta["datasets"] = {name: meta["datasets"][name] for name in ("stackoverflow", "elsewhere", "personal")}
    (tmp_path / "processed_meta.json").write_text(json.dumps(meta), encoding="utf-8")
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    assert known_dataset("it") == "stackoverflow"


@pytest.mark.parametrize("name", [*DOMAINS, "toy"])
def test_what_is_printed_is_understood(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    register_toy(monkeypatch)
    domain = get_domain(name)
    for words in (reproducing_words(domain), *preparing_ways(domain)):
        parse(" ".join(["itner", *words]))
    assert [words for words in preparing_ways(domain) if "--path" in words] == (
        preparing_ways(domain) if name == "toy" else []
    )
