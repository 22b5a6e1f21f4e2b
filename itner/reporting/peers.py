"""Other libraries beside our runs: rows, and who is faster or better by how much, from `data/peers.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itner.records.files import read_record
from itner.records.peers import Peer, Peers, Timed
from itner.records.scores import Counts
from itner.records.store import Run
from itner.records.workspace import Workspace
from itner.reporting.rows import MISSING, Row, mebibytes

PEERS = "peers.json"
# Nearer than this, two rates are one (rounds on one machine differ by more), and two scores print alike.
_SAME_RATE, _SAME_F1 = 0.05, 0.0005


def read_peers(place: Workspace) -> Peers | None:
    """The measured peers, None where nobody measured any; InputError when the file is damaged."""
    peers: Peers | None = read_record(place.corpus(PEERS), Peers, "measure them again: `python -m tools.peers`")
    return peers


@dataclass(frozen=True)
class PeerRow:
    """A peer, or a run of ours that took turns with it (`row`); what was not measured is None."""

    label: str
    peer: Peer | None
    row: Row | None
    per_type: dict[str, Counts] | None
    size_mib: float | None
    timed: Timed | None

    @property
    def micro(self) -> Counts | None:
        """Counts over all types."""
        return sum(self.per_type.values(), Counts()) if self.per_type is not None else None


def list_peer_rows(peers: Peers, runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str) -> list[PeerRow]:
    """The runs timed beside the peers, the best first, then the peers as they stand in the file.

    Args:
        rows: those of `runs` on the dataset split. A peer's score counts where it is of the same sentences as theirs.
    """
    weights = {run.name: run.info.model_sha256 for run in runs}
    beside = []
    for row in rows:
        timed = peers.timed_run(row.run, row.variant, weights[row.run])
        if timed is not None:
            per_type = row.report.per_type if row.report else None
            beside.append(PeerRow(row.label, None, row, per_type, row.size_mib, timed))
    beside.sort(key=lambda found: -(found.micro.f1 if found.micro else 0.0))
    texts = {row.report.split_sha256 for row in rows if row.report}
    others = []
    for peer in peers.peers:
        score = peer.score(dataset, split)
        per_type = score.per_type if score is not None and score.split_sha256 in texts else None
        others.append(PeerRow(peer.name, peer, None, per_type, peer.size_mib, peers.timed(peer)))
    return beside + others


def peers_in_words(rows: Sequence[PeerRow]) -> list[str]:
    """A sentence for each run timed beside the peers: how much better and faster than each of them it is."""
    found = []
    for own in rows:
        if own.row is None:
            continue
        parts = [_compare(own, other) for other in rows if other.peer is not None]
        if parts:
            score = f" (micro-F1 {own.micro.f1:.3f})" if own.micro is not None else ""
            found.append(f"{own.label}{score}: {'; '.join(parts)}.")
    return found


def _compare(own: PeerRow, other: PeerRow) -> str:
    quality = None
    if own.micro is not None and other.micro is not None:
        gap = own.micro.f1 - other.micro.f1
        verdict = f"{abs(gap):.3f} {'better' if gap > 0 else 'worse'} than"
        quality = f"{verdict if abs(gap) >= _SAME_F1 else 'as good as'} {other.label} ({other.micro.f1:.3f})"
    if own.timed is None or other.timed is None:
        return f"{quality or f'not compared with {other.label}'}, whose speed was not measured"
    ratio = own.timed.ratio(other.timed)
    if ratio < 1 - _SAME_RATE:
        faster = f"is {1 / ratio:.1f} times as fast"
        return f"{quality}, which {faster}" if quality else f"{other.label} {faster}"
    faster = f"{ratio:.1f} times as fast" if ratio > 1 + _SAME_RATE else "as fast"
    return f"{quality} and {faster}" if quality else f"{faster} as {other.label}"


def timing_in_words(peers: Peers) -> str:
    """How speed was measured, and where."""
    timing = peers.timing
    if timing is None:
        return "Their speed was not measured."
    machine = timing.provenance.machine
    rounds = len(timing.timed[0].round_tokens_per_s) if timing.timed else 0
    return (
        f"Speed: {timing.documents:,} {timing.split} sentences at once, median of {rounds} rounds in which all took "
        f"turns, each in a process of its own, with its library's own threads, at its fastest setting; {machine.cpu}, "
        f"{machine.cores} cores."
    )


def peers_table(peers: Peers, runs: Sequence[Run], rows: Mapping[str, Sequence[Row]], split: str) -> str:
    """Peers and the runs timed beside them as a Markdown table, with F1 on each dataset.

    Args:
        rows: those of `runs` on the split, by dataset.
    """
    listed = {name: list_peer_rows(peers, runs, found, name, split) for name, found in rows.items()}
    lines = [
        f"| tagger | {' | '.join(f'micro-F1, {name} {split}' for name in listed)} | size, MiB | tokens/s |",
        f"|---|{'---|' * len(listed)}---|---|",
    ]
    labels = dict.fromkeys(row.label for found in listed.values() for row in found)
    for label in labels:
        members = [next((row for row in found if row.label == label), None) for found in listed.values()]
        any_row = next(row for row in members if row is not None)
        cells = [f"{row.micro.f1:.3f}" if row is not None and row.micro is not None else MISSING for row in members]
        peer = any_row.peer
        cells.append(mebibytes(any_row.size_mib) if any_row.size_mib is not None else MISSING)
        cells.append(f"{any_row.timed.tokens_per_s:,.0f}" if any_row.timed is not None else MISSING)
        name = f"{label} ({peer.library} {peer.version})" if peer is not None else label
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
