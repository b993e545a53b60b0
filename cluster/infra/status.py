"""What there is of an infra."""

from __future__ import annotations

from cluster.account import Account
from cluster.infra import leftovers
from cluster.infra.names import Names
from cluster.infra.parts import Part
from cluster.infra.stacks import GONE, Stack


def status(account: Account, name: str) -> list[Part]:
    """Everything that carries the infra's tag, below the stacks that hold some of it.

    Instances, key pairs and placement groups of its clusters are among it.

    Raises:
        UsageError: it cannot be a name, or the credentials will not do.
        ServiceError: AWS does not answer, or something of that name is not ours.
    """
    names = Names.of(account, name)
    stacks = [Stack(account, each, name) for each in (names.network_stack, names.bastion_stack)]
    states = [Part(kind="stack", name=stack.name, state=stack.state) for stack in stacks]
    return [part for part in states if part.state != GONE] + leftovers.left(account, names)
