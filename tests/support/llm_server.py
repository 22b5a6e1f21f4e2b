"""A server of a language model on loopback, which misbehaves as real ones do, the same way each time."""

from __future__ import annotations

import hashlib
import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from loopback import serve_with

Pairs = Sequence[tuple[str, str]]
FAULTS = (
    "500", "429", "503", "silence", "drip", "no json", "cut json", "cut body", "wrong schema", "reset", "prose",
)  # fmt: skip
DIGEST = "ab" * 32


@dataclass
class Behaviour:
    """What the server answers, and how it fails.

    Attributes:
        answer: the pairs that the model finds in a text.
        faults: the share of requests that fail.
        kinds: how they do.
        silence_s: for how long it says nothing.
        write: an answer's content from pairs.
        cut: whether answers say that they broke off at their limit.
        status: of every answer, in place of one, and the address that it sends on to.
    """

    answer: Callable[[str], Pairs]
    faults: float = 0.0
    kinds: Sequence[str] = FAULTS
    silence_s: float = 1.0
    digest: str = DIGEST
    models: Sequence[str] = ("tiny:latest",)
    write: Callable[[Pairs], str] = lambda pairs: json.dumps(
        {"mentions": [{"text": surface, "type": kind} for surface, kind in pairs]}
    )
    cut: bool = False
    status: int | None = None
    location: str = ""
    tries: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    at_once: int = 0
    most_at_once: int = 0

    def fault(self, text: str) -> str | None:
        """How the next request about a text fails; None when it does not."""
        with self.lock:
            self.tries[text] += 1
            chance = random.Random(hashlib.sha256(f"{self.tries[text]} {text}".encode()).digest())
            kind = chance.choice(list(self.kinds)) if chance.random() < self.faults else None
            (self.failed if kind else self.given)[kind or text] += 1
            return kind


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behaviour: Behaviour

    def log_message(self, *given: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        listed = [{"model": name, "digest": self.behaviour.digest} for name in self.behaviour.models]
        self._send(200, json.dumps({"models": listed}).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        behaviour = self.behaviour
        with behaviour.lock:
            behaviour.bodies.append(body)
            behaviour.headers.append({name.lower(): value for name, value in self.headers.items()})
            behaviour.at_once += 1
            behaviour.most_at_once = max(behaviour.most_at_once, behaviour.at_once)
        try:
            self._answer(body["messages"][-1]["content"])
        except OSError:
            # Who asked has gone.
            self.close_connection = True
        finally:
            with behaviour.lock:
                behaviour.at_once -= 1

    def _answer(self, text: str) -> None:
        behaviour = self.behaviour
        if behaviour.status is not None:
            headers = {"Location": behaviour.location} if behaviour.location else None
            self._send(behaviour.status, b'{"error": "no"}', headers)
            return
        kind = behaviour.fault(text)
        content = behaviour.write(behaviour.answer(text))
        if kind == "prose":
            content = "I am sorry, I cannot help with that."
        whole = self._wrap(content)
        if kind in ("500", "503"):
            self._send(int(kind), b"<html>out of order</html>")
        elif kind == "429":
            self._send(429, b"{}", {"Retry-After": "0.01"})
        elif kind == "silence":
            time.sleep(behaviour.silence_s)
            self.close_connection = True
        elif kind == "no json":
            self._send(200, b"<!doctype html><title>Sign in</title>")
        elif kind == "cut json":
            self._send(200, whole[: len(whole) // 2])
        elif kind == "wrong schema":
            self._send(200, b'{"choices": [{"index": 0}], "message": 3}')
        elif kind == "cut body":
            self._head(200, len(whole))
            self.wfile.write(whole[: len(whole) // 2])
            self.close_connection = True
        elif kind == "drip":
            self._head(200, len(whole))
            end = time.monotonic() + behaviour.silence_s
            for byte in whole:
                if time.monotonic() > end:
                    break
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(behaviour.silence_s / 20)
            self.close_connection = True
        elif kind == "reset":
            # Closed without a farewell: what is under way is lost.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        else:
            self._send(200, whole)

    def _wrap(self, content: str) -> bytes:
        """The content as an answer of Ollama's interface, or OpenAI's."""
        reason = "length" if self.behaviour.cut else "stop"
        if self.path == "/api/chat":
            said: dict[str, Any] = {
                "model": "tiny", "created_at": "2026-01-01T00:00:00Z", "done": True, "done_reason": reason,
                "message": {"role": "assistant", "content": content}, "prompt_eval_count": 100, "eval_count": 10,
            }  # fmt: skip
        else:
            said = {
                "id": "1", "object": "chat.completion", "created": 0, "model": "tiny",
                "choices": [
                    {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": content}}
                ],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            }  # fmt: skip
        return json.dumps(said).encode()

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._head(status, len(body), headers)
        self.wfile.write(body)

    def _head(self, status: int, length: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The address of a server that behaves so."""
    with serve_with(_Handler, behaviour=behaviour) as address:
        yield address
