"""Folders and files, on this machine or in S3, named as users name them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow.fs as pafs

from errors import InputError, UsageError
from workloads.files import s3
from workloads.files.failures import explained

S3_SCHEME = "s3://"
# Behind the scheme it says that a bucket is read without keys, as it does to Ray.
ANONYMOUS = "anonymous@"


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

    def files(self) -> list[File]:
        """All files in it and below, by name; none where it does not exist or is a file itself.

        Names that begin with `_` or `.` are left out, and so is all below them: by the custom of
        Spark and Arrow these hold no data.

        Raises:
            StorageError: the store refuses, the bucket is missing, or it cannot be reached.
        """
        with explained(self.uri):
            found = [File(*one) for one in self._listed()]
        return sorted((one for one in found if not _hidden(one.name)), key=lambda one: one.name)

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


def input_files(folder: Folder) -> tuple[Folder, list[File]]:
    """The files that a user means by a folder or by a single file, and the folder they are in.

    Raises:
        InputError: there is nothing there.
        StorageError: the store refuses or cannot be reached.
    """
    files = folder.files()
    if not files:
        parent, _, name = folder.uri.rpartition("/")
        if parent and parent != "s3:/":
            with explained(folder.uri):
                info = folder.filesystem().get_file_info(folder.path())
            if info.type == pafs.FileType.File:
                return Folder(parent), [File(name, info.size, info.mtime_ns or 0)]
        raise InputError(f"no data files in {folder.uri}: name a folder that holds Parquet files")
    return folder, files


def _below(path: str) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of writing of each file below a folder of this machine."""
    if Path(path).is_file():
        return
    selector = pafs.FileSelector(path, recursive=True, allow_not_found=True)
    base = len(path.rstrip("/")) + 1
    for info in pafs.LocalFileSystem().get_file_info(selector):
        if info.type == pafs.FileType.File:
            yield info.path[base:], info.size, info.mtime_ns


def _hidden(name: str) -> bool:
    """Whether it holds no data; a name that ends with a slash stands for a folder in S3."""
    return name.endswith("/") or any(part.startswith(("_", ".")) for part in name.split("/"))
