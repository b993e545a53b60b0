"""Values of a config as what they should be, whatever they are."""

from __future__ import annotations

import re
from typing import Any

PLACEHOLDER = re.compile(r"\$\{?\w+\}?")


def mapping(value: Any) -> dict[str, Any]:
    """A mapping; empty if it is none."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """A list; empty if it is none."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """A text; empty if it is none."""
    return value if isinstance(value, str) else ""


def whole(value: Any) -> int | None:
    """A whole number, as JSON Schema has it: 1.0 is one, true is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None


def number(value: Any) -> float | None:
    """A number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def placeholder(value: Any) -> bool:
    """Whether it is filled in later, in part or in whole: `${name}`."""
    return PLACEHOLDER.search(text(value)) is not None
