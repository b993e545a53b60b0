"""What the object store of the mini-cluster holds."""

from __future__ import annotations

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cluster.compose.keys import Keys

# A store that is busy answers late.
SECONDS = 30
# Its health check makes this every few seconds and takes it away: images/object-store/healthy.
CHECKED = "health-check"


def holds_only(endpoint: str, keys: Keys, bucket: str, prefix: str) -> bool:
    """Whether all there is lies below a prefix of a bucket; false where the store does not tell.

    Args:
        endpoint: of the store.
        keys: to it.
        bucket: its name.
        prefix: that ends with a slash.
    """
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        region_name="us-east-1",
        config=Config(connect_timeout=SECONDS, read_timeout=SECONDS, retries={"max_attempts": 1}),
    )
    try:
        if any(one["Name"] not in (bucket, CHECKED) for one in client.list_buckets()["Buckets"]):
            return False
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return all(
            one["Key"].startswith(prefix) for page in pages for one in page.get("Contents", [])
        )
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "NoSuchBucket")
    except BotoCoreError:
        return False
