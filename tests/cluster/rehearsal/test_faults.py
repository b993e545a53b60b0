"""What goes wrong on request, for whom, how often and how long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.rehearsal.faults import KINDS, Fault, Faults
from errors import UsageError

RUN = {
    "action": "RunInstances",
    "role": "ray-on-aws-us-east-1-head",
    "instance_type": "c7i.4xlarge",
    "zone": "us-east-1a",
    "market": "spot",
}
ON_DEMAND = RUN | {"market": "on-demand"}
DESCRIBE = {"action": "DescribeInstances", "role": "ray-on-aws-us-east-1-head"}


def faults(*at_work: Fault) -> Faults:
    found = Faults()
    for one in at_work:
        found.add(one)
    return found


def code(at_work: Faults, call: dict[str, str]) -> str:
    refusal = at_work.refusal(call)
    return refusal.code if refusal else ""


def test_without_a_fault_nothing_is_refused() -> None:
    assert Faults().refusal(RUN) is None
    assert Faults().delay(RUN) == 0


@pytest.mark.parametrize(
    ("narrowed", "refused"),
    [
        ({}, True),
        ({"market": "spot"}, True),
        ({"market": "on-demand"}, False),
        ({"zone": "us-east-1a"}, True),
        ({"zone": "us-east-1b"}, False),
        ({"instance_type": "c7i.4xlarge"}, True),
        ({"instance_type": "c7i.8xlarge"}, False),
        ({"market": "spot", "zone": "us-east-1b"}, False),
        ({"market": "spot", "zone": "us-east-1a", "instance_type": "c7i.4xlarge"}, True),
    ],
)
def test_capacity_runs_out_by_type_zone_and_market(narrowed: dict[str, str], refused: bool) -> None:
    at_work = faults(Fault(kind="capacity", **narrowed))  # type: ignore[arg-type]
    assert code(at_work, RUN) == ("InsufficientInstanceCapacity" if refused else "")
    assert code(at_work, DESCRIBE) == ""
    assert code(at_work, DESCRIBE | {"action": "TerminateInstances"}) == ""


def test_capacity_is_told_in_ec2_s_words() -> None:
    at_work = faults(Fault(kind="capacity"))
    spot, on_demand = at_work.refusal(RUN), at_work.refusal(ON_DEMAND)
    assert spot
    assert on_demand
    assert spot.message == "There is no Spot capacity available that matches your request."
    assert "sufficient c7i.4xlarge capacity" in on_demand.message
    assert "(us-east-1a)" in on_demand.message
    assert (spot.status, on_demand.status) == (500, 500)


def test_a_type_that_a_zone_has_not_is_told_as_each_call_tells_it() -> None:
    at_work = faults(Fault(kind="offer", instance_type="c7i.4xlarge", zone="us-east-1a"))
    refusal = at_work.refusal(ON_DEMAND)
    assert refusal
    assert (refusal.status, refusal.code) == (400, "Unsupported")
    assert "(c7i.4xlarge) is not supported in your requested Availability Zone" in refusal.message
    assert at_work.room(RUN, 2) == (0, "InvalidFleetConfiguration", refusal.message)
    for elsewhere in ({"zone": "us-east-1b"}, {"instance_type": "c7i.8xlarge"}):
        assert code(at_work, RUN | elsewhere) == ""
        assert at_work.room(RUN | elsewhere, 2)[0] == 2
    assert code(at_work, DESCRIBE) == ""


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        ("", True),
        ("ray-on-aws-us-east-1-head", True),
        ("head", True),
        ("worker", False),
        ("ead", False),
    ],
)
def test_calls_are_denied_by_role(role: str, refused: bool) -> None:
    at_work = faults(Fault(kind="deny", action="RunInstances", role=role))
    assert code(at_work, RUN) == ("UnauthorizedOperation" if refused else "")
    assert code(at_work, DESCRIBE) == ""


def test_a_denied_call_says_whose_it_was() -> None:
    refusal = faults(Fault(kind="deny")).refusal(RUN)
    assert refusal
    assert refusal.status == 403
    assert "assumed-role/ray-on-aws-us-east-1-head/" in refusal.message
    assert refusal.message.endswith("ec2:RunInstances")


def test_a_share_of_calls_is_throttled() -> None:
    at_work = faults(Fault(kind="throttle", share=0.3))
    refused = sum(code(at_work, DESCRIBE) == "RequestLimitExceeded" for _ in range(2000))
    # Six standard deviations around 600: not once in a hundred million runs is it outside.
    assert 477 < refused < 723
    assert code(faults(Fault(kind="throttle")), DESCRIBE) == "RequestLimitExceeded"


def test_the_longest_delay_of_those_that_concern_a_machine_counts() -> None:
    at_work = faults(
        Fault(kind="slow-boot", seconds=30),
        Fault(kind="slow-boot", seconds=90, market="spot"),
        Fault(kind="slow-boot", seconds=300, zone="us-east-1b"),
        Fault(kind="capacity"),
    )
    assert at_work.delay(RUN) == 90
    assert at_work.delay(ON_DEMAND) == 30
    assert code(faults(Fault(kind="slow-boot", seconds=30)), RUN) == ""


def test_a_fault_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work = Faults()
    at_work.add(Fault(kind="capacity"), 60)
    at_work.add(Fault(kind="throttle"))
    assert [one.kind for one in at_work.now] == ["capacity", "throttle"]
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert [one.kind for one in at_work.now] == ["throttle"]


@given(st.lists(st.sampled_from(list(KINDS))), st.sampled_from(["", *KINDS]))
def test_clearing_ends_those_of_a_kind_and_no_others(kinds: list[str], kind: str) -> None:
    at_work = faults(*(Fault(kind=one, seconds=5.0 * (one == "slow-boot")) for one in kinds))
    count = at_work.clear(kind)
    left = [one.kind for one in at_work.now]
    assert left == [one for one in kinds if kind not in ("", one)]
    assert count == len(kinds) - len(left)


@given(st.lists(st.sampled_from(["spot", "on-demand"])), st.sampled_from(["spot", "on-demand"]))
def test_ending_one_leaves_all_others(markets: list[str], market: str) -> None:
    at_work = faults(*(Fault(kind="capacity", market=one) for one in markets))
    assert at_work.end(Fault(kind="capacity", market=market)) == (market in markets)
    left = [one.market for one in at_work.now]
    assert sorted([*left, *[market] * (market in markets)]) == sorted(markets)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"kind": "quake"},
            "'quake' is no fault: choose capacity, offer, throttle, deny, slow-boot",
        ),
        ({"kind": "capacity", "market": "free"}, "'free' is no market: choose spot or on-demand"),
        ({"kind": "capacity", "zone": "here"}, "'here' is no zone: they are named like us-east-1a"),
        ({"kind": "capacity", "instance_type": "c7i"}, "'c7i' is not the name of an EC2 instance"),
        ({"kind": "deny", "action": "Run"}, "EC2 has no call 'Run'"),
        ({"kind": "throttle", "share": 0.0}, "a share of 0 of the calls"),
        ({"kind": "throttle", "share": 1.5}, "a share of 1.5 of the calls"),
        ({"kind": "throttle", "share": float("nan")}, "a share of nan of the calls"),
        ({"kind": "slow-boot"}, "slow-boot by 0 seconds"),
        ({"kind": "slow-boot", "seconds": 1e9}, "slow-boot by 1e+09 seconds"),
        ({"kind": "deny", "market": "spot"}, "market means nothing to deny, which takes action"),
        ({"kind": "capacity", "action": "RunInstances"}, "action means nothing to capacity"),
        ({"kind": "capacity", "seconds": 5.0, "share": 0.5}, "seconds, share means nothing to"),
    ],
)
def test_what_is_no_fault_is_refused_in_a_sentence(given: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        Fault(**given)  # type: ignore[arg-type]
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize("seconds", [-1.0, float("inf"), float("nan")])
def test_a_fault_lasts_a_time_that_there_is(seconds: float) -> None:
    with pytest.raises(UsageError):
        Faults().add(Fault(kind="capacity"), seconds)


def test_no_kind_of_that_name_can_be_cleared() -> None:
    with pytest.raises(UsageError, match="'quake' is no fault"):
        Faults().clear("quake")


def test_capacity_has_room_for_some() -> None:
    faults = Faults()
    faults.add(Fault(kind="capacity", instance_type="c7i.4xlarge", room=3))
    facts = {"instance_type": "c7i.4xlarge", "zone": "us-east-1a", "market": "spot"}
    call = {**facts, "action": "RunInstances"}
    assert faults.room({**facts, "instance_type": "c7a.4xlarge"}, 5)[0] == 5
    # RunInstances has all that it asks for, or nothing.
    assert faults.refusal({**call, "count": "4"}) is not None
    assert faults.refusal({**call, "count": "1"}) is None
    assert faults.room(facts, 5) == (
        2,
        "InsufficientInstanceCapacity",
        "There is no Spot capacity available that matches your request.",
    )
    assert faults.room(facts, 1)[0] == 0
    assert faults.refusal({**call, "count": "1"}) is not None


def test_the_narrowest_room_counts() -> None:
    faults = Faults()
    faults.add(Fault(kind="capacity", market="spot", room=5))
    faults.add(Fault(kind="capacity", zone="us-east-1a", room=1))
    facts = {"instance_type": "c7i.4xlarge", "zone": "us-east-1a", "market": "spot"}
    assert faults.room(facts, 4)[0] == 1
    assert faults.room({**facts, "zone": "us-east-1b"}, 9)[0] == 4


def test_room_is_none_of_less_than_nothing() -> None:
    with pytest.raises(UsageError, match="room for -1 instances"):
        Fault(kind="capacity", room=-1)
    with pytest.raises(UsageError, match="room means nothing to deny"):
        Fault(kind="deny", room=1)
