"""The config of a cluster with two kinds of spot node that both run here as they are."""

from __future__ import annotations

from pathlib import Path

from tests.cluster.rehearsal.small import changed, without_graviton, write

CLUSTER = "pair"
CHANGES = {
    "idle_timeout_minutes: 5": "idle_timeout_minutes: 0.3",
    "max_workers: 16": "max_workers: 4",
    "resources: { CPU: 8, Intel: 8 }": "resources: { CPU: 2, Intel: 2 }",
}
AMD = """  amd:
    resources: { CPU: 2, AMD: 2 }
    labels: { ray-subcluster: amd, arch: amd64, market: spot }
    min_workers: 0
    max_workers: 2
    node_config:
      <<: *worker
      InstanceType: r7a.2xlarge
      ImageId: ${ami_amd64}

"""


def config(folder: Path) -> Path:
    """The config `spot`, small, with AMD in the place of Graviton, and no worker at first."""
    text = without_graviton(changed("spot", CHANGES), AMD)
    text = text.replace("    min_workers: 1\n", "    min_workers: 0\n")
    text = text.replace("    max_workers: 8\n", "    max_workers: 2\n")
    return write(folder, CLUSTER, text)
