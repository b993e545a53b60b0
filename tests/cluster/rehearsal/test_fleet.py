"""Spot without capacity: with a fleet work goes on elsewhere, with Ray's own provider it waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.rehearsal.events import Event
from tests.cluster.minis import wait_until
from tests.cluster.rehearsal.rehearsals import Launching, Rehearsal
from tests.cluster.rehearsal.small import changed, without_graviton, write
from tests.cluster.rehearsal.working import submit

CLUSTER = "fleet"
CHANGES = {
    "idle_timeout_minutes: 5": "idle_timeout_minutes: 0.3",
    "resources: { CPU: 8, Intel: 8 }": "resources: { CPU: 2, Intel: 2 }",
}


# What makes of it a config for Ray's own provider.
OURS, RAYS_OWN = (
    "  type: external\n  module: cluster.node.fleet.FleetNodeProvider\n",
    "  type: aws\n",
)
FLEET, AFTER_IT = "      Fleet:\n", "      ImageId: ${ami_amd64}\n"
# With a fleet, work has long gone on by then.
SECONDS_IN_VAIN = 60


def config(folder: Path) -> Path:
    """The config `fleet` with small nodes that end soon, and none that would be emulated."""
    text = without_graviton(changed(CLUSTER, CHANGES))
    return write(folder, CLUSTER, text.replace("    min_workers: 1\n", "    min_workers: 0\n"))


def config_for_rays_own(folder: Path) -> Path:
    """The same config for Ray's own provider."""
    text = config(folder).read_text()
    fleet = text.index(FLEET)
    assert text.count(OURS) == text.count(FLEET) == 1
    text = text[:fleet] + text[text.index(AFTER_IT, fleet) :]
    return write(folder, CLUSTER, text.replace(OURS, RAYS_OWN))


@pytest.fixture(scope="module")
def fleet(
    rehearse: None,  # noqa: ARG001 - before images are built
    launching: Launching,
) -> Iterator[Rehearsal]:
    """A cluster whose workers come from fleets, and of which nothing is left."""
    with launching(config) as running:
        yield running


@pytest.fixture(scope="module")
def rays_own(
    rehearse: None,  # noqa: ARG001 - before images are built
    launching: Launching,
) -> Iterator[Rehearsal]:
    """The same cluster with Ray's own provider."""
    with launching(config_for_rays_own) as running:
        yield running


def since(rehearsal: Rehearsal, what: str, begin: float) -> list[Event]:
    return [one for one in rehearsal.events(what) if one.at >= begin]


def test_spot_is_taken_where_there_is_some_and_on_demand_where_not(
    fleet: Rehearsal, tmp_path: Path
) -> None:
    fleet.ask("faults/add", kind="capacity", instance_type="r7i.2xlarge", market="spot")
    assert len(submit(fleet, tmp_path, 2, seconds=0).done()) == 2
    (spot,) = fleet.workers().values()
    assert (spot["InstanceType"], spot["InstanceLifecycle"]) == ("r6in.2xlarge", "spot")
    wait_until(lambda: not fleet.workers(), "idle workers have ended", 180)

    fleet.ask("faults/add", kind="capacity", market="spot")
    begin = time.time()
    done = submit(fleet, tmp_path, 4, seconds=5).done()
    assert sorted(one.number for one in done) == list(range(4))
    asked = since(fleet, "asked for", begin)
    assert {one.details["market"] for one in asked} == {"on-demand"}
    assert {one.details["action"] for one in asked} == {"CreateFleet"}
    refused = since(fleet, "refused", begin)
    assert {one.details["market"] for one in refused} == {"spot"}
    # The first refusal, and the node that does the work instead.
    elsewhere = since(fleet, "up-to-date", begin)[0].at - refused[0].at
    print(f"work goes on elsewhere {elsewhere:.1f} s after spot was refused")
    for one in fleet.workers().values():
        assert "InstanceLifecycle" not in one
        assert {"Key": "ray-on-aws-market", "Value": "on-demand"} in one["Tags"]


def test_rays_own_provider_asks_the_same_pool_until_it_has_capacity(
    rays_own: Rehearsal, tmp_path: Path
) -> None:
    rays_own.ask("faults/add", kind="capacity", market="spot")
    begin = time.time()
    work = submit(rays_own, tmp_path, 2, seconds=0)
    try:
        wait_until(lambda: bool(since(rays_own, "refused", begin)), "EC2 has refused some", 120)
        time.sleep(SECONDS_IN_VAIN)
        assert since(rays_own, "asked for", begin) == []
        assert rays_own.workers() == {}
        refused = since(rays_own, "refused", begin)
        pools = {(one.details["instance_type"], one.details["market"]) for one in refused}
        assert pools == {("r7i.2xlarge", "spot")}
        # Not once and then no more.
        assert refused[-1].at - refused[0].at > SECONDS_IN_VAIN / 2
    except BaseException:
        work.process.terminate()
        raise
    rays_own.ask("faults/clear")
    back = time.time()
    assert len(work.done()) == 2
    asked = since(rays_own, "asked for", back)
    assert [one.details["market"] for one in asked] == ["spot"]
    print(
        f"{len(refused)} requests in vain; asked for {asked[0].at - back:.1f} s after it was back"
    )
