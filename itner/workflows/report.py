"""Write a comparison as one page that can be passed on."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from itner.core.errors import InputError
from itner.core.words import listed
from itner.data.processed import read_stats
from itner.domains.registry import get_domain
from itner.records.dataset import DataStats
from itner.records.prices import read_prices
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.reporting.advice import Limits
from itner.reporting.report import Report, build_report
from itner.reporting.rows import list_datasets
from itner.taggers.registry import VARIANTS


def report_on(
    place: Workspace,
    domain: str,
    dataset: str | None = None,
    split: str = "test",
    runs: Sequence[str] = (),
    variants: Sequence[str] = (),
    limits: Limits | None = None,
    weights: Mapping[str, float] = MappingProxyType({}),
) -> Report:
    """What the pages say of a comparison.

    Args:
        dataset: None for the one on which most was scored.
        runs: that are compared; all of the domain where none is named.
        variants: likewise.
        limits: of the deployment that is asked about; None for none.
        weights: of types of the domain, for what is advised.
    Raises:
        InputError: a run is not there or of another domain, or none was scored on the split.
    """
    store = RunStore(place.models)
    chosen, broken = ([store.load(name) for name in dict.fromkeys(runs)], []) if runs else store.load_all()
    if foreign := [run.name for run in chosen if run.info.domain != domain and runs]:
        raise InputError(f"no run of the domain {domain!r}: {listed(foreign)}; name the domain with --domain")
    chosen = [run for run in chosen if run.info.domain == domain]
    if not chosen:
        unusable = f"; folders that cannot be used: {listed(run.name for run in broken)}" if broken else ""
        raise InputError(
            f"there is no run of the domain {domain!r}; make one with `itner train` or `itner rules`{unusable}"
        )
    if strange := [name for name in variants if name not in VARIANTS]:
        raise InputError(f"no kind of tagger has a variant {strange[0]!r}; there are {', '.join(VARIANTS)}")
    datasets = list_datasets(chosen, split)
    if dataset is None and not datasets:
        raise InputError(
            f"none of these runs was scored on any {split} split; run "
            f"`itner evaluate {chosen[0].name} --dataset DATASET --split {split}`"
        )
    name = dataset if dataset is not None else datasets[0]
    asked = limits or Limits()
    known = get_domain(domain).scheme.types
    if strange := [name for name in weights if name not in known]:
        raise InputError(f"{strange[0]!r} is no type of the domain {domain!r}, which has {listed(known)}")
    if not any(weights.get(name, 1.0) for name in known):
        raise InputError("no type weighs anything, so nothing can be advised; leave one above 0")
    command = command_of(domain, name, split, runs, variants, asked, weights)
    stats, prices = find_stats(name, place), read_prices(place)
    made = build_report(chosen, name, split, asked, command, stats, variants, weights, prices)
    return replace(made, left_out={run.name: run.reason for run in broken})


def find_stats(dataset: str, place: Workspace) -> DataStats | None:
    """What is known of a dataset; None where it is not prepared here."""
    try:
        return read_stats(dataset, place)
    except InputError:
        return None


def command_of(
    domain: str,
    dataset: str,
    split: str,
    runs: Sequence[str],
    variants: Sequence[str],
    limits: Limits,
    weights: Mapping[str, float],
) -> str:
    """The command line that makes a report; it names no folder, for the report may leave this machine."""
    numbers = {
        "--max-ms": limits.max_ms,
        "--max-mb": limits.max_mb,
        "--min-f1": limits.min_f1,
        "--min-recall": limits.min_recall,
    }
    words = [
        "itner", "report", "--domain", domain, "--dataset", dataset, "--split", split,
        *(word for name in runs for word in ("--run", name)),
        *(word for name in variants for word in ("--variant", name)),
        *(word for option, value in numbers.items() if value is not None for word in (option, f"{value:g}")),
        *(["--quantile", limits.quantile] if limits.quantile != "p95" else []),
        *(word for name, weight in weights.items() for word in ("--weight", f"{name}={weight:g}")),
        "--output", "report.html",
    ]  # fmt: skip
    return shlex.join(words)
