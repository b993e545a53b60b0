"""A rehearsal brought up and taken away: network, stores, object store and control plane."""

from __future__ import annotations

import ipaddress
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import NotFound
from docker.models.containers import Container

from cluster.rehearsal import kept, stores
from cluster.rehearsal.asking import ask
from cluster.rehearsal.world import FOLDER, OF, PID, World, name, read
from errors import ServiceError

Tell = Callable[[str], None]
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 30.0
# The part of the private addresses that networks of Docker and of companies use least.
PREFIXES = [f"10.{number}" for number in range(200, 256)]
LOG = "control.log"


@dataclass(frozen=True, kw_only=True)
class Images:
    """What a rehearsal is made of, by the tags that this machine's engine has.

    Attributes:
        instance: what instances are made of.
        object_store: S3.
        runtime: the runtime image of each arch that this machine runs.
    """

    instance: str
    object_store: str
    runtime: Mapping[str, str]


def start(state: Path, images: Images, tell: Tell) -> World:
    """Brings it up, or what of it is missing; what runs is kept.

    Raises:
        ServiceError: something does not come up.
    """
    folder = state / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    filled = {
        arch: stores.ensure(arch, image, images.instance, tell)
        for arch, image in images.runtime.items()
    }
    before = read(state)
    client = docker.from_env()
    world = World(
        name=name(),
        folder=str(folder),
        prefix=before.prefix if before else _free_prefix(client),
        instance_image=images.instance,
        # Those of an earlier launch, of a config with other arches, are still used.
        stores={**(before.stores if before else {}), **filled},
        store_keys=before.store_keys
        if before
        else (f"local{secrets.token_hex(8)}", secrets.token_hex(24)),
    )
    world.write()
    kept.restore(world)
    _network(client, world)
    _object_store(client, world, images.object_store)
    _control(world, tell)
    return world


def stop(state: Path, tell: Tell) -> bool:
    """Takes everything away but the stores of images; gives whether there was anything.

    Raises:
        ServiceError: something is left.
    """
    client = docker.from_env()
    mine: dict[str, str | list[str] | bool] = {"label": f"{OF}={name()}"}
    folder = state / FOLDER
    _end_control(folder)
    containers = client.containers.list(all=True, filters=mine, ignore_removed=True)
    networks = client.networks.list(filters=mine)
    volumes = client.volumes.list(filters=mine)
    there = bool(containers or networks or volumes or folder.exists())
    if containers:
        tell(f"ending {len(containers)} container(s)")
    for container in containers:
        _gone(container.remove, force=True, v=True)
    for network in networks:
        _gone(network.remove)
    for volume in client.volumes.list(filters=mine):
        _gone(volume.remove, force=True)
    shutil.rmtree(folder, ignore_errors=True)
    left = [
        *(str(one.name) for one in client.containers.list(all=True, filters=mine)),
        *(str(one.name) for one in client.networks.list(filters=mine)),
        *(one.name for one in client.volumes.list(filters=mine)),
        *([str(folder)] if folder.exists() else []),
    ]
    if left:
        raise ServiceError(f"of the rehearsal {', '.join(left)} is left: ./invoke down again")
    return there


def _gone(remove: Callable[..., None], **options: bool) -> None:
    """Removes something of Docker's; what has gone by itself is no trouble."""
    try:
        remove(**options)
    except NotFound:
        return


def _free_prefix(client: docker.DockerClient) -> str:
    """The first two numbers of addresses that no network of this machine has.

    Raises:
        ServiceError: all are taken.
    """
    taken = [
        ipaddress.ip_network(config["Subnet"])
        for network in client.networks.list()
        for config in (network.attrs["IPAM"]["Config"] or [])
        if "Subnet" in config
    ]
    routes = Path("/proc/net/route")
    if routes.exists():
        taken += [_route(line) for line in routes.read_text().splitlines()[1:]]
    for prefix in PREFIXES:
        wanted = ipaddress.ip_network(f"{prefix}.0.0/16")
        # The way to everywhere else is no network of this machine's.
        if not any(one.prefixlen and one.version == 4 and one.overlaps(wanted) for one in taken):
            return prefix
    raise ServiceError(
        f"no network of {PREFIXES[0]} to {PREFIXES[-1]} is free: docker network prune"
    )


