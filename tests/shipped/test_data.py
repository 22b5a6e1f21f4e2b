"""What is committed under data/: counts of the corpora, and the reports beside them."""

from __future__ import annotations

import re

from shipped import HERE, REPOSITORY

from itner.data.processed import read_stats


def test_the_committed_statistics_show_the_real_corpus() -> None:
    stats = read_stats("stackoverflow", HERE)
    assert [stats.splits[name].sentences for name in ("train", "dev", "test")] == [9294, 2924, 3112]
    assert stats.splits["test"].mentions == {"SOFTWARE": 840, "VERSION": 110, "OS": 66, "HARDWARE": 53, "ERROR": 18}
    assert [stats.splits[name].repaired_tags for name in ("train", "dev", "test")] == [7, 3, 1]
    assert stats.splits["test"].also_in["train"] == 149
    assert len(stats.mapping) == 28
    text = (REPOSITORY / "data" / "processed_meta.json").read_text(encoding="utf-8")
    # The longest strings are hashes: no sentence is among them.
    assert max(map(len, re.findall(r'"([^"]*)"', text))) == 64
