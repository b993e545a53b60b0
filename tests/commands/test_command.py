"""Errors of ours become a sentence and an exit code, and a task keeps its signature."""

from __future__ import annotations

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from commands.command import command
from errors import InputError, UsageError


@command(help={"count": "how many"})
def fail(_context: Context, count: int = 1, error: type[BaseException] | None = None) -> int:
    """Fail as told."""
    if error:
        raise error("there is no such thing")
    return count


@pytest.mark.parametrize(("error", "code"), [(InputError, 1), (UsageError, 2)])
def test_an_error_of_ours_is_told_in_a_sentence(error: type[Exception], code: int) -> None:
    with pytest.raises(Exit) as told:
        fail(Context(), error=error)
    assert (told.value.code, told.value.message) == (code, "error: there is no such thing")


def test_ctrl_c_is_told_in_a_word() -> None:
    with pytest.raises(Exit) as told:
        fail(Context(), error=KeyboardInterrupt)
    assert (told.value.code, told.value.message) == (130, "interrupted")


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        fail(Context(), error=ZeroDivisionError)


def test_a_task_keeps_signature_and_help() -> None:
    count = fail.get_arguments()[0]
    assert (count.name, count.kind, count.help) == ("count", int, "how many")
    assert fail.__doc__ == "Fail as told."
    returned: object = fail(Context(), count=3)
    assert returned == 3
