"""The prompted tagger against a real server on loopback, which misbehaves."""

from __future__ import annotations

import json
import signal
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from llm_server import DIGEST, FAULTS, Behaviour, Pairs, serving

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.domains.it.scheme import SCHEME
from itner.records.answers import Losses
from itner.records.config import Budget, Price, PromptedConfig, Provider
from itner.taggers.prompted.shots import Shots
from itner.taggers.prompted.tagger import PromptedTagger

WORDS = {"Outlook": "SOFTWARE", "Windows": "OS", "printer": "HARDWARE", "0x80070005": "ERROR", "2021": "VERSION"}


def find(text: str) -> Pairs:
    """The model: it knows some words."""
    return [(word, WORDS[word]) for word in text.replace(".", " ").split() if word in WORDS]


def document(number: int, group: str | None = None) -> Document:
    words = list(WORDS)
    text = f"Ticket {number} on {words[number % 5]} and {words[number % 3]}."
    mentions = [
        Mention(token.start, token.end, WORDS[text[token.start : token.end]])
        for token in split_tokens(text)
        if text[token.start : token.end] in WORDS
    ]
    return Document(text, tuple(split_tokens(text)), tuple(mentions), str(number), "made", group)


def open_tagger(folder: Path, endpoint: str, examples: Shots | None = None, **changes: Any) -> PromptedTagger:
    config = PromptedConfig("ollama", endpoint, "tiny", "it")
    if changes.get("provider") == "openai":
        changes["endpoint"] = f"{endpoint}/v1"
    settings = {"timeout_s": 5.0, "retries": 12, "concurrency": 32} | changes
    digest = settings.pop("digest", None)
    return PromptedTagger(
        replace(config, **settings),
        SCHEME.types,
        "Find them.",
        examples,
        folder / "answers.sqlite",
        digest,
        first_wait_s=0.002,
    )


@pytest.mark.parametrize(
    ("provider", "number"), [("ollama", 100), ("openai", 100), pytest.param("ollama", 1000, marks=pytest.mark.thorough)]
)
def test_every_document_is_answered_once_by_a_server_that_fails_three_times_in_ten(
    provider: Provider, number: int, tmp_path: Path
) -> None:
    documents = [document(each) for each in range(number)]
    # Those that take their time are rarer, and a busy machine that answers late is none of them.
    patience_s = 2.0
    kinds = [kind for kind in FAULTS for _ in range(1 if kind in ("silence", "drip") else 4)]
    behaviour = Behaviour(find, faults=0.3, kinds=kinds, silence_s=1.4 * patience_s)
    shares: list[float] = []
    with serving(behaviour) as endpoint:
        tagger = open_tagger(tmp_path, endpoint, provider=provider, timeout_s=patience_s)
        found = tagger.tag_documents(documents, shares.append)
        again = open_tagger(tmp_path, endpoint, provider=provider)
        assert again.tag_documents(documents) == found
    # None lost, none twice: each is answered once, and marked as the model marks it.
    assert found == [document.mentions for document in documents]
    assert set(behaviour.given.values()) == {1}
    assert len(behaviour.given) == number
    assert set(behaviour.failed) == set(FAULTS)
    assert 1 < behaviour.most_at_once <= 64
    account = tagger.account()
    assert (account.answers, account.known, account.unreadable) == (number, 0, 0)
    assert account.requests == number + behaviour.failed.total() == number + sum(account.failures.values())
    assert 0.2 < behaviour.failed.total() / account.requests < 0.4
    # Answers that could not be read are paid for like the others.
    paid = number + account.failures["an answer without a list of mentions"]
    assert paid > number
    assert (account.tokens_in, account.tokens_out, account.uncounted) == (100 * paid, 10 * paid, 0)
    assert (again.account().tokens_in, again.account().tokens_out) == (100 * paid, 10 * paid)
    assert account.latency_s is not None
    assert 0 < account.latency_s[0] <= account.latency_s[1] <= patience_s
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert (again.account().known, again.account().requests) == (number, 0)
    # What is kept names no word of a text, and is for nobody else.
    kept = tmp_path / "answers.sqlite"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert b"Outlook" not in kept.read_bytes()


