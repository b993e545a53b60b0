"""EC2 Instance Connect Endpoints, of which moto has none: that there are none is said.

A stack of CloudFormation leaves them out, and nodes are reached directly.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response


def fill() -> None:
    """Teach EC2 the call."""
    patched: Any = EC2Response
    patched.describe_instance_connect_endpoints = describe


def describe(_self: EC2Response) -> ActionResult:
    """DescribeInstanceConnectEndpoints."""
    return ActionResult({"InstanceConnectEndpoints": []})
