"""A folder of texts through a Batch API that fails in every way: each text is labelled once, or left out and said."""

from __future__ import annotations

import json
import random
import re
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import batch_server
import llm_server
import openai
import pytest
from batch_server import Behaviour, serving
from shipped import REPOSITORY

from itner.cli import engine as verb
from itner.core.errors import FailedError, InputError
from itner.core.progress import silent
from itner.core.provenance import collect_provenance
from itner.core.types import Mention
from itner.labelling.batch_api import Batch, RefusedError
from itner.labelling.batch_lines import Answer, read_replies
from itner.labelling.batch_state import STATE, TRIES, State, open_state
from itner.labelling.batches import AT_ONCE, OpenError, Patience
from itner.labelling.shards import LABELLED, REPORT, TEXTS, Text, read_shards, write_shards
from itner.records.codec import from_json
from itner.records.config import Budget, Price, PromptedConfig
from itner.records.engine import BatchReport
from itner.taggers.prompted.prompt import system_prompt
from itner.taggers.prompted.tagger import PromptedTagger
from itner.workflows import label_batch as workflow
from itner.workflows.label_batch import LEFT_OUT, label_batch

KEY, VARIABLE = "sk-very-secret", "ITNER_TEST_KEY"
AT_ONCE_S = Patience(poll_s=0.0, first_wait_s=0.0)
# The program of a call in a process of its own: folder, address, output.
CALL = """
import sys
from pathlib import Path
from itner.labelling.batches import Patience
from itner.records.config import PromptedConfig
from itner.workflows.label_batch import label_batch
config = PromptedConfig("openai", sys.argv[2], "tiny", "it")
label_batch(Path(sys.argv[1]), config, Path(sys.argv[3]), 20, Patience(0.005, first_wait_s=0.0))
"""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)


@pytest.fixture(scope="module", autouse=True)
def once() -> Iterator[None]:
    """What takes long and is nothing to these tests is done once: reading certificates, and asking git."""
    with pytest.MonkeyPatch.context() as patch:
        verify = ssl.create_default_context()
        default = openai.DefaultHttpxClient
        patch.setattr(openai, "DefaultHttpxClient", lambda **given: default(verify=verify, **given))
        provenance = collect_provenance()
        patch.setattr(workflow, "collect_provenance", lambda: provenance)
        yield


def sentence(number: int) -> str:
    """A text with one mention, and a line separator, which ends no line of an output file."""
    return f"Ticket {number}:\u2028 Outlook{number} fails on my laptop."


def answer(text: str) -> list[tuple[str, str]]:
    """What the model finds there: what is there, what is not, and a type that nobody asked for."""
    found = re.findall(r"Outlook\d+", text)
    return [*((name, "software") for name in found), ("Nowhere", "OS"), (found[0], "COLOUR")]


def folder_of(path: Path, count: int = 600, shard: int = 250) -> Path:
    path.mkdir()
    texts = [Text(f"text/{number}", sentence(number), "en", "made up") for number in range(count)]
    write_shards(texts, path, TEXTS, shard)
    (path / REPORT).write_text("{}")
    return path


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "texts")


@pytest.fixture
def some(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "some", 200, 70)


@pytest.fixture
def few(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "few", 40)


def config_for(address: str, **given: object) -> PromptedConfig:
    settings = {"provider": "openai", "endpoint": address, "model": "tiny", "domain": "it", "key_variable": VARIABLE}
    return PromptedConfig(**(settings | given))  # type: ignore[arg-type]


def check_accounts(texts: Path, output: Path, report: BatchReport, server: Behaviour) -> None:
    """Every text is labelled once, in order, or left out once, and the numbers say so."""
    known = list(read_shards(texts, TEXTS))
    labelled = list(read_shards(output, LABELLED))
    left = [json.loads(line) for line in (output / LEFT_OUT).read_text().splitlines()]
    assert all(line.keys() == {"id", "reason"} for line in left)
    gone = {line["id"] for line in left}
    assert len(gone) == len(left)
    assert [text.id for text in labelled] == [text.id for text in known if text.id not in gone]
    assert Counter(line["reason"] for line in left) == report.left_out
    assert report.texts == len(known) == report.labelled + len(left)
    assert report.labelled == len(labelled)
    for text in labelled:
        name = re.search(r"Outlook\d+", text.text)
        assert name is not None
        assert text.mentions == (Mention(*name.span(), "SOFTWARE"),)
        assert (text.by, text.language, text.source) == ("tiny", "en", "made up")
    assert report.mentions["SOFTWARE"] == len(labelled)
    assert (report.losses.absent, report.losses.unknown) == (len(labelled), len(labelled))
    assert from_json(BatchReport, (output / REPORT).read_text()) == report
    assert not list(output.glob("*state*"))
    assert server.most_at_once <= AT_ONCE
    assert all(header["authorization"] == f"Bearer {KEY}" for header in server.headers)
    for path in output.rglob("*"):
        assert KEY.encode() not in path.read_bytes()


