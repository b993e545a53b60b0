"""A command of the user's that is told of a notice."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import threading

from cluster.node.watch.log import tell

VARIABLE = "RAY_ON_AWS_NOTICE_HOOK"
SECONDS = 30.0
MOST_CHARACTERS = 500


def call(
    command: str, told: dict[str, object], seconds: float = SECONDS
) -> threading.Thread | None:
    """Runs the command in a thread of its own, with what is told as JSON on its stdin.

    It is ended when its time is over. Whatever becomes of it, it is only written down; None where
    the machine has no room for a thread.
    """
    thread = threading.Thread(target=_run, args=(command, told, seconds), daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        tell("hook-failed", command=command, why=repr(error))
        return None
    return thread


def _run(command: str, told: dict[str, object], seconds: float) -> None:
    try:
        process = subprocess.Popen(
            shlex.split(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except (OSError, ValueError, IndexError) as error:
        tell("hook-failed", command=command, why=repr(error))
        return
    try:
        said, _ = process.communicate(json.dumps(told) + "\n", timeout=seconds)
    except subprocess.TimeoutExpired:
        # With what it started, which may hold its output open.
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        tell("hook-failed", command=command, why=f"not done after {seconds:g} s", said=_end(said))
        return
    event = "hook-failed" if process.returncode else "hook-done"
    tell(event, command=command, code=process.returncode, said=_end(said))


def _end(said: str) -> str:
    return said.strip()[-MOST_CHARACTERS:]
