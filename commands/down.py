"""`./invoke down`: the cluster taken away."""

from __future__ import annotations

import time

from invoke.context import Context

from commands.command import command
from commands.launch import AWS, COMPOSE, INFRA, REHEARSAL, TARGETS
from errors import UsageError

KINDS = ("container", "network", "volume")


@command(
    help={
        "volumes": "compose: delete the data in its object store too, whatever it is",
        "target": "compose, rehearsal or aws; aws with --cluster, else that of the cluster "
        "that was launched, if not said",
        "cluster": "aws: its config, for a cluster that was launched from another machine",
        "region": "aws: where that is",
        "profile": "aws: of the credentials",
        "infra": f"aws: the name of its infra; {INFRA} if not said",
    }
)
def down(
    _context: Context,
    volumes: bool = False,
    target: str = "",
    cluster: str = "",
    region: str = "",
    profile: str = "",
    infra: str = INFRA,
) -> None:
    """Take the cluster away, and see that nothing of it is left.

    On compose, the object store's volume stays when it holds anything but the benchmark's data,
    which is made again when it is wanted. On aws, the data in the bucket stays, as does the infra.
    """
    from cluster.launched import recall
    from commands import state

    launched = recall(state.folder())
    if not target:
        target = AWS if cluster else launched.target if launched else COMPOSE
    if target not in TARGETS:
        raise UsageError(f"'{target}' is no target: choose {', '.join(TARGETS)}")
    if target == COMPOSE:
        _compose(volumes=volumes)
    elif target == REHEARSAL:
        _rehearsal()
    elif cluster:
        _aws(f"{infra}-{_stem(cluster)}", region, profile)
    elif launched is not None and launched.target == AWS and launched.remote is not None:
        _aws(launched.name, launched.remote.region, launched.remote.profile)
    else:
        raise UsageError("no cluster of this machine is on aws: give --cluster to name one")


def _stem(cluster: str) -> str:
    from cluster.configs import find

    return find(cluster).stem


def _compose(*, volumes: bool) -> None:
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


def _rehearsal() -> None:
    from cluster.launched import forget, recall
    from cluster.rehearsal import running
    from commands import state

    folder = state.folder()
    there = running.stop(folder, lambda line: print(line, flush=True))
    launched = recall(folder)
    if launched is not None and launched.target == REHEARSAL:
        forget(folder)
    print("taken away: nothing is left" if there else "there was nothing to take away")


def _aws(name: str, region: str, profile: str) -> None:
    from cluster.account import Account
    from cluster.aws import gone
    from cluster.launched import forget, recall
    from commands import state

    begin = time.monotonic()
    there = gone.take_away(
        Account.chosen(region, profile),
        name,
        lambda line: print(f"{time.monotonic() - begin:5.1f} s  {line}", flush=True),
    )
    launched = recall(state.folder())
    if launched is not None and launched.name == name:
        forget(state.folder())
    print(
        f"taken away: nothing of {name} is left but its data, and the infra (./invoke infra.down)"
        if there
        else "there was nothing to take away"
    )
