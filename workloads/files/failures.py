"""What operating systems, Arrow and S3 say, turned into a sentence that helps."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from errors import InputError, OutputError, RayOnAwsError, StorageError

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
S3_SPEAKS = re.compile(r"\bAWS Error\b|\bcurlCode\b|\bS3\b")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")

# What S3 and its clients call a failure, in either spelling, and what to do about it.
S3_FAILURES = [
    (
        r"no.?such.?bucket",
        "there is no such bucket: check its name and region, or create it",
    ),
    (
        r"invalid.?access.?key|signature.?does.?not.?match|invalid.?(client.?token|signature)"
        r"|expired.?token|unrecognized.?client|credential",
        "the keys are missing, wrong or expired: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
        "AWS_SESSION_TOKEN or AWS_PROFILE",
    ),
    (
        r"access.?denied|forbidden|\b403\b",
        "access is denied: these keys lack the right to it, or the keys are wrong",
    ),
    (
        r"could.?n.?t connect|could not connect|connection|network|curl|timed?.?out|endpoint",
        "the store cannot be reached: check AWS_ENDPOINT_URL_S3, AWS_REGION and the network",
    ),
]


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turns failures of storage within it into errors of ours that name the place.

    Raises:
        InputError: what is there is not Parquet, or is not whole.
        OutputError: no space, or no right to write.
        StorageError: anything else that a file system or store refuses.
    """
    try:
        yield
    except RayOnAwsError:
        raise
    except pa.ArrowInvalid as error:
        raise _unreadable(place, _first_line(error)) from error
    except (OSError, BotoCoreError, ClientError) as error:
        raise explain(error, place) from error


def explain(error: Exception, place: str) -> RayOnAwsError:
    """The error of ours for a failure of storage at a place."""
    code = error.errno if isinstance(error, OSError) else None
    text = _first_line(error)
    # Arrow's S3 client gives no errno, so what it says is looked at.
    if code in NO_SPACE or "no space left" in text.lower():
        return OutputError(f"no space left for {place}: free some, or choose another folder")
    if code in NO_RIGHT:
        return OutputError(f"no permission for {place}: {text}; choose another folder")
    if isinstance(error, FileNotFoundError) or code == errno.ENOENT:
        return InputError(f"{place} does not exist (any more): {text}")
    if type(error) is OSError and code is None and not S3_SPEAKS.search(text):
        # Arrow's decoders of Parquet give no errno: bytes came, and make no sense.
        return _unreadable(place, text)
    # Names of buckets, keys and hosts are quoted, and say nothing about what failed.
    said = QUOTED.sub("", text)
    for pattern, advice in S3_FAILURES:
        if place.startswith("s3://") and re.search(pattern, said, re.IGNORECASE):
            return StorageError(f"{place}: {advice} ({text})")
    return StorageError(f"{place}: {text}")


def _unreadable(place: str, text: str) -> InputError:
    return InputError(
        f"{place} cannot be read: {text.rstrip('.')}; "
        "write it anew, or leave out what is bad with --skip-bad"
    )


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]
