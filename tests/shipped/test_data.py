"""What is committed under data/: counts of the corpora, and the reports beside them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from shipped import HERE, REPOSITORY

from itner.core.types import Document
from itner.data.markup import count_channels, read_markup
from itner.data.processed import read_corpus_report, read_split, read_stats
from itner.data.stats import list_mentions
from itner.domains.it.scheme import SCHEME
from itner.domains.utility.scheme import SCHEME as UTILITY
from itner.evaluation.annotators import compare_annotators
from itner.records.scores import Counts


def test_the_committed_statistics_show_the_real_corpus() -> None:
    stats = read_stats("stackoverflow", HERE)
    assert [stats.splits[name].sentences for name in ("train", "dev", "test")] == [9294, 2924, 3112]
    assert stats.splits["test"].mentions == {"SOFTWARE": 840, "VERSION": 110, "OS": 66, "HARDWARE": 53, "ERROR": 18}
    assert [stats.splits[name].repaired_tags for name in ("train", "dev", "test")] == [7, 3, 1]
    assert stats.splits["test"].also_in["train"] == 149
    assert len(stats.mapping) == 28
    text = (REPOSITORY / "data" / "processed_meta.json").read_text(encoding="utf-8")
    # The longest strings are hashes: no sentence is among them.
    assert max(map(len, re.findall(r'"([^"]*)"', text))) == 64


def test_the_check_is_text_that_no_corpus_of_ours_holds() -> None:
    documents = read_split("elsewhere", "check", HERE)
    assert len({document.text for document in documents}) == len(documents) >= 300
    assert {document.guideline for document in documents} == {"helpdesk"}
    tickets = read_markup(HERE.corpus("helpdesk/tickets.txt"), SCHEME, "helpdesk")
    learned = {document.text.casefold() for split in tickets.values() for document in split.documents}
    for name in ("helpdesk/unlabelled.txt", "forum/unlabelled.txt"):
        learned |= {line.casefold() for line in HERE.corpus(name).read_text(encoding="utf-8").splitlines()}
    assert not [document.text for document in documents if document.text.casefold() in learned]


def test_the_card_of_the_check_says_what_is_in_it() -> None:
    card = (REPOSITORY / "data" / "elsewhere" / "README.md").read_text(encoding="utf-8")
    documents = read_split("elsewhere", "check", HERE)
    check = read_stats("elsewhere", HERE).splits["check"]
    channels = count_channels(HERE.corpus("elsewhere/texts.txt"))
    without = sum(not document.mentions for document in documents)
    assert (
        f"{sum(channels.values())} texts, {check.sentences:,} sentences, {check.tokens:,} tokens, "
        f"{sum(check.mentions.values())} mentions; {without} sentences hold none."
    ) in card
    for name, count in channels.items():
        assert re.search(rf"\| `{name}` \| .* \| {count} \|", card), name
    train = read_split("helpdesk", "train", HERE)
    known = set(list_mentions(train))
    for kind, count in check.mentions.items():
        new = sum(found[0] == kind and found not in known for found in list_mentions(documents))
        assert f"| {kind} | {count} | {new} ({new / count:.0%}) |" in card


def test_the_marks_that_one_person_made_are_as_good_as_a_second_reading_says() -> None:
    def read(name: str, split: str) -> dict[str, Document]:
        documents = read_markup(HERE.corpus(f"utility/{name}.txt"), UTILITY, "utility")[split].documents
        return {document.text: document for document in documents}

    again, train = read("train_again", "check"), read("texts", "train")
    assert again.keys() <= train.keys()
    stand = [replace(train[text], id=document.id) for text, document in again.items()]
    agreement = compare_annotators(stand, list(again.values()), UTILITY.types)
    card = (REPOSITORY / "data" / "utility" / "README.md").read_text(encoding="utf-8")
    assert f"{agreement.sentences} sentences, from the raw text" in card
    assert f"F1 {agreement.overall.f1:.3f} between\n  their marks and those that stand" in card


FOREIGN = {"German": "de", "Spanish": "es", "French": "fr"}


@pytest.mark.parametrize("language", FOREIGN)
def test_text_in_other_languages_is_a_check_and_its_card_says_what_is_in_it(language: str) -> None:
    code = FOREIGN[language]
    documents = read_split(f"helpdesk-{code}", "check", HERE)
    assert len({document.text for document in documents}) == len(documents) >= 80
    stats = read_stats(f"helpdesk-{code}", HERE)
    assert list(stats.splits) == ["check"]
    check = stats.splits["check"]
    card = (REPOSITORY / "data" / "languages" / "README.md").read_text(encoding="utf-8")
    texts = sum(count_channels(HERE.corpus(f"languages/{code}/texts.txt")).values())
    mentions = check.mentions
    counts = " | ".join(str(mentions[kind]) for kind in sorted(mentions))
    cells = f"{language} | {texts} | {check.sentences} | {check.tokens:,} | {sum(mentions.values())} | {counts}"
    assert f"| {cells} |" in card
    report = read_corpus_report(REPOSITORY / "data" / "languages" / code)
    assert report is not None
    agreed = report.agreement
    assert agreed.sentences == check.sentences
    assert sum(agreed.per_type.values(), Counts()).f1 > 0.99
