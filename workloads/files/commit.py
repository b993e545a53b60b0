"""Writing a file so that it is there whole, or not there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from botocore.exceptions import BotoCoreError, ClientError

from errors import OutputError, UsageError
from workloads.files.failures import explained
from workloads.files.places import Folder
from workloads.files.upload import Upload

# Begins with an underscore, so that no reader takes what is in it for data.
TEMPORARY = "_temporary"


@contextmanager
def whole_file(folder: Folder, name: str) -> Iterator[BinaryIO]:
    """A file to write to; it gets its name when the block ends well, and is dropped when not.

    Locally it is written in `_temporary/` of the folder and renamed. In S3 it is an upload that is
    completed, or aborted: an object that is not complete is not visible. (Arrow's own S3 stream
    completes whatever it has when it is closed by an error: apache/arrow#40502.)

    Raises:
        OutputError: no space, or no right to write there.
        StorageError: the store refuses or cannot be reached.
        UsageError: the folder is a public one, named to be read without keys.
    """
    if folder.anonymous:
        raise UsageError(
            f"{folder.uri} is named to be read without keys, and so cannot be written to: "
            "choose another folder for the output"
        )
    writer = _uploaded(folder, name) if folder.in_s3 else _renamed(folder, name)
    with explained(f"{folder.uri}/{name}"), writer as file:
        yield file


def remove_temporary(folder: Folder) -> None:
    """Removes what killed runs left unfinished in a local folder; in S3 a lifecycle rule does."""
    if folder.in_s3:
        return
    temporary = Path(folder.path(TEMPORARY))
    with explained(str(temporary)):
        for leftover in temporary.glob("*"):
            leftover.unlink(missing_ok=True)
        if temporary.exists():
            temporary.rmdir()


@contextmanager
def _renamed(folder: Folder, name: str) -> Iterator[BinaryIO]:
    target = Path(folder.path(name))
    temporary = Path(folder.path(TEMPORARY)) / uuid.uuid4().hex
    for parent in (target.parent, temporary.parent):
        _make(parent)
    try:
        with temporary.open("wb") as file:
            yield file
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _uploaded(folder: Folder, name: str) -> Iterator[BinaryIO]:
    bucket, _, key = folder.path(name).partition("/")
    upload = Upload(bucket, key)
    try:
        yield cast(BinaryIO, upload)
        upload.complete()
    except BaseException:
        # What cannot be aborted is never completed either; a lifecycle rule removes it.
        with suppress(BotoCoreError, ClientError):
            upload.abort()
        raise
    finally:
        upload.close()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputError(
            f"{folder} is needed as a folder, but there is a file in the way: name another folder"
        ) from error
