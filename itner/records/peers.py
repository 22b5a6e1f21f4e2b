"""Other libraries measured on the same data: what they are, how they score, how fast they are beside our runs."""

from __future__ import annotations

import statistics
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Positive, Sha256
from itner.records.scores import Counts, MaskedCharacters

# More than nothing.
Quantity = Annotated[float, Field(gt=0)]
# What stands in sentences and figures of pages, where a sign could mean something.
Plain = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,63}$")]


@dataclass(frozen=True, config=STRICT)
class PeerScore:
    """What a peer got right and wrong on a dataset split, by type; strict, on our tokens.

    `masking` is what redaction by what it finds would leave and hide; None where the domain has no personal types.
    """

    dataset: str
    split: str
    split_sha256: Sha256
    per_type: dict[str, Counts]
    masking: MaskedCharacters | None = None

    @property
    def micro(self) -> Counts:
        """Counts over all types."""
        return sum(self.per_type.values(), Counts())


@dataclass(frozen=True, config=STRICT)
class PeerTrial:
    """What was tried on dev (in words), its micro-F1 there by dataset, and whether it was kept."""

    what: str
    dev_f1: dict[str, float]
    kept: bool


@dataclass(frozen=True, config=STRICT)
class Peer:
    """Another library's tagger.

    `about` says what was measured and what was not given to it, in sentences. `trained_on` maps each dataset that it
    learned from to the hash of its train split; empty where it was not trained. `size_mib` is what has to be deployed
    beside the program, all models together; `model_sha256` is of these files.
    """

    name: Plain
    library: Plain
    version: Plain
    about: str
    trained_on: dict[str, Sha256]
    model_sha256: Sha256
    size_mib: Quantity
    trials: tuple[PeerTrial, ...]
    scores: tuple[PeerScore, ...]

    def score(self, dataset: str, split: str) -> PeerScore | None:
        """The score on a dataset split, None where it was not scored."""
        return next((score for score in self.scores if (score.dataset, score.split) == (dataset, split)), None)


@dataclass(frozen=True, config=STRICT)
class Timed:
    """Throughput of a peer (`variant` is None), or of a run of ours beside it, round by round, in tokens a second.

    `setting` is the fastest of those that were tried, in the library's own terms; empty where there is none to choose.
    """

    name: Plain
    variant: str | None
    model_sha256: Sha256
    setting: str
    round_tokens_per_s: Annotated[tuple[Quantity, ...], Field(min_length=1)]

    @property
    def tokens_per_s(self) -> float:
        """Median over the rounds."""
        return statistics.median(self.round_tokens_per_s)

    def ratio(self, other: Timed) -> float:
        """How many times as fast as another this is: the median over the rounds, in each of which both had a turn."""
        pairs = zip(self.round_tokens_per_s, other.round_tokens_per_s, strict=True)
        return statistics.median(own / others for own, others in pairs)


@dataclass(frozen=True, config=STRICT)
class PeerTiming:
    """Peers and runs that took turns on one machine, each in a process of its own with its library's own threads.

    In each round each reads the sentences `passes` times, and the median counts; `datasets` are those whose `split`
    the sentences are from.
    """

    datasets: tuple[str, ...]
    split: str
    documents: Positive
    tokens: Positive
    passes: Positive
    timed: tuple[Timed, ...]
    provenance: Provenance

    def __post_init__(self) -> None:
        if len({len(timed.round_tokens_per_s) for timed in self.timed}) > 1:
            raise ValueError("timed must all have as many rounds, because they took turns")


@dataclass(frozen=True, config=STRICT)
class Peers:
    """The peers of a domain, a file under `data/`; without `timing`, speed was not measured."""

    peers: tuple[Peer, ...]
    timing: PeerTiming | None
    provenance: Provenance
    schema_version: Literal[1] = 1

    def timed(self, peer: Peer) -> Timed | None:
        """The speed of a peer, None where what was timed is not what was scored."""
        for timed in self.timing.timed if self.timing is not None else ():
            if timed.variant is None and (timed.name, timed.model_sha256) == (peer.name, peer.model_sha256):
                return timed
        return None

    def timed_run(self, run: str, variant: str, model_sha256: str) -> Timed | None:
        """The speed of a run's variant, None where it, or these weights of it, had no turn."""
        for timed in self.timing.timed if self.timing is not None else ():
            if (timed.name, timed.variant, timed.model_sha256) == (run, variant, model_sha256):
                return timed
        return None
