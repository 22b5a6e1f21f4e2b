"""The HTTP service: what it answers, what it refuses, and that no text gets into a log."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from commands import run_itner
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shipped import HERE

from itner.cli import serving
from itner.core.errors import InputError
from itner.domains.utility.rules import TABLE
from itner.records.workspace import Workspace
from itner.service import app as service
from itner.service.app import create_app
from itner.service.limits import Places, RateLimit
from itner.service.settings import ServiceSettings, Told, read_environment

TEXT = "Mrs Ingrid Halvorsen, +47 22 55 01 43, runs Outlook 2021 on Windows 11"


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(ServiceSettings(max_bytes=5_000, max_texts=50, key=b"a key")))


def test_health_says_what_tags(client: TestClient) -> None:
    answer = client.get("/health").json()
    assert answer["status"] == "ok"
    assert answer["taggers"]["it"] == "the rules of it"
    assert {"it", "pii", "utility"} <= set(answer["taggers"])


def test_texts_are_tagged_by_the_domain_that_is_asked_for(client: TestClient) -> None:
    answer = client.post("/tag", json={"texts": [TEXT, ""]}).json()
    assert answer["found_by"] == "the rules of it"
    found = {(m["type"], m["text"]) for m in answer["results"][0]}
    assert {("OS", "Windows"), ("SOFTWARE", "Outlook"), ("VERSION", "11")} <= found
    assert answer["results"][1] == []
    personal = client.post("/tag", json={"texts": [TEXT], "domain": "pii"}).json()["results"][0]
    assert {(m["type"], m["pii"]) for m in personal} >= {("PERSON_NAME", True), ("PHONE", True)}
    for mention in personal:
        assert TEXT[mention["start"] : mention["end"]] == mention["text"]


def test_texts_are_redacted_alike(client: TestClient) -> None:
    asked = {"texts": [TEXT, "Ingrid Halvorsen again"], "method": "label"}
    answer = client.post("/redact", json=asked).json()
    assert answer["texts"] == ["Mrs [PERSON_NAME], [PHONE], runs Outlook 2021 on Windows 11", "[PERSON_NAME] again"]
    assert answer["counts"] == {"PERSON_NAME": 2, "PHONE": 1}
    assert answer["left_out"] == {}
    assert client.post("/redact", json=asked | {"types": []}).json()["texts"] == answer["texts"]
    one, two = (client.post("/redact", json=asked | {"method": "hash"}).json()["texts"] for _ in range(2))
    assert one == two
    assert client.post("/redact", json=asked | {"types": ["OS"]}).status_code == 400
    # Without a key one is drawn when the service starts, not for every answer.
    keyless = TestClient(create_app(ServiceSettings()))
    one, two = (keyless.post("/redact", json=asked | {"method": "hash"}).json()["texts"] for _ in range(2))
    assert one == two
    assert client.post("/redact", json=asked | {"domain": "it"}).status_code == 404


def test_a_text_in_which_something_would_stand_is_left_out_and_said(client: TestClient) -> None:
    packed = base64.b64encode(b"Mrs Ingrid Halvorsen").decode()
    texts = [f"Mrs Ingrid Halvorsen, {packed}", "<a href='mailto:ann@x.example'>Write</a>", ""]
    answer = client.post("/redact", json={"texts": texts, "method": "label"}).json()
    assert answer["texts"] == [None, "<a href='mailto:[EMAIL]'>Write</a>", ""]
    assert list(answer["left_out"]) == ["0"]
    assert "still stands in it" in answer["left_out"]["0"]
    assert answer["counts"] == {"EMAIL": 1}


def test_reports_are_judged(client: TestClient) -> None:
    texts = ["16 ft clearance over the street", "18 ft clearance over street meets G.O. 95", "all quiet"]
    answer = client.post("/goback", json={"texts": texts}).json()
    assert [each["verdict"] for each in answer["results"]] == ["violation", "compliant", "review"]
    assert answer["results"][0]["rules"] == ["go95-street-any"]
    assert {e["role"] for e in answer["results"][0]["evidence"]} == {"clearance", "over"}


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/tag", {"texts": []}, 422),
        ("/tag", {"texts": "no list"}, 422),
        ("/tag", {"texts": ["a"], "threshold": 2}, 422),
        ("/tag", {"texts": ["a"], "colour": "red"}, 422),
        ("/tag", {"texts": ["a"], "domain": "zoo"}, 404),
        ("/tag", {"texts": ["a"] * 51}, 413),
        ("/tag", {"texts": ["x" * 6_000]}, 413),
        ("/redact", {"texts": ["a"], "method": "erase"}, 422),
        ("/goback", {"texts": ["a"], "domain": "pii"}, 404),
        ("/none", {"texts": ["a"]}, 404),
    ],
)
def test_what_is_not_right_is_refused(client: TestClient, path: str, asked: dict[str, object], status: int) -> None:
    answer = client.post(path, json=asked)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_no_text_gets_into_an_answer_to_what_is_wrong_or_into_a_log(
    client: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "Ingrid Halvorsen"

    def fail(texts: Sequence[str], *rest: object) -> None:
        raise RuntimeError(f"cannot read {texts}")

    with caplog.at_level(logging.DEBUG):
        assert secret not in client.post("/tag", json={"texts": [secret], "threshold": secret}).text
        assert secret not in client.post("/tag", content=f'{{"texts": ["{secret}"').text
        assert secret not in client.post("/tag", json={"texts": ["a"], "domain": secret}).text
        assert secret not in client.post("/tag", json={"texts": ["a"], secret: 1}).text
        assert secret not in client.post("/redact", json={"texts": ["a"], "types": [secret]}).text
        assert secret not in client.post("/redact", json={"texts": [{secret: 1}], "method": secret}).text
        assert secret not in client.get(f"/{secret}").text
        monkeypatch.setattr(service, "find_mentions", fail)
        answer = client.post("/tag", json={"texts": [secret]})
    assert answer.status_code == 500
    assert answer.json() == {"detail": "failed (RuntimeError)"}
    assert secret not in caplog.text
    assert "/tag failed: RuntimeError" in caplog.text


def test_a_client_that_asks_too_often_waits() -> None:
    now = [0.0]
    limit = RateLimit(2, lambda: now[0])
    assert [limit.wait_s("a") for _ in range(3)] == [0.0, 0.0, 60.0]
    assert limit.wait_s("b") == 0.0
    now[0] = 61.0
    assert limit.wait_s("a") == 0.0
    eager = TestClient(create_app(ServiceSettings(per_minute=1)))
    assert eager.post("/tag", json={"texts": ["a"]}).status_code == 200
    refused = eager.post("/tag", json={"texts": ["a"]})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert eager.get("/health").status_code == 200


def test_ten_clients_at_once_get_their_own_answers(client: TestClient) -> None:
    def ask(number: int) -> str:
        text = f"Windows 1{number} hangs"
        (mentions,) = client.post("/tag", json={"texts": [text]}).json()["results"]
        return " ".join(m["text"] for m in mentions)

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(ask, range(10))) == [f"Windows 1{number}" for number in range(10)]


def test_the_description_names_every_address_and_what_is_answered(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    paths = described["paths"]
    assert set(paths) == {"/health", "/tag", "/redact", "/goback"}
    assert set(paths["/health"]["get"]["responses"]) == {"200", "500"}
    refusals = {"400", "404", "408", "413", "415", "422", "429", "500", "503"}
    models = described["components"]["schemas"]
    for path in ("/tag", "/redact", "/goback"):
        answers = paths[path]["post"]["responses"]
        assert set(answers) == {"200", *refusals}
        names = {status: answer["content"]["application/json"]["schema"]["$ref"] for status, answer in answers.items()}
        assert {names[status].rpartition("/")[2] for status in refusals} == {"Problem", "Invalid"}
        assert names["422"].endswith("/Invalid")
    assert not {"HTTPValidationError", "ValidationError"} & set(models)
    told = client.post("/tag", json={"texts": ["a"], "threshold": 2}).json()
    assert set(told["detail"][0]) == set(models["Wrong"]["properties"]) == {"where", "what"}


def test_the_page_of_addresses_needs_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    for said in ("POST /tag", "POST /redact", "POST /goback", "GET /health", "threshold", "It took too long"):
        assert said in page.text
    assert not re.findall(r"https?://|<script|src=", page.text)
    names = set(re.findall(r'id="(\w+)"', page.text))
    assert names >= set(re.findall(r'href="#(\w+)"', page.text)) >= {"Texts", "Problem", "Invalid"}
    assert client.get("/redoc").status_code == 404


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_what_does_not_say_that_it_is_json_is_told_so(client: TestClient, kind: str | None) -> None:
    answer = client.post("/tag", content=b'{"texts": ["a"]}', headers={"content-type": kind} if kind else {})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/vnd.own+json"])
def test_json_by_any_of_its_names_is_read(client: TestClient, kind: str) -> None:
    assert client.post("/tag", content=b'{"texts": ["a"]}', headers={"content-type": kind}).status_code == 200


def test_all_texts_together_are_bounded() -> None:
    small = TestClient(create_app(ServiceSettings(max_characters=100)))
    assert small.post("/tag", json={"texts": ["a" * 50] * 2}).status_code == 200
    refused = small.post("/tag", json={"texts": ["a" * 50] * 2 + ["b"]})
    assert refused.status_code == 413
    assert "more than 100 characters" in refused.json()["detail"]


def sent(app: FastAPI, *messages: dict[str, object], then_s: float = 0.0) -> list[dict[str, Any]]:
    """What the service answers to a request that arrives in pieces, the last one repeated, after `then_s` each."""
    waiting = list(messages)
    answered: list[dict[str, Any]] = []

    async def receive() -> dict[str, object]:
        await asyncio.sleep(then_s)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": "POST", "path": "/tag", "raw_path": b"/tag", "query_string": b"", "headers": headers,
        "client": ("a", 1), "server": ("b", 2), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    return answered


def test_a_request_that_takes_too_long_to_arrive_is_told_so() -> None:
    app = create_app(ServiceSettings(read_s=0.1))
    answered = sent(app, {"type": "http.request", "body": b" ", "more_body": True}, then_s=0.03)
    assert answered[0]["status"] == 408
    assert b"within 0.1 s" in answered[1]["body"]


def test_a_client_that_goes_away_while_it_sends_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(ServiceSettings(max_requests=1))
    for _ in range(3):
        sent(app, {"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"})
    assert not caplog.records
    # It holds no place any more.
    assert TestClient(app).post("/tag", json={"texts": ["a"]}).status_code == 200


def test_no_more_is_taken_on_than_can_be_done_and_health_is_told_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    placed = threading.Semaphore(0)
    find, take = service.find_mentions, Places.take

    def slow(*given: Any) -> Any:
        assert held.wait(60)
        return find(*given)

    @contextmanager
    def note(places: Places) -> Iterator[bool]:
        with take(places) as free:
            placed.release()
            yield free

    app = create_app(ServiceSettings(max_requests=6))
    monkeypatch.setattr(service, "find_mentions", slow)
    monkeypatch.setattr(Places, "take", note)
    with TestClient(app) as busy, ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(busy.post, "/tag", json={"texts": ["Windows 11"]}) for _ in range(6)]
        try:
            for _ in asked:
                assert placed.acquire(timeout=30)
            refused = busy.post("/tag", json={"texts": ["a"]})
            assert refused.status_code == 503
            assert int(refused.headers["Retry-After"]) >= 1
            assert busy.get("/health").status_code == 200
        finally:
            held.set()
        assert {each.result().status_code for each in asked} == {200}
        assert busy.post("/tag", json={"texts": ["a"]}).status_code == 200


def test_a_broken_table_of_rules_is_noticed_at_the_start(tmp_path: Path) -> None:
    rules = tmp_path / "own.yaml"
    rules.write_text("- id: [\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"own\.yaml:2: not YAML"):
        create_app(ServiceSettings(rules=rules))
    rule = TABLE.read_text(encoding="utf-8").partition("\n- id: ")[2].partition("\n\n")[0]
    rules.write_text(f"- id: {rule}\n".replace('"18 ft"', '"15 ft"'), encoding="utf-8")
    own = TestClient(create_app(ServiceSettings(rules=rules)))
    rules.unlink()
    answer = own.post("/goback", json={"texts": ["16 ft clearance over the street"]}).json()
    assert answer["results"][0]["verdict"] == "compliant"


def test_a_file_that_is_gone_is_the_services_fault_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, client: TestClient
) -> None:
    def gone(*given: object) -> None:
        raise InputError("is missing", path="model.onnx")

    monkeypatch.setattr(service, "find_mentions", gone)
    answer = client.post("/tag", json={"texts": ["a"]})
    assert (answer.status_code, answer.json()) == (500, {"detail": "failed (InputError)"})
    assert "model.onnx: is missing" in caplog.text


def test_the_environment_is_heard_and_checked(tmp_path: Path) -> None:
    place = Workspace(tmp_path, tmp_path)
    run = HERE.models / "compact_s"
    assert read_environment([], place, {}) == Told({})
    found = read_environment([], place, {"NER_MODEL_PATH": str(run), "CONFIDENCE_THRESHOLD": "0.95"})
    assert found == Told({"it": run}, 0.95)
    # A run that is named in both ways is one.
    assert read_environment(["compact_s"], HERE, {"NER_MODEL_PATH": f"{run}/"}) == Told({"it": run})
    assert read_environment([], place, {"RULES_PATH": "own.yaml"}).rules == Path("own.yaml")
    lora = {"NER_MODEL_PATH": str(HERE.models / "minilm_lora_kd"), "LORA_RANK": "16"}
    assert list(read_environment([], place, lora).runs) == ["it"]
    for wrong, said in (
        ({"CONFIDENCE_THRESHOLD": "high"}, "a number from 0 to 1"),
        ({"CONFIDENCE_THRESHOLD": "1.5"}, "a number from 0 to 1"),
        (lora | {"LORA_RANK": "8"}, "has adapters of rank 16"),
        ({"NER_MODEL_PATH": str(run), "LORA_RANK": "8"}, "has no adapters"),
        ({"LORA_RANK": "8"}, "no run is served"),
        (lora | {"LORA_RANK": "²"}, "LORA_RANK is '²', but the run minilm_lora_kd has adapters of rank 16"),
        (lora | {"LORA_RANK": "9" * 5_000}, "has adapters of rank 16"),
        ({"NER_MODEL_PATH": str(tmp_path / "none")}, "NER_MODEL_PATH is .*, but there is no folder"),
        (
            {"NER_MODEL_PATH": "/nope"},
            "NER_MODEL_PATH is '/nope', but there is no folder /nope; name the folder of a run$",
        ),
        ({"NER_MODEL_PATH": "/etc/passwd"}, "/etc/passwd is no folder; name the folder of a run$"),
        ({"NER_MODEL_PATH": "."}, "NER_MODEL_PATH is '.', but the folder .* holds no run.json"),
        ({"NER_MODEL_PATH": str(HERE.models)}, f"name the folder of a run: .*{run}"),
    ):
        with pytest.raises(InputError, match=said):
            read_environment([], place, wrong)
    with pytest.raises(InputError, match="two runs of the domain 'it'"):
        read_environment(["compact_s"], HERE, {"NER_MODEL_PATH": str(HERE.models / "it_rules")})


def test_a_run_is_served_with_its_variant(tmp_path: Path) -> None:
    shutil.copytree(HERE.models / "it_rules", tmp_path / "it_rules")
    client = TestClient(create_app(ServiceSettings(runs={"it": tmp_path / "it_rules"})))
    assert client.get("/health").json()["taggers"]["it"] == "run it_rules, Patterns"
    assert client.post("/tag", json={"texts": ["Windows 11"]}).json()["results"][0]


def test_what_a_run_was_named_for_is_meant_where_no_domain_is_asked_for(tmp_path: Path) -> None:
    shutil.copytree(HERE.models / "utility_rules", tmp_path / "utility_rules")
    client = TestClient(create_app(ServiceSettings(runs={"utility": tmp_path / "utility_rules"})))
    told = client.post("/tag", json={"texts": ["16 ft clearance over the street"]}).json()
    assert told["found_by"] == "run utility_rules, Patterns"
    assert told["results"][0]
    # What it cannot do, another one does.
    assert client.post("/redact", json={"texts": ["x"]}).json()["found_by"] == "the rules of pii"


def test_an_address_that_cannot_be_listened_on_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(uvicorn, "Server", lambda config: pytest.fail("it starts"))
    with socket.create_server(("127.0.0.1", 0)) as busy:
        for host, port in (("127.0.0.1", busy.getsockname()[1]), ("no.such.host.invalid", 8123), ("203.0.113.7", 8123)):
            assert run_itner("serve", "--host", host, "--port", str(port)) == 2
            assert f"cannot listen on {host}, port {port}" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert run_itner("serve", "--port", str(port), "--rules", "none.yaml") == 2
    assert "no such table of rules" in capsys.readouterr().err


def test_an_answer_on_a_kept_connection_does_not_wait_for_the_client() -> None:
    async def accept(bound: socket.socket) -> int:
        """Whether asyncio made the connections of this socket send at once."""
        options: list[int] = []

        def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sock = writer.get_extra_info("socket")
            options.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(note, sock=bound):
            reader, writer = await asyncio.open_connection(*bound.getsockname()[:2])
            await reader.read()
            writer.close()
        return options[0]

    assert asyncio.run(accept(serving._bind("127.0.0.1", 0))) == 1
