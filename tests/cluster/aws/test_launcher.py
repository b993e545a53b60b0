"""Why Ray's launcher failed, told in a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cluster.account import Account
from cluster.aws import launcher
from cluster.aws.files import Files
from errors import RayOnAwsError, ServiceError

QUOTA = (
    "botocore.exceptions.ClientError: An error occurred (VcpuLimitExceeded) when calling the "
    "RunInstances operation: You have requested more vCPU capacity than your current vCPU limit "
    "of 32 allows"
)


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (f"line one\n{QUOTA}\nNodeLaunchException\n", "launching the cluster: the account's quota"),
        (
            "An error occurred (ExpiredToken) when calling the DescribeInstances operation (reached"
            " max retries: 4): The security token is expired\n",
            "launching the cluster: the AWS credentials have run out",
        ),
        ("\n".join(f"line {number}" for number in range(40)), "Ray's launcher failed"),
    ],
)
def test_the_last_refusal_or_the_last_lines(tmp_path: Path, log: str, said: str) -> None:
    files = Files(tmp_path)
    files.log.write_text(log)
    message = str(launcher.failure(files))
    assert message.startswith(said)
    if "line 39" in log:
        assert message.endswith("\n  line 38\n  line 39")
        assert str(files.log) in message


def test_ray_finds_a_provider_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "/somewhere/else")
    files = Files(tmp_path)
    shows = "import os, cluster.node.fleet as f; print(f.__name__, os.environ['PYTHONPATH'])"
    with pytest.raises(ServiceError):
        launcher.up(Account("us-west-2"), files, print, [sys.executable, "-c", f"{shows}; 1 / 0"])
    said = files.log.read_text()
    assert "cluster.node.fleet" in said
    assert said.splitlines()[0].endswith(":/somewhere/else")


def test_what_it_says_goes_to_its_log_and_a_failure_is_told(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.config.write_text("cluster_name: one\nprovider: {type: moon}\n")
    with pytest.raises(ServiceError, match="Ray's launcher failed") as caught:
        launcher.up(Account("us-west-2"), files, print)
    assert isinstance(caught.value, RayOnAwsError)
    assert "Unknown provider type moon" in files.log.read_text()
    assert "\x1b" not in files.log.read_text()
