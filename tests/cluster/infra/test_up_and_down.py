"""An infra that goes up and down in an emulated AWS, through CloudFormation and Terraform."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from cluster.account import Account
from cluster.infra import parts, rights, terraform
from cluster.infra.down import down
from cluster.infra.names import Names
from cluster.infra.stacks import Stack
from cluster.infra.status import status
from cluster.infra.terraform import Terraform
from cluster.infra.up import up
from cluster.infra.values import look
from errors import ServiceError, UsageError
from tests.cluster.infra import providers
from tests.cluster.infra.calls import VALUES
from tests.cluster.infra.emulated import NUMBER, REGION, aws, client
from tests.cluster.infra.evaluator import render
from tests.cluster.infra.held import everything

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS.*:UserWarning")
ACCOUNT = Account(REGION)
BUCKET = f"lab-{NUMBER}-{REGION}"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def emulated() -> Iterator[None]:
    with aws():
        yield


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration without its lifecycle rules, which the provider waits a minute for.

    They are planned below.
    """
    providers.configure(tmp_path, monkeypatch)
    copy = tmp_path / "rights"
    shutil.copytree(terraform.CONFIGURATION, copy)
    (copy / "lifecycle.tf").rename(tmp_path / "lifecycle.tf")
    monkeypatch.setattr(terraform, "CONFIGURATION", copy)
    return copy


@pytest.mark.usefixtures("emulated", "configuration")
def test_an_infra_goes_up_twice_and_down_from_another_machine_and_leaves_nothing(
    tmp_path: Path, told: list[str]
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    before = everything()
    assert look(ACCOUNT, "lab") is None
    assert status(ACCOUNT, "lab") == []

    # ---- up, with a bastion
    first = up(ACCOUNT, "lab", state=here, tell=told.append, bastion_from="203.0.113.7/32")
    assert first == look(ACCOUNT, "lab")
    assert first.bucket == BUCKET
    assert first.image_repository.endswith("/lab/ray")
    assert first.bastion
    assert first.zones == ("us-west-2a", "us-west-2b")
    assert any(line.startswith("stack lab-network: ") for line in told)
    assert any(line.startswith("rights: aws_iam_role.head: Creation complete") for line in told)
    assert {part.kind for part in status(ACCOUNT, "lab")} >= {"stack", "NAT gateway", "role", "VPC"}
    check_rights(first.private_subnets, first.worker_security_group)
    check_storage()
    check_folder(rights.folder(here, Names.of(ACCOUNT, "lab")))
    check_plan(rights.folder(here, Names.of(ACCOUNT, "lab")), tmp_path / "lifecycle.tf")

    # ---- again: nothing is changed, the bastion stays
    made = everything()
    assert up(ACCOUNT, "lab", state=here, tell=told.append) == first
    assert everything() == made

    # ---- refusals, which delete nothing
    number = run_instance(first.private_subnets[0])
    with pytest.raises(
        UsageError, match=rf"1 instance\(s\) of lab are still there: {number} \(run"
    ):
        down(ACCOUNT, "lab", state=there, data=True, tell=told.append)
    client("ec2").terminate_instances(InstanceIds=[number])
    put_object_without_tls()
    with pytest.raises(UsageError, match=r"holds data: .* infra.down --name lab --data"):
        down(ACCOUNT, "lab", state=there, data=False, tell=told.append)
    assert look(ACCOUNT, "lab") == first

    # ---- down, where Terraform's state is not
    assert down(ACCOUNT, "lab", state=there, data=True, tell=told.append)
    assert f"rights: bucket {BUCKET} is there already, and taken over" in told
    assert everything() == before
    assert list(there.rglob("*.tfstate*")) == []
    assert look(ACCOUNT, "lab") is None
    shutil.rmtree(here)
    assert not down(ACCOUNT, "lab", state=there, data=False, tell=told.append)


@pytest.mark.usefixtures("emulated", "configuration")
def test_half_an_infra_is_named_and_taken_away(tmp_path: Path, told: list[str]) -> None:
    zones = {"Infra": "lab", "ZoneA": "us-west-2a", "ZoneB": "us-west-2b"}
    before = everything()
    Stack(ACCOUNT, "lab-network", "lab").ensure("network.yaml", zones)
    with pytest.raises(
        ServiceError, match=r"half there, without role lab-us-west-2-head, .*infra.up"
    ):
        look(ACCOUNT, "lab")
    assert down(ACCOUNT, "lab", state=tmp_path, data=False, tell=told.append)
    assert everything() == before


@pytest.mark.usefixtures("emulated", "configuration")
def test_what_has_our_name_and_not_our_tag_is_left_alone(tmp_path: Path, told: list[str]) -> None:
    role = f"lab-{REGION}-worker"
    client("iam").create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    said = f"there is a role {role} without the tag ray-on-aws=lab, so it is not ours to change"
    for act in (
        lambda: look(ACCOUNT, "lab"),
        lambda: down(ACCOUNT, "lab", state=tmp_path, data=True, tell=told.append),
    ):
        with pytest.raises(ServiceError, match=said):
            act()
    assert client("iam").get_role(RoleName=role)


@pytest.mark.usefixtures("emulated")
def test_what_is_left_in_the_end_is_listed(tmp_path: Path, told: list[str]) -> None:
    ours = [{"Key": "ray-on-aws", "Value": "lab"}]
    volume = client("ec2").create_volume(
        AvailabilityZone="us-west-2a",
        Size=1,
        TagSpecifications=[{"ResourceType": "volume", "Tags": ours}],
    )["VolumeId"]
    client("ec2").create_volume(AvailabilityZone="us-west-2a", Size=1)
    with pytest.raises(
        ServiceError, match=f"1 things with the tag of lab are left: volume {volume}:"
    ):
        down(ACCOUNT, "lab", state=tmp_path, data=False, tell=told.append)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("0.0.0.0/0", "lets half the world in"),
        ("128.0.0.0/1", "lets half the world in"),
        ("me", "names no addresses"),
        ("10.0.0.1/8", "names no addresses"),
    ],
)
def test_a_bastion_for_the_world_is_refused(tmp_path: Path, given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        up(ACCOUNT, "lab", state=tmp_path, tell=print, bastion_from=given)


@pytest.mark.parametrize("name", ["", "a", "Lab", "lab-", "1ab", "lab_1", "l" * 25])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name an infra"):
        Names.of(ACCOUNT, name)


def check_rights(subnets: tuple[str, ...], group: str) -> None:
    """The roles hold the policies that the table of calls judges."""
    iam = client("iam")
    place = {"private_subnet_a": subnets[0], "private_subnet_b": subnets[1]}
    values = {**VALUES, **place, "worker_security_group": group}
    held = {
        (role, name): iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for role in (f"lab-{REGION}-head", f"lab-{REGION}-worker")
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    assert held == {
        (f"lab-{REGION}-head", "node"): render("node", values),
        (f"lab-{REGION}-head", "launch"): render("launch", values),
        (f"lab-{REGION}-worker", "node"): render("node", values),
    }
    for role in (f"lab-{REGION}-head", f"lab-{REGION}-worker"):
        found = iam.get_role(RoleName=role)["Role"]
        assert found["AssumeRolePolicyDocument"] == render("assume", values)
        assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        profile = iam.get_instance_profile(InstanceProfileName=role)["InstanceProfile"]
        assert [each["RoleName"] for each in profile["Roles"]] == [role]
    policy = client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"]
    assert json.loads(policy) == render("bucket", values)
    assert iam.list_roles(PathPrefix="/aws-service-role/spot.amazonaws.com/")["Roles"]


def check_storage() -> None:
    s3 = client("s3")
    blocked = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    rule = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)
    repository = client("ecr").describe_repositories(repositoryNames=["lab/ray"])["repositories"][0]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    policy = client("ecr").get_lifecycle_policy(repositoryName="lab/ray")["lifecyclePolicyText"]
    assert json.loads(policy)["rules"][0]["selection"]["tagStatus"] == "untagged"


def check_folder(folder: Path) -> None:
    """State is for its owner, and the repository is as it was."""
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "terraform.tfstate").exists()
    assert not list(Path(terraform.__file__).parent.rglob(".terraform*"))


