"""`./invoke down`: the cluster taken away."""

from __future__ import annotations

from invoke.context import Context

from commands.command import command

KINDS = ("container", "network", "volume")


@command(help={"volumes": "delete the data in its object store too, whatever it is"})
def down(_context: Context, volumes: bool = False) -> None:
    """Take the cluster away, and see that nothing of it is left.

    The object store's volume stays when it holds anything but the benchmark's data, which is made
    again when it is wanted.
    """
    from cluster.compose import mini
    from commands import state
    from images.engine import Engine

    Engine()  # says so where none answers, rather than that nothing is left
    folder = state.folder()
    there = [kind for kind in KINDS if mini.project(folder).left(kind)]
    data_stays = mini.take_away(folder, volumes=volumes)
    if data_stays:
        print("the data stays, for the next launch: ./invoke down --volumes deletes it")
    print("taken away: nothing else is left" if there else "there was nothing to take away")
