"""Taking a cluster away: by tag, head first, and seeing that nothing of it is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cluster.account import Account, explained
from cluster.aws import instances
from errors import ServiceError

SECONDS_TO_END = 600.0
SECONDS_BETWEEN_LOOKS = 3.0


def take_away(account: Account, cluster: str, tell: Callable[[str], None]) -> bool:
    """Ends every instance of a cluster, and deletes its keys, placement group and templates.

    The head goes first and is waited for, or it would replace the workers that end.

    Args:
        account: that it is in.
        cluster: its name, which is the value of the tag `ray-cluster-name`.
        tell: is given a line when something changes.

    Returns:
        Whether there was anything.

    Raises:
        ServiceError: something is left, or AWS refuses.
    """
    ec2 = account.client("ec2")
    found = instances.of_cluster(account, cluster, instances.ALIVE)
    heads = [one.number for one in found if one.head]
    with explained(f"ending the instances of {cluster}"):
        _end(account, cluster, heads, "head node", tell)
        # Looked for again, as the head may have made more until it went.
        rest = [one.number for one in instances.of_cluster(account, cluster, instances.ALIVE)]
        _end(account, cluster, rest, "worker(s)", tell)
    keys = _key_pairs(ec2, cluster)
    groups = _placement_groups(ec2, cluster)
    templates = _launch_templates(ec2, cluster)
    with explained(f"deleting the key pair, placement group and templates of {cluster}"):
        for key in keys:
            ec2.delete_key_pair(KeyName=key)
        for group in groups:
            ec2.delete_placement_group(GroupName=group)
        for template in templates:
            ec2.delete_launch_template(LaunchTemplateName=template)
    _assert_nothing_left(account, cluster)
    return bool(found or keys or groups or templates)


def _end(
    account: Account, cluster: str, numbers: list[str], what: str, tell: Callable[[str], None]
) -> None:
    if not numbers:
        return
    tell(f"ending {len(numbers)} {what}")
    account.client("ec2").terminate_instances(InstanceIds=numbers)
    give_up = time.monotonic() + SECONDS_TO_END
    while True:
        found = instances.of_cluster(account, cluster, instances.ALIVE)
        left = {one.number for one in found} & set(numbers)
        if not left:
            return
        if time.monotonic() > give_up:
            raise ServiceError(
                f"{', '.join(sorted(left))} of {cluster} did not end in {SECONDS_TO_END:.0f} s: "
                "run ./invoke down again, or end them in the console"
            )
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _key_pairs(ec2: Any, cluster: str) -> list[str]:
    wanted = [{"Name": f"tag:{instances.NAME}", "Values": [cluster]}]
    with explained(f"looking for the key pair of {cluster}"):
        return [one["KeyName"] for one in ec2.describe_key_pairs(Filters=wanted)["KeyPairs"]]


def _placement_groups(ec2: Any, cluster: str) -> list[str]:
    wanted = [{"Name": f"tag:{instances.NAME}", "Values": [cluster]}]
    with explained(f"looking for the placement group of {cluster}"):
        told = ec2.describe_placement_groups(Filters=wanted)["PlacementGroups"]
    return [one["GroupName"] for one in told if one["State"] != "deleted"]


def _launch_templates(ec2: Any, cluster: str) -> list[str]:
    """Those that `cluster.node.fleet` made."""
    wanted = [{"Name": f"tag:{instances.NAME}", "Values": [cluster]}]
    with explained(f"looking for the launch templates of {cluster}"):
        pages = ec2.get_paginator("describe_launch_templates").paginate(Filters=wanted)
        return [str(name) for name in pages.search("LaunchTemplates[].LaunchTemplateName")]


def _assert_nothing_left(account: Account, cluster: str) -> None:
    ec2 = account.client("ec2")
    left = [one.number for one in instances.of_cluster(account, cluster, instances.ALIVE)]
    left += _key_pairs(ec2, cluster)
    left += _placement_groups(ec2, cluster)
    left += _launch_templates(ec2, cluster)
    if left:
        raise ServiceError(
            f"{', '.join(left)} of {cluster} is left: run ./invoke down again, or delete it in the "
            "console"
        )