def test_a_budget_stops_and_the_next_call_goes_on_there(tmp_path: Path) -> None:
    documents = [document(number) for number in range(60)]
    behaviour = Behaviour(find, faults=0.3, kinds=("500", "cut json", "prose"))
    price = Price(10.0, 20.0, "EUR")
    with serving(behaviour) as endpoint:
        for budget, what in (
            (Budget(requests=10), "10 requests"),
            (Budget(tokens=550), "550 tokens"),
            (Budget(money=0.006), "0.006 EUR"),
            (Budget(seconds=1e-6), "1e-06 seconds"),
        ):
            tagger = open_tagger(tmp_path, endpoint, budget=budget, price=price, concurrency=1)
            with pytest.raises(InputError, match=f"the budget of {what} is used up"):
                tagger.tag_documents(documents)
            account = tagger.account()
            assert account.requests <= 10
            answers = account.answers - account.known + account.failures.get("an answer without a list of mentions", 0)
            assert account.cost == pytest.approx(answers * (100 * 10 + 10 * 20) / 1e6)
        answered = len(behaviour.given)
        assert 10 < answered < 40
        last = open_tagger(tmp_path, endpoint)
        assert last.tag_documents(documents) == [document.mentions for document in documents]
        assert last.account().known == answered
    assert set(behaviour.given.values()) == {1}


