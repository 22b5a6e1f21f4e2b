"""Blocks on a cluster with slow machines and machines that are lost: what the size of a block costs.

Dealt out as `itner.bulk.cluster` does: to whoever has room for another; what a lost machine was at goes to
others, from its beginning; nothing is done twice on purpose.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from dataclasses import dataclass, field

from itner.bulk.worker import AHEAD
from itner.records.bulk import Cluster, SimulatedBlocks

_DAY = 86_400.0


@dataclass
class _Actor:
    machine: int
    # Blocks in hand, the first of which is being done.
    held: deque[int] = field(default_factory=deque)
    # When that began, and which of its beginnings it was: an event of an earlier one is void.
    began: float = 0.0
    turn: int = 0


def simulate(cluster: Cluster, block_mib: float, seed: int) -> SimulatedBlocks:
    """One job, with this much input a block.

    Returns:
        Times in hours; shares are of the time that all cores together had.
    """
    drawn = random.Random(seed)
    count = max(1, round(cluster.input_mib / block_mib))
    slow = [drawn.random() < cluster.slow_share for _ in range(cluster.machines)]
    speed = [1 / cluster.slow_times if each else 1.0 for each in slow]
    actors = [_Actor(machine) for machine in range(cluster.machines) for _ in range(cluster.cores)]
    plain = cluster.overhead_seconds + block_mib * cluster.seconds_per_mib
    waiting: deque[int] = deque(range(count))
    free: deque[int] = deque(list(range(len(actors))) * AHEAD)
    # When, what, for whom, which turn.
    events: list[tuple[float, str, int, int]] = []
    for machine in range(cluster.machines):
        heapq.heappush(events, (_next_loss(cluster, drawn, 0.0), "lost", machine, 0))
    done, now, lost_seconds, useful = 0, 0.0, 0.0, 0.0
    takes: dict[int, float] = {}
    absent: set[int] = set()

    def begin(number: int) -> None:
        actor = actors[number]
        actor.began, actor.turn = now, actor.turn + 1
        block = actor.held[0]
        if block not in takes:
            takes[block] = plain * drawn.lognormvariate(0.0, cluster.spread)
        heapq.heappush(events, (now + takes[block] / speed[actor.machine], "done", number, actor.turn))

    def deal() -> None:
        while waiting and free:
            number = free.popleft()
            if actors[number].machine in absent:
                continue
            actors[number].held.append(waiting.popleft())
            if len(actors[number].held) == 1:
                begin(number)

    deal()
    while done < count:
        now, what, number, turn = heapq.heappop(events)
        if what == "done":
            actor = actors[number]
            if turn != actor.turn or not actor.held:
                continue
            useful += now - actor.began
            takes.pop(actor.held.popleft())
            done += 1
            free.append(number)
            if actor.held:
                begin(number)
        elif what == "lost":
            absent.add(number)
            for place in _of(number, cluster):
                actor = actors[place]
                if actor.held:
                    lost_seconds += now - actor.began
                    waiting.extendleft(reversed(actor.held))
                    actor.held.clear()
                actor.turn += 1
            heapq.heappush(events, (now + cluster.back_after_seconds, "back", number, 0))
        else:
            absent.discard(number)
            # Whatever is left of their places before they were lost is void.
            mine = set(_of(number, cluster))
            free = deque(place for place in free if place not in mine)
            free.extend(list(mine) * AHEAD)
            heapq.heappush(events, (_next_loss(cluster, drawn, now), "lost", number, 0))
        deal()
    had = now * len(actors)
    ideal = count * plain / sum(speed[actor.machine] for actor in actors)
    return SimulatedBlocks(
        block_mib=block_mib,
        blocks=count,
        hours=now / 3600,
        ideal_hours=ideal / 3600,
        lost_share=lost_seconds / had,
        overhead_share=count * cluster.overhead_seconds / had,
        idle_share=max(0.0, 1 - (useful + lost_seconds) / had),
    )


def _of(machine: int, cluster: Cluster) -> range:
    return range(machine * cluster.cores, (machine + 1) * cluster.cores)


def _next_loss(cluster: Cluster, drawn: random.Random, now: float) -> float:
    if not cluster.losses_per_day:
        return float("inf")
    return now + drawn.expovariate(cluster.losses_per_day / _DAY)
