"""What an image is called: by what is in it, found out by running it."""

from __future__ import annotations

from collections.abc import Callable

from docker.errors import ContainerError
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
}


def _run(engine: Engine, image: Image, *command: str) -> str:
    platform = f"linux/{image.attrs['Architecture']}"
    try:
        output = engine.client.containers.run(
            str(image.id),
            list(command),
            entrypoint="",
            platform=platform,
            remove=True,
            network_disabled=True,
        )
    except ContainerError as error:
        raise ServiceError(f"{image.tags[0]} does not run: {error}") from error
    return bytes(output).decode().strip()
