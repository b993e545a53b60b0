"""Ray's own cluster launcher, `ray up`, run on a config that is filled in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from cluster.account import Account, explanation
from cluster.aws.files import Files
from errors import RayOnAwsError, ServiceError

Tell = Callable[[str], None]
# Of all that it says, the lines that tell how far it is.
STEPS = re.compile(r"\[\d/7\]|New status|Launched \d+ node|Launched instance|Ray runtime started")
# What Ray puts before each line: a time, a level and a place in its sources.
LOGGED = re.compile(r"^[-\d]+ [\d:,]+\s+\w+ [\w.]+:\d+ -- ")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
REFUSED = re.compile(
    r"An error occurred \((?P<code>[\w.]+)\) when calling the (?P<call>\w+) operation[^:]*: "
    r"(?P<message>.*)"
)
LINES_AT_THE_END = 15
ROOT = Path(__file__).parents[2]


def up(account: Account, files: Files, tell: Tell, program: Sequence[str] = ()) -> None:
    """Makes or updates the head node, which then makes its workers.

    Args:
        account: to launch in.
        files: of the cluster; everything that is said goes to its log.
        tell: is given the lines that tell how far it is.
        program: what starts Ray's program; the one of this environment, if empty.

    Raises:
        UsageError: AWS does not take the credentials.
        ServiceError: it failed, with its last lines.
    """
    words = [*(program or [str(Path(sys.executable).parent / "ray")]), "up", str(files.config)]
    # Ray would otherwise go by what it found in the account at an earlier launch.
    words += ["--yes", "--no-config-cache"]
    with files.log.open("w") as log:
        process = subprocess.Popen(
            words,
            env=_environment(account),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        try:
            for line in _lines(process):
                log.write(f"{line}\n")
                log.flush()
                if STEPS.search(line):
                    tell(LOGGED.sub("", line).strip())
            code = process.wait()
        except BaseException:
            # As with Ctrl-C: what is half there is taken over by the next launch, or by down.
            process.terminate()
            process.wait()
            raise
    if code:
        raise failure(files)


def _environment(account: Account) -> dict[str, str]:
    known = {"AWS_REGION": account.region, "AWS_DEFAULT_REGION": account.region}
    if account.profile:
        known["AWS_PROFILE"] = account.profile
    # A config may name a provider of ours, which Ray then imports.
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    known["PYTHONPATH"] = os.pathsep.join(path)
    return {**os.environ, **known, "RAY_USAGE_STATS_ENABLED": "0"}


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    for line in process.stdout:
        yield COLOURS.sub("", line.rstrip())


def failure(files: Files) -> RayOnAwsError:
    """Why the launcher failed: what AWS refused, or else its last lines."""
    lines = [line for line in files.log.read_text().splitlines() if line.strip()]
    for line in reversed(lines):
        if found := REFUSED.search(line):
            answer = {"Error": {"Code": found["code"], "Message": found["message"]}}
            return explanation(ClientError(answer, found["call"]), "launching the cluster")
    last = "\n  ".join(lines[-LINES_AT_THE_END:])
    return ServiceError(
        f"Ray's launcher failed. What is there stays: ./invoke launch goes on from it, and "
        f"./invoke down takes it away. All that it said is in {files.log}; at the end:\n  {last}"
    )
