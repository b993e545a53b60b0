"""`python -m workloads.tune`: tuning without its reports, as a job on a cluster runs it.

Its argument is what `workloads.tune.remote` makes of the settings. Says on standard error what it
is doing, and on standard output nothing but a line for each workload.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from errors import RayOnAwsError, UsageError
from workloads.files.cli import INTERRUPTED
from workloads.files.distribute import SUBCLUSTER
from workloads.tune import remote
from workloads.tune.settings import Settings
from workloads.tune.tuner import tune


def main(argv: Sequence[str] | None = None) -> int:
    """Tunes what the argument says; gives the exit code."""
    # A job is stopped by this signal, and its output is to be removed then too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    out = sys.stdout
    try:
        # Whatever else is printed, by Ray about a cluster that grows for instance, is no result.
        with contextlib.redirect_stdout(sys.stderr):
            for result in tune(_settings(sys.argv[1:] if argv is None else argv), _tell):
                print(remote.line(result), file=out, flush=True)
    except RayOnAwsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    return 0


def _settings(argv: Sequence[str]) -> Settings:
    folder = Path(tempfile.gettempdir()) / "ray-on-aws-tune"
    try:
        [word] = argv
        settings = remote.settings(word, folder)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            "this takes one argument, which ./invoke tune makes for its job: run that instead"
        ) from error
    if settings.bench.subcluster:
        os.environ[SUBCLUSTER] = settings.bench.subcluster
    return settings


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
