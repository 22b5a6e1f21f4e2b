"""What the domains' releases plan: presets of their own, and corpora of few sentences."""

from __future__ import annotations

import pytest
from shipped import HERE

from itner.core.errors import InputError
from itner.data.sources import read_source
from itner.domains.registry import get_domain, list_domains, list_presets
from itner.records.config import TransferLesson
from itner.taggers.compact.presets import is_compact
from itner.taggers.compact.presets import preset as compact_preset
from itner.taggers.encoder.presets import PRESETS, is_taught, preset
from itner.taggers.generative.presets import is_generative
from itner.taggers.generative.presets import preset as writing_preset

RELEASED = [domain for domain in list_domains() if domain.release is not None]


def test_every_domain_ships_runs() -> None:
    assert [domain.name for domain in RELEASED] == ["it", "pii", "utility"]


@pytest.mark.parametrize("domain", RELEASED, ids=lambda domain: domain.name)
def test_every_run_of_a_release_can_be_made(domain) -> None:
    release = domain.release
    corpus = domain.corpus(release.corpus)
    assert (HERE.data / corpus.folder / "README.md").is_file()
    assert all(domain.corpus(name) for name in release.annotated)
    assert release.default in release.runs
    for track in release.tracks:
        assert track.name in release.runs
        own = domain.corpus(track.dataset)
        assert (own.source, own.guideline) == ("embedded", corpus.guideline)
        assert preset(track.preset).preset == track.preset
    tracks = {track.name for track in release.tracks}
    if domain.judging is not None:
        assert domain.judging.finder in release.runs
    for name in release.runs:
        if name in tracks:
            continue
        if is_generative(name):
            assert writing_preset(name).preset == name
            continue
        plan = release.transfer_of(name)
        if plan is not None:
            assert is_compact(name) or is_taught(name)
            for teacher in plan.teachers:
                assert preset(teacher).preset == teacher
        elif name != release.rules and name not in {plan.name for plan in release.unions}:
            assert preset(name).preset == name
    for union in release.unions:
        assert union.name in release.runs
        assert union.member in release.runs
        assert set(union.functions) <= set(domain.function_names)


def test_a_preset_of_a_domain_changes_another_one() -> None:
    deep, like = preset("utility_lora_deep"), PRESETS["minilm_lora"]
    assert deep.lora is not None
    assert (deep.lora.r, deep.lora.alpha, deep.lora.targets, deep.epochs) == (16, 32, ("query", "value"), 50)
    assert (deep.backbone, deep.casing) == (like.backbone, like.casing)
    standard = preset("utility_lora", seed=5)
    assert standard.lora is not None
    assert (standard.lora.r, standard.epochs, standard.seed) == (8, 20, 5)
    small = compact_preset("pii_compact", TransferLesson("set"))
    assert small == compact_preset("compact_s", TransferLesson("set")).__class__("pii_compact", TransferLesson("set"))
    assert not set(list_presets()) & set(PRESETS)
    with pytest.raises(InputError, match=r"unknown preset 'utility'.*minilm_full,.*utility_lora_deep"):
        preset("utility")


def test_few_sentences_are_the_same_every_time_and_hold_every_type() -> None:
    domain = get_domain("utility")
    first, again = (read_source("embedded", None, domain, "specifications-40", HERE) for _ in range(2))
    every = read_source("embedded", None, domain, "specifications", HERE)
    assert {name: len(split.documents) for name, split in first.items()} == {
        "train": 40, "dev": 10, "test": len(every["test"].documents),
    }  # fmt: skip
    assert first == again
    for name in ("train", "dev"):
        ids = {document.id for document in every[name].documents}
        assert {document.id for document in first[name].documents} < ids
    assert {m.type for document in first["train"].documents for m in document.mentions} == set(domain.scheme.types)
