"""A server of a Batch API on loopback, which misbehaves as real ones do, the same way each time."""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from loopback import serve_with

Pairs = Sequence[tuple[str, str]]
# Of a call, of a batch, and of a line.
CALLS = ("500", "429")
BATCHES = (
    "fails validation", "expires half done", "lines doubled", "out of order", "unknown id", "truncated",
    "errors only", "no file",
)  # fmt: skip
LINES = ("missing", "status 500", "error", "garbled")
_TOKENS_IN, _TOKENS_OUT = 100, 10


@dataclass
class Made:
    """A batch: its requests by id, how often it was looked at, and what it came to."""

    lines: dict[str, dict[str, Any]]
    looks: int = 0
    status: str = "validating"
    output: str | None = None
    errors: str | None = None
    code: str | None = None


@dataclass
class Behaviour:
    """What the server answers, and how it fails.

    Attributes:
        answer: the pairs that the model finds in a text.
        faults: the share of calls, of batches and of lines that fail.
        calls, batches, lines: how they do.
        looks: at a batch until it has ended.
        poison: texts with which a batch fails validation.
        refused: texts that never get an answer.
        code: that a batch has which fails validation.
        full: a batch fails validation with so many others under way; None for however many.
        status: of every answer, in place of one, and the address that it sends on to.
    """

    answer: Callable[[str], Pairs]
    faults: float = 0.0
    calls: Sequence[str] = CALLS
    batches: Sequence[str] = BATCHES
    lines: Sequence[str] = LINES
    looks: int = 2
    seed: int = 13
    poison: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    code: str = "invalid_json_line"
    full: int | None = None
    status: int | None = None
    location: str = ""
    requests: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    sizes: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    most_at_once: int = 0
    tokens: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, kinds: Sequence[str], what: str) -> str | None:
        """How something fails; None when it does not."""
        chance = random.Random(hashlib.sha256(f"{self.seed} {what}".encode()).digest())
        if not kinds or chance.random() >= self.faults:
            return None
        # In turn, so that each comes up.
        kind = min(kinds, key=lambda kind: self.failed[kind])
        self.failed[kind] += 1
        return kind

    def keep(self, data: bytes) -> str:
        """Keep a file; its id."""
        name = f"file-{len(self.files)}"
        self.files[name] = data
        return name

    def take_on(self, file: str) -> str:
        """A batch of a file's requests; its id."""
        lines = [json.loads(line) for line in self.files[file].decode().splitlines()]
        requests = {line["custom_id"]: line for line in lines}
        assert len(requests) == len(lines), "a text twice in a file"
        name = f"batch-{len(self.made)}"
        made = self.made[name] = Made(requests)
        self.sizes.append(len(requests))
        self.bodies += [line["body"] for line in lines]
        under_way = sum(other.status in ("validating", "in_progress") for other in self.made.values())
        self.most_at_once = max(self.most_at_once, under_way)
        if self.full is not None and under_way > self.full:
            made.status, made.code = "failed", "token_limit_exceeded"
            self.failed["full"] += 1
        return name

    def look_at(self, name: str) -> dict[str, Any]:
        """What is said of a batch, which is further with every look."""
        made = self.made[name]
        made.looks += 1
        if made.status in ("validating", "in_progress"):
            if made.looks < self.looks:
                made.status = "in_progress"
            else:
                self._finish(name, made)
        wrong = {"data": [{"code": made.code, "message": "wrong", "line": 1}]} if made.code else None
        return {
            "id": name, "object": "batch", "status": made.status, "output_file_id": made.output,
            "error_file_id": made.errors, "errors": wrong, "created_at": 0, "completion_window": "24h",
            "endpoint": "/v1/chat/completions", "input_file_id": "x",
        }  # fmt: skip

    def _finish(self, name: str, made: Made) -> None:
        kind = self.fault(self.batches, name)
        if kind == "fails validation" or self.poison & made.lines.keys():
            made.status, made.code = "failed", self.code
            return
        self.sent.update(made.lines.keys())
        good: list[str] = []
        bad: list[str] = []
        ids = list(made.lines)
        answered = ids[: len(ids) // 2] if kind == "expires half done" else ids
        for each in answered:
            self._answer(name, each, made.lines[each]["body"], good, bad)
        if kind == "expires half done":
            bad += [_line(each, error={"code": "batch_expired", "message": "late"}) for each in ids[len(answered) :]]
        if kind == "lines doubled":
            good += good[::2]
        elif kind == "out of order":
            random.Random(name).shuffle(good)
        elif kind == "unknown id":
            good.insert(0, _line("nobody", *self._completion("{}")))
        elif kind == "errors only":
            good, bad = [], [_line(each, 500, {"error": {"message": "no"}}) for each in ids]
        output, errors = "".join(good).encode(), "".join(bad).encode()
        if kind == "truncated":
            output = output[: len(output) * 2 // 3]
        if kind != "no file":
            made.output = self.keep(output) if good else None
            made.errors = self.keep(errors) if bad else None
        made.status = "expired" if kind == "expires half done" else "completed"

    def _answer(self, batch: str, name: str, body: dict[str, Any], good: list[str], bad: list[str]) -> None:
        kind = self.fault(self.lines, f"{batch} {name}")
        if name in self.refused:
            bad.append(_line(name, 400, {"error": {"message": "no"}}))
        elif kind == "missing":
            return
        elif kind == "status 500":
            good.append(_line(name, 500, {"error": {"message": "no"}}))
        elif kind == "error":
            bad.append(_line(name, error={"code": "server_error", "message": "no"}))
        elif kind == "garbled":
            good.append(_line(name, *self._completion('{"mentions": [{"te')))
        else:
            found = self.answer(body["messages"][-1]["content"])
            content = json.dumps({"mentions": [{"text": surface, "type": kind} for surface, kind in found]})
            good.append(_line(name, *self._completion(content)))

    def _completion(self, content: str) -> tuple[int, dict[str, Any]]:
        self.tokens += _TOKENS_IN + _TOKENS_OUT
        usage = {"prompt_tokens": _TOKENS_IN, "completion_tokens": _TOKENS_OUT}
        message = {"role": "assistant", "content": content}
        return 200, {"choices": [{"index": 0, "finish_reason": "stop", "message": message}], "usage": usage}


def _line(name: str, status: int | None = None, body: Any = None, error: Any = None) -> str:
    response = {"status_code": status, "request_id": "r", "body": body} if status is not None else None
    # Raw, as some servers write it: a separator of lines inside a text ends no line.
    return json.dumps({"id": "x", "custom_id": name, "response": response, "error": error}, ensure_ascii=False) + "\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    behaviour: Behaviour

    def log_message(self, *given: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        behaviour = self.behaviour
        # One at a time, so that all is counted and every run is the same.
        with behaviour.lock:
            parts = self.path.strip("/").split("/")[1:]
            what = f"{self.command} {parts[0]}"
            behaviour.requests[what] += 1
            behaviour.headers.append({name.lower(): value for name, value in self.headers.items()})
            if behaviour.status is not None:
                self._send(behaviour.status, b"{}", {"Location": behaviour.location} if behaviour.location else {})
                return
            kind = behaviour.fault(behaviour.calls, f"{what} {behaviour.requests[what]}")
            if kind is not None:
                self._send(int(kind), b"<html>out of order</html>", {"Retry-After": "0.001"} if kind == "429" else {})
                return
            self._send(*self._reply(parts, body))

    def _reply(self, parts: list[str], body: bytes) -> tuple[int, bytes]:
        behaviour = self.behaviour
        if parts == ["files"]:
            boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
            fields = dict(_field(part) for part in body.split(b"--" + boundary)[1:-1])
            assert fields["purpose"] == b"batch"
            return 200, json.dumps({"id": behaviour.keep(fields["file"]), "object": "file"}).encode()
        if parts == ["batches"]:
            asked = json.loads(body)
            assert asked["endpoint"] == "/v1/chat/completions"
            assert asked["completion_window"] == "24h"
            return 200, json.dumps({"id": behaviour.take_on(asked["input_file_id"])}).encode()
        if parts[0] == "batches" and parts[1] in behaviour.made:
            return 200, json.dumps(behaviour.look_at(parts[1])).encode()
        if parts[0] == "files" and parts[1] in behaviour.files:
            return 200, behaviour.files[parts[1]]
        return 404, b"{}"

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _field(part: bytes) -> tuple[str, bytes]:
    head, _, content = part.partition(b"\r\n\r\n")
    return head.decode().partition('name="')[2].partition('"')[0], content.removesuffix(b"\r\n")


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The address of a server that behaves so."""
    with serve_with(_Handler, behaviour=behaviour) as address:
        yield f"{address}/v1"
