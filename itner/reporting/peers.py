"""Other libraries beside our runs: rows, and who is faster or better by how much, from a domain's file of peers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from itner.domains.registry import default_domain, get_domain
from itner.records.files import read_record
from itner.records.peers import Peer, Peers, Timed
from itner.records.scores import Counts, MaskedCharacters
from itner.records.store import Run
from itner.records.workspace import Workspace
from itner.reporting.rows import FROM_COUNTS, MISSING, Row, counted_in_words, in_megabytes, megabytes

PEERS = "peers.json"
# Nearer than this, two rates are one (rounds on one machine differ by more), and two scores print alike.
_SAME_RATE, _SAME_F1 = 0.05, 0.0005


def peers_file(domain: str) -> str | None:
    """Where a domain's measured peers are, under `data/`: beside the corpus that its release is about.

    Those of the domain that is meant where none is named are beside all corpora. None for a domain whose release has no
    corpus in a folder.
    """
    if domain == default_domain():
        return PEERS
    found = get_domain(domain)
    corpus = found.corpus(found.release.corpus) if found.release is not None else None
    return f"{corpus.folder}/{PEERS}" if corpus is not None and corpus.folder is not None else None


def peers_command(domain: str) -> str:
    """The command that measures a domain's peers."""
    return f"python -m tools.peers{f' --domain {domain}' if domain != default_domain() else ''}"


def read_peers(place: Workspace, domain: str) -> Peers | None:
    """The measured peers of a domain, None where nobody measured any; InputError when the file is damaged."""
    file = peers_file(domain)
    if file is None:
        return None
    remedy = f"measure them again: `{peers_command(domain)}`"
    peers: Peers | None = read_record(place.corpus(file), Peers, remedy)
    return peers


@dataclass(frozen=True)
class PeerRow:
    """A peer, or a run of ours that took turns with it (`row`); what was not measured is None.

    `personal_types` are those that point at a person; `masking` is what redaction would leave and hide.
    """

    label: str
    peer: Peer | None
    row: Row | None
    per_type: dict[str, Counts] | None
    size_mb: float | None
    timed: Timed | None
    personal_types: frozenset[str] = frozenset()
    masking: MaskedCharacters | None = None

    @property
    def micro(self) -> Counts | None:
        """Counts over all types."""
        return sum(self.per_type.values(), Counts()) if self.per_type is not None else None

    @property
    def personal(self) -> Counts | None:
        """Counts over the types that point at a person, None where there are none: a peer may know no others."""
        return sum_personal(self.per_type, self.personal_types) if self.per_type is not None else None


def sum_personal(per_type: Mapping[str, Counts], personal: Collection[str]) -> Counts | None:
    """Counts over the personal types, None where there are none."""
    return sum((per_type[name] for name in per_type if name in personal), Counts()) if personal else None


def list_peer_rows(peers: Peers, runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str) -> list[PeerRow]:
    """The runs timed beside the peers, the best first, then the peers as they stand in the file.

    Args:
        runs: of one domain, that of the peers.
        rows: those of `runs` on the dataset split. A peer's score counts where it is of the same sentences as theirs.
    """
    weights = {run.name: run.info.model_sha256 for run in runs}
    personal = get_domain(runs[0].info.domain).personal if runs else frozenset()
    beside = []
    for row in rows:
        timed = peers.timed_run(row.run, row.variant, weights[row.run])
        if timed is not None:
            per_type, masking = (row.report.per_type, row.report.masking) if row.report else (None, None)
            beside.append(PeerRow(row.label, None, row, per_type, row.size_mb, timed, personal, masking))
    beside.sort(key=lambda found: -(found.micro.f1 if found.micro else 0.0))
    texts = {row.report.split_sha256 for row in rows if row.report}
    others = []
    for peer in peers.peers:
        score = peer.score(dataset, split)
        if score is not None and score.split_sha256 not in texts:
            score = None
        per_type, masking = (score.per_type, score.masking) if score is not None else (None, None)
        others.append(
            PeerRow(peer.name, peer, None, per_type, in_megabytes(peer.size_mib), peers.timed(peer), personal, masking)
        )
    return beside + others


