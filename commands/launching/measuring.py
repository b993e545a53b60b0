"""Measuring the rehearsal: launches, joins, what instances take; beside it the documents' way."""

from __future__ import annotations

import json
import math
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from cluster.configs import find
from cluster.rehearsal import running, timeline
from cluster.rehearsal.adapt import inside
from cluster.rehearsal.containers import Containers
from cluster.rehearsal.documents import as_documented
from cluster.rehearsal.footprint import Footprint, footprints
from cluster.rehearsal.happened import happened
from cluster.rehearsal.world import PROJECT, World, read
from commands import RESULTS, ROOT, state
from commands.launching import rehearsal
from errors import ServiceError

# A rehearsal of its own, so that one of the user's goes on.
NAME = "ray-on-aws-measured"
WORKERS, MANY = 2, 7
MINUTES = 15.0
SECONDS_TO_ADD, SECONDS_TO_BE_TOLD = 180, 30


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured; times in seconds.

    Attributes:
        first: a launch of head and two workers, from the command until they have joined, in which
            the infra is made, and the store if there was none for the image.
        launches: the same for those after it.
        joins: for each worker of these, from RunInstances until it has joined; both boot at once,
            beside a head that has just started.
        added: the same for a worker that the autoscaler adds later, after one was lost; one for
            each of these launches.
        instances: how many there were for the next two.
        memory_bytes: that they took together.
        disk_bytes: that each of them had written before any work.
        documents: for each node that installs its packages at boot, from RunInstances until it has
            joined; the nodes of one launch, one after the other.
    """

    first: float
    launches: list[float]
    joins: list[float]
    added: list[float]
    instances: int
    memory_bytes: int
    disk_bytes: list[int]
    documents: list[float]


def measure(repeats: int) -> Measured:
    """Measures in one go, and takes away what it launched.

    Raises:
        ServiceError: a launch failed.
    """
    with _apart() as folder:
        two, many = _config(folder, "two", WORKERS), _config(folder, "many", MANY)
        first = _launch(two)
        _down()
        later = [_launched(folder, two) for _ in range(repeats)]
        _launch(many)
        taken = _footprints(folder)
        _down()
        documents = _documents(folder, _config(folder, "one", 1))
    return Measured(
        first=first,
        launches=[one.seconds for one in later],
        joins=[join for one in later for join in one.joins],
        added=[one.added for one in later],
        instances=len(taken),
        memory_bytes=sum(one.memory_bytes for one in taken),
        disk_bytes=[one.disk_bytes for one in taken],
        documents=documents,
    )


def sentences(measured: Measured) -> Iterator[str]:
    """What was measured, to be read."""
    yield (
        f"launch of a head and {WORKERS} amd64 workers: {measured.first:.1f} s the first time, "
        f"then {_each(measured.launches)}"
    )
    yield f"a worker that is added joins after RunInstances: {_each(measured.added)}"
    yield f"each of two that boot together: {_each(measured.joins)}"
    yield (
        f"{measured.instances} instances take {measured.memory_bytes / 1e9:.1f} GB of memory, and "
        f"{max(measured.disk_bytes) / 1e6:.0f} MB of disk each at most"
    )
    ours, theirs = median(measured.added), measured.documents[-1]
    yield (
        f"a worker that installs its packages at boot joins after {theirs:.1f} s: "
        f"{theirs / ours:.1f} times as long"
    )


def write(measured: Measured, file: Path) -> None:
    """Writes it down as JSON."""
    file.write_text(json.dumps(asdict(measured), indent=2) + "\n")


def _each(seconds: Sequence[float]) -> str:
    told = ", ".join(f"{one:.1f}" for one in seconds)
    return f"{median(seconds):.1f} s (median of {told})"


@contextmanager
def _apart() -> Iterator[Path]:
    """A folder of state and a name of its own for what is launched inside; nothing stays."""
    folder = RESULTS / "measured"
    before = {name: os.environ.get(name) for name in (PROJECT, state.VARIABLE)}
    os.environ[PROJECT], os.environ[state.VARIABLE] = NAME, str(folder)
    try:
        _down()
        yield state.folder()
    finally:
        _down()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _config(folder: Path, name: str, workers: int) -> Path:
    """The config `autoscaling`, with workers that are there from the start."""
    file = folder / f"{name}.yaml"
    text = find("autoscaling").read_text()
    file.write_text(text.replace("min_workers: 0", f"min_workers: {workers}"))
    return file


def _launch(config: Path) -> float:
    """Launches by the command that users type; gives how long it took.

    Raises:
        ServiceError: it failed.
    """
    begin = time.monotonic()
    words = [str(ROOT / "invoke"), "launch", "--target", "rehearsal", "--cluster", str(config)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceError(f"a launch that was to be measured failed: {done.stderr.strip()}")
    return time.monotonic() - begin


@dataclass(frozen=True)
class _Launch:
    """A launch: how long it took, and its workers, and one that was added."""

    seconds: float
    joins: list[float]
    added: float


def _launched(folder: Path, config: Path) -> _Launch:
    """Launches, lets the autoscaler add a worker, and takes all away again."""
    seconds = _launch(config)
    world = _world(folder)
    joins = _joins(world)[1:]
    added = _added(world)
    _down()
    return _Launch(seconds, joins, added)


def _added(world: World) -> float:
    """How long a worker takes to join that takes the place of one that was lost."""
    *_, lost = timeline.lives(happened(world))
    Containers(world).remove(lost.number)
    give_up = time.monotonic() + SECONDS_TO_ADD
    while time.monotonic() < give_up:
        time.sleep(2)
        *_, last = timeline.lives(happened(world))
        if last.number != lost.number and not math.isnan(last.registered):
            return timeline.steps(last).total
    raise ServiceError(
        f"no worker took the place of {lost.number} within {SECONDS_TO_ADD} s: ./invoke "
        "rehearsal.logs autoscaler, while it is there, says why"
    )


def _joins(world: World) -> list[float]:
    """How long each instance took to join, in the order in which they were asked for.

    Raises:
        ServiceError: one of them has not, though the launch is over.
    """
    give_up = time.monotonic() + SECONDS_TO_BE_TOLD
    while True:
        # What Ray writes down of it may come some seconds after the node.
        joins = [timeline.steps(life).total for life in timeline.lives(happened(world))]
        if not any(map(math.isnan, joins)):
            return joins
        if time.monotonic() > give_up:
            raise ServiceError(
                "an instance of a launch that is over has not joined: ./invoke rehearsal.events, "
                "while it is there, tells how far it came"
            )
        time.sleep(1)


def _world(folder: Path) -> World:
    """The rehearsal that was launched.

    Raises:
        ServiceError: none is.
    """
    if (world := read(folder)) is None:
        raise ServiceError(f"there is no rehearsal in {folder}, though one was launched")
    return world


def _footprints(folder: Path) -> list[Footprint]:
    return footprints(_world(folder))


def _documents(folder: Path, config: Path) -> list[float]:
    """How long each node takes to join when it installs its packages at boot."""
    bundle = os.environ.get("PIP_CERT")

    def change(found: dict[str, Any], world: World) -> dict[str, Any]:
        return as_documented(found, inside(world), Path(bundle) if bundle else None)

    rehearsal.launch(cluster=str(config), minutes=MINUTES, change=change)
    joins = _joins(_world(folder))
    _down()
    return joins


def _down() -> None:
    folder = state.folder()
    running.stop(folder, lambda _line: None)
    (folder / "cluster.json").unlink(missing_ok=True)