def test_every_text_of_a_bad_server_is_accounted_for(texts: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, faults=0.3)
    output = tmp_path / "out"
    with serving(server) as address:
        report = label_batch(texts, config_for(address, price=Price(1.0, 10.0, "EUR")), output, 50, AT_ONCE_S)
    check_accounts(texts, output, report, server)
    # Each fault came up, and was seen; what is only late, double or out of order is no loss.
    assert server.failed.keys() == {*batch_server.CALLS, *batch_server.BATCHES, *batch_server.LINES}
    for kind in ("call: status 500", "call: status 429", "batch: failed (invalid_json_line)", "batch: expired",
                 "batch: no answer can be read", "line: no line", "line: status 500", "line: an error line",
                 "line: an answer without a list of mentions"):  # fmt: skip
        assert report.failures[kind] > 0, kind
    assert report.unknown_ids == server.failed["unknown id"]
    assert report.repeated_answers > 0
    assert report.batches == len(server.made)
    assert report.requests == sum(server.sizes)
    assert report.resubmitted == report.requests - report.texts
    assert 500 < report.labelled < 600
    assert max(server.sizes) == 50
    # What a cut file does not hold was not told.
    assert 0.9 * server.tokens < report.tokens_in + report.tokens_out < server.tokens
    assert report.cost == pytest.approx((report.tokens_in + 10 * report.tokens_out) / 1e6)
    with pytest.raises(ValueError, match="left out together"):
        replace(report, labelled=report.labelled - 1)


def test_a_good_server_is_asked_once(texts: Path, tmp_path: Path) -> None:
    server = Behaviour(answer)
    with serving(server) as address:
        report = label_batch(texts, config_for(address), tmp_path / "out", 250, AT_ONCE_S)
    check_accounts(texts, tmp_path / "out", report, server)
    assert server.sizes == [250, 250, 100]
    assert server.requests["POST files"] == server.requests["POST batches"] == 3
    assert (report.labelled, report.resubmitted, report.left_out, report.failures) == (600, 0, {}, {})
    assert (report.tokens_in, report.tokens_out, report.cost) == (60_000, 6_000, None)


def test_a_batch_asks_as_the_prompted_tagger_does(few: Path, tmp_path: Path) -> None:
    server, other = Behaviour(answer), llm_server.Behaviour(answer)
    with serving(server) as address, llm_server.serving(other) as elsewhere:
        label_batch(few, config_for(address), tmp_path / "out", 40, AT_ONCE_S)
        config = config_for(f"{elsewhere}/v1")
        domain = workflow.get_domain("it")
        tagger = PromptedTagger(config, domain.scheme.types, system_prompt(domain), None, tmp_path / "cache")
        tagger.tag(["Outlook1 fails."])
    (asked,) = other.bodies
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    asked["messages"][1]["content"] = sentence(0)
    assert server.bodies[0] == asked


def test_openais_own_models_know_the_limit_by_another_name() -> None:
    domain = workflow.get_domain("it")
    body = workflow._body(config_for("https://api.openai.com/v1"), domain)("x")
    assert "max_completion_tokens" in body
    assert "max_tokens" not in body


class Killed(Exception):
    """The process would be gone here."""


def kill(chance: random.Random, share: float) -> Callable[..., None]:
    def maybe(*given: object) -> None:
        if chance.random() < share:
            raise Killed

    return maybe


def go_on(call: Callable[[], BatchReport]) -> tuple[BatchReport, int]:
    """Call again until it is done; how often it was killed."""
    for kills in range(1_000):
        try:
            return call(), kills
        except Killed:
            continue
    raise AssertionError("it never ends")


