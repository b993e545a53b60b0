"""An S3 server on loopback: rclone, serving a folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTED = re.compile(r"Starting s3 server on \[(http://127\.0\.0\.1:\d+)")
SECONDS_TO_START = 30.0
KEY, SECRET = "test-key", "test-secret"
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Server:
    """A running S3 server."""

    endpoint: str

    def environment(self) -> dict[str, str]:
        """The variables by which the AWS tools find it."""
        return aws_environment(self.endpoint)


def aws_environment(endpoint: str, key: str = KEY, secret: str = SECRET) -> dict[str, str]:
    """An endpoint and keys as the AWS tools read them, and nothing that this machine has besides.

    No proxy stands between this machine and itself, and AWS is never asked for credentials.
    """
    return {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def rclone() -> str | None:
    """The program: the one of this environment, or else of this machine."""
    beside_python = str(Path(sys.executable).parent)
    return shutil.which("rclone", path=os.pathsep.join([beside_python, os.environ["PATH"]]))


@contextmanager
def s3_server(program: str, folder: Path, *, asks_for_keys: bool = True) -> Iterator[Server]:
    """Serves the buckets under a folder, on a free port, until the block is left."""
    buckets, log = folder / "buckets", folder / "rclone.log"
    buckets.mkdir()
    command = [program, "serve", "s3", str(buckets), "--addr", "127.0.0.1:0"]
    command += ["--config", str(folder / "rclone.conf")]
    command += ["--auth-key", f"{KEY},{SECRET}"] if asks_for_keys else []
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Server(_endpoint(process, log))
    finally:
        process.terminate()
        process.wait()


def _endpoint(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the server says that it listens."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        if found := STARTED.search(log.read_text()):
            return found[1]
        time.sleep(0.05)
    said = "\n".join(log.read_text().splitlines()[-10:])
    raise TimeoutError(
        f"expected 'Starting s3 server on' within {SECONDS_TO_START:.0f} s from `rclone serve s3`; "
        f"its exit code is {process.poll()} and its log ends with:\n{said}\n"
        "Hint: run it by hand, it needs nothing but a folder."
    )
