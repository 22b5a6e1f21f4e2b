"""Variants of several runs timed in turns, each against a reference that shares the process and the minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from itner.benchmark.apart import measure_apart
from itner.benchmark.protocol import summarize_latency
from itner.core.types import Document
from itner.records.store import RunStore
from itner.records.study import InTurns
from itner.taggers.registry import kind_of


@dataclass(frozen=True)
class TurnSettings:
    """How often what is called.

    Attributes:
        calls, bulk_calls: timed in a round, of one window and of many; so many before them are not.
        length: word pieces of the one window.
        windows, short: how many are read at once, and word pieces of each.
        threads: None for all usable cores.
    """

    rounds: int = 8
    calls: int = 25
    bulk_calls: int = 8
    warmup: int = 3
    length: int = 128
    windows: int = 64
    short: int = 16
    threads: int | None = None


# A run's folder and one of its variants.
Entrant = tuple[Path, str]


def time_in_turns(
    reference: Entrant, others: Sequence[Entrant], documents: Sequence[Document], settings: TurnSettings
) -> list[tuple[InTurns, InTurns | None]]:
    """For each of the others one window and many, both beside the reference; what is opened must be there.

    The second is None where a kind reads one sequence after the other.

    Args:
        documents: what the windows are made of.
    """
    # A fresh process, because what a training leaves behind in this one would be timed as well.
    return measure_apart(_measure, reference, list(others), list(documents), settings)


def _measure(
    reference: Entrant, others: Sequence[Entrant], documents: Sequence[Document], settings: TurnSettings
) -> list[tuple[InTurns, InTurns | None]]:
    probes = []
    for folder, variant in (reference, *others):
        run = RunStore(folder.parent).load(folder.name)
        probes.append(kind_of(run).probe(run, variant, settings.threads))
    one = _in_turns(
        [probe.forward(settings.length, documents) for probe in probes], settings.calls, 1, settings.length, settings
    )
    batches = [probe.batch(settings.windows, settings.short, documents) for probe in probes if probe.batch is not None]
    if len(batches) < len(probes):
        return [(each, None) for each in one]
    many = _in_turns(batches, settings.bulk_calls, settings.windows, settings.short, settings)
    return list(zip(one, many, strict=True))


def _in_turns(
    called: Sequence[Callable[[], object]], calls: int, windows: int, length: int, settings: TurnSettings
) -> list[InTurns]:
    """The first one is the reference. The runtimes' idle threads do not spin, so they may share the process."""
    times: list[list[list[float]]] = [[] for _ in called]
    for round_number in range(settings.rounds):
        for turn in range(len(called)):
            # Each round begins with another one, so that none always runs after the same neighbour.
            number = (turn + round_number) % len(called)
            for _ in range(settings.warmup):
                called[number]()
            taken = []
            for _ in range(calls):
                started = time.perf_counter()
                called[number]()
                taken.append(time.perf_counter() - started)
            times[number].append(taken)
    reference, *others = map(summarize_latency, times)
    return [InTurns(windows, length, own, reference) for own in others]
