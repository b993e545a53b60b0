"""Making an infra, or what is missing of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from pathlib import Path

from cluster.account import Account, explained
from cluster.infra import rights, spot, terraform
from cluster.infra.names import Names
from cluster.infra.stacks import Stack
from cluster.infra.values import Infra, look
from errors import ServiceError, UsageError

# As the bastion's template says too. Wider than that is the world.
WIDEST = 8


def up(
    account: Account,
    name: str,
    *,
    state: Path,
    tell: Callable[[str], None],
    bastion_from: str = "",
    bastion_key: str = "",
    nat_per_zone: bool | None = None,
    fabric: bool | None = None,
    prefix: str = "",
    expire: bool = True,
) -> Infra:
    """Makes network, rights and storage, and a bastion if one is asked for.

    It can be called again at any time, also after it was interrupted: what is there is kept, what
    is missing is made. What is not asked for stays as it is; so does a bastion.

    Args:
        account: to make it in.
        name: of the infra, and value of the tag of all that is made.
        state: the folder for what is kept from one call to the next.
        tell: is given a line for each step.
        bastion_from: addresses that may log in to a bastion, such as `203.0.113.7/32`.
        bastion_key: a key pair of EC2's to log in there with.
        nat_per_zone: a NAT gateway in each zone, or one for both; None as it is, or one.
        fabric: open the workers to one another altogether, for EFA; None as it is, or not.
        prefix: the first two numbers of its addresses, `10.0`; empty as it is, or the template's.
        expire: have the bucket delete leftovers, which takes most of a minute to be set.

    Raises:
        UsageError: the name or the addresses will not do, or the credentials.
        ServiceError: something could not be made, and what to do about it.
    """
    check_addresses(bastion_from)
    terraform.program()
    names = Names.of(account, name)
    network = _network(
        account, names, nat_per_zone=nat_per_zone, fabric=fabric, prefix=prefix, tell=tell
    )
    if bastion_from:
        _bastion(account, names, network, {"From": bastion_from, "KeyName": bastion_key}, tell)
    if spot.ensure_role(account):
        tell("spot: the account has a role for it now")
    rights.make(account, names, network, state=state, tell=tell, expire=expire)
    found = look(account, name)
    if found is None:
        raise ServiceError(f"the infra {name} is gone again: is an infra.down of it under way?")
    return found


def check_addresses(given: str) -> None:
    """Looks at the addresses that are to reach the bastion; empty for no bastion.

    Raises:
        UsageError: they are none, or nearly all that there are.
    """
    if not given:
        return
    try:
        network = ipaddress.IPv4Network(given)
    except ValueError as error:
        raise UsageError(
            f"--bastion-from {given} names no addresses ({error}): give yours, as 203.0.113.7/32"
        ) from error
    if network.prefixlen < WIDEST:
        raise UsageError(
            f"--bastion-from {given} lets half the world in: give your address, as 203.0.113.7/32"
        )


def _network(
    account: Account,
    names: Names,
    *,
    nat_per_zone: bool | None,
    fabric: bool | None,
    prefix: str,
    tell: Callable[[str], None],
) -> dict[str, str]:
    """The network's stack as it is to be; gives its outputs."""
    stack = Stack(account, names.network_stack, names.name, tell)
    before = stack.parameters
    first, second = _zones(account, before)
    asked = {"NatPerZone": nat_per_zone, "Fabric": fabric}
    choices = {
        key: before.get(key, "no") if choice is None else "yes" if choice else "no"
        for key, choice in asked.items()
    }
    parameters = {"Infra": names.name, "ZoneA": first, "ZoneB": second, **choices}
    if prefix or "Prefix" in before:
        parameters["Prefix"] = prefix or before["Prefix"]
    return stack.ensure("network.yaml", parameters)


def _zones(account: Account, before: dict[str, str]) -> tuple[str, str]:
    """The zones of the subnets that are there, or else the first two that the account has."""
    if "ZoneA" in before:
        return before["ZoneA"], before["ZoneB"]
    with explained("looking for zones"):
        # Not the ones that are asked for first: local zones have few instance types.
        found = account.client("ec2").describe_availability_zones(
            Filters=[
                {"Name": "state", "Values": ["available"]},
                {"Name": "zone-type", "Values": ["availability-zone"]},
            ]
        )["AvailabilityZones"]
    zones = sorted(zone["ZoneName"] for zone in found)
    if len(zones) < 2:
        raise ServiceError(
            f"{account.region} has {len(zones)} zones for this account, and two are needed: choose "
            "another --region"
        )
    return zones[0], zones[1]


def _bastion(
    account: Account,
    names: Names,
    network: dict[str, str],
    who: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    stack = Stack(account, names.bastion_stack, names.name, tell)
    # Without its key it would be made anew.
    key = who["KeyName"] or stack.parameters.get("KeyName", "")
    places = ("Vpc", "VpcCidr", "HeadSecurityGroup", "WorkerSecurityGroup")
    stack.ensure(
        "bastion.yaml",
        {
            "Infra": names.name,
            "PublicSubnet": network["PublicSubnetA"],
            **{place: network[place] for place in places},
            "From": who["From"],
            "KeyName": key,
        },
    )
