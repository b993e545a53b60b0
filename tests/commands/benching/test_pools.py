"""The pools of a cluster: what they are, what they cost, and which may be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cluster.configs import find
from cluster.launched import Launched
from cluster.nodes import Node
from commands.benching.pools import check_name, pools_of, seen
from errors import UsageError
from tests.commands.benching.clusters import HEAD, MINI, MINIS, NODES, node, remote
from tests.workloads.bench.architectures.made import measured
from workloads.bench.architectures.pool import Pool
from workloads.bench.architectures.shares import equal_dollars


def pools(launched: Launched, nodes: Sequence[Node], region: str = "us-east-1") -> dict[str, Pool]:
    found, _ = pools_of(launched, nodes, region=region, live=False)
    return {pool.name: pool for pool in found}


def test_pools_are_those_of_the_config_with_the_nodes_there_are() -> None:
    found = pools(remote(), NODES)
    assert {
        (pool.name, pool.instance_type, pool.arch, pool.vcpus, pool.threads_per_core)
        for pool in found.values()
    } == {
        ("intel", "c7i.4xlarge", "amd64", 32, 2),
        ("amd", "c7a.4xlarge", "amd64", 32, 1),
        ("graviton", "c7g.4xlarge", "arm64", 32, 1),
    }
    assert all(pool.comparable for pool in found.values())


def test_a_pool_costs_what_its_nodes_cost() -> None:
    found = pools(remote(), NODES)
    fewer = pools(remote(), [one for one in NODES if one is not NODES[-1]])
    graviton, half = found["graviton"].price, fewer["graviton"].price
    assert graviton is not None
    assert half is not None
    assert graviton.on_demand == pytest.approx(2 * (half.on_demand or 0))
    assert found["amd"].on_demand > found["intel"].on_demand > found["graviton"].on_demand  # type: ignore[operator]
    assert len(equal_dollars(list(found.values()))) == 3
    assert graviton.source.startswith("us-east-1: snapshot")


def test_what_has_no_price_is_told() -> None:
    found, notes = pools_of(remote(), NODES, region="eu-north-1", live=False)
    assert {pool.on_demand for pool in found} == {None}
    assert notes[0].startswith("no price is known of c7a.4xlarge, c7g.4xlarge, c7i.4xlarge in")


def test_the_mini_cluster_has_pools_and_one_of_them_is_emulated() -> None:
    found = pools(MINI, MINIS)
    assert [(pool.name, pool.vcpus, pool.price) for pool in found.values()] == [
        ("graviton", 1, None),
        ("intel", 1, None),
    ]
    assert found["graviton"].why_not == (
        "its nodes are arm64, which this machine emulates, many times slower"
    )
    assert found["intel"].why_not.startswith("its nodes are containers of this machine")


def test_where_nothing_runs_on_the_machines_own_arch_all_is_emulated() -> None:
    found = pools(replace(MINI, measured=""), MINIS)
    assert {"emulates" in pool.why_not for pool in found.values()} == {True}


def test_no_instance_of_a_rehearsal_is_what_it_is_named_after() -> None:
    found = pools(remote("rehearsal"), NODES)
    assert not any(pool.comparable for pool in found.values())
    assert "emulates" in found["graviton"].why_not
    assert "emulates" not in found["amd"].why_not
    assert len(equal_dollars(list(found.values()))) == 3


def test_one_pool_is_nothing_to_compare() -> None:
    with pytest.raises(UsageError) as told:
        pools_of(MINI, [HEAD, node("intel"), node("intel"), node("")], region="x", live=False)
    assert str(told.value) == (
        "there is nothing to compare: the living nodes with CPUs have 1 values of the label "
        "ray-subcluster, and two are needed; see ./invoke status"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ray-subcluster: amd", "ray-subcluster: intel"),
        (
            "InstanceType: c7i.4xlarge",
            "InstanceType: c7i.4xlarge\n      Fleet: {InstanceTypes: [c6i.4xlarge, c7i.4xlarge]}",
        ),
    ],
)
def test_a_pool_of_several_types_has_none(tmp_path: Path, before: str, after: str) -> None:
    config = tmp_path / "several.yaml"
    text = find("architectures").read_text()
    config.write_text(text.replace(before, after))
    found = pools(remote(source=config), NODES)
    assert (found["intel"].instance_type, found["intel"].price) == ("", None)
    assert found["graviton"].instance_type == "c7g.4xlarge"


def test_nodes_that_turn_out_to_be_something_else_are_not_compared() -> None:
    found = list(pools(remote(), NODES).values())
    cases = [measured(pool.name, 32, 100.0) for pool in found]
    true = [
        replace(
            case,
            machine=replace(case.machine, arch=pool.arch, instance_types=(pool.instance_type,) * 2),
        )
        for case, pool in zip(cases, found, strict=True)
    ]
    assert seen(found, true) == found
    assert seen(found, []) == found
    amd, graviton, intel = true
    other = replace(intel, machine=replace(intel.machine, instance_types=("m7i.large",)))
    emulated = replace(graviton, machine=replace(graviton.machine, arch="amd64"))
    assert [pool.why_not for pool in seen(found, [amd, emulated, other])] == [
        "",
        "its nodes are amd64, and should be arm64",
        "its nodes are m7i.large, and should be c7i.4xlarge",
    ]


def test_the_cluster_is_the_one_that_is_named() -> None:
    assert check_name(MINI, "architectures") == MINI
    assert check_name(remote(), "architectures") == remote()
    # Where an older version launched, nobody knows.
    unknown = remote()
    assert unknown.remote
    unknown = replace(unknown, remote=replace(unknown.remote, source=""))
    assert check_name(unknown, "architectures") == unknown


@pytest.mark.parametrize(
    ("launched", "name", "said"),
    [
        (None, "architectures", "--cluster architectures compares the pools of a cluster that is"),
        (MINI, "spot", "the mini-cluster has no config spot: give --cluster architectures"),
        (remote(), "spot", "the cluster that is launched is of architectures, not spot: ./invoke"),
    ],
)
def test_another_cluster_is_refused(launched: Launched | None, name: str, said: str) -> None:
    with pytest.raises(UsageError) as told:
        check_name(launched, name)
    assert str(told.value).startswith(said)
