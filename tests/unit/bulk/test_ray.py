"""The same output by a cluster of Ray, whatever becomes of its machines."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from itner.records.bulk import BulkManifest
from itner.records.workspace import Workspace
from itner.workflows.tag_corpus import Asked, plan, tag_corpus

# Ray starts a dozen processes, which have 15 seconds for it.
pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("ray")]
ASKED = Asked("names", text_columns=("body",), block_bytes=20_000)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    utility = pytest.importorskip("ray.cluster_utils")
    monkeypatch.chdir(tmp_path)
    text = "Outlook 16.0 crashes on Windows 11 with 0x80070005. Excel hangs on a ThinkPad T480. " * 6
    Path("in.jsonl").write_text("".join(json.dumps({"body": f"{number} {text}"}) + "\n" for number in range(6_000)))
    found = utility.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        yield found
    finally:
        found.shutdown()


def tag(place: Workspace, output: str, during: Callable[[], None] = lambda: None, **how: Any) -> BulkManifest:
    """Tag, and do something in the middle of it."""
    done = []

    def listen(message: str, share: float) -> None:
        if share > 0.3 and not done:
            done.append(share)
            during()

    return tag_corpus(plan(["in.jsonl"], ASKED, place), Path(output), place, None, 1, listen, **how)


def hashes(manifest: BulkManifest) -> list[str | None]:
    return [shard.sha256 for shard in manifest.shards]


def find_actors() -> list[int]:
    """Processes of actors on this machine, as Ray calls them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"ray::Worker"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_two_nodes_a_lost_worker_and_one_that_joins(place: Workspace, cluster: Any) -> None:
    expected = hashes(tag(place, "local"))
    assert len(expected) > 50
    cluster.add_node(num_cpus=1)
    how = {"engine": "ray", "address": cluster.address}
    assert hashes(tag(place, "two", **how)) == expected

    lost: list[int] = []

    def lose() -> None:
        lost.append(find_actors()[0])
        os.kill(lost[0], signal.SIGKILL)

    assert hashes(tag(place, "lost", lose, **how)) == expected
    assert lost

    seen: list[set[int]] = []

    def join() -> None:
        seen.append(set(find_actors()))
        cluster.add_node(num_cpus=2)
        threading.Thread(target=look).start()

    def look() -> None:
        for _ in range(100):
            seen.append(set(find_actors()))
            time.sleep(0.1)

    assert hashes(tag(place, "joined", join, **how)) == expected
    assert len(set.union(*seen[1:]) - seen[0]) > 0
    assert len(seen[0]) == 2
