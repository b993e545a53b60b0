"""What an infra has, found from any machine: what launching a cluster needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass

from cluster.account import Account, explained
from cluster.infra import parts
from cluster.infra.names import Names
from cluster.infra.stacks import GONE, Stack
from errors import ServiceError

USABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}


@dataclass(frozen=True, kw_only=True)
class Infra:
    """An infra that is whole.

    Attributes:
        name: of it, and value of the tag `ray-on-aws`.
        region: that it is in.
        account: the twelve digits.
        zones: of the subnets, in their order.
        vpc: id of the network.
        private_subnets: for nodes, one in each zone.
        public_subnets: the same for what faces the internet.
        head_security_group: id of the head's.
        worker_security_group: id of the workers'.
        endpoint: id of the EC2 Instance Connect Endpoint; empty where there is none.
        bastion: its public address; empty where there is none.
        head_profile: name of the head's instance profile.
        worker_profile: name of the workers'.
        bucket: for data.
        image_repository: of the image ray, `host/name` without a tag.
    """

    name: str
    region: str
    account: str
    zones: tuple[str, ...]
    vpc: str
    private_subnets: tuple[str, ...]
    public_subnets: tuple[str, ...]
    head_security_group: str
    worker_security_group: str
    endpoint: str
    bastion: str
    head_profile: str
    worker_profile: str
    bucket: str
    image_repository: str


def look(account: Account, name: str) -> Infra | None:
    """The infra of a name; None where there is nothing of it.

    Raises:
        UsageError: it cannot be a name, or the credentials will not do.
        ServiceError: it is half there, with what is missing; or AWS does not answer.
    """
    names = Names.of(account, name)
    network = Stack(account, names.network_stack, name)
    state = network.state
    there = parts.there(account, names)
    if state == GONE and not there:
        return None
    missing = [f"{part.kind} {part.name}" for part in parts.wanted(names) if part not in there]
    if state not in USABLE:
        missing.insert(0, f"stack {network.name} ({'missing' if state == GONE else state})")
    if missing:
        raise ServiceError(
            f"the infra {name} is only half there, without {', '.join(missing)}: "
            f"./invoke infra.up --name {name} makes the rest"
        )
    return _described(account, names, network.outputs)


def _described(account: Account, names: Names, outputs: dict[str, str]) -> Infra:
    with explained(f"looking for the repository {names.repository}"):
        repositories = account.client("ecr").describe_repositories(
            repositoryNames=[names.repository]
        )["repositories"]
    return Infra(
        name=names.name,
        region=names.region,
        account=names.account,
        zones=(outputs["ZoneA"], outputs["ZoneB"]),
        vpc=outputs["Vpc"],
        private_subnets=(outputs["PrivateSubnetA"], outputs["PrivateSubnetB"]),
        public_subnets=(outputs["PublicSubnetA"], outputs["PublicSubnetB"]),
        head_security_group=outputs["HeadSecurityGroup"],
        worker_security_group=outputs["WorkerSecurityGroup"],
        endpoint=outputs.get("Endpoint", ""),
        bastion=Stack(account, names.bastion_stack, names.name).outputs.get("Address", ""),
        head_profile=names.head_role,
        worker_profile=names.worker_role,
        bucket=names.bucket,
        image_repository=repositories[0]["repositoryUri"],
    )
