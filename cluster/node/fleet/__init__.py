"""Nodes from EC2 Fleet: Ray's own provider for AWS, which asks several types and zones at once.

In a cluster config:

    provider: { type: external, module: cluster.node.fleet.FleetNodeProvider, region: ... }

and in the `node_config` of a node type that is to come from a fleet:

    Fleet: { InstanceTypes: [r7i.2xlarge, r7a.2xlarge], OnDemandAfterSeconds: 0 }

`wish` reads that key, `pools` remembers what has no capacity, `filling` decides who is asked next,
`template` and `request` speak with EC2, and `provider` is what Ray loads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cluster.node.fleet.provider import FleetNodeProvider

__all__ = ["FleetNodeProvider"]


def __getattr__(name: str) -> type[FleetNodeProvider]:
    """The provider, when Ray asks for it: the plan reads `wish`, and needs no Ray for that."""
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from cluster.node.fleet.provider import FleetNodeProvider

    return FleetNodeProvider
