"""What goes wrong with storage, told in a sentence that names the place and helps."""

from __future__ import annotations

import errno
import os

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from errors import InputError, OutputError, RayOnAwsError, StorageError, UsageError
from workloads.files.failures import explain, explained

REACH = "the store cannot be reached: check AWS_ENDPOINT_URL_S3"
KEYS = "the keys are missing, wrong or expired: check AWS_ACCESS_KEY_ID"
DENIED = "access is denied: these keys lack the right to it"
BUCKET = "there is no such bucket: check its name and region"


def os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number), "/data/a")


def client_error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutObject")


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (os_error(errno.ENOSPC), OutputError, "no space left for /data/a: free some"),
        (os_error(errno.EDQUOT), OutputError, "no space left for /data/a: free some"),
        (os_error(errno.EACCES), OutputError, "no permission for /data/a: "),
        (os_error(errno.EROFS), OutputError, "no permission for /data/a: "),
        (os_error(errno.ENOENT), InputError, "/data/a does not exist (any more)"),
        (os_error(errno.EIO), StorageError, "/data/a: [Errno 5] Input/output error"),
        (OSError("Corrupt snappy compressed data."), InputError, "/data/a cannot be read: Corrupt"),
        (pa.ArrowInvalid("not a parquet file\nmore"), InputError, "cannot be read: not a parquet"),
    ],
)
def test_on_this_machine(error: Exception, kind: type[RayOnAwsError], told: str) -> None:
    with pytest.raises(kind) as caught, explained("/data/a"):
        raise error
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (client_error("NoSuchBucket", "The specified bucket does not exist"), BUCKET),
        (client_error("InvalidAccessKeyId", "The key does not exist"), KEYS),
        (client_error("SignatureDoesNotMatch", "The signature we calculated"), KEYS),
        (client_error("ExpiredToken", "The provided token has expired."), KEYS),
        (client_error("AccessDenied", "Access Denied"), DENIED),
        (client_error("403", "Forbidden"), DENIED),
        (NoCredentialsError(), KEYS),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:9"), REACH),
        (OSError("AWS Error ACCESS_DENIED during HeadObject operation: No response body."), DENIED),
        (OSError("AWS Error NETWORK_CONNECTION during HeadObject: curlCode: 7, Could not"), REACH),
        # What a key is called says nothing about the failure.
        (OSError("key 'credentials/403' in bucket 'network': AWS Error ACCESS_DENIED"), DENIED),
        (
            OSError("key 'connection.parquet' in bucket 'endpoint': AWS Error SLOW_DOWN"),
            "SLOW_DOWN",
        ),
    ],
)
def test_in_s3(error: Exception, told: str) -> None:
    explanation = explain(error, "s3://bucket/a")
    assert type(explanation) is StorageError
    assert str(explanation).startswith(f"s3://bucket/a: {told}" if " " in told else "s3://bucket/a")
    assert told in str(explanation)
    assert (REACH in str(explanation)) is (told == REACH)


def test_bytes_from_s3_that_are_no_parquet_are_bad_input() -> None:
    assert type(explain(OSError("Unexpected end of stream"), "s3://bucket/a")) is InputError


def test_errors_of_ours_and_bugs_pass() -> None:
    for error in (UsageError("as it is"), ZeroDivisionError("a bug")):
        with pytest.raises(type(error)) as caught, explained("/data/a"):
            raise error
        assert caught.value is error
