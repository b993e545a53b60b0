"""Waiting until the workers that a config asks for are part of the cluster."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import requests

from cluster.account import Account
from cluster.aws import instances
from cluster.launched import Launched, Remote
from cluster.nodes import SECONDS_TO_ANSWER, NoAnswerError, nodes
from errors import ServiceError

SECONDS_BETWEEN_LOOKS = 2.0
# A head that sets up workers is busy, and may be late with an answer.
SECONDS_WITHOUT_ANSWER = 120.0


def least_workers(config: Mapping[str, Any]) -> int:
    """How many workers a config asks for before there is any work."""
    head = config["head_node_type"]
    types = config["available_node_types"]
    return sum(int(types[name].get("min_workers", 0)) for name in types if name != head)


def wait(launched: Launched, workers: int, *, seconds: float, tell: Callable[[str], None]) -> None:
    """Waits for workers, telling how many have joined as that changes.

    Args:
        launched: the cluster, with a dashboard that answers here.
        workers: how many there are to be at least.
        seconds: how long to wait at most.
        tell: is given a line when something changes.

    Raises:
        NoAnswerError: the head has not answered for long.
        ServiceError: they did not come in time, with what was seen instead.
    """
    give_up = time.monotonic() + seconds
    seen = ""
    while True:
        joined = _joined(launched)
        now = f"{joined} of {workers} worker(s) have joined"
        if now != seen:
            tell(now)
            seen = now
        if joined >= workers:
            return
        if time.monotonic() > give_up:
            raise ServiceError(
                f"after {seconds:.0f} s {now}. EC2 has {_in_ec2(launched)}. Ray's autoscaler "
                f"says:\n{_autoscaler(launched)}\nThe cluster is left as it is: ./invoke status "
                "looks again, ./invoke down takes it away"
            )
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _joined(launched: Launched) -> int:
    """How many workers there are; asked again where the head is late with its answer."""
    give_up = time.monotonic() + SECONDS_WITHOUT_ANSWER
    while True:
        try:
            return sum(not one.head for one in nodes(launched))
        except NoAnswerError:
            if time.monotonic() > give_up:
                raise
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _in_ec2(launched: Launched) -> str:
    """The instances that there are, counted by what they are at."""
    remote = launched.remote
    if not isinstance(remote, Remote):
        return "nothing to do with it"
    found = instances.of_cluster(Account(remote.region, remote.profile), launched.name)
    counts = Counter(f"{one.node_type} {one.state} ({one.status or 'new'})" for one in found)
    return ", ".join(f"{count} x {what}" for what, count in sorted(counts.items())) or "no instance"


def _autoscaler(launched: Launched) -> str:
    """What `ray status` would show."""
    answer = requests.get(
        f"{launched.dashboard}/api/cluster_status?format=1",
        headers={"Authorization": f"Bearer {launched.token}"},
        timeout=SECONDS_TO_ANSWER,
    )
    if not answer.ok:
        return f"  (no status: {answer.status_code})"
    told = str(answer.json()["data"]["clusterStatus"]) if answer.content else ""
    return "\n".join(f"  {line}" for line in told.splitlines())
