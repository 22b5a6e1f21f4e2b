"""OpenAI's Batch API, which many servers speak."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from itner.core.errors import FailedError, InputError
from itner.labelling.batch_api import URL, Batch, RefusedError
from itner.records.config import PromptedConfig
from itner.taggers.prompted.endpoint import asked_wait_s, client_options, is_passing, name_failure, sends_on

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What a server says where it has no such interface.
_NOWHERE = {"status 404", "status 405", "status 501"}


class OpenAIServer:
    """A server that speaks OpenAI's interface. InputError when the key for it is not in the environment."""

    def __init__(self, config: PromptedConfig):
        import openai

        self._config = config
        http_client = openai.DefaultHttpxClient(follow_redirects=False)
        self._client = openai.OpenAI(http_client=http_client, **client_options(config))
        self._refused = openai.APIStatusError
        self._stumbles = openai.APIError

    def upload(self, lines: bytes) -> str:
        """Give the server a file of requests; its id."""
        try:
            made = self._call(lambda: self._client.files.create(file=("texts.jsonl", lines), purpose="batch"))
        except RefusedError as error:
            if error.what in _NOWHERE:
                raise InputError(
                    f"{self._config.endpoint} takes no files ({error.what}); is that the address of its interface, "
                    "such as https://api.example.com/v1, and has it a Batch API?"
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
            raise FailedError(name_failure(error)) from None
        except ValueError:
            raise FailedError("no answer of the interface") from None

    def _judged(self, status: int, wait: str | None) -> Exception:
        if is_passing(status):
            return FailedError(f"status {status}", asked_wait_s(wait))
        if status < 400:
            return sends_on(self._config)
        if status in (401, 403):
            return InputError(
                f"{self._config.endpoint} answered with status {status}: it wants another key (--key-variable)"
            )
        return RefusedError(f"status {status}")


def _text_of(said: object, name: str) -> str:
    """A text that a server is to say; the client believes whatever JSON it sends."""
    value = getattr(said, name, None)
    if not isinstance(value, str) or not value:
        raise FailedError("no answer of the interface")
    return value
