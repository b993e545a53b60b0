"""`./invoke launch --target aws`: shown, refused and failed, on an emulated account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from invoke.context import Context
from invoke.exceptions import Exit
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.sts.responses import TokenResponse

from cluster.configs.fill import wanted
from cluster.infra.names import Names
from cluster.launched import recall, remember
from commands.launch import launch
from tests.cluster.infra.emulated import REGION, client
from tests.cluster.test_launched import ONE
from tests.commands.accounts import NAME, TAG, alive, invoke, push_image

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS.*:UserWarning")
# Moto has no EC2 Instance Connect Endpoint.
WHERE = ("--target", "aws", "--region", REGION, "--through", "direct")
# As STS answers: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
EXPIRED = """<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>
<Message>The security token included in the request is expired</Message></Error></ErrorResponse>"""
OPTIONS: dict[str, Any] = {"target": "aws", "region": REGION, "through": "direct"}


def nothing_launched(state: Path) -> bool:
    """Whether neither the account nor this machine knows of a cluster."""
    return not alive() and not client("ec2").describe_key_pairs()["KeyPairs"] and not recall(state)


@pytest.fixture
def image(infra: Names) -> Iterator[None]:
    """One that was pushed, for the time of a test."""
    push_image(infra.repository)
    yield
    pushed = [{"imageTag": TAG}]
    client("ecr").batch_delete_image(repositoryName=infra.repository, imageIds=pushed)


@pytest.mark.usefixtures("infra")
def test_before_an_image_is_pushed_it_is_told_how(kept: Path) -> None:
    with pytest.raises(Exit, match="no image for both arches was pushed to 1234") as told:
        launch(Context(), cluster="spot", **OPTIONS)
    assert told.value.code == 1
    assert f"./invoke push --image ray --registry 123456789012.dkr.ecr.{REGION}" in str(told.value)
    assert nothing_launched(kept)


@pytest.mark.usefixtures("infra")
def test_an_infra_that_is_not_there_is_told_with_the_call_that_makes_it(kept: Path) -> None:
    with pytest.raises(Exit) as told:
        launch(Context(), cluster="spot", infra="lab", **OPTIONS)
    assert told.value.code == 2
    assert str(told.value) == (
        f"error: there is no infra 'lab' in {REGION}: ./invoke infra.up --name lab --region "
        f"{REGION} makes it"
    )
    assert nothing_launched(kept)


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cluster": ""}, "which cluster? give --cluster, such as --cluster spot"),
        ({"cluster": "spto"}, "'spto' is no cluster config: choose architectures, autoscaling"),
        ({"through": "tunnel"}, "'tunnel' is no way to the nodes: choose endpoint, bastion"),
        ({"through": ""}, "ray-on-aws has no EC2 Instance Connect Endpoint: give --through bast"),
        ({"through": "bastion"}, "ray-on-aws has no bastion: ./invoke infra.up --bastion-from"),
    ],
)
def test_misuse_is_told(kept: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(Exit) as told:
        launch(Context(), **{**OPTIONS, "cluster": "spot", **options})
    assert told.value.code == 2
    assert str(told.value).startswith(f"error: {said}")
    assert "\n" not in str(told.value)
    assert nothing_launched(kept)


@pytest.mark.usefixtures("image")
def test_show_prints_the_config_with_everything_filled_in_and_launches_nothing(kept: Path) -> None:
    done = invoke(kept, "launch", *WHERE, "--cluster", "spot", "--show")
    assert (done.returncode, done.stderr) == (0, "")
    assert wanted(done.stdout) == set()
    config = yaml.safe_load(done.stdout)
    assert config["cluster_name"] == f"{NAME}-spot"
    assert config["docker"]["image"].endswith(f"dkr.ecr.{REGION}.amazonaws.com/{NAME}/ray:{TAG}")
    assert "# Spot workers of two arches" in done.stdout
    assert nothing_launched(kept)


@pytest.mark.usefixtures("image")
def test_with_nobody_to_ask_the_price_is_told_and_nothing_launched(kept: Path) -> None:
    done = invoke(kept, "launch", *WHERE, "--cluster", "spot")
    assert done.returncode == 2
    assert done.stdout.splitlines()[0] == "checks: nothing found"
    assert "an hour costs $" in done.stdout
    assert done.stderr == (
        f"error: launch {NAME}-spot in {REGION}? There is nobody to ask here: give --yes\n"
    )
    assert nothing_launched(kept)


@pytest.mark.usefixtures("image")
def test_a_config_that_the_plan_finds_errors_in_is_not_launched(kept: Path, tmp_path: Path) -> None:
    shown = invoke(kept, "launch", *WHERE, "--cluster", "spot", "--show").stdout
    mine = tmp_path / "mine.yaml"
    mine.write_text(shown.replace("resources: { CPU: 8, Intel: 8 }", "resources: { CPU: 0.5 }"))
    done = invoke(kept, "launch", *WHERE, "--cluster", str(mine), "--yes")
    assert done.returncode == 1
    assert f"error {mine}:" in done.stdout
    assert done.stderr == (
        f"error: the plan of {mine} has 1 error(s), so nothing was launched: see above, and "
        f"./invoke plan {mine}\n"
    )
    assert nothing_launched(kept)


@pytest.mark.usefixtures("image")
def test_not_beside_another_cluster_that_down_could_mean(kept: Path) -> None:
    remember(kept, ONE)
    with pytest.raises(Exit, match="the cluster a cluster of target compose is launched: ") as told:
        launch(Context(), cluster="spot", yes=True, **OPTIONS)
    assert told.value.code == 2
    assert alive() == set()
    assert recall(kept) == ONE


@pytest.mark.usefixtures("infra")
def test_credentials_that_have_run_out_are_told(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: TokenResponse) -> tuple[int, dict[str, int], str]:
        return 403, {"status": 403}, EXPIRED

    monkeypatch.setattr(TokenResponse, "get_caller_identity", refuse)
    with pytest.raises(Exit) as told:
        launch(Context(), cluster="spot", **OPTIONS)
    assert told.value.code == 2
    assert str(told.value).startswith(
        "error: asking whose credentials these are: the AWS credentials have run out "
        "(ExpiredToken): run aws sso login"
    )
    assert nothing_launched(kept)


@pytest.mark.usefixtures("infra")
def test_without_credentials_it_is_said_how_to_get_some(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    done = invoke(kept, "launch", *WHERE, "--cluster", "spot")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(
        "no AWS credentials are found: run aws configure or aws sso login, or set AWS_PROFILE\n"
    )
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("image")
def test_a_quota_that_is_reached_is_told_and_down_clears_up(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray's own launcher asks for the head, and the account may have no more vCPUs."""

    def refuse(_self: EC2Response) -> str:
        raise EC2ClientError(
            "VcpuLimitExceeded",
            "You have requested more vCPU capacity than your current vCPU limit of 0 allows",
        )

    monkeypatch.setattr(EC2Response, "run_instances", refuse)
    done = invoke(kept, "launch", *WHERE, "--cluster", "spot", "--yes")
    assert done.returncode == 1
    assert done.stderr == (
        "error: launching the cluster: the account's quota 'Running On-Demand Standard instances "
        "(counted in vCPUs)' is reached (VcpuLimitExceeded): raise it in the console under Service "
        "Quotas, or take away what is not used\n"
    )
    found = recall(kept)
    assert found is not None
    assert (found.target, found.name) == ("aws", f"{NAME}-spot")
    no_head = f"error: the cluster {NAME}-spot has no head node that runs in {REGION}: ./invoke lau"
    for words in (["status"], ["submit", "arches"]):
        done = invoke(kept, *words)
        assert done.returncode == 1
        assert done.stderr.startswith(no_head)
        assert done.stderr.count("\n") == 1

    done = invoke(kept, "down")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"taken away: nothing of {NAME}-spot is left but its data")
    assert nothing_launched(kept)
