"""Servers of language models behind one call: Ollama's own interface, and that of OpenAI which many others speak."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from itner.core.errors import FailedError, InputError
from itner.records.config import PromptedConfig
from itner.taggers.prompted.prompt import Message, answer_schema

# Its models know the limit on an answer by another name than the servers that imitate it.
_OPENAI_HOST = "api.openai.com"
# What is worth another try: the server has too much to do, or stumbled.
_PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}


@dataclass(frozen=True)
class Reply:
    """What a server answered.

    Attributes:
        cut: whether the answer broke off at its limit.
        tokens_in, tokens_out: None where the server does not count.
    """

    content: str
    cut: bool
    tokens_in: int | None
    tokens_out: int | None


class Endpoint(Protocol):
    """A server that answers; FailedError for what may pass, InputError for what does not."""

    async def ask(self, messages: Sequence[Message]) -> Reply:
        """The answer to a conversation."""
        ...

    async def digest(self) -> str | None:
        """What the server calls the weights of the model by; None where it says nothing of them."""
        ...

    async def close(self) -> None:
        """End its connections."""
        ...


def open_endpoint(config: PromptedConfig, types: Sequence[str]) -> Endpoint:
    """The server that a run asks. For one event loop; InputError when the key for it is not in the environment."""
    return _PROVIDERS[config.provider](config, types)


def lacks_key(config: PromptedConfig) -> bool:
    """Whether a key is needed and not in the environment."""
    return config.key_variable is not None and not os.environ.get(config.key_variable)


def read_key(config: PromptedConfig) -> str | None:
    """The key, None where none is needed; InputError when it is not in the environment."""
    if config.key_variable is None:
        return None
    key = os.environ.get(config.key_variable)
    if not key:
        raise InputError(
            f"the key for {config.endpoint} is read from the environment variable {config.key_variable}, "
            "which is not set"
        )
    return key


def asked_wait_s(header: str | None) -> float:
    """What `Retry-After` asks for in seconds; 0 for a date or nothing."""
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0


def is_passing(status: int) -> bool:
    """Whether a status is worth another try."""
    return status in _PASSING


def chat_options(config: PromptedConfig, types: Sequence[str]) -> dict[str, Any]:
    """What a request of OpenAI's chat interface says beside model and messages."""
    schema = {"name": "mentions", "strict": True, "schema": answer_schema(types)}
    formats: dict[str, dict[str, Any]] = {
        "schema": {"response_format": {"type": "json_schema", "json_schema": schema}},
        "json": {"response_format": {"type": "json_object"}},
        "none": {},
    }
    limit = "max_completion_tokens" if urlsplit(config.endpoint).hostname == _OPENAI_HOST else "max_tokens"
    options: dict[str, Any] = {limit: config.max_tokens, "seed": config.seed}
    if config.temperature is not None:
        options["temperature"] = config.temperature
    return options | formats[config.structured]


def sends_on(config: PromptedConfig) -> InputError:
    """What is wrong with an address that answers with another one."""
    return InputError(f"{config.endpoint} sends on to another address, which is not followed; name the right one")


def _check(status: int, wait: str | None, config: PromptedConfig) -> None:
    """FailedError or InputError for an answer that is none."""
    if status < 300:
        return
    if is_passing(status):
        raise FailedError(f"status {status}", asked_wait_s(wait))
    if status < 400:
        raise sends_on(config)
    why = {
        401: "it wants another key" if config.key_variable else "it wants a key; name its variable with --key-variable",
        403: "the key may not ask this model",
        404: f"it knows no model {config.model!r}, or the address is not that of its interface",
    }.get(
        status,
        "it refuses the request; if it cannot be held to a JSON schema, try --structured json or none"
        if config.structured != "none"
        else "it refuses the request",
    )
    raise InputError(f"{config.endpoint} answered with status {status}: {why}")


