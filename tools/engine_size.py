"""How much memory and time the data engine takes for a million texts: `python -m tools.engine_size [TEXTS]`.

The texts are made here, and of each hundred some are planted of which it is known beforehand what is to become of them.
They are harvested, labelled by a server within the process of which three lines in ten fail at first, and merged,
each in a process of its own, so that its peak of memory is its own. Printed is for each what it took, and whether
everything that was planted was found.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from itner.data.processed import read_split
from itner.labelling.batch_api import Batch
from itner.labelling.batches import Patience
from itner.records.config import PromptedConfig
from itner.records.engine import BatchReport, HarvestReport, HarvestSettings, MergeReport
from itner.records.files import read_record
from itner.records.workspace import Workspace
from itner.workflows.harvest import harvest
from itner.workflows.label_batch import label_batch
from itner.workflows.merge import merge
from itner.workflows.prepare import prepare

_SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "po", "ra", "se", "ti", "vo", "xa", "zu", "che", "dri", "fla", "gro")
_FOOTER = "This mail was scanned by the gateway"
_UNANSWERED = "unanswerable"
_CHUNK = 1_000
_KINDS = ("repeated", "conflicts", "near", "held out", "short", "broken", "footer", "no")
Planted = dict[str, int]


def make_raw(path: Path, count: int, held_out: list[str], seed: int = 13) -> Planted:
    """JSON Lines with what is planted in each hundred; how much of each there is."""
    chance = random.Random(seed)
    words = ["".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4))) for _ in range(50_000)]
    planted: Planted = dict.fromkeys(
        ("repeated", "conflicts", "near", "held out", "short", "broken", "footer", "no"), 0
    )
    anchor = ""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number in range(count):
            place, own = number % 100, words[number % len(words)] + words[number // len(words)]
            said = " ".join(chance.choices(words, k=chance.randint(8, 30)))
            if place == 0:
                anchor = said
            elif place == 10:
                said = anchor.upper()
                planted["conflicts"] += 1
            elif place == 20:
                said = anchor.replace(" ", "  ")
                planted["repeated"] += 1
            elif place in (30, 40) and len(anchor.split()) > 25:
                said = f"{anchor} {own}"
                planted["near"] += 1
            elif place == 50:
                said = f"{held_out[number // 100 % len(held_out)]} {own}"
                planted["held out"] += 1
            elif place == 60:
                said = f"ok {number}"
                planted["short"] += 1
            elif place == 80:
                said = f"{_FOOTER}\n{said}"
                planted["footer"] += 1
            elif place == 90:
                said = f"{_UNANSWERED} {said}"
                planted["no"] += 1
            line = json.dumps({"text": said})
            if place == 70:
                line = line[:-3]
                planted["broken"] += 1
            file.write(line + "\n")
    return planted


class PlantedServer:
    """Labels the first word, and of nothing in capitals; three lines in ten of full chunks fail, none of others."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._files = 0

    def upload(self, lines: bytes) -> str:
        """Answer them at once, into a file."""
        asked = [json.loads(line) for line in lines.decode().splitlines()]
        self._files += 1
        chance, name = random.Random(self._files), str(self._files)
        with (self._folder / name).open("w", encoding="utf-8") as file:
            for each in asked:
                file.write(self._answer(each, chance.random() if len(asked) == _CHUNK else 1.0))
        return name

    def create(self, file: str) -> str:
        """The batch of that file."""
        return file

    def retrieve(self, batch: str) -> Batch:
        """It is done."""
        return Batch("completed", (batch,))

    def content(self, file: str) -> bytes:
        """A file of answers."""
        return (self._folder / file).read_bytes()

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, asked: dict[str, object], drawn: float) -> str:
        text = str(asked["body"]["messages"][-1]["content"])  # type: ignore[index]
        if drawn < 0.1:
            return ""
        status = 500 if drawn < 0.2 or _UNANSWERED in text else 200
        first = text.split()[0]
        found = [] if text.isupper() else [{"text": first, "type": "SOFTWARE"}]
        content = json.dumps({"mentions": found})[: 5 if drawn < 0.3 else None]
        body = {
            "choices": [{"message": {"content": content}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 400, "completion_tokens": 12},
        }
        reply = {"custom_id": asked["custom_id"], "response": {"status_code": status, "body": body}, "error": None}
        return json.dumps(reply) + "\n"


def _measure(step: Callable[[Path], None], root: Path) -> None:
    started = time.perf_counter()
    step(root)
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{step.__name__.strip('_')}: {took:.0f} s, peak {peak:.0f} MiB", flush=True)


def _harvest(root: Path) -> None:
    harvest([str(root / "raw.jsonl")], root / "texts", HarvestSettings())


def _label(root: Path) -> None:
    config = PromptedConfig("openai", "http://127.0.0.1:1/v1", "made", "it")
    answers = root / "answers"
    answers.mkdir()
    label_batch(
        root / "texts", config, root / "labelled", _CHUNK, Patience(poll_s=0.0), server=lambda _: PlantedServer(answers)
    )


def _merge(root: Path) -> None:
    merge([root / "labelled"], "it", root / "corpus", Workspace(root / "models", root / "data"))


def _checks(root: Path, planted: Planted, count: int) -> Iterator[tuple[str, int, int]]:
    """What is compared, how much was planted, how much was found."""
    gathered = read_record(root / "texts" / "report.json", HarvestReport)
    labelled = read_record(root / "labelled" / "report.json", BatchReport)
    merged = read_record(root / "corpus" / "report.json", MergeReport)
    yield "harvest: read", count, gathered.kept + sum(gathered.left_out.values())
    yield "harvest: too short", planted["short"], gathered.left_out["too short"]
    yield "harvest: repeated", planted["repeated"], gathered.left_out["repeated"]
    yield "harvest: broken lines", planted["broken"], gathered.unread
    yield "harvest: lines of boilerplate", planted["footer"], gathered.lines_removed
    yield "label-batch: texts", gathered.kept, labelled.labelled + sum(labelled.left_out.values())
    yield "label-batch: left out", planted["no"], sum(labelled.left_out.values())
    yield "merge: read", labelled.labelled, merged.train + merged.validation + sum(merged.left_out.values())
    yield "merge: held out", planted["held out"], merged.left_out["held out"]
    yield "merge: labelled differently", planted["conflicts"], merged.conflicts
    yield "merge: near (an estimate)", planted["near"], merged.left_out["near"]


def main(count: int) -> None:
    """Make, harvest, label, merge, and say what it took."""
    root = Path(tempfile.mkdtemp())
    try:
        place = Workspace(root / "models", root / "data")
        prepare("embedded", None, "it", place)
        held_out = [each.text for each in read_split("helpdesk", "dev", place) if len(each.tokens) > 8]
        planted = make_raw(root / "raw.jsonl", count, held_out)
        print(f"{count:,} texts, {(root / 'raw.jsonl').stat().st_size / 2**20:.0f} MiB", flush=True)
        spawn = multiprocessing.get_context("spawn")
        for step in (_harvest, _label, _merge):
            process = spawn.Process(target=_measure, args=(step, root))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(f"{step.__name__} failed")
        for what, wanted, found in _checks(root, planted, count):
            print(f"{what}: {wanted:,} planted, {found:,} found{'' if wanted == found else '  <--'}")
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
