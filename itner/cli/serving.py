"""The verb that serves taggers over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from itner.cli.options import DataRoot, Models, Variant, existing, read_key

SERVE = """
itner serve
itner serve --run minilm_full_kd --port 8080
itner serve --run compact_s --confidence 0.95 --host 0.0.0.0    # reachable from elsewhere
"""


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
    CONFIDENCE_THRESHOLD stands for --confidence, and LORA_RANK has to be the rank of that run's adapters.
    """
    from dataclasses import replace

    import uvicorn

    from itner.service.app import create_app
    from itner.service.settings import MIB, ServiceSettings, read_environment

    runs, told = read_environment(run or [], existing(models, data_root))
    chosen = confidence if confidence is not None else told
    settings = ServiceSettings(
        runs=runs,
        variant=variant,
        confidence=chosen if chosen is not None else ServiceSettings.confidence,
        max_bytes=int(max_mib * MIB),
        per_minute=per_minute,
    )
    if key_file is not None:
        settings = replace(settings, key=read_key(key_file))
    # A client is who connects: whoever names another address in a header would have a limit of its own.
    uvicorn.run(create_app(settings), host=host, port=port, log_level="warning", proxy_headers=False)
