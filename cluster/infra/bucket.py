"""The bucket's content, which teardown looks at before it deletes anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster.account import Account, explained
from cluster.infra.names import Names
from errors import ServiceError

AT_ONCE = 1000  # as many as S3 deletes in one call


def is_empty(account: Account, names: Names) -> bool:
    """Whether it holds nothing, not even an old version."""
    with explained(f"looking into the bucket {names.bucket}"):
        s3 = account.client("s3")
        found = s3.list_object_versions(Bucket=names.bucket, MaxKeys=1)
    return not found.get("Versions") and not found.get("DeleteMarkers")


def empty(account: Account, names: Names, tell: Callable[[str], None]) -> None:
    """Deletes every object and every version of it.

    Raises:
        ServiceError: S3 keeps one.
    """
    s3 = account.client("s3")
    deleted = 0
    with explained(f"emptying the bucket {names.bucket}"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=names.bucket):
            every = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            for begin in range(0, len(every), AT_ONCE):
                _delete(s3, names.bucket, every[begin : begin + AT_ONCE])
            deleted += len(every)
            tell(f"bucket {names.bucket}: {deleted} objects deleted")


def _delete(s3: Any, bucket: str, objects: list[dict[str, Any]]) -> None:
    keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in objects]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    for error in answer.get("Errors", []):
        raise ServiceError(
            f"the bucket {bucket} keeps {error['Key']} ({error['Code']}): see who may delete it, "
            "then run the same again"
        )
