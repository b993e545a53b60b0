"""What `./invoke` starts: Invoke, with exit code 2 for a call that it does not understand.

Invoke's own program ends with 1 then, which a script cannot tell from work that failed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import invoke
from invoke.exceptions import Exit, ParseError
from invoke.program import Program


class TaskProgram(Program):
    """Invoke's program with misuse told apart, and the list of tasks where none is named."""

    def parse_core(self, argv: list[str] | None) -> None:
        """Parse Invoke's own options."""
        with misuse():
            super().parse_core(argv)

    def parse_tasks(self) -> None:
        """Parse the names of tasks and their options."""
        with misuse():
            super().parse_tasks()

    def parse_cleanup(self) -> None:
        """Answer --help and --list."""
        with misuse():
            super().parse_cleanup()

    def no_tasks_given(self) -> None:
        """Show the tasks."""
        self.list_tasks()
        raise Exit


@contextmanager
def misuse() -> Iterator[None]:
    """End the program with exit code 2 when the call cannot be parsed."""
    try:
        yield
    # A value that is no number, where an option wants one, comes as a bare ValueError.
    except (ParseError, ValueError) as error:
        said = str(error).rstrip("!")
        raise Exit(f"error: {said}: see ./invoke --list and ./invoke --help TASK", 2) from error


def main() -> None:
    """Run the tasks that the command line names."""
    program = TaskProgram(
        name="Invoke", binary="./invoke", binary_names=["invoke"], version=invoke.__version__
    )
    try:
        try:
            program.run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader has had enough, as in `./invoke --list | head`. What is still buffered goes
        # nowhere, or Python would complain at its end; 141 is what shells call it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


if __name__ == "__main__":
    main()
