"""What an image is called: by what is in it, found out by running it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docker.errors import APIError
from docker.models.images import Image

from errors import ServiceError
from images.built import REVISION
from images.engine import ARCHES, Engine

Measure = Callable[[Engine, Image], str]


def measured(engine: Engine, image: Image, name: str) -> str:
    """The tag of an image: versions, commit, arch, such as `ray2.60.0-py3.11-3bbf49e03841-arm64`.

    Args:
        engine: that has it.
        image: to run.
        name: which of our images it is.

    Raises:
        ServiceError: it does not run.
    """
    return "-".join(part(engine, image) for part in [*VERSIONS[name], commit, arch])


def ray_version(engine: Engine, image: Image) -> str:
    """Ray's, as the package in it says."""
    code = "from importlib.metadata import version; print(version('ray'))"
    return f"ray{_run(engine, image, 'python', '-c', code)}"


def python_version(engine: Engine, image: Image) -> str:
    """Python's, without the last number, which Debian's updates leave."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return f"py{_run(engine, image, 'python', '-c', code)}"


def rclone_version(engine: Engine, image: Image) -> str:
    """The object store's."""
    return "rclone" + _run(engine, image, "rclone", "version").split()[1].removeprefix("v")


def docker_version(engine: Engine, image: Image) -> str:
    """Docker's, of an instance's own engine."""
    said = _run(engine, image, "dockerd", "--version")
    return "docker" + said.split()[2].partition("+")[0].rstrip(",")


def commit(_engine: Engine, image: Image) -> str:
    """That it was built at."""
    return str(image.labels.get(REVISION, "unknown"))


def arch(engine: Engine, image: Image) -> str:
    """That its programs are for."""
    machine = _run(engine, image, "uname", "-m")
    return ARCHES.get(machine, machine)


VERSIONS: dict[str, tuple[Measure, ...]] = {
    "ray": (ray_version, python_version),
    "object-store": (rclone_version,),
    "instance": (docker_version,),
}


def _run(engine: Engine, image: Image, *command: str) -> str:
    container = engine.client.containers.create(
        str(image.id),
        list(command),
        entrypoint="",
        platform=f"linux/{image.attrs['Architecture']}",
        network_disabled=True,
    )
    try:
        container.start()
        code = container.wait()["StatusCode"]
        said = container.logs(stderr=bool(code)).decode(errors="replace").strip()
    except APIError as error:
        raise _does_not_run(image, command, str(error.explanation)) from error
    finally:
        # Also one that never started, which `remove=True` leaves behind.
        container.remove(force=True)
    if code:
        raise _does_not_run(image, command, said or f"it ended with {code}")
    return said


def _does_not_run(image: Image, command: Sequence[str], why: str) -> ServiceError:
    name = image.tags[0] if image.tags else image.id
    return ServiceError(f"{name} does not run '{command[0]}': {why}")
