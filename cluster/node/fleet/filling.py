"""Filling a request from pools: who is asked, in which order, and what is remembered of it.

Spot pools that nothing speaks against come first, then on-demand ones if it is time for them. Those
that are remembered to have no capacity come last, in the same order: they are asked only when no
other is left. Of the pools that it is given EC2 tries a few, so the rest are asked once more before
it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from cluster.node.fleet.pools import Memory, Pool


class Why(Enum):
    """What a refusal is about, by which it is known what comes next."""

    DRY = auto()
    """The pool has nothing to give: it is remembered, and others are asked."""
    UNTRIED = auto()
    """EC2 did not come to it: it is asked again, and is dry if it says the same alone."""
    BUSY = auto()
    """EC2 has had too many calls: Ray asks again by itself."""
    WRONG = auto()
    """The call itself, as a right that is missing: nobody else would answer otherwise."""
    OTHER = auto()
    """Anything else: not remembered, and others are asked."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why a pool gave less than it was asked for.

    Attributes:
        pool: that was asked.
        code: AWS's name of it, `InsufficientInstanceCapacity`.
        message: AWS's words.
        zone: of the pool, where AWS says it.
        why: what it is about.
    """

    pool: Pool
    code: str
    message: str
    zone: str = ""
    why: Why = Why.DRY


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
        while pools and count > 0:
            answer = ask(pools, count)
            answers.append(answer)
            count -= len(answer.numbers)
            untried = _untried(answer, pools)
            memory.forget(answer.made)
            memory.note((one.pool for one in answer.refused if _dry(one, untried)), remember)
            if _useless(answer):
                return answers
            pools = untried
    return answers


def _untried(answer: Answer, asked: Sequence[Pool]) -> list[Pool]:
    """The pools that are to be asked again; none where EC2 came to none of those that were."""
    found = [one.pool for one in answer.refused if one.why is Why.UNTRIED]
    return found if len(found) < len(asked) else []


def _dry(one: Refused, untried: Sequence[Pool]) -> bool:
    return one.why is Why.DRY or (one.why is Why.UNTRIED and one.pool not in untried)


def _useless(answer: Answer) -> bool:
    """Whether nobody else is to be asked now."""
    found = {one.why for one in answer.refused}
    return Why.WRONG in found or found == {Why.BUSY}


def _rounds(markets: Sequence[Sequence[Pool]], memory: Memory) -> Iterator[list[Pool]]:
    """Each pool once: what is remembered counts as it was before anybody was asked."""
    dry = [[pool for pool in pools if memory.dry(pool)] for pools in markets]
    fresh = [
        [pool for pool in pools if pool not in left_out]
        for pools, left_out in zip(markets, dry, strict=True)
    ]
    yield from filter(None, (*fresh, *dry))
