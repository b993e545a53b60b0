"""Our node types and shapes as Ray's own."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ray.autoscaler.v2.instance_manager.config import NodeTypeConfig
from ray.autoscaler.v2.utils import ResourceRequestUtil

from cluster.planning.forecast.demand import Shape
from cluster.planning.forecast.nodes import Cluster

# Generated from protocol buffers: there are no types to name.
AUTOSCALER: Any = import_module("ray.core.generated.autoscaler_pb2")
COMMON: Any = import_module("ray.core.generated.common_pb2")
MANAGER: Any = import_module("ray.core.generated.instance_manager_pb2")

Instance, NodeKind = MANAGER.Instance, MANAGER.NodeKind
NodeState, RequestByCount = AUTOSCALER.NodeState, AUTOSCALER.ResourceRequestByCount
IN = COMMON.LabelSelectorOperator.LABEL_OPERATOR_IN


def node_type_configs(cluster: Cluster) -> dict[str, NodeTypeConfig]:
    """The node types; that of the head node may have one more, as Ray has it."""
    return {
        name: NodeTypeConfig(
            name=name,
            min_worker_nodes=kind.min_workers,
            max_worker_nodes=kind.max_workers + (name == cluster.head),
            idle_timeout_s=kind.idle_timeout_s,
            priority=kind.priority,
            resources=dict(kind.resources),
            labels=dict(kind.labels),
        )
        for name, kind in cluster.types.items()
    }


def request(shape: Shape) -> Any:
    """What one task of this shape asks for."""
    selector = [(key, IN, [value]) for key, value in shape.labels]
    return ResourceRequestUtil.make(
        dict(shape.resources), label_selectors=[selector] if selector else None
    )
