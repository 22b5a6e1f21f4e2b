"""Damage to copies of real run folders, each of one kind at one place, seeded."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# What somebody may write into a record in place of what belongs there.
VALUES: tuple[Any, ...] = (
    -1, 0, -0.5, 2.5, 1e308, 10**18, 2**70, True, None, "", "\x00", "\ud800", "NaN", [], {}, [[[]]], "a" * 5000,
    "<img src=http://127.0.0.1:1/x onerror=alert(1)>", "![x](http://127.0.0.1:1/x.png)", "../../../etc/passwd",
    "=1+1", "2026-13-45T99:99", "\u202eevil",
)  # fmt: skip
RECORDS = ("run.json", "config_resolved.json", "metrics.json", "errors.json", "bench.json", "trainer_log_history.json")
_LARGE = 3 * 2**30


def copy_run(source: Path, root: Path, name: str) -> Path:
    """A run under another name: records copied, weights linked."""
    target = root / name
    target.mkdir(parents=True)
    for path in source.rglob("*"):
        if path.is_dir() or path.name.startswith(".") or "onnx" in path.parts:
            continue
        placed = target / path.relative_to(source)
        placed.parent.mkdir(exist_ok=True)
        if path.suffix in (".safetensors", ".parquet"):
            _link(path, placed)
        else:
            shutil.copyfile(path, placed)
    record = json.loads((target / "run.json").read_text(encoding="utf-8"))
    (target / "run.json").write_text(json.dumps(record | {"name": name}), encoding="utf-8")
    return target


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of a JSON value, those of containers included."""
    if at:
        yield at
    if isinstance(value, dict):
        for key in value:
            yield from leaves(value[key], (*at, key))
    elif isinstance(value, list):
        for index in range(min(len(value), 3)):
            yield from leaves(value[index], (*at, index))


def put(value: Any, at: tuple[Any, ...], new: Any) -> None:
    """Replace what stands at a place."""
    for step in at[:-1]:
        value = value[step]
    value[at[-1]] = new


def _get(value: Any, at: tuple[Any, ...]) -> Any:
    for step in at:
        value = value[step]
    return value


def drop(value: Any, at: tuple[Any, ...]) -> None:
    """Remove what stands at a place."""
    for step in at[:-1]:
        value = value[step]
    del value[at[-1]]


def change_value(folder: Path, chance: random.Random) -> str:
    """Another value somewhere in a record."""
    name = chance.choice([each for each in RECORDS if (folder / each).is_file()])
    data = json.loads((folder / name).read_text(encoding="utf-8"))
    places = list(leaves(data))
    # Errors have thousands of places alike.
    at, new = chance.choice(places), chance.choice(VALUES)
    put(data, at, new)
    (folder / name).write_text(json.dumps(data), encoding="utf-8")
    return f"{name} {'.'.join(map(str, at))} = {str(new)[:30]!r}"


def drop_value(folder: Path, chance: random.Random) -> str:
    """Something is missing in a record."""
    name = chance.choice([each for each in RECORDS if (folder / each).is_file()])
    data = json.loads((folder / name).read_text(encoding="utf-8"))
    at = chance.choice(list(leaves(data)))
    drop(data, at)
    (folder / name).write_text(json.dumps(data), encoding="utf-8")
    return f"{name} without {'.'.join(map(str, at))}"


def double_value(folder: Path, chance: random.Random) -> str:
    """A list has its entries twice."""
    name = chance.choice([each for each in ("metrics.json", "errors.json", "bench.json") if (folder / each).is_file()])
    data = json.loads((folder / name).read_text(encoding="utf-8"))
    lists = [at for at in leaves(data) if isinstance(_get(data, at), list)]
    at = chance.choice(lists)
    put(data, at, _get(data, at) * 2)
    (folder / name).write_text(json.dumps(data), encoding="utf-8")
    return f"{name} {'.'.join(map(str, at))} twice"


def scale_number(folder: Path, chance: random.Random) -> str:
    """A number that is plausible and wrong."""
    name = chance.choice([each for each in ("metrics.json", "errors.json", "bench.json") if (folder / each).is_file()])
    data = json.loads((folder / name).read_text(encoding="utf-8"))
    numbers = [at for at in leaves(data) if type(_get(data, at)) in (int, float)]
    at = chance.choice(numbers)
    put(data, at, _get(data, at) * chance.choice((3, 1000, 10**6)))
    (folder / name).write_text(json.dumps(data), encoding="utf-8")
    return f"{name} {'.'.join(map(str, at))} larger"


