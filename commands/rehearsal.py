"""`./invoke rehearsal.*`: what happened in the rehearsal, its logs, and faults on request."""

from __future__ import annotations

import json as json_format
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection
from invoke.context import Context

from commands import RESULTS
from commands.command import command
from errors import OutputError, UsageError

if TYPE_CHECKING:
    from cluster.rehearsal.events import Event
    from cluster.rehearsal.timeline import Life
    from cluster.rehearsal.world import World

AUTOSCALER = "autoscaler"
LIST = "list"
LINES = 20


@command(
    help={
        "since": "show the events from this second on, as in the first column",
        "json": "write events, instances and the medians of their boots to this file",
        "picture": "write the timeline to this PNG file, instead of one under results/rehearsal",
    }
)
def events(_context: Context, since: str = "0", json: str = "", picture: str = "") -> None:
    """Show what happened in the rehearsal, with times, and draw it.

    Times are seconds since the first event. When a node joined, was drained and left is from the
    log of the head node, as long as there is one; else joined is the launcher's `up-to-date`.
    """
    # Loads Docker's library.
    from cluster.rehearsal import report
    from cluster.rehearsal.happened import happened
    from cluster.rehearsal.timeline import lives
    from commands.output import table

    world = _world()
    begin = _number("--since", since)
    told = happened(world)
    table(report.HEADINGS, report.rows(told, begin))
    instances = lives(told)
    print()
    if instances:
        for sentence in (report.summary(instances), *report.boots(instances)):
            print(sentence)
        _draw(world, told, instances, picture)
    if json:
        _write(Path(json), report.as_dict(told, instances))


def _draw(world: World, happened: Sequence[Event], instances: Sequence[Life], path: str) -> None:
    # Loads matplotlib.
    from cluster.launched import recall
    from cluster.rehearsal import report
    from cluster.rehearsal.picture import Words, draw
    from commands import state

    launched = recall(state.folder())
    name = launched.name if launched else world.name
    file = Path(path) if path else RESULTS / "rehearsal" / f"{name}.png"
    words = Words(
        title=f"{name}, rehearsed",
        subtitle=report.summary(instances),
        caption="; ".join(report.boots(instances)),
    )
    draw(instances, happened, time.time(), words, file)
    print(f"picture: {file}")


@command(
    positional=["instance"],
    help={
        "instance": f"its id or the last characters of that, or {AUTOSCALER}",
        "lines": "how many of each log",
    },
)
def logs(_context: Context, instance: str, lines: int = LINES) -> None:
    """Show the logs of an instance, from boot to Ray, or those of the autoscaler."""
    from cluster.rehearsal import asking, inside

    world = _world()
    if lines < 1:
        raise UsageError(f"--lines {lines} shows nothing: choose 1 or more")
    if instance == AUTOSCALER:
        head = asking.head(world)
        if not head:
            raise UsageError("no head node runs, and the autoscaler runs on it: ./invoke launch")
        parts = inside.of_autoscaler(world, head, lines)
    else:
        parts = inside.of_instance(world, asking.named(world, instance), lines)
    for part in parts:
        print(f"== {part.title}\n{part.text or '(nothing)'}\n")


@command(
    positional=["kind"],
    help={
        "kind": f"capacity, offer, throttle, deny or slow-boot; or {LIST}, which only shows "
        "what is to go wrong at present",
        "instance-type": "capacity, offer, slow-boot: of this type only",
        "zone": "capacity, offer, slow-boot: in this zone only",
        "market": "capacity, slow-boot: spot or on-demand only",
        "action": "throttle, deny: this call of EC2 only, as RunInstances",
        "role": "throttle, deny: calls of this role only, as head",
        "share": "throttle: of the calls, 0 to 1; 1 if not said",
        "room": "capacity: for so many instances there is some yet; 0 if not said",
        "seconds": "slow-boot: that it takes longer",
        "for-seconds": "end it by itself after so long; without it, ./invoke rehearsal.clear does",
    },
)
def fault(
    _context: Context,
    kind: str,
    instance_type: str = "",
    zone: str = "",
    market: str = "",
    action: str = "",
    role: str = "",
    share: str = "",
    room: str = "",
    seconds: str = "",
    for_seconds: str = "",
) -> None:
    """Let something go wrong in emulated EC2: no capacity, no such type, throttling, denied calls.

    ./invoke rehearsal.fault capacity --market spot --for-seconds 300
    """
    from cluster.rehearsal import asking

    world = _world()
    given = {
        "instance_type": instance_type,
        "zone": zone,
        "market": market,
        "action": action,
        "role": role,
        "share": share,
        "room": room,
        "seconds": seconds,
        "for_seconds": for_seconds,
    }
    asked = {name: value for name, value in given.items() if value}
    if kind != LIST:
        asking.ask(world, "faults/add", kind=kind, **asked)
    elif asked:
        raise UsageError(f"{', '.join(asked)} means nothing to {LIST}")
    _show_faults(asking.ask(world, "faults"))


