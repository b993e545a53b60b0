"""`./invoke status`: the cluster that is launched."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from invoke.context import Context

from commands.command import command

if TYPE_CHECKING:
    from cluster.launched import Launched, Remote
    from cluster.nodes import Node

NEXT = "next: ./invoke submit arches, ./invoke bench --scale smoke, ./invoke down"


@command()
def status(_context: Context) -> None:
    """Show the nodes of the cluster, and how to reach it."""
    from commands import state

    show(state.launched())


def show(launched: Launched) -> None:
    """Print the nodes, and the ways in."""
    if launched.remote is not None:
        _show_remote(launched, launched.remote)
    else:
        _show_here(launched)
    print(NEXT)


def _show_here(launched: Launched) -> None:
    from cluster.nodes import nodes
    from commands.output import table

    table(
        ("node", "address", "arch", "subcluster", "CPUs", "memory", "resources"),
        [_cells(node) for node in nodes(launched)],
    )
    print(f"\ndashboard: {launched.dashboard} (it asks for the token in {launched.token_file})")
    if launched.store:
        secrets = launched.token_file.rpartition("/")[0]
        print(
            f"S3: {launched.store}, with the keys in {secrets}/aws-credentials; "
            f"jobs have both, and {launched.storage} is theirs"
        )


def _show_remote(launched: Launched, remote: Remote) -> None:
    """The instances as EC2 has them, beside what Ray says of those that have joined."""
    from cluster.account import Account
    from cluster.aws import instances, tunnel
    from cluster.nodes import nodes
    from cluster.reach import reached
    from commands.output import table

    found = instances.of_cluster(Account(remote.region, remote.profile), launched.name)
    with reached(launched) as near:
        joined = {node.address: node for node in nodes(near)}
    rows = []
    for one in found:
        node = joined.get(one.address)
        rows.append(
            (
                "head" if one.head else "worker",
                one.node_type,
                one.number,
                one.instance_type,
                one.market,
                one.arch,
                one.zone,
                f"{node.cpus:g}" if node else "",
                "joined" if node else f"{one.state}, {one.status or 'no setup yet'}",
            )
        )
    table(("node", "type", "instance", "EC2 type", "market", "arch", "zone", "CPUs", "state"), rows)
    way = shlex.join(tunnel.command(remote, found[0].number, tunnel.DASHBOARD))
    print(
        f"\ndashboard: {launched.dashboard}, while this runs (it asks for the token in "
        f"{launched.token_file}):\n  {way}\n"
        f"S3: {launched.storage} is the jobs' own"
    )
    if launched.target == "rehearsal":
        _tell_stops(launched)


def _tell_stops(launched: Launched) -> None:
    """Whether somebody has ended every Ray of this machine, those in its containers among them."""
    import time

    from cluster.rehearsal.events import read
    from cluster.rehearsal.world import FOLDER
    from commands import state

    for event in read(state.folder() / FOLDER):
        if event.what == "ray stop":
            at = time.strftime("%H:%M:%S", time.localtime(event.at))
            print(
                f"note: `ray stop` was run on this machine at {at}, which ends every Ray in the "
                f"nodes of {launched.name} too: ./invoke down, and launch again"
            )


def _cells(node: Node) -> tuple[str, ...]:
    resources = ", ".join(f"{name} {amount:g}" for name, amount in sorted(node.resources.items()))
    return (
        "head" if node.head else "worker",
        node.address,
        node.arch,
        node.subcluster,
        f"{node.cpus:g}",
        f"{node.memory / 2**30:.1f} GiB",
        resources,
    )
