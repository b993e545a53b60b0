"""What a check found in a cluster config."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# An error breaks, costs money for nothing or opens the cluster; a warning is likely not meant; a
# note is worth knowing.
Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong with a cluster config, and what to do about it.

    Attributes:
        level: `error`, `warning` or `note`.
        check: the name of the check that found it.
        file: the config, as it was named.
        line: where in it, from 1 on.
        what: what is there, in a sentence without its full stop.
        why: what would happen.
        remedy: what to write instead.
    """

    level: Level
    check: str
    file: str
    line: int
    what: str
    why: str
    remedy: str

    @property
    def reason(self) -> str:
        """What is there and what would happen."""
        return f"{self.what}: {self.why}"

    def as_dict(self) -> dict[str, str | int]:
        """For JSON."""
        return {
            "level": self.level,
            "check": self.check,
            "file": self.file,
            "line": self.line,
            "reason": self.reason,
            "remedy": self.remedy,
        }
