"""`itner VERB`: the table of verbs, and how a command ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import typer

from itner._version import __version__
from itner.cli import bulk, comparing, data, engine, measuring, prompting, robustness, serving, tagging, training
from itner.core.errors import InputError
from itner.records.files import is_full

_BAD_INPUT = 2
_FREE_SOME = (
    "free some of that disk, such as models/*/onnx, which is built again when it is needed, and call again: what was "
    "there before is as it was"
)
# What a verb may ask for that the core does without, by the extra that brings it.
_EXTRAS = {
    "train": {
        "accelerate", "datasets", "faker", "onnx", "peft", "pyarrow", "safetensors", "sklearn", "torch", "transformers",
    },
    "bulk": {"fsspec", "s3fs"},
    "cluster": {"ray"},
    "dashboard": {"pandas", "plotly", "streamlit"},
    "serve": {"fastapi", "uvicorn"},
    "llm": {"llguidance", "mwparserfromhell", "ollama", "openai", "py3langid", "rensa", "tenacity"},
}  # fmt: skip

VERBS: dict[str, tuple[Callable[..., None], str]] = {
    "tag": (tagging.tag, tagging.TAG),
    "tag-corpus": (bulk.tag_corpus, bulk.TAG_CORPUS),
    "disagree": (tagging.disagree, tagging.DISAGREE),
    "redact": (tagging.redact, tagging.REDACT),
    "goback": (tagging.goback, tagging.GOBACK),
    "serve": (serving.serve, serving.SERVE),
    "prepare": (data.prepare, data.PREPARE),
    "label": (data.label, data.LABEL),
    "transfer": (data.transfer, data.TRANSFER),
    "measure-corpus": (data.measure_corpus, data.MEASURE_CORPUS),
    "suspects": (data.suspects, data.SUSPECTS),
    "train": (training.train, training.TRAIN),
    "build-decoder": (training.build_decoder, training.BUILD),
    "distill": (training.distill, training.DISTILL),
    "rules": (training.rules, training.RULES),
    "union": (training.union, training.UNION),
    "prompt": (prompting.prompt, prompting.PROMPT),
    "harvest": (engine.harvest, engine.HARVEST),
    "label-batch": (engine.label_batch, engine.BATCH),
    "merge": (engine.merge, engine.MERGE),
    "ablate": (training.ablate, training.ABLATE),
    "seeds": (training.seeds, training.SEEDS),
    "learning-curve": (training.learning_curve, training.CURVE),
    "study-compression": (training.study_compression, training.STUDY),
    "reproduce": (training.reproduce, training.REPRODUCE),
    "calibrate": (measuring.calibrate, measuring.CALIBRATE),
    "export": (measuring.export, measuring.EXPORT),
    "evaluate": (measuring.evaluate, measuring.EVALUATE),
    "score": (measuring.score, measuring.SCORE),
    "claims": (measuring.claims, measuring.CLAIMS),
    "robustness": (robustness.robustness, robustness.ROBUSTNESS),
    "compare": (comparing.compare, comparing.COMPARE),
    "report": (comparing.report, comparing.REPORT),
    "benchmark": (measuring.benchmark, measuring.BENCHMARK),
    "try-int8": (measuring.try_int8, measuring.TRY_INT8),
    "readme": (measuring.readme, measuring.README),
    "migrate": (measuring.migrate, measuring.MIGRATE),
    "adopt": (measuring.adopt, measuring.ADOPT),
}

app = typer.Typer(
    name="itner",
    help="Choose, compress, evaluate and demonstrate NER taggers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _itner(version: bool = typer.Option(False, "--version", help="Say which version this is.")) -> None:
    if version:
        typer.echo(f"itner {__version__}")
        raise typer.Exit


for _name, (_verb, _examples) in VERBS.items():
    # The mark keeps the lines of the examples as they are.
    app.command(_name, epilog="\b\nexamples:\n  " + _examples.strip().replace("\n", "\n  "))(_verb)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line; exit 2 with one line for an InputError, 1 when something was left out, 130 for Ctrl-C."""
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="itner")
    except InputError as error:
        _end(str(error))
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        extra = next((name for name, modules in _EXTRAS.items() if missing in modules), None)
        if extra is None:
            raise
        _end(f"this needs {missing}, which is not installed; `pip install 'itner[{extra}]'`")
    except Exception as error:
        full, of_system = is_full(error), isinstance(error, OSError)
        if not full and not of_system:
            raise
        said = str(error)
        if isinstance(error, OSError) and error.filename:
            said = f"{error.filename}: {error.strerror}"
        _end(f"{said}; {_FREE_SOME}" if full else said)


def _end(problem: str) -> NoReturn:
    typer.echo(f"error: {problem}", err=True)
    sys.exit(_BAD_INPUT)


def run_verb(name: str) -> None:
    """The verb as a script of its own: `python scripts/train.py ...` is `itner train ...`."""
    main([name, *sys.argv[1:]])
