"""What was found in the files, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from itner.files.tagging import TaggedItem


def count_types(results: Sequence[TaggedItem], types: Sequence[str]) -> pd.DataFrame:
    """Mentions of each type, and how many different ones (case ignored)."""
    counts: Counter[str] = Counter()
    different: dict[str, set[str]] = {name: set() for name in types}
    for entry in results:
        for mention in entry.mentions:
            counts[mention.type] += 1
            different[mention.type].add(entry.item.text[mention.start : mention.end].casefold())
    return pd.DataFrame(
        {
            "type": list(types),
            "mentions": [counts[name] for name in types],
            "different": [len(different[name]) for name in types],
        }
    )


def top_mentions(results: Sequence[TaggedItem], most: int = 50) -> pd.DataFrame:
    """The most frequent mentions, case ignored and shown as most often written, with how many files hold them."""
    counts: Counter[tuple[str, str]] = Counter()
    spellings: dict[tuple[str, str], Counter[str]] = {}
    files: dict[tuple[str, str], set[str]] = {}
    for entry in results:
        for mention in entry.mentions:
            text = " ".join(entry.item.text[mention.start : mention.end].split())
            key = (mention.type, text.casefold())
            counts[key] += 1
            spellings.setdefault(key, Counter())[text] += 1
            files.setdefault(key, set()).add(entry.item.file)
    return pd.DataFrame.from_records(
        [
            {"text": spellings[key].most_common(1)[0][0], "type": key[0], "count": count, "files": len(files[key])}
            for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
        ],
        columns=["text", "type", "count", "files"],
    )


def count_files(results: Sequence[TaggedItem], types: Sequence[str]) -> pd.DataFrame:
    """One line a file: texts, characters, mentions of each type, mentions per 1,000 characters."""
    lines: dict[str, Counter[str]] = {}
    for entry in results:
        line = lines.setdefault(entry.item.file, Counter())
        line["texts"] += 1
        line["characters"] += len(entry.item.text)
        line["mentions"] += len(entry.mentions)
        line.update(mention.type for mention in entry.mentions)
    return pd.DataFrame.from_records(
        [
            {
                "file": file,
                "texts": line["texts"],
                "characters": line["characters"],
                "mentions": line["mentions"],
                "per 1,000 characters": 1000 * line["mentions"] / line["characters"],
                **{name: line[name] for name in types},
            }
            for file, line in lines.items()
        ]
    )
