"""Ray's scheduler, asked in full: every node and every task that waits.

Exact by construction, and too slow for a large cluster: Ray puts every task on every node that is
on its way. `counted` gives the same answers.
"""

from __future__ import annotations

from typing import Any

from ray.autoscaler.v2.scheduler import ResourceDemandScheduler, SchedulingRequest
from ray.autoscaler.v2.schema import AutoscalerInstance

from cluster.planning.forecast.decision import Decision, Waiting
from cluster.planning.forecast.demand import UNITS
from cluster.planning.forecast.fleet import Fleet, Node, State, idle_ms
from cluster.planning.forecast.nodes import Cluster
from cluster.planning.forecast.ray_types import (
    Instance,
    NodeKind,
    NodeState,
    RequestByCount,
    node_type_configs,
    request,
)


class Plain:
    """Decides by one call of `ResourceDemandScheduler.schedule`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._scheduler = ResourceDemandScheduler()

    def decide(self, fleet: Fleet, waiting: Waiting, now: float) -> Decision:
        """What Ray wants."""
        reply = self._scheduler.schedule(self.request(fleet, waiting, now))
        return Decision(
            launch={ask.instance_type: ask.count for ask in reply.to_launch},
            stop=[int(ask.instance_id) for ask in reply.to_terminate],
        )

    def request(self, fleet: Fleet, waiting: Waiting, now: float) -> SchedulingRequest:
        """What Ray's reconciler would ask."""
        return SchedulingRequest(
            disable_launch_config_check=True,
            node_type_configs=node_type_configs(self._cluster),
            max_num_nodes=self._cluster.max_workers + 1,
            resource_requests=[
                RequestByCount(request=request(shape), count=count) for shape, count in waiting
            ],
            current_instances=[
                self._instance(node, fleet.head, now)
                for node in fleet.nodes
                if node.state is not State.TERMINATED
            ],
        )

    def _instance(self, node: Node, head: Node, now: float) -> AutoscalerInstance:
        identity = str(node.number)
        managed = Instance(
            instance_id=identity,
            instance_type=node.kind.name,
            status=Instance.InstanceStatus.Value(node.state.name),
            node_kind=NodeKind.HEAD if node is head else NodeKind.WORKER,
            cloud_instance_id=identity,
            node_id=identity if node.joined is not None else "",
        )
        return AutoscalerInstance(
            cloud_instance_id=identity,
            ray_node=_ray_node(node, now) if node.joined is not None else None,
            im_instance=managed,
        )


def _ray_node(node: Node, now: float) -> Any:
    return NodeState(
        node_id=str(node.number).encode(),
        instance_id=str(node.number),
        total_resources=dict(node.kind.resources),
        available_resources={name: units / UNITS for name, units in node.free.items()},
        labels=dict(node.kind.labels),
        idle_duration_ms=idle_ms(node, now),
    )
