"""What the tests of sentences share: a small model, and a cache that goes away with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workloads.embed.tiny import write_tiny
from workloads.embed.encoder import encoder
from workloads.embed.prepare import CACHE


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that caches are in."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(CACHE, str(cache))
    yield
    encoder.cache_clear()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small model."""
    return write_tiny(tmp_path_factory.mktemp("models") / "tiny")
