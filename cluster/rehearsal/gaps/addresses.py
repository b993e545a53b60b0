"""A network interface that is made with an instance goes with it; moto's stays, with its address.

A subnet would run out of addresses, and an address would not be given again.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.instances import Instance

UNFILLED = Instance.prep_nics


def fill() -> None:
    """Let the interfaces of an instance go with it."""
    patched: Any = Instance
    patched.prep_nics = prep_nics


def prep_nics(self: Instance, nic_spec: list[dict[str, Any]], *rest: Any, **options: Any) -> None:
    """Make the interfaces; those that there were before stay, as on EC2."""
    own = {nic["NetworkInterfaceId"] for nic in nic_spec if nic.get("NetworkInterfaceId")}
    kept = {nic.get("DeviceIndex") for nic in nic_spec if nic.get("DeleteOnTermination") is False}
    UNFILLED(self, nic_spec, *rest, **options)
    for index, eni in self.nics.items():
        if eni.id not in own and index not in kept:
            eni.delete_on_termination = True
