"""Timing the HTTP service: a real one is asked, and what cannot be timed is refused."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import PROVENANCE

from itner.core.errors import InputError
from itner.domains.registry import get_domain
from itner.records.codec import from_json, to_json
from itner.records.study import ServiceTiming, ServiceTimings
from itner.records.workspace import Workspace
from itner.reporting.readme import read_service_timings, service_timings_table
from itner.workflows.prepare import prepare
from tools import service_timing
from tools.service_timing import Question, list_questions, measure_service, read_memory, serve

TEXTS = ("16 ft clearance over the street", "Outlook 2021 on Windows 11", "")


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    (tmp_path / "models").mkdir()
    (tmp_path / "data").mkdir()
    return Workspace(tmp_path / "models", tmp_path / "data")


def test_a_service_is_asked_by_one_client_and_by_ten(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = [Question("/tag", "it", TEXTS), Question("/goback", "utility", TEXTS[:1])]
    monkeypatch.setattr(service_timing, "list_questions", lambda where: questions)
    heard: list[float] = []
    found = measure_service([], place, 25, lambda message, share: heard.append(share))
    assert [(each.address, each.clients, each.requests) for each in found.timings] == [
        ("/tag", 1, 25), ("/tag", 10, 20), ("/goback", 1, 25), ("/goback", 10, 20),
    ]  # fmt: skip
    for each in found.timings:
        assert 0 < each.p50_ms <= each.p95_ms <= each.slowest_ms
        # Half of the requests take the median or longer, so so many clients cannot be answered more often.
        assert each.requests_per_s <= 2 * each.clients * 1000 / each.p50_ms
        # All clients are answered within the time that their requests took one after the other.
        assert each.requests_per_s * each.slowest_ms / 1000 >= 0.9
    assert found.timings[0].found_by == "the rules of it"
    assert 20 < found.memory_before_mib <= found.memory_peak_mib
    assert heard == [0.0, 0.25, 0.5, 0.75]
    assert from_json(ServiceTimings, to_json(found)) == found


def test_an_answer_that_is_none_is_not_timed(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for question, problem in (
        (Question("/goback", "it", TEXTS), "POST /goback: 4"),
        (Question("/nowhere", "it", TEXTS), "POST /nowhere: 404"),
    ):
        monkeypatch.setattr(service_timing, "list_questions", lambda where, question=question: [question])
        with pytest.raises(RuntimeError, match=problem):
            measure_service([], place, 10)
    monkeypatch.setattr(service_timing, "list_questions", lambda where: [Question("/tag", "it", ())])
    with pytest.raises(InputError, match="no text to ask /tag about in domain 'it'"):
        measure_service([], place, 10)


def test_what_does_not_start_says_why(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no run 'nobody'"), serve(["nobody"], place):
        pass
    monkeypatch.setenv("NER_MODEL_PATH", str(place.models / "gone"))
    with pytest.raises(InputError, match="the service did not start: error: "), serve([], place):
        pass


def test_the_texts_are_those_of_dev(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare("embedded", None, "utility", place)
    monkeypatch.setattr(service_timing, "list_domains", lambda: [get_domain("utility")])
    tagged, judged = list_questions(place)
    assert (tagged.address, judged.address) == ("/tag", "/goback")
    assert len(tagged.texts) == 95
    assert len(judged.texts) == 200
    test = (Path(__file__).parents[3] / "data" / "utility" / "infractions.tsv").read_text(encoding="utf-8")
    seen = {line.split("\t")[-1] for line in test.splitlines()}
    assert not seen & set(judged.texts)


def test_the_table_has_every_time_and_the_machine(tmp_path: Path) -> None:
    one = ServiceTiming("/tag", "it", "run compact_s", 1, 1000, 0.5, 1.25, 12.0, 1234.5)
    timings = ServiceTimings((one, replace(one, clients=10, p50_ms=20.0)), 150.4, 1200.0, PROVENANCE)
    table = service_timings_table(timings)
    assert "| `/tag`, it | run compact_s | 1 | 1,000 | 0.50 | 1.2 | 12.0 | 1,234 |" in table
    assert "| `/tag`, it | run compact_s | 10 | 1,000 | 20.0 | 1.2 | 12.0 | 1,234 |" in table
    assert "150 MiB after the first requests, 1,200 MiB at most" in table
    assert PROVENANCE.machine.cpu in table
    assert read_service_timings(tmp_path / "none.json") is None


def test_memory_is_read_of_the_process_that_is_meant() -> None:
    now, most = read_memory(os.getpid())
    assert 10 < now <= most
    with pytest.raises(InputError, match="/proc"):
        read_memory(2**30)
