"""Serving on loopback while a test runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *given: object) -> None:
        """Nothing: a connection that broke is what some tests are about."""


@contextmanager
def serve_with(handler: type[BaseHTTPRequestHandler], **attributes: object) -> Iterator[str]:
    """The address of a server whose handler has these attributes."""
    with _Server(("127.0.0.1", 0), type("Handler", (handler,), attributes)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(10)
