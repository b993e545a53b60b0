"""The pools of a cluster that is launched: what their nodes are, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from cluster.configs import find
from cluster.instances import Instance, instance
from cluster.launched import Launched
from cluster.node.fleet import wish
from cluster.nodes import Node
from cluster.prices.choose import choose
from commands.benching.pricing import price_of
from errors import UsageError
from workloads.bench.architectures.pool import Pool
from workloads.bench.case import Case

AWS = "aws"
# The config that is made for this; the mini-cluster, which has none, stands in for it.
ARCHITECTURES = "architectures"
LABEL = "ray-subcluster"


def check_name(launched: Launched | None, name: str) -> Launched:
    """The cluster, seen to be the one whose pools are to be compared.

    Raises:
        UsageError: it is not, or none is launched.
    """
    if launched is None:
        raise UsageError(
            f"--cluster {name} compares the pools of a cluster that is launched: ./invoke launch "
            f"--target aws --cluster {name}, or --target compose to try it"
        )
    if launched.remote is None:
        if name != ARCHITECTURES:
            raise UsageError(
                f"the mini-cluster has no config {name}: give --cluster {ARCHITECTURES}"
            )
        return launched
    wanted, there = find(name).resolve(), Path(launched.remote.source)
    if launched.remote.source and there.resolve() != wanted:
        raise UsageError(
            f"the cluster that is launched is of {there.stem}, not {name}: ./invoke down, and "
            f"./invoke launch --target {launched.target} --cluster {name}"
        )
    return launched


def pools_of(
    launched: Launched, nodes: Sequence[Node], *, region: str, live: bool
) -> tuple[list[Pool], tuple[str, ...]]:
    """The pools by the labels of the nodes there are, and what there is to say about prices.

    Raises:
        UsageError: there are fewer than two.
    """
    types = instance_types(launched)
    members: dict[str, list[Node]] = {}
    for node in nodes:
        if node.subcluster and node.cpus:
            members.setdefault(node.subcluster, []).append(node)
    if len(members) < 2:
        raise UsageError(
            f"there is nothing to compare: the living nodes with CPUs have {len(members)} values "
            f"of the label {LABEL}, and two are needed; see ./invoke status"
        )
    wanted = {types[name] for name in members if types.get(name)}
    prices = choose(wanted, region, live=live)
    return [
        replace(
            _pool(name, members[name], types.get(name, "")),
            price=price_of([types[name]] * len(members[name]), prices) if types.get(name) else None,
            why_not=_why_not(launched, name, members),
        )
        for name in sorted(members)
    ], prices.notes


def instance_types(launched: Launched) -> dict[str, str]:
    """The instance type of each pool, as the config says it; empty where it names several."""
    if launched.remote is None:
        return {}
    config: Mapping[str, Any] = yaml.safe_load(Path(launched.remote.config).read_text())
    found: dict[str, set[str]] = {}
    for node_type in config["available_node_types"].values():
        if label := node_type.get("labels", {}).get(LABEL):
            node = node_type["node_config"]
            others = node.get(wish.KEY, {}).get(wish.TYPES, [])
            found.setdefault(label, set()).update([node["InstanceType"], *others])
    return {label: names.pop() if len(names) == 1 else "" for label, names in found.items()}


def _pool(name: str, nodes: Sequence[Node], instance_type: str) -> Pool:
    kind: Instance | None = instance(instance_type) if instance_type else None
    return Pool(
        name=name,
        arch=nodes[0].arch or (kind.arch if kind else ""),
        vcpus=int(sum(node.cpus for node in nodes)),
        instance_type=instance_type,
        threads_per_core=kind.threads_per_core if kind else None,
    )


def _why_not(launched: Launched, name: str, members: Mapping[str, Sequence[Node]]) -> str:
    """Why the nodes of a pool are not what they are named after; on EC2 they are."""
    if launched.target == AWS:
        return ""
    arch = members[name][0].arch
    native = {node.arch for node in members.get(launched.measured, ())}
    if arch not in native:
        return f"its nodes are {arch}, which this machine emulates, many times slower"
    return "its nodes are containers of this machine, whatever they are named after"


def seen(pools: Sequence[Pool], cases: Sequence[Case]) -> list[Pool]:
    """The pools, with what their nodes turned out to be where that is something else."""
    machines = {case.subcluster: case.machine for case in cases}
    found = []
    for pool in pools:
        machine, why = machines.get(pool.name), pool.why_not
        if machine and not why:
            others = sorted(set(machine.instance_types) - {pool.instance_type})
            if machine.arch != pool.arch:
                why = f"its nodes are {machine.arch}, and should be {pool.arch}"
            elif others and pool.instance_type:
                why = f"its nodes are {', '.join(others)}, and should be {pool.instance_type}"
        found.append(replace(pool, why_not=why))
    return found
