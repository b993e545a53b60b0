"""What Prometheus is told."""

from __future__ import annotations

import re
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from cluster.node.watch.metrics import Metrics, serve

SAMPLE = re.compile(r'[a-z_]+(\{outcome="[a-z]+"\})? [0-9.]+')


def test_it_is_in_prometheus_format() -> None:
    counts = Metrics(notices=1, accepted=2, failed=3, errors=4, polled=time.monotonic())
    text = counts.text()
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples)
    assert 'ray_on_aws_spot_drains_total{outcome="failed"} 3' in samples
    for line in samples:
        name = re.split(r"[{ ]", line)[0]
        assert text.index(f"# TYPE {name} ") < text.index(line)


def test_before_the_first_answer_there_is_no_age() -> None:
    assert "poll_age" not in Metrics().text()


def test_it_is_served() -> None:
    counts = Metrics()
    server = serve(counts, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        counts.notices = 7
        with urlopen(f"{address}/metrics") as answer:  # noqa: S310
            assert answer.headers["Content-Type"] == "text/plain; version=0.0.4"
            assert b"notices_total 7\n" in answer.read()
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{address}/other")  # noqa: S310
    finally:
        server.shutdown()
        server.server_close()