def test_a_call_that_is_killed_anywhere_goes_on(some: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Behaviour(answer, faults=0.3)
    maybe = kill(random.Random(1), 0.1)
    # Between what the server did and our noting it, and between a step's parts.
    for name in ("note_file", "note_batch", "_end", "form"):
        real = getattr(State, name)
        monkeypatch.setattr(State, name, lambda self, *given, real=real: (maybe(), real(self, *given), maybe())[1])
    for name in ("write_atomic", "remove_state"):
        real = getattr(workflow, name)
        monkeypatch.setattr(workflow, name, lambda *given, real=real: (maybe(), real(*given))[1])
    output = tmp_path / "out"
    with serving(server) as address:
        report, kills = go_on(lambda: label_batch(some, config_for(address), output, 20, AT_ONCE_S, maybe))
    # A batch that was taken on and not noted is the server's alone, so that it may hold more than ours at once.
    server.most_at_once = 0
    check_accounts(some, output, report, server)
    assert kills > 20
    assert report.batches <= len(server.made)
    assert report.labelled > 150


def test_what_is_under_way_is_waited_for_and_not_sent_again(some: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, looks=20)
    output = tmp_path / "out"

    def stop(message: str, share: float) -> None:
        if len(server.made) == 4:
            raise KeyboardInterrupt

    with serving(server) as address:
        with pytest.raises(KeyboardInterrupt):
            label_batch(some, config_for(address), output, 50, AT_ONCE_S, stop)
        report = label_batch(some, config_for(address), output, 50, AT_ONCE_S)
    check_accounts(some, output, report, server)
    assert server.sizes == [50] * 4


class Stuck(Behaviour):
    """A server that finishes nothing after the sixth batch, as long as it is stuck."""

    stuck = True

    def look_at(self, name: str) -> dict[str, Any]:
        self.looks = 10**9 if self.stuck and len(self.made) >= 6 else 2
        return super().look_at(name)


def test_a_process_that_is_killed_loses_nothing(some: Path, tmp_path: Path) -> None:
    server = Stuck(answer, faults=0.1)
    output = tmp_path / "out"
    with serving(server) as address:
        words = [sys.executable, "-c", CALL, str(some), address, str(output)]
        with subprocess.Popen(words, cwd=REPOSITORY) as process:
            while len(server.made) < 6 and process.poll() is None:
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
        server.stuck = False
        assert process.returncode == -signal.SIGKILL
        before = len(server.made)
        server.headers.clear()
        report = label_batch(some, config_for(address), output, 20, AT_ONCE_S)
    # As above.
    server.most_at_once = 0
    check_accounts(some, output, report, server)
    assert before <= report.batches <= len(server.made) <= report.batches + 1


def test_a_poisoned_text_is_found_by_halving(some: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, poison={"text/77", "text/101"})
    with serving(server) as address:
        report = label_batch(some, config_for(address), tmp_path / "out", 64, AT_ONCE_S)
    check_accounts(some, tmp_path / "out", report, server)
    assert report.left_out == {"failed (invalid_json_line)": 2}
    assert server.sizes.count(1) >= 2 * TRIES
    assert 0 not in server.sizes


def test_a_text_is_tried_so_often(tmp_path: Path) -> None:
    server = Behaviour(answer, faults=1.0, calls=(), batches=(), lines=("garbled",))
    with serving(server) as address:
        report = label_batch(folder_of(tmp_path / "texts", 8), config_for(address), tmp_path / "out", 8, AT_ONCE_S)
    assert report.left_out == {"an answer without a list of mentions": 8}
    assert set(server.sent.values()) == {TRIES}
    assert Counter(server.sizes) == {8: 1, 4: 2, 2: 4, 1: 8}


def test_a_server_that_refuses_everything_is_not_asked_forever(some: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, faults=1.0, calls=(), batches=("fails validation",), code="model_not_found")
    output = tmp_path / "out"
    with serving(server) as address:
        with pytest.raises(
            InputError, match=r"12 batches in a row brought no answer.*model_not_found.* 200 texts.* call again"
        ):
            label_batch(some, config_for(address), output, 20, AT_ONCE_S)
        assert len(server.made) < 20
        server.faults = 0.0
        report = label_batch(some, config_for(address), output, 20, AT_ONCE_S)
    assert (report.labelled, report.left_out) == (200, {})


def test_lines_that_all_fail_are_not_sent_forever(some: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, faults=1.0, calls=(), batches=(), lines=("status 500",))
    with serving(server) as address, pytest.raises(InputError, match=r"12 batches in a row .*: status 500\."):
        label_batch(some, config_for(address), tmp_path / "out", 10, AT_ONCE_S)
    assert len(server.made) < 20


def test_texts_that_are_never_answered_stop_nothing(some: Path, tmp_path: Path) -> None:
    refused = {f"text/{number}" for number in range(0, 200, 3)}
    server = Behaviour(answer, refused=refused)
    with serving(server) as address:
        report = label_batch(some, config_for(address), tmp_path / "out", 10, AT_ONCE_S)
    check_accounts(some, tmp_path / "out", report, server)
    assert (report.labelled, report.left_out) == (200 - len(refused), {"status 400": len(refused)})
    assert len(server.made) > 40


def test_a_server_that_is_full_is_sent_no_more_until_something_is_done(some: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, full=2, looks=5)
    with serving(server) as address:
        report = label_batch(some, config_for(address), tmp_path / "out", 25, AT_ONCE_S)
    check_accounts(some, tmp_path / "out", report, server)
    assert report.labelled == 200
    assert server.failed["full"] == 2
    assert server.most_at_once == 3


@pytest.mark.parametrize(
    ("budget", "what"),
    [
        (Budget(requests=130), "130 requests"),
        (Budget(tokens=15_000), "15,000 tokens"),
        (Budget(money=0.03), "0.03 EUR"),
    ],
)
def test_a_budget_holds_over_all_calls(budget: Budget, what: str, some: Path, tmp_path: Path) -> None:
    server = Behaviour(answer)
    output = tmp_path / "out"
    price = Price(1.0, 10.0, "EUR")
    with serving(server) as address:
        for _ in range(2):
            with pytest.raises(OpenError, match=rf"{what} is used up: of 200 texts, \d+ labelled, \d+ open\. .*again"):
                label_batch(some, config_for(address, budget=budget, price=price), output, 50, AT_ONCE_S)
            # 110 tokens a text, 0.0002 EUR.
            assert sum(server.sizes) == {"130 requests": 130, "15,000 tokens": 136, "0.03 EUR": 150}[what]
        assert not (output / REPORT).exists()
        report = label_batch(some, config_for(address), output, 50, AT_ONCE_S)
    check_accounts(some, output, report, server)
    assert report.requests == 200


def test_a_call_waits_no_longer_than_it_is_told(few: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, looks=3)
    patience = Patience(poll_s=0.0, wait_s=0.0, first_wait_s=0.0)
    with serving(server) as address:
        with pytest.raises(OpenError, match="not done after 0 s: of 40 texts, 40 under way"):
            label_batch(few, config_for(address), tmp_path / "out", 10, patience)
        label_batch(few, config_for(address), tmp_path / "out", 10, AT_ONCE_S)
    assert server.sizes == [10] * 4


def test_what_is_under_way_is_not_mixed_with_another_task(few: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, looks=10)
    output = tmp_path / "out"
    patience = Patience(poll_s=0.0, wait_s=0.0)
    with serving(server) as address:
        config = config_for(address)
        with pytest.raises(OpenError):
            label_batch(few, config, output, 10, patience)
        for given, what in (({"model": "other"}, "model"), ({"domain": "pii"}, "domain"), ({"seed": 1}, "setting")):
            with pytest.raises(InputError, match=f"another {what}"):
                label_batch(few, config_for(address, **given), output, 10, patience)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workflow, "prompt_sha256", lambda domain: "0" * 64)
            with pytest.raises(InputError, match="another prompt"):
                label_batch(few, config, output, 10, patience)
        with pytest.raises(InputError, match="other texts"):
            label_batch(folder_of(tmp_path / "others", 41), config, output, 10, patience)
        with open_state(output / STATE), pytest.raises(InputError, match="another call is at work"):
            label_batch(few, config, output, 10, patience)
        report = label_batch(few, config, output, 10, AT_ONCE_S)
        assert report.labelled == 40
        asked = len(server.made)
        # What is done is done: asked again, nothing is sent.
        assert label_batch(few, config, output, 10, patience) == report
        assert len(server.made) == asked
        for given in ({"model": "other"}, {"seed": 1}):
            with pytest.raises(InputError, match="labels of other texts, or of another model"):
                label_batch(few, config_for(address, **given), output, 10, patience)
        with pytest.raises(InputError, match="labels of other texts"):
            label_batch(tmp_path / "others", config, output, 10, patience)
        (output / REPORT).unlink()
        with pytest.raises(InputError, match="not empty"):
            label_batch(few, config, output, 10, patience)


