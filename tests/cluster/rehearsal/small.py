"""The config of the cluster that tests launch, and how configs are made small for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from commands import ROOT

CLUSTER = "small"
# Few nodes of two CPUs, as this machine may have no more, which end soon; an arm64 type besides.
CHANGES = {
    "idle_timeout_minutes: 5": "idle_timeout_minutes: 0.3",
    "resources: { CPU: 16, Intel: 16 }": "resources: { CPU: 2, Intel: 2 }",
    "    max_workers: 30": "    max_workers: 3",
}
GRAVITON = """  graviton:
    resources: { CPU: 1, Graviton: 1 }
    labels: { ray-subcluster: graviton, arch: arm64, market: spot }
    min_workers: 0
    max_workers: 1
    node_config:
      <<: *worker
      InstanceType: r8g.2xlarge
      ImageId: ${ami_arm64}
      InstanceMarketOptions: { MarketType: spot }

"""
BEFORE = "# Empty and not left out"
FROM = "  graviton:\n"


def config(folder: Path) -> Path:
    """The config `autoscaling`, made small, with nodes that end soon."""
    return write(folder, CLUSTER, changed("autoscaling", {**CHANGES, BEFORE: GRAVITON + BEFORE}))


def changed(name: str, changes: Mapping[str, str]) -> str:
    """A config of ours by name, with texts replaced that stand in it just once."""
    text = (ROOT / "cluster" / "configs" / f"{name}.yaml").read_text()
    for before, after in changes.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def without_graviton(text: str, instead: str = "") -> str:
    """A config without the node type that would be emulated, or with another in its place."""
    return text[: text.index(FROM)] + instead + text[text.index(BEFORE) :]


def write(folder: Path, cluster: str, text: str) -> Path:
    """Writes a config for a cluster of that name."""
    file = folder / f"{cluster}.yaml"
    file.write_text(text)
    return file
