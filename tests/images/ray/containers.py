"""A container of the image ray, in which tests run commands: nobody can write to it but in /tmp."""

from __future__ import annotations

import shlex
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from docker.models.containers import Container

from images.engine import Engine


@dataclass(frozen=True)
class Inside:
    """A running container."""

    container: Container

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """What a command prints; fails with it when the command does."""
        code, output = self.ask(*command, environment=environment)
        assert code == 0, f"{shlex.join(command)} ended with {code}:\n{output}"
        return output

    def ask(self, *command: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The exit code of a command, and what it prints."""
        done = self.container.exec_run(list(command), environment=dict(environment or {}))
        return int(done.exit_code or 0), cast(bytes, done.output).decode(errors="replace").strip()


@contextmanager
def inside(engine: Engine, arch: str, mounts: Mapping[Path, str]) -> Iterator[Inside]:
    """Runs a container until the block is left; the folders of this machine are read-only there."""
    container = engine.client.containers.run(
        f"ray-on-aws/ray:{arch}",
        ["sleep", "infinity"],
        name=f"ray-on-aws-test-{uuid.uuid4().hex[:12]}",
        platform=f"linux/{arch}",
        read_only=True,
        tmpfs={"/tmp": "exec"},  # noqa: S108 (of the container)
        volumes={str(here): {"bind": there, "mode": "ro"} for here, there in mounts.items()},
        network_mode="none",
        detach=True,
    )
    try:
        yield Inside(container)
    finally:
        container.remove(force=True, v=True)
