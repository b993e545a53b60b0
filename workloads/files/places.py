"""Folders and files, on this machine or in S3, named as users name them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow.fs as pafs

from errors import InputError, UsageError
from workloads.files import s3
from workloads.files.failures import explained

S3_SCHEME = "s3://"
# Behind the scheme it says that a bucket is read without keys, as it does to Ray.
ANONYMOUS = "anonymous@"
REMOVED_AT_ONCE = 16


def hidden(name: str) -> bool:
    """Whether a part of a name begins with `_` or `.`: by Spark's and Arrow's custom, no data."""
    return any(part.startswith(("_", ".")) for part in name.split("/"))


@dataclass(frozen=True)
class File:
    """A file found in a folder.

    Attributes:
        name: its path within the folder, with forward slashes.
        size: in bytes.
        modified_ns: when it was last written, in nanoseconds since 1970.
    """

    name: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class Folder:
    """A folder: an absolute path of this machine, or `s3://bucket/prefix`.

    One that anybody may read is read without keys as `s3://anonymous@bucket/prefix`.
    """

    uri: str

    @classmethod
    def of(cls, uri: str | Path) -> Folder:
        """The folder that a user means; a relative path counts from the current folder.

        Raises:
            UsageError: a scheme other than s3, or no bucket.
        """
        text = str(uri)
        if text.startswith(S3_SCHEME):
            if not text.removeprefix(S3_SCHEME).removeprefix(ANONYMOUS).strip("/"):
                raise UsageError(f"'{text}' names no bucket: write s3://BUCKET/FOLDER")
            return cls(text.rstrip("/"))
        if "://" in text:
            raise UsageError(f"'{text}' is neither a local path nor s3://BUCKET/FOLDER")
        return cls(os.path.abspath(text))  # noqa: PTH100 - resolve() would follow links

    @property
    def in_s3(self) -> bool:
        """Whether it is in an object store."""
        return self.uri.startswith(S3_SCHEME)

    @property
    def anonymous(self) -> bool:
        """Whether it is read without keys, since anybody may."""
        return self.uri.startswith(S3_SCHEME + ANONYMOUS)

    def filesystem(self) -> pafs.FileSystem:
        """The file system that holds it."""
        if not self.in_s3:
            return pafs.LocalFileSystem()
        return s3.public_filesystem(self._bucket) if self.anonymous else s3.filesystem()

    def path(self, name: str = "") -> str:
        """The path of a file in it, as its file system wants it."""
        base = self.uri.removeprefix(S3_SCHEME).removeprefix(ANONYMOUS)
        return f"{base.rstrip('/')}/{name}" if name else base

    def contains(self, other: Folder) -> bool:
        """Whether another folder is this one or lies within it."""
        if self.in_s3 != other.in_s3:
            return False
        return PurePosixPath(other.path()).is_relative_to(PurePosixPath(self.path()))

    def files(self, hidden: Callable[[str], bool] = hidden) -> list[File]:
        """All files in it and below, by name; none where it does not exist or is a file itself.

        Args:
            hidden: tells by its name which are left out.

        Raises:
            InputError: a name is not text.
            StorageError: the store refuses, the bucket is missing, or it cannot be reached.
        """
        with explained(self.uri):
            found = [File(*one) for one in self._listed()]
        # A name that ends with a slash stands for a folder in S3.
        files = [one for one in found if not (one.name.endswith("/") or hidden(one.name))]
        return sorted(files, key=lambda one: one.name)

    def read(self, name: str) -> bytes | None:
        """A small file's content; None where there is no such file."""
        with explained(f"{self.uri}/{name}"):
            filesystem = self.filesystem()
            if filesystem.get_file_info(self.path(name)).type != pafs.FileType.File:
                return None
            # As it is, whatever its name ends with.
            with filesystem.open_input_stream(self.path(name), compression=None) as stream:
                content: bytes = stream.read()
                return content

    def remove(self, name: str) -> None:
        """Removes a file, if it is there."""
        with explained(f"{self.uri}/{name}"):
            if self.in_s3:
                bucket, _, key = self.path(name).partition("/")
                s3.client().delete_object(Bucket=bucket, Key=key)
            else:
                Path(self.path(name)).unlink(missing_ok=True)

    def within(self, name: str) -> Folder:
        """A folder in it."""
        return Folder(f"{self.uri.rstrip('/')}/{name}")

    def clear(self) -> None:
        """Removes it with all that is in it, if it is there."""
        with explained(self.uri):
            if not self.in_s3:
                shutil.rmtree(self.path(), ignore_errors=not Path(self.path()).exists())
                return
            with ThreadPoolExecutor(REMOVED_AT_ONCE) as threads:
                names = [name for name, _, _ in s3.objects(self.path())]
                list(threads.map(self.remove, names))

    @property
    def _bucket(self) -> str:
        return self.path().partition("/")[0]

    def _listed(self) -> Iterator[tuple[str, int, int]]:
        """Name, size and time of writing of each file below it."""
        if not self.in_s3:
            return _below(self.path())
        if self.anonymous:
            return s3.objects(self.path(), s3.public_client())
        return s3.objects(self.path())


def input_files(
    folder: Folder, hidden: Callable[[str], bool] = hidden
) -> tuple[Folder, list[File]]:
    """The files that a user means by a folder or by a single file, and the folder they are in.

    Args:
        folder: or the file.
        hidden: tells by its name which files of a folder are left out.

    Raises:
        InputError: there is nothing there.
        StorageError: the store refuses or cannot be reached.
    """
    files = folder.files(hidden)
    if not files:
        parent, _, name = folder.uri.rpartition("/")
        if parent and parent != "s3:/":
            with explained(folder.uri):
                info = folder.filesystem().get_file_info(folder.path())
            if info.type == pafs.FileType.File:
                return Folder(parent), [File(name, info.size, info.mtime_ns or 0)]
        raise InputError(f"no data files in {folder.uri}: name a folder that holds Parquet files")
    return folder, files


def check_apart(source: Folder, target: Folder) -> None:
    """Raises UsageError where input, a folder or a file, and output lie within one another."""
    if source.contains(target) or target.contains(source):
        raise UsageError(
            f"input {source.uri} and output {target.uri} lie within one another: "
            "choose an output folder beside the input"
        )


def _below(path: str) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of writing of each file below a folder of this machine."""
    if Path(path).is_file():
        return
    selector = pafs.FileSelector(path, recursive=True, allow_not_found=True)
    base = len(path.rstrip("/")) + 1
    for info in pafs.LocalFileSystem().get_file_info(selector):
        if info.type == pafs.FileType.File:
            yield _text(info)[base:], info.size, info.mtime_ns


def _text(info: pafs.FileInfo) -> str:
    try:
        path: str = info.path
    except UnicodeDecodeError as error:
        raise InputError(
            f"the name of the file {error.object!r} is not UTF-8: rename it"
        ) from error
    return path
