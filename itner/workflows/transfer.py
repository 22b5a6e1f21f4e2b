"""Making a transfer set: altered copies of a dataset's training text and of raw text, labelled by trained runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from itner.core.errors import InputError
from itner.core.labels import document_tags
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance, describe_machine
from itner.core.types import Document
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.files.items import FileNotice
from itner.labelling.transfer import Transfer
from itner.labelling.unlabelled import list_unlabelled
from itner.records.codec import to_json
from itner.records.files import check_name, read_record, write_atomic
from itner.records.store import Run, RunStore
from itner.records.transfer import TransferRecord, TransferSettings
from itner.records.workspace import Workspace
from itner.taggers.encoder.load import load_encoder, run_scheme
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.encoder.variants import facts_of
from itner.training.soft_labels import soften
from itner.training.transfer_set import LabelledWindow, TransferSet, shard_path, write_shard
from itner.workflows.inputs import read_whole

TRANSFER, RECORD = "transfer", "transfer.json"
# Documents of one shard: a minute or two of work, which is what a stop loses.
_SHARD = 4_000
# Pieces of a batch, where each device is fastest.
_BATCH_PIECES = {"cpu": 1024, "cuda": 32_768}


def make_transfer(
    dataset: str,
    name: str,
    teachers: Sequence[str],
    place: Workspace,
    paths: Sequence[Path] = (),
    settings: TransferSettings | None = None,
    progress: Progress = silent,
    tell: Callable[[FileNotice], None] = lambda _: None,
) -> TransferRecord:
    """Make `data/transfer/<name>/`, or go on where an earlier call was stopped.

    Nothing but the train split of the dataset and the raw text enters.

    Args:
        teachers: runs that read alike; the mean of their probabilities is kept.
        paths: files of raw text, whose sentences are altered and labelled as well.
        tell: hears what was assumed of a file.
    """
    from itner.taggers.encoder.model import load_network
    from itner.taggers.encoder.torch_backend import TorchScorer
    from itner.training.device import choose_arithmetic, choose_device

    folder = place.data / TRANSFER / check_name(name)
    stats = read_stats(dataset, place)
    documents = read_split(dataset, "train", place)
    device = choose_device("auto")
    arithmetic = choose_arithmetic(device, describe_machine().isa)
    runs = [RunStore(place.models).load(teacher) for teacher in dict.fromkeys(teachers)]
    _check_alike(runs)
    raw = _read_raw(paths, get_domain(stats.domain).guidelines[-1], tell)
    wanted = TransferRecord(
        name=name,
        domain=stats.domain,
        dataset=dataset,
        dataset_sha256=stats.sha256,
        settings=settings or TransferSettings(),
        teachers={run.name: run.info.model_sha256 for run in runs},
        labels=run_scheme(runs[0]).labels,
        arithmetic=arithmetic,
        documents=len(documents) + len(raw),
        raw=len(raw),
        provenance=collect_provenance(),
    )
    folder.mkdir(parents=True, exist_ok=True)
    begun = _begin(folder / RECORD, wanted)
    if begun.windows is not None:
        return begun
    source = Transfer([*documents, *raw], begun.settings)
    taggers = [
        EncoderTagger(
            TorchScorer(load_network(run).to(device), arithmetic=begun.arithmetic),
            load_encoder(run),
            run_scheme(run),
            _BATCH_PIECES[device],
        )
        for run in runs
    ]
    shards = -(-len(source) // _SHARD)
    for number in range(shards):
        path = shard_path(folder, number)
        if not path.is_file():
            made = list(islice(source.stream(number * _SHARD), _SHARD))
            write_shard(path, _label(made, taggers, begun.labels))
        progress(f"labelling transfer text by {', '.join(begun.teachers)}", (number + 1) / shards)
    whole = TransferSet(folder, len(begun.labels), shards)
    record = replace(
        begun,
        operations=dict(sorted(_count(source).items())),
        windows=len(whole),
        pieces=int(whole.lengths().sum()),
    )
    write_atomic(folder / RECORD, to_json(record))
    return record


def read_transfer(name: str, place: Workspace) -> tuple[TransferRecord, TransferSet]:
    """A whole transfer set; InputError when it is not here or not whole."""
    folder = place.data / TRANSFER / check_name(name)
    record: TransferRecord | None = read_record(folder / RECORD, TransferRecord)
    if record is None:
        raise InputError(f"no transfer set {name!r} is here; make it with `itner transfer`", path=folder)
    if record.windows is None:
        raise InputError("this transfer set is not whole; go on with `itner transfer`", path=folder)
    shards = -(-record.documents * (1 + record.settings.copies) // _SHARD)
    return record, TransferSet(folder, len(record.labels), shards)


def _begin(path: Path, wanted: TransferRecord) -> TransferRecord:
    """What stands there of an earlier call with the same inputs, else what is wanted; InputError for other inputs."""
    if not path.is_file():
        write_atomic(path, to_json(wanted))
        return wanted
    there: TransferRecord = read_record(path, TransferRecord)
    same = replace(there, provenance=wanted.provenance, operations=None, windows=None, pieces=None)
    if same != wanted:
        raise InputError("a transfer set of other inputs is here; choose another name, or remove it", path=path.parent)
    return there


def _check_alike(runs: Sequence[Run]) -> None:
    if not runs:
        raise InputError("a transfer set needs at least one teacher")

    def reading(run: Run) -> tuple[object, ...]:
        info, config = facts_of(run)
        return info.labels, info.max_length, config.backbone, config.casing, config.context, config.guidelines

    # The first one, too, is asked whether it is an encoder, before anything is written.
    for run in runs:
        if reading(run) != reading(runs[0]):
            raise InputError(f"teachers {runs[0].name} and {run.name} read or label text differently")


def _read_raw(paths: Sequence[Path], guideline: str, tell: Callable[[FileNotice], None]) -> list[Document]:
    sentences = list_unlabelled(read_whole(paths, tell=tell)[1], "raw")
    return [replace(document, id=f"raw:{document.id}", group=None, guideline=guideline) for document in sentences]


def _label(
    documents: Sequence[Document], taggers: Sequence[EncoderTagger], labels: Sequence[str]
) -> list[LabelledWindow]:
    """The documents' windows with the teachers' view of every piece and the annotation at first pieces."""
    numbers = {label: index for index, label in enumerate(labels)}
    gold = [np.array([numbers[tag] for tag in document_tags(document)[0]], np.int8) for document in documents]
    found: list[LabelledWindow] = []
    windows, logits = taggers[0].piece_logits(documents)
    others = [tagger.piece_logits(documents)[1] for tagger in taggers[1:]]
    for index, window in enumerate(windows):
        mean = soften([each[index] for each in (logits, *others)], 1.0)
        marked = np.full(len(window.ids), -1, np.int8)
        for position, document, token in zip(window.positions, window.documents, window.tokens, strict=True):
            marked[position] = gold[document][token]
        # Beyond these, FP16 holds no probability.
        kept = np.log(np.maximum(mean, 1e-7)).astype(np.float16)
        found.append(LabelledWindow(window.ids, window.casing.astype(np.int8), marked, kept))
    return found


def _count(source: Transfer) -> Counter[str]:
    """What is done to all copies: those of shards from earlier calls are made again, which is quick."""
    counted = Transfer(source.documents, source.settings)
    for _ in counted.stream():
        continue
    return counted.done
