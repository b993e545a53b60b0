"""Broken twins of good.yaml: one for each check, and for each of its sides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cluster.planning.findings import Level

GOOD = Path(__file__).with_name("good.yaml").read_text()


@dataclass(frozen=True)
class Twin:
    """The good config with something broken.

    Attributes:
        check: that finds it.
        level: of what it finds.
        changes: pairs of a text of the good config, and what stands there instead. Where the text
            is there more than once, the last one, which is of the node type `graviton`.
        line: a text of the line that the finding points to.
        ray: what Ray itself does with it before any network is needed: `refuses` the config, or
            `breaks` later on; empty if it takes it.
    """

    check: str
    level: Level
    changes: tuple[tuple[str, str], ...]
    line: str
    ray: Literal["", "refuses", "breaks"] = ""

    @property
    def text(self) -> str:
        """The broken config."""
        text = GOOD
        for old, new in self.changes:
            before, found, after = text.rpartition(old)
            if not found:
                raise ValueError(f"good.yaml has no {old!r}")
            text = f"{before}{new}{after}"
        return text


def twin(
    check: str,
    level: Level,
    old: str,
    new: str,
    line: str,
    *,
    ray: Literal["", "refuses", "breaks"] = "",
    also: tuple[tuple[str, str], ...] = (),
) -> Twin:
    """A twin with one change, and others that it takes."""
    return Twin(check, level, ((old, new), *also), line, ray)


def fleet(other: str, more: str = "") -> tuple[str, str]:
    """A change that has graviton filled with another type too."""
    types = ", ".join(filter(None, ("r8g.2xlarge", other)))
    said = ", ".join(filter(None, (f"InstanceTypes: [{types}]", more)))
    return ARM_TYPE, f"{ARM_TYPE}\n      Fleet: {{{said}}}"


TYPES = "available_node_types:"
ARM_TYPE = "InstanceType: r8g.2xlarge"
SECTION = GOOD[GOOD.index("head_node_type:") : GOOD.index("initialization_commands:")]
SPOT = "        MarketType: spot\n"
CPU = "CPU: 8, Graviton: 8"
ARM_AMI = "ami-00000000000000002"
ARM_GROUPS = "      SecurityGroupIds: [sg-2]\n"
ARM_SUBNETS = "      SubnetIds: [subnet-1, subnet-2]\n"
EFA = """\
      NetworkInterfaces:
        - DeviceIndex: 0
          InterfaceType: {kind}
          SubnetId: subnet-1
          Groups: [sg-2]
