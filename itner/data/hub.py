"""The dataset on the hub, through `datasets`."""

from __future__ import annotations

import hashlib
from typing import Any

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.data.corpus import Split, add_sentence
from itner.data.tag_schemes import TAG, recognise
from itner.data.tag_schemes import convert as convert_tags
from itner.data.token_records import NAME
from itner.records.dataset import ImportStats

_HUB_SPLITS = {"train": "train", "validation": "dev", "dev": "dev", "test": "test"}
_TAG_COLUMNS = ("ner_tags", "tags", "labels")


def read_hub(dataset: str, scheme: LabelScheme, source: str) -> dict[str, Split]:
    """Download the hub's `dataset` and read all splits. Offline, the InputError names the two ways that need no hub."""
    from datasets import load_dataset

    try:
        loaded = load_dataset(dataset)
    except Exception as error:
        raise InputError(
            f"the hub dataset {dataset!r} could not be loaded ({type(error).__name__}). Without the hub, use "
            "`--source conll --path DIR` for CoNLL files on disk, or `--source embedded` for the corpus that ships"
        ) from error
    return convert(loaded, dataset, scheme, source)


def convert(loaded: Any, dataset: str, scheme: LabelScheme, source: str) -> dict[str, Split]:
    """A `datasets.DatasetDict` of tokens and tags (class ids or strings) as splits; `dataset` is its name there."""
    splits: dict[str, Split] = {}
    for hub_name, table in loaded.items():
        if hub_name not in _HUB_SPLITS:
            raise InputError(f"{dataset}: unexpected split {hub_name!r}")
        name = _HUB_SPLITS[hub_name]
        column = next((column for column in _TAG_COLUMNS if column in table.column_names), None)
        if column is None or "tokens" not in table.column_names:
            raise InputError(
                f"{dataset}/{hub_name}: expected columns 'tokens' and one of {', '.join(_TAG_COLUMNS)}, "
                f"found {', '.join(table.column_names)}"
            )
        names = getattr(getattr(table.features[column], "feature", None), "names", None)
        split = Split()
        digest = hashlib.sha256()
        rows = []
        for row, (words, raw) in enumerate(zip(table["tokens"], table[column], strict=True)):
            tags = [names[tag] for tag in raw] if names else [str(tag) for tag in raw]
            where = f"{dataset}/{hub_name} row {row}"
            if len(words) != len(tags):
                raise InputError(f"{where}: {len(words)} tokens, {len(tags)} tags")
            if not all(word.strip() for word in words):
                raise InputError(f"{where}: an empty token")
            digest.update("".join(f"{word}\t{tag}\n" for word, tag in zip(words, tags, strict=True)).encode() + b"\n")
            for tag in tags:
                match = TAG.fullmatch(tag)
                if match is None:
                    raise InputError(f"{where}: {tag!r} is not a BIO tag")
                if match["type"] is not None and not _is_known(match["type"], scheme):
                    raise InputError(
                        f"{where}: entity type {match['type']!r} has no mapping in label scheme {scheme.name!r}"
                    )
            if words:
                rows.append((words, tags))
        way = recognise([tags for _, tags in rows])
        changed = 0
        for words, tags in rows:
            tags, converted, invalid = convert_tags(tags, way)
            changed += converted
            split.repaired_tags += invalid
            add_sentence(split, words, tags, scheme, f"{name}-{len(split.documents):05d}", source)
        if not split.documents:
            raise InputError(f"{dataset}: the {hub_name} split holds no sentence")
        if not any(document.mentions for document in split.documents):
            raise InputError(f"{dataset}: the {hub_name} split holds no mention of a type of {scheme.name!r}")
        split.sha256 = digest.hexdigest()
        split.imported = ImportStats(NAME, changes={f"tags converted from {way}": changed} if changed else {})
        splits[name] = split
    missing = {"train", "dev", "test"} - splits.keys()
    if missing:
        raise InputError(f"{dataset}: no split {', '.join(sorted(missing))}")
    return splits


def _is_known(name: str, scheme: LabelScheme) -> bool:
    return name in scheme.types or name in scheme.mapping
