"""What several verbs share: options with their help, progress that is always closed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itner.core.errors import InputError
from itner.core.progress import ConsoleProgress
from itner.core.words import counted
from itner.records.workspace import DATA_VARIABLE, MODELS_VARIABLE, Workspace

if TYPE_CHECKING:
    from itner.files.items import Settings

# Bytes of a key, below which trying all takes no time.
_LEAST_KEY = 16
_RUNS = f"Folder of the runs (default: ${MODELS_VARIABLE}, or models/)."
_TEXTS = f"Folder of the datasets (default: ${DATA_VARIABLE}, or data/)."
Models = Annotated[Path | None, typer.Option("--models", metavar="DIR", help=_RUNS)]
DataRoot = Annotated[Path | None, typer.Option("--data-root", metavar="DIR", help=_TEXTS)]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run: a folder under models/.")]
Dataset = Annotated[str, typer.Option("--dataset", metavar="DATASET", help="A prepared dataset.")]
Trained = Annotated[str, typer.Option("--data", metavar="DATASET", help="A prepared dataset (itner prepare).")]
DomainName = Annotated[
    str | None, typer.Option("--domain", metavar="DOMAIN", help="The kind of text (default: the one with a release).")
]
Variants = Annotated[
    list[str] | None,
    typer.Option("--variant", metavar="VARIANT", help="A variant of the run; repeatable (default: all of its kind)."),
]
Variant = Annotated[
    str | None,
    typer.Option("--variant", metavar="VARIANT", help="Of the run (default: the one to deploy, such as int8)."),
]
Epochs = Annotated[int | None, typer.Option(min=1, help="Instead of the preset's.")]
LearningRate = Annotated[float | None, typer.Option("--lr", help="Learning rate instead of the preset's.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Instead of the preset's.")]
Backbone = Annotated[str | None, typer.Option(help="Hub name or folder instead of the preset's.")]
Device = Annotated[str | None, typer.Option(metavar="auto|cpu|cuda", help="Instead of the preset's.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint of an unfinished run.")]
TextColumns = Annotated[
    list[str] | None,
    typer.Option(
        "--text-column",
        metavar="NAME|N",
        help="Column or key (a dotted path) with the text, by name or number; repeatable (default: by content, said).",
    ),
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="Of text files (default: found out, and said).")
]


def given_path(name: str) -> Path:
    """The path; bad usage for an empty name, as of an unset variable, which would be the folder where one is."""
    if not name:
        raise typer.BadParameter("an empty name; name a file, a folder or a pattern")
    return Path(name)


def say_left_out(folders: Mapping[str, str]) -> None:
    """The folders of runs that cannot be used, with the reason."""
    for name, reason in folders.items():
        typer.echo(f"left out: {name}: {reason}", err=True)


def say_unusable(models: Path) -> bool:
    """Whether there are folders of runs that cannot be used; each is said, with the reason."""
    from itner.records.store import RunStore

    broken = RunStore(models).load_all()[1]
    say_left_out({run.name: run.reason for run in broken})
    return bool(broken)


def reading(
    text_columns: Sequence[str] | None, encoding: str | None, carry: bool = False, joined: bool = False
) -> Settings:
    """How files are read; bad usage when there is no such encoding."""
    from itner.files.encodings import check_encoding
    from itner.files.items import Settings

    if encoding is not None:
        try:
            check_encoding(encoding)
        except InputError as error:
            raise typer.BadParameter(error.problem, param_hint="--encoding") from None
    return Settings(tuple(text_columns or ()), encoding, carry, joined)


def domain_or_default(name: str | None) -> str:
    """The domain that was named, or the one that is meant where none is."""
    from itner.domains.registry import default_domain, get_domain

    return get_domain(name).name if name is not None else default_domain()


def check_one_of(value: str | None, choices: tuple[str, ...], option: str) -> None:
    """Bad usage when a value is given that is none of the choices."""
    if value is not None and value not in choices:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(choices)}", param_hint=option)


def existing(models: Path | None, data: Path | None = None) -> Workspace:
    """The workspace for a verb that reads: InputError when a folder that was named is not there."""
    for folder in (models, data):
        if folder is not None and not folder.is_dir():
            raise InputError("no such folder", path=folder)
    return Workspace.find(models, data)


def named(value: str, choices: Sequence[str], option: str) -> str:
    """The one of the choices that is meant, whatever its case and blanks; bad usage where there is none."""

    def folded(name: str) -> str:
        return re.sub(r"[\s_-]+", "", name).casefold()

    found = [choice for choice in choices if folded(choice) == folded(value)]
    check_one_of(found[0] if found else value, tuple(choices), option)
    return found[0]


def read_key(path: Path) -> bytes:
    """The key in a file; InputError where there is none, or one so short that it can be found by trying."""
    key = path.read_bytes() if path.is_file() else b""
    if len(key.strip()) < _LEAST_KEY:
        problem = f"{counted(len(key), 'byte')} are found by trying" if key else "no key there"
        raise InputError(f"{problem}; make one with `head -c 32 /dev/urandom`", path=path)
    return key


@contextmanager
def console() -> Iterator[ConsoleProgress]:
    """Progress on stderr, closed whatever happens."""
    progress = ConsoleProgress()
    try:
        yield progress
    finally:
        progress.close()
