"""Harvesting: texts from files, dumps and the hub into a folder of shards, which the data engine labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.core.words import listed
from itner.files.items import FileNotice
from itner.records.codec import to_json
from itner.records.engine import HarvestReport, HarvestSettings
from itner.records.files import filling, write_atomic

if TYPE_CHECKING:
    from itner.labelling.harvest import Tally
    from itner.labelling.raw_sources import Item, Source

_PACKAGES = ("pyarrow", "lxml", "mwparserfromhell", "py3langid")
_SAID_EVERY = 1_000


def harvest(
    sources: Sequence[str],
    output: Path,
    settings: HarvestSettings,
    progress: Progress = silent,
    tell: Callable[[FileNotice], None] = lambda _: None,
) -> HarvestReport:
    """Write the texts of the sources into a new folder of shards, with a report beside them; all or nothing.

    Args:
        sources: files, folders, patterns, and `hub:NAME` for datasets of the hub.
        output: a folder that does not exist, or is empty.
        tell: hears of files that are damaged.
    Raises:
        InputError: a source names nothing, the folder is taken, a setting makes no sense, or no text is left.
    """
    _check_packages()
    from itner.labelling.harvest import Languages, Tally, choose_texts, find_boilerplate
    from itner.labelling.raw_sources import list_sources, read_sources
    from itner.labelling.shards import REPORT, TEXTS, write_shards

    if settings.shortest > settings.longest:
        raise InputError(f"the shortest text, {settings.shortest:,}, is longer than the longest, {settings.longest:,}")
    found = list_sources(sources)
    languages = Languages(settings.least_sure)
    _check_languages(settings.languages, languages.codes)
    with filling(output) as hidden:
        boilerplate: frozenset[bytes] = frozenset()
        if settings.boilerplate:
            items = _watch(read_sources(found, settings.text_key), "looking for boilerplate", progress)
            boilerplate = find_boilerplate(items, settings)
        tally = Tally()
        texts = choose_texts(
            _watch(read_sources(found, settings.text_key), "harvesting", progress),
            settings,
            boilerplate,
            languages.guess,
            tally,
            lambda item: tell(FileNotice(item.source, "damaged, or cut off: what stands before that is read")),
        )
        write_shards(texts, hidden, TEXTS)
        if not tally.kept:
            raise InputError(f"no text is left: {_list_reasons(tally)}")
        report = _report(tally, found, settings)
        write_atomic(hidden / REPORT, to_json(report))
    return report


def _watch(items: Iterable[Item], doing: str, progress: Progress) -> Iterator[Item]:
    for number, item in enumerate(items):
        if number % _SAID_EVERY == 0:
            progress(f"{doing}: {number:,} texts read", 0.0)
        yield item


def _report(tally: Tally, sources: Sequence[Source], settings: HarvestSettings) -> HarvestReport:
    return HarvestReport(
        read=tally.read,
        kept=tally.kept,
        left_out=dict(tally.left_out.most_common()),
        files_left_out=dict(tally.files_left_out.most_common()),
        unread=tally.unread,
        lines_removed=tally.lines_removed,
        languages=dict(tally.languages.most_common()),
        sources={f"{source.number} {source.name}": tally.sources[source.number] for source in sources},
        settings=settings,
        provenance=collect_provenance(),
    )


def _list_reasons(tally: Tally) -> str:
    texts = [f"{count:,} {reason}" for reason, count in tally.left_out.most_common()]
    files = [f"{count:,} {reason} (files)" for reason, count in tally.files_left_out.most_common()]
    return listed(texts + files) or "there was none"


def _check_languages(asked: Sequence[str], known: frozenset[str]) -> None:
    unknown = [code for code in asked if code not in known]
    if unknown:
        raise InputError(f"{listed(unknown)}: no language that can be told; these can: {', '.join(sorted(known))}")


def _check_packages() -> None:
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise InputError(f"this needs {listed(missing)}, not installed here; `pip install 'itner[llm]'`")
