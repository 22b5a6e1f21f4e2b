"""How long clients of the HTTP service wait, one alone and many at once, and how much memory the service takes.

Measured from outside, over loopback, against a process of its own. A client keeps its connection, as programs do.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.data.processed import read_split
from itner.domains.registry import Domain, get_domain, list_domains
from itner.evaluation.verdicts import read_reports
from itner.records.store import RunStore
from itner.records.study import ServiceTiming, ServiceTimings
from itner.records.workspace import Workspace

CLIENTS = (1, 10)
_START_S = 120.0
_TIMEOUT_S = 60.0
_TEXTS = 200


@dataclass(frozen=True)
class Question:
    """What is asked: an address, the domain, and the texts, each in a request of its own."""

    address: str
    domain: str
    texts: tuple[str, ...]


def measure_service(
    runs: Sequence[str], place: Workspace, requests: int = 500, progress: Progress = silent
) -> ServiceTimings:
    """Time every address that takes texts, alone and with ten clients at once.

    Args:
        runs: those that are served, one for each domain at most; the rules of the others.
        requests: of each kind and number of clients, shared by the clients.
    """
    questions = list_questions(place)
    timings = []
    with serve(runs, place) as (port, pid):
        _ask(port, questions[0], 1, 5)
        before = read_memory(pid)[0]
        taggers = json.loads(_call(_connect(port), "GET", "/health", None))["taggers"]
        asked = [(question, clients) for question in questions for clients in CLIENTS]
        for number, (question, clients) in enumerate(asked):
            progress(f"{question.address}, {question.domain}, {clients} at once", number / len(asked))
            timings.append(_time(port, question, clients, requests, taggers[question.domain]))
        peak = read_memory(pid)[1]
    return ServiceTimings(tuple(timings), round(before, 1), round(peak, 1), collect_provenance())


def list_questions(place: Workspace) -> list[Question]:
    """Texts of the corpora that ship, dev alone: what is tagged in each domain, redacted, and judged."""
    questions = []
    for domain in list_domains():
        if domain.release is not None:
            texts = tuple(document.text for document in read_split(domain.release.corpus, "dev", place)[:_TEXTS])
            questions.append(Question("/tag", domain.name, texts))
            if domain.personal:
                questions.append(Question("/redact", domain.name, texts))
        if domain.judging is not None:
            questions.append(Question("/goback", domain.name, tuple(_reports(domain, place))[:_TEXTS]))
    return questions


def _reports(domain: Domain, place: Workspace) -> list[str]:
    release = domain.release
    corpus = domain.corpus(release.corpus) if release is not None else None
    path = place.corpus(f"{corpus.folder}/infractions_dev.tsv") if corpus is not None and corpus.folder else None
    return [report.text for report in read_reports(path)] if path is not None and path.is_file() else []


@contextmanager
def serve(runs: Sequence[str], place: Workspace) -> Iterator[tuple[int, int]]:
    """The service on a free port, as it is started by the verb, with no limit that matters; its port and process."""
    for run in runs:
        get_domain(RunStore(place.models).load(run).info.domain)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    words = [word for run in runs for word in ("--run", run)]
    roots = ["--models", str(place.models), "--data-root", str(place.data)]
    command = [sys.executable, "-m", "itner", "serve", *words, "--port", str(port), "--per-minute", "10000000", *roots]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _wait(process, port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = process.stderr.read().strip() if process.stderr is not None else ""
            raise InputError(f"the service did not start: {said.splitlines()[-1] if said else process.returncode}")
        try:
            _call(_connect(port), "GET", "/health", None)
            return
        except OSError:
            time.sleep(0.1)
    raise InputError(f"the service did not answer within {_START_S:.0f} s")


def read_memory(pid: int) -> tuple[float, float]:
    """Resident memory of a process now and at most so far, in MiB; Linux alone says it."""
    path = Path(f"/proc/{pid}/status")
    if not path.is_file():
        raise InputError("the memory of another process is read from /proc, which this system has not")
    facts = dict(line.split(":", 1) for line in path.read_text(encoding="utf-8").splitlines())
    now, most = (int(facts[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def _time(port: int, question: Question, clients: int, requests: int, found_by: str) -> ServiceTiming:
    # What is loaded at the first request is not what is asked about.
    _ask(port, question, 1, 20)
    each = max(1, requests // clients)
    started = time.perf_counter()
    seconds = _ask(port, question, clients, each)
    elapsed = time.perf_counter() - started
    middle, late = np.percentile(seconds, [50, 95]) * 1000
    return ServiceTiming(
        address=question.address,
        domain=question.domain,
        found_by=found_by,
        clients=clients,
        requests=len(seconds),
        p50_ms=round(float(middle), 3),
        p95_ms=round(float(late), 3),
        slowest_ms=round(max(seconds) * 1000, 3),
        requests_per_s=round(len(seconds) / elapsed, 2),
    )


def _ask(port: int, question: Question, clients: int, each: int) -> list[float]:
    """Seconds that each answer took; RuntimeError for one that is none."""
    bodies = [json.dumps({"texts": [text], "domain": question.domain}).encode() for text in question.texts]
    if not bodies:
        raise InputError(f"there is no text to ask {question.address} about in domain {question.domain!r}")

    def ask(client: int) -> list[float]:
        connection = _connect(port)
        # A client connects once, before it asks for the first time.
        connection.connect()
        times = []
        for body in islice(cycle(bodies[client % len(bodies) :] + bodies[: client % len(bodies)]), each):
            started = time.perf_counter()
            _call(connection, "POST", question.address, body)
            times.append(time.perf_counter() - started)
        connection.close()
        return times

    with ThreadPoolExecutor(clients) as pool:
        return [seconds for times in pool.map(ask, range(clients)) for seconds in times]


def _connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)


def _call(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None) -> bytes:
    connection.request(method, path, body, {"Content-Type": "application/json"} if body is not None else {})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{method} {path}: {answer.status}")
    return said
