"""What the tests of files share: some to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workloads.files.jobs import SIZES
from tests.workloads.parquet import write_numbers


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Files of a few rows each, some in folders below, one without rows."""
    return write_numbers(tmp_path / "in", SIZES)