@command(help={"kind": "only faults of this kind: capacity, offer, throttle, deny or slow-boot"})
def clear(_context: Context, kind: str = "") -> None:
    """Let nothing go wrong any more in emulated EC2, or nothing of a kind."""
    from cluster.rehearsal import asking

    count = asking.ask(_world(), "faults/clear", kind=kind)["cleared"]
    print(f"{count} fault(s) cleared" if count else "there was nothing to clear")


@command(
    positional=["instance"],
    help={
        "instance": "a spot one: its id or the last characters of that",
        "seconds": "between the notice and the end; 120 on EC2",
    },
)
def interrupt(_context: Context, instance: str, seconds: str = "120") -> None:
    """Take a spot instance back as EC2 does: a notice in its metadata, then the end."""
    from cluster.rehearsal import asking

    told = asking.ask(_world(), "interrupt", instance=instance, seconds=seconds)
    at = time.strftime("%H:%M:%S", time.localtime(told["ends_at"]))
    print(f"{told['instance']} has notice, and ends at {at}")


@command(
    positional=["instance"],
    help={"instance": "a spot one: its id or the last characters of that"},
)
def rebalance(_context: Context, instance: str) -> None:
    """Recommend to leave a spot instance, in its metadata, as EC2 does before some notices."""
    from cluster.rehearsal import asking

    told = asking.ask(_world(), "rebalance", instance=instance)
    print(f"{told['instance']} is at a higher risk now, says its metadata")


def _world() -> World:
    """The rehearsal that runs.

    Raises:
        UsageError: none does.
    """
    from cluster.rehearsal.world import read
    from commands import state

    found = read(state.folder())
    if found is None:
        raise UsageError(
            "no rehearsal runs: ./invoke launch --target rehearsal --cluster spot starts one"
        )
    return found


@command(
    help={
        "repeats": "launches after the first, of which the median counts",
        "json": "write the figures to this file",
    }
)
def measure(_context: Context, repeats: int = 3, json: str = "") -> None:
    """Measure how fast clusters come up here, and what they take; ten minutes.

    Beside it: how long a node takes that installs its packages at boot. It is a rehearsal of its
    own: one that is launched goes on, and takes its share of the machine.
    """
    if repeats < 1:
        raise UsageError(f"--repeats {repeats}: at least one launch after the first is measured")
    from commands.launching import measuring

    found = measuring.measure(repeats)
    for sentence in measuring.sentences(found):
        print(sentence)
    if json:
        measuring.write(found, Path(json))


def _show_faults(told: Sequence[dict[str, Any]]) -> None:
    if not told:
        print("nothing goes wrong: see ./invoke --help rehearsal.fault")
    for one in told:
        until = one.pop("until")
        kind = one.pop("kind")
        if one["share"] == 1:
            del one["share"]
        parts = [f"{name.replace('_', '-')} {value}" for name, value in one.items() if value]
        if until:
            parts.append(f"for another {max(0.0, until - time.time()):.0f} s")
        print(f"{kind}: {', '.join(parts) or 'everywhere, always'}")


def _number(option: str, value: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise UsageError(f"{option} is '{value}', and should be a number") from error


def _write(path: Path, content: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{json_format.dumps(content, indent=2)}\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; name another file") from error


rehearsal = Collection("rehearsal", events, logs, fault, clear, interrupt, rebalance, measure)
