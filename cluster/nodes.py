"""The nodes of a cluster, as Ray's dashboard tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from cluster.launched import Launched
from errors import ServiceError

SECONDS_TO_ANSWER = 20
ALIVE = "ALIVE"
# Of a node's resources, those that Ray makes by itself.
RAYS_OWN = ("node:", "memory", "object_store_memory", "CPU", "GPU", "accelerator_type:")


class NoAnswerError(ServiceError):
    """Nobody answered, or not in time."""


@dataclass(frozen=True)
class Node:
    """A node of a cluster.

    Attributes:
        address: its IP address.
        head: whether it is the head node.
        state: `ALIVE` or `DEAD`.
        arch: `amd64` or `arm64`; empty where its label does not say.
        subcluster: its label `ray-subcluster`; empty where it has none.
        cpus: logical ones, for work.
        memory: bytes for tasks.
        resources: custom ones.
    """

    address: str
    head: bool
    state: str
    arch: str
    subcluster: str
    cpus: float
    memory: float
    resources: dict[str, float]


def nodes(launched: Launched) -> list[Node]:
    """The living nodes, the head first.

    Raises:
        NoAnswerError: the cluster does not answer.
        ServiceError: it refuses the token, or answers otherwise than it should.
    """
    try:
        answer = requests.get(
            f"{launched.dashboard}/api/v0/nodes",
            headers={"Authorization": f"Bearer {launched.token}"},
            timeout=SECONDS_TO_ANSWER,
        )
    except requests.RequestException as error:
        raise NoAnswerError(
            f"the cluster does not answer at {launched.dashboard} ({type(error).__name__}): "
            "./invoke launch starts it again, ./invoke down clears up"
        ) from error
    if answer.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
        raise ServiceError(launched.refusal)
    if not answer.ok:
        raise ServiceError(
            f"the cluster at {launched.dashboard} answers {answer.status_code}: {answer.text[:300]}"
        )
    found = [_node(one) for one in answer.json()["data"]["result"]["result"]]
    alive = [one for one in found if one.state == ALIVE]
    return sorted(alive, key=lambda one: (not one.head, one.arch, one.address))


def _node(told: dict[str, Any]) -> Node:
    resources, labels = told["resources_total"], told["labels"]
    return Node(
        address=told["node_ip"],
        head=told["is_head_node"],
        state=told["state"],
        arch=labels.get("arch", ""),
        subcluster=labels.get("ray-subcluster", ""),
        cpus=resources.get("CPU", 0.0),
        memory=resources.get("memory", 0.0),
        resources={
            name: amount for name, amount in resources.items() if not name.startswith(RAYS_OWN)
        },
    )
