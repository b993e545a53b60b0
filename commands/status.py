"""`./invoke status`: the cluster that is launched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke.context import Context

from commands.command import command

if TYPE_CHECKING:
    from cluster.launched import Launched
    from cluster.nodes import Node


@command()
def status(_context: Context) -> None:
    """Show the nodes of the cluster, and how to reach it."""
    from commands import state

    show(state.launched())


def show(launched: Launched) -> None:
    """Print the nodes, and the ways in."""
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
    print("next: ./invoke submit arches, ./invoke bench --scale smoke, ./invoke down")


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
