"""The decorator of every task: the one place where errors become a sentence and an exit code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import Task
from invoke.tasks import task as make_task

from errors import RayOnAwsError

P = ParamSpec("P")
R = TypeVar("R")
Body = Callable[Concatenate[Context, P], R]


def command(**options: object) -> Callable[[Body[P, R]], Task[Body[P, R]]]:
    """Make a task of a function, like `@task` of Invoke, whose options these are.

    An error of ours ends the program with its exit code and one sentence on stderr; Ctrl-C ends it
    with 130. Any other exception is a bug and keeps its traceback.
    """

    def decorate(body: Body[P, R]) -> Task[Body[P, R]]:
        task: Task[Body[P, R]] = make_task(**options)(told(body))
        return task

    return decorate


def told(body: Body[P, R]) -> Body[P, R]:
    """The same function, with its errors told as `invoke.Exit`."""

    @functools.wraps(body)
    def tell(context: Context, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return body(context, *args, **kwargs)
        except RayOnAwsError as error:
            raise Exit(f"error: {error}", code=error.exit_code) from error
        except KeyboardInterrupt as interrupt:
            raise Exit("interrupted", code=130) from interrupt

    return tell
