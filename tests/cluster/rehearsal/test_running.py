"""A rehearsal brought up and taken away, and what stays: nothing but the stores of images."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import boto3
import docker
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cluster.rehearsal import bucket, running
from cluster.rehearsal.world import PID, REGION
from images.engine import Engine
from tests.cluster.rehearsal.rehearsals import Rehearsal, rehearsal_in


@pytest.fixture
def named(imaged: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearsal:
    """A rehearsal that is not up, which functions called in this process mean."""
    own = Rehearsal("test-of-running", tmp_path, imaged)
    for name, value in own.variables.items():
        monkeypatch.setenv(name, value)
    return own


def test_down_leaves_nothing_but_the_stores(imaged: Engine, tmp_path: Path) -> None:
    client = imaged.client

    def everything() -> set[str]:
        return {
            *(str(one.id) for one in client.networks.list()),
            *(one.name for one in client.volumes.list()),
        }

    with rehearsal_in(tmp_path, imaged) as own:
        own.bring_up()
        stores = set(own.world.stores.values())
        assert len(own.processes()) == 1
        done = own.invoke("down", "--target", "rehearsal")
        assert done.returncode == 0, done.stderr
        assert "taken away: nothing is left" in done.stdout
        assert own.left() == []
        assert stores <= everything()
        # Nothing that it had is in another's name, either.
        assert not [one for one in everything() if own.name in one]
        again = own.invoke("down", "--target", "rehearsal")
        assert "there was nothing to take away" in again.stdout


def test_s3_takes_the_rehearsals_keys_and_no_others(bare: Rehearsal) -> None:
    def s3(access: str, secret: str) -> object:
        return boto3.client(
            "s3",
            endpoint_url=bare.world.storage,
            region_name=REGION,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 1}),
        ).list_buckets()

    access, secret = bare.world.store_keys
    s3(access, secret)
    with pytest.raises(ClientError):
        s3(access, "another")


def test_the_bucket_of_the_infra_is_made_where_jobs_look_for_it(bare: Rehearsal) -> None:
    for _ in range(2):
        bucket.ensure(bare.world, "infra-bucket")
    access, secret = bare.world.store_keys
    store = boto3.client(
        "s3",
        endpoint_url=bare.world.storage,
        region_name=REGION,
        aws_access_key_id=access,
        aws_secret_access_key=secret,
    )
    assert "infra-bucket" in [one["Name"] for one in store.list_buckets()["Buckets"]]


def test_a_store_that_a_rehearsal_may_want_cannot_be_taken_away(bare: Rehearsal) -> None:
    """As another rehearsal does with what it takes for older, though no instance has it now."""
    for store in bare.world.stores.values():
        with pytest.raises(docker.errors.APIError, match="in use"):
            bare.engine.client.volumes.get(store).remove()


def test_a_process_that_has_the_number_by_chance_is_left_alone(named: Rehearsal) -> None:
    """Numbers are given again, as after this machine was started anew."""
    words = [sys.executable, "-c", "import time; time.sleep(600)", "cluster.rehearsal.control"]
    with subprocess.Popen(words) as other:
        try:
            named.folder.mkdir()
            (named.folder / PID).write_text(str(other.pid))
            assert running.stop(named.state, print)
            assert other.poll() is None
        finally:
            other.kill()
    assert named.left() == []


def test_what_is_half_there_is_taken_away(named: Rehearsal) -> None:
    client = named.engine.client
    labels = {"ray-on-aws.rehearsal": f"{named.name}-rehearsal"}
    client.volumes.create(f"{named.name}-half", labels=labels)
    client.networks.create(f"{named.name}-half", labels=labels)
    assert len(named.left()) == 2
    assert running.stop(named.state, print)
    assert named.left() == []
    assert not running.stop(named.state, print)


def test_addresses_are_those_that_no_other_network_has(bare: Rehearsal, named: Rehearsal) -> None:
    taken = {
        config["Subnet"]
        for network in named.engine.client.networks.list()
        for config in network.attrs["IPAM"]["Config"] or []
    }
    assert bare.world.subnet in taken
    prefix = running._free_prefix(named.engine.client)
    assert prefix in running.PREFIXES
    assert f"{prefix}.0.0/16" not in taken


@pytest.mark.parametrize(
    ("line", "network"),
    [
        ("eth0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0", "10.0.0.0/8"),
        ("eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0", "0.0.0.0/0"),
        ("br-1\t0000C80A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0", "10.200.0.0/16"),
    ],
)
def test_routes_are_read_as_the_kernel_writes_them(line: str, network: str) -> None:
    assert str(running._route(line)) == network


@pytest.mark.usefixtures("subnet")  # of which something is written down
def test_only_its_owner_may_enter_the_folder(bare: Rehearsal) -> None:
    assert bare.folder.stat().st_mode & 0o077 == 0
    for file in ("aws.pickle",):
        assert (bare.folder / file).stat().st_mode & 0o077 == 0, file
    assert os.stat(bare.folder).st_uid == os.getuid()  # noqa: PTH116
