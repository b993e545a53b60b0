"""Rights and storage of an infra that are there, found by name, and what Terraform calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from cluster.account import Account, explained
from cluster.infra.names import TAG, Names
from errors import ServiceError

ABSENT = {"404", "NoSuchBucket", "NoSuchEntity", "NoSuchTagSet", "RepositoryNotFoundException"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that belongs to an infra.

    Attributes:
        kind: of what, such as `role`.
        name: or id, as AWS knows it.
        state: as AWS says it; empty where it knows none.
        address: in Terraform's state; empty for what is not Terraform's.
    """

    kind: str
    name: str
    state: str = ""
    address: str = ""


def wanted(names: Names) -> list[Part]:
    """The rights and storage that an infra has when it is whole."""
    return [
        Part(kind="role", name=names.head_role, address="aws_iam_role.head"),
        Part(kind="role", name=names.worker_role, address="aws_iam_role.worker"),
        Part(
            kind="instance profile",
            name=names.head_role,
            address="aws_iam_instance_profile.head",
        ),
        Part(
            kind="instance profile",
            name=names.worker_role,
            address="aws_iam_instance_profile.worker",
        ),
        Part(kind="repository", name=names.repository, address="aws_ecr_repository.ray"),
        Part(kind="bucket", name=names.bucket, address="aws_s3_bucket.data"),
    ]


def there(account: Account, names: Names) -> list[Part]:
    """Those of them that are there.

    Raises:
        ServiceError: one is there and is not this infra's.
    """
    return [part for part in wanted(names) if _is_there(account, names, part)]


def role_policies(account: Account, names: Names) -> Iterator[Part]:
    """The policies inside the roles that are there, by their ids for `terraform import`."""
    iam = account.client("iam")
    ours = {
        (names.head_role, "node"): "head_node",
        (names.head_role, "launch"): "head_launch",
        (names.worker_role, "node"): "worker_node",
    }
    for (role, policy), address in ours.items():
        ask = partial(iam.get_role_policy, RoleName=role, PolicyName=policy)
        if _asked(ask, f"the policy {policy} of {role}") is not None:
            yield Part(
                kind="role policy",
                name=f"{role}:{policy}",
                address=f"aws_iam_role_policy.{address}",
            )


def _is_there(account: Account, names: Names, part: Part) -> bool:
    tags = TAGS_OF[part.kind](account, part.name)
    if tags is None:
        return False
    if tags.get(TAG) != names.name:
        raise ServiceError(
            f"there is a {part.kind} {part.name} without the tag {TAG}={names.name}, so it is not "
            "ours to change: choose another --name, or delete it if nobody needs it"
        )
    return True


def _tags_of_role(account: Account, name: str) -> dict[str, str] | None:
    iam = account.client("iam")
    found = _asked(lambda: iam.get_role(RoleName=name)["Role"], name)
    return None if found is None else _as_dict(found.get("Tags", []))


def _tags_of_profile(account: Account, name: str) -> dict[str, str] | None:
    iam = account.client("iam")
    found = _asked(
        lambda: iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"], name
    )
    return None if found is None else _as_dict(found.get("Tags", []))


def _tags_of_repository(account: Account, name: str) -> dict[str, str] | None:
    ecr = account.client("ecr")
    found = _asked(lambda: ecr.describe_repositories(repositoryNames=[name])["repositories"], name)
    if found is None:
        return None
    arn = found[0]["repositoryArn"]
    return _as_dict(_asked(lambda: ecr.list_tags_for_resource(resourceArn=arn)["tags"], name) or [])


def _tags_of_bucket(account: Account, name: str) -> dict[str, str] | None:
    s3 = account.client("s3")
    if _asked(lambda: s3.head_bucket(Bucket=name), name) is None:
        return None
    return _as_dict(_asked(lambda: s3.get_bucket_tagging(Bucket=name)["TagSet"], name) or [])


TAGS_OF: dict[str, Callable[[Account, str], dict[str, str] | None]] = {
    "role": _tags_of_role,
    "instance profile": _tags_of_profile,
    "repository": _tags_of_repository,
    "bucket": _tags_of_bucket,
}


def _asked(ask: Callable[[], Any], name: str) -> Any:
    """An answer of AWS's, None where it says that there is no such thing."""
    with explained(f"looking for {name}"):
        try:
            return ask()
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise


def _as_dict(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
