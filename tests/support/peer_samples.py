"""Measured peers that nobody measured, beside the synthetic runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from synthetic import HASH, PROVENANCE, deploy, write_run

from itner.domains.registry import get_domain
from itner.records.codec import to_json
from itner.records.evaluation import Metrics
from itner.records.peers import Peer, Peers, PeerScore, PeerTiming, PeerTrial, Timed
from itner.records.scores import Counts, MaskedCharacters
from itner.records.store import ERRORS, METRICS, RUN, RunStore

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


def personal_peers(timed: bool = True) -> Peers:
    """The file of personal data: names as well as `write_personal_run` has them, cities not at all."""
    per_type = {"PERSON_NAME": Counts(60, 10, 40), "CITY": Counts(0, 0, 10)}
    masking = MaskedCharacters(personal=1000, left=400, harmless=4000, masked=200)
    found = replace(peer("Presidio"), scores=(PeerScore("personal", "test", HASH, per_type, masking),))
    took_turns = (Timed("Presidio", None, OTHER_HASH, "", (1000.0,)), Timed("private", "int8", HASH, "", (3000.0,)))
    return Peers((found,), replace(timing(), timed=took_turns) if timed else None, PROVENANCE)


def write_personal_run(root: Path, name: str = "private") -> Path:
    """`write_run` for personal data: 90 of 100 names, 5 of 10 cities, and what redaction would leave and hide."""
    folder = write_run(root, name)
    deploy(folder)
    run = RunStore(root).load(name)
    scheme = get_domain("pii").scheme
    info = replace(run.info, domain="pii", scheme=scheme.name, labels=scheme.labels)  # type: ignore[call-arg]
    per_type = {kind: Counts() for kind in scheme.types}
    per_type |= {"PERSON_NAME": Counts(90, 10, 10), "CITY": Counts(5, 0, 5)}
    masking = MaskedCharacters(personal=1000, left=100, harmless=4000, masked=40)
    reports = tuple(
        replace(report, dataset="personal", per_type=per_type, masking=masking) for report in run.metrics.reports
    )
    (folder / RUN).write_text(to_json(info), encoding="utf-8")
    (folder / METRICS).write_text(to_json(Metrics(reports)), encoding="utf-8")
    (folder / ERRORS).unlink()
    return folder
