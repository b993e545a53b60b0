"""Launching a cluster on EC2 emulated on this machine: the same steps, and nothing to pay."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from cluster.account import Account
from cluster.aws import way
from cluster.aws.cluster import prepare
from cluster.configs import find
from cluster.infra.up import up as infra_up
from cluster.infra.values import Infra, look
from cluster.instances import instance
from cluster.rehearsal import bastion, bucket, kept, running
from cluster.rehearsal.adapt import EMULATED_CPU_SCALE, MEMORY_SCALE, adapted
from cluster.rehearsal.world import IMAGE, REGION, World
from commands import state
from commands.launching import images
from commands.launching.aws import bring_up, check_config, clock
from commands.needs.rehearsal import NEEDS
from errors import ServiceError, UsageError
from images.build import check_emulation
from images.engine import Engine

TARGET = "rehearsal"
INFRA = "ray-on-aws"
# The label of the nodes of each arch, in the configs here.
SUBCLUSTERS = {"amd64": "intel", "arm64": "graviton"}


def launch(
    *,
    cluster: str,
    minutes: float,
    from_bastion: bool = False,
    change: Callable[[dict[str, Any], World], dict[str, Any]] | None = None,
) -> None:
    """Brings up the rehearsal, its infra and a cluster in it, and shows that.

    Args:
        cluster: a config of ours by name, or a file.
        from_bastion: run Ray's launcher in a container of the network, not on this machine.
        minutes: how long to wait for the workers.
        change: makes another config of the one for the rehearsal.

    Raises:
        RayOnAwsError: the config has an error that the plan names.
        UsageError: there is no such config, or another cluster is launched.
        ServiceError: no engine answers, or something does not come up.
    """
    if not cluster:
        raise UsageError("which cluster? give --cluster, such as --cluster spot")
    source = find(cluster)
    state.refuse_another(TARGET)
    check_config(source)
    engine = Engine()
    _check_needs()
    tell = clock()
    arches = _arches(source)
    built = _images(engine, arches)
    world = running.start(state.folder(), built, tell)
    os.environ.update(world.variables)
    account = Account(REGION)
    infra = _infra(account, world, tell)
    bucket.ensure(world, infra.bucket)
    tell(f"infra {infra.name} is there; {_scale(arches, engine.arch)}")
    prepared = prepare(
        account,
        infra,
        source,
        Path(world.folder),
        image=IMAGE,
        through=way.DIRECT,
        target=TARGET,
        adapt=partial(
            _adapted,
            world=world,
            native=engine.arch,
            account=account if from_bastion else None,
            change=change,
        ),
    )
    here = replace(
        prepared,
        store=world.storage,
        measured=SUBCLUSTERS[engine.arch],
        through=way.BASTION if from_bastion else way.DIRECT,
    )
    program = bastion.program(world, here.files, built.runtime[engine.arch]) if from_bastion else []
    bring_up(here, minutes=minutes, tell=tell, program=program)


def _check_needs() -> None:
    """Tells before anything is started what this machine lacks.

    Raises:
        ServiceError: something that the rehearsal cannot do without.
    """
    for need in NEEDS:
        found = need.look()
        if need.required and not found.met:
            raise ServiceError(
                f"the rehearsal needs more than this machine has: {need.name}: {found.seen}. "
                f"{need.remedy}; see ./invoke doctor"
            )


def _adapted(
    config: dict[str, Any],
    *,
    world: World,
    native: str,
    account: Account | None,
    change: Callable[[dict[str, Any], World], dict[str, Any]] | None,
) -> dict[str, Any]:
    """The config for the rehearsal, and where an account is given, for a bastion in it."""
    found = adapted(config, world, native)
    if change is not None:
        found = change(found, world)
    if account is not None:
        found["auth"]["ssh_proxy_command"] = bastion.proxy_command(account)
    return found


def _scale(arches: set[str], native: str) -> str:
    """In what instances are smaller than on EC2."""
    said = f"memory is 1/{MEMORY_SCALE} of that on EC2"
    emulated = ", ".join(sorted(arches - {native}))
    return f"{said}, CPUs of {emulated} 1/{EMULATED_CPU_SCALE}" if emulated else said


def _infra(account: Account, world: World, tell: Callable[[str], None]) -> Infra:
    """What `infra.up` makes, made there too, by the same code."""
    # What is half there, as after Ctrl-C, look tells as an error, and up goes on with.
    with suppress(ServiceError):
        if found := look(account, INFRA):
            return found
    made = infra_up(
        account,
        INFRA,
        state=Path(world.folder),
        tell=tell,
        prefix=world.prefix,
        fabric=True,
        # The bucket does not outlive the rehearsal.
        expire=False,
    )
    kept.keep(world)
    return made


def _arches(source: Path) -> set[str]:
    """The arches of a config's node types."""
    types = yaml.safe_load(source.read_text())["available_node_types"].values()
    return {instance(one["node_config"]["InstanceType"]).arch for one in types}


def _images(engine: Engine, arches: set[str]) -> running.Images:
    """What the rehearsal is made of, built where it is missing.

    Raises:
        ServiceError: an arch is wanted that this machine does not run, or an image does not build.
    """
    for arch in arches:
        check_emulation(engine, arch)
    wanted = {("instance", engine.arch), ("object-store", engine.arch)}
    tags = images.ensure(engine, wanted | {("ray", arch) for arch in arches | {engine.arch}})
    return running.Images(
        instance=tags["instance", engine.arch],
        object_store=tags["object-store", engine.arch],
        runtime={arch: tags["ray", arch] for arch in arches | {engine.arch}},
    )
