"""Tables of text."""

from __future__ import annotations

import pytest

from commands.output import table


def test_each_column_is_as_wide_as_its_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    table(("image", "size"), [("ray", "299 MB"), ("object-store", "")])
    assert capsys.readouterr().out.splitlines() == [
        "image         size",
        "ray           299 MB",
        "object-store",
    ]


def test_headings_stand_alone_without_rows(capsys: pytest.CaptureFixture[str]) -> None:
    table(("image", "size"), [])
    assert capsys.readouterr().out == "image  size\n"


def test_a_row_that_lacks_a_cell_is_a_bug() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(("image", "size"), [("ray",)])
