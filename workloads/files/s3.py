"""S3, or what speaks like it, as the AWS tools find it: environment, profile, instance role."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import pyarrow.fs as pafs

from errors import StorageError

# Credentials that a machine's role gives are renewed by the client that asked for them.
ROLE_METHODS = {"iam-role", "container-role"}
DEFAULT_REGION = "us-east-1"
CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 60.0
ATTEMPTS = 5


def filesystem() -> pafs.S3FileSystem:
    """Arrow's S3 file system, with the endpoint, region and keys that boto3 would use.

    Raises:
        StorageError: there are no credentials.
    """
    session = _session()
    credentials = session.get_credentials()
    if credentials is None:
        raise StorageError(
            "no AWS credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
            "AWS_PROFILE, or run where an instance role gives them"
        )
    options: dict[str, Any] = {}
    if credentials.method not in ROLE_METHODS:
        keys = credentials.get_frozen_credentials()
        options |= {
            "access_key": keys.access_key,
            "secret_key": keys.secret_key,
            "session_token": keys.token,
        }
    endpoint = urlsplit(client().meta.endpoint_url)
    if not (endpoint.hostname or "").endswith(".amazonaws.com"):
        options |= {"endpoint_override": endpoint.netloc, "scheme": endpoint.scheme}
    return pafs.S3FileSystem(
        region=session.region_name or DEFAULT_REGION,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=REQUEST_SECONDS,
        retry_strategy=pafs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
        **options,
    )


@lru_cache(maxsize=1)
def _client(_process: int) -> Any:
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=REQUEST_SECONDS,
        retries={"mode": "standard", "max_attempts": ATTEMPTS},
        # Not every store that speaks S3 takes the checksum trailers that AWS asks for by default.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return _session().client("s3", config=config)


def client() -> Any:
    """A boto3 client for S3, one in a process: making one takes tens of milliseconds."""
    return _client(os.getpid())


def _session() -> Any:
    import boto3

    return boto3.Session(region_name=boto3.Session().region_name or DEFAULT_REGION)
