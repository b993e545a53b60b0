"""What the benchmark does in S3 beside reading and writing: makes a bucket, removes objects."""

from __future__ import annotations

from botocore.exceptions import ClientError

from errors import StorageError
from workloads.files import s3
from workloads.files.failures import explained
from workloads.files.places import Folder

# As many as S3 takes in one request.
OBJECTS_AT_ONCE = 1000


def ensure(folder: Folder) -> None:
    """Makes the bucket that a folder is in, where the store says that there is none.

    Raises:
        StorageError: the store refuses or cannot be reached.
    """
    bucket = folder.path().partition("/")[0]
    with explained(folder.uri):
        client = s3.client()
        try:
            client.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            region = client.meta.region_name
            # The first region has no name of its own here: AWS refuses it.
            there = {} if region == s3.DEFAULT_REGION else {"LocationConstraint": region}
            options = {"CreateBucketConfiguration": there} if there else {}
            client.create_bucket(Bucket=bucket, **options)


def remove(folder: Folder) -> None:
    """Removes all objects of a folder, hidden ones too.

    Raises:
        StorageError: the store refuses or cannot be reached.
    """
    bucket, _, prefix = folder.path().partition("/")
    with explained(folder.uri):
        names = [name for name, _, _ in s3.objects(folder.path())]
        for first in range(0, len(names), OBJECTS_AT_ONCE):
            keys = [{"Key": f"{prefix}/{name}"} for name in names[first : first + OBJECTS_AT_ONCE]]
            done = s3.client().delete_objects(
                Bucket=bucket, Delete={"Objects": keys, "Quiet": True}
            )
            for failure in done.get("Errors", []):
                raise StorageError(
                    f"s3://{bucket}/{failure['Key']} cannot be removed: {failure['Message']}"
                )
