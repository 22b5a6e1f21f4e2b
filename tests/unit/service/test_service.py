"""The HTTP service: what it answers, what it refuses, and that no text gets into a log."""

from __future__ import annotations

import base64
import logging
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from shipped import HERE

from itner.core.errors import InputError
from itner.records.workspace import Workspace
from itner.service import app as service
from itner.service.app import create_app
from itner.service.limits import RateLimit
from itner.service.settings import ServiceSettings, read_environment

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
    assert {(m["type"], m["personal"]) for m in personal} >= {("PERSON_NAME", True), ("PHONE", True)}
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


def test_the_description_names_every_address(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/health", "/tag", "/redact", "/goback"}


def test_the_environment_is_heard_and_checked(tmp_path: Path) -> None:
    place = Workspace(tmp_path, tmp_path)
    run = HERE.models / "compact_s"
    assert read_environment([], place, {}) == ({}, None)
    found = read_environment([], place, {"NER_MODEL_PATH": str(run), "CONFIDENCE_THRESHOLD": "0.95"})
    assert found == ({"it": run}, 0.95)
    lora = {"NER_MODEL_PATH": str(HERE.models / "minilm_lora_kd"), "LORA_RANK": "16"}
    assert list(read_environment([], place, lora)[0]) == ["it"]
    for wrong, said in (
        ({"CONFIDENCE_THRESHOLD": "high"}, "a number from 0 to 1"),
        ({"CONFIDENCE_THRESHOLD": "1.5"}, "a number from 0 to 1"),
        (lora | {"LORA_RANK": "8"}, "has adapters of rank 16"),
        ({"NER_MODEL_PATH": str(run), "LORA_RANK": "8"}, "has no adapters"),
        ({"LORA_RANK": "8"}, "no run is served"),
        ({"NER_MODEL_PATH": str(tmp_path / "none")}, "no run 'none'"),
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