"""
DISK = "      BlockDeviceMappings:\n        - DeviceName: /dev/xvda\n"
EBS = GOOD[GOOD.rindex("          Ebs:") : GOOD.index("\ninitialization_commands:")]
HEAD_ROLE = "      IamInstanceProfile: {Name: head}\n"
AMD_AMI = "ami-00000000000000001"
ON_DEMAND = (("      InstanceMarketOptions:\n" + SPOT, ""),)
IMAGE = "  image: example/ray:2.60.0\n"
NAME = "  container_name: ray\n"
OWN_IMAGE = "    docker:\n      worker_image: example/ray:2.60.0-amd64\n"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what the check is to find
EXTERNAL = ("type: aws", "type: external\n  module: a.b.Provider")
FLEET_PROVIDER = (
    ("type: aws", "type: external\n  module: cluster.node.fleet.FleetNodeProvider"),
    ("file_mounts:\n", "cluster_synced_files: []\nfile_mounts:\n"),
)
STALE = "ami-0a2b85e15b7c0ac34"

# One line a twin where it fits: it is a table.
TWINS = (
    # schema
    twin("schema", "error", "max_workers: 12", "max_workers: twelve", "twelve", ray="refuses"),
    twin("schema", "error", "idle_timeout", "idle_time_out", "idle_time_out", ray="refuses",
         also=(("min_workers: 1", "min_workers: 6"), ("min_workers: 1", "min_workers: 6"))),
    twin("schema", "error", "upscaling_speed: 2", "upscaling_speed: -1", "-1", ray="refuses"),
    twin("schema", "error", "ssh_user: ec2-user",
         "ssh_user: ec2-user\n  ssh_proxy_use_node_id: true", "auth:", ray="refuses"),
    twin("schema", "error", "labels: {ray-subcluster: graviton}", "labels: {zone: 1}", "zone: 1",
         ray="refuses", also=(("Graviton: 8", "arms: 8"),)),
    twin("schema", "error", CPU, "CPU: 8, 5: 8", "5: 8", ray="refuses"),
    twin("node-type-key", "error", "    min_workers: 1", "    min_worker: 1", "min_worker: 1",
         ray="refuses"),
    twin("node-type-key", "error", "worker_image:", "image:", "image:", ray="refuses"),
    twin("resource-number", "error", CPU, "CPU: 8, Graviton: 0.5", "0.5", ray="refuses"),
    twin("resource-number", "error", CPU, "CPU: 8, gpu: -1", "-1", ray="refuses"),
    twin("retired-key", "error", TYPES, "target_utilization_fraction: 0.8\n" + TYPES, "0.8",
         ray="refuses"),
    twin("retired-key", "error", TYPES, "head_node: {InstanceType: m5.large}\n" + TYPES,
         "head_node:", ray="refuses"),
    twin("retired-key", "warning", TYPES, "min_workers: 2\n" + TYPES, "min_workers: 2"),
    # provider
    twin("provider-unknown", "error", "type: aws", "type: amazon", "type: amazon", ray="refuses"),
    twin("provider-other", "note", *EXTERNAL, "type: external",
         also=((TYPES, "cluster_synced_files: []\n" + TYPES),)),
    twin("external-incomplete", "error", *EXTERNAL, "type: external", ray="refuses"),
    twin("external-resources", "error", *EXTERNAL, "graviton:",
         also=((CPU, "Graviton: 8"), (TYPES, "cluster_synced_files: []\n" + TYPES))),
    twin("region", "error", "  region: us-west-2\n", "", "provider:"),
    twin("zone", "error", "us-west-2a,us-west-2b", "us-west-2a,us-east-1b", "us-east-1b"),
    twin("zone", "error", "us-west-2a,us-west-2b", "us-west-2", "availability_zone"),
    twin("cluster-name", "warning", "cluster_name: good", "", "max_workers: 12"),
    # head
    twin("no-node-types", "warning", SECTION, "", "cluster_name"),
    twin("head-node-type", "error", "head_node_type: head", "head_node_type: haed", "haed",
         ray="refuses"),
    twin("head-node-type", "error", "head_node_type: head", "", TYPES, ray="refuses"),
    twin("head-takes-work", "warning", "{CPU: 0}", "{CPU: 8}", "{CPU: 8}"),
    twin("head-takes-work", "warning", "resources: {CPU: 0}", "resources: {}", "resources: {}"),
    twin("head-small", "note", "m7i.2xlarge", "m7i.xlarge", "m7i.xlarge",
         also=(("max_workers: 12", "max_workers: 100"), ("max_workers: 6", "max_workers: 94"))),
    # machines
    twin("instance-type", "error", "      InstanceType: r8g.2xlarge\n", "", "node_config:"),
    twin("instance-type", "error", "r8g.2xlarge", "c7i.4xlarge, c7a.4xlarge", "c7i.4xlarge, c7a"),
    twin("instance-type", "error", "r8g.2xlarge", "r8d.2xlarge", "r8d.2xlarge"),
    twin("instance-type", "note", "r8g.2xlarge", "g5g.2xlarge", "g5g.2xlarge"),
    twin("cpu-count", "error", CPU, "CPU: 16, Graviton: 8", "CPU: 16"),
    twin("cpu-count", "warning", CPU, "CPU: 4, Graviton: 8", "CPU: 4"),
    twin("memory-bytes", "error", CPU, "CPU: 8, memory: 64", "memory: 64"),
    twin("memory-bytes", "error", CPU, "CPU: 8, memory: 99000000000", "memory: 99000000000"),
    twin("maker", "error", "Intel: 8", "Graviton: 8", "Graviton: 8"),
    twin("maker", "error", "ray-subcluster: graviton", "ray-subcluster: amd", "subcluster: amd"),
    twin("no-subcluster", "note", "    labels: {ray-subcluster: graviton}\n", "", CPU),
    # arches
    twin("arch", "error", ARM_AMI, "${X86_AMI_ID}", "X86_AMI_ID"),
    twin("arch", "error", AMD_AMI, "${ami_arm64}", "ami_arm64"),
    twin("arch", "error", "2.60.0-amd64", "2.60.0-aarch64", "aarch64"),
    twin("arch", "error", "example/ray:2.60.0\n", "rayproject/ray:2.60.0\n", "rayproject"),
    twin("one-ami-two-arches", "error", ARM_AMI, AMD_AMI, AMD_AMI),
    twin("one-ami-two-arches", "error", ARM_AMI, "${AMI}", "${AMI}",
         also=(("ImageId: ami-00000000000000001", "ImageId: ${AMI}"),)),
    # amis
    twin("ami-missing", "error", f"      ImageId: {ARM_AMI}\n", "", "node_config:"),
    twin("ami-missing", "warning", AMD_AMI, "latest_dlami", "latest_dlami"),
    twin("ami-stale", "warning", AMD_AMI, STALE, STALE),
    twin("ami-stale", "error", ARM_AMI, STALE, STALE),
    # docker
    twin("docker-image-missing", "error", IMAGE,
         "  head_image: example/ray:2.60.0\n  worker_image: example/ray:2.60.0\n", "_image:",
         ray="breaks"),
    twin("docker-container-name", "error", NAME, "", "docker:", ray="refuses"),
    twin("docker-container-name", "error", IMAGE, "", "container_name",
         ray="refuses", also=((OWN_IMAGE, ""),)),
    twin("docker-options-replaced", "warning", "2.60.0-amd64\n",
         "2.60.0-amd64\n      worker_run_options: [--cpus=8]\n", "--cpus=8",
         also=((NAME, NAME + "  worker_run_options: [-t]\n"),)),
    twin("docker-memory", "note", "    - --env=RAY_AUTH_MODE=token\n",
         "    - --env=RAY_AUTH_MODE=token\n    - --memory=8g\n", "_start_ray_commands"),
    # spot
    twin("stopped-nodes", "error", "  cache_stopped_nodes: False\n", "", "provider:"),
    twin("stopped-nodes", "error", "nodes: False", "nodes: True", "cache_stopped_nodes"),
    twin("stopped-nodes", "warning", "nodes: False", "nodes: True", "cache_stopped_nodes",
         also=ON_DEMAND),
    twin("market-type", "error", "MarketType: spot", "MarketType: Spot", "MarketType: Spot"),
    twin("head-on-spot", "error", HEAD_ROLE,
         HEAD_ROLE + "      InstanceMarketOptions: {MarketType: spot}\n", "MarketType: spot}"),
    twin("spot-persistent", "error", SPOT,
         SPOT + "        SpotOptions: {SpotInstanceType: persistent}\n", "persistent"),
    twin("spot-persistent", "error", SPOT,
         SPOT + "        SpotOptions: {InstanceInterruptionBehavior: stop}\n", "Behavior: stop"),
    twin("spot-no-fallback", "note", ARM_SUBNETS, "      SubnetIds: [subnet-1]\n", "MarketOptions"),
    twin("spot-no-fallback", "note", ARM_SUBNETS, "", "InstanceMarketOptions",
         also=(("us-west-2a,us-west-2b", "us-west-2a"),)),
    twin("spot-max-price", "note", SPOT, SPOT + "        SpotOptions: {MaxPrice: '0.1'}\n", "0.1"),
    # fleet
    twin("fleet-key", "error", *fleet("", "OnDemandAfterSeconds: soon"), "Fleet:",
         also=FLEET_PROVIDER),
    twin("fleet-key", "error", ARM_TYPE, ARM_TYPE + "\n      Fleet: {InstanceTypes: [r7g.2xlarge]}",
         "Fleet:", also=FLEET_PROVIDER),
    twin("fleet-provider", "error", *fleet("r7g.2xlarge"), "Fleet:"),
    twin("fleet-types", "error", *fleet("r7g.4xlarge"), "r7g.4xlarge", also=FLEET_PROVIDER),
    twin("fleet-types", "error", *fleet("m8g.2xlarge"), "m8g.2xlarge", also=FLEET_PROVIDER),
    twin("fleet-types", "error", *fleet("r7i.2xlarge"), "r7i.2xlarge",
         also=(*FLEET_PROVIDER, (CPU, "CPU: 8"), ("{ray-subcluster: graviton}", "{}"))),
    twin("fleet-type", "error", *fleet("r8g.huge"), "r8g.huge", also=FLEET_PROVIDER),
    twin("maker", "error", "InstanceType: r7i.2xlarge",
         "InstanceType: r7i.2xlarge\n      Fleet: {InstanceTypes: [r7i.2xlarge, r7a.2xlarge]}",
         "Intel: 8", also=FLEET_PROVIDER),
    twin("spot-no-fallback", "note", *fleet("", "OnDemandAfterSeconds: never"),
         "InstanceMarketOptions",
         also=(*FLEET_PROVIDER, (ARM_SUBNETS, "      SubnetIds: [subnet-1]\n"))),
    # scaling
    twin("max-workers-missing", "warning", "max_workers: 12\n", "", TYPES),
    twin("min-workers-sum", "error", "max_workers: 12", "max_workers: 6", "max_workers: 6",
         ray="refuses", also=(("min_workers: 1", "min_workers: 6"),)),
    twin("min-above-max", "error", "min_workers: 1", "min_workers: 7", "min_workers: 7",
         ray="breaks"),
    twin("min-above-max", "error", "min_workers: 1", "min_workers: -1", "min_workers: -1",
         ray="breaks"),
    twin("type-max-unreachable", "warning", "max_workers: 6", "max_workers: 13", "max_workers: 13"),
    twin("max-workers-unreachable", "warning", "max_workers: 12", "max_workers: 30", "30"),
    twin("head-type-workers", "warning", "max_workers: 0", "max_workers: 2", "max_workers: 2"),
    twin("upscaling-speed", "warning", "speed: 2", "speed: 0", "upscaling_speed: 0"),
    twin("idle-timeout", "warning", "minutes: 5", "minutes: 0", "minutes: 0"),
    twin("idle-timeout", "warning", "minutes: 5", "minutes: 120", "minutes: 120"),
    twin("idle-timeout", "warning", "    labels:", "    idle_timeout_s: 1801\n    labels:", "1801"),
    twin("idle-timeout-missing", "note", "idle_timeout_minutes: 5\n", "", "cluster_name"),
    # access
    twin("public-address", "error", "  use_internal_ips: true\n", "", "provider:"),
    twin("public-address", "error", "ips: true", "ips: false", "use_internal_ips"),
    twin("public-address", "error", ARM_SUBNETS + ARM_GROUPS,
         EFA.format(kind="interface") + "          AssociatePublicIpAddress: true\n",
         "AssociatePublicIpAddress", also=ON_DEMAND),
    twin("imds-v1", "error", "      MetadataOptions: {HttpTokens: required}\n", "", "node_config:"),
    twin("imds-v1", "error", "HttpTokens: required", "HttpTokens: optional", "optional"),
    twin("security-group-missing", "error", ARM_GROUPS, "", "node_config:"),
    twin("security-group-open", "error", "provider:\n", "provider:\n  security_group:\n"
         "    IpPermissions:\n      - {FromPort: 22, ToPort: 22, IpProtocol: tcp,\n"
         "         IpRanges: [{CidrIp: 10.0.0.0/8}, {CidrIp: 0.0.0.0/0}]}\n", "0.0.0.0/0"),
    twin("security-group-open", "error", "provider:\n", "provider:\n  security_group:\n"
         "    IpPermissions: [{Ipv6Ranges: [{CidrIpv6: '::/0'}]}]\n", "::/0"),
    twin("head-role-missing", "error", HEAD_ROLE, "", "node_config:"),
    twin("worker-role-missing", "note", "      IamInstanceProfile: {Name: worker}\n", "",
         "node_config:"),
    twin("ssh-key", "error", "      KeyName: key\n", "", "node_config:"),
    twin("ssh-key-made", "note", "  ssh_private_key: ${ssh_private_key}\n", "", "auth:"),
    twin("ssh-user", "error", "  ssh_user: ec2-user\n", "", "auth:"),
    # secrets
    twin("secret", "error", "setup_commands: []",
         "setup_commands: [aws configure set x AKIA" + "ABCDEFGHIJKLMNOP]", "AKIA"),
    twin("secret", "error", "provider:\n",
         "provider:\n  aws_credentials: {aws_access_key_id: some, aws_session_token: ''}\n",
         "some"),
    twin("secret", "error", "setup_commands: []",
         "setup_commands:\n  - echo -----BEGIN RSA PRIVATE KEY-----", "BEGIN"),
    twin("secret", "error", "_PATH=/home/ray/token", "=0123456789abcdef", "0123456789abcdef"),
    twin("secret", "error", "initialization_commands:",
         "metadata: {aws_secret_access_key: " + "x" * 40 + "}\ninitialization_commands:", "xxx"),
    twin("token-missing", "warning", "    - --env=RAY_AUTH_MODE=token\n", "", "run_options:"),
    # disks
    twin("disk-size", "warning", DISK + EBS, "", "node_config:"),
    twin("disk-encryption", "warning", ", Encrypted: true", "", "Ebs:"),
    twin("disk-kept", "error", "DeleteOnTermination: true", "DeleteOnTermination: false", "false"),
    twin("nvme-unused", "note", "r8g.2xlarge", "r8gd.2xlarge", "r8gd.2xlarge"),
    # network
    twin("subnet-id", "error", ARM_SUBNETS, "      SubnetId: subnet-1\n", "SubnetId:"),
    twin("network-interfaces", "error", ARM_SUBNETS, EFA.format(kind="interface"),
         "SecurityGroupIds", ray="breaks", also=ON_DEMAND),
    twin("network-interfaces", "error", ARM_SUBNETS + ARM_GROUPS,
         EFA.format(kind="interface").replace("          Groups: [sg-2]\n", ""), "DeviceIndex",
         ray="breaks", also=ON_DEMAND),
    twin("efa", "error", ARM_SUBNETS + ARM_GROUPS, EFA.format(kind="efa"), "InterfaceType: efa",
         also=ON_DEMAND),
    twin("placement-zones", "warning", ARM_GROUPS,
         ARM_GROUPS + "      Placement: {GroupName: near}\n", "Placement"),
    # commands
    twin("setup-default", "warning", "head_setup_commands: []\n", "", "cluster_name"),
    twin("installs-at-boot", "warning", "worker_setup_commands: []",
         "worker_setup_commands:\n  - date\n  - sudo -E dnf -y install git", "dnf -y install"),
    twin("installs-at-boot", "warning", "initialization_commands: []",
         "initialization_commands:\n  - sudo apt-get -qq update", "apt-get"),
    twin("installs-at-boot", "warning", ARM_GROUPS,
         ARM_GROUPS + "      UserData: yum install -y docker\n", "UserData"),
    twin("start-default", "warning", "worker_start_ray_commands:", "metadata:\n  x:",
         "cluster_name"),
    twin("head-start", "error", " --autoscaling-config=~/ray_bootstrap_config.yaml", "",
         "head_start_ray_commands"),
    twin("head-start", "error", "ray start --head", "ray start", "head_start_ray_commands"),
    twin("worker-start", "error", " --address=$RAY_HEAD_IP:6379", "", "worker_start_ray_commands"),
    twin("dashboard-open", "warning", "host=127.0.0.1", f"host={EVERYWHERE}", EVERYWHERE),
    twin("background-command", "warning", "nohup setsid ", "nohup ", "nohup python"),
    twin("spot-no-watcher", "note", "cluster.node.watch", "other", "InstanceMarketOptions"),
    twin("spot-no-watcher", "note", "cluster.node.watch", "other", "InstanceMarketOptions",
         also=(("head_setup_commands: []", "head_setup_commands:\n  - watch-spot"),)),
    twin("spot-no-watcher", "note", "cluster.node.watch", "other", "InstanceMarketOptions",
         also=((ARM_GROUPS, ARM_GROUPS + "      UserData: ${user_data}\n"),)),
    # files
    twin("file-missing", "error", "${token_file}", "/no/such/folder/token", "/no/such"),
    twin("file-missing", "error", "${ssh_private_key}", "~/no-such-key.pem", "no-such-key"),
)  # fmt: skip
