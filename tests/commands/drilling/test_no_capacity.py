"""`no-capacity`: its verdict over runs that are told, where it fits, and what it asks of EC2."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster import jobs
from cluster.aws import launcher
from cluster.configs import find
from cluster.node.fleet.wish import Wish
from cluster.rehearsal.events import Event
from commands.drilling import no_capacity, rays_own
from commands.drilling.drought import drought
from commands.drilling.facts import Facts, Mark
from commands.drilling.options import Options
from commands.drilling.outcome import NAMES, Outcome
from errors import ServiceError, UsageError
from tests.cluster.test_launched import ONE
from tests.commands.drilling.facts import attempt, count, facts, mark, node
from tests.commands.drilling.stages import CONFIG, Scripted, run_of, scripted

REHEARSED = replace(ONE, target="rehearsal")
TYPES = ("r7i.2xlarge", "r6in.2xlarge")
WISH = Wish(instance_types=TYPES, subnets=("subnet-1",), spot=True, remember=30.0)
NODE: dict[str, Any] = {
    "InstanceType": TYPES[0],
    "InstanceMarketOptions": {"MarketType": "spot"},
    "SubnetIds": ["subnet-1"],
    "Fleet": {"InstanceTypes": list(TYPES), "RememberSeconds": 30},
}
REFUSED, ON_DEMAND, SPOT = "spot refused", "on-demand asked for", "spot asked for"
BACK = "capacity is back"


def config(**changes: Any) -> dict[str, Any]:
    """The stage's config with a fleet of Intel's, of which keys may be changed."""
    found: dict[str, Any] = copy.deepcopy(CONFIG)
    fleet = NODE["Fleet"] | {name: one for name, one in changes.items() if name in NODE["Fleet"]}
    fleet |= {name: one for name, one in changes.items() if name == "OnDemandAfterSeconds"}
    types = found["available_node_types"]
    for one in types.values():
        one["node_config"] = {"InstanceType": TYPES[0]}
    types["graviton"]["min_workers"] = 0
    types["intel"] |= {"node_config": NODE | {"Fleet": fleet}, "max_workers": 5}
    types["intel"] |= {name: one for name, one in changes.items() if name == "max_workers"}
    found["provider"] = {"type": "external", "module": "cluster.node.fleet.FleetNodeProvider"}
    return found


def failing(outcome: Outcome) -> list[str]:
    return [one.what for one in outcome.checks if not one.holds]


def ours(**changes: Any) -> Facts:
    """Refused after 2 s, a node of the other market after 16, a task on it after 17."""
    told: dict[str, Any] = {
        "nodes": [node("a"), node("b", joined=16)],
        "attempts": [attempt(0, "a", 1, 6), attempt(1, "b", 17, 22)],
        "marks": [mark(REFUSED, 2), mark(REFUSED, 2), mark(ON_DEMAND, 2.5)],
    }
    return facts(**told | changes)


def own(**changes: Any) -> Facts:
    """Refused again and again from 2 s on; capacity returns after 62 s, a node after 76."""
    told: dict[str, Any] = {
        "nodes": [node("a"), node("b", joined=76)],
        "attempts": [attempt(0, "a", 1, 6), attempt(1, "b", 77, 82)],
        "marks": [mark(REFUSED, 2), mark(REFUSED, 4), mark(BACK, 62), mark(SPOT, 63)],
        "counts": [waiting(one, 4) for one in (1, 30, 61, 80)],
    }
    return facts(**told | changes)


def waiting(at: float, tasks: int) -> Any:
    return replace(count(at, 1), waiting=tasks)


AGAIN = facts(marks=[mark(SPOT, 3)])


def test_work_goes_on_elsewhere_and_with_rays_own_provider_it_does_not() -> None:
    outcome = no_capacity.judge(ours(), own(), AGAIN, WISH)
    assert failing(outcome) == []
    told = outcome.as_dict()
    assert {name: told[name] for name in NAMES} == {
        "lost_task_seconds": 0,
        "replacement_s": 15,
        "detected_s": 0.5,
        "tasks": 6,
        "tasks_done": 6,
    }
    mine = ("joined_s", "refusals", "rays_own_requests", "rays_own_waited_s", "rays_own_resumed_s")
    assert [told[name] for name in mine] == [14, 2, 2, 60, 15]
    assert told["next_asked"] == "spot"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"marks": []}, "spot refused by pools of the fleet"),
        ({"attempts": [attempt(1, "b", 22.5, 30)]}, "work goes on elsewhere, after"),
        ({"nodes": [node("a"), node("b")]}, "work goes on elsewhere, after"),
        ({"done": 1}, "tasks done"),
    ],
)
def test_what_is_amiss_with_the_fleet(changes: dict[str, Any], what: str) -> None:
    missed = failing(no_capacity.judge(ours(**changes), own(), AGAIN, WISH))
    assert missed
    assert any(one.startswith(what) for one in missed)


def test_a_config_that_waits_for_spot_is_given_that_time() -> None:
    late = ours(attempts=[attempt(1, "b", 50, 55)])
    assert failing(no_capacity.judge(late, own(), None, replace(WISH, on_demand_after=30.0))) == []
    assert failing(no_capacity.judge(late, own(), None, replace(WISH, on_demand_after=20.0)))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"marks": [mark(REFUSED, 2), mark(BACK, 62)]}, "requests refused"),
        ({"marks": [mark(REFUSED, 2), mark(REFUSED, 4)]}, "goes on when capacity is back"),
        ({"nodes": [node("a"), node("b", joined=40)]}, "work goes on elsewhere while"),
        ({"counts": [waiting(30, 0)]}, "fewest tasks that waited"),
        ({"counts": []}, "fewest tasks that waited"),
        ({"attempts": [attempt(0, "a", 1, 6)]}, "goes on when capacity is back"),
        ({"right": False}, "tasks done"),
        # Nobody asked, so nothing was shown.
        ({"marks": []}, "work goes on elsewhere while"),
    ],
)
def test_what_is_amiss_with_rays_own(changes: dict[str, Any], what: str) -> None:
    missed = failing(no_capacity.judge(ours(), own(**changes), AGAIN, WISH))
    assert any(what in one for one in missed), missed


@pytest.mark.parametrize("marks", [[], [mark(ON_DEMAND, 3), mark(SPOT, 4)]])
def test_the_next_node_is_to_be_spot_again(marks: list[Mark]) -> None:
    again = replace(AGAIN, marks=marks)
    assert len(failing(no_capacity.judge(ours(), own(), again, WISH))) == 1


def test_what_was_not_waited_for_is_said() -> None:
    outcome = no_capacity.judge(ours(), own(), None, replace(WISH, remember=180.0))
    assert failing(outcome) == []
    assert "leaves spot out for 180 s" in outcome.notes[-1]


@dataclass(frozen=True, kw_only=True)
class Dry(Scripted):
    """A stage of emulated EC2, where what is asked is written down."""

    asked: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)

    def ask(self, path: str, **asked: object) -> Any:
        self.asked.append(" ".join([path, *map(str, asked.values())]))
        return self.faults

    def happened(self) -> list[Event]:
        return self.events


def dry(**changes: Any) -> Dry:
    told = {name: getattr(scripted(), name) for name in ("remote", "account")}
    return Dry(**told | {"launched": REHEARSED, "config": config()} | changes)


def test_where_it_fits() -> None:
    assert no_capacity.fits(dry()) == ""
    assert "cannot be taken away on request" in no_capacity.fits(dry(launched=ONE))
    for unfit in (dry(config=CONFIG), dry(config=config(OnDemandAfterSeconds="never"))):
        assert "no workers of a fleet" in no_capacity.fits(unfit)
        with pytest.raises(UsageError, match="--target rehearsal --cluster fleet"):
            no_capacity.run(unfit, Options(), print)


def test_it_wants_room_for_the_nodes_that_it_asks_for() -> None:
    with pytest.raises(UsageError, match=r"intel has 2 worker\(s\), which its max"):
        no_capacity.run(dry(config=config(max_workers=2)), Options(), print)


def test_a_drought_ends_what_it_began_and_no_more() -> None:
    stage = dry()
    with pytest.raises(KeyboardInterrupt), drought(stage, TYPES):
        raise KeyboardInterrupt
    _, *asked = stage.asked
    assert asked == [
        *(f"faults/add capacity spot {one}" for one in TYPES),
        *(f"faults/end capacity spot {one}" for one in reversed(TYPES)),
    ]


@pytest.mark.parametrize("market", ["", "spot"])
@pytest.mark.parametrize("instance_type", ["", TYPES[1]])
def test_a_drought_of_somebody_else_is_not_mixed_with_it(market: str, instance_type: str) -> None:
    there = {"kind": "capacity", "market": market, "instance_type": instance_type}
    stage = dry(faults=[there])
    with pytest.raises(UsageError, match="invoke rehearsal"), drought(stage, TYPES):
        raise AssertionError
    assert stage.asked == ["faults"]
    for other in ({"market": "on-demand"}, {"instance_type": "c7i.4xlarge"}, {"kind": "deny"}):
        with drought(dry(faults=[there | other]), TYPES):
            pass


def test_rays_own_config_differs_in_the_provider_alone() -> None:
    before = yaml.safe_load(find("fleet").read_text())
    found = rays_own.config(before)
    assert found["provider"]["type"] == "aws"
    assert "module" not in found["provider"]
    for one in before["available_node_types"].values():
        one["node_config"].pop("Fleet", None)
    assert found | {"provider": 0} == before | {"provider": 0}


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of the providers that are launched, each in its turn."""
    types: list[str] = []

    def up(_account: object, files: Any, _tell: Callable[[str], None]) -> None:
        types.append(yaml.safe_load(files.config.read_text())["provider"]["type"])

    monkeypatch.setattr(launcher, "up", up)
    return types


