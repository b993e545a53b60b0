"""docs/checks.md lists what is checked."""

from __future__ import annotations

import re

from cluster.planning.checks import CHECKS, THEMES
from commands import ROOT

PAGE = (ROOT / "docs" / "checks.md").read_text()


def test_every_check_is_told_as_it_describes_itself() -> None:
    for one in CHECKS.values():
        told = f"- **`{one.name}`** ({one.level}): {one.summary}. Why: {one.why}."
        assert told in " ".join(PAGE.split())


def test_no_other_check_is_told() -> None:
    told = re.findall(r"^- \*\*`(.+)`\*\*", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(CHECKS)


def test_every_theme_has_its_heading() -> None:
    for theme in THEMES:
        assert theme.__doc__
        heading = theme.__doc__.split("\n")[0].rstrip(".")
        assert f"\n## {heading}\n" in PAGE
