"""Functions named as module:function, and what is told when they are wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from errors import FunctionError, InputError, UsageError
from tests.workloads.files import user
from workloads.files.functions import Function, apply

TABLE = pa.table({"id": range(10)})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, empty; what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_function_is_found_by_its_name() -> None:
    assert Function(f"{user.NAME}:same").load() is user.same


def test_options_are_passed_by_keyword() -> None:
    function = Function(f"{user.NAME}:tagged", {"tag": "new"}).load()
    result = function(TABLE)
    assert isinstance(result, pa.Table)
    assert result["tag"].unique().to_pylist() == ["new"]


def test_a_module_of_the_current_folder_is_found(folder: Path) -> None:
    (folder / "of_this_folder.py").write_text("def work(table):\n    return table\n")
    assert Function("of_this_folder:work").load()(TABLE) is TABLE


def test_a_module_of_the_current_folder_takes_nobodys_place(folder: Path) -> None:
    (folder / "wave.py").write_text("raise SystemExit('the file of this folder was taken')")
    with pytest.raises(UsageError, match="module 'wave' has no function 'work'"):
        Function("wave:work").load()


@pytest.mark.parametrize("name", ["", ":", "module", "module:", ":work"])
def test_a_name_of_another_form_is_told(name: str) -> None:
    with pytest.raises(UsageError, match=f"'{name}' does not name a function: write module:func"):
        Function(name).load()


@pytest.mark.parametrize("module", ["no_such_module", "workloads.no_such", "no.such.module"])
def test_a_missing_module_is_told(module: str) -> None:
    told = f"there is no module '{module}' for the function '{module}:work': run from the folder"
    with pytest.raises(UsageError, match=re.escape(told)):
        Function(f"{module}:work").load()


@pytest.mark.parametrize("attribute", ["no_such_function", "NOT_A_FUNCTION"])
def test_a_missing_function_is_told(attribute: str) -> None:
    with pytest.raises(UsageError, match=f"module '{user.NAME}' has no function '{attribute}'"):
        Function(f"{user.NAME}:{attribute}").load()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import not_installed", "ModuleNotFoundError(\"No module named 'not_installed'\")"),
        ("def work(table: return table", "SyntaxError("),
        ("1 / 0", "ZeroDivisionError('division by zero')"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told_with_its_lines(
    folder: Path, source: str, told: str
) -> None:
    (folder / "broken.py").write_text(f"\n{source}\n")
    with pytest.raises(FunctionError) as error:
        Function("broken:work").load()
    first, *lines = str(error.value).splitlines()
    assert first.startswith(f"module 'broken' cannot be imported: {told}")
    if lines[0].startswith("Traceback"):
        del lines[0]
    assert lines[0].startswith(f'  File "{folder}/broken.py", line 2')
    assert lines[1].strip() == source


def test_a_failing_function_is_told_with_the_file_and_its_own_lines() -> None:
    with pytest.raises(FunctionError) as error:
        apply(user.raises, TABLE, "user:raises", "/in/3.parquet")
    first, header, line, *_, last = str(error.value).splitlines()
    assert first == ("user:raises failed on /in/3.parquet: ValueError('seven is not to be had')")
    assert header == "Traceback (most recent call last):"
    assert re.fullmatch(rf'  File "{user.__file__}", line \d+, in raises', line)
    assert last == "ValueError: seven is not to be had"
    assert "functions.py" not in str(error.value)


def test_a_function_that_finds_the_input_wrong_is_believed() -> None:
    with pytest.raises(InputError, match=re.escape("/in/3.parquet: a row lacks its date")):
        apply(user.complains, TABLE, "user:complains", "/in/3.parquet")


def test_what_is_no_table_is_told() -> None:
    told = "user:gives gave back a dict for /in/3.parquet, not a pyarrow.Table"
    with pytest.raises(FunctionError, match=re.escape(told)):
        apply(user.gives_a_dict, TABLE, "user:gives", "/in/3.parquet")
