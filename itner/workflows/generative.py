"""Making generative taggers: building a small decoder, and fine-tuning adapters of any."""

from __future__ import annotations

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.records.base import BaseConfig, BaseRecord
from itner.records.config import GenerativeConfig
from itner.records.files import check_name
from itner.records.run import GenerativeRun
from itner.records.store import BASE_RECORD, BASES, INCOMPLETE
from itner.records.workspace import Workspace
from itner.taggers.generative.base import find_base
from itner.workflows.card import write_run_card
from itner.workflows.train import choose_folder, refer


def build_decoder(
    name: str, place: Workspace, config: BaseConfig | None = None, resume: bool = False, progress: Progress = silent
) -> BaseRecord:
    """Build a small decoder into `models/bases/<name>/`, for `built/<name>`; InputError where one is."""
    from itner.training.generative.build import build
    from itner.training.generative.texts import gather

    folder = place.models / BASES / check_name(name)
    if (folder / BASE_RECORD).exists() and not (folder / INCOMPLETE).exists():
        raise InputError("this decoder is built; choose another name, or remove the folder", path=folder)
    if (folder / INCOMPLETE).exists() and not resume:
        raise InputError("a decoder was begun here; go on with --resume, or remove the folder", path=folder)
    config = config or BaseConfig()
    texts = gather(place, int(config.megabytes * 1e6))
    return build(config, texts, folder, resume, progress)


def train_generative(
    config: GenerativeConfig,
    dataset: str,
    place: Workspace,
    name: str | None = None,
    resume: bool = False,
    progress: Progress = silent,
) -> GenerativeRun:
    """Fine-tune adapters of a decoder on a dataset into `models/<name>/`; `name` is the preset's unless given."""
    from itner.training.generative.adapters import train_adapters
    from itner.training.processes import is_first

    folder = choose_folder(place, name or config.preset, resume)
    stats = read_stats(dataset, place)
    domain = get_domain(stats.domain)
    base = find_base(config.base, place.models)
    documents, dev = read_split(dataset, "train", place), read_split(dataset, "dev", place)
    source = refer(stats, len(documents), len(documents))
    info = train_adapters(config, base, folder, domain.scheme, domain.name, source, documents, dev, resume, progress)
    if is_first():
        write_run_card(folder.name, place)
    return info
