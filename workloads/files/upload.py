"""An object written to S3 a part at a time, which is there when it is complete and not before."""

from __future__ import annotations

import io
from typing import Any

from workloads.files import s3

# S3 takes at most 10,000 parts, so this allows for objects of 160 GB.
PART_BYTES = 16 * 2**20


class Upload(io.RawIOBase):
    """A file to write to; what is smaller than a part goes in one request.

    The object appears by `complete` and by nothing else: neither closing it nor dropping it does.
    """

    def __init__(self, bucket: str, key: str) -> None:
        self._client = s3.client()
        self._where = {"Bucket": bucket, "Key": key}
        self._waiting = bytearray()
        self._size = 0
        self._parts: list[dict[str, Any]] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def write(self, data: Any) -> int:
        """Takes the bytes, and sends them with those before when they make a part."""
        if self.closed:
            raise ValueError("write to closed file")
        with memoryview(data) as view:
            self._waiting += view
            written = view.nbytes
        self._size += written
        while len(self._waiting) >= PART_BYTES:
            self._send()
        return written

    def complete(self) -> None:
        """Makes an object of what was written."""
        if not self._parts:
            self._client.put_object(**self._where, Body=self._waiting)
            return
        if self._waiting:
            self._send()
        parts = {"Parts": self._parts}
        self._client.complete_multipart_upload(**self._where, MultipartUpload=parts)

    def abort(self) -> None:
        """Drops what was sent."""
        if "UploadId" in self._where:
            self._client.abort_multipart_upload(**self._where)

    def _send(self) -> None:
        if "UploadId" not in self._where:
            begun = self._client.create_multipart_upload(**self._where)
            self._where["UploadId"] = begun["UploadId"]
        number = len(self._parts) + 1
        # All but the last are of one size, which some stores that speak S3 insist on.
        body = self._waiting[:PART_BYTES]
        sent = self._client.upload_part(**self._where, PartNumber=number, Body=body)
        self._parts.append({"ETag": sent["ETag"], "PartNumber": number})
        del self._waiting[:PART_BYTES]
