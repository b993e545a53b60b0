"""S3, or what speaks like it, as the AWS tools find it: environment, profile, instance role."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import pyarrow.fs as pafs

from errors import StorageError

# Credentials that a machine's role gives are renewed by the client that asked for them.
ROLE_METHODS = {"iam-role", "container-role"}
DEFAULT_REGION = "us-east-1"
REGION_HEADER = "x-amz-bucket-region"
CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 60.0
ATTEMPTS = 5


def filesystem() -> pafs.S3FileSystem:
    """Arrow's S3 file system, with the endpoint, region and keys that boto3 would use.

    Raises:
        StorageError: there are no credentials.
    """
    session = _session()
    credentials = _credentials(session)
    options: dict[str, Any] = {}
    if credentials.method not in ROLE_METHODS:
        keys = credentials.get_frozen_credentials()
        options |= {
            "access_key": keys.access_key,
            "secret_key": keys.secret_key,
            "session_token": keys.token,
        }
    return _arrows(client(), session.region_name or DEFAULT_REGION, options)


def public_filesystem(bucket: str) -> pafs.S3FileSystem:
    """Arrow's S3 file system without keys, for a bucket that anybody may read."""
    reader = public_client()
    region = reader.meta.region_name if _elsewhere(reader) else _region(bucket)
    return _arrows(reader, region, {"anonymous": True})


def _arrows(client_: Any, region: str, options: dict[str, Any]) -> pafs.S3FileSystem:
    """Arrow's S3 file system, with the endpoint of a client of boto3."""
    if _elsewhere(client_):
        endpoint = urlsplit(client_.meta.endpoint_url)
        options |= {"endpoint_override": endpoint.netloc, "scheme": endpoint.scheme}
    return pafs.S3FileSystem(
        region=region,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=REQUEST_SECONDS,
        retry_strategy=pafs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
        **options,
    )


def _elsewhere(client_: Any) -> bool:
    """Whether a client of boto3 speaks to another store than AWS's own."""
    return not (urlsplit(client_.meta.endpoint_url).hostname or "").endswith(".amazonaws.com")


@lru_cache
def _region(bucket: str) -> str:
    """Where a bucket of AWS is: boto3 finds it wherever that is, and Arrow has to be told.

    Raises:
        ClientError: there is no such bucket.
    """
    from botocore.exceptions import ClientError

    try:
        answer = public_client().head_bucket(Bucket=bucket)
    except ClientError as error:
        # Who may read its objects may not have the right to ask for it, and is told even so.
        answer = error.response
        if REGION_HEADER not in answer["ResponseMetadata"].get("HTTPHeaders", {}):
            raise
    return str(answer["ResponseMetadata"]["HTTPHeaders"][REGION_HEADER])


def objects(path: str, client_: Any = None) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of writing in nanoseconds of each object below `bucket/prefix`.

    Asked of a client of boto3, `client()` unless another is given: to Arrow a missing bucket is the
    same as an empty folder, and the time is 0 where a store writes fractions of a second otherwise
    than AWS does.
    """
    bucket, _, prefix = path.partition("/")
    base = f"{prefix.rstrip('/')}/" if prefix else ""
    lister = (client_ or client()).get_paginator("list_objects_v2")
    for page in lister.paginate(Bucket=bucket, Prefix=base):
        for one in page.get("Contents", []):
            milliseconds = round(one["LastModified"].timestamp() * 1000)
            yield one["Key"][len(base) :], one["Size"], milliseconds * 10**6


@lru_cache(maxsize=2)
def _client(_process: int, *, public: bool = False) -> Any:
    from botocore import UNSIGNED
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=REQUEST_SECONDS,
        retries={"mode": "standard", "max_attempts": ATTEMPTS},
        # Not every store that speaks S3 takes the checksum trailers that AWS asks for by default.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # Hashing what is sent takes as long as sending it; over https TLS guards it already.
        s3={"payload_signing_enabled": False},
        signature_version=UNSIGNED if public else None,
    )
    session = _session()
    if not public:
        _credentials(session)
    try:
        return session.client("s3", config=config)
    except ValueError as error:
        raise StorageError(
            f"{error}: write AWS_ENDPOINT_URL_S3 as http://HOST:PORT or https://HOST"
        ) from error


def client() -> Any:
    """A boto3 client for S3, one in a process: making one takes tens of milliseconds.

    Raises:
        StorageError: there are no credentials, or the endpoint is not one.
    """
    return _client(os.getpid())


def public_client() -> Any:
    """A boto3 client for S3 that has no keys and needs none, for buckets that anybody may read.

    Raises:
        StorageError: the endpoint is not one.
    """
    return _client(os.getpid(), public=True)


def _credentials(session: Any) -> Any:
    credentials = session.get_credentials()
    if credentials is None:
        raise StorageError(
            "no AWS credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
            "AWS_PROFILE, or run where an instance role gives them; a public bucket is read "
            "without any as s3://anonymous@BUCKET/FOLDER"
        )
    return credentials


def _session() -> Any:
    import boto3

    # All AWS tools but boto3 read AWS_REGION, and those that read both prefer it.
    region = os.environ.get("AWS_REGION") or boto3.Session().region_name
    return boto3.Session(region_name=region or DEFAULT_REGION)