def peers_in_words(rows: Sequence[PeerRow]) -> list[str]:
    """A sentence for each run timed beside the peers: how much better and faster than each of them it is."""
    found = []
    for own in rows:
        if own.row is None:
            continue
        parts = [_compare(own, other) for other in rows if other.peer is not None]
        if parts:
            score = f" (micro-F1 {_said(own.micro)})" if own.micro is not None else ""
            found.append(f"{own.label}{score}: {'; '.join(parts)}.")
    return found


def _compare(own: PeerRow, other: PeerRow) -> str:
    quality = None
    if own.micro is not None and other.micro is not None:
        gap = own.micro.f1 - other.micro.f1
        verdict = f"{abs(gap):.3f} {'better' if gap > 0 else 'worse'} than"
        alone = ""
        if own.personal is not None and other.personal is not None:
            alone = f"; on the personal types alone {_said(own.personal)} against {_said(other.personal)}"
        told = verdict if abs(gap) >= _SAME_F1 else "as good as"
        quality = f"{told} {other.label} ({_said(other.micro)}{alone})"
    if own.timed is None or other.timed is None:
        return f"{quality or f'not compared with {other.label}'}, whose speed was not measured"
    ratio = own.timed.ratio(other.timed)
    if ratio < 1 - _SAME_RATE:
        faster = f"is {1 / ratio:.1f} times as fast"
        return f"{quality}, which {faster}" if quality else f"{other.label} {faster}"
    faster = f"{ratio:.1f} times as fast" if ratio > 1 + _SAME_RATE else "as fast"
    return f"{quality} and {faster}" if quality else f"{faster} as {other.label}"


def _said(counts: Counts | None) -> str:
    """A score within brackets."""
    return counted_in_words(counts).replace("(", "[").replace(")", "]")


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


def _share(share: float | None) -> str:
    return f"{share:.1%}" if share is not None else MISSING


_MICRO = "micro-F1"
# Columns of `peers_table`, each with what a row has there.
_SCORES: dict[str, Callable[[PeerRow], str]] = {
    _MICRO: lambda row: counted_in_words(row.micro),
    "F1 of personal types": lambda row: counted_in_words(row.personal),
    "personal characters left": lambda row: _share(row.masking.share_left if row.masking else None),
    "harmless characters hidden": lambda row: _share(row.masking.share_masked if row.masking else None),
}


def peers_table(peers: Peers, runs: Sequence[Run], rows: Mapping[str, Sequence[Row]], split: str) -> str:
    """Peers and the runs timed beside them as a Markdown table, with F1 on each dataset.

    Where redaction was counted, what it would leave and hide is there as well, and F1 on the types that it hides.

    Args:
        rows: those of `runs` on the split, by dataset.
    """
    listed = {name: list_peer_rows(peers, runs, found, name, split) for name, found in rows.items()}
    shown = [
        (f"{what}, {name} {split}", name, cell)
        for name, found in listed.items()
        for what, cell in _SCORES.items()
        if what == _MICRO or any(row.masking is not None for row in found)
    ]
    lines = [
        f"| tagger | {' | '.join(header for header, _, _ in shown)} | size, MB | tokens/s |",
        f"|---|{'---|' * len(shown)}---|---|",
    ]
    labels = dict.fromkeys(row.label for found in listed.values() for row in found)
    for label in labels:
        members = {name: next((row for row in found if row.label == label), None) for name, found in listed.items()}
        any_row = next(row for row in members.values() if row is not None)
        rows_shown = ((members[name], cell) for _, name, cell in shown)
        cells = [cell(row) if row is not None else MISSING for row, cell in rows_shown]
        peer = any_row.peer
        cells.append(megabytes(any_row.size_mb) if any_row.size_mb is not None else MISSING)
        cells.append(f"{any_row.timed.tokens_per_s:,.0f}" if any_row.timed is not None else MISSING)
        name = f"{label} ({peer.library} {peer.version})" if peer is not None else label
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", FROM_COUNTS])
