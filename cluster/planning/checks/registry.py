"""The list of checks, and how one is written.

A check is a function that yields a `Problem` for each place where something is wrong. Its name,
level and reason stand in the decorator, from where docs/checks.md has them too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cluster.planning.checks.cluster import Cluster
from cluster.planning.findings import Finding, Level
from cluster.planning.source import Key


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong, and where.

    Attributes:
        keys: that lead to it.
        what: is there.
        remedy: what to write.
        level: if another than the check's.
        why: if another than the check's.
    """

    keys: tuple[Key, ...]
    what: str
    remedy: str
    level: Level | None = None
    why: str = ""


Body = Callable[[Cluster], Iterator[Problem]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check.

    Attributes:
        name: in kebab case.
        level: of what it finds.
        summary: what it finds, in a sentence without its full stop.
        why: what would happen.
        anywhere: whether it holds for any provider, not for AWS alone.
        body: finds it.
    """

    name: str
    level: Level
    summary: str
    why: str
    anywhere: bool
    body: Body

    def findings(self, cluster: Cluster) -> Iterator[Finding]:
        """What it finds."""
        for problem in self.body(cluster):
            yield Finding(
                level=problem.level or self.level,
                check=self.name,
                file=str(cluster.source.path),
                line=cluster.source.line(problem.keys),
                what=problem.what,
                why=problem.why or self.why,
                remedy=problem.remedy,
            )


CHECKS: dict[str, Check] = {}


def finds(
    name: str, level: Level, summary: str, *, why: str, anywhere: bool = False
) -> Callable[[Body], Body]:
    """Make a check of a function, and add it to the list."""

    def add(body: Body) -> Body:
        CHECKS[name] = Check(
            name=name, level=level, summary=summary, why=why, anywhere=anywhere, body=body
        )
        return body

    return add
