"""The Batch API of a server: files of requests go out, files of answers come back."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from itner.core.errors import InputError
from itner.records.config import PromptedConfig

URL: Final = "/v1/chat/completions"
# What is worth another try: the server has too much to do, or stumbled.
_PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What a server says where it has no such interface.
_NOWHERE = {"status 404", "status 405", "status 501"}


class StumbledError(Exception):
    """A call that failed, and may succeed when it is made again.

    Attributes:
        what: went wrong, in a few words that quote nothing.
        wait_s: for how long the server asks to be left alone.
    """

    def __init__(self, what: str, wait_s: float = 0.0):
        super().__init__(what)
        self.what = what
        self.wait_s = wait_s


class RefusedError(Exception):
    """A call that fails however often it is made; another one may succeed."""

    def __init__(self, what: str):
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Batch:
    """What a server says of a batch.

    Attributes:
        status: as the interface calls it.
        files: of answers and of errors, those that there are.
        code: of what is wrong with all of it; empty where nothing is, or nothing says.
    """

    status: str
    files: tuple[str, ...] = ()
    code: str = ""


class Server(Protocol):
    """A Batch API. StumbledError for what may pass, RefusedError for one call, InputError where none will succeed."""

    def upload(self, lines: bytes) -> str:
        """Give the server a file of requests; its id."""
        ...

    def create(self, file: str) -> str:
        """Have a file's requests answered; the batch's id."""
        ...

    def retrieve(self, batch: str) -> Batch:
        """How far a batch is."""
        ...

    def content(self, file: str) -> bytes:
        """A file of the server."""
        ...

    def close(self) -> None:
        """End its connections."""
        ...


class OpenAIServer:
    """A server that speaks OpenAI's interface. InputError when the key for it is not in the environment."""

    def __init__(self, config: PromptedConfig):
        import openai

        key = os.environ.get(config.key_variable) if config.key_variable is not None else "none"
        if not key:
            raise InputError(
                f"the key for {config.endpoint} is read from the environment variable {config.key_variable}, "
                "which is not set"
            )
        self._endpoint = config.endpoint
        self._client = openai.OpenAI(
            api_key=key,
            base_url=config.endpoint,
            max_retries=0,
            timeout=config.timeout_s,
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )
        self._refused = openai.APIStatusError
        self._stumbles = openai.APIError

    def upload(self, lines: bytes) -> str:
        """Give the server a file of requests; its id."""
        try:
            made = self._call(lambda: self._client.files.create(file=("texts.jsonl", lines), purpose="batch"))
        except RefusedError as error:
            if error.what in _NOWHERE:
                raise InputError(
                    f"{self._endpoint} takes no files ({error.what}); is that the address of its interface, such as "
                    "https://api.example.com/v1, and has it a Batch API?"
                ) from None
            raise
        return _text_of(made, "id")

    def create(self, file: str) -> str:
        """Have a file's requests answered within a day; the batch's id."""
        made = self._call(
            lambda: self._client.batches.create(input_file_id=file, endpoint=URL, completion_window="24h")
        )
        return _text_of(made, "id")

    def retrieve(self, batch: str) -> Batch:
        """How far a batch is."""
        said = self._call(lambda: self._client.batches.retrieve(batch))
        files = (getattr(said, "output_file_id", None), getattr(said, "error_file_id", None))
        wrong = getattr(getattr(said, "errors", None), "data", None)
        code = getattr(wrong[0], "code", None) if isinstance(wrong, list) and wrong else None
        return Batch(
            _text_of(said, "status"),
            tuple(name for name in files if isinstance(name, str) and name),
            code if isinstance(code, str) and _CODE.fullmatch(code) else "",
        )

    def content(self, file: str) -> bytes:
        """A file of the server."""
        return bytes(self._call(lambda: self._client.files.content(file).content))

    def close(self) -> None:
        """End its connections."""
        self._client.close()

    def _call(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except self._refused as error:
            raise self._judged(error.status_code, error.response.headers.get("Retry-After")) from None
        except self._stumbles as error:
            # Its message may quote what was sent.
            name = type(error).__name__
            raise StumbledError(
                "no answer in time" if "Timeout" in name else f"the connection broke ({name})"
            ) from None
        except ValueError:
            raise StumbledError("no answer of the interface") from None

    def _judged(self, status: int, wait: str | None) -> Exception:
        if status in _PASSING:
            return StumbledError(f"status {status}", _wait_s(wait))
        if status < 400:
            return InputError(
                f"{self._endpoint} sends on to another address, which is not followed; name the right one"
            )
        if status in (401, 403):
            return InputError(f"{self._endpoint} answered with status {status}: it wants another key (--key-variable)")
        return RefusedError(f"status {status}")


def _text_of(said: object, name: str) -> str:
    """A text that a server is to say; the client believes whatever JSON it sends."""
    value = getattr(said, name, None)
    if not isinstance(value, str) or not value:
        raise StumbledError("no answer of the interface")
    return value


def _wait_s(header: str | None) -> float:
    """What `Retry-After` asks for in seconds; 0 for a date or nothing."""
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0
