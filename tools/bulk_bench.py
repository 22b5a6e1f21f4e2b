"""How fast much text is tagged: our runs from file to file, and peers beside them, in turns."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Literal

from itner.core.errors import InputError
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance, usable_cores
from itner.core.reading import read_texts
from itner.core.tokens import join_tokens, split_tokens
from itner.data.processed import read_split, read_stats
from itner.records.bulk import BulkBench, BulkCorpus, BulkRate, BulkTimings
from itner.records.codec import from_json
from itner.records.workspace import Workspace
from itner.reporting.bulk import PIPELINE, SPACY
from itner.workflows.tag_corpus import Asked, plan, tag_corpus
from tools.peers.environment import REPOSITORY, Environment
from tools.peers.handover import Sentence, write_sentences

# A pipeline is timed on so many sentences, at these sizes of a batch.
_PIPELINE_SENTENCES, _PIPELINE_BATCHES = 400, (1, 16)
# spaCy on so many texts, at the fastest of these sizes of a batch, in one process and in one a core.
_SPACY_TEXTS, _SPACY_BATCHES = 4_000, (64, 256, 1000)
# Tickets end with what differs in each: an asset, a room. That many in a hundred are sent twice.
_TWICE = 5
_PEERS = Environment(REPOSITORY / ".peers")


@dataclass(frozen=True)
class Contender:
    """What is timed.

    Attributes:
        run: whose file is tagged, or whose weights the pipeline opens; of spaCy, the folder of its model.
        texts: that it reads in a round.
        peer: empty for our own.
        batch: of a peer.
    """

    run: str
    texts: int
    processes: int
    threads: int
    peer: Literal["", "pipeline", "spacy"] = ""
    batch: int = 0


def draw_tickets(dataset: str, place: Workspace, seed: int) -> Iterator[str]:
    """Tickets drawn from a corpus that ships, as long as they are there, without end."""
    documents = [
        document for split in read_stats(dataset, place).splits for document in read_split(dataset, split, place)
    ]
    texts = ["\n".join(each.text for each in group) for _, group in groupby(documents, key=lambda each: each.group)]
    drawn = random.Random(seed)
    while True:
        text = f"{drawn.choice(texts)}\nAsset PC-{drawn.randrange(10**6):06} in room {drawn.randrange(900)}."
        yield from [text] * (2 if drawn.randrange(100) < _TWICE else 1)


def describe(texts: Sequence[str], seed: int) -> BulkCorpus:
    """What the texts are like."""
    sentences = read_texts(texts).sentences
    words = sorted(len(text.split()) for text in texts)
    at = [words[round(share * (len(words) - 1))] for share in (0.05, 0.5, 0.95)]
    return BulkCorpus(
        seed=seed,
        texts=len(texts),
        characters=sum(map(len, texts)),
        tokens=sum(len(join_tokens(sentence, split_tokens(sentence))) for sentence in sentences),
        sentences=len(sentences),
        distinct=round(len(set(sentences)) / len(sentences), 4),
        words=(at[1], at[0], at[2]),
    )


def list_contenders(place: Workspace, texts: int) -> list[Contender]:
    """Our IT runs that read with a network, a process a core; two of them on threads instead; and the pipeline."""
    cores = usable_cores()
    # So many of the texts that a round of each takes about as long.
    shares = {"compact_s": 1.0, "compact_m": 0.6, "minilm_l3_kd": 0.12, "minilm_full_kd": 0.06}
    found = [
        Contender(run, max(1, round(texts * share)), cores, 1)
        for run, share in shares.items()
        if (place.models / run / "run.json").is_file()
    ]
    if not found:
        raise InputError("none of the runs is here", path=place.models)
    on_threads = [replace(each, processes=1, threads=cores) for each in (found[0], found[-1]) if cores > 1]
    peers = [Contender(found[-1].run, 0, 1, cores, "pipeline", batch) for batch in _PIPELINE_BATCHES]
    return [*found, *on_threads, *peers]


def list_spacy(dataset: str, texts: int) -> list[Contender]:
    """What can be chosen of spaCy's NER that was trained on a corpus; none where there is no such model here."""
    model = _PEERS.folder / "spacy" / dataset
    if not model.is_dir():
        return []
    counts = dict.fromkeys((1, usable_cores()))
    return [
        Contender(str(model), min(texts, _SPACY_TEXTS), count, 1, "spacy", batch)
        for count in counts
        for batch in _SPACY_BATCHES
    ]