class _Ollama:
    def __init__(self, config: PromptedConfig, types: Sequence[str]):
        import httpx
        import ollama

        self._config = config
        key = read_key(config)

        async def check(response: httpx.Response) -> None:
            _check(response.status_code, response.headers.get("Retry-After"), config)

        self._client = ollama.AsyncClient(
            config.endpoint,
            headers={"authorization": f"Bearer {key}"} if key else {},
            follow_redirects=False,
            timeout=config.timeout_s,
            event_hooks={"response": [check]},
        )
        self._stumbles = (httpx.HTTPError, ConnectionError)
        self._format: Any = {"schema": answer_schema(types), "json": "json", "none": None}[config.structured]

    async def ask(self, messages: Sequence[Message]) -> Reply:
        config = self._config
        options: dict[str, Any] = {"num_predict": config.max_tokens, "seed": config.seed}
        if config.temperature is not None:
            options["temperature"] = config.temperature
        try:
            said = await self._client.chat(config.model, messages, format=self._format, options=options)
        except self._stumbles as error:
            raise FailedError(name_failure(error)) from None
        except ValueError:
            # No JSON, or JSON of another form.
            raise FailedError("no answer of the interface") from None
        content = said.message.content
        if content is None or not said.done:
            raise FailedError("no answer of the interface")
        return Reply(content, said.done_reason == "length", said.prompt_eval_count, said.eval_count)

    async def digest(self) -> str | None:
        try:
            listed = await self._client.list()
        except self._stumbles as error:
            raise FailedError(name_failure(error)) from None
        except ValueError:
            raise FailedError("no answer of the interface") from None
        wanted = self._config.model
        names = (wanted, f"{wanted}:latest")
        found = next((model for model in listed.models if model.model in names), None)
        if found is None:
            has = ", ".join(sorted(filter(None, (model.model for model in listed.models)))) or "none"
            raise InputError(f"{self._config.endpoint} has no model {wanted!r} (models: {has}); `ollama pull {wanted}`")
        return found.digest

    async def close(self) -> None:
        client: Any = self._client
        await client.close()


def client_options(config: PromptedConfig) -> dict[str, Any]:
    """What OpenAI's clients are told, asynchronous or not; they try nothing again, because we do."""
    return {
        "api_key": read_key(config) or "none",
        "base_url": config.endpoint,
        "max_retries": 0,
        "timeout": config.timeout_s,
    }


class _OpenAI:
    def __init__(self, config: PromptedConfig, types: Sequence[str]):
        import openai

        self._config = config
        http_client = openai.DefaultAsyncHttpxClient(follow_redirects=False)
        self._client = openai.AsyncOpenAI(http_client=http_client, **client_options(config))
        self._refused = openai.APIStatusError
        self._stumbles = openai.APIError
        self._options = chat_options(config, types)

    async def ask(self, messages: Sequence[Message]) -> Reply:
        request: dict[str, Any] = {"model": self._config.model, "messages": list(messages)}
        try:
            said: Any = await self._client.chat.completions.create(**request, **self._options)
        except self._refused as error:
            _check(error.status_code, error.response.headers.get("Retry-After"), self._config)
            raise FailedError(f"status {error.status_code}") from None
        except self._stumbles as error:
            raise FailedError(name_failure(error)) from None
        except ValueError:
            raise FailedError("no answer of the interface") from None
        # The client believes whatever JSON a server sends.
        choices = getattr(said, "choices", None)
        choice = choices[0] if isinstance(choices, list) and choices else None
        content = getattr(getattr(choice, "message", None), "content", None)
        if not isinstance(content, str):
            raise FailedError("no answer of the interface")
        usage = getattr(said, "usage", None)
        return Reply(
            content,
            getattr(choice, "finish_reason", None) == "length",
            _count(getattr(usage, "prompt_tokens", None)),
            _count(getattr(usage, "completion_tokens", None)),
        )

    async def digest(self) -> str | None:
        return None

    async def close(self) -> None:
        await self._client.close()


_PROVIDERS: dict[str, type[_Ollama] | type[_OpenAI]] = {"ollama": _Ollama, "openai": _OpenAI}


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def name_failure(error: Exception) -> str:
    """The kind of an error alone: its message may quote what was sent."""
    name = type(error).__name__
    return "no answer in time" if "Timeout" in name else f"the connection broke ({name})"
