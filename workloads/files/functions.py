"""The function of a job, named as `module:function`, so that every machine can load it."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from errors import FunctionError, RayOnAwsError, UsageError

# Ours, and Python's own import machinery.
NOT_OWN = {
    __file__,
    importlib.__file__,
    "<frozen importlib._bootstrap>",
    "<frozen importlib._bootstrap_external>",
}

# The column of what is rejected that says why.
REASON = "reason"


@dataclass(frozen=True)
class Parted:
    """What a function makes of a table where it does not take every row of it.

    Attributes:
        kept: what it makes of the rows that it takes.
        rejected: the others: whatever tells which they are, and in a column `reason` of text why.
            Reasons are few, so that they can be counted.
    """

    kept: pa.Table
    rejected: pa.Table


TableFunction = Callable[[pa.Table], pa.Table | Parted]


@dataclass(frozen=True)
class Function:
    """A function from an Arrow table to an Arrow table, or to a `Parted`.

    Attributes:
        name: `module:function`.
        options: passed to it by keyword.
        folder: where its module is looked for last, after all that is installed: so a file there
            cannot take the place of a library.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    folder: str = field(default_factory=lambda: str(Path.cwd()))

    def load(self) -> TableFunction:
        """The function itself, with its options filled in.

        Raises:
            UsageError: there is no such module or function.
            FunctionError: the module cannot be imported.
        """
        module_name, colon, attribute = self.name.partition(":")
        if not (module_name and colon and attribute):
            raise UsageError(f"'{self.name}' does not name a function: write module:function")
        if self.folder not in sys.path:
            sys.path.append(self.folder)
        try:
            found = getattr(importlib.import_module(module_name), attribute, None)
        except Exception as error:
            if isinstance(error, ModuleNotFoundError) and _is_or_holds(error.name, module_name):
                raise UsageError(
                    f"there is no module '{module_name}' for the function '{self.name}': "
                    "run from the folder that holds it, or put that on PYTHONPATH"
                ) from error
            raise FunctionError(
                f"module '{module_name}' cannot be imported: {error!r}\n{_own_traceback(error)}"
            ) from error
        if not callable(found):
            raise UsageError(f"module '{module_name}' has no function '{attribute}'")
        return partial(found, **self.options) if self.options else found


def apply(function: TableFunction, table: pa.Table, name: str, origin: str) -> pa.Table | Parted:
    """What the function makes of a table; `name` and `origin` tell which function, which file.

    Raises:
        RayOnAwsError: the function says itself that the input is wrong.
        FunctionError: it failed, or gives back no table.
    """
    try:
        result = function(table)
    except RayOnAwsError as error:
        raise type(error)(f"{origin}: {error}") from error
    except Exception as error:
        raise FunctionError(
            f"{name} failed on {origin}: {error!r}\n{_own_traceback(error)}"
        ) from error
    if isinstance(result, Parted):
        if REASON not in result.rejected.column_names:
            raise FunctionError(f"{name} rejected rows of {origin} without a column '{REASON}'")
        return result
    if not isinstance(result, pa.Table):
        kind = type(result).__name__
        raise FunctionError(f"{name} gave back a {kind} for {origin}, not a pyarrow.Table")
    return result


def _is_or_holds(missing: str | None, module: str) -> bool:
    """Whether it is the module itself that is missing, rather than something that it imports."""
    return missing is not None and f"{module}.".startswith(f"{missing}.")


def _own_traceback(error: Exception) -> str:
    """The traceback of an exception, without the lines that are not the user's own."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list(
        [line for line in told.stack if line.filename not in NOT_OWN]
    )
    return "".join(told.format()).rstrip()