def _route(line: str) -> ipaddress.IPv4Network:
    """A line of /proc/net/route, where numbers are written backwards."""
    fields = line.split()
    address, mask = (bytes.fromhex(fields[column])[::-1] for column in (1, 7))
    return ipaddress.IPv4Network((address, int.from_bytes(mask).bit_count()))


def _network(client: docker.DockerClient, world: World) -> None:
    if client.networks.list(names=[world.name]):
        return
    pool = docker.types.IPAMPool(subnet=world.subnet, gateway=world.gateway)
    client.networks.create(
        world.name,
        driver="bridge",
        labels=world.labels,
        ipam=docker.types.IPAMConfig(pool_configs=[pool]),
    )


def _object_store(client: docker.DockerClient, world: World, image: str) -> None:
    container = f"{world.name}-object-store"
    try:
        found = client.containers.get(container)
    except NotFound:
        pass
    else:
        if found.status == "running" and _holds(found, world):
            return
        found.remove(force=True)
    key = Path(world.folder) / "store-key"
    key.touch(mode=0o600)
    key.write_text(",".join(world.store_keys))
    # In the container another user reads it; on this machine nobody else gets past the folder.
    key.chmod(0o444)
    volume = f"{world.name}-data"
    client.volumes.create(volume, labels=world.labels)
    api = client.api
    joined = {world.name: api.create_endpoint_config(ipv4_address=world.object_store)}
    made = api.create_container(
        image,
        name=container,
        labels=world.labels,
        host_config=api.create_host_config(
            binds=[f"{volume}:/data", f"{key}:/run/secrets/store-key:ro", *_stores(world)],
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            read_only=True,
            tmpfs={"/tmp": "size=64m,mode=1777"},  # noqa: S108 - in the container
        ),
        networking_config=api.create_networking_config(joined),  # type: ignore[arg-type]
    )
    api.start(made["Id"])


def _stores(world: World) -> list[str]:
    """The stores of instances, held here for as long as there is a rehearsal.

    Docker removes no volume that a container has: an instance may want it later, and meanwhile
    another rehearsal takes away what it takes for older.
    """
    return [f"{store}:/stores/{arch}:ro" for arch, store in world.stores.items()]


def _holds(container: Container, world: World) -> bool:
    return {one.get("Name") for one in container.attrs["Mounts"]} >= set(world.stores.values())


def _control(world: World, tell: Tell) -> None:
    """Starts the control plane, where it does not run, and waits until it answers."""
    folder = Path(world.folder)
    if _answers(world):
        return
    _end_control(folder)
    tell("starting emulated EC2")
    with (folder / LOG).open("ab") as log:
        # It writes down its number itself: who is interrupted here could not.
        process = subprocess.Popen(
            [sys.executable, "-m", "cluster.rehearsal.control", str(folder)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    give_up = time.monotonic() + SECONDS_TO_START
    while not _answers(world):
        if process.poll() is not None or time.monotonic() > give_up:
            lines = (folder / LOG).read_text().strip().splitlines()[-5:]
            raise ServiceError(
                f"emulated EC2 does not answer at {world.api}; the end of {folder / LOG}:\n  "
                + "\n  ".join(lines)
            )
        time.sleep(0.1)


def _answers(world: World) -> bool:
    try:
        ask(world, "health")
    except ServiceError:
        return False
    return True


def _end_control(folder: Path) -> None:
    """Ends the control plane by its number, if the process of that number is one."""
    file = folder / PID
    if not file.exists():
        return
    number = int(file.read_text())
    if _is_control(number, folder):
        os.kill(number, signal.SIGTERM)
        give_up = time.monotonic() + SECONDS_TO_STOP
        while _is_control(number, folder) and time.monotonic() < give_up:
            time.sleep(0.1)
        if _is_control(number, folder):
            os.kill(number, signal.SIGKILL)
    file.unlink(missing_ok=True)


def _is_control(number: int, folder: Path) -> bool:
    """Whether a process is the control plane of this rehearsal, and not another's."""
    try:
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"cluster.rehearsal.control" in words and os.fsencode(folder) in words
