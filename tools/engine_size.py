"""How much memory and time merging a million labelled texts takes: `python -m tools.engine_size [TEXTS]`.

The texts are made here: with copies, near copies, texts labelled differently and held-out ones planted at known places,
so that what is left out is known beforehand. Printed are time, peak memory, and whether every text is accounted for.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from itner.core.types import Mention
from itner.labelling.held_out import HeldOut
from itner.labelling.merge import Rules, plan_merge
from itner.labelling.shards import LABELLED, REPORT, Text, write_shards

_SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "po", "ra", "se", "ti", "vo", "xa", "zu", "che", "dri", "fla", "gro")
_HELD = "the laptop of the third floor shows nothing since monday {}"


def make_texts(count: int, seed: int = 13) -> Iterator[Text]:
    """Of each hundred: two copies, one of them labelled otherwise, two near copies, one held out; the others unlike."""
    chance = random.Random(seed)
    words = ["".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4))) for _ in range(50_000)]
    before = ""
    for number in range(count):
        place = number % 100
        said = " ".join(chance.choices(words, k=chance.randint(8, 30)))
        mention: tuple[Mention, ...] = (Mention(0, len(said.split()[0]), "SOFTWARE"),)
        if place == 0:
            before = said
        if place in (10, 20):
            said = before.upper()
            mention = (Mention(0, len(said.split()[0]), "SOFTWARE"),) if place == 10 else ()
        elif place in (30, 40) and len(before.split()) > 25:
            said = f"{before} {words[number % len(words)]}"
            mention = (Mention(0, len(said.split()[0]), "SOFTWARE"),)
        elif place == 50:
            said, mention = _HELD.format(number), ()
        yield Text(str(number), said, "en", "made", mention, "made")


def main(count: int) -> None:
    """Make, merge, and say what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "labelled"
        folder.mkdir()
        started = time.perf_counter()
        write_shards(make_texts(count), folder, LABELLED)
        (folder / REPORT).write_text("{}", encoding="utf-8")
        made = time.perf_counter() - started
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        scratch = Path(name) / "scratch"
        scratch.mkdir()
        started = time.perf_counter()
        held = HeldOut([_HELD.format(number) for number in range(50, count, 100)])
        plan = plan_merge([folder], held, Rules(validation=0.1), scratch)
        took = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        kept = int((plan.split >= 0).sum())
        print(f"{count:,} texts made in {made:.0f} s, {before:.0f} MiB")
        facts = sum(path.stat().st_size for path in scratch.iterdir()) / 2**20
        print(f"planned in {took:.0f} s, peak {peak:.0f} MiB; files of facts {facts:.0f} MiB")
        print(f"kept {kept:,}, left out {plan.left_out}, conflicts {plan.conflicts:,}")
        print(f"accounted for: {kept + sum(plan.left_out.values()) == count}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
