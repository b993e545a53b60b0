"""Figures of a run, from its facts."""

from __future__ import annotations

from collections.abc import Iterable

from commands.drilling.facts import Attempt, Facts, Mark


def lost(facts: Facts) -> list[tuple[Attempt, float]]:
    """The attempts that began and never ended, each with the seconds of work lost with it.

    The work was lost when the instance ended, or when the node left if that was earlier.
    """
    return [
        (one, max(0.0, _lost_at(facts, one) - one.started))
        for one in facts.attempts
        if one.ended is None
    ]


def _lost_at(facts: Facts, attempt: Attempt) -> float:
    life = facts.nodes.get(attempt.node)
    times = [facts.end]
    if life is not None:
        machine = facts.machine_of(attempt.node)
        terminated = [
            mark.at
            for mark in facts.marks
            if (mark.what, mark.node) == ("terminated", attempt.node) and mark.at > attempt.started
        ]
        known = (life.left, machine.ended if machine else None, *terminated)
        times += [time for time in known if time is not None]
    return min(times)


def lost_seconds(facts: Facts, nodes: Iterable[str] | None = None) -> float:
    """The task-seconds that were lost; on some nodes, if they are named."""
    wanted = None if nodes is None else set(nodes)
    return sum(
        seconds for attempt, seconds in lost(facts) if wanted is None or attempt.node in wanted
    )


def retried(facts: Facts) -> int:
    """How many tasks were begun more than once."""
    return len({one.task for one in facts.attempts if one.number > 0})


def busy(facts: Facts, market: str = "") -> list[str]:
    """The ids of the nodes that tasks run on now, those with most of them first.

    Only such as are on an instance that EC2 has; of a market, if one is named.
    """
    found = [
        life.node
        for life in facts.nodes.values()
        if life.left is None
        and life.draining is None
        and facts.running_on(life.node)
        and (machine := facts.machine_of(life.node)) is not None
        and market in ("", machine.market)
    ]
    return sorted(found, key=facts.running_on, reverse=True)


def again_s(facts: Facts, at: float) -> float | None:
    """Seconds from a time until the first task was begun again; None where none was."""
    later = [one.started - at for one in facts.attempts if one.number > 0 and one.started > at]
    return min(later, default=None)


def mark(facts: Facts, what: str, node: str = "") -> Mark:
    """The first mark of a kind; of a node, if one is named.

    Raises:
        LookupError: there is none.
    """
    for one in facts.marks:
        if one.what == what and node in ("", one.node):
            return one
    raise LookupError(what)


def detected_s(facts: Facts, at: float, node: str) -> float | None:
    """Seconds from a time until Ray no longer sent tasks to a node; None where it went on."""
    life = facts.nodes[node]
    times = [time for time in (life.draining, life.left) if time is not None]
    return min(times) - at if times else None


def replacements_s(facts: Facts, at: float, nodes: Iterable[str]) -> list[float]:
    """Seconds from a time until the first, second, ... node joined that is as those named were.

    As many as are named, or as came.
    """
    gone = list(nodes)
    kinds = {facts.nodes[one].kind for one in gone}
    joined = sorted(
        life.joined - at for life in facts.nodes.values() if life.joined > at and life.kind in kinds
    )
    return joined[: len(gone)]
