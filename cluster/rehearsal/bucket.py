"""The bucket of the infra, where jobs look for it.

Emulated AWS describes it, with its tags and rules; objects are kept by a store of their own, which
begins empty with each rehearsal.
"""

from __future__ import annotations

import boto3
from botocore.exceptions import ClientError

from cluster.account import explained
from cluster.rehearsal.world import REGION, World

THERE = {"BucketAlreadyExists", "BucketAlreadyOwnedByYou"}


def ensure(world: World, bucket: str) -> None:
    """Makes a bucket in the object store, where there is none of that name.

    Raises:
        ServiceError: the store refuses, or does not answer.
    """
    access, secret = world.store_keys
    store = boto3.client(
        "s3",
        endpoint_url=world.storage,
        region_name=REGION,
        aws_access_key_id=access,
        aws_secret_access_key=secret,
    )
    with explained(f"making the bucket {bucket} at {world.storage}"):
        try:
            store.create_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in THERE:
                raise
