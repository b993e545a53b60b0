"""`./invoke infra.up`, `infra.status` and `infra.down`: network, rights and storage on AWS."""

from __future__ import annotations

import time
from collections.abc import Callable

from invoke.collection import Collection
from invoke.context import Context

from commands.command import command
from errors import UsageError

NAME = "ray-on-aws"
WHERE = {
    "region": "of AWS; else AWS_REGION, AWS_DEFAULT_REGION or the profile's",
    "profile": "of the AWS credentials; else AWS_PROFILE",
    "name": "of the infra, and value of the tag of all that is made",
}


@command(
    help={
        **WHERE,
        "bastion-from": "make a bastion that these addresses may log in to, as 203.0.113.7/32",
        "bastion-key": "key pair of EC2 to log in to the bastion with",
        "nat-per-zone": "yes: a NAT gateway in each zone; no: one for both. It stays as it is "
        "where nothing is said, and is one at first",
        "fabric": "yes: open the workers to one another altogether, as EFA wants; no: not. It "
        "stays as it is where nothing is said, and is not at first",
    }
)
def up(
    _context: Context,
    region: str = "",
    profile: str = "",
    name: str = NAME,
    bastion_from: str = "",
    bastion_key: str = "",
    nat_per_zone: str = "",
    fabric: str = "",
) -> None:
    """Make network, rights and storage for clusters, or what is missing of them."""
    each_zone, open_workers = _choice("nat-per-zone", nat_per_zone), _choice("fabric", fabric)
    if bastion_key and not bastion_from:
        raise UsageError("--bastion-key goes with --bastion-from: nobody may log in otherwise")
    from cluster.account import Account
    from cluster.infra.up import up as make
    from commands import state

    account = Account.chosen(region, profile)
    print(f"making {name} in {account.number}, {account.region}", flush=True)
    begin = time.monotonic()
    infra = make(
        account,
        name,
        state=state.folder(),
        tell=_telling(begin),
        bastion_from=bastion_from,
        bastion_key=bastion_key,
        nat_per_zone=each_zone,
        fabric=open_workers,
    )
    print(f"ready in {time.monotonic() - begin:.1f} s\n")
    print(f"zones    {', '.join(infra.zones)}")
    print(f"data     s3://{infra.bucket}")
    print(f"images   {infra.image_repository}")
    print(f"way in   {infra.endpoint or infra.bastion or 'none'}")
    print(f"NAT is paid for by the hour until ./invoke infra.down --name {name}")


@command(help=WHERE)
def status(_context: Context, region: str = "", profile: str = "", name: str = NAME) -> None:
    """Show what there is of an infra."""
    from cluster.account import Account
    from cluster.infra.status import status as look
    from commands.output import table

    account = Account.chosen(region, profile)
    found = look(account, name)
    if not found:
        print(f"there is nothing of {name} in {account.number}, {account.region}")
        return
    table(["kind", "name", "state"], [[part.kind, part.name, part.state] for part in found])


@command(
    help={
        **WHERE,
        "data": "delete the objects in its bucket too",
        "yes": "do not ask",
    }
)
def down(
    _context: Context,
    region: str = "",
    profile: str = "",
    name: str = NAME,
    data: bool = False,
    yes: bool = False,
) -> None:
    """Take network, rights and storage away, and see that nothing of them is left."""
    from cluster.account import Account
    from cluster.infra.down import down as take_away
    from commands import state
    from commands.asking import agreed

    account = Account.chosen(region, profile)
    where = f"{name} in {account.number}, {account.region}"
    what = f"network, rights, images{' AND ALL DATA' if data else ''}"
    if not yes and not agreed(f"Delete {what} of {where}?"):
        print("nothing is deleted")
        return
    begin = time.monotonic()
    there = take_away(account, name, state=state.folder(), data=data, tell=_telling(begin))
    print("taken away: nothing else is left" if there else "there was nothing to take away")


def _choice(option: str, given: str) -> bool | None:
    """An option that is yes, no, or left as it is.

    Raises:
        UsageError: it is something else.
    """
    if given not in ("", "yes", "no"):
        raise UsageError(f"--{option} {given} is neither yes nor no")
    return {"yes": True, "no": False}.get(given)


def _telling(begin: float) -> Callable[[str], None]:
    return lambda line: print(f"{time.monotonic() - begin:5.1f} s  {line}", flush=True)


infra = Collection("infra", up, status, down)
