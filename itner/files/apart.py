"""Parsing in another process, with limits on time and memory, and a stop; see `itner.files.worker`."""

from __future__ import annotations

import atexit
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress

from itner.core.apart import converse, start_module, turn
from itner.core.errors import InputError
from itner.files.items import Parsed, Settings, Upload
from itner.files.limits import MAX_PARSER_MEMORY, MIB, parser_seconds
from itner.files.worker import pack_request, unpack_answer

# The signal that ends a process which has computed for longer than it may; none where there are no such limits.
_OUT_OF_TIME = getattr(signal, "SIGXCPU", 0)
# The process ends itself after its time of computing; one that waits instead is ended from outside after so much more.
_PATIENCE = 6
# A process that read a larger file keeps its memory; the next file gets a new one.
_LARGE = 4 * MIB
# Starting one takes a few tenths of a second, so that they are kept for the next call.
_idle: list[_Worker] = []
_lock = threading.Lock()


class _Worker:
    """A process that parses one file at a time."""

    def __init__(self) -> None:
        self._process = start_module("itner.files.worker", str(MAX_PARSER_MEMORY))

    def parse(self, upload: Upload, settings: Settings, should_stop: Callable[[], bool]) -> Parsed:
        """What is in a file. InputError where it cannot be read; then this process may have ended."""
        seconds = parser_seconds(len(upload.data))
        try:
            answer = converse(self._process, *pack_request(upload, settings, seconds), seconds * _PATIENCE, should_stop)
        except TimeoutError:
            self.close()
            raise InputError(_too_long(seconds)) from None
        except BaseException:
            self.close()
            raise
        if answer is not None:
            return unpack_answer(*answer)
        try:
            # It ends by itself within a moment, and how it ends says why.
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            code = 0
        self.close()
        if _OUT_OF_TIME and code == -_OUT_OF_TIME:
            raise InputError(_too_long(seconds))
        raise InputError("its reader crashed; the file is damaged, or needs too much memory")

    def usable(self) -> bool:
        """Whether it can parse another file."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    # What was not written yet has no reader any more.
                    pipe.close()


def parse_apart(upload: Upload, settings: Settings, should_stop: Callable[[], bool]) -> Parsed:
    """`itner.files.parsing.parse` in another process. InputError, with the reason, where the file cannot be read."""
    with turn(should_stop):
        with _lock:
            worker = _idle.pop() if _idle else None
        if worker is None or not worker.usable():
            worker = _Worker()
        keep = len(upload.data) < _LARGE
        try:
            return worker.parse(upload, settings, should_stop)
        finally:
            if keep and worker.usable():
                with _lock:
                    _idle.append(worker)
            else:
                worker.close()


def _too_long(seconds: int) -> str:
    return f"could not be read within {seconds} s; it is damaged, or too involved: split it, or save it anew"


@atexit.register
def _close_all() -> None:
    while _idle:
        _idle.pop().close()