def test_the_state_holds_no_key_and_is_its_owners(few: Path, tmp_path: Path) -> None:
    server = Behaviour(answer, looks=3)
    with serving(server) as address, pytest.raises(OpenError):
        label_batch(few, config_for(address), tmp_path / "out", 10, Patience(poll_s=0.0, wait_s=0.0))
    (path,) = (tmp_path / "out").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert KEY.encode() not in path.read_bytes()
    assert sentence(7).encode() not in path.read_bytes()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_texts_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    write_shards([Text("1", "a", None, "x"), Text("1", "b", None, "x")], folder, TEXTS)
    (folder / REPORT).write_text("{}")
    with pytest.raises(InputError, match="the same id"):
        label_batch(folder, config_for("http://localhost:1/v1"), tmp_path / "out", 10, AT_ONCE_S)
    # Nothing is left that would be gone on with.
    assert not list((tmp_path / "out").iterdir())
    empty = folder_of(tmp_path / "empty", 0)
    with pytest.raises(InputError, match="no text"):
        label_batch(empty, config_for("http://localhost:1/v1"), tmp_path / "out", 10, AT_ONCE_S)


@pytest.mark.parametrize(
    ("status", "message"),
    [(302, "sends on"), (401, "another key"), (404, "takes no files"), (500, "does not answer .*status 500")],
)
def test_a_server_that_is_none_is_said_and_given_no_key(status: int, message: str, few: Path, tmp_path: Path) -> None:
    trap = Behaviour(answer)
    with (
        serving(trap) as other,
        serving(Behaviour(answer, status=status, location=other)) as address,
        pytest.raises(InputError, match=message),
    ):
        label_batch(few, config_for(address), tmp_path / "out", 10, AT_ONCE_S)
    assert not trap.headers


