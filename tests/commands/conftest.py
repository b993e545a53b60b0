"""An emulated account, with the infra of a cluster in it, for a module of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.infra.names import Names
from commands import state
from tests.cluster.infra.emulated import aws
from tests.commands import accounts


@pytest.fixture(scope="module")
def infra() -> Iterator[Names]:
    with aws():
        yield accounts.make_infra()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of state, with no cluster in it."""
    monkeypatch.setenv(state.VARIABLE, str(tmp_path / "state"))
    return state.folder()
