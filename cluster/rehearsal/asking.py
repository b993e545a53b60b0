"""What commands ask of the control plane: its interface below `/rehearsal/`, over HTTP."""

from __future__ import annotations

from typing import Any

import requests

from cluster.rehearsal.world import World
from errors import ServiceError, UsageError

SECONDS_TO_ANSWER = 20
ALIVE = ("pending", "running")


def ask(world: World, path: str, **asked: object) -> Any:
    """What the control plane of a rehearsal answers.

    Args:
        world: the rehearsal.
        path: what is asked for: `faults/add`, `interrupt`, ...
        asked: what is said with it.

    Raises:
        UsageError: the control plane refuses, with its reason.
        ServiceError: it does not answer.
    """
    # An address of this machine: a proxy has no way to it.
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                f"{world.api}/rehearsal/{path}", json=asked, timeout=SECONDS_TO_ANSWER
            )
            told = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ServiceError(
                f"emulated EC2 does not answer at {world.api} ({type(error).__name__}): "
                "./invoke launch with the same options starts it again, ./invoke down clears up"
            ) from error
    if not answer.ok:
        raise UsageError(str(told["error"]))
    return told


def instances(world: World) -> list[dict[str, Any]]:
    """The instances that live, each with its `number`, `address`, `tags`, ...

    Raises:
        ServiceError: the control plane does not answer.
    """
    return [one for one in ask(world, "instances") if one["state"] in ALIVE]


def head(world: World) -> str:
    """The id of the instance that is the head node; empty where there is none.

    Raises:
        ServiceError: the control plane does not answer.
    """
    found = (one for one in instances(world) if one["tags"].get("ray-node-type") == "head")
    return next((str(one["number"]) for one in found), "")


def named(world: World, end: str) -> str:
    """The id of a living instance, by that or its last characters.

    Raises:
        UsageError: there is none, or more than one.
        ServiceError: the control plane does not answer.
    """
    return str(ask(world, "named", instance=end)["instance"])
