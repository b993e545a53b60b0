"""A stack that is deleted takes its routes and endpoints along; moto leaves them.

The VPC then stays too, as it is in use.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.models.subnets import SubnetRouteTableAssociation
from moto.ec2.models.vpcs import VPCEndPoint


def fill() -> None:
    """Teach these resources how to go."""
    for kind, delete in (
        (RouteTable, delete_route_table),
        (Route, go_with_the_table),
        (SubnetRouteTableAssociation, go_with_the_table),
        (VPCEndPoint, delete_endpoint),
    ):
        patched: Any = kind
        patched.delete = delete


def delete_route_table(self: RouteTable, _account: str, _region: str) -> None:
    """Delete a route table and what hangs on it; one that has gone with its VPC is no trouble."""
    if self.id not in self.ec2_backend.route_tables:
        return
    for association in list(self.associations):
        self.ec2_backend.disassociate_route_table(association)
    self.ec2_backend.delete_route_table(self.id)


def go_with_the_table(
    self: Route | SubnetRouteTableAssociation, _account: str, _region: str
) -> None:
    """Do nothing: the table is deleted too, before or after, as moto keeps no order."""


def delete_endpoint(self: VPCEndPoint, _account: str, _region: str) -> None:
    """Delete an endpoint of the VPC."""
    self.ec2_backend.delete_vpc_endpoints([self.id])