def kept_in(folder: Path) -> Dry:
    file = folder / "cluster.yaml"
    file.write_text(yaml.safe_dump(config()))
    stage = dry()
    return replace(stage, remote=replace(stage.remote, config=str(file)))


def test_ctrl_c_leaves_the_config_as_it_was(tmp_path: Path, launched: list[str]) -> None:
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt), rays_own.rays_own(kept_in(tmp_path), said.append):
        raise KeyboardInterrupt
    assert launched == ["aws", "external"]
    assert any("launched again as it was" in one for one in said)


def test_a_launch_back_that_fails_says_what_to_do(
    tmp_path: Path, launched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def fail(*_: object) -> None:
        raise ServiceError("Ray's launcher failed")

    with pytest.raises(ServiceError), rays_own.rays_own(kept_in(tmp_path), said.append):
        monkeypatch.setattr(launcher, "up", fail)
    assert launched == ["aws"]
    assert "./invoke launch --target rehearsal" in said[-1]


def test_what_ec2_says_of_its_nodes_is_among_the_marks(
    tmp_path: Path, launched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = kept_in(tmp_path)
    lines = [
        (0.0, "hello", {}),
        (1.0, "summary", {"tasks": 2, "done": 2, "right": True, "seconds": 1}),
    ]
    commands: list[str] = []
    monkeypatch.setattr(jobs, "run", run_of([lines] * 3, commands))
    outcome = no_capacity.run(replace(stage, config=config(RememberSeconds=100)), Options(), print)
    assert launched == ["aws", "external"]
    assert not outcome.holds
    assert [one.title for one in outcome.runs] == [
        "the config's own provider",
        "Ray's own provider",
    ]
    assert len(commands) == 2
