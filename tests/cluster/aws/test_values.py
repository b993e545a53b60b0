"""What a config leaves open, looked up in an emulated account."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from cluster.account import Account
from cluster.aws import way
from cluster.aws.files import ensure
from cluster.aws.values import LISTS, look_up, newest_image, proxy_command
from cluster.infra.values import Infra
from errors import ServiceError, UsageError
from tests.cluster.aws.conftest import put_image
from tests.cluster.infra.emulated import client

ONE_PLATFORM = "application/vnd.oci.image.manifest.v1+json"


def test_everything_is_looked_up(account: Account, infra: Infra, tmp_path: Path) -> None:
    files = ensure(tmp_path, "ray-on-aws-spot")
    values = look_up(
        account, infra, files, cluster="ray-on-aws-spot", image="host/ray:1", through=""
    )
    assert values.ami_amd64.startswith("ami-")
    assert values.ami_arm64 not in ("", values.ami_amd64)
    images = client("ssm").get_parameter(
        Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    )
    assert values.ami_amd64 == images["Parameter"]["Value"]
    assert (values.private_subnet_a, values.private_subnet_b) == infra.private_subnets
    assert values.image == "host/ray:1"
    assert "- host/ray:1" in values.user_data
    assert values.ssh_proxy_command.endswith("%h %p --region us-west-2 --through endpoint")


def test_no_secret_is_in_what_goes_to_the_account(
    account: Account, infra: Infra, tmp_path: Path
) -> None:
    files = ensure(tmp_path, "one")
    values = look_up(account, infra, files, cluster="one", image="host/ray:1", through="")
    assert files.token.read_text() not in repr(values)
    assert "PRIVATE KEY" in files.key.read_text()
    assert "PRIVATE KEY" not in repr(values)
    for file in (files.token, files.key):
        assert file.stat().st_mode & 0o077 == 0
    assert files.folder.stat().st_mode & 0o077 == 0


def test_token_and_key_are_made_once(tmp_path: Path) -> None:
    first = ensure(tmp_path, "one")
    before = first.token.read_text(), first.key.read_text()
    again = ensure(tmp_path, "one")
    assert (again.token.read_text(), again.key.read_text()) == before
    assert ensure(tmp_path, "other").token.read_text() != before[0]


def test_the_image_is_the_newest_that_is_for_both_arches(account: Account, infra: Infra) -> None:
    put_image("ray2.60.0-one-amd64", ONE_PLATFORM)
    with pytest.raises(ServiceError, match=r"no image for both arches was pushed to .*/ray"):
        newest_image(account, infra)
    put_image("ray2.60.0-first", LISTS[0])
    assert newest_image(account, infra) == f"{infra.image_repository}:ray2.60.0-first"
    time.sleep(1.1)  # ECR tells the time of a push in seconds
    put_image("ray2.60.0-second", LISTS[1])
    put_image("ray2.60.0-one-arm64", ONE_PLATFORM)
    assert newest_image(account, infra) == f"{infra.image_repository}:ray2.60.0-second"


@pytest.mark.parametrize(
    ("endpoint", "bastion", "asked", "chosen"),
    [
        ("eice-1", "", "", way.ENDPOINT),
        ("eice-1", "203.0.113.7", "", way.ENDPOINT),
        ("", "203.0.113.7", "", way.BASTION),
        ("eice-1", "203.0.113.7", "bastion", way.BASTION),
        ("", "", "direct", way.DIRECT),
    ],
)
def test_the_best_way_there_is(
    account: Account, infra: Infra, endpoint: str, bastion: str, asked: str, chosen: str
) -> None:
    there = replace(infra, endpoint=endpoint, bastion=bastion)
    command = proxy_command(account, there, Path("/a folder/key"), asked)
    assert f"--through {chosen}" in command
    assert ("--bastion 203.0.113.7 --key '/a folder/key'" in command) == (chosen == way.BASTION)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("moon", "'moon' is no way to the nodes: choose endpoint, bastion, direct"),
        ("endpoint", "has no EC2 Instance Connect Endpoint: give --through bastion"),
        ("bastion", "has no bastion: ./invoke infra.up --bastion-from"),
        ("", "has no EC2 Instance Connect Endpoint"),
    ],
)
def test_a_way_that_there_is_not(account: Account, infra: Infra, asked: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        proxy_command(account, replace(infra, endpoint=""), Path("key"), asked)
