"""Training, scoring and timing the peers; a model that was trained already on the same data is not trained again."""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itner.core.errors import InputError
from itner.core.labels import align_mentions
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance
from itner.core.types import Document, Mention
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.evaluation.masking import count_masked, sum_masked
from itner.evaluation.scoring import count_spans, counts_per_type
from itner.records.codec import to_json
from itner.records.files import read_record, sha256_file, write_atomic
from itner.records.peers import Peer, Peers, PeerScore, PeerTiming, PeerTrial, Timed
from itner.records.scores import Counts, MaskedCharacters
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.reporting.peers import peers_command, peers_file
from itner.taggers.registry import kind_of
from itner.workflows.open import built
from tools.peers.environment import Environment
from tools.peers.handover import Sentence, Span, read_spans, write_sentences
from tools.peers.plans import PLANS, Candidate, Plan
from tools.peers.worker import Settings

# The worker that opens runs of ours.
_RUN = "run"
_COMPILED = "__pycache__"


@dataclass(frozen=True)
class Turn:
    """What takes turns: whose result it is to be, its worker, and what its model reads.

    `files` holds a model's folder and the sentences it reads, for each corpus; `settings` is what the model is opened
    with, to which one of `speeds` is added.
    """

    name: str
    variant: str | None
    model_sha256: str
    worker: str
    own: bool
    files: tuple[tuple[str, str], ...]
    settings: Settings
    speeds: tuple[Settings, ...]

    def run(self, environment: Environment, speed: Settings, passes: int) -> float:
        """Seconds to read all sentences: the median of the passes, in a process of its own."""
        job = {"verb": "time", "settings": self.settings | speed, "files": self.files, "passes": passes}
        times: list[float] = environment.call(self.worker, self.own, job)
        return statistics.median(times)


def score_spans(
    documents: Sequence[Document], found: Sequence[Sequence[Span]], types: Sequence[str]
) -> dict[str, Counts]:
    """The counts of each type, strict, as our own runs are scored: boundaries and type must be right."""
    gold = [[(mention.start, mention.end, mention.type) for mention in document.mentions] for document in documents]
    return counts_per_type(count_spans(gold, found, types), types)


def mask_spans(
    documents: Sequence[Document], found: Sequence[Sequence[Span]], personal: Collection[str]
) -> MaskedCharacters | None:
    """What redaction by what was found would leave and hide, None where no type is personal."""
    if not personal:
        return None
    return sum_masked(count_masked(documents, [[Mention(*span) for span in spans] for spans in found], personal))


def describe_files(folders: Iterable[Path], pattern: str) -> tuple[str, int]:
    """One hash of the files in model folders that match a pattern, by name and content, and their bytes in all.

    What Python compiled beside them differs from one installation to the next, and is left out.
    """
    digest, size = hashlib.sha256(), 0
    for folder in sorted(folders):
        files = sorted(path for path in folder.glob(pattern) if path.is_file() and _COMPILED not in path.parts)
        if not files:
            raise InputError("no model here; train first", path=folder)
        for path in files:
            digest.update(f"{folder.name}/{path.relative_to(folder)} {sha256_file(path)}\n".encode())
            size += path.stat().st_size
    return digest.hexdigest(), size


@dataclass(frozen=True)
class Task:
    """What is asked for.

    Attributes:
        domain: whose libraries are measured.
        data: the prepared dataset to train on; a mixture's parts are the corpora to score on.
        weights: the run whose weights the pipeline opens.
        beside: runs of ours to time in the same rounds, each at the variant to deploy.
        documents: dev sentences of each corpus to time.
    """

    domain: str
    data: str
    weights: str
    beside: tuple[str, ...]
    documents: int = 500
    rounds: int = 5
    passes: int = 3


