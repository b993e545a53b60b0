"""Taking an infra away: in order, nothing but its own, and seeing that nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cluster.account import Account, explained
from cluster.infra import bucket, leftovers, parts, rights, terraform
from cluster.infra.names import Names
from cluster.infra.stacks import GONE, Stack
from errors import ServiceError, UsageError


def down(
    account: Account, name: str, *, state: Path, data: bool, tell: Callable[[str], None]
) -> bool:
    """Deletes rights, storage, bastion and network; gives whether there was anything.

    It can be called again, and where only half of it is there. The account's role for spot
    instances stays, as it is not ours alone.

    Args:
        account: that it is in.
        name: of the infra.
        state: the folder for what is kept from one call to the next.
        data: delete the objects in the bucket too.
        tell: is given a line for each step.

    Raises:
        UsageError: instances still run, the bucket holds data that were not to be deleted, or the
            credentials will not do. Nothing has been deleted then.
        ServiceError: something could not be deleted, or is left.
    """
    names = Names.of(account, name)
    bastion = Stack(account, names.bastion_stack, name, tell)
    network = Stack(account, names.network_stack, name, tell)
    found = parts.there(account, names)
    if found or rights.folder(state, names).exists():
        terraform.program()
    _refuse_with_instances(account, names, bastion.outputs.get("Instance", ""))
    if any(part.kind == "bucket" for part in found) and not bucket.is_empty(account, names):
        if not data:
            raise UsageError(
                f"the bucket {names.bucket} holds data: copy what you need, then "
                f"./invoke infra.down --name {name} --data deletes it too"
            )
        bucket.empty(account, names, tell)
    _await_ending_instances(account, names)
    there = [rights.delete(account, names, state=state, tell=tell)]
    for stack in (bastion, network):
        there.append(stack.state != GONE)
        stack.delete()
    _assert_nothing_left(account, names)
    return any(there)


def _refuse_with_instances(account: Account, names: Names, bastion: str) -> None:
    running = [each for each in leftovers.instances(account, names) if each.name != bastion]
    if running:
        told = ", ".join(f"{each.name} ({each.state})" for each in running)
        raise UsageError(
            f"{len(running)} instance(s) of {names.name} are still there: {told}: ./invoke down "
            "ends them first"
        )


def _await_ending_instances(account: Account, names: Names) -> None:
    """Waits for instances on their way out, which hold on to subnets and groups until they are."""
    ec2 = account.client("ec2")
    ending = [{"Name": "instance-state-name", "Values": ["shutting-down"]}, *names.filters]
    with explained(f"waiting for the last instances of {names.name} to end"):
        pages = ec2.get_paginator("describe_instances").paginate(Filters=ending)
        numbers = list(pages.search("Reservations[].Instances[].InstanceId"))
        if numbers:
            ec2.get_waiter("instance_terminated").wait(InstanceIds=numbers)


def _assert_nothing_left(account: Account, names: Names) -> None:
    left = leftovers.left(account, names)
    if left:
        told = ", ".join(f"{part.kind} {part.name}" for part in left)
        raise ServiceError(
            f"{len(left)} things with the tag of {names.name} are left: {told}: ./invoke down "
            "takes what is of a cluster; delete the rest in the console, and run infra.down again"
        )
