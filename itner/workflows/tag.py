"""Tagging files, and writing what was found."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.types import Tagger
from itner.core.words import listed
from itner.domains.registry import default_domain, get_domain
from itner.files.items import DEFAULTS, FileNotice, ReadResult, Settings
from itner.files.tagging import Origin, above, tag_items
from itner.files.writers import write_zip
from itner.records.files import replacing
from itner.records.store import RunStore, is_complete
from itner.records.workspace import Workspace
from itner.reporting.answers import list_losses
from itner.taggers.base import Accountable
from itner.taggers.registry import check_guideline, kind_of
from itner.taggers.rules.tagger import RulesTagger
from itner.workflows.inputs import read_paths
from itner.workflows.open import open_tagger


@dataclass(frozen=True)
class Chosen:
    """A tagger, and which it is.

    Attributes:
        what: it is, in words.
        guideline: by which it is to read.
        run: whose tagger it is, as `variant`; None for rules without a run.
        domain: whose types it marks; None where nobody asks.
    """

    tagger: Tagger
    what: str
    guideline: str | None = None
    run: str | None = None
    variant: str | None = None
    domain: str | None = None


def choose_tagger(
    name: str | None,
    variant: str | None,
    guideline: str | None,
    place: Workspace,
    progress: Progress = silent,
    domain_name: str | None = None,
    default: str | None = None,
) -> Chosen:
    """The run that was asked for; without a name the default run, or the domain's rules where that is not here.

    The rules need nothing but this package. `what` says which it is, so that nobody takes one for the other.

    Args:
        guideline: the annotation guideline by which the texts are read; None leaves the choice to the run.
        domain_name: whose default is meant, and of which a run is to be; None for the domain that is meant where none
            is named, and any run.
        default: the run that is meant where none is named; None for the one of the domain's release.
    Raises:
        InputError: there is no such run, or it is of another domain.
    """
    domain = get_domain(domain_name or default_domain())
    default = default or (domain.release.default if domain.release is not None else None)
    unnamed = name is None
    if default is not None and unnamed and is_complete(place.models / default):
        name = default
    if name is not None:
        run = RunStore(place.models).load(name)
        if domain_name is not None and run.info.domain != domain_name:
            raise InputError(
                f"the run {name!r} is of the domain {run.info.domain!r}, and {domain_name!r} is asked for; "
                f"runs of that are {_list_runs(place, domain_name)}"
            )
        check_guideline(run, guideline)
        what = f"run {name}" + (", the default" if unnamed else "")
        if guideline is not None:
            what += f", by the guideline of {guideline}"
        variant = variant or kind_of(run).live[0]
        return Chosen(open_tagger(name, variant, place, progress), what, guideline, name, variant, run.info.domain)
    if variant is not None or guideline is not None:
        option = "--variant" if variant is not None else "--guideline"
        raise InputError(f"{option} needs --run: where there is no run, the rules tag")
    where = f"there is no run {default} under {place.models}" if default is not None else "there is no run"
    what = f"the rules of domain {domain.name!r}, because {where}; choose a run with --run"
    return Chosen(RulesTagger(domain), what, domain=domain.name)


def _list_runs(place: Workspace, domain_name: str) -> str:
    runs, broken = RunStore(place.models).load_all()
    known = ", ".join(run.name for run in runs if run.info.domain == domain_name) or "none here"
    return known + (f"; folders that cannot be used: {listed(run.name for run in broken)}" if broken else "")


def tag_files(
    read: ReadResult,
    chosen: Chosen,
    output: Path,
    formats: Sequence[str] = ("JSONL",),
    threshold: float = 0.0,
    progress: Progress = silent,
) -> int:
    """Tag what `read_files` read, and write the results into the zip `output`.

    Returns:
        how many mentions have no score, which no threshold leaves out.
    """
    origin = Origin(chosen.run or f"rules of {chosen.domain}", chosen.variant, threshold, datetime.now(UTC))
    tagged = tag_items(
        read.items,
        chosen.tagger,
        lambda done, total: progress("tagging", done / total),
        lambda: False,
        chosen.guideline,
    )
    with replacing(output) as file:
        personal = get_domain(chosen.domain).personal if chosen.domain is not None else ()
        write_zip(above(tagged, threshold), formats, file, personal, origin)
    return sum(mention.score is None for entry in tagged for mention in entry.mentions)


def list_notices(chosen: Chosen) -> list[FileNotice]:
    """What the tagger could not mark of the texts that it was given."""
    if not isinstance(chosen.tagger, Accountable):
        return []
    return [FileNotice(chosen.what, clause) for clause in list_losses(chosen.tagger.account())]


def read_files(paths: Sequence[Path], output: Path, settings: Settings = DEFAULTS) -> ReadResult:
    """The texts of files, folders and patterns that are to be tagged into `output`.

    Raises:
        InputError: when there is nothing to tag, or `output` cannot be written.
    """
    for path in paths:
        if output.exists() and path.is_file() and path.samefile(output):
            raise InputError("this file is to be tagged; write the results elsewhere (--output)", path=output)
    if not output.parent.is_dir():
        raise InputError("no such folder", path=output.parent)
    if output.is_dir():
        raise InputError("this is a folder; name the zip to write", path=output)
    # What is no file, such as a device, may have no end.
    if output.exists() and not (output.is_file() and zipfile.is_zipfile(output)):
        raise InputError("this is there, and no zip that could be replaced; choose another --output", path=output)
    return read_paths(paths, settings, but=output)
