"""The rounds of a forecast ask for nodes when Ray's own reconciler does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml
from ray.autoscaler.v2.instance_manager.config import AutoscalingConfig
from ray.autoscaler.v2.instance_manager.instance_manager import InstanceManager
from ray.autoscaler.v2.instance_manager.instance_storage import InstanceStorage
from ray.autoscaler.v2.instance_manager.node_provider import CloudInstance
from ray.autoscaler.v2.instance_manager.reconciler import Reconciler
from ray.autoscaler.v2.instance_manager.storage import InMemoryStorage
from ray.autoscaler.v2.instance_manager.subscribers.cloud_instance_updater import (
    CloudInstanceUpdater,
)
from ray.autoscaler.v2.instance_manager.subscribers.cloud_resource_monitor import (
    CloudResourceMonitor,
)
from ray.autoscaler.v2.scheduler import ResourceDemandScheduler

from cluster.configs import find
from cluster.planning.forecast.demand import Demand
from cluster.planning.forecast.forecast import forecast
from cluster.planning.forecast.nodes import Cluster, cluster
from cluster.planning.forecast.pace import Pace
from cluster.planning.forecast.ray_types import (
    AUTOSCALER,
    NodeKind,
    NodeState,
    RequestByCount,
    request,
)
from tests.cluster.planning.forecast.clusters import PRICES, tasks

ROUNDS = 12  # all within the time that the first node needs to boot


@dataclass
class Cloud:
    """EC2 whose instances are there at once, and on which Ray never starts."""

    instances: dict[str, CloudInstance] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def add(self, node_type: str, kind: Any = NodeKind.WORKER) -> str:
        name = str(len(self.instances))
        self.instances[name] = CloudInstance(name, node_type, kind, is_running=True)
        return name

    def launch(self, shape: dict[str, int], request_id: str) -> None:
        assert request_id
        self.asked += Counter(shape)
        for node_type, count in shape.items():
            for _ in range(count):
                self.add(node_type)


def busy_node(name: str, node_type: str, resources: dict[str, float]) -> Any:
    return NodeState(
        node_id=name.encode(),
        instance_id=name,
        ray_node_type_name=node_type,
        total_resources=resources,
        available_resources=dict.fromkeys(resources, 0.0),
        status=AUTOSCALER.NodeStatus.RUNNING,
    )


def reconciled(
    config: dict[str, Any], asked: Cluster, running: dict[str, int], wanted: Demand, free: int
) -> list[dict[str, int]]:
    """What Ray asks for in each round, with nodes that are full and as many tasks as wait."""
    cloud = Cloud()
    marked = {"CPU": 0.0, "node:__internal_head__": 1.0}  # by which Ray knows the head
    nodes = [busy_node(cloud.add(asked.head, NodeKind.HEAD), asked.head, marked)]
    for name, count in running.items():
        resources = dict(asked.types[name].resources)
        nodes += [busy_node(cloud.add(name), name, resources) for _ in range(count)]
    waiting = RequestByCount(request=request(wanted.shape), count=wanted.tasks - free)
    manager = InstanceManager(
        InstanceStorage("test", InMemoryStorage()),  # type: ignore[no-untyped-call]
        [CloudInstanceUpdater(cloud)],  # type: ignore[arg-type]
    )
    scheduler, monitor = ResourceDemandScheduler(), CloudResourceMonitor()
    found: list[dict[str, int]] = []
    for _ in range(ROUNDS):
        cloud.asked = Counter()
        Reconciler.reconcile(
            instance_manager=manager,
            scheduler=scheduler,
            cloud_provider=cloud,  # type: ignore[arg-type]
            cloud_resource_monitor=monitor,
            ray_cluster_resource_state=AUTOSCALER.ClusterResourceState(
                node_states=nodes, pending_resource_requests=[waiting]
            ),
            non_terminated_cloud_instances=dict(cloud.instances),
            autoscaling_config=AutoscalingConfig(config, skip_content_hash=True),
        )
        found.append(dict(cloud.asked))
    return found


@pytest.mark.parametrize(
    ("name", "speed", "running", "count"),
    [
        ("autoscaling", 10, {"intel": 10}, 480),
        ("autoscaling", 1, {"intel": 3}, 480),
        ("autoscaling", 0.5, {"intel": 7}, 480),
        ("autoscaling", 10, {"intel": 0}, 33),
        ("spot", 100, {"intel": 1, "graviton": 1}, 480),
        ("mixed", 2, {"base": 2, "graviton": 1, "amd": 2, "intel": 0}, 600),
    ],
)
def test_each_round_asks_for_what_ray_asks_for(
    name: str, speed: float, running: dict[str, int], count: int
) -> None:
    config = yaml.safe_load(find(name).read_text()) | {"upscaling_speed": speed}
    asked, wanted = cluster(config), tasks(count, 1000.0)
    found = forecast(asked, [wanted], PRICES, running=running)
    rounds = [index * Pace().round for index in range(ROUNDS)]
    ours = [
        {wave.node_type: wave.count for wave in found.waves if wave.asked == (second, second)}
        for second in rounds
    ]
    free = count - found.waiting(0.0)
    # As the launcher hands it to the head: with the resources of its instances, and with keys.
    for node_type, entry in config["available_node_types"].items():
        entry["resources"] = dict(asked.types[node_type].resources)
    config["auth"] = {"ssh_user": "ec2-user"}
    rays = reconciled(config, asked, running, wanted, free)
    assert ours == rays
    assert sum(map(len, rays)) > 0
