"""The account of the user's, where `ACCEPTANCE_AWS=1` says that it may be used; else skipped."""

from __future__ import annotations

import os

import pytest

ALLOWED = "ACCEPTANCE_AWS"


@pytest.fixture(autouse=True, scope="session")
def _allowed() -> None:
    if os.environ.get(ALLOWED) != "1":
        pytest.skip(f"costs money on AWS: {ALLOWED}=1 says that it may, with credentials and infra")
