"""`./invoke infra.up`, `infra.status`, `infra.down`: what is printed, asked and refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from invoke.context import Context
from invoke.exceptions import Exit

from commands import infra
from tests.cluster.infra.emulated import REGION, aws, client


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with aws() as address:
        yield address


@pytest.fixture(autouse=True)
def _empty(address: str) -> None:
    requests.post(f"{address}/moto-api/reset", timeout=10)


def refused(task: Any, **options: Any) -> tuple[int, str]:
    with pytest.raises(Exit) as told:
        task(Context(), **options)
    assert told.value.code is not None
    return told.value.code, str(told.value)


def test_the_tasks_and_each_option_have_help() -> None:
    assert infra.infra.name == "infra"
    assert sorted(infra.infra.tasks) == ["down", "status", "up"]
    for task in infra.infra.tasks.values():
        assert task.__doc__
        assert [option.name for option in task.get_arguments() if not option.help] == []


@pytest.mark.parametrize(
    ("task", "options", "said"),
    [
        (infra.up, {"bastion_from": "0.0.0.0/0"}, "--bastion-from 0.0.0.0/0 lets half the world"),
        (infra.up, {"bastion_key": "mine"}, "--bastion-key goes with --bastion-from"),
        (infra.up, {"nat_per_zone": "2"}, "--nat-per-zone 2 is neither yes nor no"),
        (infra.up, {"fabric": "EFA"}, "--fabric EFA is neither yes nor no"),
        (infra.up, {"region": "moon"}, "'moon' is no AWS region"),
        (infra.up, {"name": "My_Lab"}, "'My_Lab' cannot name an infra"),
        (infra.status, {"name": "x"}, "'x' cannot name an infra"),
        (infra.status, {"profile": "nobody"}, "could not be found: aws configure list-profiles"),
    ],
)
def test_misuse_is_told(task: Any, options: dict[str, str], said: str) -> None:
    code, told = refused(task, **{"region": REGION, **options})
    assert code == 2
    assert said in told
    assert told.startswith("error: ")


def test_without_a_region_it_is_asked_for() -> None:
    assert refused(infra.status)[1].startswith("error: no AWS region is named: give --region")


def test_without_credentials_it_is_said_how_to_get_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    code, told = refused(infra.status, region=REGION)
    assert code == 2
    assert "no AWS credentials are found: run aws configure" in told


def test_down_asks_and_with_nobody_to_ask_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    code, told = refused(infra.down, region=REGION)
    assert code == 2
    assert told.startswith(
        f"error: Delete network, rights, images of ray-on-aws in 123456789012, {REGION}?"
    )
    assert told.endswith("give --yes")


def test_down_with_no_for_an_answer_deletes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr("commands.asking.agreed", no)
    client("iam").create_role(
        RoleName=f"lab-{REGION}-head",
        AssumeRolePolicyDocument="{}",
        Tags=[{"Key": "ray-on-aws", "Value": "lab"}],
    )
    infra.down(Context(), region=REGION, name="lab", data=True)
    assert "AND ALL DATA of lab" in asked[0]
    assert capsys.readouterr().out == "nothing is deleted\n"
    assert client("iam").get_role(RoleName=f"lab-{REGION}-head")


def test_status_and_down_where_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    infra.status(Context(), region=REGION, name="lab")
    infra.down(Context(), region=REGION, name="lab", yes=True)
    assert capsys.readouterr().out.splitlines() == [
        f"there is nothing of lab in 123456789012, {REGION}",
        "there was nothing to take away",
    ]


def test_status_shows_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    client("ec2").create_key_pair(
        KeyName="lab-spot",
        TagSpecifications=[
            {"ResourceType": "key-pair", "Tags": [{"Key": "ray-on-aws", "Value": "lab"}]}
        ],
    )
    infra.status(Context(), region=REGION, name="lab")
    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == ["kind", "name", "state"]
    assert line.split() == ["key", "pair", "lab-spot"]


def test_up_and_down_tell_their_steps(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cluster.infra import up
    from cluster.infra.values import Infra

    made: dict[str, Any] = {}

    def make(account: Any, name: str, **options: Any) -> Infra:
        made.update(options, name=name, region=account.region)
        options["tell"]("stack lab-network: Vpc: CREATE_COMPLETE")
        return Infra(
            name=name,
            region=account.region,
            account=account.number,
            zones=("us-west-2a", "us-west-2b"),
            vpc="vpc-1",
            private_subnets=("subnet-1", "subnet-2"),
            public_subnets=("subnet-3", "subnet-4"),
            head_security_group="sg-1",
            worker_security_group="sg-2",
            endpoint="eice-1",
            bastion="",
            head_profile="head",
            worker_profile="worker",
            bucket="lab-bucket",
            image_repository="lab/ray",
        )

    monkeypatch.setattr(up, "up", make)
    infra.up(Context(), region=REGION, name="lab", bastion_from="203.0.113.7/32", fabric="yes")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"making lab in 123456789012, {REGION}"
    assert lines[1].endswith(" s  stack lab-network: Vpc: CREATE_COMPLETE")
    assert float(lines[1].split()[0]) >= 0
    assert "way in   eice-1" in lines
    assert made["nat_per_zone"] is None
    assert made["fabric"] is True
    assert made["bastion_from"] == "203.0.113.7/32"
