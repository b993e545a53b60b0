"""Mini-clusters for tests: one that is launched once for all, and more of them for a while."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from docker.models.containers import Container

from cluster.compose import keys
from cluster.compose.project import LABEL
from cluster.launched import Launched, recall
from commands import ROOT
from images.build import Row
from images.engine import Engine
from tests.engines import check_log

PORTS = {"RAY_ON_AWS_DASHBOARD_PORT": "0", "RAY_ON_AWS_STORE_PORT": "0"}
SECONDS_TO_LAUNCH = 400
# What a log may say, by the reason why.
ALLOWED = {
    "rclone, when folders are deleted at the same time": "Dir.Remove not empty",
    "a test kills a node, and the head tells of it": r"ray.*(died|unexpected|terminated|killed)",
}


@dataclass(frozen=True)
class Mini:
    """A mini-cluster of its own: another project, folder of state and ports than the user's."""

    name: str
    state: Path
    engine: Engine

    @property
    def variables(self) -> dict[str, str]:
        """What the environment is to say, so that commands mean this cluster."""
        return PORTS | {"RAY_ON_AWS_PROJECT": self.name, "RAY_ON_AWS_STATE": str(self.state)}

    @property
    def launched(self) -> Launched:
        """How to reach it."""
        found = recall(self.state)
        assert found is not None, f"{self.name} is not launched"
        return found

    def start(self, *arguments: str, cwd: Path = ROOT) -> subprocess.Popen[str]:
        """`./invoke` with these arguments, in a process group of its own, as a shell would."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("RAY_", "AWS_"))
        }
        return subprocess.Popen(
            [ROOT / "invoke", *arguments],
            cwd=cwd,
            env=inherited | self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def invoke(
        self, *arguments: str, cwd: Path = ROOT, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Calls `./invoke` and waits for its end; one that hangs is interrupted and fails."""
        process = self.start(*arguments, cwd=cwd)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGINT)
            said = "".join(process.communicate(timeout=30))
            print(f"{arguments} took more than {timeout:.0f} s and said:\n{said}")
            raise
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)

    def containers(self) -> dict[str, Container]:
        """Its containers by service; the last one of a service that has several."""
        listed = self.engine.client.containers.list(
            all=True, filters={"label": f"{LABEL}={self.name}"}
        )
        return {one.labels["com.docker.compose.service"]: one for one in listed}

    def left(self) -> list[str]:
        """The names of all that it has in the engine."""
        client = self.engine.client
        mine: dict[str, str | list[str] | bool] = {"label": f"{LABEL}={self.name}"}
        return [
            *(str(one.name) for one in client.containers.list(all=True, filters=mine)),
            *(str(one.name) for one in client.networks.list(filters=mine)),
            *(str(one.name) for one in client.volumes.list(filters=mine)),
        ]

    def aws(self) -> dict[str, str]:
        """The variables by which the AWS tools find its store from this machine."""
        store = self.containers()["object-store"]
        bound = store.ports["9000/tcp"]  # another port after each restart
        assert bound, "the store is not published"
        return {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{bound[0]['HostPort']}",
            "AWS_SHARED_CREDENTIALS_FILE": str(self.state / "secrets" / keys.CREDENTIALS),
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def s3(self) -> Any:
        """A client of its store."""
        pair = keys.ensure(self.state / "secrets")
        return boto3.client(
            "s3",
            endpoint_url=self.aws()["AWS_ENDPOINT_URL_S3"],
            region_name="us-east-1",
            aws_access_key_id=pair.access_key,
            aws_secret_access_key=pair.secret_key,
        )


@contextmanager
def project(state: Path, engine: Engine) -> Iterator[Mini]:
    """A project that nothing is left of, whatever became of it within the block."""
    mini = Mini(f"ray-on-aws-test-{secrets.token_hex(4)}", state, engine)
    try:
        yield mini
    finally:
        done = mini.invoke("down", "--volumes")
        assert done.returncode == 0, done.stderr
        assert mini.left() == []


@pytest.fixture(scope="session")
def mini(
    built: list[Row], engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mini]:
    """The cluster that most tests share: a worker of each arch that this machine runs.

    At the end the log of every container is looked at, and all is taken away.
    """
    assert built
    with project(tmp_path_factory.mktemp("mini"), engine) as running:
        done = running.invoke("launch", timeout=SECONDS_TO_LAUNCH)
        assert done.returncode == 0, done.stderr
        print(done.stdout)
        yield running
        for container in running.containers().values():
            check_log(container, ALLOWED)


@pytest.fixture
def bucket(mini: Mini) -> str:
    """The name of a new bucket in the store of the cluster."""
    name = f"test-{secrets.token_hex(6)}"
    mini.s3().create_bucket(Bucket=name)
    return name


@pytest.fixture
def here(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Lets this very process find the cluster's store."""
    from workloads.files import s3

    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in mini.aws().items():
        monkeypatch.setenv(name, value)
    s3._client.cache_clear()
    return mini.aws()


def wait_until(true: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Waits for something, and fails when it has not come true in time."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, f"still not so after {seconds:.0f} s: {what}"
        time.sleep(0.2)


def run_in(container: Container, *command: str) -> tuple[int, str]:
    """Runs a program in a container; gives its exit code and all that it says."""
    code, output = container.exec_run(list(command))
    assert isinstance(output, bytes)
    return int(code or 0), output.decode()