def test_nobody_is_there(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="does not answer"):
        label_batch(few, config_for("http://127.0.0.1:9/v1"), tmp_path / "out", 10, AT_ONCE_S)
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(InputError, match=VARIABLE):
        label_batch(few, config_for("http://127.0.0.1:9/v1"), tmp_path / "out", 10, AT_ONCE_S)


class Scripted:
    """A server that keeps what it is given, completes it at once, and whose files do as they are told."""

    def __init__(self, contents: list[Exception | None], looks: list[Exception | None]):
        self._contents, self._looks = contents, looks
        self.uploaded: list[list[str]] = []

    def upload(self, lines: bytes) -> str:
        self.uploaded.append([json.loads(line)["custom_id"] for line in lines.splitlines()])
        return str(len(self.uploaded) - 1)

    def create(self, file: str) -> str:
        return file

    def retrieve(self, batch: str) -> Batch:
        if self._looks and (error := self._looks.pop(0)) is not None:
            raise error
        return Batch("completed", (batch,))

    def content(self, file: str) -> bytes:
        if self._contents and (error := self._contents.pop(0)) is not None:
            raise error
        body = {"choices": [{"message": {"content": '{"mentions": []}'}}]}
        lines = [
            {"custom_id": name, "response": {"status_code": 200, "body": body}} for name in self.uploaded[int(file)]
        ]
        return "\n".join(json.dumps(line) for line in lines).encode()

    def close(self) -> None:
        """Nothing."""


PASSING, FINAL = FailedError("status 500"), RefusedError("status 404")