def cut_file(folder: Path, chance: random.Random) -> str:
    """A file ends early."""
    path = chance.choice(sorted(path for path in folder.glob("*.json")))
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: chance.randrange(len(data))])
    return f"{path.name} cut"


def other_runs_file(folder: Path, chance: random.Random) -> str:
    """A file of another run."""
    others = [path for path in folder.parent.iterdir() if path != folder and (path / "run.json").is_file()]
    name = chance.choice((*RECORDS, "int8_ranges.json", "model.safetensors", "tokenizer.json", "config.json"))
    given = [path / name for path in others if (path / name).is_file()]
    if not given:
        return cut_file(folder, chance)
    source = chance.choice(sorted(given))
    (folder / name).unlink(missing_ok=True)
    shutil.copyfile(source, folder / name)
    return f"{name} of {source.parent.name}"


def folder_for_file(folder: Path, chance: random.Random) -> str:
    """A folder stands where a file belongs."""
    path = chance.choice(sorted(path for path in folder.iterdir() if path.is_file()))
    path.unlink()
    path.mkdir()
    return f"{path.name} is a folder"


def file_for_folder(folder: Path, chance: random.Random) -> str:
    """A file stands where a folder belongs."""
    name = chance.choice(("predictions", "onnx", "checkpoints"))
    shutil.rmtree(folder / name, ignore_errors=True)
    (folder / name).write_text("x", encoding="utf-8")
    return f"{name} is a file"


def link_elsewhere(folder: Path, chance: random.Random) -> str:
    """A file is a link out of the folder."""
    path = chance.choice(sorted(path for path in folder.iterdir() if path.is_file()))
    path.unlink()
    path.symlink_to(chance.choice(("/etc/hostname", "/dev/zero", "/nowhere", "..", path.name)))
    return f"{path.name} is a link to {os.readlink(path)}"


def pipe_for_file(folder: Path, chance: random.Random) -> str:
    """A pipe stands where a file belongs; who opens it waits."""
    path = chance.choice(sorted(path for path in folder.iterdir() if path.is_file()))
    path.unlink()
    os.mkfifo(path)
    return f"{path.name} is a pipe"


def large_file(folder: Path, chance: random.Random) -> str:
    """A file of gigabytes."""
    path = chance.choice(sorted(path for path in folder.iterdir() if path.is_file()))
    path.unlink()
    with path.open("wb") as file:
        file.truncate(_LARGE)
    return f"{path.name} has 3 GiB"


MUTATIONS: tuple[Callable[[Path, random.Random], str], ...] = (
    change_value, change_value, change_value, change_value, drop_value, double_value, scale_number, scale_number,
    cut_file, other_runs_file, other_runs_file, folder_for_file, file_for_folder, link_elsewhere, pipe_for_file,
    large_file,
)  # fmt: skip


def damage(folder: Path, seed: int) -> str:
    """Damage a copy of a run, the same way for the same seed; what was done."""
    chance = random.Random(seed)
    return chance.choice(MUTATIONS)(folder, chance)


HOSTILE = (
    "<img src=http://127.0.0.1:1/x onerror=alert(1)> ![y](http://127.0.0.1:1/y) [z](http://127.0.0.1:1/z) "
    "=HYPERLINK(1) $x$ :red[x]"
)


def fill(folder: Path, text: str, is_read: Callable[[], bool]) -> int:
    """Put a text in place of every other one in a run's records, wherever it is read; how many it is then.

    Args:
        is_read: whether the run can be read as it stands.
    """
    changed = 0
    for name in RECORDS:
        if not (folder / name).is_file():
            continue
        data = json.loads((folder / name).read_text(encoding="utf-8"))
        # Entries of a list are alike: what one may say, the others may.
        kinds: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
        for at in leaves(data):
            if isinstance(_get(data, at), str) and at != ("name",):
                kinds.setdefault(tuple(step for step in at if isinstance(step, str)), []).append(at)
        for places in kinds.values():
            old = [_get(data, at) for at in places]
            for at in places:
                put(data, at, text)
            (folder / name).write_text(json.dumps(data), encoding="utf-8")
            if is_read():
                changed += len(places)
            else:
                for at, value in zip(places, old, strict=True):
                    put(data, at, value)
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
    (folder / "README.md").write_text(text, encoding="utf-8")
    return changed
