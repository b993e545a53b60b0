"""What is wrong with a Ray cluster config, told before it costs anything.

Each module holds the checks of one theme; `registry` says how one is written.
"""

from cluster.planning.checks import (
    access,
    amis,
    arches,
    commands,
    disks,
    docker,
    files,
    fleet,
    head,
    machines,
    network,
    provider,
    scaling,
    schema,
    secrets,
    spot,
)
from cluster.planning.checks.cluster import Cluster
from cluster.planning.checks.registry import CHECKS
from cluster.planning.findings import Finding
from cluster.planning.source import Source

__all__ = ["CHECKS", "THEMES", "check"]

# To import a module adds its checks to the list; the order is that of docs/checks.md.
THEMES = (
    schema,
    provider,
    head,
    machines,
    arches,
    amis,
    docker,
    spot,
    fleet,
    scaling,
    access,
    secrets,
    disks,
    network,
    commands,
    files,
)


def check(source: Source) -> list[Finding]:
    """What is wrong with a config, by line.

    Where nodes do not come from EC2, only what holds for any provider is looked at.
    """
    cluster = Cluster(source)
    found = {
        finding
        for one in CHECKS.values()
        if one.anywhere or cluster.on_aws
        for finding in one.findings(cluster)
    }
    return sorted(found, key=lambda finding: (finding.line, finding.check, finding.what))
