"""Who can reach the nodes, and what the nodes may do."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.planning.checks.cluster import Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping, placeholder, sequence, text

WORLD = ("0.0.0.0/0", "::/0")


@finds(
    "public-address",
    "error",
    "Nodes with public addresses",
    why="who gets through to Ray's ports runs any code on the nodes; and each address is paid for "
    "by the hour",
)
def public(cluster: Cluster) -> Iterator[Problem]:
    """Nodes that the internet sees."""
    internal = cluster.provider.get("use_internal_ips")
    if internal is not True and not placeholder(internal):
        yield Problem(
            keys=("provider", "use_internal_ips"),
            what=f"use_internal_ips is {'missing' if internal is None else 'not true'}",
            remedy="write use_internal_ips: true in provider, and reach the nodes through EC2 "
            "Instance Connect (auth.ssh_proxy_command) or a bastion",
        )
    for one in cluster.types:
        for number, interface in enumerate(one.interfaces):
            if interface.get("AssociatePublicIpAddress") is True:
                yield Problem(
                    keys=one.node_keys("NetworkInterfaces", number, "AssociatePublicIpAddress"),
                    what=f"{one.name} asks for a public address",
                    remedy="write AssociatePublicIpAddress: false",
                )


@finds(
    "imds-v1",
    "error",
    "Version 1 of the metadata service is not ruled out",
    why="a job that is made to fetch a URL hands out the rights of the node; a container on the "
    "host's network, as Ray's is, needs no more than one hop for version 2",
)
def imds(cluster: Cluster) -> Iterator[Problem]:
    """Nodes whose AMI decides."""
    for one in cluster.types:
        tokens = mapping(one.node.get("MetadataOptions")).get("HttpTokens")
        if tokens != "required" and not one.templated and not placeholder(tokens):
            yield Problem(
                keys=one.node_keys("MetadataOptions", "HttpTokens"),
                what=f"{one.name} does not require version 2 of the metadata service",
                remedy="write MetadataOptions: {HttpTokens: required} in its node_config",
            )


@finds(
    "security-group-missing",
    "error",
    "A node type without a security group",
    why="Ray makes one that lets the whole internet in on port 22",
)
def no_group(cluster: Cluster) -> Iterator[Problem]:
    """Nodes whose group Ray makes."""
    for one in cluster.types:
        if one.templated or one.interfaces or "SecurityGroupIds" in one.node:
            continue
        yield Problem(
            keys=one.node_keys(),
            what=f"{one.name} has no SecurityGroupIds",
            remedy="write SecurityGroupIds with a group that opens what Ray needs between nodes",
        )


@finds(
    "security-group-open",
    "error",
    "A rule that lets the whole internet in",
    why="Ray runs what anybody sends to its ports, and there are scanners for them",
)
def open_group(cluster: Cluster) -> Iterator[Problem]:
    """Rules for all addresses."""
    rules = sequence(mapping(cluster.provider.get("security_group")).get("IpPermissions"))
    for number, rule in enumerate(rules):
        for kind, name in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
            for place, one in enumerate(sequence(mapping(rule).get(kind))):
                if text(mapping(one).get(name)).strip() in WORLD:
                    keys = ("provider", "security_group", "IpPermissions", number, kind, place)
                    yield Problem(
                        keys=(*keys, name),
                        what=f"a rule lets in {mapping(one)[name]}",
                        remedy="name the addresses that need it, or remove the rule",
                    )


@finds(
    "head-role-missing",
    "error",
    "The head has no IamInstanceProfile",
    why="Ray makes a role for it that may do anything with EC2 and S3 in the whole account",
)
def head_role(cluster: Cluster) -> Iterator[Problem]:
    """A head whose rights Ray makes."""
    head = cluster.head
    if head and "IamInstanceProfile" not in head.node and not head.templated:
        yield Problem(
            keys=head.node_keys(),
            what="the head has no IamInstanceProfile",
            remedy="write IamInstanceProfile: {Name: ...} with a role that launches workers only",
        )


@finds(
    "worker-role-missing",
    "note",
    "Workers have no IamInstanceProfile",
    why="they can neither read nor write S3, nor pull images from ECR, without keys of their own",
)
def worker_role(cluster: Cluster) -> Iterator[Problem]:
    """Workers without rights."""
    for one in cluster.workers:
        if "IamInstanceProfile" not in one.node and not one.templated:
            yield Problem(
                keys=one.node_keys(),
                what=f"{one.name} has no IamInstanceProfile",
                remedy="write IamInstanceProfile: {Name: ...} with a role for your data",
            )


@finds(
    "ssh-key",
    "error",
    "auth.ssh_private_key, and a node type without KeyName",
    why="ray up ends with an AssertionError: nothing would bring the key onto the node",
)
def key_name(cluster: Cluster) -> Iterator[Problem]:
    """Nodes that do not know the key."""
    if "ssh_private_key" not in mapping(cluster.config.get("auth")):
        return
    for one in cluster.types:
        if not one.templated and "KeyName" not in one.node and "UserData" not in one.node:
            yield Problem(
                keys=one.node_keys(),
                what=f"{one.name} has no KeyName, and auth.ssh_private_key is given",
                remedy="write KeyName, the key pair's name in EC2, or UserData that brings the "
                "public key",
            )


@finds(
    "ssh-key-made",
    "note",
    "auth.ssh_private_key is missing",
    why="Ray makes a key pair in the account and a file in ~/.ssh, which stay after ray down; keys "
    "of an SSH agent are not used",
)
def made(cluster: Cluster) -> Iterator[Problem]:
    """A key that Ray makes."""
    auth = mapping(cluster.config.get("auth"))
    if "ssh_private_key" not in auth and not cluster.external:
        yield Problem(
            keys=("auth",),
            what="auth has no ssh_private_key",
            remedy="write ssh_private_key in auth, and KeyName in each node_config",
        )


@finds(
    "ssh-user",
    "error",
    "auth without ssh_user",
    why="Ray ends with KeyError: 'ssh_user' when it reaches for the head",
)
def user(cluster: Cluster) -> Iterator[Problem]:
    """Nobody to log in as."""
    auth = cluster.config.get("auth")
    if isinstance(auth, dict) and "ssh_user" not in auth:
        yield Problem(
            keys=("auth",),
            what="auth has no ssh_user",
            remedy="write ssh_user: ec2-user for Amazon Linux, ubuntu for Ubuntu",
        )
