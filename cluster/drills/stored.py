"""What a job has written to a folder in S3, looked at from here, while no cluster need be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.config import Config

from cluster.account import CONFIG, Account, explained

# Not every store that speaks S3 takes the checksums that AWS asks for by default.
PLAIN = CONFIG.merge(
    Config(
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
)
# As many as one call may delete.
MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Written:
    """An object; another one of the same name has other values.

    Attributes:
        size: in bytes.
        tag: what the store has given to its content.
        at: when it was written, in seconds since 1970 by the store's clock.
    """

    size: int
    tag: str
    at: float


@dataclass(frozen=True)
class Store:
    """Where jobs keep data, as this machine reaches it.

    Attributes:
        account: with whose credentials.
        endpoint: of the store; empty for AWS's own.
    """

    account: Account
    endpoint: str = ""

    def files(self, uri: str) -> dict[str, Written]:
        """The files of a folder `s3://bucket/prefix`, by name; no hidden ones, and no folders.

        Raises:
            UsageError: the credentials will not do.
            ServiceError: the store refuses, or does not answer.
        """
        with explained(f"looking for the files in {uri}"):
            return {
                name: Written(one["Size"], one["ETag"], one["LastModified"].timestamp())
                for name, one in self._objects(uri)
                if not name.endswith("/") and not name.startswith(("_", "."))
            }

    def remove(self, uri: str) -> None:
        """Deletes a folder with all that is in it.

        Raises:
            UsageError: the credentials will not do.
            ServiceError: the store refuses, or does not answer.
        """
        bucket, prefix = _parts(uri)
        with explained(f"deleting {uri}"):
            keys = [{"Key": f"{prefix}{name}"} for name, _ in self._objects(uri)]
            for begin in range(0, len(keys), MOST_AT_ONCE):
                some = {"Objects": keys[begin : begin + MOST_AT_ONCE]}
                self._client().delete_objects(Bucket=bucket, Delete=some)

    def _objects(self, uri: str) -> Iterator[tuple[str, dict[str, Any]]]:
        bucket, prefix = _parts(uri)
        pages = self._client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=bucket, Prefix=prefix):
            for one in page.get("Contents", []):
                yield one["Key"].removeprefix(prefix), one

    def _client(self) -> Any:
        return self.account.session.client("s3", endpoint_url=self.endpoint or None, config=PLAIN)


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return bucket, f"{prefix.rstrip('/')}/"
