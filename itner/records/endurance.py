"""What attacks on the product and long use of it came to: `assets/hostile.json` and `assets/soak.json`."""

from __future__ import annotations

from typing import Literal

from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, NonNegative, Positive, PositiveAmount, Words


@dataclass(frozen=True, config=STRICT)
class Killed:
    """A workflow that was killed before its file operations, each in turn, and called again.

    Attributes:
        operations: that it has.
        tried: of them.
        wrong: after which the next call came to anything else than undisturbed, or left something behind.
    """

    workflow: Words
    operations: Positive
    tried: Positive
    wrong: NonNegative


@dataclass(frozen=True, config=STRICT)
class FullDisk:
    """A workflow on a disk with so little room, and again with room.

    Attributes:
        tried: sizes of what was left of the disk.
        full: times that it ended because of that, which it said.
        wrong: times that it ended otherwise, or that the next call came to anything else.
    """

    workflow: Words
    tried: Positive
    full: NonNegative
    wrong: NonNegative


@dataclass(frozen=True, config=STRICT)
class Folders:
    """Damaged copies of run folders on every page.

    Attributes:
        damaged: how many.
        cards: that are a card with a reason.
        pages: that were drawn.
        crashes: pages that failed, or took longer than `longest_s`.
    """

    damaged: Positive
    cards: NonNegative
    pages: Positive
    crashes: NonNegative
    longest_s: PositiveAmount


@dataclass(frozen=True, config=STRICT)
class Writers:
    """Processes that write into the same records at once.

    Attributes:
        rounds: of so many `writers` each.
        entries: that were written: metrics and errors of evaluations, and datasets.
        lost: of them.
    """

    rounds: Positive
    writers: Positive
    entries: Positive
    lost: NonNegative


@dataclass(frozen=True, config=STRICT)
class Captured:
    """What was watched by the system itself (`strace`), and to how many addresses it sent or tried to connect.

    Attributes:
        calls: to the system that were looked at: connections and messages of any kind.
        attempts: of them, to addresses of a network.
    """

    what: Words
    calls: NonNegative
    attempts: NonNegative


@dataclass(frozen=True, config=STRICT)
class HostileReport:
    """What an attack came to (`python -m tools.hostile`); `captured` is empty where there is no `strace`."""

    killed: tuple[Killed, ...]
    full_disks: tuple[FullDisk, ...]
    folders: Folders
    writers: Writers
    captured: tuple[Captured, ...]
    provenance: Provenance
    schema_version: Literal[2] = 2


@dataclass(frozen=True, config=STRICT)
class SoakReport:
    """Many sessions of a dashboard that tag at once, over and over, and one that tags a long file meanwhile.

    Attributes:
        sessions: in one browser, which shares the machine with the server.
        operations: sentences that were tagged, each by three models.
        p50_s, p95_s, slowest_s: from the key to the highlights.
        memory_first_mib, memory_last_mib: of the server, after the first tenth of the rounds and after the last.
        beside_p95_s: of the sentences that were tagged while the long file was.
        file_s: that the file took.
    """

    browser: Words
    sessions: Positive
    operations: Positive
    p50_s: PositiveAmount
    p95_s: PositiveAmount
    slowest_s: PositiveAmount
    memory_first_mib: PositiveAmount
    memory_last_mib: PositiveAmount
    beside_p95_s: PositiveAmount
    file_s: PositiveAmount
    provenance: Provenance
    schema_version: Literal[1] = 1
