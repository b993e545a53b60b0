"""What Ray says of its nodes: when they joined, were drained, and left.

It is from the log of the head node's GCS, which goes with the head: the rehearsal itself only sees
what the launcher tells EC2, which is a few seconds after a node has joined, and nothing of drains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cluster.rehearsal.events import DRAINING, JOINED, LEFT, RUNNING, Event

FILE = "gcs_server.out"
PATTERN = "Registering new node|HandleDrainNode, reason|death reason ="
TIME = re.compile(r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) ")
NODE = re.compile(r"node_id=([0-9a-f]{56})")
ADDRESS = re.compile(r"node_address=(\S+)")
DRAIN = re.compile(r"HandleDrainNode, reason: (?P<reason>.*), deadline: (?P<deadline>-?\d+)")
DEATH = re.compile(r"death reason = (\w+), death message = (.*?) node_id=")
MILLISECONDS = 1000


def parse(lines: Sequence[str], before: Sequence[Event]) -> Iterator[Event]:
    """The events that lines of the log tell of.

    Args:
        lines: of the log; those that tell of something else are passed over.
        before: what else happened, which says at what address an instance was, and when.
    """
    addresses: dict[str, str] = {}
    for line in sorted(lines):
        time, node = TIME.search(line), NODE.search(line)
        if not time or not node:
            continue
        at = datetime.strptime(time[1], "%Y-%m-%d %H:%M:%S,%f").replace(tzinfo=UTC).timestamp()
        registered = ADDRESS.search(line)
        if registered:
            addresses[node[1]] = registered[1]
        instance = _instance(addresses.get(node[1], ""), at, before)
        if registered:
            yield Event(at, JOINED, instance)
        elif drain := DRAIN.search(line):
            yield Event(at, DRAINING, instance, _drain(drain, at))
        elif death := DEATH.search(line):
            yield Event(at, LEFT, instance, {"reason": death[1], "said": death[2]})


def _instance(address: str, at: float, before: Sequence[Event]) -> str:
    """The instance that was at an address; empty where none was, as addresses are given again."""
    found = ""
    for event in before:
        if event.what == RUNNING and event.details.get("address") == address and event.at <= at:
            found = event.instance
    return found


def _drain(told: re.Match[str], at: float) -> dict[str, str]:
    details = {"said": told["reason"]}
    deadline = int(told["deadline"]) / MILLISECONDS
    # Ray takes a number that is as large as can be for no deadline.
    if at <= deadline < at + 24 * 3600:
        details["seconds"] = f"{deadline - at:.0f}"
    return details
