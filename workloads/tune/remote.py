"""What goes between `./invoke tune` and the `python -m workloads.tune` that it runs elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workloads.bench import settings as bench
from workloads.files.places import Folder
from workloads.tune.result import Result
from workloads.tune.settings import Settings

MARK = "@tuned "


def argument(settings: Settings) -> str:
    """What to call `python -m workloads.tune` with, to have this tuned: one word of JSON."""
    told = asdict(settings)
    told["bench"] |= {"results": "", "output": None}
    return json.dumps(told, separators=(",", ":"))


def settings(text: str, results: Path) -> Settings:
    """What such a word says.

    Args:
        text: the word.
        results: the folder for what is kept.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    told: dict[str, Any] = json.loads(text)
    measured = bench.Settings(**{**told["bench"], "results": results})
    measured = replace(measured, storage=_folder(told["bench"]["storage"]))
    return Settings(measured, told["seconds"], told["fields"], _folder(told["source"]))


def line(result: Result) -> str:
    """A result as one line, without its end."""
    return MARK + json.dumps(result.to_dict(), separators=(",", ":"))


def result(text: str) -> Result | None:
    """The result of a whole line; None for a line of another kind."""
    if not text.startswith(MARK):
        return None
    return Result.from_dict(json.loads(text.removeprefix(MARK)))


def _folder(told: dict[str, str] | None) -> Folder | None:
    return Folder(**told) if told else None
