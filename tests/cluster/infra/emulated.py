"""An emulated AWS to make and take away infra in: moto, with its gaps filled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from cluster.rehearsal import gaps

REGION, NUMBER = "us-west-2", "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


@contextmanager
def aws() -> Iterator[str]:
    """A server that answers as AWS, which the environment points to; gives its address."""
    gaps.fill()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_"):
                patch.delenv(name)
        server.start()
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        requests.post(f"{address}/moto-api/reset", timeout=10)
        try:
            yield address
        finally:
            server.stop()


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)