def check_plan(folder: Path, lifecycle: Path) -> None:
    """Planned again, nothing is to be done; with the lifecycle rules, those alone."""
    again = Terraform(ACCOUNT, folder, print)
    assert not again.changes()
    shutil.copy(lifecycle, folder)
    program = [terraform.program(), f"-chdir={folder}"]
    variables = f"-var-file={terraform.VARIABLES}"
    made = [*program, "plan", "-input=false", variables, "-out=plan"]
    subprocess.run(made, check=True, capture_output=True, env=again._environment())
    shown = [*program, "show", "-json", "plan"]
    plan = subprocess.run(shown, check=True, capture_output=True, env=again._environment()).stdout
    changes = [
        change
        for change in json.loads(plan)["resource_changes"]
        if change["change"]["actions"] != ["no-op"]
    ]
    assert [change["change"]["actions"] for change in changes] == [["create"]]
    rules = {rule["id"]: rule for rule in changes[0]["change"]["after"]["rule"]}
    assert {rule["status"] for rule in rules.values()} == {"Enabled"}
    aborted = rules["uploads"]["abort_incomplete_multipart_upload"]
    assert aborted == [{"days_after_initiation": 1}]
    for name in ("tmp", "spill"):
        assert rules[name]["expiration"][0]["days"] == 7
        assert rules[name]["filter"][0]["prefix"] == f"{name}/"
    (folder / "lifecycle.tf").unlink()


def put_object_without_tls() -> None:
    """Puts an object, once the policy that refuses it is away: the emulated AWS speaks no TLS."""
    s3 = client("s3")
    with pytest.raises(ClientError, match="Forbidden"):
        s3.put_object(Bucket=BUCKET, Key="raw/0.parquet", Body=b"mine")
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="raw/0.parquet", Body=b"mine")


def run_instance(subnet: str) -> str:
    tags = [{"Key": "ray-on-aws", "Value": "lab"}]
    image = client("ec2").describe_images()["Images"][0]["ImageId"]
    made = client("ec2").run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    return str(made["Instances"][0]["InstanceId"])


def test_the_names_that_are_looked_for_are_those_that_terraform_gives() -> None:
    names = Names(name="lab", account=NUMBER, region=REGION)
    kinds = {part.address.split(".")[0] for part in parts.wanted(names)}
    written = "".join(path.read_text() for path in terraform.CONFIGURATION.glob("*.tf"))
    assert all(f'resource "{kind}"' in written for kind in kinds)
