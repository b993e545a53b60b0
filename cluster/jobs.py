"""Jobs: a command run on a cluster's head node, its output as it comes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError

from cluster.launched import Launched
from errors import ServiceError

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

SECONDS_TO_END = 30.0
SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True)
class Job:
    """What to run.

    Attributes:
        command: a shell command.
        folder: copied to the node and the folder that the command runs in; None for an empty one.
        variables: of the environment.
    """

    command: str
    folder: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


def run(launched: Launched, job: Job, tell: Callable[[str], None]) -> int:
    """Runs a job to its end and gives its exit code; Ctrl-C stops it on the cluster too.

    Args:
        launched: the cluster.
        job: what to run.
        tell: is given each line that it prints, without the line's end.

    Raises:
        ServiceError: the cluster cannot be reached, or the job was not even started.
    """
    with _explained(launched):
        client = _client(launched)
        environment: dict[str, Any] = {"env_vars": dict(job.variables)}
        if job.folder is not None:
            environment["working_dir"] = str(job.folder)
        number = client.submit_job(entrypoint=job.command, runtime_env=environment)
        lines = _Lines(tell)
        try:
            asyncio.run(_follow(client.tail_job_logs(number), lines))
            code = _exit_code(client, number)
        except BaseException:
            # Ctrl-C, or something that `tell` cannot go on with: nobody waits for the job any more.
            client.stop_job(number)
            raise
        # Ray stops following when it has read all and the job has ended: what was written between
        # the one look and the other is told here.
        lines.add(client.get_job_logs(number)[lines.characters :])
        lines.end()
        return code


@contextmanager
def _explained(launched: Launched) -> Iterator[None]:
    """Tells in a sentence that the cluster refuses, cannot be reached, or went away."""
    from ray.exceptions import AuthenticationError

    try:
        yield
    except AuthenticationError as error:
        raise ServiceError(launched.refusal) from error
    # Ray raises RuntimeError for what the cluster answers; the others come from below it.
    except (OSError, RuntimeError, ClientError) as error:
        said = str(error).strip() or type(error).__name__
        raise ServiceError(
            f"the cluster at {launched.dashboard} takes no jobs, or was lost during one "
            f"({said.splitlines()[0]}): see ./invoke status"
        ) from error


def _client(launched: Launched) -> JobSubmissionClient:
    from ray.job_submission import JobSubmissionClient

    # They tell when they have done what they were asked to.
    for name in ("job.sdk", "dashboard_sdk"):
        logging.getLogger(f"ray.dashboard.modules.{name}").setLevel(logging.WARNING)
    # As a header, since Ray would look for it in the environment once a process, for all clusters.
    return JobSubmissionClient(
        launched.dashboard, headers={"Authorization": f"Bearer {launched.token}"}
    )


class _Lines:
    """Tells whole lines of a text that comes in pieces, and counts its characters."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.characters = 0
        self._tell = tell
        self._waiting = ""

    def add(self, piece: str) -> None:
        """The next piece."""
        self.characters += len(piece)
        *lines, self._waiting = (self._waiting + piece).split("\n")
        for line in lines:
            self._tell(line)

    def end(self) -> None:
        """There are no more: what has no end of its own is a line too."""
        if self._waiting:
            self._tell(self._waiting)
            self._waiting = ""


async def _follow(logs: AsyncIterator[str], lines: _Lines) -> None:
    async for piece in logs:
        lines.add(piece)


def _exit_code(client: JobSubmissionClient, number: str) -> int:
    """The exit code of a job whose output has ended."""
    give_up = time.monotonic() + SECONDS_TO_END
    info = client.get_job_info(number)
    while not info.status.is_terminal() and time.monotonic() < give_up:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        info = client.get_job_info(number)
    if info.driver_exit_code is not None:
        return int(info.driver_exit_code)
    if str(info.status) == "SUCCEEDED":
        return 0
    raise ServiceError(f"the job {number} {str(info.status).lower()}: {info.message}")