def measure(dataset: str, place: Workspace, texts: int, rounds: int, seed: int, progress: Progress) -> BulkBench:
    """Rates of all contenders, round by round."""
    tickets = list(islice(draw_tickets(dataset, place, seed), texts))
    contenders = list_contenders(place, texts)
    with tempfile.TemporaryDirectory() as folder:
        choices = list_spacy(dataset, texts)
        tried = {}
        for number, each in enumerate(choices):
            progress("settings of spaCy", number / len(choices))
            tried[each] = _time_peer(each, _write(Path(folder), tickets, each), place).tokens_per_s[0]
        contenders += [max(choices, key=tried.__getitem__)] if choices else []
        rates: dict[Contender, list[BulkRate]] = {each: [] for each in contenders}
        files = {each: _write(Path(folder), tickets, each) for each in contenders}
        for number in range(rounds):
            for place_of, each in enumerate(contenders):
                progress(f"round {number + 1} of {rounds}: {each.run}", place_of / len(contenders))
                output = Path(folder) / f"{number}-{place_of}"
                rates[each].append(
                    _time_run(each, files[each], output, place)
                    if not each.peer
                    else _time_peer(each, files[each], place)
                )
        progress(f"round {rounds} of {rounds}", 1.0)
    joined = [
        replace(found[-1], tokens_per_s=tuple(each.tokens_per_s[0] for each in found)) for found in rates.values()
    ]
    return BulkBench(describe(tickets, seed), tuple(joined), collect_provenance())


def _write(folder: Path, tickets: Sequence[str], each: Contender) -> Path:
    if not each.peer:
        path = folder / f"{each.texts}.jsonl"
        path.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(tickets[: each.texts])))
        return path
    path = folder / f"{each.peer}.jsonl"
    sentences = tickets[: each.texts]
    if each.peer == "pipeline":
        sentences = read_texts(tickets[:_PIPELINE_SENTENCES]).sentences[:_PIPELINE_SENTENCES]
    write_sentences(path, (Sentence(text, _tokens(text), (), "") for text in sentences))
    return path


def _tokens(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((token.start, token.end) for token in join_tokens(text, split_tokens(text)))


def _time_run(each: Contender, source: Path, output: Path, place: Workspace) -> BulkRate:
    """From file to file, the start of the processes with it."""
    planned = plan([str(source)], Asked(each.run, text_columns=("text",), id_column="id"), place)
    tag_corpus(planned, output, place, each.processes, each.threads)
    timings: BulkTimings = from_json(BulkTimings, (output / "timings.json").read_bytes())
    rate = round(timings.tagged.tokens / timings.wall_seconds, 1)
    return BulkRate(
        name=each.run,
        variant=planned.job.variant,
        processes=each.processes,
        threads=each.threads,
        tokens=timings.tagged.tokens,
        tokens_per_s=(rate,),
        stages=timings.stages,
        peak_mib=timings.peak_mib.get("worker"),
        distinct=round(timings.tagged.distinct / max(timings.tagged.sentences, 1), 4),
    )


def _time_peer(each: Contender, source: Path, place: Workspace) -> BulkRate:
    """Without loading; the pipeline without cutting into sentences, which it leaves to who calls it."""
    settings: dict[str, object] = {"batch_size": each.batch}
    if each.peer == "pipeline":
        name, model = f"{PIPELINE}, {each.run}, batch {each.batch}", place.models / each.run
        settings |= {"aggregation": "simple"}
    else:
        name, model = f"{SPACY}, batch {each.batch}", Path(each.run)
        settings |= {"raw": True, "processes": each.processes}
    job = {"verb": "time", "settings": settings, "files": [[str(model.resolve()), str(source)]], "passes": 1}
    _PEERS.folder.mkdir(exist_ok=True)
    times = _PEERS.call(each.peer, each.peer == "spacy", job)
    tokens = sum(len(json.loads(line)["tokens"]) for line in source.read_text(encoding="utf-8").splitlines())
    return BulkRate(
        name=name,
        variant=None,
        processes=each.processes,
        threads=each.threads,
        tokens=tokens,
        tokens_per_s=(round(tokens / times[0], 1),),
    )
