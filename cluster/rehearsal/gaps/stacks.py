"""A stack that is deleted takes along what it made; moto leaves these kinds, and with them the VPC.

CloudFormation deletes in the order of what needs what. Moto does in any order, so that something
may have gone with another thing already.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.models.subnets import SubnetRouteTableAssociation
from moto.ec2.models.vpcs import VPCEndPoint


def fill() -> None:
    """Teach these resources how to go."""
    for kind, delete in (
        (ElasticAddress, release_address),
        (InternetGateway, delete_internet_gateway),
        (NatGateway, delete_nat_gateway),
        (Route, go_with_the_table),
        (RouteTable, delete_route_table),
        (SubnetRouteTableAssociation, go_with_the_table),
        (VPCEndPoint, delete_endpoint),
    ):
        patched: Any = kind
        patched.delete = delete


def release_address(self: ElasticAddress, _account: str, _region: str) -> None:
    """Release an elastic address."""
    self.ec2_backend.release_address(allocation_id=self.allocation_id)


def delete_internet_gateway(self: InternetGateway, _account: str, _region: str) -> None:
    """Delete an internet gateway, which is taken off its VPC first."""
    if self.vpc is not None:
        self.ec2_backend.detach_internet_gateway(self.id, self.vpc.id)
    self.ec2_backend.delete_internet_gateway(self.id)


def delete_nat_gateway(self: NatGateway, _account: str, _region: str) -> None:
    """Delete a NAT gateway."""
    self.ec2_backend.delete_nat_gateway(self.id)


def delete_route_table(self: RouteTable, _account: str, _region: str) -> None:
    """Delete a route table and what hangs on it."""
    if self.id not in self.ec2_backend.route_tables:
        return
    for association in list(self.associations):
        self.ec2_backend.disassociate_route_table(association)
    self.ec2_backend.delete_route_table(self.id)


def go_with_the_table(
    self: Route | SubnetRouteTableAssociation, _account: str, _region: str
) -> None:
    """Do nothing: the table is deleted too."""


def delete_endpoint(self: VPCEndPoint, _account: str, _region: str) -> None:
    """Delete an endpoint of the VPC, from the route tables that are still there."""
    there = self.ec2_backend.route_tables
    self.route_table_ids = [table for table in self.route_table_ids or [] if table in there]
    self.ec2_backend.delete_vpc_endpoints([self.id])