def test_an_interrupt_loses_nothing(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    # A shell has its jobs in the background ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    documents = [document(number) for number in range(40)]
    behaviour = Behaviour(find)

    def stop(share: float) -> None:
        if share >= 0.5:
            signal.raise_signal(signal.SIGINT)

    with serving(behaviour) as endpoint:
        with pytest.raises(KeyboardInterrupt):
            open_tagger(tmp_path, endpoint, concurrency=1).tag_documents(documents, stop)
        last = open_tagger(tmp_path, endpoint)
        assert last.tag_documents(documents) == [document.mentions for document in documents]
    assert last.account().known == 20
    assert behaviour.given.total() <= 41


def test_what_the_model_makes_up_is_counted_and_marked_nowhere(tmp_path: Path) -> None:
    behaviour = Behaviour(
        lambda text: [*find(text), ("mouse", "HARDWARE"), ("Ticket", "THING"), ("Outlook", "OS")], cut=True
    )
    with serving(behaviour) as endpoint:
        tagger = open_tagger(tmp_path, endpoint)
        assert tagger.tag_documents([document(0)]) == [document(0).mentions]
    account = tagger.account()
    assert account.losses == Losses(absent=1, unknown=1, crowded=1)
    assert account.repaired == 1


def test_an_answer_that_never_holds_mentions_is_counted_and_asked_for_again(tmp_path: Path) -> None:
    behaviour = Behaviour(find, write=lambda pairs: "I would rather not.")
    with serving(behaviour) as endpoint:
        for _ in range(2):
            tagger = open_tagger(tmp_path, endpoint, retries=2)
            assert tagger.tag_documents([document(0)]) == [()]
            assert tagger.account().unreadable == 1
            assert tagger.account().requests == 3


def test_sentences_of_one_text_are_asked_about_together(tmp_path: Path) -> None:
    documents = [document(0, "a"), document(1, "a"), document(2), document(3, "b"), document(4, "a")]
    behaviour = Behaviour(find)
    with serving(behaviour) as endpoint:
        tagger = open_tagger(tmp_path, endpoint)
        assert tagger.tag_documents(documents) == [each.mentions for each in documents]
        assert len(behaviour.bodies) == 4
        found = tagger.tag(["The printer.\nOutlook 2021 on Windows", "", "printer"])
        assert [[(m.start, m.end, m.type) for m in each] for each in found] == [
            [(4, 11, "HARDWARE"), (13, 20, "SOFTWARE"), (21, 25, "VERSION"), (29, 36, "OS")], [], [(0, 7, "HARDWARE")],
        ]  # fmt: skip
        assert len(behaviour.bodies) == 6
        # The same text is paid for once.
        assert tagger.tag_documents([documents[2]] * 3) == [documents[2].mentions] * 3
        assert len(behaviour.bodies) == 6


def test_no_mention_reaches_from_one_sentence_into_the_next(tmp_path: Path) -> None:
    parts = [Document(text, tuple(split_tokens(text)), (), text, "made", "a") for text in ("on Windows", "11 is old")]
    with serving(Behaviour(lambda text: [("Windows 11", "OS")])) as endpoint:
        tagger = open_tagger(tmp_path, endpoint)
        assert tagger.tag_documents(parts) == [(), ()]
    assert tagger.account().losses == Losses(absent=1)


def test_what_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = Shots([document(number) for number in (0, 1, 2, 3)])
    monkeypatch.setenv("MY_KEY", "secret")
    behaviour = Behaviour(find)
    with serving(behaviour) as endpoint:
        for provider in ("ollama", "openai"):
            for structured in ("schema", "json", "none"):
                open_tagger(
                    tmp_path,
                    endpoint,
                    examples,
                    provider=provider,
                    structured=structured,
                    shots=2,
                    key_variable="MY_KEY",
                ).tag_documents([document(3)])
        open_tagger(tmp_path, endpoint, provider="openai", temperature=None).tag_documents([document(3)])
    for body, headers in zip(behaviour.bodies[:6], behaviour.headers, strict=False):
        assert headers["authorization"] == "Bearer secret"
        assert [message["role"] for message in body["messages"]] == [
            "system", "user", "assistant", "user", "assistant", "user",
        ]  # fmt: skip
        texts = [message["content"] for message in body["messages"]]
        # The text itself is no example of itself.
        assert texts.count(document(3).text) == 1
        assert texts[-1] == document(3).text
        assert json.loads(texts[2])["mentions"]
    schema, plain, free, *others = behaviour.bodies
    assert schema["format"]["properties"]["mentions"]["items"]["properties"]["type"]["enum"] == list(SCHEME.types)
    assert (plain["format"], free.get("format")) == ("json", None)
    assert schema["options"] == {"num_predict": 2048, "seed": 13, "temperature": 0.0}
    assert others[0]["response_format"]["json_schema"]["strict"] is True
    assert others[1]["response_format"] == {"type": "json_object"}
    assert "response_format" not in others[2]
    assert (others[0]["max_tokens"], others[0]["temperature"]) == (2048, 0.0)
    assert "temperature" not in others[3]


@pytest.mark.parametrize(
    ("status", "problem"),
    [(401, "wants a key; name its variable"), (404, "knows no model 'tiny'"), (400, "try --structured json or none")],
)
def test_what_no_patience_mends_is_said_at_once(status: int, problem: str, tmp_path: Path) -> None:
    behaviour = Behaviour(find, status=status)
    with serving(behaviour) as endpoint:
        for provider in ("ollama", "openai"):
            with pytest.raises(InputError, match=problem):
                open_tagger(tmp_path, endpoint, provider=provider).tag_documents([document(0)])
    assert len(behaviour.bodies) == 2


def test_nobody_is_sent_on_to_another_address(tmp_path: Path) -> None:
    for status in (301, 302, 307, 308):
        behaviour = Behaviour(find, status=status)
        elsewhere = Behaviour(find)
        with serving(elsewhere) as other, serving(behaviour) as endpoint:
            behaviour.location = f"{other}/api/chat"
            for provider in ("ollama", "openai"):
                with pytest.raises(InputError, match="sends on to another address, which is not followed"):
                    open_tagger(tmp_path, endpoint, provider=provider).tag_documents([document(0)])
        assert not elsewhere.bodies


def test_raw_text_without_a_readable_answer_is_no_text_without_mentions(tmp_path: Path) -> None:
    behaviour = Behaviour(find, write=lambda pairs: "No." if not pairs else Behaviour(find).write(pairs))
    with serving(behaviour) as endpoint:
        tagger = open_tagger(tmp_path, endpoint, retries=1)
        for texts in (["Hello"], ["Outlook hangs", "Hello"]):
            with pytest.raises(InputError, match="gave no list of mentions for 1 of the texts, asked 2 times"):
                tagger.tag(texts)
        assert tagger.tag(["Outlook hangs"]) == [[Mention(0, 7, "SOFTWARE")]]


def test_what_is_kept_tells_how_long_it_took(tmp_path: Path) -> None:
    with serving(Behaviour(find)) as endpoint:
        first, second = open_tagger(tmp_path, endpoint), open_tagger(tmp_path, endpoint)
        for tagger in (first, second):
            tagger.tag_documents([document(number) for number in range(9)])
    assert second.account().requests == 0
    assert second.account().latency_s == first.account().latency_s is not None


def test_a_server_that_is_not_there_or_only_fails(tmp_path: Path) -> None:
    with serving(Behaviour(find)) as endpoint:
        pass
    for provider in ("ollama", "openai"):
        tagger = open_tagger(tmp_path, endpoint, provider=provider, retries=1)
        with pytest.raises(InputError, match=r"failed 2 times in a row \(the connection broke"):
            tagger.tag_documents([document(0)])
    with (
        serving(Behaviour(find, status=503)) as endpoint,
        pytest.raises(InputError, match=r"failed 3 times in a row \(status 503\); what was answered before is kept"),
    ):
        open_tagger(tmp_path, endpoint, retries=2).tag_documents([document(0), document(1)])


def test_another_model_behind_the_name_is_refused(tmp_path: Path) -> None:
    with serving(Behaviour(find)) as endpoint:
        tagger = open_tagger(tmp_path, endpoint, digest=DIGEST)
        assert tagger.tag_documents([document(0)]) == [document(0).mentions]
        with pytest.raises(InputError, match="another model now"):
            open_tagger(tmp_path, endpoint, digest="cd" * 32).tag_documents([document(1)])
        with pytest.raises(InputError, match=r"no model 'gone' \(models: tiny:latest\); `ollama pull gone`"):
            open_tagger(tmp_path, endpoint, digest=DIGEST, model="gone").tag_documents([document(1)])


def test_the_key_is_read_from_the_environment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(InputError, match="environment variable MY_KEY, which is not set"):
        open_tagger(tmp_path, "http://127.0.0.1:1", key_variable="MY_KEY").tag_documents([document(0)])


@pytest.mark.parametrize("damage", [b"no database" * 100, None])
def test_a_damaged_memory_says_so(damage: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with serving(Behaviour(find)) as endpoint:
        if damage is not None:
            path.write_bytes(damage)
        else:
            path.mkdir()
        with pytest.raises((InputError, OSError)) as error:
            open_tagger(tmp_path, endpoint).tag_documents([document(0)])
        assert "answers.sqlite" in str(error.value)


@pytest.mark.parametrize("change", [{"seed": 14}, {"temperature": 0.5}, {"max_tokens": 99}, {"structured": "json"}])
def test_other_settings_are_asked_anew(change: dict[str, Any], tmp_path: Path) -> None:
    behaviour = Behaviour(find)
    with serving(behaviour) as endpoint:
        open_tagger(tmp_path, endpoint).tag_documents([document(0)])
        open_tagger(tmp_path, endpoint, concurrency=2, timeout_s=1.0).tag_documents([document(0)])
        assert len(behaviour.bodies) == 1
        open_tagger(tmp_path, endpoint, **change).tag_documents([document(0)])
    assert len(behaviour.bodies) == 2


def test_the_most_similar_examples_stand_nearest(tmp_path: Path) -> None:
    def plain(texts: Sequence[str]) -> list[Document]:
        return [Document(text, (), (), str(number), "made") for number, text in enumerate(texts)]

    shots = Shots(plain(["the printer is broken", "Outlook hangs", "my printer jams", "Outlook  hangs again"]))
    assert [each.text for each in shots.nearest("a printer jams", 2)] == ["the printer is broken", "my printer jams"]
    assert [each.text for each in shots.nearest("Outlook hangs again", 1)] == ["Outlook hangs"]
    assert len(shots.nearest("x", 9)) == 4
