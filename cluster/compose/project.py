"""The Compose project of the mini-cluster: starting its containers, and taking them away."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cluster.compose.keys import FOR_OWNER
from errors import ServiceError

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
PROJECT = "RAY_ON_AWS_PROJECT"
LABEL = "com.docker.compose.project"
LINES_OF_LOG = 20
SECONDS_TO_END = 10


@dataclass(frozen=True)
class Project:
    """A project of Compose, by its name.

    Attributes:
        name: that its containers, network and volume begin with.
        secrets: the folder of its secrets.
    """

    name: str
    secrets: Path

    def up(self, workers: Mapping[str, int], variables: Mapping[str, str], seconds: float) -> None:
        """Starts the containers, and waits until all are healthy.

        Args:
            workers: how many of each arch.
            variables: of docker-compose.yml.
            seconds: to wait at most.

        Raises:
            ServiceError: a container ended, or did not become healthy in time.
        """
        scale = [f"--scale=worker-{arch}={number}" for arch, number in workers.items()]
        wait = ["--wait", f"--wait-timeout={seconds:.0f}"]
        done = self._compose(
            ["up", "--detach", "--no-build", "--pull=never", "--remove-orphans", *wait, *scale],
            variables,
        )
        if done.returncode:
            raise ServiceError(self._failure(done.stderr))

    def down(self, *, volumes: bool) -> None:
        """Takes everything away; volumes only when told.

        Raises:
            ServiceError: something is left.
        """
        done = self._compose(
            ["down", "--remove-orphans", f"--timeout={SECONDS_TO_END}"]
            + (["--volumes"] if volumes else []),
            {},
        )
        kinds = ["container", "network"] + (["volume"] if volumes else [])
        left = [f"{kind} {name}" for kind in kinds for name in self.left(kind)]
        if done.returncode or left:
            raise ServiceError(
                f"not all of {self.name} was taken away; left: {', '.join(left) or 'nothing'}. "
                f"Docker says: {_last_line(done.stderr)}. Call ./invoke down again"
            )

    def left(self, kind: str) -> list[str]:
        """The names of its containers, networks or volumes; `kind` is in the singular."""
        options = ["--all"] if kind == "container" else []
        field = "{{.Names}}" if kind == "container" else "{{.Name}}"
        listed = _docker(
            [kind, "ls", *options, f"--filter=label={LABEL}={self.name}", f"--format={field}"]
        )
        return listed.stdout.split()

    def address(self, service: str, port: int) -> str:
        """Where a port of a service is on this machine: `127.0.0.1:8265`.

        Raises:
            ServiceError: it is not published, as the service does not run.
        """
        done = self._compose(["port", service, str(port)], {})
        if done.returncode or not done.stdout.strip():
            raise ServiceError(f"port {port} of {service} is not published: {done.stderr.strip()}")
        return done.stdout.strip()

    def _compose(
        self, arguments: Sequence[str], variables: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        environment = {"SECRETS": str(self.secrets), PROJECT: self.name}
        self.secrets.mkdir(parents=True, exist_ok=True, mode=FOR_OWNER)
        command = ["compose", "--file", str(FILE), "--progress=plain", *arguments]
        return _docker(command, {**os.environ, **variables, **environment})

    def _failure(self, said: str) -> str:
        """What went wrong, with what the container that is to blame has to say."""
        lines = [f"the mini-cluster did not start: {_last_line(said)}"]
        for name in self.left("container"):
            state = json.loads(_docker(["inspect", "--format={{json .State}}", name]).stdout)
            health = state.get("Health") or {}
            if health.get("Status") == "healthy" or state["Status"] == "created":
                continue
            lines.append(f"{name} is {state['Status']} ({health.get('Status', 'no health check')})")
            lines += [f"  its check says: {one['Output'].strip()}" for one in health["Log"][-1:]]
            logs = _docker(["logs", f"--tail={LINES_OF_LOG}", name])
            lines += [f"  {line}" for line in (logs.stdout + logs.stderr).splitlines()]
        lines.append("Hint: ./invoke doctor shows what is lacking; ./invoke down clears up")
        return "\n".join(lines)


def _docker(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["docker", *arguments], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise ServiceError("docker is not on this machine: see ./invoke doctor") from error


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "nothing"
