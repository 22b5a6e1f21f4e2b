"""The workflows that are killed at their file operations: `python -m tools.kills` calls this for each.

A process of its own, which forks: it prints a line of JSON with what was found.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from datasets_at import begin_tiny
from killing import leftovers, report, try_all, try_full
from tiny import Tiny, build_backbone

from itner.compress.onnx import export_run, is_exported
from itner.data.processed import read_meta, read_split
from itner.records.config import LoraSettings
from itner.records.files import sha256_file
from itner.records.store import CHECKPOINTS, INCOMPLETE, ONNX, RunStore
from itner.records.workspace import Workspace

Case = tuple[Callable[[Path], None], Callable[[Path], None], Callable[[Path], object], Callable[[Path], None]]


def _check_whole(models: Path) -> None:
    """No run is broken, and nothing hidden is left."""
    broken = RunStore(models).load_all()[1]
    assert not broken, [run.reason for run in broken]
    left = leftovers(models)
    assert not left, left


def training(root: Path, tiny: Tiny, **changes: Any) -> Case:
    """A training with the Trainer, gone on with by --resume."""
    short = Tiny(tiny.backbone, tiny.documents[:16])
    config = short.config("run", epochs=3, ema_decay=0.5, early_stopping_patience=5, **changes)

    def work(folder: Path) -> None:
        short.train(folder, config)

    def again(folder: Path) -> None:
        # Completed already: only its last file operations were cut off.
        if _is_there(folder / "run"):
            RunStore(folder).load("run")
        else:
            short.train(folder, config, resume=True)

    def facts(folder: Path) -> object:
        _check_whole(folder)
        run = RunStore(folder).load("run")
        assert not (run.path / CHECKPOINTS).exists(), "checkpoints are left"
        assert run.weights_path is not None
        return sha256_file(run.weights_path), [entry.get("eval_f1") for entry in run.log if "eval_f1" in entry]

    return work, again, facts, lambda folder: None


def exporting(root: Path, tiny: Tiny) -> Case:
    """Building the ONNX files of a run."""
    Tiny(tiny.backbone, tiny.documents[:16]).train(root / "trained", tiny.config("run", epochs=1))

    def begin(folder: Path) -> None:
        shutil.copytree(root / "trained" / "run", folder / "run", ignore=shutil.ignore_patterns(ONNX))

    def work(folder: Path) -> None:
        export_run(RunStore(folder).load("run"))

    def facts(folder: Path) -> object:
        _check_whole(folder)
        run = RunStore(folder).load("run")
        assert is_exported(run)
        return sorted(path.name for path in (run.path / ONNX).iterdir())

    return work, work, facts, begin


def evaluating(root: Path, tiny: Tiny) -> Case:
    """Predicting and scoring, beside an evaluation that is there."""
    from itner.workflows.evaluate import evaluate

    Tiny(tiny.backbone, tiny.documents[:30]).train(root / "trained", tiny.config("full", epochs=2))
    place = begin_tiny(tiny, root / "trained", root / "begun")
    evaluate("full", "tiny", place, "dev", ["torch-fp32"])

    def at(folder: Path) -> Workspace:
        return Workspace(folder / "models", folder / "data")

    def begin(folder: Path) -> None:
        shutil.copytree(place.models, folder / "models")
        shutil.copytree(place.data, folder / "data")

    def work(folder: Path) -> None:
        evaluate("full", "tiny", at(folder), "test", ["torch-fp32"])

    def facts(folder: Path) -> object:
        _check_whole(folder / "models")
        run = RunStore(folder / "models").load("full")
        found = [run.error_report("tiny", split, "torch-fp32") for split in ("dev", "test")]
        assert all(found)
        return [run.report("tiny", split, "torch-fp32").micro for split in ("dev", "test")]  # type: ignore[union-attr]

    return work, work, facts, begin


def preparing(root: Path, tiny: Tiny) -> Case:
    """Preparing a dataset anew, beside another one."""
    from itner.workflows.prepare import prepare

    prepared = Workspace(root / "m", root / "d")
    prepare("embedded", None, "utility", prepared, "specifications-40")
    prepare("embedded", None, "it", prepared, "helpdesk-de")

    def begin(folder: Path) -> None:
        shutil.copytree(prepared.data, folder / "data")

    def work(folder: Path) -> None:
        prepare("embedded", None, "it", Workspace(folder / "models", folder / "data"), "helpdesk-de")

    def facts(folder: Path) -> object:
        place = Workspace(folder / "models", folder / "data")
        assert not leftovers(folder / "data")
        names = sorted(read_meta(place).datasets)
        return names, [len(read_split(name, split, place)) for name, split in _PREPARED]

    return work, work, facts, begin


_PREPARED = (("specifications-40", "train"), ("specifications-40", "test"), ("helpdesk-de", "check"))


def harvesting(root: Path, tiny: Tiny) -> Case:
    """Raw text into a folder of shards."""
    from itner.labelling.shards import TEXTS, read_shards
    from itner.records.engine import HarvestSettings
    from itner.workflows.harvest import harvest

    def begin(folder: Path) -> None:
        (folder / "raw.txt").write_text("\n\n".join(f"Printer {n} of room {n} is out of paper." for n in range(30)))

    def work(folder: Path) -> None:
        harvest([str(folder / "raw.txt")], folder / "texts", HarvestSettings(boilerplate=0))

    def again(folder: Path) -> None:
        if not (folder / "texts").exists():
            work(folder)

    def facts(folder: Path) -> object:
        assert not leftovers(folder)
        return [text.text for text in read_shards(folder / "texts", TEXTS)]

    return work, again, facts, begin


def teaching(root: Path, tiny: Tiny) -> Case:
    """Training a compact tagger from a transfer set, gone on with by --resume."""
    from itner.records.config import TransferLesson
    from itner.records.transfer import TransferSettings
    from itner.taggers.compact.presets import preset
    from itner.workflows.student import train_taught
    from itner.workflows.transfer import make_transfer

    short = Tiny(tiny.backbone, tiny.documents[:20])
    short.train(root / "trained", short.config("full", epochs=1))
    place = begin_tiny(tiny, root / "trained", root / "begun")
    make_transfer("tiny", "set", ["full"], place, settings=TransferSettings(copies=1))
    config = preset(
        "compact_s", TransferLesson("set", warmup_steps=1), width=8, hidden=8, dilations=(1,), epochs=3, batch_size=16
    )

    def begin(folder: Path) -> None:
        shutil.copytree(place.models, folder / "models")
        shutil.copytree(place.data, folder / "data")

    def work(folder: Path) -> None:
        train_taught(config, Workspace(folder / "models", folder / "data"), "small")

    def again(folder: Path) -> None:
        if _is_there(folder / "models" / "small"):
            RunStore(folder / "models").load("small")
        else:
            train_taught(config, Workspace(folder / "models", folder / "data"), "small", resume=True)

    def facts(folder: Path) -> object:
        _check_whole(folder / "models")
        run = RunStore(folder / "models").load("small")
        assert not (run.path / CHECKPOINTS).exists(), "checkpoints are left"
        assert run.weights_path is not None
        return sha256_file(run.weights_path)

    return work, again, facts, begin


def _write_texts(folder: Path) -> None:
    (folder / "texts").mkdir()
    for number in range(3):
        (folder / "texts" / f"{number}.txt").write_text(f"Ann Berg, +47 22 55 01 4{number}, runs Excel on Windows 11")


def tagging(root: Path, tiny: Tiny) -> Case:
    """Tagging files into a zip that is there already."""
    from itner.workflows.tag import choose_tagger, read_files, tag_files

    place = Workspace(root / "none", root / "none")

    def begin(folder: Path) -> None:
        _write_texts(folder)
        with zipfile.ZipFile(folder / "tagged.zip", "w") as archive:
            archive.writestr("tagged.jsonl", "earlier")

    def work(folder: Path) -> None:
        output = folder / "tagged.zip"
        chosen = choose_tagger(None, None, None, place, domain_name="it")
        tag_files(read_files([folder / "texts"], output), chosen, output)

    def facts(folder: Path) -> object:
        assert not leftovers(folder)
        with zipfile.ZipFile(folder / "tagged.zip") as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    return work, work, facts, begin


def redacting(root: Path, tiny: Tiny) -> Case:
    """Redacting files into a new folder."""
    from itner.domains.registry import get_domain
    from itner.workflows.redact import make_plan, redact
    from itner.workflows.tag import choose_tagger

    place = Workspace(root / "none", root / "none")

    def work(folder: Path) -> None:
        chosen = choose_tagger(None, None, None, place, domain_name="pii")
        plan = make_plan(get_domain("pii"), "label")
        redact([folder / "texts"], folder / "redacted", chosen, plan, mapping=folder / "mapping.json")

    def again(folder: Path) -> None:
        # The files are there before the mapping has its name; where it has not, both are made again.
        if not (folder / "mapping.json").exists():
            shutil.rmtree(folder / "redacted", ignore_errors=True)
            work(folder)

    def facts(folder: Path) -> object:
        assert not leftovers(folder)
        return {path.name: path.read_bytes() for path in (folder / "redacted").rglob("*") if path.is_file()}

    return work, again, facts, _write_texts


def merging(root: Path, tiny: Tiny) -> Case:
    """Merging labelled texts into a corpus."""
    from itner.core.types import Mention
    from itner.labelling.merge import Rules
    from itner.labelling.shards import LABELLED, REPORT, Text, write_shards
    from itner.workflows.merge import merge

    place = Workspace(root / "none", root / "none")

    def begin(folder: Path) -> None:
        (folder / "labelled").mkdir()
        texts = []
        for number in range(40):
            odd = " ".join(
                f"{chr(97 + (number * 7 + k) % 26)}{chr(97 + (number // 26 + k) % 26)}q{k}x" for k in range(6)
            )
            texts.append(Text(f"{number}", f"Jira {odd}", "en", "made", (Mention(0, 4, "SOFTWARE"),), "test"))
        write_shards(texts, folder / "labelled", LABELLED, 10)
        (folder / "labelled" / REPORT).write_text("{}", encoding="utf-8")

    def work(folder: Path) -> None:
        merge([folder / "labelled"], "it", folder / "corpus", place, Rules(validation=0.2), ())

    def again(folder: Path) -> None:
        if not (folder / "corpus").exists():
            work(folder)

    def facts(folder: Path) -> object:
        assert not leftovers(folder)
        return {path.name: path.read_bytes() for path in (folder / "corpus").glob("*.jsonl")}

    return work, again, facts, begin


def _is_there(folder: Path) -> bool:
    return (folder / "run.json").exists() and not (folder / INCOMPLETE).exists()


# Bytes that are left on a disk.
RESTS = (0, 4_000, 40_000, 200_000, 600_000, 1_500_000)
CASES: dict[str, Callable[[Path, Tiny], Case]] = {
    "training": training,
    "training of adapters": lambda root, tiny: training(
        root, tiny, family="lora", lora=LoraSettings(r=2, alpha=4), learning_rate=2e-2
    ),
    "export": exporting,
    "evaluation": evaluating,
    "preparation": preparing,
    "harvest": harvesting,
    "training of a compact tagger": teaching,
    "tagging": tagging,
    "redaction": redacting,
    "merging": merging,
}
_UNTRAINED = {"preparation", "harvest", "tagging", "redaction", "merging"}


def main(root: Path, disk: Path | None, most: int | None, names: Sequence[str]) -> None:
    """Kill workflows at their operations, or have them find a disk full, and say what came of it."""
    names = names or list(CASES)
    # What trains no network takes longer to load what would than for all its kills.
    tiny = build_backbone(root / "backbone") if not _UNTRAINED.issuperset(names) else Tiny(root / "none", [])
    found = {}
    for name in names:
        work, again, facts, begin = CASES[name](root / name / "given", tiny)
        tried = root / name / "tried"
        if disk is None:
            found[name] = try_all(work, again, tried, facts, most, begin)
        else:
            found[name] = try_full(work, again, tried, disk, facts, RESTS[:most], begin)
    report(found)


if __name__ == "__main__":
    small = Path(sys.argv[2]) if sys.argv[2] else None
    main(Path(sys.argv[1]), small, int(sys.argv[3]) or None, sys.argv[4:])
