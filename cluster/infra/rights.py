"""Rights and storage: made, found again from another machine, and deleted, by Terraform."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from cluster.account import Account
from cluster.infra import parts
from cluster.infra.names import Names
from cluster.infra.terraform import STATE, Terraform

NETWORK = ("private_subnet_a", "private_subnet_b", "worker_security_group")


def folder(state: Path, names: Names) -> Path:
    """Where Terraform's state of an infra lies: one for each account and region."""
    return state / "infra" / names.bucket


def make(
    account: Account,
    names: Names,
    network: dict[str, str],
    *,
    state: Path,
    tell: Callable[[str], None],
    expire: bool = True,
) -> None:
    """Makes what is missing, and puts right what is not as it should be.

    Args:
        account: to make it in.
        names: of it.
        network: outputs of the network's stack.
        state: the folder for what is kept from one call to the next.
        tell: is given a line for each step.
        expire: have the bucket delete leftovers, which Terraform waits most of a minute for.

    Raises:
        ServiceError: it cannot be made, or something of that name is not ours.
    """
    terraform = Terraform(account, folder(state, names), tell)
    chosen = variables(
        account,
        names,
        private_subnet_a=network["PrivateSubnetA"],
        private_subnet_b=network["PrivateSubnetB"],
        worker_security_group=network["WorkerSecurityGroup"],
    )
    terraform.prepare({**chosen, "expire": expire})
    _adopt(account, names, terraform, tell)
    terraform.apply()


def delete(account: Account, names: Names, *, state: Path, tell: Callable[[str], None]) -> bool:
    """Deletes all of it; gives whether there was any.

    Raises:
        ServiceError: it cannot be deleted, or something of that name is not ours.
    """
    work = folder(state, names)
    found = parts.there(account, names)
    if not found and not (work / STATE).exists():
        return False
    terraform = Terraform(account, work, tell)
    # The network may be gone: who could launch where is of no interest any more.
    terraform.prepare(variables(account, names, **dict.fromkeys(NETWORK, "gone")))
    _adopt(account, names, terraform, tell)
    terraform.destroy()
    shutil.rmtree(work)
    return bool(found)


def variables(account: Account, names: Names, **network: str) -> dict[str, str]:
    """What the configuration leaves open."""
    return {
        "infra": names.name,
        "account": names.account,
        "region": names.region,
        "partition": account.session.get_partition_for_region(names.region),
        "head_role": names.head_role,
        "worker_role": names.worker_role,
        "bucket": names.bucket,
        "repository": names.repository,
        **network,
    }


def _adopt(
    account: Account, names: Names, terraform: Terraform, tell: Callable[[str], None]
) -> None:
    """Takes into the state what is there and not in it, as on a machine that did not make it.

    What else the configuration names is a setting of one of these: it is set again.
    """
    held = terraform.held()
    found = [*parts.there(account, names), *parts.role_policies(account, names)]
    for part in found:
        if part.address not in held:
            tell(f"rights: {part.kind} {part.name} is there already, and taken over")
            terraform.adopt(part.address, part.name)
