"""One function from a source name to the three splits in the target scheme."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from itner.data.conll import find_split_file, read_conll
from itner.data.corpus import SPLITS, Split
from itner.data.hub import read_hub
from itner.data.jsonl import read_jsonl
from itner.data.markup import read_markup
from itner.errors import InputError
from itner.labels import LabelScheme

SourceName = Literal["hub", "conll", "jsonl", "embedded", "mix"]
SOURCES: tuple[SourceName, ...] = get_args(SourceName)
DATA_ROOT = Path(__file__).resolve().parents[2] / "data"
EMBEDDED_CORPUS = DATA_ROOT / "helpdesk" / "tickets.txt"
DEFAULT_DATASET: dict[SourceName, str] = {
    "hub": "stackoverflow-hub",
    "conll": "stackoverflow",
    "jsonl": "custom",
    "embedded": "helpdesk",
    "mix": "mix",
}


def read_source(source: SourceName, path: Path | None, scheme: LabelScheme, dataset: str) -> dict[str, Split]:
    """Train, dev and test of a source. `conll` and `jsonl` need the folder that holds the split files.

    A mixture is made of prepared datasets, by `itner.data.mix`.
    """
    if source == "mix":
        raise InputError("a mixture is made of datasets that are prepared already")
    if source in ("hub", "embedded"):
        if path is not None:
            raise InputError(f"--path does not go with --source {source}")
        return read_hub(scheme, dataset) if source == "hub" else read_markup(EMBEDDED_CORPUS, scheme, dataset)
    if path is None:
        raise InputError(f"--source {source} needs --path DIR, the folder with train, dev and test")
    if not path.is_dir():
        raise InputError("no such folder", path=path)
    if source == "conll":
        return {name: read_conll(find_split_file(path, name), scheme, dataset, name) for name in SPLITS}
    return {name: read_jsonl(find_split_file(path, name, (".jsonl",)), scheme, dataset, name) for name in SPLITS}
