"""A running object store, by itself, as the tests need it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from docker.models.containers import Container

# Ryuk, which would clean up after us, is an image of its own to pull.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
from testcontainers.core.container import DockerContainer

from tests.engines import check_log

KEY, SECRET = "a-key", "a-secret-of-a-test"
PORT = 9000
SECONDS_TO_START = 60.0


@dataclass(frozen=True)
class Store:
    """An object store that answers."""

    endpoint: str
    container: Container


@contextmanager
def store(
    arch: str, volume: str | None = None, allowed: Mapping[str, str] | None = None
) -> Iterator[Store]:
    """Runs the store until the block is left, and then reads its log.

    Args:
        arch: of the image.
        volume: that holds the buckets; else they go with the container.
        allowed: lines of trouble that a test provokes, see `check_log`.
    """
    container = DockerContainer(f"ray-on-aws/object-store:{arch}", platform=f"linux/{arch}")
    container.with_env("STORE_KEY", f"{KEY},{SECRET}").with_exposed_ports(PORT)
    if volume:
        container.with_volume_mapping(volume, "/data", "rw")
    with container:
        wrapped = container.get_wrapped_container()
        _wait(wrapped)
        # Not by any other of its addresses, for which there may be a proxy.
        yield Store(f"http://127.0.0.1:{container.get_exposed_port(PORT)}", wrapped)
        check_log(wrapped, allowed or {})


def _wait(container: Container) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        container.reload()
        if container.status != "running":
            break
        if container.exec_run("healthy").exit_code == 0:
            return
        time.sleep(0.2)
    said = container.logs(tail=10).decode(errors="replace")
    raise TimeoutError(
        f"expected `healthy` to succeed within {SECONDS_TO_START:.0f} s; the container is "
        f"{container.status} and its log ends with:\n{said}"
    )
