"""Who is asked, in which order, and what is remembered: for any pools and any that run dry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.node.fleet.filling import Answer, Ask, Refused, Why, fill
from cluster.node.fleet.pools import Memory, Pool

TYPES, SUBNETS, MARKETS = ("a", "b", "c"), ("one", "two"), ("spot", "on-demand")
POOLS = [[Pool(kind, subnet, market) for kind in TYPES for subnet in SUBNETS] for market in MARKETS]
ALL = [pool for pools in POOLS for pool in pools]
REMEMBER = 180.0


@dataclass
class Market:
    """EC2, of which each pool has so much."""

    room: dict[Pool, int]
    asked: list[list[Pool]] = field(default_factory=list)

    def ask(self, pools: Sequence[Pool], count: int) -> Answer:
        self.asked.append(list(pools))
        made: dict[Pool, list[str]] = {}
        refused = []
        for pool in pools:
            given_up = min(count, self.room.get(pool, 0))
            if given_up:
                made[pool] = [f"i-{pool}-{number}" for number in range(given_up)]
            if given_up < count:
                refused.append(Refused(pool=pool, code="InsufficientInstanceCapacity", message=""))
            count -= given_up
            if not count:
                break
        return Answer(made=made, refused=tuple(refused))


rooms = st.dictionaries(st.sampled_from(ALL), st.integers(0, 4))
steps = st.lists(
    st.tuples(rooms, st.integers(1, 6), st.floats(0, 200), st.sampled_from([1, 2])),
    min_size=1,
    max_size=6,
)


@given(steps)
def test_requests_are_filled_and_memory_is_heeded(
    asked: list[tuple[dict[Pool, int], int, float, int]],
) -> None:
    now = [0.0]
    memory = Memory(lambda: now[0])
    dry_until: dict[Pool, float] = {}
    for room, count, seconds, markets in asked:
        now[0] += seconds
        market = Market(dict(room))
        allowed = POOLS[:markets]
        before = {pool for pool in ALL if dry_until.get(pool, -1) > now[0]}
        assert before == {pool for pool in ALL if memory.dry(pool)}
        answers = fill(count, allowed, memory, REMEMBER, market.ask)
        made = sum(len(one.numbers) for one in answers)
        there = sum(room.get(pool, 0) for pools in allowed for pool in pools)
        assert made == min(count, there)
        check_order(market.asked, allowed, before)
        for answer in answers:
            for pool in answer.made:
                dry_until.pop(pool, None)
            dry_until.update(dict.fromkeys((one.pool for one in answer.refused), now[0] + REMEMBER))


def check_order(asked: list[list[Pool]], allowed: list[list[Pool]], before: set[Pool]) -> None:
    """One market at a time, no pool twice, and none that is remembered dry before all others."""
    everything = {pool for pools in allowed for pool in pools}
    done: set[Pool] = set()
    for pools in asked:
        assert len({pool.market for pool in pools}) == 1
        assert not done & set(pools)
        if before & set(pools):
            assert everything - before <= done
        done |= set(pools)
    assert done <= everything


def test_spot_comes_before_on_demand() -> None:
    market = Market(dict.fromkeys(ALL, 1))
    fill(8, POOLS, Memory(), REMEMBER, market.ask)
    assert market.asked == POOLS


def test_memory_ends() -> None:
    now = [0.0]
    memory = Memory(lambda: now[0])
    memory.note(ALL[:2], 180)
    assert [memory.dry(pool) for pool in ALL[:3]] == [True, True, False]
    now[0] = 179.9
    assert memory.dry(ALL[0])
    now[0] = 180
    assert not memory.dry(ALL[0])


def refusing(said: Mapping[Pool, Why], asked: list[list[Pool]]) -> Ask:
    """An EC2 that makes nothing, and refuses each pool so; the others as dry."""

    def ask(pools: Sequence[Pool], _count: int) -> Answer:
        asked.append(list(pools))
        return Answer(
            refused=tuple(
                Refused(pool=one, code="", message="", why=said.get(one, Why.DRY)) for one in pools
            )
        )

    return ask


@pytest.mark.parametrize("why", [Why.WRONG, Why.BUSY])
def test_nobody_else_is_asked_when_nobody_else_would_answer_otherwise(why: Why) -> None:
    asked: list[list[Pool]] = []
    memory = Memory()
    (answer,) = fill(1, POOLS, memory, REMEMBER, refusing(dict.fromkeys(ALL, why), asked))
    assert answer.refused[0].why is why
    assert asked == POOLS[:1]
    assert not any(memory.dry(pool) for pool in ALL)


@pytest.mark.parametrize("why", [Why.BUSY, Why.OTHER])
def test_one_pool_that_says_something_else_keeps_nobody_from_the_other_market(why: Why) -> None:
    asked: list[list[Pool]] = []
    memory = Memory()
    fill(1, POOLS, memory, REMEMBER, refusing({POOLS[0][2]: why}, asked))
    assert asked == POOLS
    assert [pool for pool in ALL if not memory.dry(pool)] == [POOLS[0][2]]


def test_a_right_that_is_missing_for_one_ends_it() -> None:
    asked: list[list[Pool]] = []
    fill(1, POOLS, Memory(), REMEMBER, refusing({POOLS[0][2]: Why.WRONG}, asked))
    assert asked == POOLS[:1]


@pytest.mark.parametrize("tried", [1, 2, 3, 5])
def test_pools_that_ec2_did_not_try_are_asked_before_another_market(tried: int) -> None:
    room = {POOLS[0][-1]: 1}
    asked: list[list[Pool]] = []

    def ask(pools: Sequence[Pool], _count: int) -> Answer:
        asked.append(list(pools))
        found = [one for one in pools[:tried] if one in room]
        return Answer(
            made={one: ["i-1"] for one in found},
            refused=tuple(
                Refused(
                    pool=one,
                    code="",
                    message="",
                    why=Why.DRY if one in pools[:tried] else Why.UNTRIED,
                )
                for one in pools
                if one not in found
            ),
        )

    memory = Memory()
    fill(1, POOLS, memory, REMEMBER, ask)
    assert asked == [POOLS[0][begin:] for begin in range(0, len(POOLS[0]), tried)]
    assert [pool for pool in ALL if memory.dry(pool)] == POOLS[0][:-1]


def test_pools_that_ec2_tries_not_even_alone_are_dry() -> None:
    asked: list[list[Pool]] = []
    memory = Memory()
    fill(1, POOLS, memory, REMEMBER, refusing(dict.fromkeys(POOLS[0], Why.UNTRIED), asked))
    assert asked == POOLS
    assert all(memory.dry(pool) for pool in ALL)
