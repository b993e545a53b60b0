"""What is told of instance types, compared with what EC2 says of them."""

from __future__ import annotations

import csv
import gzip
import json
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.instances import Instance, instance
from cluster.instances.instance import TYPES
from errors import UsageError


@cache
def described() -> dict[str, Any]:
    """Answers of DescribeInstanceTypes, as moto carries them."""
    packed = files("moto") / "ec2" / "resources" / "instance_types.json.gz"
    types: dict[str, Any] = json.loads(gzip.decompress(packed.read_bytes()))
    return types


def told() -> list[Instance]:
    """All types of EC2 that something is told of."""
    known = []
    for name in described():
        with suppress(UsageError):
            known.append(instance(name))
    return known


def facts(of: Instance) -> tuple[object, ...]:
    """What is compared."""
    return (of.arch, of.maker, of.vcpus, of.memory_gib, of.threads_per_core, of.nvme, of.efa)


def real(name: str) -> tuple[object, ...]:
    """The same, as EC2 describes it."""
    said = described()[name]
    arches, maker = said["ProcessorInfo"]["SupportedArchitectures"], said["ProcessorInfo"]
    return (
        "arm64" if "arm64" in arches else "amd64",
        {"AWS": "Graviton"}.get(maker["Manufacturer"], maker["Manufacturer"]),
        said["VCpuInfo"]["DefaultVCpus"],
        said["MemoryInfo"]["SizeInMiB"] / 1024,
        said["VCpuInfo"].get("DefaultThreadsPerCore"),
        said["InstanceStorageSupported"],
        said["NetworkInfo"]["EfaSupported"],
    )


def test_it_equals_what_ec2_describes() -> None:
    assert {one.name: facts(one) for one in told()} == {one.name: real(one.name) for one in told()}


def test_most_types_of_today_are_known() -> None:
    current = [name for name in described() if name[0] in "cmr" and "5" <= name[1] <= "9"]
    known = {one.name for one in told()}
    assert [name for name in current if name not in known and not name.endswith(".metal")] == []


def test_the_types_of_the_price_snapshot_are_not_derived() -> None:
    names = [row["name"] for row in csv.DictReader(TYPES.open())]
    assert len(names) == 21
    assert not any(instance(name).derived for name in names)
    assert instance("c7i.8xlarge").derived


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("c7i.4xlarge, c7a.4xlarge", "not the name"),
        ("m7d.2xlarge", "no 'm7d.2xlarge'"),
        ("r7i-n.2xlarge", "not the name"),
        ("r7i", "not the name"),
        ("", "not the name"),
        ("c7i.4xlarge\n", "not the name"),
        ("p5.48xlarge", "series 'p'"),
        ("c6i.metal", "how many vCPUs"),
        ("c7i.huge", "how many vCPUs"),
        ("t3.48xlarge", "no size of series t"),
        ("m4.large", "before the naming rules"),
    ],
)
def test_a_wrong_name_is_told(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        instance(name)


@given(st.text() | st.from_regex(r"[a-z]{1,2}\d[a-z]{0,3}\.\w{1,9}", fullmatch=True))
def test_any_text_is_a_type_or_a_usage_error(name: str) -> None:
    try:
        told = ""
        assert instance(name).vcpus >= 1
    except UsageError as error:
        told = str(error)
    assert not told or repr(name) in told
