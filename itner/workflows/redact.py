"""Redacting files: what a tagger finds in them is replaced, and the files stay what they are."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.types import Mention
from itner.domains.registry import Domain, get_domain, list_domains
from itner.files.items import FileNotice
from itner.files.limits import MAX_FILES
from itner.files.redaction import redact_files
from itner.files.redactor import METHODS, Method, Plan
from itner.files.tagging import find_mentions
from itner.records.files import hidden_folder, is_full, replacing, sweep
from itner.records.store import Run, RunStore
from itner.records.workspace import Workspace
from itner.reporting.recall import Wish, choose_threshold
from itner.taggers.base import Adjustable
from itner.workflows.inputs import collect
from itner.workflows.tag import Chosen

# What the folder that is filled is called, hidden, in one that is there.
_FILES = "files"
# Of a file, in bytes; labels can make one longer than any file may be called.
_LONGEST_NAME = 180
# A share of work that is not said to be done before it is.
_NEARLY = 0.99


@dataclass(frozen=True)
class Redaction:
    """What became of files.

    Attributes:
        counts: replacements of each type, in all files.
        problems: files that could not be redacted, and why, and what is left out of those that were.
        notes: what was not looked into.
        files: written.
    """

    counts: dict[str, int]
    problems: tuple[FileNotice, ...]
    notes: tuple[FileNotice, ...]
    files: tuple[Path, ...]


def personal_domain() -> Domain:
    """The first domain whose types point at persons; InputError where there is none."""
    domains = [domain for domain in list_domains() if domain.personal]
    if not domains:
        raise InputError("no domain here has types that point at a person; name the run that tags with --run")
    return domains[0]


def hides_all_personal(domain: Domain, plan: Plan) -> bool:
    """Whether a plan hides every type that points at a person, which a share of what is personal is a share of."""
    return bool(domain.personal) and domain.personal <= plan.methods.keys()


def aim_at(chosen: Chosen, share: float, plan: Plan, place: Workspace) -> Chosen:
    """The tagger at the threshold that `choose_threshold` gives.

    Raises:
        InputError: it has no threshold, none was measured or hides as much, or the plan leaves personal types alone.
    """
    if chosen.run is None or chosen.variant is None or not isinstance(chosen.tagger, Adjustable):
        raise InputError(f"a share to hide can be asked of a trained run, not of {chosen.what}")
    wish = find_threshold(RunStore(place.models).load(chosen.run), chosen.variant, share, plan)
    what = f"{chosen.what}, at threshold {wish.threshold:g}: {wish.told}"
    return replace(chosen, tagger=chosen.tagger.at(wish.threshold), what=what)


def find_threshold(run: Run, variant: str, share: float, plan: Plan) -> Wish:
    """See `choose_threshold`; InputError as well where the plan leaves personal types alone."""
    wish = choose_threshold(run, variant, share)
    domain = get_domain(run.info.domain)
    if not hides_all_personal(domain, plan):
        raise InputError(f"a share is one of all that is personal; hide all of {', '.join(sorted(domain.personal))}")
    return wish


def make_plan(
    domain: Domain,
    method: Method,
    types: Sequence[str] | None = None,
    methods: Mapping[str, Method] | None = None,
    key: bytes | None = None,
) -> Plan:
    """How a domain's mentions are replaced.

    Args:
        method: of all types that no other method is given for.
        types: those that are hidden; none for those that point at a person, or for all where none does.
        methods: of single types.
        key: None for one that nobody knows, so that no call gives the same hashes and pseudonyms again.
    """
    chosen = tuple(types or ()) or tuple(t for t in domain.scheme.types if t in domain.personal) or domain.scheme.types
    wanted = dict.fromkeys(chosen, method) | dict(methods or {})
    for name, how in wanted.items():
        if name not in domain.scheme.types:
            raise InputError(f"{name} is none of the domain's types {', '.join(domain.scheme.types)}")
        if how not in METHODS:
            raise InputError(f"{how} is none of the methods {', '.join(METHODS)}")
        if how == "pseudonym" and domain.pseudonym is None:
            raise InputError(f"the domain {domain.name!r} has no pseudonyms; choose mask, label or hash")
    ordered = {name: wanted[name] for name in domain.scheme.types if name in wanted}
    return Plan(ordered, pseudonym=domain.pseudonym) if key is None else Plan(ordered, key, domain.pseudonym)


def redact(
    paths: Sequence[Path],
    output: Path,
    chosen: Chosen,
    plan: Plan,
    threshold: float = 0.0,
    mapping: Path | None = None,
    progress: Progress = silent,
) -> Redaction:
    """Write files without what the tagger finds in them into the folder `output`, which is made.

    Args:
        threshold: mentions that are less certain stay.
        mapping: a file for what replaced what, which only its owner may read; None for none.
    Raises:
        InputError: `output` or `mapping` cannot be made, or nothing could be redacted; nothing is written then.
    """
    place = check_places(output, mapping)
    inputs = collect(paths)
    # One more is collected than is read, which tells that there are more.
    uploads, more = inputs.uploads[:MAX_FILES], inputs.uploads[MAX_FILES:]
    # Texts come file by file; bytes and characters are not the same, but nearly as many.
    total = sum(len(upload.data) for upload in uploads) + 1
    read = 0

    def find(texts: Sequence[str]) -> list[tuple[Mention, ...]]:
        nonlocal read
        before = read
        found = find_mentions(
            texts,
            chosen.tagger,
            threshold,
            lambda done, of: progress("tagging", min((before + done) / total, _NEARLY)),
        )
        read += sum(map(len, texts))
        return found

    done, failed, redactor = redact_files(uploads, plan, find)
    progress("tagging", 1.0)
    problems = (
        *inputs.problems,
        *(
            FileNotice(each.name, f"more than {MAX_FILES} files; this one and all after it are left out")
            for each in more
        ),
        *(FileNotice(name, reason) for name, reason in failed.items()),
        *(FileNotice(file.upload.name, what) for file in done for what in file.left_out),
    )
    if not done:
        raise InputError("; ".join(f"{problem.file}: {problem.reason}" for problem in problems) or "nothing to redact")
    names = tell_apart([file.upload.name for file in done])
    # All of it or nothing: what is half written bears another name.
    try:
        with hidden_folder(place / _FILES if place.exists() else place) as build:
            for name, file in zip(names, done, strict=True):
                path = build / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.upload.data)
            if mapping is None:
                _take_place(build, place)
            else:
                # For its owner alone; it is written first, and gets its name when the files have theirs.
                with replacing(mapping, 0o600) as said:
                    pairs = {name: list(pair) for name, pair in redactor.mapping.items()}
                    said.write(json.dumps(pairs, ensure_ascii=False, indent=1).encode() + b"\n")
                    _take_place(build, place)
    except OSError as error:
        if is_full(error):
            raise
        raise InputError(f"nothing could be written there ({error.strerror})", path=output) from None
    written = [output / name for name in names]
    counts = Counter[str]()
    for file in done:
        counts.update(file.counts)
    notes = (*inputs.notes, *(FileNotice(file.upload.name, note) for file in done for note in file.notes))
    return Redaction(dict(sorted(counts.items())), problems, notes, tuple(written))


def check_places(output: Path, mapping: Path | None) -> Path:
    """Where the folder is to be; InputError when it or the file of the mapping cannot be made there."""
    # Wherever links lead, and with a name of its own where "." was given.
    place = output.resolve()
    if place.is_dir():
        # What a call that was killed left there.
        sweep(place / _FILES)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise InputError("this is there already; choose another place", path=output)
    if not place.parent.is_dir():
        raise InputError("no such folder", path=output.parent)
    if not os.access(place if place.exists() else place.parent, os.W_OK):
        raise InputError("nothing can be written there; choose another place", path=output)
    if mapping is None:
        return place
    wanted = mapping.parent.resolve() / mapping.name
    if os.path.lexists(wanted) and wanted != place:
        raise InputError("this is there already; choose another place", path=mapping)
    if place in (wanted, *wanted.parents):
        # It says what was hidden, and the folder is made to be given away.
        raise InputError("this is the folder of the files, or in it; choose another place", path=mapping)
    if not wanted.parent.is_dir():
        raise InputError("no such folder", path=mapping.parent)
    if not os.access(wanted.parent, os.W_OK):
        raise InputError("nothing can be written there; choose another place", path=mapping)
    return place


def _take_place(build: Path, place: Path) -> None:
    """Give a folder its name, or what is in it the place in an empty one that is there; OSError when neither can be."""
    if not place.exists():
        os.replace(build, place)
        return
    moved: list[tuple[Path, Path]] = []
    try:
        for path in sorted(build.iterdir()):
            os.rename(path, place / path.name)
            moved.append((path, place / path.name))
    except OSError:
        for old, new in moved:
            os.rename(new, old)
        raise


def tell_apart(names: Sequence[str]) -> list[str]:
    """The names, with a number where redaction has made two the same; none leads out of the folder or is too long."""
    used: set[str] = set()
    made = []
    for name in names:
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        folder, last = "/".join(parts[:-1]), parts[-1] if parts else "file"
        stem, dot, suffix = last.rpartition(".")
        stem, dot, suffix = (stem, dot, suffix) if stem else (last, "", "")
        stem = stem.encode()[:_LONGEST_NAME].decode(errors="ignore")
        chosen, number = f"{stem}{dot}{suffix}", 1
        while f"{folder}/{chosen}".casefold() in used:
            number += 1
            chosen = f"{stem}-{number}{dot}{suffix}"
        used.add(f"{folder}/{chosen}".casefold())
        made.append(f"{folder}/{chosen}" if folder else chosen)
    return made
