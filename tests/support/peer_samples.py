"""Measured peers that nobody measured, beside the synthetic runs."""

from __future__ import annotations

from typing import Any

from synthetic import HASH, PROVENANCE

from itner.records.peers import Peer, Peers, PeerScore, PeerTiming, PeerTrial, Timed
from itner.records.scores import Counts

OTHER_HASH = "cd" * 32


def peer(name: str = "spaCy NER", tp: int = 60, split_sha256: str = HASH) -> Peer:
    """A peer with `tp` of the 100 SOFTWARE mentions of `synthetic.eval_report`, on its dataset and split."""
    per_type = {"SOFTWARE": Counts(tp, 10, 100 - tp), "OS": Counts(5, 0, 5)}
    return Peer(
        name=name,
        library="spacy",
        version="3.8.18",
        about="A <b>CNN</b>, trained on the annotated text alone.",
        trained_on={"combined": HASH},
        model_sha256=OTHER_HASH,
        size_mib=4.5,
        trials=(
            PeerTrial("one model", {"stackoverflow": 0.7}, True),
            PeerTrial("two models", {"stackoverflow": 0.6}, False),
        ),
        scores=(PeerScore("stackoverflow", "test", split_sha256, per_type),),
    )


def timing(run: str = "good", variant: str = "int8") -> PeerTiming:
    """A run of 3,000, 4,000 and 5,000 tokens a second beside a peer of 1,500, 1,000 and 2,500."""
    return PeerTiming(
        datasets=("stackoverflow",),
        split="dev",
        documents=50,
        tokens=500,
        passes=3,
        timed=(
            Timed("spaCy NER", None, OTHER_HASH, "batch_size 256", (1500.0, 1000.0, 2500.0)),
            Timed(run, variant, HASH, "", (3000.0, 4000.0, 5000.0)),
        ),
        provenance=PROVENANCE,
    )


def peers(timed: bool = True, **options: Any) -> Peers:
    """The file with one peer; `options` are those of `peer`."""
    return Peers((peer(**options),), timing() if timed else None, PROVENANCE)
