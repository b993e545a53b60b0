"""The network's templates: valid, made in an emulated AWS, and who reaches whom there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode.cfn_yaml import load as load_template  # type: ignore[import-untyped]

from cluster.infra import stacks
from tests.cluster.infra.emulated import aws, client

NETWORK, BASTION = stacks.TEMPLATES / "network.yaml", stacks.TEMPLATES / "bastion.yaml"
# Not in moto 5.2.5, which says so and goes on.
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS.*:UserWarning")

PLACE = {"Infra": "lab", "ZoneA": "us-west-2a", "ZoneB": "us-west-2b"}
Outputs = dict[str, str]


def make(stack: str, template: Path, parameters: dict[str, str]) -> Outputs:
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=template.read_text(),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
    )
    made = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    assert made["StackStatus"] == "CREATE_COMPLETE"
    return {each["OutputKey"]: each["OutputValue"] for each in made["Outputs"]}


@pytest.fixture(scope="module")
def outputs() -> Iterator[Outputs]:
    """Of a network and a bastion."""
    with aws():
        network = make("lab-network", NETWORK, PLACE)
        place = {"Infra": "lab", "From": "203.0.113.7/32", "VpcCidr": "10.20.0.0/16"}
        place |= {key: network[key] for key in ("Vpc", "HeadSecurityGroup", "WorkerSecurityGroup")}
        place["PublicSubnet"] = network["PublicSubnetA"]
        bastion = make("lab-bastion", BASTION, place)
        yield {**network, **bastion}


@pytest.mark.parametrize("template", [NETWORK, BASTION], ids=lambda path: path.stem)
def test_the_linter_of_cloudformation_finds_nothing(template: Path) -> None:
    linter = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run([linter, template], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("template", [NETWORK, BASTION], ids=lambda path: path.stem)
def test_whatever_can_be_tagged_is(template: Path) -> None:
    untagged = {
        "AWS::EC2::Route",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPCGatewayAttachment",
    }
    for name, resource in body(template)["Resources"].items():
        if resource["Type"] not in untagged:
            tags = resource["Properties"]["Tags"]
            assert {"Key": "ray-on-aws", "Value": {"Ref": "Infra"}} in tags, name


def test_private_subnets_lead_out_through_nat_and_have_no_way_in(outputs: Outputs) -> None:
    tables = client("ec2").describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [outputs["Vpc"]]}]
    )["RouteTables"]
    out = {
        table["RouteTableId"]: {key: value[:4] for key, value in route.items() if "Gateway" in key}
        for table in tables
        for route in table["Routes"]
        if route.get("DestinationCidrBlock") == "0.0.0.0/0"
    }
    private = [table for table, way in out.items() if way == {"NatGatewayId": "nat-"}]
    assert len(private) == 2
    assert [way for table, way in out.items() if table not in private] == [{"GatewayId": "igw-"}]
    endpoint = client("ec2").describe_vpc_endpoints()["VpcEndpoints"][0]
    assert sorted(endpoint["RouteTableIds"]) == sorted(private)
    # Which subnet has which, from the template, as moto does not associate them.
    resources = body(NETWORK)["Resources"]
    for side in "AB":
        association = resources[f"PrivateRoutesOf{side}"]["Properties"]
        assert association["SubnetId"] == {"Ref": f"PrivateSubnet{side}"}
        assert association["RouteTableId"] == {"Ref": f"PrivateRoutes{side}"}


def test_two_zones_and_no_public_address_unless_asked_for(outputs: Outputs) -> None:
    names = ["PrivateSubnetA", "PrivateSubnetB", "PublicSubnetA", "PublicSubnetB"]
    found = client("ec2").describe_subnets(SubnetIds=[outputs[name] for name in names])["Subnets"]
    assert len({subnet["AvailabilityZone"] for subnet in found}) == 2
    # From the template: moto does as it likes.
    subnets = [body(NETWORK)["Resources"][name]["Properties"] for name in names]
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {False}
    assert len({subnet["CidrBlock"] for subnet in found}) == 4


@pytest.mark.usefixtures("outputs")
@pytest.mark.parametrize(("answer", "number"), [("no", 1), ("yes", 2)])
def test_one_nat_gateway_or_one_a_zone(answer: str, number: int) -> None:
    infra = f"nat-{answer}"
    made = make(f"{infra}-network", NETWORK, {**PLACE, "Infra": infra, "NatPerZone": answer})
    mine = [{"Name": "vpc-id", "Values": [made["Vpc"]]}]
    assert len(client("ec2").describe_nat_gateways(Filter=mine)["NatGateways"]) == number


HEAD, WORKER, ENDPOINT, BASTION_GROUP, WORLD = "head", "worker", "endpoint", "bastion", "world"
IN = [22, 6379, 6380, 8076, 8077, 8078, 8080, 8265, 10001, 10002, 15000, 19999, 20000, 52365, 2049]
PROCESSES = {10002, 15000, 19999}
# Every pair that is not here may reach nothing.
REACH = {
    (ENDPOINT, HEAD): {22},
    (ENDPOINT, WORKER): {22},
    (BASTION_GROUP, HEAD): {22},
    (BASTION_GROUP, WORKER): {22},
    (WORKER, HEAD): {6379, 6380, 8076} | PROCESSES,
    (HEAD, WORKER): {22, 6380, 8076, 8078, 8080, 52365} | PROCESSES,
    (WORKER, WORKER): {6380, 8076} | PROCESSES,
}
PARTIES = [HEAD, WORKER, ENDPOINT, BASTION_GROUP, WORLD]


@pytest.mark.parametrize("source", PARTIES)
@pytest.mark.parametrize("target", PARTIES[:-1])
def test_who_reaches_whom(outputs: Outputs, source: str, target: str) -> None:
    groups = the_groups(outputs)
    permissions = groups[target]["IpPermissions"]
    who = groups[source]["GroupId"] if source in groups else ""
    reached = {port for port in IN if any(lets_in(rule, who, port) for rule in permissions)}
    assert reached == REACH.get((source, target), set())


def test_only_the_bastion_lets_an_address_in_and_only_the_one_that_was_given(
    outputs: Outputs,
) -> None:
    ranges = {
        (name, entry["CidrIp"], rule["FromPort"], rule["ToPort"])
        for name, group in the_groups(outputs).items()
        for rule in group["IpPermissions"]
        for entry in rule["IpRanges"]
    }
    assert ranges == {(BASTION_GROUP, "203.0.113.7/32", 22, 22)}


def the_groups(outputs: Outputs) -> dict[str, dict[str, Any]]:
    ec2 = client("ec2")
    ids = {
        HEAD: outputs["HeadSecurityGroup"],
        WORKER: outputs["WorkerSecurityGroup"],
        ENDPOINT: outputs["EndpointSecurityGroup"],
        BASTION_GROUP: outputs["SecurityGroup"],
    }
    found = ec2.describe_security_groups(GroupIds=list(ids.values()))["SecurityGroups"]
    by_id = {group["GroupId"]: group for group in found}
    return {name: by_id[identity] for name, identity in ids.items()}


def lets_in(rule: dict[str, Any], group: str, port: int) -> bool:
    whole_world = any(entry["CidrIp"] == "0.0.0.0/0" for entry in rule["IpRanges"])
    whole_world |= bool(rule.get("Ipv6Ranges"))
    named = any(pair["GroupId"] == group for pair in rule["UserIdGroupPairs"])
    ports = rule["IpProtocol"] == "-1" or rule["FromPort"] <= port <= rule["ToPort"]
    return (whole_world or named) and ports


@pytest.mark.parametrize("group", ["HeadGroup", "WorkerGroup"])
def test_nodes_reach_each_other_and_tls_and_nothing_else(group: str) -> None:
    # From the template, as moto leaves egress out.
    rules = body(NETWORK)["Resources"][group]["Properties"]["SecurityGroupEgress"]
    said = {(rule["FromPort"], rule["ToPort"], json.dumps(rule["CidrIp"])) for rule in rules}
    assert said == {
        (443, 443, '"0.0.0.0/0"'),
        (0, 65535, json.dumps({"Fn::Sub": "${Prefix}.0.0/16"})),
    }
    assert {rule["IpProtocol"] for rule in rules} == {"tcp"}


def test_the_endpoint_reaches_nothing_but_ssh_of_nodes() -> None:
    rules = body(NETWORK)["Resources"]["EndpointGroup"]["Properties"]["SecurityGroupEgress"]
    assert {rule["DestinationSecurityGroupId"]["Ref"] for rule in rules} == {
        "HeadGroup",
        "WorkerGroup",
    }
    assert {(rule["FromPort"], rule["ToPort"]) for rule in rules} == {(22, 22)}


def test_the_bastion_asks_for_who_may_come_in_and_takes_no_world() -> None:
    parameter = body(BASTION)["Parameters"]["From"]
    assert "Default" not in parameter
    allowed = re.compile(parameter["AllowedPattern"])
    assert allowed.fullmatch("203.0.113.7/32")
    assert not allowed.fullmatch("0.0.0.0/0")
    assert not allowed.fullmatch("128.0.0.0/1")


def test_the_bastion_has_version_2_of_metadata_an_encrypted_disk_and_no_role() -> None:
    bastion = body(BASTION)["Resources"]["Bastion"]["Properties"]
    assert bastion["MetadataOptions"]["HttpTokens"] == "required"
    assert [each["Ebs"]["Encrypted"] for each in bastion["BlockDeviceMappings"]] == [True]
    assert "IamInstanceProfile" not in bastion


def test_workers_are_open_to_one_another_only_for_a_fabric() -> None:
    resources = body(NETWORK)["Resources"]
    whole = [
        name for name, each in resources.items() if each["Properties"].get("IpProtocol") == "-1"
    ]
    assert sorted(whole) == ["WorkerFromWorkerFabric", "WorkerToWorkerFabric"]
    assert {resources[name]["Condition"] for name in whole} == {"WithFabric"}
    assert {resources[name]["Properties"]["GroupId"]["Ref"] for name in whole} == {"WorkerGroup"}


def body(template: Path) -> dict[str, Any]:
    """The template with its functions written out, as cfn-lint reads it."""
    loaded: dict[str, Any] = json.loads(json.dumps(load_template(str(template))))
    return loaded


CONFIGS = sorted((stacks.TEMPLATES.parent / "configs").glob("*.yaml"))


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_the_cluster_configs_name_the_ports_that_the_groups_open(config: Path) -> None:
    opened = {
        "--node-manager-port=6380",
        "--object-manager-port=8076",
        "--dashboard-agent-grpc-port=8078",
        "--metrics-export-port=8080",
        "--dashboard-agent-listen-port=52365",
        "--min-worker-port=10002",
        "--max-worker-port=19999",
    }
    loaded = yaml.safe_load(config.read_text())
    for side, more in (("head", {"--port=6379"}), ("worker", {"--address=$RAY_HEAD_IP:6379"})):
        words = set(" ".join(loaded[f"{side}_start_ray_commands"]).split())
        assert opened | more <= words