class Measurement:
    """The peers on one task: `train`, then `score`, then `speed`; each can be called again."""

    def __init__(self, task: Task, place: Workspace, environment: Environment, progress: Progress):
        self._task, self._place, self._environment, self._progress = task, place, environment, progress
        stats = read_stats(task.data, place)
        if stats.domain != task.domain:
            raise InputError(f"the dataset {task.data!r} is of the domain {stats.domain!r}, not {task.domain!r}")
        plans, file = PLANS.get(task.domain, ()), peers_file(task.domain)
        if not plans or file is None:
            raise InputError(
                f"no library is measured for the domain {task.domain!r}; tools/peers/plans.py says which are"
            )
        self._plans, self._file = plans, place.data / file
        self._personal = get_domain(task.domain).personal
        self._corpora = tuple(part.name for part in stats.parts) or (task.data,)
        self._hashes = {
            name: {split: found.processed_sha256 for split, found in read_stats(name, place).splits.items()}
            for name in {task.data, *self._corpora}
        }
        self._versions = {plan.key: environment.version(plan) for plan in plans}
        self._installed: dict[str, Path] = {}

    def train(self) -> None:
        """Every model of every candidate that is not there yet."""
        models = {
            self._folder(plan, candidate, corpus): (plan, candidate, self._learned(candidate, corpus))
            for plan in self._plans
            if plan.opens == "trained"
            for candidate in plan.candidates
            for corpus in self._corpora
        }
        for number, (folder, (plan, candidate, data)) in enumerate(models.items()):
            self._progress(f"training {plan.name}, {candidate.what}", number / len(models))
            made_of = self._made_of(plan, candidate, data)
            mark = folder.with_name(f"{folder.name}.json")
            if folder.is_dir() and mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == made_of:
                continue
            job = {"verb": "train", "folder": str(folder), "settings": candidate.settings}
            for split in ("train", "dev"):
                job[split] = str(self._hand_over(data, split))
            # What stands there was made of something else.
            shutil.rmtree(folder, ignore_errors=True)
            mark.unlink(missing_ok=True)
            self._environment.call(plan.key, plan.own, job)
            write_atomic(mark, json.dumps(made_of) + "\n")
        self._progress("training", 1.0)

    def score(self) -> Peers:
        """Compare the candidates on dev, score the one that is kept on test as well, and write the file.

        What was timed before stays where it is of the same models.
        """
        total = sum(len(plan.candidates) + 1 for plan in self._plans)
        done = 0
        peers: list[Peer] = []
        for plan in self._plans:
            tried: list[tuple[Candidate, list[PeerScore]]] = []
            for candidate in plan.candidates:
                self._progress(f"scoring {plan.name} on dev, {candidate.what}", done / total)
                tried.append((candidate, self._score(plan, candidate, "dev")))
                done += 1
            kept, dev = max(tried, key=lambda pair: statistics.mean(score.micro.f1 for score in pair[1]))
            self._progress(f"scoring {plan.name} on test", done / total)
            scores = [*dev, *self._score(plan, kept, "test")]
            done += 1
            trials = [
                PeerTrial(
                    candidate.what, {score.dataset: round(score.micro.f1, 4) for score in found}, candidate is kept
                )
                for candidate, found in tried
            ]
            peers.append(self._describe(plan, kept, trials, scores))
        self._progress("scoring", 1.0)
        before = self._read()
        found = Peers(tuple(peers), before.timing if before is not None else None, collect_provenance())
        self._write(found)
        return found

    def _read(self) -> Peers | None:
        """What was measured into this workspace; what ships with the checkout is of other models."""
        peers: Peers | None = read_record(self._file, Peers)
        return peers

    def speed(self) -> Peers:
        """Find each peer's fastest setting, then let all take turns, and write the file."""
        peers = self._read()
        if peers is None:
            raise InputError(f"no peer was scored yet: `{peers_command(self._task.domain)}`", path=self._file)
        turns = [self._turn(plan, peer) for peer in peers.peers for plan in self._plans if plan.name == peer.name]
        turns += [self._own_turn(name) for name in self._task.beside]
        speeds = [self._fastest(turn, number / len(turns)) for number, turn in enumerate(turns)]
        tokens = sum(len(sentence.tokens) for corpus in self._corpora for sentence in self._some(corpus))
        rates: list[list[float]] = [[] for _ in turns]
        total = self._task.rounds * len(turns)
        for done in range(total):
            # Each round begins with another, so that none always runs after the same neighbour.
            number, position = divmod(done, len(turns))
            at = (position + number) % len(turns)
            self._progress(f"timing, round {number + 1} of {self._task.rounds}", done / total)
            seconds = turns[at].run(self._environment, speeds[at], self._task.passes)
            rates[at].append(round(tokens / seconds, 1))
        self._progress("timing", 1.0)
        timing = PeerTiming(
            datasets=self._corpora,
            split="dev",
            documents=sum(len(self._some(corpus)) for corpus in self._corpora),
            tokens=tokens,
            passes=self._task.passes,
            timed=tuple(
                Timed(turn.name, turn.variant, turn.model_sha256, in_words(speed), tuple(found))
                for turn, speed, found in zip(turns, speeds, rates, strict=True)
            ),
            provenance=collect_provenance(),
        )
        peers = replace(peers, timing=timing)
        self._write(peers)
        return peers

    def _score(self, plan: Plan, candidate: Candidate, split: str) -> list[PeerScore]:
        targets = {corpus: self._environment.folder / plan.key / f"{corpus}-{split}.found" for corpus in self._corpora}
        files = [
            [str(self._folder(plan, candidate, corpus)), str(self._hand_over(corpus, split)), str(target)]
            for corpus, target in targets.items()
        ]
        for folder, _, _ in files:
            if not Path(folder).is_dir():
                raise InputError("no model here; train first", path=folder)
        for target in targets.values():
            target.parent.mkdir(parents=True, exist_ok=True)
        self._environment.call(plan.key, plan.own, {"verb": "predict", "settings": candidate.settings, "files": files})
        scores = []
        for corpus, target in targets.items():
            documents, found = read_split(corpus, split, self._place), read_spans(target)
            counts = score_spans(documents, found, self._types)
            masking = mask_spans(documents, found, self._personal)
            scores.append(PeerScore(corpus, split, self._hashes[corpus][split], counts, masking))
        return scores

    @property
    def _types(self) -> tuple[str, ...]:
        labels = read_stats(self._task.data, self._place).labels
        return tuple(label.removeprefix("B-") for label in labels if label.startswith("B-"))

    def _describe(self, plan: Plan, kept: Candidate, trials: Sequence[PeerTrial], scores: Sequence[PeerScore]) -> Peer:
        learned = {self._learned(kept, corpus) for corpus in self._corpora} if plan.opens == "trained" else set()
        digest, size = self._describe_models(plan, kept)
        return Peer(
            name=plan.name,
            library=plan.library,
            version=self._versions[plan.key],
            about=plan.about.format(run=self._task.weights),
            trained_on={name: self._hashes[name]["train"] for name in sorted(learned)},
            model_sha256=digest,
            size_mib=round(size / 2**20, 2),
            trials=tuple(trials),
            scores=tuple(scores),
        )

    def _fastest(self, turn: Turn, share: float) -> Settings:
        if len(turn.speeds) == 1:
            return turn.speeds[0]
        self._progress(f"settings of {turn.name}", share)
        return min(turn.speeds, key=lambda speed: turn.run(self._environment, speed, 1))

    def _turn(self, plan: Plan, peer: Peer) -> Turn:
        what = next((trial.what for trial in peer.trials if trial.kept), None)
        kept = next((candidate for candidate in plan.candidates if candidate.what == what), None)
        if kept is None or self._describe_models(plan, kept)[0] != peer.model_sha256:
            raise InputError(f"the models of {peer.name} here are not those that were scored; score them again")
        files = tuple(
            (str(self._folder(plan, kept, corpus)), str(self._timed_file(corpus))) for corpus in self._corpora
        )
        return Turn(peer.name, None, peer.model_sha256, plan.key, plan.own, files, kept.settings, plan.speeds)

    def _own_turn(self, name: str) -> Turn:
        variant = kind_of(RunStore(self._place.models).load(name)).live[0]
        run = built(name, self._place, (variant,), self._progress)
        files = tuple((str(run.path), str(self._timed_file(corpus))) for corpus in self._corpora)
        return Turn(name, variant, run.info.model_sha256, _RUN, False, files, {"variant": variant}, ({},))

    def _learned(self, candidate: Candidate, corpus: str) -> str:
        """The dataset that the model for a corpus learns from."""
        return corpus if candidate.apart else self._task.data

    def _folder(self, plan: Plan, candidate: Candidate, corpus: str) -> Path:
        """Where the model for a corpus is."""
        if plan.opens == "run":
            return self._place.models / self._task.weights
        if plan.opens == "installed":
            return self._find(plan, candidate.settings)
        name = "-".join(
            [self._learned(candidate, corpus), *(f"{key}-{value}" for key, value in candidate.settings.items())]
        )
        return self._environment.folder / plan.key / name

    def _find(self, plan: Plan, settings: Settings) -> Path:
        """Where the library has what it opens with these settings."""
        key = f"{plan.key} {json.dumps(settings)}"
        if key not in self._installed:
            job = {"verb": "find", "settings": settings}
            self._installed[key] = Path(self._environment.call(plan.key, plan.own, job))
        return self._installed[key]

    def _describe_models(self, plan: Plan, candidate: Candidate) -> tuple[str, int]:
        return describe_files({self._folder(plan, candidate, corpus) for corpus in self._corpora}, plan.deployed)

    def _made_of(self, plan: Plan, candidate: Candidate, data: str) -> dict[str, object]:
        """What a trained model depends on."""
        hashes = {split: self._hashes[data][split] for split in ("train", "dev")}
        return {"version": self._versions[plan.key], "settings": candidate.settings, **hashes}

    def _hand_over(self, dataset: str, split: str) -> Path:
        """A split as a file for workers."""
        path = self._environment.folder / "data" / f"{dataset}-{split}.jsonl"
        write_sentences(path, self._sentences(dataset, split))
        return path

    def _timed_file(self, corpus: str) -> Path:
        path = self._environment.folder / "data" / f"{corpus}-timed.jsonl"
        write_sentences(path, self._some(corpus))
        return path

    def _some(self, corpus: str) -> list[Sentence]:
        """The sentences of a corpus that are timed."""
        return self._sentences(corpus, "dev")[: self._task.documents]

    def _sentences(self, dataset: str, split: str) -> list[Sentence]:
        return [to_sentence(document) for document in read_split(dataset, split, self._place)]

    def _write(self, peers: Peers) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(self._file, to_json(peers))


def to_sentence(document: Document) -> Sentence:
    """A document for workers; a mention that does not fall on token boundaries is none that they could learn."""
    return Sentence(
        text=document.text,
        tokens=tuple((token.start, token.end) for token in document.tokens),
        spans=tuple(align_mentions(document)[0]),
        guideline=document.guideline or "",
    )


def in_words(settings: Settings) -> str:
    """Settings as text, empty without any."""
    return ", ".join(f"{key} {value}" for key, value in settings.items())