@pytest.mark.parametrize(
    ("contents", "looks", "sent"),
    [
        # An output that cannot be had now is asked for later; one that is gone is paid for again.
        ([PASSING] * 7, [], [8]),
        ([*[PASSING] * 7, None, *[PASSING] * 7], [], [8]),
        ([FINAL], [], [8, 4, 4]),
        ([], [*[PASSING] * 14], [8]),
        ([], [FINAL], [8, 4, 4]),
        ([*[PASSING] * 15], [], None),
    ],
)
def test_answers_that_cannot_be_had(
    contents: list[Exception | None], looks: list[Exception | None], sent: list[int] | None, tmp_path: Path
) -> None:
    server = Scripted(list(contents), list(looks))
    texts = folder_of(tmp_path / "texts", 8)
    report = label_batch(texts, config_for("http://x/v1"), tmp_path / "out", 8, AT_ONCE_S, silent, lambda _: server)
    assert report.labelled == 8
    assert report.uncounted == 8
    if sent is not None:
        assert [len(ids) for ids in server.uploaded] == sent


def test_lines_of_every_form() -> None:
    def line(name: object, status: object = 200, content: object = "yes", **given: object) -> str:
        body = {"choices": [{"message": {"content": content}}], "usage": {"prompt_tokens": 2, "completion_tokens": 1}}
        return json.dumps({"custom_id": name, "response": {"status_code": status, "body": body}} | given)

    def read(content: str) -> Answer | None:
        return Answer(()) if content == "yes" else None

    lines = [
        "", "null", "[]", "[" * 100_000, "{", '"x"', "1" * 5_000, line(3), line("nobody"), line("\ud800"),
        line("late", content="no"), line("late"), line("late"), line("late", content="no"), line("true", status=True),
        line("refused", content=None), line("wrong", response=[]), line("error", error={"code": "x"}),
        line("cut")[:-5],
    ]  # fmt: skip
    ids = {"late", "refused", "wrong", "error", "cut", "true"}
    found = read_replies(["\n".join(lines).encode(errors="replace"), b"\xff\xfe"], ids, read)
    assert found.answers.keys() == {"late"}
    assert (found.unknown, found.repeated) == (2, 1)
    assert found.faults == {
        "late": "an answer without a list of mentions",
        "refused": "an answer without a list of mentions",
        "wrong": "an error line",
        "true": "an error line",
        "error": "an error line",
    }
    assert found.tokens["late"] == (2, 1)


def test_the_verb(few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import typer
    from typer.testing import CliRunner

    app = typer.Typer()
    app.command("label-batch")(verb.label_batch)
    app.command("other")(lambda: None)
    server = Behaviour(answer, poison={"text/7"})
    with serving(server) as address:
        words = ["label-batch", str(few), "tiny", "--domain", "it", "--endpoint", address, "--key-variable", VARIABLE]
        words += ["--output", str(tmp_path / "out"), "--chunk", "10", "--poll", "0"]
        runner = CliRunner()
        assert runner.invoke(app, [*words, "--price-in", "1"]).exit_code == 2
        words += ["--temperature", "server", "--structured", "none", "--max-tokens", "64"]
        spent = runner.invoke(app, [*words, "--max-requests", "10"])
        assert isinstance(spent.exception, InputError)
        for wrong, said in (
            (["--max-cost", "1"], "a budget in money needs a price"),
            (["--max-cost", "-1"], "--max-cost: Input should be greater than 0"),
            (["--price-in", "inf", "--price-out", "1"], "--price-in: Input should be a finite number"),
            (["--price-in", "1", "--price-out", "1", "--currency", "dollars"], "--currency: String should match"),
            (["--endpoint", ""], "--endpoint: String should match"),
        ):
            refused = runner.invoke(app, [*words, *wrong]).exception
            assert isinstance(refused, InputError)
            assert refused.problem.startswith(said)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workflow, "_write", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
            stopped = runner.invoke(app, words)
        assert (stopped.exit_code, "call again to go on" in stopped.output) == (130, True)
        done = runner.invoke(app, [*words, "--price-in", "1", "--price-out", "10"])
    assert done.exit_code == 1
    assert "39 of 40 texts labelled" in done.output
    assert all(body["max_tokens"] == 64 for body in server.bodies)
    assert not any({"temperature", "response_format"} & body.keys() for body in server.bodies)
    assert "left out: 1 text (failed (invalid_json_line))" in done.output
    for line in verb.BATCH.strip().splitlines():
        assert line.startswith("itner label-batch ")
