"""The Docker engine of this machine, the images in it, and what their logs may say."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from docker.models.containers import Container

from commands import RESULTS
from errors import ServiceError
from images.build import Row, build
from images.engine import QEMU, Engine

NEEDED = "RAY_ON_AWS_NEEDS_ENGINE"
TROUBLE = re.compile(r"\b(ERROR|CRITICAL)\b|Traceback")
NOTHING: Mapping[str, str] = MappingProxyType({})


def skip(why: str) -> None:
    """Skips a test, or fails it where all that it needs is to be there."""
    if os.environ.get("CI") and os.environ.get(NEEDED):
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine, if one answers."""
    try:
        return Engine()
    except ServiceError:
        skip("no Docker engine answers: .ci/engine start, or ./invoke doctor")
        raise


@pytest.fixture(scope="session")
def built(engine: Engine) -> list[Row]:
    """Every image for every arch that runs here, built from the files as they are now."""
    arches = [arch for arch in QEMU if engine.runs(arch)]
    return build([], arches, kept=RESULTS, tell=print)


def check_log(container: Container, allowed: Mapping[str, str] = NOTHING) -> None:
    """Fails when a line of a container's log tells of trouble.

    Args:
        container: that runs or has ended.
        allowed: patterns of lines that may be there nevertheless, by the reason why.
    """
    lines = container.logs().decode(errors="replace").splitlines()
    excused = [re.compile(pattern) for pattern in allowed.values()]
    found = [
        line
        for line in lines
        if TROUBLE.search(line) and not any(pattern.search(line) for pattern in excused)
    ]
    assert not found, f"{container.name} tells of trouble:\n" + "\n".join(found)
