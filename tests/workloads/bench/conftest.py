"""Engines for tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workloads.bench.child import Engine

FAKES = Path(__file__).with_name("fakes")


@pytest.fixture
def fakes() -> Iterator[None]:
    """Lets the engines of `fakes/` be started as the real ones are."""
    with fakes_on_path():
        yield


@pytest.fixture(scope="module")
def obliging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine that does what a test asks for, shared by those that do not harm it."""
    log = tmp_path_factory.mktemp("logs") / "obliging.log"
    with fakes_on_path():
        engine = Engine("obliging", log)
    with engine:
        yield engine


@contextmanager
def fakes_on_path() -> Iterator[None]:
    path = os.pathsep.join(filter(None, [str(FAKES), os.environ.get("PYTHONPATH", "")]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", path)
        yield
