"""What all tests share: nothing of the user's is seen, and the fixtures of an engine."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from commands.state import VARIABLE
from workloads.files import profiles
from workloads.files.tuning import TUNING

pytest_plugins = [
    "tests.engines",
    "tests.cluster.minis",
    "tests.cluster.rehearsal.rehearsals",
    "tests.images.registries",
]


@pytest.fixture(scope="session", autouse=True)
def _nothing_launched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Commands look for a launched cluster where there is none, whatever the user has launched.

    For the session, so that a fixture which starts a cluster once is kept apart as well.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _nothing_tuned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Jobs go by their defaults, whatever was found on the user's machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(profiles.VARIABLE, str(tmp_path_factory.mktemp("profiles")))
        patch.delenv(TUNING, raising=False)
        yield


@pytest.fixture(autouse=True)
def _aws_stays() -> Iterator[None]:
    """What a command sets for the cluster that it finds, as a rehearsal's AWS, ends with a test."""
    before = _aws()
    yield
    for name in _aws().keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def _aws() -> dict[str, str]:
    """What the environment says of AWS, and of the way to it."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("AWS_") or name.upper() == "NO_PROXY"
    }
