"""Launching a cluster of EC2 instances."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cluster import launched as record
from cluster.account import Account
from cluster.aws import joined
from cluster.aws.cluster import Prepared, prepare
from cluster.aws.cluster import launch as ray_up
from cluster.configs import find
from cluster.infra.values import look
from cluster.planning.checks import check
from cluster.planning.forecast.hourly import cost_per_hour
from cluster.planning.forecast.nodes import cluster
from cluster.planning.forecast.report import fleets, hourly
from cluster.planning.source import read
from cluster.prices.choose import choose
from cluster.reach import reached
from commands import state
from commands.asking import agreed
from commands.plan import tell_findings
from commands.status import show as show_status
from errors import RayOnAwsError, UsageError


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the options of the task say; empty where they say nothing.

    Attributes:
        cluster: a config of ours by name, or a file.
        region: AWS's name of it.
        profile: of the credentials.
        infra: its name.
        image: the runtime image.
        through: the way to the nodes.
        minutes: how long to wait for the workers.
    """

    cluster: str
    region: str
    profile: str
    infra: str
    image: str
    through: str
    minutes: int


def show(asked: Asked) -> None:
    """Prints the config with everything filled in.

    Raises:
        UsageError: something is asked for that there is not.
        ServiceError: AWS refuses, or has not what the config needs.
    """
    print(_prepare(asked).files.config.read_text(), end="")


def launch(asked: Asked, *, yes: bool) -> None:
    """Checks the config, asks, launches, waits for the workers, and shows the cluster.

    Raises:
        RayOnAwsError: the config has an error that the plan names.
        UsageError: something is asked for that there is not, or nobody agreed.
        ServiceError: AWS refuses, or the cluster does not come up.
    """
    prepared = _prepare(asked)
    state.refuse_another("aws", prepared.name)
    check_config(_source(asked))
    _tell_cost(prepared)
    if not yes and not agreed(f"launch {prepared.name} in {prepared.account.region}?"):
        raise UsageError("nothing was launched")
    bring_up(prepared, minutes=asked.minutes, tell=clock())


def bring_up(
    prepared: Prepared,
    *,
    minutes: float,
    tell: Callable[[str], None],
    program: Sequence[str] = (),
) -> None:
    """Launches what is prepared, waits for the workers, and shows the cluster.

    Args:
        prepared: what to launch.
        minutes: how long to wait for the workers.
        tell: is given a line for each step.
        program: what starts Ray's program; the one of this environment, if empty.

    Raises:
        UsageError: AWS does not take the credentials.
        ServiceError: AWS refuses, or the cluster does not come up.
    """
    # Before there is anything, so that down finds it whatever happens from here on.
    record.remember(state.folder(), prepared.launched)
    ray_up(prepared, tell, program)
    with reached(prepared.launched) as near:
        workers = joined.least_workers(prepared.config)
        joined.wait(near, workers, seconds=minutes * 60, tell=tell)
    tell("ready for jobs")
    print()
    show_status(prepared.launched)


def clock() -> Callable[[str], None]:
    """Prints lines, each with the seconds since now."""
    begin = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - begin:5.1f} s  {line}", flush=True)

    return tell


def _source(asked: Asked) -> Path:
    if not asked.cluster:
        raise UsageError("which cluster? give --cluster, such as --cluster spot")
    return find(asked.cluster)


def _prepare(asked: Asked) -> Prepared:
    source = _source(asked)
    account = Account.chosen(asked.region, asked.profile)
    infra = look(account, asked.infra)
    if infra is None:
        raise UsageError(
            f"there is no infra '{asked.infra}' in {account.region}: ./invoke infra.up --name "
            f"{asked.infra} --region {account.region} makes it"
        )
    return prepare(account, infra, source, state.folder(), image=asked.image, through=asked.through)


def check_config(source: Path) -> None:
    """Prints what the plan finds.

    Raises:
        RayOnAwsError: there is an error among it.
    """
    findings = check(read(source))
    tell_findings(findings)
    errors = sum(one.level == "error" for one in findings)
    if errors:
        raise RayOnAwsError(
            f"the plan of {source} has {errors} error(s), so nothing was launched: see above, and "
            f"./invoke plan {source}"
        )


def _tell_cost(prepared: Prepared) -> None:
    """What it costs an hour, at its smallest and at its largest."""
    config = prepared.config
    found = cluster(config)
    types = [one for kind in found.types.values() for one in kind.instance_types]
    prices = choose(types, prepared.account.region, live=True)
    print(f"{hourly(*cost_per_hour(config, prices))} ({prices.region}, {prices.source})")
    for sentence in fleets(found, prices):
        print(sentence)
    for note in prices.notes:
        print(f"note: {note}")
