"""The Compose project of the mini-cluster: starting its containers, and taking them away."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cluster.compose.keys import FOR_OWNER
from errors import ServiceError

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
PROJECT = "RAY_ON_AWS_PROJECT"
LABEL = "com.docker.compose.project"
LINES_OF_LOG = 20
HEALTHY = re.compile(r"Container (\S+)\s+Healthy")
MISSING = "docker is not on this machine: see ./invoke doctor"
SECONDS_TO_END = 10

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Project:
    """A project of Compose, by its name.

    Attributes:
        name: that its containers, network and volume begin with.
        secrets: the folder of its secrets.
    """

    name: str
    secrets: Path

    def up(
        self,
        workers: Mapping[str, int],
        variables: Mapping[str, str],
        seconds: float,
        tell: Tell = lambda _line: None,
    ) -> None:
        """Starts the containers, and waits until all are healthy.

        Args:
            workers: how many of each arch.
            variables: of docker-compose.yml.
            seconds: to wait at most.
            tell: is given a line for each container that became healthy.

        Raises:
            ServiceError: a container ended, or did not become healthy in time.
        """
        scale = [f"--scale=worker-{arch}={number}" for arch, number in workers.items()]
        wait = ["--wait", f"--wait-timeout={seconds:.0f}"]
        arguments = ["up", "--detach", "--no-build", "--pull=never", "--remove-orphans"]
        command = self._command([*arguments, *wait, *scale])
        said: list[str] = []
        with _started(command, self._environment(variables)) as process:
            for line in process.stderr or ():
                if (found := HEALTHY.search(line)) and line not in said:
                    tell(f"{found[1].removeprefix(f'{self.name}-')} is healthy")
                said.append(line)
        if process.returncode:
            raise ServiceError(self._failure("".join(said)))

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
        return _docker(self._command(arguments)[1:], self._environment(variables))

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return ["docker", "compose", "--file", str(FILE), "--progress=plain", *arguments]

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        self.secrets.mkdir(parents=True, exist_ok=True, mode=FOR_OWNER)
        own = {"SECRETS": str(self.secrets), PROJECT: self.name}
        return {**os.environ, **variables, **own}

    def _failure(self, said: str) -> str:
        """What went wrong, with what the container that is to blame has to say."""
        lines = [f"the mini-cluster did not start: {_last_line(said)}"]
        for name in self.left("container"):
            state = json.loads(_docker(["inspect", "--format={{json .State}}", name]).stdout)
            health = state.get("Health") or {}
            if health.get("Status") == "healthy" or state["Status"] == "created":
                continue
            lines.append(f"{name} is {state['Status']} ({health.get('Status', 'no health check')})")
            lines += [
                f"  its check says: {one['Output'].strip()}" for one in health.get("Log", [])[-1:]
            ]
            logs = _docker(["logs", f"--tail={LINES_OF_LOG}", name])
            lines += [f"  {line}" for line in (logs.stdout + logs.stderr).splitlines()]
        lines.append("Hint: ./invoke doctor shows what is lacking; ./invoke down clears up")
        return "\n".join(lines)


def _started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    except FileNotFoundError as error:
        raise ServiceError(MISSING) from error


def _docker(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["docker", *arguments], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise ServiceError(MISSING) from error


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "nothing"
