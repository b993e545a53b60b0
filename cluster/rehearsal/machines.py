"""The instances that EC2 says there are: read from moto, in the process that it runs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend, ec2_backends
from moto.iam.models import iam_backends

ALIVE = ("pending", "running")
ARCHES = {"x86_64": "amd64", "arm64": "arm64"}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """An instance.

    Attributes:
        number: its id, `i-…`.
        state: as EC2 says it.
        address: the private one.
        instance_type: `c7i.4xlarge`.
        arch: `amd64` or `arm64`.
        zone: that it is in.
        region: that this is in.
        market: `spot` or `on-demand`.
        ami: the machine image.
        key: the public key that opens it; empty for none.
        user_data: as it was given.
        role: of its instance profile; empty for none.
        tags: by key.
    """

    number: str
    state: str
    address: str
    instance_type: str
    arch: str
    zone: str
    region: str
    market: str
    ami: str
    key: str
    user_data: str
    role: str
    tags: dict[str, str] = field(default_factory=dict)


def all_machines() -> list[Machine]:
    """Every instance in every region, those that have ended among them."""
    return [machine for backend in _backends() for machine in _of(backend)]


def at(address: str, machines: Iterable[Machine]) -> Machine | None:
    """The instance at an address: the living one, or the one that was there last.

    An instance that has been ended is asked for as long as its processes run: as on EC2, it has
    its metadata and its role until it is off.

    Args:
        address: the private one.
        machines: in the order in which they were made.
    """
    found = [one for one in machines if one.address == address]
    living = [one for one in found if one.state in ALIVE]
    return next(iter(living or reversed(found)), None)


def end(machine: Machine) -> None:
    """Ends an instance from outside, as hardware does that fails, or EC2 when it reclaims one."""
    ec2_backends[DEFAULT_ACCOUNT_ID][machine.region].terminate_instances([machine.number])


def _backends() -> list[EC2Backend]:
    # Regions are made when they are first asked for: only those that are used.
    return list(ec2_backends[DEFAULT_ACCOUNT_ID].values())


def _of(backend: EC2Backend) -> Iterator[Machine]:
    for one in backend.all_instances():
        # One that is made at this moment has no address yet: it is there at the next look.
        if one.nics:
            yield _machine(backend, one)


def _machine(backend: EC2Backend, told: Any) -> Machine:
    pair = backend.key_pairs.get(told.key_name)
    return Machine(
        number=told.id,
        state=told.state,
        address=told.private_ip,
        instance_type=told.instance_type,
        arch=ARCHES.get(told.architecture, told.architecture),
        zone=told.placement.zone,
        region=backend.region_name,
        market=told.lifecycle or "on-demand",
        ami=told.image_id,
        key=pair.public_key if pair else "",
        user_data=told.user_data.decode() if told.user_data else "",
        role=_role(backend, told.id),
        tags={tag["key"]: tag["value"] for tag in told.get_tags()},
    )


def _role(backend: EC2Backend, number: str) -> str:
    association = backend.iam_instance_profile_associations.get(number)
    if association is None:
        return ""
    profile = association.iam_instance_profile
    found = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].instance_profiles.get(profile.name)
    return found.roles[0].name if found and found.roles else ""
