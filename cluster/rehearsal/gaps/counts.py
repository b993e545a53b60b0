"""RunInstances with MinCount 1 and MaxCount 5 gives five where there is room; moto gives one.

Ray asks for what it wants at most, and takes what it is given.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.responses.instances import InstanceResponse

UNFILLED = InstanceResponse.run_instances


def fill() -> None:
    """Make MaxCount count."""
    patched: Any = InstanceResponse
    patched.run_instances = run_instances


def run_instances(self: InstanceResponse) -> Any:
    """RunInstances, with as many as may be."""
    if "MaxCount" in self.params:
        self.params["MinCount"] = self.params["MaxCount"]
    return UNFILLED(self)
