"""Filling a request from pools: who is asked, in which order, and what is remembered of it.

Spot pools that nothing speaks against come first, then on-demand ones if it is time for them. Those
that are remembered to have no capacity come last, in the same order: they are asked only when no
other is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cluster.node.fleet.pools import Memory, Pool


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why a pool gave less than it was asked for.

    Attributes:
        pool: that was asked.
        code: AWS's name of it, `InsufficientInstanceCapacity`.
        message: AWS's words.
        zone: of the pool, where AWS says it.
        dry: whether the pool has no capacity, rather than the call something wrong with it.
    """

    pool: Pool
    code: str
    message: str
    zone: str = ""
    dry: bool = True


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of asking pools of one market.

    Attributes:
        made: the ids of the instances that there are now, by pool.
        refused: the pools that gave less.
    """

    made: dict[Pool, list[str]] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()

    @property
    def numbers(self) -> list[str]:
        """The ids of all."""
        return [number for numbers in self.made.values() for number in numbers]


Ask = Callable[[Sequence[Pool], int], Answer]


def fill(
    count: int, markets: Sequence[Sequence[Pool]], memory: Memory, remember: float, ask: Ask
) -> list[Answer]:
    """Asks until there are as many instances as wanted, or nobody is left to ask.

    Args:
        count: how many are wanted.
        markets: the pools of each market that may be asked, the preferred market first.
        memory: of pools without capacity; what is learnt goes there too.
        remember: for so many seconds.
        ask: asks pools of one market for so many instances.
    """
    answers: list[Answer] = []
    for pools in _rounds(markets, memory):
        answer = ask(pools, count)
        answers.append(answer)
        count -= len(answer.numbers)
        memory.forget(answer.made)
        memory.note((one.pool for one in answer.refused if one.dry), remember)
        # What is wrong with the call itself, as throttling or a missing right, is no better there.
        if count <= 0 or any(not one.dry for one in answer.refused):
            break
    return answers


def _rounds(markets: Sequence[Sequence[Pool]], memory: Memory) -> Iterator[list[Pool]]:
    """Each pool once: what is remembered counts as it was before anybody was asked."""
    dry = [[pool for pool in pools if memory.dry(pool)] for pools in markets]
    fresh = [
        [pool for pool in pools if pool not in left_out]
        for pools, left_out in zip(markets, dry, strict=True)
    ]
    yield from filter(None, (*fresh, *dry))
