"""What is to be read within instances: their logs, and those of Docker and Ray in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import docker
from docker.models.containers import Container

from cluster.rehearsal.world import INSTANCE, World
from errors import UsageError

RAYS_LOGS = "/tmp/ray/session_latest/logs"  # noqa: S108 - Ray's own, in a node's container
OF_NODE = ("raylet.out", "raylet.err", "spot-watcher.log")
OF_AUTOSCALER = ("monitor.log", "monitor.out", "monitor.err")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Part:
    """A log: what it is of, and its last lines."""

    title: str
    text: str


def of_instance(world: World, number: str, lines: int) -> Iterator[Part]:
    """The logs of an instance, from the machine to Ray.

    Raises:
        UsageError: it has no container.
    """
    container = _container(world, number)
    yield Part("machine: boot, engine, user data", _plain(container.logs(tail=lines)))
    for name in nodes(container):
        yield Part(
            f"container {name}", _said(container, ["docker", "logs", f"--tail={lines}", name])
        )
        yield from _files(container, name, OF_NODE, lines)


def of_autoscaler(world: World, head: str, lines: int) -> Iterator[Part]:
    """The logs of the autoscaler, which is on the head node.

    Raises:
        UsageError: that has no container, or Ray has not been started in it.
    """
    container = _container(world, head)
    names = nodes(container)
    if not names:
        raise UsageError(f"Ray has not been started on {head} yet: ./invoke rehearsal.logs {head}")
    for name in names:
        yield from _files(container, name, OF_AUTOSCALER, lines)


def lines_of(world: World, number: str, file: str, pattern: str) -> list[str]:
    """The lines of a file of Ray's that match a pattern of grep, over all of its sessions.

    None, where the instance, Ray's container in it, or the file is not there.
    """
    found = _containers(world, number)
    if not found:
        return []
    search = f"grep -hE -- '{pattern}' /tmp/ray/session_2*/logs/{file}"
    names = nodes(found[0])
    said = [_said(found[0], ["docker", "exec", name, "sh", "-c", search]) for name in names]
    return [line for text in said for line in text.splitlines()]


def nodes(container: Container) -> list[str]:
    """The containers in an instance: that of Ray, under the name that the config gives it."""
    code, said = _run(container, ["docker", "ps", "--format", "{{.Names}}"])
    # Its engine may not be there yet.
    return [] if code else said.split()


def _files(container: Container, name: str, files: Sequence[str], lines: int) -> Iterator[Part]:
    for file in files:
        tail = ["docker", "exec", name, "tail", "-n", str(lines), f"{RAYS_LOGS}/{file}"]
        if said := _said(container, tail):
            yield Part(f"Ray's {file}", said)


def _said(container: Container, command: list[str]) -> str:
    return _run(container, command)[1]


def _run(container: Container, command: list[str]) -> tuple[int, str]:
    """A command in a container: its exit code, and what it said."""
    code, said = container.exec_run(command)
    assert isinstance(said, bytes)  # noqa: S101 - as it is not asked for as a stream
    return code or 0, _plain(said)


def _plain(said: bytes) -> str:
    """As text, without the colours that Ray's launcher writes to its log too."""
    return COLOURS.sub("", said.decode(errors="replace")).rstrip()


def _container(world: World, number: str) -> Container:
    found = _containers(world, number)
    if not found:
        raise UsageError(
            f"{number} has no container at present, and so no logs: it boots, or has just ended"
        )
    return found[0]


def _containers(world: World, number: str) -> list[Container]:
    labels = {**world.labels, INSTANCE: number}
    client = docker.from_env()
    return client.containers.list(
        filters={"label": [f"{key}={value}" for key, value in labels.items()]},
        ignore_removed=True,
    )
