"""What a job takes along: files alone, or the folder that was named."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.upload import module_files, uploaded
from errors import UsageError


def test_files_go_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("a = 1")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "big.bin").touch()
    with uploaded([tmp_path / "mine.py", tmp_path / "package"], "") as folder:
        assert folder is not None
        there = {str(path.relative_to(folder)) for path in folder.rglob("*")}
        assert there == {"mine.py", "package", "package/__init__.py"}
        assert (folder / "mine.py").read_text() == "a = 1"
    assert not folder.exists()


def test_nothing_is_taken_along_where_the_image_has_it() -> None:
    with uploaded([], "") as folder:
        assert folder is None


def test_a_folder_that_is_named_goes_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.py").touch()
    with uploaded([Path("mine.py")], str(tmp_path)) as folder:
        assert folder == tmp_path.resolve()
    assert (tmp_path / "mine.py").exists()


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"^--folder \S+/nowhere is no folder$"),
        uploaded([], str(tmp_path / "nowhere")),
    ):
        pass


def test_a_folder_without_the_file_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"^other/mine\.py does not lie in "),
        uploaded([Path("other/mine.py")], str(tmp_path)),
    ):
        pass


def test_a_module_is_looked_for_where_the_caller_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert module_files("mine") == []
    (tmp_path / "mine.py").touch()
    (tmp_path / "package").mkdir()
    assert module_files("mine") == [Path("mine.py")]
    assert module_files("package.below") == [Path("package")]
