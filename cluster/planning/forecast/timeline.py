"""How many nodes there were when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cluster.planning.forecast.fleet import Node

REQUESTED, JOINED = "requested", "joined"
MOST_WAVES = 20


@dataclass(frozen=True, kw_only=True)
class Step:
    """From this second on, a node type has so many nodes.

    Attributes:
        time: in seconds.
        node_type: whose.
        state: `requested`, all that EC2 was asked for and that are not gone; or `joined`, those of
            them that work.
        count: how many.
    """

    time: float
    node_type: str
    state: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Wave:
    """Nodes of a type that were asked for together, or one round after the other.

    Attributes:
        asked: from which second to which.
        node_type: of them.
        count: how many.
        joined: from which second to which they joined; None where none did.
    """

    asked: tuple[float, float]
    node_type: str
    count: int
    joined: tuple[float, float] | None


def steps(nodes: Iterable[Node]) -> tuple[Step, ...]:
    """The steps by time, of each type what was requested before what joined."""
    changes: dict[tuple[float, str, str], int] = {}
    for node in nodes:
        for state, begin in ((REQUESTED, node.asked), (JOINED, node.joined)):
            if begin is None:
                continue
            for time, by in ((begin, 1), (node.ended, -1)):
                if time is not None:
                    key = (time, node.kind.name, state)
                    changes[key] = changes.get(key, 0) + by
    counts: dict[tuple[str, str], int] = {}
    found: list[Step] = []
    for (time, name, state), by in sorted(changes.items(), key=_by_time):
        if by:
            counts[name, state] = counts.get((name, state), 0) + by
            found.append(Step(time=time, node_type=name, state=state, count=counts[name, state]))
    return tuple(found)


def _by_time(change: tuple[tuple[float, str, str], int]) -> tuple[float, str, bool]:
    (time, name, state), _ = change
    return time, name, state == JOINED


def waves(nodes: Iterable[Node], every: float) -> tuple[Wave, ...]:
    """The nodes by when they were asked for; rounds that follow each other in one if many.

    Args:
        nodes: all there were.
        every: seconds between two rounds.
    """
    together: dict[tuple[float, str], list[Node]] = {}
    for node in nodes:
        if node.asked is not None:
            together.setdefault((node.asked, node.kind.name), []).append(node)
    found = [_wave(group) for group in together.values()]
    found.sort(key=lambda wave: wave.asked)
    return tuple(found if len(found) <= MOST_WAVES else _merged(found, every))


def _wave(group: Sequence[Node]) -> Wave:
    joined = [node.joined for node in group if node.joined is not None]
    asked = group[0].asked or 0.0
    return Wave(
        asked=(asked, asked),
        node_type=group[0].kind.name,
        count=len(group),
        joined=(min(joined), max(joined)) if joined else None,
    )


def _merged(found: Sequence[Wave], every: float) -> list[Wave]:
    """Waves of a type that follow each other without a pause are one."""
    last: dict[str, Wave] = {}
    merged: list[Wave] = []
    for wave in found:
        before = last.get(wave.node_type)
        if before and wave.asked[0] - before.asked[1] <= every * 1.5:
            merged.remove(before)
            both = [times for times in (before.joined, wave.joined) if times]
            wave = Wave(
                asked=(before.asked[0], wave.asked[1]),
                node_type=wave.node_type,
                count=before.count + wave.count,
                joined=(both[0][0], max(times[1] for times in both)) if both else None,
            )
        merged.append(wave)
        last[wave.node_type] = wave
    return sorted(merged, key=lambda wave: wave.asked)
