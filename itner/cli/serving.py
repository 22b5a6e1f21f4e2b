"""The verb that serves taggers over HTTP."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from itner.cli.options import DataRoot, Models, Variant, existing, read_key
from itner.core.errors import InputError

SERVE = """
itner serve
itner serve --run minilm_full_kd --port 8080
itner serve --run compact_s --confidence 0.95 --host 0.0.0.0    # reachable from elsewhere
itner serve --rules our_rules.yaml
"""

# Those that are open at once, busy or not; further ones are told so (503). One without a request is closed.
MOST_CONNECTIONS = 128
KEEP_ALIVE_S = 5


def serve(
    run: Annotated[
        list[str] | None,
        typer.Option(metavar="RUN", help="A run to serve, one for each domain; repeatable (default: rules)."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8000,
    variant: Variant = None,
    confidence: Annotated[
        float | None, typer.Option(min=0, max=1, help="Verdicts less certain are for review (default: 0.9).")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The table of rules of /goback (default: the one that ships).")
    ] = None,
    per_minute: Annotated[int, typer.Option(min=1, help="Requests that a client may make in a minute.")] = 600,
    max_mib: Annotated[float, typer.Option(min=0.001, help="Of a request.")] = 4.0,
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What hashes and pseudonyms depend on (default: drawn).")
    ] = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Serve taggers over HTTP: /tag, /redact, /goback, /health, described at /docs.

    Texts are neither stored nor logged. The environment is heard, too: NER_MODEL_PATH is the folder of a run,
    CONFIDENCE_THRESHOLD stands for --confidence, RULES_PATH for --rules, and LORA_RANK has to be the rank of that run's
    adapters. Runs and rules are read once, at the start.
    """
    from dataclasses import replace

    import uvicorn

    from itner.service.app import create_app
    from itner.service.settings import MIB, ServiceSettings, read_environment

    told = read_environment(run or [], existing(models, data_root))
    chosen = confidence if confidence is not None else told.confidence
    settings = ServiceSettings(
        runs=told.runs,
        variant=variant,
        confidence=chosen if chosen is not None else ServiceSettings.confidence,
        max_bytes=int(max_mib * MIB),
        per_minute=per_minute,
        rules=rules or told.rules,
    )
    if key_file is not None:
        settings = replace(settings, key=read_key(key_file))
    with _bind(host, port) as bound:
        # A client is who connects: whoever names another address in a header would have a limit of its own.
        config = uvicorn.Config(
            create_app(settings),
            log_level="warning",
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[bound])


def _bind(host: str, port: int) -> socket.socket:
    """A socket that has an address, and hears nobody before all is loaded; InputError where there can be none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol said, asyncio sends what is written at once; without, a kept connection waits 40 ms an answer.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        return bound
    except (OSError, UnicodeError) as error:
        bound.close()
        reason = error.strerror if isinstance(error, OSError) else "no address"
        raise InputError(f"cannot listen on {host}, port {port} ({reason}); choose another --host or --port") from None
