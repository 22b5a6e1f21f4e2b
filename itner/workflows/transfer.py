"""Making a transfer set: altered copies of a dataset's training text and of raw text, labelled by trained runs."""

from __future__ import annotations

import hashlib
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
from itner.core.words import counted, listed
from itner.data.processed import read_split, read_stats
from itner.domains.registry import Domain, get_domain
from itner.files.items import FileNotice
from itner.labelling.held_out import HeldOut
from itner.labelling.transfer import Transfer
from itner.labelling.unlabelled import list_unlabelled
from itner.records.codec import to_json
from itner.records.config import Arithmetic
from itner.records.files import check_name, read_record, write_atomic
from itner.records.store import Run, RunStore
from itner.records.transfer import TransferRecord, TransferSettings, agree
from itner.records.workspace import Workspace
from itner.taggers.encoder.load import load_encoder, run_scheme
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.encoder.variants import facts_of
from itner.training.soft_labels import soften
from itner.training.transfer_set import LabelledWindow, TransferSet, is_whole, shard_path, write_shard
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
    """Make `data/transfer/<name>/`, go on where an earlier call was stopped, or label again what is damaged of it.

    Nothing but the train split of the dataset and the raw text enters; of the latter, nothing that stands in another
    split of the dataset.

    Args:
        teachers: runs that read alike and mark the dataset's types; the mean of their probabilities is kept.
        paths: files of raw text, whose sentences are altered and labelled as well.
        tell: hears what was assumed of a file, and how much of the raw text was left out.
    """
    from itner.training.device import choose_arithmetic, choose_device

    folder = place.data / TRANSFER / check_name(name)
    stats = read_stats(dataset, place)
    documents = read_split(dataset, "train", place)
    device = choose_device("auto")
    arithmetic = choose_arithmetic(device, describe_machine().isa)
    runs = [RunStore(place.models).load(teacher) for teacher in dict.fromkeys(teachers)]
    _check_alike(runs)
    domain = get_domain(stats.domain)
    _check_types(runs[0], dataset, domain)
    found = _read_raw(paths, domain.guidelines[-1], tell)
    raw = _leave_out(found, dataset, [split for split in stats.splits if split != "train"], place, tell)
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
        raw_sha256=hashlib.sha256("\0".join(document.text for document in raw).encode()).hexdigest(),
        held_out=len(found) - len(raw),
    )
    there = _read_begun(folder, wanted)
    begun = there or wanted
    source = Transfer([*documents, *raw], begun.settings)
    shards = -(-len(source) // _SHARD)
    missing = [number for number in range(shards) if not is_whole(shard_path(folder, number), len(begun.labels))]
    if begun.windows is not None and not missing:
        return begun
    # What the teachers lack should be found out before anything is written.
    taggers = [_open_teacher(run, device, begun.arithmetic) for run in runs]
    if there is None:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / RECORD, to_json(begun))
    for number in missing:
        made = list(islice(source.stream(number * _SHARD), _SHARD))
        write_shard(shard_path(folder, number), _label(made, taggers, begun.labels))
        progress(f"labelling transfer text by {', '.join(begun.teachers)}", (number + 1) / shards)
    if begun.windows is not None:
        return read_transfer(name, place)[0]
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
    windows = TransferSet(folder, len(record.labels), shards)
    if (len(windows), int(windows.lengths().sum())) != (record.windows, record.pieces):
        raise InputError("the shards are not those that the record describes; remove the folder", path=folder)
    return record, windows


def _read_begun(folder: Path, wanted: TransferRecord) -> TransferRecord | None:
    """What stands there of an earlier call with the same inputs, None without; InputError for other inputs."""
    there: TransferRecord | None = read_record(folder / RECORD, TransferRecord)
    if there is None:
        if any(folder.glob("*.arrow")):
            raise InputError(f"shards are here that no {RECORD} describes; remove the folder", path=folder)
        return None
    if not agree(there, wanted):
        raise InputError("a transfer set of other inputs is here; choose another name, or remove it", path=folder)
    return there


def _open_teacher(run: Run, device: str, arithmetic: Arithmetic) -> EncoderTagger:
    from itner.taggers.encoder.model import load_network
    from itner.taggers.encoder.torch_backend import TorchScorer

    scorer = TorchScorer(load_network(run).to(device), arithmetic=arithmetic)
    return EncoderTagger(scorer, load_encoder(run), run_scheme(run), _BATCH_PIECES[device])


def _check_types(run: Run, dataset: str, domain: Domain) -> None:
    if run.info.labels != domain.scheme.labels:
        raise InputError(
            f"teacher {run.name} marks {', '.join(run.info.types)} (domain {run.info.domain}), the dataset {dataset} "
            f"holds {', '.join(domain.scheme.types)} (domain {domain.name}); name a teacher of that domain",
            path=run.path,
        )


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


def _leave_out(
    raw: Sequence[Document],
    dataset: str,
    splits: Sequence[str],
    place: Workspace,
    tell: Callable[[FileNotice], None],
) -> list[Document]:
    """The raw text without what stands in these splits of the dataset, which is said."""
    if not raw:
        return []
    held = HeldOut(document.text for split in splits for document in read_split(dataset, split, place))
    kept = [document for document in raw if not held.holds(document.text)]
    if len(kept) < len(raw):
        out = counted(len(raw) - len(kept), "sentence")
        tell(FileNotice("raw text", f"{out} of {len(raw):,} left out: text of {dataset}'s {listed(splits)}"))
    return kept


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
