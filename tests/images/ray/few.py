"""A plugin of pytest, in an emulated container: no more than a few examples of each property."""

from __future__ import annotations

from typing import Any

import hypothesis

EXAMPLES = 30


class Few(hypothesis.settings):
    """Settings as a test asks for them, but for the number of examples."""

    def __init__(self, parent: hypothesis.settings | None = None, **fields: Any) -> None:
        super().__init__(parent, **{**fields, "max_examples": EXAMPLES})


hypothesis.settings = Few  # type: ignore[misc]
