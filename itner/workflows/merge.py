"""One corpus out of labelled texts."""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.core.tokens import split_tokens
from itner.core.types import Document
from itner.data.corpus import SPLITS
from itner.data.jsonl import document_to_json, write_lines
from itner.data.processed import read_meta, read_split, read_stats
from itner.domains.registry import Domain, get_domain
from itner.labelling.held_out import HeldOut
from itner.labelling.merge import TRAIN, VALIDATION, Rules, plan_merge, read_all
from itner.labelling.shards import LABELLED, REPORT, Text, count_shards
from itner.records.codec import to_json
from itner.records.engine import MergeReport
from itner.records.files import filling, write_atomic
from itner.records.workspace import Workspace

_FILES = {TRAIN: "train.jsonl", VALIDATION: "val.jsonl"}
_TEST = "test.jsonl"
_UNKNOWN = "?"


def merge(
    folders: Sequence[Path],
    domain_name: str,
    output: Path,
    place: Workspace,
    rules: Rules = Rules(),  # noqa: B008 - frozen
    against: Sequence[str] | None = None,
    test: str | None = None,
    progress: Progress = silent,
) -> MergeReport:
    """Write `train.jsonl` and `val.jsonl` into a new folder, with a report that accounts for every text.

    Args:
        folders: labelled texts; of the first one's labels most is thought.
        output: a folder that is not there, or empty.
        against: prepared datasets of whose dev, test and check nothing may be learned; None for all of the domain whose
            text is here, which the report tells from the others.
        test: the prepared dataset whose test split is written beside, for `itner prepare`, which asks for one.
    Raises:
        InputError: there is nothing to merge, or nothing is left.
    """
    domain = get_domain(domain_name)
    if not folders:
        raise InputError("name a folder of labelled texts, or several")
    read = {f"{number}: {folder.name}": count_shards(folder, LABELLED) for number, folder in enumerate(folders, 1)}
    total = sum(read.values())
    held, splits, absent = _held_out(domain, against, place)
    tests = read_split(test, "test", place) if test is not None else []
    with filling(output) as build:
        scratch = build / "scratch"
        scratch.mkdir()
        plan = plan_merge(folders, held, rules, scratch, lambda done: progress("reading", 0.7 * done / max(total, 1)))
        shutil.rmtree(scratch)
        mentions: Counter[str] = Counter()
        languages: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        written: Counter[int] = Counter()
        files = {split: (build / name).open("w", encoding="utf-8", newline="\n") for split, name in _FILES.items()}
        try:
            for number, (folder, text) in enumerate(read_all(folders)):
                split = int(plan.split[number])
                if split in files:
                    document = _document(text, folder, domain, unknown)
                    files[split].write(document_to_json(document) + "\n")
                    written[split] += 1
                    mentions.update(mention.type for mention in document.mentions)
                    languages[text.language or _UNKNOWN] += 1
                if number % 2_000 == 0:
                    progress("writing", 0.7 + 0.3 * number / max(total, 1))
        finally:
            for file in files.values():
                file.close()
        if not all(written[split] for split in _FILES):
            gone = ", ".join(f"{count:,} {reason}" for reason, count in plan.left_out.items() if count)
            raise InputError(
                f"of {total:,} texts too few are left to train and validate on ({gone or 'few were there'}); a larger "
                "share to validate on (--validation) may do"
            )
        if tests:
            (build / _TEST).write_text(write_lines(tests), encoding="utf-8")
        report = MergeReport(
            domain=domain.name,
            read=read,
            left_out=plan.left_out,
            unknown_types=dict(unknown),
            conflicts=plan.conflicts,
            train=written[TRAIN],
            validation=written[VALIDATION],
            mentions=dict(sorted(mentions.items())),
            languages=dict(languages.most_common()),
            held_out=splits,
            not_here=absent,
            test=test,
            rules={key: str(value) for key, value in dataclasses.asdict(rules).items()},
            provenance=collect_provenance(),
        )
        write_atomic(build / REPORT, to_json(report))
    progress("writing", 1.0)
    return report


def _held_out(
    domain: Domain, against: Sequence[str] | None, place: Workspace
) -> tuple[HeldOut, tuple[str, ...], tuple[str, ...]]:
    """The held-out texts, the splits that they are of, and the datasets of the domain whose text is not here."""
    asked = against is not None
    names = against if against is not None else [
        stats.name for stats in read_meta(place).datasets.values() if stats.domain == domain.name
    ]  # fmt: skip
    splits: list[str] = []
    texts: list[str] = []
    absent: list[str] = []
    for name in names:
        stats = read_stats(name, place)
        if stats.domain != domain.name:
            raise InputError(f"the dataset {name!r} is of the domain {stats.domain!r}, not of {domain.name!r}")
        for split in [split for split in stats.splits if split != SPLITS[0]]:
            try:
                documents = read_split(name, split, place)
            except InputError:
                if asked:
                    raise
                absent.append(f"{name} {split}")
                continue
            splits.append(f"{name} {split}")
            texts += [document.text for document in documents]
    return HeldOut(texts), tuple(splits), tuple(absent)


def _document(text: Text, folder: int, domain: Domain, unknown: Counter[str]) -> Document:
    known = set(domain.scheme.types)
    unknown.update(mention.type for mention in text.mentions if mention.type not in known)
    mentions = tuple(mention for mention in text.mentions if mention.type in known)
    return Document(text.text, split_tokens(text.text), mentions, f"{folder + 1}-{text.id}", text.source)
