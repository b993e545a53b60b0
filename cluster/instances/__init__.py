"""What EC2's instance types are: arch, maker, vCPUs, memory, local disks, network.

Nothing is asked of AWS: the types of the price snapshot stand in `types.csv`, the others follow
from EC2's naming rules.
"""

from cluster.instances.instance import Arch, Instance, instance

__all__ = ["Arch", "Instance", "instance"]
