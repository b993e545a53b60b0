"""What the tests of the images share."""

from __future__ import annotations

import pytest

from images.bake import Target, targets
from images.build import Row
from images.engine import QEMU, Engine


@pytest.fixture(scope="session", params=sorted(QEMU))
def arch(request: pytest.FixtureRequest, engine: Engine) -> str:
    """Each arch whose containers run here."""
    one: str = request.param
    if not engine.runs(one):
        pytest.skip(f"this machine does not emulate {one}: .ci/engine start, or ./invoke doctor")
    return one


@pytest.fixture(scope="session")
def own_store(engine: Engine, built: list[Row]) -> Target:
    """The smaller image for the engine's own arch, which was built."""
    assert built
    (target,) = targets(["object-store"], [engine.arch])
    return target
