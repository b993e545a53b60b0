"""Who is asked, in which order, and what is remembered: for any pools and any that run dry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from cluster.node.fleet.filling import Answer, Refused, fill
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


def test_nobody_else_is_asked_when_the_call_itself_is_wrong() -> None:
    asked = []

    def ask(pools: Sequence[Pool], _count: int) -> Answer:
        asked.append(pools)
        wrong = Refused(pool=pools[0], code="UnauthorizedOperation", message="no", dry=False)
        return Answer(refused=(wrong,))

    memory = Memory()
    (answer,) = fill(1, POOLS, memory, REMEMBER, ask)
    assert answer.refused[0].code == "UnauthorizedOperation"
    assert len(asked) == 1
    assert not any(memory.dry(pool) for pool in ALL)
