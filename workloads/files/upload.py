"""An object written to S3 a part at a time, which is there when it is complete and not before."""

from __future__ import annotations

import io
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from workloads.files import s3

# S3 takes at most 10,000 parts, so this allows for objects of 160 GB.
PART_BYTES = 16 * 2**20


class Upload(io.RawIOBase):
    """A file to write to; what is smaller than a part goes in one request.

    A part is sent while the next one is filled, and no more than one at a time: some stores that
    speak S3 hold back what comes out of order. Both lie in memory that is used over and over.
    The object appears by `complete` and by nothing else: neither closing it nor dropping it does.
    """

    def __init__(self, bucket: str, key: str) -> None:
        self._client = s3.client()
        self._where = {"Bucket": bucket, "Key": key}
        self._filling, self._spare = bytearray(), bytearray()
        self._filled = 0
        self._size = 0
        self._parts: list[dict[str, Any]] = []
        self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="upload")
        self._sending: Future[dict[str, Any]] | None = None

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def write(self, data: Any) -> int:
        """Takes the bytes, and sends them with those before when they make a part.

        Raises:
            BotoCoreError, ClientError: a part before could not be sent.
        """
        if self.closed:
            raise ValueError("write to closed file")
        with memoryview(data) as given, given.cast("B") as view:
            taken = 0
            while taken < len(view):
                taken += self._take(view[taken:])
            self._size += taken
        return taken

    def complete(self) -> None:
        """Makes an object of what was written.

        Raises:
            BotoCoreError, ClientError: it could not be sent, or not be made an object.
        """
        # In place: a slice would be a copy.
        del self._filling[self._filled :]
        if "UploadId" not in self._where:
            self._client.put_object(**self._where, Body=self._filling)
            return
        if self._filling:
            self._send()
        self._await_sent()
        parts = {"Parts": self._parts}
        self._client.complete_multipart_upload(**self._where, MultipartUpload=parts)

    def abort(self) -> None:
        """Drops what was sent."""
        # A part that arrives after the upload was aborted may stay, and cost.
        self._sender.shutdown()
        if "UploadId" in self._where:
            self._client.abort_multipart_upload(**self._where)

    def close(self) -> None:
        """Takes nothing more, and lets go of the memory."""
        self._sender.shutdown()
        self._filling, self._spare = bytearray(), bytearray()
        super().close()

    def _take(self, view: memoryview) -> int:
        """Copies as much as the part still has room for, and sends it when it is full."""
        taken = min(len(view), PART_BYTES - self._filled)
        if self._filled == len(self._filling):
            # Memory as it is wanted: most of a small file's upload would be the clearing of it.
            self._filling += view[:taken]
        else:
            # Through a view, since a slice of a bytearray takes its new content by way of a copy.
            taken = min(taken, len(self._filling) - self._filled)
            with memoryview(self._filling) as part:
                part[self._filled : self._filled + taken] = view[:taken]
        self._filled += taken
        if self._filled == PART_BYTES:
            self._send()
        return taken

    def _send(self) -> None:
        """Sends what is filled behind the caller's back, once the part before has arrived."""
        if "UploadId" not in self._where:
            begun = self._client.create_multipart_upload(**self._where)
            self._where["UploadId"] = begun["UploadId"]
        self._await_sent()
        body, self._filling = self._filling, self._spare
        self._spare, self._filled = body, 0
        self._sending = self._sender.submit(self._send_part, len(self._parts) + 1, body)

    def _send_part(self, number: int, body: bytearray) -> dict[str, Any]:
        sent = self._client.upload_part(**self._where, PartNumber=number, Body=body)
        return {"ETag": sent["ETag"], "PartNumber": number}

    def _await_sent(self) -> None:
        if self._sending is not None:
            sending, self._sending = self._sending, None
            self._parts.append(sending.result())
